import { type ChSql, type Ctx, ch } from '#platform'
import type { Dictionary } from '../traits/dictionary.ts'
import { newRun, runRule } from './base-run.ts'
import { rootNo } from './base-sql.ts'
import type { Check } from './contract.ts'
import { fieldOf } from './rules.ts'
import { CONFLICT_DAYS, EXPECTED, HALF_LIFE_DAYS, WEIGHTS } from './score-contract.ts'
import './tables.ts'

const { sql, u32, u32s, f64, strings, moment } = ch
const options = { timeoutSeconds: 900 }

/** Customers of one statement: the words of 250,000 with 20 traits each take some 500 MB while they are grouped. */
const customersAtOnce = 250_000

/** Rules whose last run says which values are not valid: what is missing or old has a share of its own. */
const judges = (check: Check): boolean => check.kind !== 'required' && check.kind !== 'fresh'

interface Judged {
  /** Last finished runs of enabled rules about traits. */
  runs: number[]
  fields: string[]
}

export const lastJudged = async (ctx: Ctx): Promise<Judged> => {
  const rows = await ctx.pg
    .selectFrom('customers.quality_rule as r')
    .innerJoin('customers.quality_run as n', 'n.rule_id', 'r.id')
    .select(({ fn }) => ['r.id', 'r.target', 'r.asks', fn.max('n.id').as('run')])
    .where('r.enabled', '=', true)
    .where('n.state', '=', 'done')
    .groupBy('r.id')
    .execute()
  const about = rows.filter(({ target, asks }) => 'trait' in target && judges(asks))
  return { runs: about.map(({ run }) => run), fields: [...new Set(about.map(({ target }) => fieldOf(target)))] }
}

/**
 * Who said what last as one number, so that the latest is one maximum over fixed bytes (over tuples with texts this took five
 * times as long): instant in ms (45 bits), hash of the text (34), cleared (1), source (16), import (32). Texts that differ and
 * have one hash would pass for equal once in 17,000 million.
 */
const saidNumber = sql`bitShiftLeft(toUInt128(greatest(0, toUnixTimestamp64Milli(at))), 83) + bitShiftLeft(toUInt128(cityHash64(text) % 17179869184), 49) + bitShiftLeft(toUInt128(cleared), 48) + bitShiftLeft(toUInt128(source_id), 32) + toUInt128(import_id)`
const msOf = (said: ChSql) => sql`toInt64(bitShiftRight(${said}, 83))`
const hashOf = (said: ChSql) => sql`bitAnd(bitShiftRight(${said}, 49), toUInt128(17179869183))`
const isCleared = (said: ChSql) => sql`bitAnd(bitShiftRight(${said}, 48), toUInt128(1)) = 1`

/**
 * Latest words: no, h (hash of the trait's name), source_id, import_id, fresh, expected, ruled, bad, conflict. First the last
 * word of each origin, then that of all.
 */
const wordsOf = (judged: Judged, expected: readonly string[], slice: number, slices: number, at: Date): ChSql => sql`
  select no, h, toUInt16(bitAnd(bitShiftRight(w, 32), toUInt128(65535))) as source_id, toUInt32(bitAnd(w, toUInt128(4294967295))) as import_id,
    exp2(-greatest(0, ${ch.i64(at.getTime())} - ${msOf(sql`w`)}) / ${f64(HALF_LIFE_DAYS * 86_400_000)}) as fresh,
    has(arrayMap(name -> cityHash64(name), ${strings(expected)}), h) as expected,
    has(arrayMap(name -> cityHash64(name), ${strings(judged.fields)}), h) as ruled,
    ruled and (no, h) in (select customer_no, cityHash64(field) from quality_findings where run in ${u32s(judged.runs)}) as bad,
    length(said) > 1 and arrayExists(o -> not ${isCleared(sql`o`)} and ${hashOf(sql`o`)} != ${hashOf(sql`w`)} and ${msOf(sql`o`)} >= ${msOf(sql`w`)} - ${ch.i64(CONFLICT_DAYS * 86_400_000)}, said) as conflict
  from (
    select no, h, max(o) as w, groupArray(o) as said
    from (
      select toUInt32(${rootNo}) as no, cityHash64(trait) as h, source_id, import_id, max(${saidNumber}) as o
      from traits where ${rootNo} % ${u32(slices)} = ${u32(slice)}
      group by no, h, source_id, import_id)
    group by no, h)
  where not ${isCleared(sql`w`)}`

