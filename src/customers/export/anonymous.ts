import { createHash, randomInt } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { writeTable } from '../import/write-table.ts'
import type { StoredTrait } from '../personal-document.ts'
import type { TraitEntry } from '../traits/dictionary.ts'
import { listExposures } from './exposure.ts'
import { type FailingClass, gateRules, passGate } from './gate.ts'
import { type Column, coded, ladderOf, tellsApart } from './ladder.ts'
import { problem } from './problem.ts'
import type { ExportFormat } from './store.ts'

/** How a column left: as it was, or how coarse. */
export interface ColumnReport {
  name: string
  role: 'quasi' | 'sensitive' | 'plain'
  /** As the dictionary or its name says; a plain column that tells people apart is treated as a quasi-identifier. */
  promoted: boolean
  form: string
}

/** What the gate did, kept beside the export. No values of people, only of classes. */
export interface GateReport {
  passed: boolean
  rows: number
  suppressed: number
  classes: number
  smallest: number | null
  columns: ColumnReport[]
  /** Why it was refused. */
  fault: 'classes' | 'difference' | null
  failing: number
  failingClasses: (Omit<FailingClass, 'size'> & { size: number | null })[]
  without: string[]
  /** The export it differs from by so few. */
  near: string | null
}

export interface AnonymousOptions {
  exportId: number
  people: AsyncIterable<readonly number[]>
  columns: readonly string[]
  format: ExportFormat
  path: string
  entries: ReadonlyMap<string, TraitEntry>
  onProgress?: (read: number) => Promise<void>
  signal?: AbortSignal | undefined
}

const recentDays = 30
const blockSize = 5_000

/** Values of the chosen traits, a column each, of people who are still there; merged ones as whom they belong to, once. */
const readColumns = async (
  ctx: Ctx,
  { people, columns, onProgress, signal }: AnonymousOptions,
): Promise<{ nos: number[]; values: Map<string, (string | number | boolean | undefined)[]> }> => {
  const values = new Map(columns.map((name) => [name, [] as (string | number | boolean | undefined)[]]))
  const nos: number[] = []
  for await (const block of people) {
    for (let at = 0; at < block.length; at += blockSize) {
      signal?.throwIfAborted()
      const { rows } = await sql<{ no: number; sets: Record<string, StoredTrait>[] }>`
        select r.no, json_agg(c.traits) as sets from customers.customer r join customers.customer c on c.root_no = r.no
        where r.no = any(${block.slice(at, at + blockSize)}::int[]) and r.root_no = r.no and r.erased_at is null and c.erased_at is null
        group by r.no order by r.no`.execute(ctx.pg)
      for (const { no, sets } of rows) {
        nos.push(no)
        for (const [name, column] of values) {
          let newest: StoredTrait | undefined
          for (const set of sets) {
            const trait = set[name]
            if (trait && (!newest || newest[1] < trait[1])) newest = trait
          }
          column.push(newest?.[0])
        }
      }
      await onProgress?.(nos.length)
    }
  }
  return { nos, values }
}

/**
 * Whether an anonymous export of the last thirty days, anybody's, held the same people but for a few: the two together would tell
 * those few. Keeps the set of this one for the next.
 * @returns id of the export that is too near
 */
const tooNear = async (ctx: Ctx, exportId: number, nos: readonly number[]): Promise<number | undefined> => {
  const { u32, u32s, moment } = ch
  const since = new Date(ctx.now().getTime() - recentDays * 86_400_000)
  await ctx.ch.command(ch.sql`alter table customer_export_sets delete where export_id = ${u32(exportId)}`)
  for (let at = 0; at < Math.max(1, nos.length); at += 100_000)
    await ctx.ch.command(
      ch.sql`insert into customer_export_sets (export_id, members, at) select ${u32(exportId)}, groupBitmapState(toUInt32(no)), ${moment(ctx.now())} from (select arrayJoin(${u32s(nos.slice(at, at + 100_000))}) as no)`,
    )
  const rows = await ctx.ch.rows<{ id: number; more: number; fewer: number }>(
    ch.sql`with (select groupBitmapMergeState(members) from customer_export_sets where export_id = ${u32(exportId)}) as own
      select export_id as id, toUInt32(bitmapAndnotCardinality(own, theirs)) as more, toUInt32(bitmapAndnotCardinality(theirs, own)) as fewer
      from (select export_id, groupBitmapMergeState(members) as theirs from customer_export_sets where export_id != ${u32(exportId)} and at >= ${moment(since)} group by export_id)`,
  )
  const few = (count: number) => count > 0 && count < gateRules.k
  return rows.find(({ more, fewer }) => few(more) || few(fewer))?.id
}

