import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { reconcileConsents } from './consent-copy.ts'
import type { Applied, Sighting, TraitWrite } from './identity/apply.ts'
import { customersTouched } from './touched.ts'

/** Tab-separated text for ClickHouse. */
const tsv = (text: string): string =>
  !/[\\\t\n\r]/.test(text)
    ? text
    : text.replace(/[\\\t\n\r]/g, (character) =>
        character === '\t' ? '\\t' : character === '\n' ? '\\n' : character === '\r' ? '\\r' : '\\\\',
      )

const instantText = (ms: number): string => new Date(ms).toISOString().slice(0, 23).replace('T', ' ')

/** New customers join the universe that audiences are taken from. */
export const copyUniverse = async (ctx: Ctx, nos: readonly number[]): Promise<void> => {
  if (nos.length === 0) return
  const at = instantText(ctx.now().getTime())
  await ctx.ch.insert('customers', nos.map((no) => `${no}\t${at}\t1\t${ctx.now().getTime()}\n`).join(''), {
    columns: ['customer_no', 'created_at', 'live', 'version'],
  })
  await customersTouched(ctx, nos)
}

/** Who counts for whom after a merge or its undoing. */
export const copyOverrides = async (ctx: Ctx, overrides: Applied['overrides']): Promise<void> => {
  if (overrides.length === 0) return
  // Microseconds, so that a merge and its undoing in one millisecond keep their order.
  const version = BigInt(ctx.now().getTime()) * 1_000n + ((process.hrtime.bigint() / 1_000n) % 1_000n)
  await ctx.ch.insert(
    'customer_overrides',
    overrides.map(({ fromNo, toNo }) => `${fromNo}\t${toNo}\t${version}\n`).join(''),
    { columns: ['from_no', 'to_no', 'version'] },
  )
  await ctx.ch.command('system reload dictionary customer_override')
  await customersTouched(
    ctx,
    overrides.flatMap(({ fromNo, toNo }) => [fromNo, toNo]),
  )
}

const traitColumns = [
  'trait',
  'customer_no',
  'at',
  'type',
  'text',
  'number',
  'moment',
  'cleared',
  'source_id',
  'import_id',
] as const

/** Every version of every trait that is not personal. */
export const copyTraits = async (ctx: Ctx, sightings: readonly Sighting[], nos: Applied['nos']): Promise<void> => {
  const { text } = traitLines(sightings, nos)
  await copyTraitLines(ctx, text)
  if (text !== '')
    await customersTouched(
      ctx,
      nos.filter((no) => no !== undefined),
    )
}

export const copyTraitLines = async (ctx: Ctx, lines: string): Promise<void> => {
  if (lines !== '') await ctx.ch.insert('traits', lines, { columns: traitColumns })
}

/** Lines of the table `traits`, one per value that is not personal, and how many. */
export const traitLines = (
  sightings: readonly Pick<Sighting, 'traits' | 'atMs' | 'sourceId' | 'importId'>[],
  nos: Applied['nos'],
): { text: string; count: number } => {
  let text = ''
  let count = 0
  let lastMs: number | undefined
  let at = ''
  sightings.forEach(({ traits, atMs, sourceId, importId }, index) => {
    const no = nos[index]
    if (no === undefined || traits.length === 0) return
    if (atMs !== lastMs) at = instantText(atMs)
    lastMs = atMs
    const between = `\t${no}\t${at}\t`
    const end = `\t${sourceId}\t${importId}\n`
    for (const write of traits) {
      if (write.personal) continue
      text += tsv(write.name) + between + traitRow(write) + end
      count += 1
    }
  })
  return { text, count }
}

/** What DateTime64 holds. `9999-12-31` means "for ever" in many a bank's file: beyond the end it is the end, the text keeps it. */
const firstDay = '1900-01-01'
const lastDay = '2299-12-31'
const firstMs = Date.parse(firstDay)
const lastMs = Date.parse(`${lastDay}T23:59:59.999Z`)
const momentText = (value: string): string => {
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? '\\N' : instantText(Math.max(firstMs, Math.min(lastMs, ms)))
}

