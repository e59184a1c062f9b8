import { type Ctx, ch } from '#platform'
import { classRows, holder } from './count.ts'
import { type Feature, type Histogram, scoreRange, steps } from './lookalike.ts'

const { sql, join, f64, f64s, u32, u32s } = ch

interface Ground {
  /** Sub-queries of one row, `bitmap`. */
  base: ch.Sql
  seed: ch.Sql
  merges: boolean
  at: Date
}

/**
 * What each value adds to the score of who has none, a row per person and value: `no` and the columns of `weights`, several
 * models side by side over the same classes.
 */
const additions = (models: readonly (readonly Feature[])[], { merges, at }: Ground): ch.Sql => {
  const [first = []] = models
  return join(
    first.map((feature, place) => {
      const field = { ...feature, type: feature.type as never, sensitive: false }
      const columns = models.map((model, i) => {
        const weights = model[place]?.weights ?? []
        const none = weights.at(-1) ?? 0
        // Of several values each adds its weight, and not having none is counted once.
        const added = feature.multi
          ? [...weights.slice(0, -1), -none]
          : weights.slice(0, -1).map((weight) => weight - none)
        const classes = weights.slice(0, -1).map((_, k) => k + 1)
        const keys = feature.multi ? [...classes, holder] : classes
        return sql`transform(toUInt32(class), ${u32s(keys)}, ${f64s(added)}, toFloat64(0)) as ${ch.identifier(`w${i}`)}`
      })
      return sql`select toUInt32(no) as no, ${join(columns, ', ')} from (${classRows({ field, cut: feature.cut }, merges, at)}) where class > 0`
    }),
    ' union all ',
  )
}

/** One row per person of the base: `no` and `s0`, `s1`, … the score under each model. */
const scores = (models: readonly (readonly Feature[])[], ground: Ground): ch.Sql => {
  const nobody = models.map((model) => model.reduce((sum, { weights }) => sum + (weights.at(-1) ?? 0), 0))
  return sql`select no, ${join(
    nobody.map((none, i) => sql`${f64(none)} + sum(${ch.identifier(`w${i}`)}) as ${ch.identifier(`s${i}`)}`),
    ', ',
  )} from (${additions(models, ground)} union all select arrayJoin(bitmapToArray(bitmap)) as no, ${join(
    models.map((_, i) => sql`toFloat64(0) as ${ch.identifier(`w${i}`)}`),
    ', ',
  )} from ${ground.base}) where bitmapContains((select bitmap from ${ground.base}), no) group by no`
}

/** Held out of the learning: a fifth of the seed, the same people each time. */
export const heldOut = (no: ch.Sql): ch.Sql => sql`sipHash64(${no}, 'held out') % 5 = 0`

/**
 * How similar people are, counted by step: candidates under the model of the whole seed; held-out members and candidates under
 * the one that was learnt without the held-out. The engine scores everybody once, for both.
 */
export const countSteps = async (
  ctx: Ctx,
  models: { whole: readonly Feature[]; without: readonly Feature[] },
  ground: Ground,
  signal: AbortSignal,
): Promise<Histogram> => {
  const [whole, without] = [scoreRange(models.whole), scoreRange(models.without)]
  const stepOf = ({ low, high }: { low: number; high: number }, score: string) =>
    sql`toUInt32(greatest(0, least(${u32(steps - 1)}, floor((${ch.identifier(score)} - ${f64(low)}) / ${f64(Math.max(1e-9, high - low))} * ${u32(steps)}))))`
  const rows = await ctx.ch.rows<{ model: number; step: number; kind: number; people: number }>(
    sql`select each.1 as model, each.2 as step, kind, toUInt32(count()) as people from (
      select if(bitmapContains((select bitmap from ${ground.seed}), no), if(${heldOut(sql`no`)}, 2, 1), 0) as kind, arrayJoin([(0, ${stepOf(whole, 's0')}), (1, ${stepOf(without, 's1')})]) as each from (${scores([models.whole, models.without], ground)})
    ) group by model, step, kind`,
    { timeoutSeconds: 600, signal },
  )
  const empty = () => Array.from({ length: steps }, () => 0)
  const histogram = { candidates: empty(), heldOut: empty(), others: empty() }
  for (const { model, step, kind, people } of rows) {
    if (kind === 0 && model === 0) histogram.candidates[step] = people
    if (kind === 0 && model === 1) histogram.others[step] = people
    if (kind === 2 && model === 1) histogram.heldOut[step] = people
  }
  return histogram
}

/** A statement of one row, `members`: the most similar `size` of the base without the seed. */
export const mostSimilar = (model: readonly Feature[], ground: Ground, size: number): ch.Sql =>
  sql`select groupBitmapState(no) as members from (select no from (${scores([model], ground)}) where not bitmapContains((select bitmap from ${ground.seed}), no) order by s0 desc, sipHash64(no) limit ${u32(size)})`
