import { type RfmCut, rfmClassesOf, rfmFigures, rfmScores, zone } from '#audiences'
import { ch } from '#platform'
import type { RfmQuestion, RfmResult } from '../contract.ts'
import { scopeOf } from '../facts.ts'
import { problem } from '../problem.ts'
import { purchasesOf } from '../purchases.ts'
import type { RunScope } from '../run-scope.ts'

const { sql, uuid } = ch
type Sql = ch.Sql

/**
 * Recency, frequency and money per person, kept as scores, and people by class and by score as groups.
 * @throws problem.nobody, problem.noCuts
 */
export const runRfm = async (
  { ctx, id, asOf, signal, report }: RunScope,
  question: RfmQuestion,
): Promise<RfmResult> => {
  report('reading', 0)
  const options = { signal, timeoutSeconds: 600 }
  const cut = cutOf(question)
  const scope = await scopeOf(ctx, { who: question.who, asOf })
  const purchases = purchasesOf(scope, question, question.days)
  // Read once: quantiles, classes and cells below are of the same figures, whatever arrives meanwhile.
  await ctx.ch.command(
    sql`insert into insight_scores select ${uuid(id)}, figure.1, customer_no, figure.2 from (select customer_no, arrayJoin([('recency', recency), ('frequency', frequency), ('money', monetary)]) as figure from (${rfmFigures(purchases, { at: asOf, zone })}))`,
    options,
  )
  const figures = sql`select customer_no, maxIf(value, score = 'recency') as recency, maxIf(value, score = 'frequency') as frequency, maxIf(value, score = 'money') as monetary from insight_scores final where run_id = ${uuid(id)} group by customer_no`
  report('writing', 0.6)
  const [whole] = await ctx.ch.rows<{
    people: string
    revenue: number
    recency: number
    frequency: number
    money: number
  }>(
    sql`select count() as people, sum(monetary) as revenue, ${middleOf(question.cut, 'recency')} as recency, ${middleOf(question.cut, 'frequency')} as frequency, ${middleOf(question.cut, 'monetary')} as money from (${figures})`,
    options,
  )
  if (!whole || whole.people === '0') throw problem.nobody()
  const classes = sql`select customer_no, recency, frequency, monetary, concat('class:', class) as part from (${rfmClassesOf(figures, cut)})`
  const scores = sql`select customer_no, recency, frequency, monetary, concat('score:', toString(r), toString(f), toString(m)) as part from (${question.quintiles === 'value' ? rfmScores(figures) : scoresByRank(figures)})`
  const both = sql`${classes} union all ${scores}`
  await ctx.ch.command(
    sql`insert into insight_groups select ${uuid(id)}, part, groupBitmapState(customer_no) from (${both}) group by part`,
    options,
  )
  report('writing', 0.8)
  const parts = await ctx.ch.rows<RfmResult['classes'][number]>(
    sql`select part, toUInt32(count()) as people, avg(recency) as recency, avg(frequency) as frequency, avg(monetary) as money, sum(monetary) as revenue from (${both}) group by part order by part`,
    options,
  )
  const { recency, frequency, money } = question.cut === 'fixed' && question.fixed ? question.fixed : whole
  return {
    kind: 'rfm',
    people: Number(whole.people),
    revenue: whole.revenue,
    cuts: { recency, frequency, money },
    classes: parts.filter(({ part }) => part.startsWith('class:')),
    cells: parts.filter(({ part }) => part.startsWith('score:')),
  }
}

export const cutOf = ({ cut, fixed }: RfmQuestion): RfmCut => {
  if (cut !== 'fixed') return cut
  if (fixed === null) throw problem.noCuts()
  return { recency: fixed.recency, frequency: fixed.frequency, monetary: fixed.money }
}

const middleOf = (cut: RfmQuestion['cut'], figure: 'recency' | 'frequency' | 'monetary'): Sql =>
  cut === 'median' ? sql`quantileExactInclusive(0.5)(${ch.identifier(figure)})` : sql`avg(${ch.identifier(figure)})`

/** Fifths of equal size, whoever shares a value: ties fall by customer number, so that two runs agree. */
export const scoresByRank = (figures: Sql): Sql =>
  sql`select customer_no, recency, frequency, monetary, toUInt8(ntile(5) over (order by recency desc, customer_no)) as r, toUInt8(ntile(5) over (order by frequency, customer_no)) as f, toUInt8(ntile(5) over (order by monetary, customer_no)) as m from (${figures})`
