import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import { type Actor, type Ctx, normaliseIdentifier, Problem, type Tables } from '#platform'
import { type AddressKind, barAddresses } from '../consent/do-not-contact.ts'
import type { DncOrigin } from '../consent/do-not-contact-contract.ts'
import { customersLent } from '../consent/lent.ts'
import { problem } from '../consent/problem.ts'
import type { ExclusionKind } from './contract.ts'
import type { FileImport, NewAddressFile, NewExclusionFile } from './file-contract.ts'
import { stateExclusions } from './store.ts'
import './tables.ts'

/** Files of addresses to bar and of customers to exclude: read in the background, a batch and its mark in one transaction. */

type Row = Selectable<Tables['compliance.file_import']>
type Target = Row['target']

/** What every line of a file gets. */
type Given =
  | { target: 'doNotContact'; origin: DncOrigin; note: string }
  | { target: 'exclusion'; kind: ExclusionKind; since: string; until: string | null; reason: string; evidence: string }

const shown = (row: Row): FileImport => ({
  id: row.id,
  target: row.target,
  valueKind: row.value_kind,
  fileName: row.file_name,
  state: row.state,
  read: row.read,
  added: row.added,
  known: row.known,
  notFound: row.not_found,
  invalid: row.invalid,
  progress: row.state === 'done' ? 1 : Math.min(1, row.bytes_read / Math.max(1, row.bytes_total)),
  error: row.error,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  finishedAt: row.finished_at?.toISOString() ?? null,
})

const rowOf = async (ctx: Ctx, id: string): Promise<Row> => {
  const row = await ctx.pg.selectFrom('compliance.file_import').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.fileImportUnknown({ id })
  return row
}

/** The newest fifty of one target. */
export const listFileImports = async (ctx: Ctx, { target }: { target: Target }): Promise<{ items: FileImport[] }> => {
  const rows = await ctx.pg
    .selectFrom('compliance.file_import')
    .selectAll()
    .where('target', '=', target)
    .orderBy('created_at', 'desc')
    .limit(50)
    .execute()
  return { items: rows.map(shown) }
}

/** @throws problem.fileImportUnknown */
export const readFileImport = async (ctx: Ctx, { id }: { id: string }): Promise<FileImport> =>
  shown(await rowOf(ctx, id))

const pasted = (text: string): string[] =>
  text
    .split(/[\r\n,;，；、]+/u)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')

