import { get, patch, post, put, queryText, remove } from '../api.ts'
import type {
  Check,
  Cleaning,
  CustomerScore,
  Finding,
  NewRule,
  OriginalsPage,
  PeoplePage,
  PeopleSearch,
  QualityOverview,
  Recipe,
  RecipePreview,
  Rule,
  RuleHours,
  Step,
  Target,
  TestResult,
} from './quality-shapes.ts'

export const getOverview = (signal?: AbortSignal) => get<QualityOverview>('/quality/overview', signal)
export const scoreNow = () => post<unknown>('/quality/score')
export const getScore = (id: string, signal?: AbortSignal) =>
  get<{ score: CustomerScore | null }>(`/quality/customers/${encodeURIComponent(id)}`, signal)
export const getPeople = (query: PeopleSearch & { limit: number; after?: string | undefined }, signal?: AbortSignal) =>
  get<PeoplePage>(`/quality/people${queryText({ ...query })}`, signal)
export const savePeople = (body: { people: PeopleSearch; name: string }) =>
  post<{ id: string; size: number }>('/quality/people/list', body)

const rulePath = (id: string) => `/quality/rules/${encodeURIComponent(id)}`
export const listRules = (signal?: AbortSignal) => get<{ items: Rule[] }>('/quality/rules', signal)
export const getRule = (id: string, signal?: AbortSignal) => get<Rule>(rulePath(id), signal)
export const createRule = (body: NewRule) => post<Rule>('/quality/rules', body)
export const changeRule = (id: string, body: Partial<NewRule>) => patch<Rule>(rulePath(id), body)
export const deleteRule = (id: string) => remove<unknown>(rulePath(id))
export const runRule = (id: string) => post<unknown>(`${rulePath(id)}/run`)
export const tryRule = (body: { target: Target; check: Check; values?: string[] }) =>
  post<TestResult>('/quality/rules/test', body)
export const getFindings = (
  id: string,
  query: { where: 'base' | 'arrival'; limit: number; after?: string | undefined },
  signal?: AbortSignal,
) =>
  get<{ items: Finding[]; total: number; next: string | null }>(`${rulePath(id)}/findings${queryText(query)}`, signal)
export const getRuleHours = (id: string, signal?: AbortSignal) => get<RuleHours>(`${rulePath(id)}/hours`, signal)

const recipePath = (name: string) => `/quality/recipes/${encodeURIComponent(name)}`
export const listRecipes = (signal?: AbortSignal) => get<{ items: Recipe[] }>('/quality/recipes', signal)
export const saveRecipe = (body: { name: string; description: string; steps: Step[] }) =>
  put<Recipe>('/quality/recipes', body)
export const deleteRecipe = (name: string) => remove<unknown>(recipePath(name))
export const previewSteps = (steps: Step[]) => post<RecipePreview>('/quality/recipes/preview', { steps })
export const applyRecipe = (name: string) => post<Cleaning>(`${recipePath(name)}/apply`)

const cleaningPath = (id: string) => `/quality/cleanings/${encodeURIComponent(id)}`
export const listCleanings = (signal?: AbortSignal) => get<{ items: Cleaning[] }>('/quality/cleanings', signal)
export const cancelCleaning = (id: string) => post<Cleaning>(`${cleaningPath(id)}/cancel`)
export const undoCleaning = (id: string) => post<Cleaning>(`${cleaningPath(id)}/undo`)
export const getOriginals = (id: string, query: { limit: number; after?: string | undefined }, signal?: AbortSignal) =>
  get<OriginalsPage>(`${cleaningPath(id)}/originals${queryText(query)}`, signal)
