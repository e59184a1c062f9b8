import { type ChSql, type Ctx, ch, scanText } from '#platform'
import type { Origins } from '../origins.ts'
import { readRows } from '../profile.ts'
import type { Dictionary } from '../traits/dictionary.ts'
import { isSealedField } from './base-run.ts'
import { latestOf, rootNo } from './base-sql.ts'
import { findingsOf } from './findings.ts'
import { problem } from './problem.ts'
import { expectedTraits, lastJudged } from './score.ts'
import {
  CONFLICT_DAYS,
  type CustomerScore,
  HALF_LIFE_DAYS,
  type People,
  type PeoplePage,
  type QualityOverview,
} from './score-contract.ts'

const { sql, str, u32, u32s, moment } = ch

interface DayRow {
  scope: string
  key: string
  day: string
  at: string
  customers: string
  held: string
  score: number
  completeness: number
  validity: number
  freshness: number
  consistency: number
  bands: string[]
}

const instantOf = (text: string) => new Date(text.endsWith('Z') ? text : `${text.replace(' ', 'T')}Z`)
const sharesOf = ({ completeness, validity, freshness, consistency }: DayRow) => ({
  completeness,
  validity,
  freshness,
  consistency,
})

/** When the scores that are shown were made. */
const scoredAt = async (ctx: Ctx): Promise<Date | undefined> => {
  const row = await ctx.ch.one<{ at: string; n: string }>(
    sql`select max(at) as at, count() as n from quality_daily where scope = 'all'`,
  )
  return row && Number(row.n) > 0 ? instantOf(row.at) : undefined
}

/** The last scoring with its totals by day, source and trait. */
export const readOverview = async (
  ctx: Ctx,
  origins: Origins,
  { days }: { days: number },
): Promise<QualityOverview> => {
  const since = new Date(ctx.now().getTime() - days * 86_400_000)
  const [all, names, everybody, expected] = await Promise.all([
    ctx.ch.rows<DayRow>(
      sql`select * from quality_daily final where scope = 'all' and day >= toDate(${moment(since)}) order by day`,
    ),
    origins.names(ctx),
    ctx.ch.one<{ count: string }>(
      sql`select count() as count from customers final where live = 1 and ${rootNo} = customer_no`,
    ),
    expectedTraits(ctx),
  ])
  const last = all.at(-1)
  const parts = last
    ? await ctx.ch.rows<DayRow>(
        sql`select * from quality_daily final where scope != 'all' and at = ${moment(instantOf(last.at))} order by customers desc, key limit 2000`,
      )
    : []
  const nameOf = (key: string): string | null => {
    const [kind, id] = key.split(':')
    return (kind === 'import' ? names.imports : names.sources).get(Number(id))?.name ?? null
  }
  const customers = Number(last?.customers ?? 0)
  return {
    at: last ? instantOf(last.at).toISOString() : null,
    customers,
    unscored: Math.max(0, Number(everybody?.count ?? 0) - customers),
    score: last?.score ?? 0,
    ...(last ? sharesOf(last) : { completeness: 0, validity: 0, freshness: 0, consistency: 0 }),
    bands: (last?.bands ?? []).map(Number),
    expected,
    history: all.map((row) => ({ day: row.day, customers: Number(row.customers), score: row.score, ...sharesOf(row) })),
    sources: parts
      .filter(({ scope }) => scope === 'source')
      .map((row) => ({
        key: row.key,
        name: nameOf(row.key),
        customers: Number(row.customers),
        held: Number(row.held),
        score: row.score,
        ...sharesOf(row),
      })),
    traits: parts
      .filter(({ scope }) => scope === 'trait')
      .map((row) => ({
        trait: row.key,
        expected: expected.includes(row.key),
        held: Number(row.held),
        score: row.score,
        ...sharesOf(row),
      })),
  }
}

/** One customer's score; null when he was not scored. */
export const readScore = async (ctx: Ctx, { id }: { id: string }): Promise<{ score: CustomerScore | null }> => {
  const no = u32(Number(id))
  const [row] = await ctx.ch.rows<{
    at: string
    score: number
    completeness: number
    validity: number
    freshness: number
    consistency: number
  }>(sql`select * from quality_scores where customer_no = ${no} order by at desc limit 1`)
  if (!row) return { score: null }
  const [expected, held, judged] = await Promise.all([
    expectedTraits(ctx),
    ctx.ch.rows<{ trait: string }>(
      sql`select trait from (select trait, max((at, cityHash64(text), cleared)) as w from traits where customer_no in (select from_no from customer_overrides final where to_no = ${no}) or customer_no = ${no} group by trait) where w.3 = 0`,
    ),
    lastJudged(ctx),
  ])
  const invalid = await ctx.ch.rows<{ rule_no: number; field: string; value_masked: string; reason: string }>(
    sql`select rule_no, field, value_masked, reason from quality_findings final where run in ${u32s(judged.runs)} and customer_no = ${no} limit 100`,
  )
  const rules =
    invalid.length > 0
      ? await ctx.pg
          .selectFrom('customers.quality_rule')
          .select(['id', 'name'])
          .where(
            'id',
            'in',
            invalid.map(({ rule_no }) => rule_no),
          )
          .execute()
      : []
  const names = new Map(rules.map(({ id, name }) => [id, name]))
  const has = new Set(held.map(({ trait }) => trait))
  const { at, ...shares } = row
  return {
    score: {
      at: instantOf(at).toISOString(),
      score: shares.score,
      completeness: shares.completeness,
      validity: shares.validity,
      freshness: shares.freshness,
      consistency: shares.consistency,
      missing: expected.filter((trait) => !has.has(trait)),
      invalid: invalid.map(({ rule_no, field, value_masked, reason }) => ({
        rule: names.get(rule_no) ?? String(rule_no),
        field,
        value: value_masked,
        reason,
      })),
    },
  }
}

