import { parentPort, workerData } from 'node:worker_threads'
import { type ColumnBuilder, openColumn } from './columns.ts'
import { comparisons } from './comparisons.ts'
import { type Matched, type MatchPlan, type MatchStep, matchRecords } from './match.ts'
import type { Learned } from './weights.ts'

/** What the thread is asked: rows until there are no more, then one match. */
export type Asked =
  | { do: 'rows'; values: readonly (readonly (string | null)[])[] }
  | {
      do: 'match'
      only?: Uint8Array | undefined
      learned?: Learned | undefined
      apart: readonly (readonly [number, number])[]
    }

/** What it answers. `rows` says that the piece was taken in: the next may come. */
export type Answered =
  | { said: 'rows' }
  | { said: 'progress'; step: MatchStep; share: number }
  | { said: 'matched'; matched: Matched }
  | { said: 'failed'; message: string }

const plan = workerData as MatchPlan
const columns: ColumnBuilder[] = plan.fields.map(({ comparison }) => openColumn(comparisons[comparison]))
const say = (answer: Answered, move: ArrayBuffer[] = []) => parentPort?.postMessage(answer, move)

/** Reports of progress are for people to look at. */
const reportEveryMs = 200

const match = ({ only, learned, apart }: Extract<Asked, { do: 'match' }>): void => {
  let reportedAt = 0
  const matched = matchRecords(
    plan,
    columns.map((column) => column.build()),
    {
      apart,
      ...(only && { only }),
      ...(learned && { learned }),
      onProgress: (step, share) => {
        const now = performance.now()
        if (now - reportedAt < reportEveryMs) return
        reportedAt = now
        say({ said: 'progress', step, share })
      },
    },
  )
  const { a, b, weight, levels } = matched.edges
  say(
    { said: 'matched', matched },
    [a, b, weight, levels, matched.clusters.of].map(({ buffer }) => buffer as ArrayBuffer),
  )
}

parentPort?.on('message', (asked: Asked) => {
  try {
    if (asked.do === 'match') match(asked)
    else {
      asked.values.forEach((values, f) => {
        for (const value of values) columns[f]?.push(value)
      })
      say({ said: 'rows' })
    }
  } catch (error) {
    // The text of an error of ours; values are never part of one.
    say({ said: 'failed', message: error instanceof Error ? error.message : 'the matching thread failed' })
  }
})
