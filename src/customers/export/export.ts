import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Actor, type Ctx, Problem, problem as platformProblem } from '#platform'
import { isKind } from '../identity/kinds.ts'
import { placeOf } from '../import/store.ts'
import type { Dictionary } from '../traits/dictionary.ts'
import { writeAnonymous } from './anonymous.ts'
import { problem } from './problem.ts'
import {
  changeExport,
  type ExportRequest,
  type ExportRow,
  everybody,
  queueExport,
  readExport,
  requestOf,
} from './store.ts'
import { writeCustomers } from './write.ts'

/** Customer numbers of a set that a feature above knows, in blocks. @throws its own problem when there is no such set */
export type CustomerSet = (ctx: Ctx, id: string) => AsyncIterable<readonly number[]>

const sets = new Map<string, CustomerSet>()

/** A feature above offers its sets of customers for export: `offerCustomerSet('audience', memberNos)`. */
export const offerCustomerSet = (kind: string, open: CustomerSet): void => {
  sets.set(kind, open)
}

/** Who may see values in clear asks for them with a purpose. */
const assertMayUnmask = ({ actor }: Pick<Ctx, 'actor'>, purpose: string | null): void => {
  if (!actor.permissions.has('customers.unmask')) throw platformProblem.forbidden({ needs: 'customers.unmask' })
  if (purpose === null) throw platformProblem.purposeNeeded()
}

/** Who may not see values in clear says what a list of customers of an audience is for. The command line is whoever runs the machine. */
const assertPurpose = ({ actor }: Pick<Ctx, 'actor'>, { set, purpose }: ExportRequest): void => {
  if (typeof set === 'object' && purpose === null && actor.kind !== 'cli' && !actor.permissions.has('customers.unmask'))
    throw platformProblem.purposeNeeded()
}

const assertAnonymous = ({ columns, unmasked }: ExportRequest): void => {
  if (columns === null) throw problem.exportColumnsNeeded()
  const identifiers = columns.filter(isKind)
  if (unmasked || identifiers.length > 0) throw problem.exportColumnNotAnonymous({ columns: identifiers })
}

/**
 * Asks for a file of customers; it is written in the background.
 * @returns the id of the export
 * @throws platform.forbidden, platform.purposeNeeded for values in clear; customers.exportSetUnknown
 */
export const exportCustomers = async (
  ctx: Ctx,
  request: ExportRequest,
  nos: readonly number[] | null = null,
): Promise<string> => {
  if (request.use === 'anonymous') assertAnonymous(request)
  else {
    if (request.unmasked) assertMayUnmask(ctx, request.purpose)
    assertPurpose(ctx, request)
  }
  const { set } = request
  if (typeof set === 'object' && !sets.has(set.kind)) throw problem.exportSetUnknown({ kind: set.kind })
  const id = await ctx.tx(async (ctx) => {
    const id = await queueExport(ctx, request, nos)
    const { format, columns, unmasked, use = 'named', purpose } = request
    await ctx.jobs.send('customers.export', { id }, { key: `export-${id}` })
    await ctx.audit.record(ctx, {
      action: 'export.start',
      subject: `export:${id}`,
      ...(purpose !== null && { purpose }),
      detail: { set: typeof set === 'string' ? set : `${set.kind}:${set.id}`, format, columns, unmasked, use },
    })
    return id
  })
  return String(id)
}

