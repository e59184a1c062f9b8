import type { z } from 'zod'
import type {
  CitedFact,
  NewStatement,
  Published,
  Statement,
  StatementChange,
  StatementFinding,
  StatementKind,
  StatementPage,
  StatementTemplate,
  StatementText,
  Suggestion,
} from '../../../../src/opinion/statements/statement-contract.ts'
import { get, post, queryText, upload } from '../../api.ts'

export { statementKinds } from '../../../../src/opinion/statements/statement-contract.ts'
export type { CitedFact, Statement, StatementFinding, StatementKind, StatementTemplate }

const base = '/opinion/statements'

export const listStatements = (
  filter: {
    search?: string
    kind?: StatementKind | undefined
    incidentId?: number | undefined
    after?: number | undefined
  },
  signal?: AbortSignal,
) => get<StatementPage>(`${base}${queryText(filter)}`, signal)
export const getStatement = (id: number, signal?: AbortSignal) => get<Statement>(`${base}/${id}`, signal)
export const createStatement = (given: z.input<typeof NewStatement>) => post<Statement>(base, given)
export const changeStatement = (id: number, given: z.input<typeof StatementChange>) =>
  post<Statement>(`${base}/${id}/versions`, given)
export const checkStatement = (given: z.input<typeof StatementText>, signal?: AbortSignal) =>
  post<{ findings: StatementFinding[] }>(`${base}/check`, given, signal)
export const submitStatement = (id: number, note: string) => post<Statement>(`${base}/${id}/submit`, { note })
export const logPublication = (id: number, given: z.input<typeof Published>) =>
  post<Statement>(`${base}/${id}/publications`, given)
export const sendScreenshot = (id: number, publicationId: number, file: File) =>
  upload<Statement>(
    `${base}/${id}/publications/${publicationId}/screenshot`,
    file,
    () => undefined,
    new AbortController().signal,
  )
export const withdrawStatement = (id: number, reason: string) => post<Statement>(`${base}/${id}/withdraw`, { reason })
export const listTemplates = (signal?: AbortSignal) => get<{ items: StatementTemplate[] }>(`${base}/templates`, signal)
export const addTemplate = (given: { kind: StatementKind; name: string; title: string; body: string }) =>
  post<{ items: StatementTemplate[] }>(`${base}/templates`, given)
export const retireTemplate = (id: number) => post<{ items: StatementTemplate[] }>(`${base}/templates/${id}/retire`)
export const fillTemplate = (given: { title: string; body: string; story: string; facts: number[] }) =>
  post<{ title: string; body: string }>(`${base}/templates/fill`, given)
export const listFacts = (signal?: AbortSignal) => get<{ items: CitedFact[] }>(`${base}/facts`, signal)
export const suggestStatement = (incidentId: number, signal?: AbortSignal) =>
  get<Suggestion>(`${base}/suggestion${queryText({ incidentId })}`, signal)
