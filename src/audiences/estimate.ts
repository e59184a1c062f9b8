import type { ServerResponse } from 'node:http'
import type { Ctx } from '#platform'
import { compile } from './condition.ts'
import type { Definition, Estimate } from './contract.ts'
import { problem } from './problem.ts'
import { worldOf } from './world.ts'

/** An estimate that takes longer would only hold the engine back from the next one. */
const timeoutSeconds = 30

/**
 * How many match now, exactly. Nothing is stored.
 * @param signal stops the engine: whoever edits a definition asks again before the last answer is there
 * @throws problem.unfit, problem.sealed, problem.unknownAudience, problem.circular, problem.tooBroad
 */
export const estimate = async (
  ctx: Ctx,
  { definition }: { definition: Definition },
  signal?: AbortSignal,
): Promise<Estimate> => {
  const startedAt = performance.now()
  const world = await worldOf(ctx, definition)
  const { size: question, leaves } = compile(definition, world)
  const row = await ctx.ch.one<{ size: number; of: number; sizes: number[] }>(question, {
    timeoutSeconds,
    ...(signal && { signal }),
  })
  const { size, of, sizes } = row ?? { size: 0, of: 0, sizes: [] }
  // By tens for who may not see customers, or a fine condition would tell whether one known person belongs. risk-and-law 3.20
  const isExact = ctx.actor.permissions.has('customers.read')
  const tell = (count: number) => (isExact ? count : count - (count % 10))
  return {
    size: tell(size),
    of: tell(of),
    asOf: world.at.toISOString(),
    tookMs: Math.round(performance.now() - startedAt),
    conditions: leaves.map((path, i) => ({ path, size: tell(sizes[i] ?? 0) })),
  }
}

/** For a caller over HTTP: hangs up with him. @throws problem.abandoned, which nobody reads */
export const estimateFor = async (
  ctx: Ctx,
  input: { definition: Definition },
  reply: ServerResponse,
): Promise<Estimate> => {
  const hungUp = new AbortController()
  const onClose = () => {
    if (!reply.writableEnded) hungUp.abort()
  }
  reply.once('close', onClose)
  try {
    return await estimate(ctx, input, hungUp.signal)
  } catch (error) {
    if (hungUp.signal.aborted) throw problem.abandoned()
    throw error
  } finally {
    reply.off('close', onClose)
  }
}