/** Forgets the set of an export that did not leave. */
const forgetSet = (ctx: Ctx, exportId: number) =>
  ctx.ch.command(ch.sql`alter table customer_export_sets delete where export_id = ${ch.u32(exportId)}`)

/**
 * Writes a file of people nobody can be told in: no identifiers, no numbers of ours, rows in random order, behind the gate.
 * @returns the report, and the file's figures when it passed; nothing is written when it did not
 */
export const writeAnonymous = async (
  ctx: Ctx,
  options: AnonymousOptions,
): Promise<{ report: GateReport; file: { written: number; bytes: number; sha256: string } | undefined }> => {
  const { exportId, columns, entries, format, path } = options
  const exposed = new Map((await listExposures(ctx)).items.map((one) => [one.name, one.exposure]))
  const unknown = columns.filter((name) => !exposed.has(name))
  if (unknown.length > 0) throw problem.exportColumnNotAnonymous({ columns: unknown })
  const { nos, values } = await readColumns(ctx, options)
  const { k, suppressed: bearable } = gateRules
  const typed = (name: string) => ({
    name,
    type: entries.get(name)?.type ?? 'string',
    unit: entries.get(name)?.unit ?? null,
  })
  const valuesOf = (name: string): Column => values.get(name) ?? []
  const roles = columns.map((name) => {
    const declared = exposed.get(name) ?? 'plain'
    const promoted = declared === 'plain' && tellsApart(valuesOf(name), k, bearable)
    return { name, role: promoted ? ('quasi' as const) : declared, promoted }
  })
  const quasi = roles.filter(({ role }) => role === 'quasi').map(({ name }) => ladderOf(typed(name), valuesOf(name), k))
  // Sensitive numbers leave in bands: an exact one would tell a person as well as a name does.
  const sensitive = new Map(
    roles.flatMap(({ name, role }) => {
      const first = role === 'sensitive' ? ladderOf(typed(name), valuesOf(name), k).steps[0] : undefined
      return first ? [[name, first] as const] : []
    }),
  )
  const verdict = passGate(nos.length, quasi, [...sensitive.values()])
  const stepOf = (name: string) => {
    const place = quasi.findIndex((ladder) => ladder.name === name)
    return quasi[place]?.steps[verdict.steps[place] ?? 0]
  }
  const report: GateReport = {
    passed: verdict.passed,
    rows: nos.length,
    suppressed: verdict.passed ? verdict.suppressed : 0,
    classes: verdict.passed ? verdict.classes : 0,
    smallest: verdict.passed && Number.isFinite(verdict.smallest) ? verdict.smallest : null,
    columns: roles.map(({ name, role, promoted }) => ({
      name,
      role,
      promoted,
      form: stepOf(name)?.called ?? sensitive.get(name)?.called ?? '原值',
    })),
    fault: verdict.passed ? null : 'classes',
    failing: verdict.passed ? 0 : verdict.failing,
    failingClasses: verdict.passed
      ? []
      : verdict.classes.map(({ size, ...rest }) => ({ ...rest, size: size < k ? null : size })),
    without: verdict.passed ? [] : verdict.without,
    near: null,
  }
  if (!verdict.passed) return { report, file: undefined }
  const near = await tooNear(ctx, exportId, nos)
  if (near !== undefined) {
    await forgetSet(ctx, exportId)
    return { report: { ...report, passed: false, fault: 'difference', near: String(near) }, file: undefined }
  }
  const cells = new Map(
    columns.map((name) => {
      const form =
        stepOf(name) ??
        sensitive.get(name) ??
        coded(valuesOf(name).map((value) => (value === undefined ? '' : String(value))))
      return [name, (row: number) => form.texts[form.codes[row] ?? 0] ?? ''] as const
    }),
  )
  const order = shuffled(nos.length)
  const rows = function* () {
    for (const row of order)
      if (verdict.kept[row] === 1)
        yield Object.fromEntries([...cells].map(([name, cell]) => [name, cell(row)] as const))
  }
  const hash = createHash('sha256')
  let bytes = 0
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const written = pipeline(counted, createWriteStream(path, { mode: 0o600 }))
  const [count] = await Promise.all([
    writeTable(format, [...columns], rows(), counted, { sheet: 'Anonymous' }),
    written,
  ])
  return { report, file: { written: count, bytes, sha256: hash.digest('hex') } }
}

/** Places in random order (Fisher and Yates): the order of numbers would give away who is new. */
const shuffled = (count: number): Uint32Array => {
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = randomInt(i + 1)
    const held = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = held
  }
  return order
}

/** Drops sets that no later export is compared with any more. */
export const deleteOldExportSets = (ctx: Ctx): Promise<void> =>
  ctx.ch.command(
    ch.sql`alter table customer_export_sets delete where at < ${ch.moment(new Date(ctx.now().getTime() - recentDays * 86_400_000))}`,
  )