const traitOf = ({ trait, what }: People): string => {
  if (trait === undefined) throw problem.ruleUnfit({ reason: `${what} needs a trait` })
  return trait
}

/** Customers behind a number: a statement of rows (no, value). @throws quality.ruleUnfit, quality.ruleUnknown */
export const peopleBehind = async (ctx: Ctx, people: People): Promise<ChSql> => {
  const at = (await scoredAt(ctx)) ?? new Date(0)
  const scored = sql`quality_scores where at = ${moment(at)}`
  switch (people.what) {
    case 'band':
      return sql`select customer_no as no, '' as value from ${scored} and least(9, toUInt8(floor(score / 10 + 1e-6))) = ${u32(people.band ?? 0)}`
    case 'missing':
      return sql`select customer_no as no, '' as value from ${scored} and customer_no not in (select no from (${latestOf(traitOf(people))}))`
    case 'stale':
      return sql`select no, text as value from (${latestOf(traitOf(people))}) where at < ${moment(new Date(at.getTime() - HALF_LIFE_DAYS * 86_400_000))}`
    case 'invalid': {
      const { runs } = await lastJudged(ctx)
      return sql`select customer_no as no, any(value_masked) as value from quality_findings where run in ${u32s(runs)} and field = ${str(traitOf(people))} group by customer_no`
    }
    case 'conflict':
      return sql`select no, w.3 as value from (
        select no, max((o.1, o.2, o.4, o.3)) as w, groupArrayIf((o.1, o.4), o.3 = 0) as said from (
          select toUInt32(${rootNo}) as no, source_id, import_id, max((at, cityHash64(text), cleared, text)) as o from traits where trait = ${str(traitOf(people))} group by no, source_id, import_id) group by no)
        where w.4 = 0 and arrayExists(o -> o.2 != w.3 and o.1 >= w.1 - toIntervalDay(${u32(CONFLICT_DAYS)}), said)`
    case 'rule':
      return sql`select customer_no as no, any(value_masked) as value from quality_findings where ${await findingsOf(ctx, Number(people.rule ?? 0), 'base')} and customer_no > 0 group by customer_no`
  }
}

/** One page of the customers behind a number, by number; masked. */
export const listPeople = async (
  ctx: Ctx,
  dictionary: Dictionary,
  { limit, after, ...people }: People & { limit: number; after: number },
): Promise<PeoplePage> => {
  const behind = await peopleBehind(ctx, people)
  const [rows, counted, sealed] = await Promise.all([
    ctx.ch.rows<{ no: number; value: string }>(
      sql`select no, value from (${behind}) where no > ${u32(after)} order by no limit ${u32(limit + 1)}`,
    ),
    ctx.ch.one<{ total: string }>(sql`select count() as total from (${behind})`),
    people.trait === undefined ? false : isSealedField(ctx, dictionary, people.trait),
  ])
  const shown = rows.slice(0, limit)
  const nos = shown.map(({ no }) => no)
  const [known, scores] = await Promise.all([
    readRows(ctx, nos),
    ctx.ch.rows<{ customer_no: number; score: number }>(
      sql`select customer_no, argMax(score, at) as score from quality_scores where customer_no in ${u32s(nos)} group by customer_no`,
    ),
  ])
  const rowById = new Map(known.map((row) => [row.id, row]))
  const scoreByNo = new Map(scores.map(({ customer_no, score }) => [customer_no, score]))
  return {
    total: Number(counted?.total ?? 0),
    items: shown.map(({ no, value }) => ({
      id: String(no),
      display: rowById.get(String(no))?.display ?? {},
      score: scoreByNo.get(no) ?? null,
      // Findings are masked as they are stored; of a trait that is not sealed the value may be shown without what looks personal.
      value: value === '' ? null : sealed ? value : scanText(value).text.slice(0, 200),
    })),
    next: rows.length > limit ? String(shown.at(-1)?.no ?? '') : null,
  }
}

/** Lists of customers live with the audiences, who are above: they offer to make one. */
type ListMaker = (
  ctx: Ctx,
  list: { name: string; why: string; madeOf: Record<string, string>; members: ChSql },
) => Promise<{ id: string; size: number }>

let makeList: ListMaker | undefined

export const offerListMaker = (make: ListMaker): void => {
  makeList = make
}

/** Saves the customers behind a number as a list. @throws quality.listsMissing */
export const savePeople = async (ctx: Ctx, { people, name }: { people: People; name: string }) => {
  if (!makeList) throw problem.listsMissing()
  const behind = await peopleBehind(ctx, people)
  const { id, size } = await makeList(ctx, {
    name,
    why: 'data quality',
    madeOf: { quality: JSON.stringify(people) },
    members: sql`select groupBitmapState(toUInt32(no)) as members from (${behind})`,
  })
  return { id, size }
}
