import { compile, type Definition, type World, whole, worldOf } from '#audiences'
import { type Ctx, ch } from '#platform'
import type { Frozen } from '../plans/frozen.ts'
import { familiesOf } from './families.ts'

const { sql, u32s } = ch

/** The definition with the audiences it names as they were approved, whatever became of them since. */
const worldFor = async (ctx: Ctx, definition: Definition, frozen: Frozen['audiences']): Promise<World> => {
  const approved = Object.entries(frozen).map(([id, one]) => [id.toLowerCase(), one.definition as Definition] as const)
  const world = await worldOf(ctx, { any: [definition, ...approved.map(([, one]) => one)] })
  return { ...world, audiences: new Map([...world.audiences, ...approved]) }
}

/** Facts of these customers only: the questions of a definition touch nobody else's rows. */
const factsOf = (nos: readonly number[]): NonNullable<World['from']> => {
  const theirs = (columns: ch.Sql, table: ch.Sql) =>
    sql`(select ${columns} from ${table} where customer_no in ${u32s(nos)})`
  return {
    events: theirs(sql`event, customer_no, ts, message_hash, properties`, sql`events`),
    traits: theirs(sql`*`, sql`traits`),
    customers: theirs(sql`*`, sql`customers final`),
    tag_values: theirs(sql`*`, sql`tag_values`),
    customer_consents: theirs(sql`*`, sql`customer_consents`),
    customer_reach: theirs(sql`*`, sql`customer_reach`),
  }
}

/**
 * Who of these a definition means now. A definition that depends on everybody (a rank, say) is answered over everybody.
 * @param nos roots; whoever was erased is not among the answer
 * @param frozen audiences by id as the version holds them
 * @throws problem.unfit, problem.unknownAudience … of the audiences, when it cannot be answered any more
 */
export const among = async (
  ctx: Ctx,
  definition: Definition,
  nos: readonly number[],
  frozen: Frozen['audiences'] = {},
): Promise<Set<number>> => {
  if (nos.length === 0) return new Set()
  const [world, family] = await Promise.all([worldFor(ctx, definition, frozen), familiesOf(ctx, nos)])
  const narrowed = whole(definition, world.audiences) ? world : { ...world, from: factsOf(family.nos) }
  const { members } = compile(definition, narrowed)
  const row = await ctx.ch.one<{ nos: number[] }>(
    sql`select bitmapToArray(bitmapAnd(members, bitmapBuild(${u32s(nos)}))) as nos from (${members})`,
  )
  return new Set(row?.nos)
}

/** A statement of one row, `members`: whom a definition means now, as a bitmap. */
export const membersOf = async (ctx: Ctx, definition: Definition, frozen: Frozen['audiences'] = {}): Promise<ch.Sql> =>
  compile(definition, await worldFor(ctx, definition, frozen)).members
