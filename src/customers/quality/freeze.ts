import { type Ctx, ch } from '#platform'
import { latestOf, readText } from './base-sql.ts'
import { cleaner } from './recipe.ts'
import type { FrozenStep, Step } from './recipe-contract.ts'

const { sql } = ch

/**
 * Steps with what they have to look up: medians of the base as it is now.
 * @throws quality.recipeUnfit
 */
export const freeze = async (ctx: Ctx, steps: readonly Step[]): Promise<FrozenStep[]> => {
  const frozen: FrozenStep[] = []
  for (const step of steps)
    frozen.push(
      step.do === 'fill' && 'median' in step.with
        ? { step, ...(await medians(ctx, step.field, step.with.by)) }
        : { step },
    )
  cleaner(frozen, () => [])
  return frozen
}

/** The exact median, of an even count the lower of the two in the middle: a value somebody has. */
const medians = async (
  ctx: Ctx,
  field: string,
  by: string | undefined,
): Promise<Pick<FrozenStep, 'median' | 'medians'>> => {
  const numbers = sql`select no, coalesce(said_number, ${readText(sql`text`).number}) as number from (${latestOf(field)}) where number is not null`
  const whole = await ctx.ch.one<{ median: number | null }>(
    sql`select if(count() = 0, null, quantileExactLow(0.5)(assumeNotNull(number))) as median from (${numbers})`,
  )
  if (by === undefined) return { median: whole?.median ?? null }
  const groups = await ctx.ch.rows<{ value: string; median: number }>(
    sql`select g.text as value, quantileExactLow(0.5)(assumeNotNull(n.number)) as median from (${numbers}) as n inner join (${latestOf(by)}) as g on n.no = g.no group by value order by count() desc limit 10000`,
  )
  return {
    median: whole?.median ?? null,
    medians: Object.fromEntries(groups.map(({ value, median }) => [value, median])),
  }
}
