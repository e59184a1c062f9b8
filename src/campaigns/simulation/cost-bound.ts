import type { CampaignDefinition, Channel, Step } from '../contract.ts'
import { exitsOf, stepsInLoops } from '../journeys/journey-exits-contract.ts'

/** What a campaign may cost at most. Pure. */

type Costs = Readonly<Partial<Record<Channel, number>>>

/** The dearest channel of a step; nothing for steps that send nothing. */
const dearest = (step: Step, costs: Costs): number => {
  if (step.kind === 'message') return Math.max(...step.channels.map(({ channel }) => costs[channel] ?? 0))
  return step.kind === 'task' ? (costs[step.channel] ?? 0) : 0
}

/** The dearest way through the journey for one person, or null where a loop has something that costs in it. */
export const dearestPath = ({ journey }: Pick<CampaignDefinition, 'journey'>, costs: Costs): number | null => {
  const looping = stepsInLoops(journey)
  const known = new Map<string, number>()
  const from = (id: string | null): number => {
    const step = id === null ? undefined : journey.steps[id]
    if (id === null || !step) return 0
    const held = known.get(id)
    if (held !== undefined) return held
    // Met again on the way, it is in a loop, and free if the answer is used at all.
    known.set(id, 0)
    const cost = dearest(step, costs) + Math.max(0, ...exitsOf(step).map(({ to }) => from(to)))
    known.set(id, cost)
    return cost
  }
  const costly = [...looping].some((id) => {
    const step = journey.steps[id]
    return step !== undefined && dearest(step, costs) > 0
  })
  return costly ? null : from(journey.start)
}

/**
 * What `people` may cost together at most: the dearest way through for everybody, once each unless they may come again, or
 * the budget where that is less. One who comes again is not counted twice: the dry run is of one entry each.
 */
export const costBound = (
  definition: Pick<CampaignDefinition, 'journey' | 'budget'>,
  people: number,
  costs: Costs,
): { upToMillifen: number | null; bound: 'path' | 'budget' | 'none' } => {
  const each = dearestPath(definition, costs)
  const path = each === null ? null : each * people
  const budget = definition.budget.costFen === undefined ? null : definition.budget.costFen * 1_000
  if (budget !== null && (path === null || budget < path)) return { upToMillifen: budget, bound: 'budget' }
  return path === null ? { upToMillifen: null, bound: 'none' } : { upToMillifen: path, bound: 'path' }
}
