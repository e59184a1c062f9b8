import { type LookUpKind, lookUp, maskValue } from '#customers'
import {
  type Ctx,
  ch,
  IDENTIFIER_KINDS,
  mayHold,
  normaliseIdentifier,
  problem as platformProblem,
  scanText,
} from '#platform'
import { tagWritten } from '../live/tag-written.ts'
import { type AssignRequest, type SetValues, TagValue, type Uploaded, type UploadRequest } from './contract.ts'
import { giveBack, type Leased, takeTag } from './lease.ts'
import { problem } from './problem.ts'
import { familyOf, mergesOf } from './read.ts'
import { everybody, rootOf, stateAsOf } from './rows.ts'
import { figuresOf, removedRows } from './run.ts'
import { type TagRow, tagRow } from './store.ts'
import './tables.ts'

const { sql, u32, u32s, moment, strings, uuid } = ch

type Action = SetValues['action']

/** What is wrong with values for a tag; undefined when they fit. */
const valueFault = (
  { definition, type, multi }: TagRow,
  values: readonly string[],
): { value?: string; expected: string } | undefined => {
  if (!multi && values.length > 1) return { expected: 'one value' }
  const choices = definition.kind === 'manual' ? definition.values : []
  const fits = (value: string) =>
    (choices.length === 0 || choices.includes(value)) &&
    (type !== 'number' || Number.isFinite(Number(value))) &&
    (type !== 'date' || /^\d{4}-\d{2}-\d{2}$/.test(value))
  if (values.some((value) => mayHold(value) && scanText(value).text !== value))
    return { expected: 'no phone, ID card, bank card or e-mail' }
  if (values.some((value) => !TagValue.safeParse(value).success)) return { expected: 'text of 1 to 100 characters' }
  const wrong = values.find((value) => !fits(value))
  return wrong === undefined ? undefined : { value: wrong, expected: choices.join(' / ') || type }
}

/** @throws problem.notManual, problem.stateWrong, problem.valueWrong */
const checkValues = (row: TagRow, values: readonly string[], action: Action): void => {
  if (row.kind !== 'manual') throw problem.notManual({ key: row.key })
  if (row.state !== 'active') throw problem.stateWrong({ state: row.state })
  if (action !== 'set' && values.length === 0) throw problem.valueWrong({ expected: 'a value' })
  // What should not be there may always be taken away.
  const fault = action === 'remove' ? undefined : valueFault(row, values)
  if (fault) throw problem.valueWrong(fault)
}

/** The number beside the text of a value. */
const numberOf = (type: TagRow['type']) =>
  type === 'number'
    ? sql`toFloat64OrNull(arrayElement(new, 1))`
    : type === 'date'
      ? sql`toFloat64(toInt32(toDateOrNull(arrayElement(new, 1))))`
      : sql`cast(null as Nullable(Float64))`

/** Rows `customer_no, given Array(String)` become new values, where they change something. */
const write = async (
  ctx: Ctx,
  { row, run }: Leased,
  given: ch.Sql,
  { action, at, merges }: { action: Action; at: Date; merges: boolean },
) => {
  const removed = await removedRows(ctx, row.no)
  const leftOut =
    removed.length > 0
      ? sql` and no not in (select ${rootOf(merges)} from (select arrayJoin(${u32s(removed)}) as customer_no))`
      : sql``
  const next = {
    set: sql`given`,
    add: row.multi ? sql`arrayDistinct(arrayConcat(old, given))` : sql`given`,
    remove: sql`arrayFilter(x -> not has(given, x), old)`,
  }[action]
  await ctx.ch.command(
    sql`insert into tag_values (tag_no, customer_no, at, run, values, number) select ${u32(row.no)}, no, ${moment(at)}, ${u32(run)}, new, ${numberOf(row.type)} from (select no, given, old, arraySort(arraySlice(${next}, 1, 50)) as new from (select no, anyIf(v, fresh = 1) as given, anyIf(v, fresh = 0) as old, max(fresh) as named from (select customer_no as no, given as v, 1 as fresh from (${given}) union all select customer_no as no, held.1 as v, 0 as fresh from (${stateAsOf(row.no, { at, merges })})) group by no) where named = 1) where new != arraySort(old) and no in (${everybody(merges)})${leftOut}`,
    { timeoutSeconds: 300 },
  )
  await tagWritten(ctx, row, run)
}