const weighted = sql`(${f64(WEIGHTS.completeness)} * completeness + ${f64(WEIGHTS.validity)} * validity + ${f64(WEIGHTS.freshness)} * freshness + ${f64(WEIGHTS.consistency)} * consistency)`

/** Traits that everybody is expected to have. */
export const expectedTraits = async (ctx: Ctx): Promise<string[]> => {
  const rows = await ctx.ch.rows<{ trait: string }>(
    sql`select trait from (select trait, uniq(customer_no) as people from traits where cleared = 0 group by trait)
      where people >= ${f64(EXPECTED.share)} * (select uniq(customer_no) from traits) order by people desc, trait limit ${u32(EXPECTED.most)}`,
    options,
  )
  return rows.map(({ trait }) => trait)
}

interface Sums {
  scope: 'source' | 'trait'
  key: string
  customers: number
  held: number
  expected: number
  bad: number
  ruled: number
  fresh: number
  conflict: number
}

/**
 * Scores everybody of whom a trait is known, as of now, and writes the totals of the day. Set-wise, a slice of customers at a
 * time; the scores before stay shown until the new ones are complete.
 */
export const scoreEverybody = async (ctx: Ctx, signal?: AbortSignal): Promise<{ customers: number; score: number }> => {
  const at = ctx.now()
  const [names, judged, expected, counted, conflicts] = await Promise.all([
    ctx.ch.rows<{ trait: string; h: string }>(sql`select distinct trait, toString(cityHash64(trait)) as h from traits`),
    lastJudged(ctx),
    expectedTraits(ctx),
    ctx.ch.one<{ count: string }>(sql`select count() as count from customers final where live = 1`),
    openConflicts(ctx),
  ])
  const slices = Math.max(1, Math.ceil(Number(counted?.count ?? 0) / customersAtOnce))
  const sums = new Map<string, Sums>()
  const nameOfHash = new Map(names.map(({ trait, h }) => [h, trait]))
  for (let slice = 0; slice < slices; slice += 1) {
    signal?.throwIfAborted()
    const words = wordsOf(judged, expected, slice, slices, at)
    await ctx.ch.command(
      sql`insert into quality_scores (customer_no, at, score, completeness, validity, freshness, consistency)
        select no, ${moment(at)}, ${weighted} as score, completeness, validity, freshness, consistency from (
          select words.no as no,
            countIf(expected) / ${u32(Math.max(1, expected.length))} as completeness,
            if(countIf(ruled) + any(sealed.bad) = 0, 1, 1 - (countIf(words.bad) + any(sealed.bad)) / (countIf(ruled) + any(sealed.bad))) as validity,
            avg(fresh) as freshness,
            if(has(${u32s(conflicts)}, words.no), 0, 1 - countIf(conflict) / count()) as consistency
          from (${words}) as words
          left join (select customer_no as no, uniqExact(field) as bad from quality_findings where run in ${u32s(judged.runs)} and field not in (select distinct trait from traits) group by customer_no) as sealed on sealed.no = words.no
          where words.no in (select customer_no from customers final where live = 1)
          group by words.no)`,
      options,
    )
    const rows = await ctx.ch.rows<Record<keyof Sums, string>>(
      sql`select if(grouping(h) = 1, 'source', 'trait') as scope, if(grouping(h) = 1, if(import_id > 0, concat('import:', toString(import_id)), concat('source:', toString(source_id))), toString(h)) as key,
          uniqExact(no) as customers, count() as held, countIf(expected) as expected, countIf(bad) as bad, countIf(ruled) as ruled, sum(fresh) as fresh, countIf(conflict) as conflict
        from (${words}) where no in (select customer_no from customers final where live = 1)
        group by grouping sets ((h), (source_id, import_id))`,
      options,
    )
    for (const row of rows) {
      const key = `${row.scope} ${row.key}`
      const held = sums.get(key) ?? {
        scope: row.scope === 'source' ? 'source' : 'trait',
        key: row.scope === 'source' ? row.key : (nameOfHash.get(row.key) ?? row.key),
        customers: 0,
        held: 0,
        expected: 0,
        bad: 0,
        ruled: 0,
        fresh: 0,
        conflict: 0,
      }
      for (const name of ['customers', 'held', 'expected', 'bad', 'ruled', 'fresh', 'conflict'] as const)
        held[name] += Number(row[name])
      sums.set(key, held)
    }
  }
  return writeDay(ctx, at, [...sums.values()], expected)
}