const start = async (
  ctx: Ctx,
  {
    valueKind,
    given,
    fileId,
    column,
    values,
  }: {
    valueKind: string
    given: Given
    fileId: string | undefined
    column: string | undefined
    values: string | undefined
  },
): Promise<FileImport> => {
  const stored = values === undefined ? undefined : await customersLent().storeValues(ctx, pasted(values))
  const file = stored?.fileId ?? fileId ?? null
  return ctx.tx(async (ctx) => {
    const upload =
      file === null
        ? undefined
        : await ctx.pg
            .selectFrom('customers.upload')
            .select(['name', 'bytes', 'created_by'])
            .where('id', '=', file)
            .executeTakeFirst()
    // The file is deleted once it was read: only one's own.
    if (upload?.created_by !== ctx.actor.id) throw problem.fileUnknown()
    const row = await ctx.pg
      .insertInto('compliance.file_import')
      .values({
        id: randomUUID(),
        target: given.target,
        value_kind: valueKind,
        file_column: column ?? null,
        file_id: file,
        file_name: stored ? null : upload.name,
        given: JSON.stringify(given),
        wish: null,
        bytes_total: upload.bytes,
        error: null,
        created_at: ctx.now(),
        created_by: ctx.actor.name,
        asked_by: `${ctx.actor.kind}:${ctx.actor.id}`,
        finished_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.jobs.send('compliance.fileImport', { id: row.id }, { key: row.id })
    await ctx.audit.record(ctx, {
      action: 'complianceFile.import',
      subject: `complianceFile:${row.id}`,
      detail: { target: given.target, kind: given.target === 'exclusion' ? given.kind : given.origin, valueKind },
    })
    return shown(row)
  })
}

/** @throws problem.fileUnknown */
export const importAddresses = (
  ctx: Ctx,
  { kind, origin, note, fileId, column, values }: NewAddressFile,
): Promise<FileImport> =>
  start(ctx, { valueKind: kind, given: { target: 'doNotContact', origin, note }, fileId, column, values })

/** @throws problem.fileUnknown, problem.exclusionSpan */
export const importExclusions = (
  ctx: Ctx,
  { valueKind, kind, since, until, reason, evidence, fileId, column, values }: NewExclusionFile,
): Promise<FileImport> => {
  const from = since ?? ctx.now().toISOString()
  if (until !== null && new Date(until) <= new Date(from)) throw problem.exclusionSpan()
  const given: Given = { target: 'exclusion', kind, since: from, until, reason, evidence }
  return start(ctx, { valueKind, given, fileId, column, values })
}

/** Stops it before its next batch; what is done stays. @throws problem.fileImportUnknown */
export const cancelFileImport = (ctx: Ctx, { id }: { id: string }): Promise<FileImport> =>
  ctx.tx(async (ctx) => {
    await rowOf(ctx, id)
    const asked = await ctx.pg
      .updateTable('compliance.file_import')
      .set({ wish: 'cancel' })
      .where('id', '=', id)
      .where('state', 'in', ['queued', 'running'])
      .returningAll()
      .executeTakeFirst()
    if (asked) {
      // Perhaps nobody works on it any more: whoever takes this ends it.
      await ctx.jobs.send('compliance.fileImport', { id }, { key: id })
      await ctx.audit.record(ctx, { action: 'complianceFile.cancel', subject: `complianceFile:${id}` })
    }
    return shown(asked ?? (await rowOf(ctx, id)))
  })

const actorOf = (ctx: Ctx, { asked_by, created_by: name }: Row): Actor => {
  const [kind = 'system', ...id] = asked_by.split(':')
  return {
    ...ctx.actor,
    kind: kind === 'user' || kind === 'key' || kind === 'cli' ? kind : 'system',
    id: id.join(':'),
    name,
  }
}

/** The job. May run twice: lines before the mark are passed over. */
export const runFileImport = async (ctx: Ctx, { id }: { id: string }, signal: AbortSignal): Promise<void> => {
  const row = await ctx.pg
    .updateTable('compliance.file_import')
    .set({ state: 'running' })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .returningAll()
    .executeTakeFirst()
  if (!row) return
  const acting = { ...ctx, actor: actorOf(ctx, row) }
  try {
    const ended = row.file_id === null ? 'failed' : await readAll(acting, row, row.file_id, signal)
    await finish(acting, row, { state: ended })
  } catch (error) {
    if (signal.aborted) throw error
    if (!(error instanceof Problem)) ctx.log.error({ error, fileImport: id }, 'file of exclusions failed')
    await finish(acting, row, { state: 'failed', error: error instanceof Problem ? error.code : 'platform.broken' })
  }
}

const readAll = async (ctx: Ctx, row: Row, fileId: string, signal: AbortSignal): Promise<'done' | 'cancelled'> => {
  // Pasted values were written below a line of names of our own.
  const above = row.file_name === null ? 1 : 0
  for await (const batch of customersLent().uploadedValues(ctx, fileId, row.file_column)) {
    signal.throwIfAborted()
    if (!batch) throw problem.fileColumnUnknown({ column: row.file_column })
    const values = batch.values.filter(({ line }) => line > row.line)
    const wish = await ctx.tx((ctx) => takeBatch(ctx, row, values, above, batch.bytesRead))
    if (wish === 'cancel') return 'cancelled'
  }
  return 'done'
}

const takeBatch = async (
  ctx: Ctx,
  row: Row,
  values: readonly { line: number; value: string }[],
  above: number,
  bytesRead: number,
): Promise<Row['wish']> => {
  const given = row.given as Given
  const done =
    given.target === 'doNotContact'
      ? await takeAddresses(ctx, row.value_kind as AddressKind, given, values)
      : await takePeople(ctx, row, given, values)
  if (done.rejects.length > 0)
    await ctx.pg
      .insertInto('compliance.file_reject')
      .values(
        done.rejects.map(({ line, value, code }) => ({
          import_id: row.id,
          line: line - above,
          masked: customersLent().maskValue(row.value_kind, value),
          code,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  const count = (code: 'notFound' | 'invalid') => done.rejects.filter((one) => one.code === code).length
  const kept = await ctx.pg
    .updateTable('compliance.file_import')
    .set(({ eb }) => ({
      read: eb('read', '+', values.length),
      added: eb('added', '+', done.added),
      known: eb('known', '+', values.length - done.added - done.rejects.length),
      not_found: eb('not_found', '+', count('notFound')),
      invalid: eb('invalid', '+', count('invalid')),
      line: values.at(-1)?.line ?? row.line,
      bytes_read: bytesRead,
    }))
    .where('id', '=', row.id)
    .returning('wish')
    .executeTakeFirst()
  return kept?.wish ?? null
}

interface Taken {
  added: number
  rejects: { line: number; value: string; code: 'notFound' | 'invalid' }[]
}

const takeAddresses = async (
  ctx: Ctx,
  kind: AddressKind,
  { origin, note }: Extract<Given, { target: 'doNotContact' }>,
  values: readonly { line: number; value: string }[],
): Promise<Taken> => {
  const read = values.map((one) => ({ ...one, normal: normaliseIdentifier(kind, one.value) }))
  const addresses = read.flatMap(({ normal }) => (normal === undefined ? [] : [{ kind, value: normal }]))
  const made = await barAddresses(ctx, addresses, { origin, note })
  return {
    added: made.length,
    rejects: read.flatMap(({ line, value, normal }) =>
      normal === undefined ? [{ line, value, code: 'invalid' as const }] : [],
    ),
  }
}

const takePeople = async (
  ctx: Ctx,
  row: Row,
  { kind, since, until, reason, evidence }: Extract<Given, { target: 'exclusion' }>,
  values: readonly { line: number; value: string }[],
): Promise<Taken> => {
  const found = await customersLent().lookUp(
    ctx,
    row.value_kind,
    values.map(({ value }) => value),
  )
  const nos = new Set(found.flatMap(({ no }) => no ?? []))
  const stated = await stateExclusions(
    ctx,
    [...nos].map((customerNo) => ({
      customerNo,
      kind,
      since: new Date(since),
      until: until === null ? null : new Date(until),
      reason,
      evidence: evidence === '' ? {} : { document: evidence },
      source: 'import',
      importId: row.id,
    })),
  )
  return {
    added: stated.length,
    rejects: values.flatMap(({ line, value }, at) => {
      const one = found[at]
      return one && one.no === null
        ? [{ line, value, code: one.invalid ? ('invalid' as const) : ('notFound' as const) }]
        : []
    }),
  }
}

/** Tells how it ended and deletes the file: nothing of what it held is needed any more. */
const finish = async (
  ctx: Ctx,
  { id, file_id, target }: Row,
  end: { state: 'done' | 'failed' | 'cancelled'; error?: string },
): Promise<void> => {
  if (file_id !== null) await customersLent().dropUpload(ctx, file_id)
  await ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('compliance.file_import')
      .set({ ...end, file_id: null, finished_at: ctx.now() })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    await ctx.audit.record(ctx, {
      action: 'complianceFile.end',
      subject: `complianceFile:${id}`,
      detail: { target, state: end.state, added: row?.added ?? 0, read: row?.read ?? 0 },
    })
  })
}

/** Lines that could not be used, for a file; masked. @throws problem.fileImportUnknown */
export async function* fileRejects(
  ctx: Ctx,
  id: string,
): AsyncGenerator<{ line: number; value: string; code: string }> {
  for (let after = 0; ; ) {
    const rows = await ctx.pg
      .selectFrom('compliance.file_reject')
      .select(['line', 'masked', 'code'])
      .where('import_id', '=', id)
      .where('line', '>', after)
      .orderBy('line')
      .limit(5_000)
      .execute()
    for (const { line, masked, code } of rows) yield { line, value: masked, code }
    const last = rows.at(-1)
    if (!last) return
    after = last.line
  }
}