/** One writing of values by hand under a run number, with its figures and its record. */
const assign = async (
  ctx: Ctx,
  key: string,
  why: 'manual' | 'bulk' | 'upload',
  {
    values,
    action,
    given,
    detail,
  }: { values: readonly string[]; action: Action; given: (merges: boolean) => ch.Sql; detail: Record<string, unknown> },
): Promise<{ run: number; changed: number }> => {
  // Values of a file were checked line by line.
  checkValues(await tagRow(ctx, key), values, why === 'upload' ? 'set' : action)
  const leased = await takeTag(ctx, key)
  const { row, run, lease } = leased
  try {
    const clock = performance.now()
    const at = ctx.now()
    const merges = await mergesOf(ctx)
    await ctx.pg
      .insertInto('audiences.tag_run')
      .values({
        tag_no: row.no,
        run,
        version: row.version,
        why,
        state: 'running',
        at,
        started_at: at,
        detail: JSON.stringify(detail),
        by: ctx.actor.name,
      })
      .execute()
    await write(ctx, leased, given(merges), { action, at, merges })
    const { covered, of, changed, distribution } = await figuresOf(ctx, row.no, row.type, { at, run, merges })
    const tookMs = Math.round(performance.now() - clock)
    await ctx.tx(async (ctx) => {
      const held = await ctx.pg
        .updateTable('audiences.tag')
        .set({
          lease: null,
          lease_until: null,
          progress: null,
          error: null,
          as_of: at,
          run_version: row.version,
          covered,
          of_all: of,
          took_ms: tookMs,
        })
        .where('no', '=', row.no)
        .where('lease', '=', lease)
        .returning('no')
        .executeTakeFirst()
      if (!held) throw problem.overtaken({ key })
      await ctx.pg
        .updateTable('audiences.tag_run')
        .set({
          state: 'done',
          took_ms: tookMs,
          covered,
          of_all: of,
          changed,
          distribution: JSON.stringify(distribution),
        })
        .where('tag_no', '=', row.no)
        .where('run', '=', run)
        .execute()
      await ctx.audit.record(ctx, {
        action: 'tag.assign',
        subject: `tag:${key}`,
        detail: { run, why, action, values, changed, ...detail },
      })
    })
    return { run, changed }
  } catch (error) {
    await giveBack(ctx, leased, error)
    throw error
  }
}

/**
 * Sets, adds or takes away values of a manual tag on one customer; no values with `set` leaves him none.
 * @throws problem.unknown, problem.notManual, problem.valueWrong, problem.removed, problem.customerUnknown, problem.running
 */
export const setValues = async (
  ctx: Ctx,
  { id, key, values, action }: SetValues & { id: number; key: string },
): Promise<{ run: number; changed: number }> => {
  const { root, nos } = await familyOf(ctx, id)
  const { no } = await tagRow(ctx, key)
  const removal = await ctx.pg
    .selectFrom('audiences.tag_removal')
    .select('at')
    .where('tag_no', '=', no)
    .where('customer_no', 'in', nos)
    .executeTakeFirst()
  if (removal) throw problem.removed({ key })
  return assign(ctx, key, 'manual', {
    values,
    action,
    given: () => sql`select ${u32(root)} as customer_no, ${strings(values)} as given`,
    detail: { customer: ctx.vault.pseudonym(root) },
  })
}

/**
 * A value of a manual tag for these people, or (`null`) none of it any more. The same again changes nothing.
 * @param nos roots
 * @param why said in the tag's history
 * @throws problem.unknown, problem.notManual, problem.stateWrong, problem.valueWrong, problem.running
 */
export const setTag = async (
  ctx: Ctx,
  { key, nos, value, why }: { key: string; nos: readonly number[]; value: string | null; why: Record<string, unknown> },
): Promise<void> => {
  const values = value === null ? [] : [value]
  await assign(ctx, key, 'bulk', {
    values,
    action: 'set',
    given: () => sql`select arrayJoin(${u32s(nos)}) as customer_no, ${strings(values)} as given`,
    detail: { ...why, people: nos.length },
  })
}

/**
 * The same on everybody who was in an audience at its last refresh.
 * @throws problem.audienceUnknown besides
 */
export const assignAudience = async (
  ctx: Ctx,
  { key, audienceId, values, action }: AssignRequest & { key: string },
) => {
  const audience = await ctx.pg
    .selectFrom('audiences.audience')
    .select(['refresh_shown', 'size', 'name'])
    .where('id', '=', audienceId)
    .executeTakeFirst()
  const refresh = audience?.refresh_shown ?? null
  if (!audience || refresh === null) throw problem.audienceUnknown({ id: audienceId })
  const result = await assign(ctx, key, 'bulk', {
    values,
    action,
    given: (merges) =>
      sql`select no as customer_no, ${strings(values)} as given from (select distinct ${rootOf(merges)} as no from (select arrayJoin(bitmapToArray(groupBitmapMergeState(members))) as customer_no from audience_membership where audience_id = ${uuid(audienceId)} and refresh = ${u32(refresh)}))`,
    detail: { audience: audienceId, refresh, people: audience.size ?? 0 },
  })
  return { ...result, people: audience.size ?? 0 }
}

