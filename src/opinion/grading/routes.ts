import { z } from 'zod'
import { type Route, route } from '#platform'
import { pauseClocks, resumeClocks } from './deadlines.ts'
import {
  EventGrade,
  LevelChange,
  LevelChanged,
  LevelDecision,
  LevelRequest,
  LevelRequests,
  PauseReason,
} from './grade-contract.ts'
import { tryOnHistory } from './history.ts'
import { changeLevel, decideRequest, openRequests, withdrawRequest } from './levels.ts'
import { decideVersion, listVersions, moveDraft, saveDraft } from './policies.ts'
import {
  DocumentKind,
  HistoryAnswer,
  HistoryQuery,
  PolicyDecision,
  PolicyDraft,
  PolicyKey,
  PolicyVersion,
  PolicyVersions,
} from './policy-contract.ts'
import { readEventGrade } from './read.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })
const EventId = z.object({ eventId: z.coerce.number().int().min(1) })

export const gradingRoutes: readonly Route[] = [
  route('GET /opinion/policies/{kind}', {
    can: 'opinion.read',
    summary: 'Versions of the rules of grading, the contracts of the levels, work time or contingency plans',
    params: z.object({ kind: DocumentKind }),
    query: z.object({ key: z.string().max(40).optional() }),
    reply: PolicyVersions,
    run: listVersions,
  }),
  route('PUT /opinion/policies/{kind}/draft', {
    can: 'opinion.policy',
    summary: 'Write a draft; it holds after another person approved it',
    params: z.object({ kind: DocumentKind }),
    query: PolicyKey.pick({ key: true }),
    body: PolicyDraft,
    reply: PolicyVersion,
    run: saveDraft,
  }),
  route('POST /opinion/policies/versions/{id}/submit', {
    can: 'opinion.policy',
    summary: 'Hand a draft to those who approve',
    params: Id,
    reply: PolicyVersion,
    run: (ctx, { id }) => moveDraft(ctx, { id, to: 'submitted' }),
  }),
  route('POST /opinion/policies/versions/{id}/withdraw', {
    can: 'opinion.policy',
    summary: 'Take back a draft that is not in force',
    params: Id,
    reply: PolicyVersion,
    run: (ctx, { id }) => moveDraft(ctx, { id, to: 'withdrawn' }),
  }),
  route('POST /opinion/policies/versions/{id}/decision', {
    can: 'opinion.approve',
    summary: 'Put a submitted version in force or refuse it; not by the one who wrote it',
    params: Id,
    body: PolicyDecision,
    reply: PolicyVersion,
    run: decideVersion,
  }),
  route('POST /opinion/policies/grading/trial', {
    can: 'opinion.policy',
    summary: 'What a draft of the rules would have done to the events of the last days',
    body: HistoryQuery,
    reply: HistoryAnswer,
    run: tryOnHistory,
  }),
  route('GET /opinion/events/{eventId}/grade', {
    can: 'opinion.read',
    summary: 'Level of an event: components, why, contract, clocks, history',
    params: EventId,
    reply: EventGrade,
    run: readEventGrade,
  }),
  route('POST /opinion/events/{eventId}/level', {
    can: 'opinion.grade',
    summary: 'Another level: a higher one holds at once, a lower one waits for another person',
    params: EventId,
    body: LevelChange,
    reply: LevelChanged,
    run: changeLevel,
  }),
  route('GET /opinion/level-requests', {
    can: 'opinion.read',
    summary: 'Requests for a lower level that wait',
    reply: LevelRequests,
    run: openRequests,
  }),
  route('POST /opinion/level-requests/{id}/decision', {
    can: 'opinion.approve',
    summary: 'Approve or refuse a lower level; not by the one who asked',
    params: Id,
    body: LevelDecision,
    reply: LevelRequest,
    run: decideRequest,
  }),
  route('POST /opinion/level-requests/{id}/withdraw', {
    can: 'opinion.grade',
    summary: 'Take back one’s own request',
    params: Id,
    reply: LevelRequest,
    run: withdrawRequest,
  }),
  route('POST /opinion/events/{eventId}/clock-pause', {
    can: 'opinion.grade',
    summary: 'The clocks of an event stand still, with a reason',
    params: EventId,
    body: PauseReason,
    reply: z.object({}),
    run: async (ctx, input) => {
      await pauseClocks(ctx, input)
      return {}
    },
  }),
  route('DELETE /opinion/events/{eventId}/clock-pause', {
    can: 'opinion.grade',
    summary: 'The clocks of an event go on',
    params: EventId,
    reply: z.object({}),
    run: async (ctx, input) => {
      await resumeClocks(ctx, input)
      return {}
    },
  }),
]
