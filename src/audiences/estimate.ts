import type { Ctx } from '#platform'
import { compile } from './condition.ts'
import type { Definition, Estimate } from './contract.ts'
import { worldOf } from './world.ts'

/** An estimate that takes longer would only hold the engine back from the next one. */
const timeoutSeconds = 30

/**
 * How many match now, exactly. Nothing is stored.
 * @throws problem.unfit, problem.sealed, problem.unknownAudience, problem.circular, problem.tooBroad
 */
export const estimate = async (ctx: Ctx, { definition }: { definition: Definition }): Promise<Estimate> => {
  const startedAt = performance.now()
  const world = await worldOf(ctx, definition)
  const { size: question, leaves } = compile(definition, world)
  const row = await ctx.ch.one<{ size: number; of: number; sizes: number[] }>(question, { timeoutSeconds })
  const { size, of, sizes } = row ?? { size: 0, of: 0, sizes: [] }
  return {
    size,
    of,
    asOf: world.at.toISOString(),
    tookMs: Math.round(performance.now() - startedAt),
    conditions: leaves.map((path, i) => ({ path, size: sizes[i] ?? 0 })),
  }
}
