import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Ctx, fieldMeaning, mask, normaliseIdentifier, scanText } from '#platform'
import { type IdentifierKind, isBlocked, isKind, kindNumber } from './identity/kinds.ts'
import { readRows } from './import/read-rows.ts'
import { type FileSample, sampleFile, sampleRows } from './import/sample-file.ts'
import { placeOf } from './import/store.ts'
import { type ImportFile, opener, uploadedFile } from './import/uploads.ts'

/** Finding many customers by what others call them: uploaded lists. Values are compared by blind index and never kept. */

/** What a value names a customer by: a kind of identifier, or the number this program gave. */
export type LookUpKind = IdentifierKind | 'customerId'

export interface Found {
  /** The customer, as a root; null when nobody, or nobody who is still there, has it. */
  no: number | null
  /** The value is not one of its kind at all. */
  invalid: boolean
}

/** Who is meant by each value, in the order given; two round trips at most. */
export const lookUp = async (ctx: Ctx, kind: LookUpKind, values: readonly string[]): Promise<Found[]> => {
  if (values.length === 0) return []
  if (kind === 'customerId') {
    const numbers = values.map((value) => (/^#?[1-9]\d{0,8}$/.test(value) ? Number(value.replace('#', '')) : null))
    const wanted = numbers.filter((no) => no !== null)
    const { rows } = await sql<{ no: number; root: number }>`
      select c.no, c.root_no as root from customers.customer c join customers.customer r on r.no = c.root_no
      where c.no = any(${wanted}::int[]) and r.erased_at is null`.execute(ctx.pg)
    const roots = new Map(rows.map(({ no, root }) => [no, root]))
    return numbers.map((no) => ({ no: no === null ? null : (roots.get(no) ?? null), invalid: no === null }))
  }
  const hashes = values.map((value) => {
    const normal = normaliseIdentifier(kind, value)
    return normal === undefined || isBlocked(kind, normal) ? null : ctx.vault.blindIndex(kind, normal)
  })
  const { rows } = await sql<{ hash: string; no: number }>`
    select i.hash, c.root_no as no from unnest(${[...new Set(hashes.filter((hash) => hash !== null))]}::uuid[]) as a (hash)
    join customers.identifier i on i.kind = ${kindNumber(kind)} and i.hash = a.hash
    join customers.customer c on c.no = i.no join customers.customer r on r.no = c.root_no where r.erased_at is null`.execute(
    ctx.pg,
  )
  const owners = new Map(rows.map(({ hash, no }) => [hash, no]))
  return hashes.map((hash) => ({ no: hash === null ? null : (owners.get(hash) ?? null), invalid: hash === null }))
}

/** A value as it may be shown to who sent it. */
export const maskValue = (kind: LookUpKind, value: string): string =>
  (kind === 'accountId' || kind === 'deviceId' || kind === 'anonymousId' || kind === 'customerId'
    ? scanText(value).text
    : mask(kind, value)
  ).slice(0, 100)

/** Kinds that a value shows by itself, the surest first. */
const telling = ['idCard', 'phone', 'email', 'bankCard'] as const

const kindOfColumn = (header: string, values: readonly string[]): { kind: LookUpKind | null; share: number } => {
  const shareOf = (kind: IdentifierKind) =>
    values.filter((value) => normaliseIdentifier(kind, value) !== undefined).length / Math.max(1, values.length)
  const meant = fieldMeaning(header)?.identifier
  const named = meant === 'userId' ? 'accountId' : meant
  if (named !== undefined && isKind(named)) return { kind: named, share: shareOf(named) }
  if (/^customer_?id$/i.test(header)) return { kind: 'customerId', share: 1 }
  const best = telling.map((kind) => ({ kind, share: shareOf(kind) })).sort((a, b) => b.share - a.share)[0]
  return best && values.length > 0 && best.share >= 0.8 ? best : { kind: null, share: 0 }
}

const samplesShown = 4
const pastedHeader = 'value'

/**
 * A file of one column often has no line of names: there a first line that is no known name is taken as a value, which at
 * worst is reported as nobody's.
 */
const sampled = async (file: ImportFile): Promise<FileSample> => {
  const sample = await sampleFile(opener(file))
  const [only, ...others] = sample.columns
  const { format } = sample
  const isName =
    only === undefined ||
    others.length > 0 ||
    fieldMeaning(only) !== undefined ||
    customerIdName.test(only) ||
    (file.name === pastedHeader && only === pastedHeader)
  if (format.type !== 'csv' || format.header === false || isName) return sample
  const bare = { ...format, header: false }
  return { format: bare, ...(await sampleRows(opener(file)(), bare)) }
}

const customerIdName = /^(customer_?id|客户编号|客户号)$/i

/**
 * Columns of a file that was uploaded, with masked samples and what each seems to name people by.
 * @throws customers.fileUnknown, customers.fileUnreadable
 */
export const describeUpload = async (ctx: Ctx, fileId: string) => {
  const file = await uploadedFile(ctx, fileId)
  const { columns, rows } = await sampled(file)
  return {
    fileId,
    name: file.name,
    bytes: file.bytes,
    columns: columns.map((header, at) => {
      const values = rows.slice(0, 200).flatMap(({ values }) => textsOf(values[at]))
      const { kind, share } = kindOfColumn(header, values)
      return {
        header,
        samples: [...new Set(values.slice(0, samplesShown))].map((value) =>
          kind === null ? mask(fieldMeaning(header)?.personal ?? 'text', value) : maskValue(kind, value),
        ),
        kind,
        share,
      }
    }),
  }
}

const textsOf = (value: unknown): string[] => {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
  return text === '' ? [] : [text]
}

export interface ReadValues {
  values: { line: number; value: string }[]
  bytesRead: number
  bytesTotal: number
}

/**
 * Values of one column of an uploaded file, in batches; empty cells are passed over. A file without a line of names gives its
 * first line too.
 * @param column a header; null: the first column
 * @returns undefined in place of the first batch when there is no such column
 * @throws customers.fileUnknown, customers.fileUnreadable
 */
export async function* uploadedValues(
  ctx: Ctx,
  fileId: string,
  column: string | null,
): AsyncGenerator<ReadValues | undefined> {
  const file = await uploadedFile(ctx, fileId)
  const { format } = await sampled(file)
  const source = opener(file)()
  try {
    for await (const { columns, rows, bytesRead } of readRows(source, format, { batchRows: 5_000 })) {
      const at = column === null ? 0 : columns.indexOf(column)
      if (at < 0) {
        yield undefined
        return
      }
      const values = rows.flatMap(({ line, values }) => textsOf(values[at]).map((value) => ({ line, value })))
      yield { values, bytesRead, bytesTotal: file.bytes }
    }
  } finally {
    source.destroy()
  }
}

/** Deletes an uploaded file now, without waiting for its days of grace. */
export const dropUpload = async (ctx: Ctx, fileId: string): Promise<void> => {
  const row = await ctx.pg
    .updateTable('customers.upload')
    .set({ deleted_at: ctx.now() })
    .where('id', '=', fileId)
    .where('deleted_at', 'is', null)
    .returning('path')
    .executeTakeFirst()
  if (row) await rm(row.path, { force: true })
}

/** Values somebody pasted, as an uploaded file of one column: it is read and deleted like one. */
export const storeValues = async (ctx: Ctx, values: readonly string[]): Promise<{ fileId: string; bytes: number }> => {
  const folder = join(ctx.dataDir.files, 'uploads')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const fileId = randomUUID()
  const path = join(folder, fileId)
  const text = `${pastedHeader}\n${values.map((value) => `"${value.replaceAll('"', '""')}"`).join('\n')}\n`
  const bytes = Buffer.byteLength(text)
  await writeFile(path, text, { mode: 0o600 })
  await ctx.pg
    .insertInto('customers.upload')
    .values({
      id: fileId,
      name: pastedHeader,
      path,
      bytes,
      sha256: createHash('sha256').update(text).digest('hex'),
      place: placeOf(ctx),
      created_at: ctx.now(),
      created_by: ctx.actor.id,
      deleted_at: null,
    })
    .execute()
  return { fileId, bytes }
}