/** People who share a strong identifier with another and nobody has decided: by number. */
const openConflicts = async (ctx: Ctx): Promise<number[]> => {
  const rows = await ctx.pg
    .selectFrom('customers.conflict')
    .innerJoin('customers.customer as a', 'a.no', 'a_no')
    .innerJoin('customers.customer as b', 'b.no', 'b_no')
    .select(['a.root_no as a', 'b.root_no as b'])
    .where('decided_at', 'is', null)
    .execute()
  return [...new Set(rows.flatMap(({ a, b }) => [a, b]))]
}

/** Days are those of the company. */
export const dayOf = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)

const ratio = (part: number, whole: number, none: number) => (whole === 0 ? none : part / whole)

const writeDay = async (
  ctx: Ctx,
  at: Date,
  sums: readonly Sums[],
  expected: readonly string[],
): Promise<{ customers: number; score: number }> => {
  const total = await ctx.ch.one<{
    customers: string
    score: number
    completeness: number
    validity: number
    freshness: number
    consistency: number
    bands: string[]
  }>(
    sql`select count() as customers, ifNotFinite(avg(q.score), 0) as score, ifNotFinite(avg(q.completeness), 0) as completeness, ifNotFinite(avg(q.validity), 0) as validity, ifNotFinite(avg(q.freshness), 0) as freshness, ifNotFinite(avg(q.consistency), 0) as consistency,
        sumForEach(arrayMap(b -> toUInt64(least(9, toUInt8(floor(q.score / 10 + 1e-6))) = b), range(10))) as bands
      from quality_scores as q where at = ${moment(at)}`,
    options,
  )
  const customers = Number(total?.customers ?? 0)
  const day = dayOf(at)
  const instant = at.toISOString().slice(0, 23).replace('T', ' ')
  const rows = sums.map((one) => {
    const shares = {
      completeness:
        one.scope === 'trait'
          ? ratio(one.customers, customers, 0)
          : ratio(one.expected, one.customers * expected.length, 0),
      validity: 1 - ratio(one.bad, one.ruled, 0),
      freshness: ratio(one.fresh, one.held, 0),
      consistency: 1 - ratio(one.conflict, one.held, 0),
    }
    const score = (Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]).reduce(
      (sum, name) => sum + WEIGHTS[name] * shares[name],
      0,
    )
    return {
      scope: one.scope,
      key: one.key,
      day,
      at: instant,
      customers: one.customers,
      held: one.held,
      score,
      ...shares,
      bands: [],
    }
  })
  // The total comes last: it says which scores are shown.
  if (rows.length > 0) await ctx.ch.insert('quality_daily', rows)
  await ctx.ch.insert('quality_daily', [
    {
      scope: 'all',
      key: '',
      day,
      at: instant,
      customers,
      held: sums.reduce((sum, one) => sum + (one.scope === 'trait' ? one.held : 0), 0),
      score: total?.score ?? 0,
      completeness: total?.completeness ?? 0,
      validity: total?.validity ?? 0,
      freshness: total?.freshness ?? 0,
      consistency: total?.consistency ?? 0,
      bands: (total?.bands ?? []).map(Number),
    },
  ])
  await ctx.ch.command(sql`alter table quality_scores delete where at < ${moment(at)}`)
  return { customers, score: total?.score ?? 0 }
}

/** Puts the enabled rules about traits to the base, then scores everybody: what the nightly job does. */
export const judgeAndScore = async (ctx: Ctx, dictionary: Dictionary, signal?: AbortSignal): Promise<void> => {
  const rules = await ctx.pg
    .selectFrom('customers.quality_rule')
    .selectAll()
    .where('enabled', '=', true)
    .orderBy('id')
    .execute()
  for (const rule of rules) {
    if (!('trait' in rule.target)) continue
    try {
      await runRule(ctx, dictionary, await newRun(ctx, rule), signal)
    } catch (error) {
      if (signal?.aborted) throw error
      // Written down with its run; the others and the score do not wait for it.
      ctx.log.warn({ error, rule: rule.id }, 'quality rule not run')
    }
  }
  const { customers, score } = await scoreEverybody(ctx, signal)
  ctx.log.info({ customers, score: Math.round(score * 10) / 10 }, 'quality scored')
}
