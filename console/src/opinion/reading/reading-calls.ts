import type { z } from 'zod'
import type { VersionChange } from '../../../../src/models/models-contract.ts'
import type { Head } from '../../../../src/opinion/contract.ts'
import type {
  Correction,
  Corrections,
  Explanation,
  ModelBoard,
  NewCorrection,
  Queue,
} from '../../../../src/opinion/reading/label-contract.ts'
import { get, post, queryText, remove } from '../../api.ts'

export const getQueue = (head: Head | undefined, signal?: AbortSignal) =>
  get<Queue>(`/opinion/labels/queue${queryText({ head })}`, signal)
export const explain = (id: string, signal?: AbortSignal) =>
  get<Explanation>(`/opinion/posts/${id}/explanation`, signal)
export const correct = (id: string, given: z.input<typeof NewCorrection>) =>
  post<Correction>(`/opinion/posts/${id}/corrections`, given)
export const undo = (id: number) => remove<Correction>(`/opinion/corrections/${id}`)
export const getCorrections = (before: number | undefined, signal?: AbortSignal) =>
  get<Corrections>(`/opinion/corrections${queryText({ before })}`, signal)
export const getModels = (signal?: AbortSignal) => get<ModelBoard>('/opinion/models', signal)
export const train = () => post('/opinion/models/trainings')
export const cancelTraining = (id: number) => post<ModelBoard>(`/opinion/models/trainings/${id}/cancel`)
export const changeVersion = (id: number, change: VersionChange) =>
  post<ModelBoard>(`/opinion/models/${id}/state`, change)
