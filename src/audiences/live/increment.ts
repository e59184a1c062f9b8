import { type Ctx, ch } from '#platform'
import { compile } from '../condition.ts'
import type { World } from '../condition-world.ts'
import { zone } from '../world.ts'
import { crossed, crossings } from './edges.ts'
import { type Facts, wantedBy } from './facts.ts'
import type { Followed, Pace } from './followed.ts'

const { u32 } = ch

/** Definitions evaluated by one statement. */
const together = 10

/** Told of an audience that cannot be answered, which then is left out. */
type Failed = (id: string, error: unknown) => Promise<void>

/** Whom the clock moved, or may have. An audience whose question fails is left out, so that it does not stop the others. */
export const overBy = async (
  ctx: Ctx,
  ready: readonly Followed[],
  world: World,
  { pace, failed }: { pace: Pace; failed: Failed },
): Promise<number[]> => {
  const ask = (ones: readonly Followed[]) =>
    crossed(
      ctx,
      ones.flatMap(({ edges, later, asOf }) => crossings(edges, later, asOf, world.at, zone)),
      world,
      { timeoutSeconds: pace.tickSeconds, most: pace.mostTouched + 1 },
    )
  try {
    return await ask(ready)
  } catch {
    const found: number[] = []
    for (const one of ready)
      await ask([one]).then(
        (nos) => void found.push(...nos),
        (error: unknown) => failed(one.id, error),
      )
    return found
  }
}

/** Who of `nos` belongs to each. An audience that cannot be answered is missing, and will be computed in full. */
export const evaluate = async (
  ctx: Ctx,
  ready: readonly Followed[],
  nos: readonly number[],
  world: World,
  { facts, pace, failed }: { facts: Facts; pace: Pace; failed: Failed },
): Promise<Map<string, ReadonlySet<number>>> => {
  const tables = new Set(ready.flatMap(({ tables }) => [...tables]))
  const definitions = [...ready.map(({ definition }) => definition), ...world.audiences.values()]
  const from = await facts.take(nos, tables, wantedBy(definitions, world.at, zone))
  const answers = new Map<string, ReadonlySet<number>>()
  const ask = async (ones: readonly Followed[]) => {
    const questions = ones.map(
      ({ definition }, i) =>
        ch.sql`select ${u32(i)} as i, bitmapToArray(members) as nos from (${compile(definition, { ...world, from }).members})`,
    )
    const rows = await ctx.ch.rows<{ i: number; nos: number[] }>(ch.join(questions, ' union all '), {
      timeoutSeconds: pace.tickSeconds,
    })
    for (const { i, nos } of rows) {
      const id = ones[i]?.id
      if (id !== undefined) answers.set(id, new Set(nos))
    }
  }
  for (let i = 0; i < ready.length; i += together) {
    const ones = ready.slice(i, i + together)
    try {
      await ask(ones)
    } catch (error) {
      if (ones.length === 1 && ones[0]) await failed(ones[0].id, error)
      else for (const one of ones) await ask([one]).catch((error: unknown) => failed(one.id, error))
    }
  }
  return answers
}

/** Whose belonging differs from the members held. */
export const differences = (
  { members }: Followed,
  belong: ReadonlySet<number>,
  nos: readonly number[],
): { entered: number[]; left: number[] } => {
  const entered: number[] = []
  const left: number[] = []
  for (const no of nos) {
    const now = belong.has(no)
    if (now !== members.has(no)) (now ? entered : left).push(no)
  }
  return { entered, left }
}
