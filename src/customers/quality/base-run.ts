import { sql as pgSql } from 'kysely'
import { type ChSql, type Ctx, ch, fieldMeaning, type IdentifierKind } from '#platform'
import { isKind, kindNumber } from '../identity/kinds.ts'
import { openDocument, type StoredTrait } from '../personal-document.ts'
import type { Dictionary } from '../traits/dictionary.ts'
import { type Found, findingLine, shownValue, storeFindings } from './arrival.ts'
import { holdsSql, latestOf, readText, reasonOf, rootNo, type Subject } from './base-sql.ts'
import type { Check } from './contract.ts'
import { problem } from './problem.ts'
import { type Compiled, compileRule } from './rule-set.ts'
import { type RuleRow, ruleRow } from './rules.ts'
import './tables.ts'

const { sql, str, u32, moment } = ch
const options = { timeoutSeconds: 600 }
/** Events of this long are looked at in a run over the base. */
const eventDays = 90

/** Asks for a run over the whole base. @returns its number @throws quality.ruleUnknown, quality.runGoesOn */
export const askRun = async (ctx: Ctx, { id }: { id: string }): Promise<{ run: number }> => {
  const run = await ctx.tx(async (ctx) => {
    const rule = await ruleRow(ctx, id)
    const open = await ctx.pg
      .selectFrom('customers.quality_run')
      .select('id')
      .where('rule_id', '=', rule.id)
      .where('state', 'in', ['queued', 'running'])
      .where('created_at', '>', new Date(ctx.now().getTime() - 3_600_000))
      .executeTakeFirst()
    if (open) throw problem.runGoesOn({ run: open.id })
    const run = await newRun(ctx, rule)
    await ctx.jobs.send('quality.run', { run }, { key: String(run) })
    await ctx.audit.record(ctx, { action: 'quality.rule.run', subject: `qualityRule:${id}`, detail: { run } })
    return run
  })
  return { run }
}

