import { parentPort } from 'node:worker_threads'
import { type FindClusters, type FoundClusters, findClusters } from './clusters/find-clusters.ts'
import { type FindRules, type FoundRules, findRules } from './rules/find-rules.ts'
import { type FittedValue, type FitValue, fitValue } from './value/fit-value.ts'

/** What can be asked of the thread, and what it answers. */
interface Tasks {
  rules: { input: FindRules; result: FoundRules }
  clusters: { input: FindClusters; result: FoundClusters }
  value: { input: FitValue; result: FittedValue }
}
export type TaskKind = keyof Tasks
export type Task<K extends TaskKind> = Tasks[K]

export type Answer<K extends TaskKind> =
  | { progress: number }
  | { result: Task<K>['result'] }
  | { error: { name: string; message: string; most?: number } }

type Work = { [K in TaskKind]: (input: Task<K>['input'], onProgress: (share: number) => void) => Task<K>['result'] }

const work: Work = { rules: findRules, clusters: findClusters, value: fitValue }

const port = parentPort
if (!port) throw new Error('mining-thread runs as a worker thread')

const betweenMs = 200
let toldAt = 0
const onProgress = (progress: number) => {
  const now = performance.now()
  if (now - toldAt < betweenMs) return
  toldAt = now
  port.postMessage({ progress })
}

const run = <K extends TaskKind>({ kind, input }: { kind: K; input: Task<K>['input'] }) => {
  try {
    port.postMessage({ result: work[kind](input, onProgress) })
  } catch (error) {
    const { name, message, most } = error as { name: string; message: string; most?: number }
    port.postMessage({ error: { name, message, ...(most !== undefined && { most }) } })
  }
}

port.once('message', run)