const mostLines = 200_000
const shownRejects = 1_000
const kinds: readonly LookUpKind[] = ['phone', 'idCard', 'email', 'bankCard']

interface Line {
  line: number
  identifier: string
  value: string
}

/** Lines of `identifier,value`: apart by comma, Chinese comma or tab; quotation marks around a field are taken off. */
const linesOf = (text: string): Line[] =>
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, i) => {
      const [identifier = '', ...rest] = line.split(/[,，\t]/)
      const bare = (field: string) =>
        field
          .trim()
          .replace(/^"(.*)"$/, '$1')
          .trim()
      return { line: i + 1, identifier: bare(identifier), value: bare(rest.join(',')) }
    })
    .filter(({ identifier, value }) => identifier !== '' || value !== '')

const kindOf = (asked: string | undefined, sample: readonly string[]): LookUpKind => {
  if (asked === 'customerId') return 'customerId'
  const named = IDENTIFIER_KINDS.find((kind) => kind === asked) as LookUpKind | undefined
  if (asked !== undefined && named === undefined) throw platformProblem.invalid({ identifier: asked })
  if (named) return named
  const told = kinds.find(
    (kind) =>
      kind !== 'customerId' &&
      sample.filter((value) => normaliseIdentifier(kind, value) !== undefined).length * 2 > sample.length,
  )
  return told ?? 'accountId'
}

/**
 * Values by file: each line an identifier and a value. What cannot be used comes back with its line and why; identifiers
 * are compared by blind index and not kept.
 * @throws problem.unknown, problem.notManual, problem.stateWrong, problem.tooMany, problem.running
 */
export const uploadValues = async (
  ctx: Ctx,
  { key, text, identifier, action }: UploadRequest & { key: string },
): Promise<Uploaded> => {
  const row = await tagRow(ctx, key)
  checkValues(row, [], 'set')
  const all = linesOf(text)
  if (all.length > mostLines) throw problem.tooMany({ most: mostLines })
  const kind = kindOf(
    identifier,
    all.slice(0, 50).map((line) => line.identifier),
  )
  const found = await lookUp(
    ctx,
    kind,
    all.map((line) => line.identifier),
  )
  // A heading is a first line whose first field is no identifier while others are.
  const [first] = all
  const heading =
    first !== undefined && found[0]?.no === null && /^[\p{L}_\s]+$/u.test(first.identifier) && found.length > 1 ? 1 : 0
  const rejects: (Line & { reason: string })[] = []
  const given = new Map<number, Set<string>>()
  for (const [i, line] of all.slice(heading).entries()) {
    const { no = null, invalid = true } = found[i + heading] ?? {}
    const values = line.value
      .split('|')
      .map((value) => value.trim())
      .filter((value) => value !== '')
    const before = no === null ? undefined : given.get(no)
    const reason = rejection(row, { no, invalid }, values, before)
    if (reason !== undefined) rejects.push({ ...line, reason })
    else if (no !== null) given.set(no, new Set([...(before ?? []), ...values].slice(0, 50)))
  }
  const entries = [...given]
  const result =
    entries.length === 0
      ? { run: row.run_given, changed: 0 }
      : await assign(ctx, key, 'upload', {
          values: [],
          action,
          given: () => uploadRows(entries),
          detail: { lines: all.length - heading, people: entries.length, rejected: rejects.length },
        })
  return {
    ...result,
    lines: all.length - heading,
    people: entries.length,
    rejected: rejects.length,
    rejects: rejects.slice(0, shownRejects).map((line) => ({
      ...line,
      identifier: maskValue(kind, line.identifier),
      value: scanText(line.value).text.slice(0, 100),
    })),
  }
}

/** Why a line cannot be used; undefined when it can. */
const rejection = (
  row: TagRow,
  { no, invalid }: { no: number | null; invalid: boolean },
  values: readonly string[],
  before: ReadonlySet<string> | undefined,
): string | undefined => {
  if (no === null) return invalid ? 'notAnIdentifier' : 'nobody'
  if (values.length === 0) return 'noValue'
  if (valueFault(row, values)) return 'valueWrong'
  return !row.multi && before && !before.has(values[0] ?? '') ? 'twice' : undefined
}

const uploadRows = (entries: readonly [number, Set<string>][]): ch.Sql => {
  const nos = entries.flatMap(([no, values]) => [...values].map(() => no))
  const values = entries.flatMap(([, values]) => [...values])
  return sql`select pair.1 as customer_no, arraySort(groupArray(pair.2)) as given from (select arrayJoin(arrayZip(${u32s(nos)}, ${strings(values)})) as pair) group by customer_no`
}
