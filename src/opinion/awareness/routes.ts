import { z } from 'zod'
import { type Route, route } from '#platform'
import { addSurvey, deleteSurvey, importSearchIndex, readAwareness, setLoans } from './awareness.ts'
import { Awareness, Imported, LoanCount, NewSurvey, SearchImport } from './awareness-contract.ts'

export const awarenessRoutes: readonly Route[] = [
  route('GET /opinion/awareness', {
    can: 'opinion.read',
    summary: 'Share of voice, net sentiment, surveys, search indexes and complaints per 10,000 loans, with intervals',
    query: z.object({ months: z.coerce.number().int().min(1).max(36).default(12) }),
    reply: Awareness,
    run: readAwareness,
  }),
  route('POST /opinion/surveys', {
    can: 'opinion.write',
    summary: 'Add a survey of brand awareness',
    body: NewSurvey,
    reply: Imported,
    status: 201,
    run: addSurvey,
  }),
  route('DELETE /opinion/surveys/{id}', {
    can: 'opinion.write',
    summary: 'Take a survey out',
    params: z.object({ id: z.coerce.number().int().min(1) }),
    run: deleteSurvey,
  }),
  route('POST /opinion/search-index', {
    can: 'opinion.write',
    summary: 'Import a search index',
    body: SearchImport,
    reply: Imported,
    bodyLimitBytes: 2_097_152,
    run: importSearchIndex,
  }),
  route('PUT /opinion/loan-counts', {
    can: 'opinion.write',
    summary: 'How many loans were given out in a month',
    body: LoanCount,
    reply: Imported,
    run: setLoans,
  }),
]
