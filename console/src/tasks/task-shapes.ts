import type { z } from 'zod'
import type { BranchContent, CallContent } from '../../../src/campaigns/creatives/content-contract.ts'
import {
  type Task,
  type TaskDetail,
  type TaskExport,
  type TaskExported,
  type TaskOutcome,
  type TaskPage,
  type TaskResult,
  type TaskResults,
  type TaskResultsTaken,
  type TaskStart,
  taskOutcomes,
} from '../../../src/campaigns/tasks/task-contract.ts'

export type { Task, TaskDetail, TaskExported, TaskOutcome, TaskPage, TaskStart }
export type ResultsTaken = z.infer<typeof TaskResultsTaken>
export type GivenResult = z.input<typeof TaskResult>
export type GivenResults = z.input<typeof TaskResults>
export type GivenExport = z.input<typeof TaskExport>

/** What is said on the phone or done at the branch. */
export type Script = CallContent | BranchContent
export const isScript = (content: unknown): content is Script =>
  typeof content === 'object' &&
  content !== null &&
  'channel' in content &&
  (content.channel === 'call' || content.channel === 'branch')

export const outcomeNames = Object.keys(taskOutcomes) as TaskOutcome[]
/** At a branch nobody is busy, and no number is wrong. */
const phoneOnly: readonly TaskOutcome[] = ['busy', 'wrongNumber']
export const outcomesOf = (channel: Task['channel']): TaskOutcome[] =>
  outcomeNames.filter((one) => channel === 'call' || !phoneOnly.includes(one))
export const isAgain = (outcome: TaskOutcome): boolean => taskOutcomes[outcome].again
