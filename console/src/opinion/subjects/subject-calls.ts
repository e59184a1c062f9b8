import type { z } from 'zod'
import type { FiguresQuery, SubjectFigures } from '../../../../src/opinion/posts/post-contract.ts'
import type {
  CheckedExpression,
  Filters,
  NewFilter,
  NewRule,
  NewSubject,
  Rematch,
  RematchAsk,
  Rematches,
  RuleChange,
  RuleTrial,
  RuleVersions,
  SubjectChange,
  SubjectDetail,
  Subjects,
  TextToTry,
  TextTried,
  TrialSlice,
} from '../../../../src/opinion/subjects/subject-contract.ts'
import { get, patch, post, put, queryText, remove } from '../../api.ts'

export const listSubjects = (signal?: AbortSignal) => get<Subjects>('/opinion/subjects', signal)
export const getSubject = (id: number, signal?: AbortSignal) => get<SubjectDetail>(`/opinion/subjects/${id}`, signal)
export const createSubject = (given: z.input<typeof NewSubject>) => post<SubjectDetail>('/opinion/subjects', given)
export const changeSubject = (id: number, change: z.input<typeof SubjectChange>) =>
  patch<SubjectDetail>(`/opinion/subjects/${id}`, change)
export const deleteSubject = (id: number) => remove(`/opinion/subjects/${id}`)
export const createRule = (id: number, given: z.input<typeof NewRule>) =>
  post<SubjectDetail>(`/opinion/subjects/${id}/rules`, given)
export const changeRule = (id: number, change: z.input<typeof RuleChange>) =>
  patch<SubjectDetail>(`/opinion/rules/${id}`, change)
export const deleteRule = (id: number) => remove(`/opinion/rules/${id}`)
export const ruleVersions = (id: number, signal?: AbortSignal) =>
  get<RuleVersions>(`/opinion/rules/${id}/versions`, signal)
export const checkExpression = (expression: string, signal?: AbortSignal) =>
  post<CheckedExpression>('/opinion/rules/check', { expression }, signal)
export const tryText = (given: z.input<typeof TextToTry>, signal?: AbortSignal) =>
  post<TextTried>('/opinion/rules/try-text', given, signal)
export const tryRule = (given: z.input<typeof RuleTrial>, signal?: AbortSignal) =>
  post<TrialSlice>('/opinion/rules/try', given, signal)
export const listRematches = (signal?: AbortSignal) => get<z.infer<typeof Rematches>>('/opinion/rematches', signal)
export const askRematch = (given: z.input<typeof RematchAsk>) => post<Rematch>('/opinion/rematches', given)
export const cancelRematch = (id: number) => post<Rematch>(`/opinion/rematches/${id}/cancel`)
export const listFilters = (signal?: AbortSignal) => get<z.infer<typeof Filters>>('/opinion/filters', signal)
export const writeFilter = (given: z.input<typeof NewFilter>, id?: number) =>
  id === undefined
    ? post<z.infer<typeof Filters>>('/opinion/filters', given)
    : put<z.infer<typeof Filters>>(`/opinion/filters/${id}`, given)
export const deleteFilter = (id: number) => remove(`/opinion/filters/${id}`)
export const getFigures = (
  id: number,
  query: Readonly<Record<keyof z.input<typeof FiguresQuery>, string | undefined>>,
  signal?: AbortSignal,
) => get<SubjectFigures>(`/opinion/subjects/${id}/figures${queryText({ ...query })}`, signal)
