import type { z } from 'zod'
import type {
  Facets,
  NewSearch,
  PostDetail,
  PostsPage,
  SavedSearches,
  SearchCount,
} from '../../../../src/opinion/posts/post-contract.ts'
import type { Subjects } from '../../../../src/opinion/subjects/subject-contract.ts'
import { get, post, put, queryText, remove } from '../../api.ts'

/** A question as the API takes it: everything text, lists comma-separated. */
export type Question = Readonly<Record<string, string>>

export const findPosts = (question: Question, after: string | undefined, signal?: AbortSignal) =>
  get<PostsPage>(`/opinion/posts${queryText({ ...question, after })}`, signal)
export const countFacets = (question: Question, signal?: AbortSignal) => {
  const { sort: _sort, collapse: _collapse, ...filter } = question
  return get<Facets>(`/opinion/posts/facets${queryText(filter)}`, signal)
}
export const getPost = (id: string, drill: string | undefined, signal?: AbortSignal) =>
  get<PostDetail>(`/opinion/posts/${id}${queryText({ drill })}`, signal)
export const listSearches = (signal?: AbortSignal) => get<z.infer<typeof SavedSearches>>('/opinion/searches', signal)
export const saveSearch = (given: NewSearch, id?: number) =>
  id === undefined
    ? post<z.infer<typeof SavedSearches>>('/opinion/searches', given)
    : put<z.infer<typeof SavedSearches>>(`/opinion/searches/${id}`, given)
export const deleteSearch = (id: number) => remove(`/opinion/searches/${id}`)
export const countSearch = (id: number, signal?: AbortSignal) =>
  get<z.infer<typeof SearchCount>>(`/opinion/searches/${id}/count`, signal)
export const listSubjects = (signal?: AbortSignal) => get<Subjects>('/opinion/subjects', signal)