export const newRun = async (ctx: Ctx, rule: Pick<RuleRow, 'id' | 'version'>): Promise<number> => {
  const { id } = await ctx.pg
    .insertInto('customers.quality_run')
    .values({
      rule_id: rule.id,
      rule_version: rule.version,
      state: 'queued',
      created_at: ctx.now(),
      created_by: ctx.actor.name,
      finished_at: null,
      took_ms: null,
      error: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/**
 * Puts a rule to the whole base and keeps who failed it, instead of what the run before found. May run twice: its rows are
 * the same then.
 */
export const runRule = async (ctx: Ctx, dictionary: Dictionary, run: number, signal?: AbortSignal): Promise<void> => {
  const asked = await ctx.pg
    .selectFrom('customers.quality_run')
    .select(['rule_id', 'state'])
    .where('id', '=', run)
    .executeTakeFirst()
  if (!asked || asked.state === 'done') return
  const startedAt = performance.now()
  const set = (change: object) =>
    ctx.pg.updateTable('customers.quality_run').set(change).where('id', '=', run).execute()
  await set({ state: 'running' })
  try {
    const rule = await ruleRow(ctx, String(asked.rule_id))
    const counted = await findFailing(ctx, dictionary, rule, run, signal)
    await set({
      ...counted,
      state: 'done',
      error: null,
      finished_at: ctx.now(),
      took_ms: Math.round(performance.now() - startedAt),
    })
    await ctx.ch.command(
      sql`alter table quality_findings delete where rule_no = ${u32(rule.id)} and run > 0 and run < ${u32(run)}`,
    )
  } catch (error) {
    await set({
      state: 'failed',
      error: error instanceof Error ? error.message.slice(0, 500) : 'failed',
      finished_at: ctx.now(),
    })
    throw error
  }
}

interface Counted {
  checked: number
  failed: number
}

const findFailing = async (
  ctx: Ctx,
  dictionary: Dictionary,
  rule: RuleRow,
  run: number,
  signal: AbortSignal | undefined,
): Promise<Counted> => {
  const { target, asks } = rule
  if (!('trait' in target)) return eventRun(ctx, rule, target, run)
  const entries = await dictionary.entries(ctx)
  const isSealed = (name: string) => (entries.get(name)?.personal ?? false) || fieldMeaning(name) !== undefined
  if (isSealed(target.trait) || (asks.kind === 'compare' && isSealed(asks.other))) {
    if (asks.kind === 'unique')
      throw problem.ruleUnfit({ reason: 'personal values are sealed; identifiers are unique by themselves' })
    return sealedRun(ctx, compileRule(rule), run, signal)
  }
  return traitRun(ctx, rule, target.trait, run)
}

/** Rows of a trait with a column `bad`; of `required`, everybody. */
export const judgedTrait = (check: Check, trait: string, at: Date): ChSql => {
  if (check.kind === 'required')
    return sql`select customer_no as no, '' as text, 0 as source_id, 0 as import_id, customer_no not in (select no from (${latestOf(trait)})) as bad
      from customers final where live = 1 and ${rootNo} = customer_no`
  if (check.kind === 'unique')
    return sql`select no, text, source_id, import_id, text in (select text from (${latestOf(trait)}) group by text having count() > 1) as bad from (${latestOf(trait)})`
  const ageDays = sql`dateDiff('second', at, ${moment(at)}) / 86400`
  const subject = typed(ageDays)
  if (check.kind !== 'compare')
    return sql`select no, text, source_id, import_id, not ${holdsSql(check, subject)} as bad from (${latestOf(trait)})`
  const other: Subject = {
    text: sql`other.text`,
    number: sql`coalesce(other.said_number, ${readText(sql`other.text`).number})`,
    moment: sql`coalesce(other.said_moment, ${readText(sql`other.text`).moment})`,
    ageDays,
  }
  return sql`select own.no as no, own.text as text, own.source_id as source_id, own.import_id as import_id, not ${holdsSql(check, ownSubject(ageDays), other)} as bad
    from (${latestOf(trait)}) as own inner join (${latestOf(check.other)}) as other on own.no = other.no`
}

const subjectOf = (text: ChSql, said: { number: ChSql; moment: ChSql }, ageDays: ChSql): Subject => ({
  text,
  number: sql`coalesce(${said.number}, ${readText(text).number})`,
  moment: sql`coalesce(${said.moment}, ${readText(text).moment})`,
  ageDays,
})
const typed = (ageDays: ChSql) => subjectOf(sql`text`, { number: sql`said_number`, moment: sql`said_moment` }, ageDays)
const ownSubject = (ageDays: ChSql) =>
  subjectOf(sql`own.text`, { number: sql`own.said_number`, moment: sql`own.said_moment` }, ageDays)

const traitRun = async (ctx: Ctx, rule: RuleRow, trait: string, run: number): Promise<Counted> => {
  const judged = judgedTrait(rule.asks, trait, ctx.now())
  await ctx.ch.command(
    sql`insert into quality_findings (rule_no, run, at, customer_no, source_id, import_id, line, message_id, field, value_masked, reason, rejected)
      select ${u32(rule.id)}, ${u32(run)}, ${moment(ctx.now())}, no, source_id, import_id, 0, '', ${str(trait)}, substringUTF8(text, 1, 100), ${str(reasonOf(rule.asks))}, 0
      from (${judged}) where bad`,
    options,
  )
  return counted(ctx, judged)
}

const counted = async (ctx: Ctx, judged: ChSql): Promise<Counted> => {
  const row = await ctx.ch.one<{ checked: string; failed: string }>(
    sql`select count() as checked, countIf(bad) as failed from (${judged})`,
    options,
  )
  return { checked: Number(row?.checked ?? 0), failed: Number(row?.failed ?? 0) }
}

/** Rows of an event of the last 90 days with a column `bad`. */
export const judgedEvent = (check: Check, event: string, property: string, at: Date): ChSql => {
  const since = new Date(at.getTime() - eventDays * 86_400_000)
  const own = propertyColumns('own', property)
  const other = check.kind === 'compare' ? propertyColumns('other', check.other) : undefined
  const ageDays = sql`dateDiff('second', ts, received_at) / 86400`
  const subject = (name: 'own' | 'other') => {
    const text = name === 'own' ? sql`own` : sql`other`
    const number = name === 'own' ? sql`own_number` : sql`other_number`
    return subjectOf(text, { number, moment: sql`cast(null, 'Nullable(DateTime64(3, \\'UTC\\'))')` }, ageDays)
  }
  const bad =
    check.kind === 'required'
      ? sql`not own_there`
      : check.kind === 'compare'
        ? sql`(own_there and other_there and not ${holdsSql(check, subject('own'), subject('other'))})`
        : sql`not ${holdsSql(check, subject('own'))}`
  const there = check.kind === 'required' ? sql`1` : sql`own_there`
  return sql`select no, text, source_id, import_id, message_id, ts, bad from (
    select toUInt32(${rootNo}) as no, own as text, source_id, import_id, message_id, ts, ${bad} as bad, ${own}${other ? sql`, ${other}` : sql``}
    from events where event = ${str(event)} and ts >= ${moment(since)} and ${there})`
}

/** NAME (text), NAME_number and NAME_there of a property; by its name, or by its path where the name is none. */
const propertyColumns = (name: 'own' | 'other', property: string): ChSql => {
  const path = property.split('.')
  const keys = ch.join(path.map(str), ', ')
  const pick = (read: (keys: ChSql) => ChSql): ChSql =>
    path.length === 1
      ? read(sql`${str(property)}`)
      : sql`if(JSONHas(properties, ${str(property)}), ${read(sql`${str(property)}`)}, ${read(keys)})`
  const type = pick((k) => sql`toString(JSONType(properties, ${k}))`)
  const text = pick((k) => sql`JSONExtractString(properties, ${k})`)
  const raw = pick((k) => sql`JSONExtractRaw(properties, ${k})`)
  const number = pick((k) => sql`JSONExtractFloat(properties, ${k})`)
  const value = sql`if(${type} = 'String', ${text}, ${raw})`
  const there = sql`(${type} != 'Null' and ${value} != '')`
  const numeric = sql`if(${type} in ('Int64', 'UInt64', 'Double'), ${number}, null)`
  return name === 'own'
    ? sql`${value} as own, ${there} as own_there, ${numeric} as own_number`
    : sql`${value} as other, ${there} as other_there, ${numeric} as other_number`
}

const eventRun = async (
  ctx: Ctx,
  rule: RuleRow,
  { event, property }: { event: string; property: string },
  run: number,
): Promise<Counted> => {
  const judged = judgedEvent(rule.asks, event, property, ctx.now())
  await ctx.ch.command(
    sql`insert into quality_findings (rule_no, run, at, customer_no, source_id, import_id, line, message_id, field, value_masked, reason, rejected)
      select ${u32(rule.id)}, ${u32(run)}, ts, no, source_id, import_id, 0, message_id, ${str(property)}, substringUTF8(text, 1, 100), ${str(reasonOf(rule.asks))}, 0
      from (${judged}) where bad`,
    options,
  )
  return counted(ctx, judged)
}

const peoplePerPage = 1_000

/** One customer number with what is known of it, personal values in clear; only in memory. */
export interface OpenCustomer {
  no: number
  root: number
  traits: Record<string, StoredTrait>
  personal: Record<string, StoredTrait>
  identifiers: (kind: IdentifierKind) => readonly string[]
}

interface PageRow {
  no: number
  root_no: number
  traits: Record<string, StoredTrait>
  sealed: Uint8Array | null
  salt: Uint8Array | null
  plain: string[] | null
}

/**
 * Everybody in pages, whole families together, with sealed documents opened. Values are for looking at here and now:
 * whoever keeps one masks it.
 * @param kind also the plain values of this kind of identifier
 */
export async function* openPages(
  ctx: Ctx,
  kind?: IdentifierKind,
  signal?: AbortSignal,
): AsyncGenerator<OpenCustomer[][]> {
  const number = kind !== undefined && isKind(kind) ? kindNumber(kind) : -1
  for (let after = 0; ; ) {
    signal?.throwIfAborted()
    const { rows: roots } = await pgSql<{ no: number }>`
      select no from customers.customer where no > ${after} and root_no = no and erased_at is null order by no limit ${peoplePerPage}`.execute(
      ctx.pg,
    )
    const last = roots.at(-1)
    if (!last) return
    const { rows } = await pgSql<PageRow>`
      with family as (
        select * from customers.customer where no = any(${`{${roots.map(({ no }) => no).join(',')}}`}::int[])
        union all select * from customers.customer where root_no = any(${`{${roots.map(({ no }) => no).join(',')}}`}::int[]) and root_no <> no)
      select f.no, f.root_no, f.traits, f.sealed, k.salt,
        (select json_agg(i.value) from customers.identifier i where i.no = f.no and i.kind = ${number} and i.value is not null) as plain
      from family f left join platform.customer_key k on k.customer_no = f.no where f.erased_at is null order by f.root_no, f.no`.execute(
      ctx.pg,
    )
    const families = Map.groupBy(
      rows.map((row): OpenCustomer => {
        const document = row.sealed
          ? openDocument(ctx.vault, row.salt && { salt: row.salt }, row.no, row.sealed)
          : undefined
        return {
          no: row.no,
          root: row.root_no,
          traits: row.traits,
          personal: document?.t ?? {},
          identifiers: (wanted) => (isKind(wanted) ? (document?.i[wanted] ?? row.plain ?? []) : []),
        }
      }),
      ({ root }) => root,
    )
    yield [...families.values()]
    after = last.no
  }
}

/** Personal fields lie sealed in Postgres: they are opened a page at a time and only what failed is kept, masked. */
const sealedRun = async (ctx: Ctx, rule: Compiled, run: number, signal: AbortSignal | undefined): Promise<Counted> => {
  const total: Counted = { checked: 0, failed: 0 }
  const atMs = ctx.now().getTime()
  for await (const families of openPages(ctx, rule.identifier, signal)) {
    let lines = ''
    for (const family of families) {
      const root = family[0]?.root ?? 0
      const newestOf = (name: string) => newest(family, name)
      const said = newestOf(rule.field)
      const values =
        rule.identifier === undefined
          ? said
            ? [said[0]]
            : []
          : family.flatMap((one) => (rule.identifier ? one.identifiers(rule.identifier) : []))
      if (values.length === 0 && !rule.isRequired) continue
      const around = {
        other: (name: string) => newestOf(name)?.[0],
        ageDays: said ? (atMs - said[1]) / 86_400_000 : undefined,
      }
      let bad: Found | undefined
      for (const value of values.length === 0 ? [undefined] : values) {
        const reason = rule.verify(value, around)
        if (reason !== undefined) bad ??= { rule, valueMasked: shownValue(rule.field, value, true), reason }
      }
      total.checked += 1
      if (!bad) continue
      total.failed += 1
      const [, , sourceId, importId] = said ?? ['', 0, 0, 0]
      lines += findingLine(bad, { atMs, customerNo: root, sourceId, importId, line: 0, messageId: '' }, run)
    }
    await storeFindings(ctx, lines)
  }
  return total
}

const newest = (family: readonly OpenCustomer[], name: string): StoredTrait | undefined => {
  let found: StoredTrait | undefined
  for (const { traits, personal } of family)
    for (const set of [traits, personal]) {
      const said = Object.hasOwn(set, name) ? set[name] : undefined
      if (said && (!found || said[1] > found[1])) found = said
    }
  return found
}

/** Rule fields that lie sealed; their values on a page are masked. */
export const isSealedField = async (ctx: Ctx, dictionary: Dictionary, name: string): Promise<boolean> =>
  ((await dictionary.entries(ctx)).get(name)?.personal ?? false) || fieldMeaning(name)?.personal !== undefined