/** type, text, number, moment, cleared */
const traitRow = ({ type, value }: TraitWrite): string => {
  if (value === null) return `${type}\t\t\\N\t\\N\t1`
  const text = tsv(String(value))
  switch (type) {
    case 'integer':
    case 'number':
      return `${type}\t${text}\t${Number(value)}\t\\N\t0`
    case 'boolean':
      return `${type}\t${text}\t${value ? 1 : 0}\t\\N\t0`
    case 'date':
      return `${type}\t${text}\t\\N\t${text >= firstDay && text <= lastDay ? `${text} 00:00:00.000` : momentText(text)}\t0`
    case 'datetime':
      return `${type}\t${text}\t\\N\t${momentText(String(value))}\t0`
    case 'string':
      return `${type}\t${text}\t\\N\t\\N\t0`
  }
}

/**
 * Brings the copy in ClickHouse in line with Postgres after a crash between the two: customers missing from the
 * universe, merges missing from the overrides, words of consent. Compares counts first, so it is cheap when nothing is wrong.
 */
export const reconcile = async (ctx: Ctx): Promise<{ customers: number; overrides: number; consents: number }> => {
  const { rows } = await sql<{
    count: number
  }>`select count(*)::int as count from customers.customer where erased_at is null`.execute(ctx.pg)
  const copied = await ctx.ch.one<{ count: string }>(
    ch.sql`select uniqExact(customer_no) as count from customers where live = 1`,
  )
  let customers = 0
  if (Number(copied?.count ?? 0) !== (rows[0]?.count ?? 0)) customers = await copyMissing(ctx)
  const merged = await sql<{
    no: number
    root_no: number
  }>`select no, root_no from customers.customer where root_no <> no`.execute(ctx.pg)
  const held = await ctx.ch.rows<{ from_no: number; to_no: number }>(
    ch.sql`select from_no, argMax(to_no, version) as to_no from customer_overrides group by from_no`,
  )
  const heldBy = new Map(held.map(({ from_no, to_no }) => [from_no, to_no]))
  const wanted = new Map(merged.rows.map(({ no, root_no }) => [no, root_no]))
  const overrides = [
    ...[...wanted].filter(([from, to]) => heldBy.get(from) !== to).map(([fromNo, toNo]) => ({ fromNo, toNo })),
    ...[...heldBy]
      .filter(([from, to]) => from !== to && !wanted.has(from))
      .map(([fromNo]) => ({ fromNo, toNo: fromNo })),
  ]
  await copyOverrides(ctx, overrides)
  const consents = await reconcileConsents(ctx)
  if (customers + overrides.length + consents > 0)
    ctx.log.warn({ customers, overrides: overrides.length, consents }, 'copy in ClickHouse brought in line')
  return { customers, overrides: overrides.length, consents }
}

const pageSize = 50_000

const copyMissing = async (ctx: Ctx): Promise<number> => {
  let after = 0
  let missing = 0
  for (;;) {
    const { rows } = await sql<{
      no: number
    }>`select no from customers.customer where no > ${after} and erased_at is null order by no limit ${pageSize}`.execute(
      ctx.pg,
    )
    const last = rows.at(-1)
    if (!last) return missing
    const present = await ctx.ch.rows<{ customer_no: number }>(
      ch.sql`select distinct customer_no from customers where live = 1 and customer_no > ${ch.u32(after)} and customer_no <= ${ch.u32(last.no)}`,
    )
    const there = new Set(present.map(({ customer_no }) => customer_no))
    const absent = rows.filter(({ no }) => !there.has(no)).map(({ no }) => no)
    await copyUniverse(ctx, absent)
    missing += absent.length
    after = last.no
  }
}
