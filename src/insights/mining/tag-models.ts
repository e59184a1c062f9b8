import {
  offerTagModel,
  type RfmClass,
  rfmClasses,
  rfmClassesOf,
  rfmFigures,
  rfmScores,
  type TagModel,
  zone,
} from '#audiences'
import { type Ctx, ch } from '#platform'
import { classify } from './clusters/classify.ts'
import type { Question, Result, RunKind } from './contract.ts'
import { scopeOf } from './facts.ts'
import { problem } from './problem.ts'
import { purchasesOf } from './purchases.ts'
import { cutOf, scoresByRank } from './rfm/run-rfm.ts'
import { rowOf } from './runs.ts'
import './tables.ts'

const { sql, f64, str, strings, uuid, moment } = ch

/** An answer that is there, by its id. @throws problem.unknown, problem.notDone */
const answerOf = async <K extends RunKind>(ctx: Ctx, id: string, kind: K) => {
  const { question, result } = await rowOf(ctx, id)
  const isKind = <T extends { kind: string }>(value: T): value is Extract<T, { kind: K }> => value.kind === kind
  if (!isKind<Question>(question) || result === null || !isKind<Result>(result)) throw problem.notDone({ id })
  return { question, result }
}

const listOf =
  (kind: RunKind, each: (run: { id: string; title: string }) => { id: string; title: string }[]): TagModel['list'] =>
  async (ctx) => {
    const runs = await ctx.pg
      .selectFrom('insights.mining_run')
      .select(['id', 'title', 'created_at'])
      .where('kind', '=', kind)
      .where('state', '=', 'done')
      .orderBy('created_at', 'desc')
      .limit(100)
      .execute()
    return runs.flatMap(({ id, title, created_at }) =>
      each({ id, title: title || created_at.toISOString().slice(0, 10) }),
    )
  }

/** Newcomers by the cluster whose centre is nearest. */
const clusters: TagModel = {
  list: listOf('clusters', (run) => [run]),
  rows: async (ctx, id, { at }) => {
    const { question, result } = await answerOf(ctx, id, 'clusters')
    return classify(ctx, question, result, at)
  },
}

/** The RFM class by name and the score (555) by number, taken anew at the date, with the question's own rules. */
const rfm: TagModel = {
  list: listOf('rfm', (run) => [run]),
  rows: async (ctx, id, { at }) => {
    const { question } = await answerOf(ctx, id, 'rfm')
    const scope = await scopeOf(ctx, { who: question.who, asOf: at })
    const figures = rfmFigures(purchasesOf(scope, question, question.days), { at, zone })
    const codes = Object.keys(rfmClasses) as RfmClass[]
    const named = sql`transform(class, ${strings(codes)}, ${strings(codes.map((code) => rfmClasses[code]))}, '')`
    const scores = question.quintiles === 'value' ? rfmScores(figures) : scoresByRank(figures)
    return sql`select customer_no, toNullable(toFloat64(r * 100 + f * 10 + m)) as value, ${named} as label from (${rfmClassesOf(figures, cutOf(question))}) as c inner join (select customer_no, r, f, m from (${scores})) as s using (customer_no)`
  },
}

const scoreTitles = { alive: '活跃概率', expected: '预期购买次数', value: '预期价值' }

/**
 * The chance to be still a customer, from the fitted parameters and purchases until the date; what he is expected to buy
 * and bring as the answer had it (it needs a function that SQL lacks), so only from its date on.
 */
const value: TagModel = {
  list: listOf('value', ({ id, title }) =>
    Object.entries(scoreTitles).map(([score, name]) => ({ id: `${id}:${score}`, title: `${title} · ${name}` })),
  ),
  rows: async (ctx, key, { at }) => {
    const [id = '', score = ''] = key.split(':')
    const { question, result } = await answerOf(ctx, id, 'value')
    if (score !== 'alive') {
      const { as_of } = await rowOf(ctx, id)
      return sql`select customer_no, toNullable(value) as value, '' as label from insight_scores final where run_id = ${uuid(id)} and score = ${str(score)} and ${moment(at)} >= ${moment(as_of)}`
    }
    const { r, alpha, a, b } = result.bgNbd
    const scope = await scopeOf(ctx, { who: question.who, asOf: at })
    const people = sql`select customer_no, uniqExact(toDate(ts, ${str(zone)})) - 1 as x, dateDiff('day', min(toDate(ts, ${str(zone)})), max(toDate(ts, ${str(zone)}))) / 7 as last, dateDiff('day', min(toDate(ts, ${str(zone)})), toDate(${moment(at)}, ${str(zone)})) / 7 as age from (${purchasesOf(scope, question, null)}) group by customer_no`
    // bg-nbd.ts, aliveChance.
    return sql`select customer_no, toNullable(if(x = 0, 1., 1 / (1 + ${f64(a)} / (${f64(b)} + x - 1) * pow((${f64(alpha)} + age) / (${f64(alpha)} + last), ${f64(r)} + x)))) as value, '' as label from (${people})`
  },
}

offerTagModel('clusters', clusters)
offerTagModel('rfm', rfm)
offerTagModel('value', value)