/** The job: writes the file, then records what left. May run twice: the file is written anew. */
export const runExport = async (ctx: Ctx, dictionary: Dictionary, id: number, signal: AbortSignal): Promise<void> => {
  const row = await readExport(ctx, id)
  if (row.state === 'done') return
  const request = requestOf(row)
  const folder = join(ctx.dataDir.files, 'exports')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `export-${id}.${request.format}`)
  await changeExport(ctx, id, { state: 'running', started_at: ctx.now(), place: placeOf(ctx) })
  try {
    if (request.use === 'anonymous') {
      await runAnonymous(ctx, dictionary, row, path, signal)
      return
    }
    const traitNames = [...(await dictionary.entries(ctx)).keys()].sort((a, b) => a.localeCompare(b))
    const { written, bytes, sha256 } = await writeCustomers(
      ctx,
      {
        people: peopleOf(ctx, request, row.nos),
        ...request,
        path,
        onProgress: (written) => changeExport(ctx, id, { written }),
        signal,
      },
      traitNames,
    )
    await ctx.tx(async (tx) => {
      await changeExport(tx, id, {
        state: 'done',
        written,
        total: written,
        bytes,
        sha256,
        file_path: path,
        finished_at: ctx.now(),
      })
      // The record names who asked, not the worker that wrote: it answers "who saw whom, and what for".
      await ctx.audit.record(
        { ...tx, actor: actorOf(row.created_by) },
        {
          action: request.unmasked ? 'export.unmasked' : 'export.masked',
          subject: `export:${id}`,
          ...(request.unmasked && request.purpose !== null && { purpose: request.purpose }),
          detail: {
            count: written,
            sha256,
            set: typeof request.set === 'string' ? request.set : `${request.set.kind}:${request.set.id}`,
          },
        },
      )
    })
  } catch (error) {
    await rm(path, { force: true })
    if (signal.aborted) throw error
    if (!(error instanceof Problem)) ctx.log.error({ error, export: id }, 'export failed')
    await changeExport(ctx, id, {
      state: 'failed',
      error: error instanceof Problem ? error.title : 'Something went wrong on our side; the log says more',
      finished_at: ctx.now(),
    })
  }
}

/** The other kind of export: what may leave is decided by the gate. @throws customers.exportGateRefused, with the report kept */
const runAnonymous = async (
  ctx: Ctx,
  dictionary: Dictionary,
  { id, nos, created_by, ...row }: ExportRow,
  path: string,
  signal: AbortSignal,
): Promise<void> => {
  const request = requestOf({ id, nos, created_by, ...row })
  const { report, file } = await writeAnonymous(ctx, {
    exportId: id,
    people: peopleOf(ctx, request, nos),
    columns: request.columns ?? [],
    format: request.format,
    path,
    entries: await dictionary.entries(ctx),
    onProgress: (written) => changeExport(ctx, id, { written }),
    signal,
  })
  const { rows, suppressed, classes, smallest, fault, near, columns } = report
  await ctx.tx(async (tx) => {
    await changeExport(tx, id, {
      report: JSON.stringify(report),
      ...(file && {
        state: 'done',
        written: file.written,
        total: rows,
        bytes: file.bytes,
        sha256: file.sha256,
        file_path: path,
        finished_at: ctx.now(),
      }),
    })
    await ctx.audit.record(
      { ...tx, actor: actorOf(created_by) },
      {
        action: file ? 'export.anonymous' : 'export.refused',
        subject: `export:${id}`,
        ...(request.purpose !== null && { purpose: request.purpose }),
        detail: {
          set: typeof request.set === 'string' ? request.set : `${request.set.kind}:${request.set.id}`,
          rows,
          suppressed,
          classes,
          smallest,
          fault,
          near,
          forms: Object.fromEntries(columns.map(({ name, form }) => [name, form])),
          ...(file && { count: file.written, sha256: file.sha256 }),
        },
      },
    )
  })
  if (!file) throw problem.exportGateRefused()
}

const actorOf = (text: string): Pick<Actor, 'kind' | 'id'> => {
  const [kind = 'system', ...id] = text.split(':')
  return { kind: kind === 'user' || kind === 'key' || kind === 'cli' ? kind : 'system', id: id.join(':') }
}

async function* oneBlock(nos: readonly number[]): AsyncGenerator<readonly number[]> {
  yield nos
}

const peopleOf = (
  ctx: Ctx,
  { set }: ExportRequest,
  nos: readonly number[] | null,
): AsyncIterable<readonly number[]> => {
  if (set === 'all') return everybody(ctx)
  if (set === 'ids') return oneBlock(nos ?? [])
  const open = sets.get(set.kind)
  if (!open) throw problem.exportSetUnknown({ kind: set.kind })
  return open(ctx, set.id)
}

/** How long a written file can be downloaded. */
const keepDays = 7

/** Deletes files of old exports. */
export const deleteOldExports = async (ctx: Ctx): Promise<void> => {
  const { rows } = await sql<{ id: number; file_path: string }>`
    select id, file_path from customers.export where file_path is not null and deleted_at is null and place = ${placeOf(ctx)}
      and finished_at < ${ctx.now()}::timestamptz - make_interval(days => ${keepDays})`.execute(ctx.pg)
  for (const { id, file_path } of rows) {
    await rm(file_path, { force: true })
    await changeExport(ctx, id, { deleted_at: ctx.now() })
  }
}
