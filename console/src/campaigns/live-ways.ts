import type { Step } from './campaign-shapes.ts'
import { drawnExits, type ExitKey } from './journey-exits.ts'
import type { Live } from './live-shapes.ts'

/** Counts of the server by the exits of the canvas. */

/** An exit of a step under the name that passages carry. */
export const edgeOf = (step: Step, key: ExitKey): string => {
  if (key === 'onRefused') return 'refused'
  if (key === 'onTimeout') return 'timeout'
  if (key === 'onMissing') return 'missing'
  if (key === 'next' && step.kind === 'task' && step.outcomes) return 'expired'
  if (key.startsWith('arm:')) return `arm:${drawnExits(step).find((exit) => exit.key === key)?.name ?? ''}`
  return key
}

/** How many went each way, by `step:exit` as the canvas names it. */
export const wayCounts = (
  steps: Readonly<Record<string, Step>>,
  live: Live,
  start: string | null,
): Map<string, number> => {
  const counts = new Map<string, number>()
  if (start !== null) counts.set('start', live.entered)
  for (const [id, step] of Object.entries(steps)) {
    const out = live.steps[id]?.out ?? {}
    const exits = drawnExits(step)
    for (const { key } of exits) {
      // Refusals without a way of their own go on like the others.
      const joined = key === 'next' && !exits.some((exit) => exit.key === 'onRefused') ? (out.refused ?? 0) : 0
      counts.set(`${id}:${key}`, (out[edgeOf(step, key)] ?? 0) + joined)
    }
  }
  return counts
}

/** What of those who left a step took each way, most first. */
export const outcomesAt = (live: Live, step: string): { edge: string; people: number }[] =>
  Object.entries(live.steps[step]?.out ?? {})
    .map(([edge, people]) => ({ edge, people }))
    .filter(({ people }) => people > 0)
    .sort((a, b) => b.people - a.people)
