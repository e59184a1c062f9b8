import { createHash, randomBytes } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import { type Ctx, ch, namesInside, readSecret, type Tables, writeSecret } from '#platform'
import { Platform, PostKind } from '../contract.ts'
import { problem } from './problem.ts'
import { isSelector } from './read/page.ts'
import { isZoneName, patternReader } from './read/published.ts'
import type { Light, NewSource, SourceConfig, SourceView } from './sources-contract.ts'
import { SourceConfig as ConfigForm, Politeness, Terms, Timetable } from './sources-contract.ts'
import { isOpen, timetableFits } from './timetable.ts'
import './tables.ts'

export type SourceRow = Selectable<Tables['opinion.source']>
export type StateRow = Selectable<Tables['opinion.source_state']>

/** A source with its settings checked: forms have defaults that older rows lack. */
export const settingsOf = (row: SourceRow) => ({
  platform: Platform.parse(row.platform),
  postKind: PostKind.parse(row.post_kind),
  config: ConfigForm.parse(row.config),
  timetable: Timetable.parse(row.timetable),
  politeness: Politeness.parse(row.politeness),
  terms: Terms.parse(row.terms),
})
export type Settings = ReturnType<typeof settingsOf>

const secretName = (id: number) => `opinion.source.${id}`
export const secretOf = async (ctx: Ctx, row: Pick<SourceRow, 'id' | 'has_secret'>): Promise<string | undefined> =>
  row.has_secret ? await readSecret(ctx.vault, ctx.pg, secretName(row.id)) : undefined

export const keyHash = (key: string): string => createHash('sha256').update(key).digest('hex')
/** The key that messages of a webhook source name; as a Standard Webhooks secret it also signs. */
const newKey = () => `whsec_${randomBytes(32).toString('base64')}`

export const isFetched = (kind: SourceConfig['kind']): boolean => kind !== 'webhook' && kind !== 'files'

/** What of a row and its state a person sees at a glance. */
export const lightOf = (row: SourceRow, state: StateRow, now: Date): Light => {
  if (!row.on) return 'off'
  if (state.blind_since) return 'blind'
  if (state.failures > 0) return 'failing'
  if (state.last_success_at === null) return 'new'
  return isFetched(row.kind) && !isOpen(row.timetable, now.getTime()) && state.last_new_at === null ? 'new' : 'ok'
}

const viewOf = (row: SourceRow, state: StateRow, hours: readonly number[], now: Date): SourceView => ({
  id: row.id,
  name: row.name,
  on: row.on,
  ...settingsOf(row),
  hasSecret: row.has_secret,
  light: lightOf(row, state, now),
  lastRunAt: state.last_run_at?.toISOString() ?? null,
  lastSuccessAt: state.last_success_at?.toISOString() ?? null,
  lastNewAt: state.last_new_at?.toISOString() ?? null,
  lastItemAt: state.last_item_at?.toISOString() ?? null,
  nextAt: row.on ? (state.next_at?.toISOString() ?? null) : null,
  lagSeconds: state.lag_seconds,
  failures: state.failures,
  fault: state.fault,
  faultText: state.fault_text,
  blindSince: state.blind_since?.toISOString() ?? null,
  hours: [...hours],
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  changedAt: row.changed_at.toISOString(),
})

const dayHours = 24
const hourMs = 3_600_000

/** New posts by source and hour of the last day. */
const recentHours = async (ctx: Ctx): Promise<Map<number, number[]>> => {
  const end = Math.floor(ctx.now().getTime() / hourMs) * hourMs + hourMs
  const from = new Date(end - dayHours * hourMs)
  const rows = await ctx.ch.rows<{ source_id: number; hour: number; posts: string }>(
    ch.sql`select source_id, intDiv(toUnixTimestamp(published_at) - ${ch.u32(from.getTime() / 1_000)}, 3600) as hour, uniqExact(post_id) as posts
      from posts where drill_id = 0 and published_at >= ${ch.moment(from)} and published_at < ${ch.moment(new Date(end))} group by source_id, hour`,
  )
  const hours = new Map<number, number[]>()
  for (const { source_id, hour, posts } of rows) {
    const own = hours.get(source_id) ?? new Array<number>(dayHours).fill(0)
    if (hour >= 0 && hour < dayHours) own[hour] = Number(posts)
    hours.set(source_id, own)
  }
  return hours
}

const noHours = new Array<number>(dayHours).fill(0)

/** All sources with their states, by name. */
export const rowsOf = async (ctx: Ctx): Promise<{ row: SourceRow; state: StateRow }[]> => {
  const rows = await ctx.pg
    .selectFrom('opinion.source')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('name')
    .execute()
  const states = new Map(
    (await ctx.pg.selectFrom('opinion.source_state').selectAll().execute()).map((state) => [state.source_id, state]),
  )
  return rows.flatMap((row) => {
    const state = states.get(row.id)
    return state ? [{ row, state }] : []
  })
}

export const listSources = async (ctx: Ctx): Promise<{ items: SourceView[] }> => {
  const hours = await recentHours(ctx)
  const now = ctx.now()
  return { items: (await rowsOf(ctx)).map(({ row, state }) => viewOf(row, state, hours.get(row.id) ?? noHours, now)) }
}

/** @throws problem.unknown */
export const sourceRow = async (ctx: Ctx, id: number): Promise<SourceRow> => {
  const row = await ctx.pg
    .selectFrom('opinion.source')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

export const stateRow = (ctx: Ctx, id: number): Promise<StateRow> =>
  ctx.pg.selectFrom('opinion.source_state').selectAll().where('source_id', '=', id).executeTakeFirstOrThrow()

/** @throws problem.unknown */
export const readSourceView = async (ctx: Ctx, { id }: { id: number }): Promise<SourceView> => {
  const row = await sourceRow(ctx, id)
  return viewOf(row, await stateRow(ctx, id), (await recentHours(ctx)).get(id) ?? noHours, ctx.now())
}

/** @throws problem.timetableWrong, problem.mapWrong, problem.addressWrong */
export const assertSettings = (ctx: Ctx, { config, timetable }: Pick<NewSource, 'config' | 'timetable'>): void => {
  if (!timetableFits(timetable)) throw problem.timetableWrong({ cron: timetable.cron })
  if ('zone' in config && !isZoneName(config.zone)) throw problem.mapWrong({ field: 'zone', reason: config.zone })
  if ('dateFormat' in config && !['', 'auto', 'epoch'].includes(config.dateFormat) && !patternReader(config.dateFormat))
    throw problem.mapWrong({ field: 'dateFormat', reason: config.dateFormat })
  if ('url' in config) {
    const url = new URL(config.url)
    if (url.username !== '' || url.password !== '') throw problem.addressWrong({ reason: 'credentials' })
    if (!ctx.config.webhooksPrivate && namesInside(url.hostname)) throw problem.addressWrong({ reason: 'inside' })
  }
  if (config.kind === 'page') {
    if (!isSelector(config.item) || config.item.includes('@'))
      throw problem.mapWrong({ field: 'item', reason: config.item })
    for (const [field, rule] of Object.entries(config.map))
      if (!rule.split('|').every(isSelector)) throw problem.mapWrong({ field, reason: rule })
  }
  if (config.kind === 'json' || config.kind === 'page') {
    const { guid, url, title, text, complaintSummary } = config.map
    if (guid === undefined && url === undefined)
      throw problem.mapWrong({ field: 'guid', reason: 'neither id nor address' })
    if (title === undefined && text === undefined && complaintSummary === undefined)
      throw problem.mapWrong({ field: 'text', reason: 'neither title nor text' })
  }
}

const valuesOf = ({ name, platform, postKind, config, timetable, politeness, terms, on }: NewSource) => ({
  name,
  kind: config.kind,
  platform,
  post_kind: postKind,
  config: JSON.stringify(config),
  timetable: JSON.stringify(timetable),
  politeness: JSON.stringify(politeness),
  terms: JSON.stringify(terms),
  on,
})

const told = ({ name, config, timetable, politeness, terms, on }: NewSource) => ({
  name,
  kind: config.kind,
  on,
  basis: terms.basis,
  robots: politeness.robots,
  requestsPerMinute: politeness.requestsPerMinute,
  everyMinutes: timetable.everyMinutes,
})

const assertNameFree = async (ctx: Ctx, name: string, id = 0) => {
  const taken = await ctx.pg
    .selectFrom('opinion.source')
    .select('id')
    .where('name', '=', name)
    .where('removed_at', 'is', null)
    .where('id', '!=', id)
    .executeTakeFirst()
  if (taken) throw problem.nameTaken({ name })
}

/**
 * A new source. A webhook source gets its key, told this once only.
 * @throws problem.nameTaken and as `assertSettings`
 */
export const createSource = async (ctx: Ctx, given: NewSource): Promise<{ id: number; key: string | null }> => {
  assertSettings(ctx, given)
  const { secret, config } = given
  const key = config.kind === 'webhook' ? newKey() : null
  return ctx.tx(async (ctx) => {
    await assertNameFree(ctx, given.name)
    const now = ctx.now()
    const kept = key ?? secret ?? ''
    const { id } = await ctx.pg
      .insertInto('opinion.source')
      .values({
        ...valuesOf(given),
        has_secret: kept !== '',
        key_hash: key === null ? null : keyHash(key),
        created_at: now,
        created_by: ctx.actor.name,
        changed_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.pg
      .insertInto('opinion.source_state')
      .values({
        source_id: id,
        next_at: isFetched(config.kind) && given.on ? now : null,
        owner: null,
        etag: null,
        last_modified: null,
        cursor: null,
        fault: null,
        lag_seconds: null,
        blind_reason: null,
      })
      .execute()
    if (kept !== '') await writeSecret(ctx.vault, ctx.pg, secretName(id), kept)
    await ctx.audit.record(ctx, { action: 'opinionSource.create', subject: `opinionSource:${id}`, detail: told(given) })
    return { id, key }
  })
}

/**
 * Other settings for a source. What it was read up to is forgotten where its place changes.
 * @throws problem.unknown, problem.nameTaken, problem.kindFixed and as `assertSettings`
 */
export const changeSource = async (ctx: Ctx, { id, ...given }: NewSource & { id: number }): Promise<SourceView> => {
  assertSettings(ctx, given)
  await ctx.tx(async (ctx) => {
    const before = await sourceRow(ctx, id)
    if (before.kind !== given.config.kind) throw problem.kindFixed({ kind: before.kind })
    await assertNameFree(ctx, given.name, id)
    const { secret } = given
    const moved = JSON.stringify(placeIn(ConfigForm.parse(before.config))) !== JSON.stringify(placeIn(given.config))
    // A secret goes to the place it was given for only.
    const keeps = before.has_secret && secret === undefined && !moved
    await ctx.pg
      .updateTable('opinion.source')
      .set({
        ...valuesOf(given),
        has_secret: before.kind === 'webhook' || keeps || (secret ?? '') !== '',
        changed_at: ctx.now(),
      })
      .where('id', '=', id)
      .execute()
    if (before.kind !== 'webhook' && (secret ?? '') !== '')
      await writeSecret(ctx.vault, ctx.pg, secretName(id), secret ?? '')
    await ctx.pg
      .updateTable('opinion.source_state')
      .set({
        next_at: isFetched(given.config.kind) && given.on ? ctx.now() : null,
        failures: 0,
        etag: null,
        last_modified: null,
        ...(moved && { cursor: null }),
      })
      .where('source_id', '=', id)
      .execute()
    await ctx.audit.record(ctx, {
      action: 'opinionSource.change',
      subject: `opinionSource:${id}`,
      detail: { ...told(given), secret: secret !== undefined },
    })
  })
  return readSourceView(ctx, { id })
}

const placeIn = (config: SourceConfig) => {
  if ('url' in config) return [new URL(config.url).origin]
  return config.kind === 'mailbox' ? [config.host, config.port, config.user] : []
}

/** @throws problem.unknown */
export const switchSource = async (ctx: Ctx, { id, on }: { id: number; on: boolean }): Promise<SourceView> => {
  await ctx.tx(async (ctx) => {
    const row = await sourceRow(ctx, id)
    await ctx.pg.updateTable('opinion.source').set({ on, changed_at: ctx.now() }).where('id', '=', id).execute()
    await ctx.pg
      .updateTable('opinion.source_state')
      .set({ next_at: on && isFetched(row.kind) ? ctx.now() : null, failures: 0 })
      .where('source_id', '=', id)
      .execute()
    await ctx.audit.record(ctx, {
      action: on ? 'opinionSource.on' : 'opinionSource.off',
      subject: `opinionSource:${id}`,
    })
  })
  return readSourceView(ctx, { id })
}

/** Reads it at the next look. @throws problem.unknown, problem.notFetched, problem.sourceOff */
export const askNow = async (ctx: Ctx, { id }: { id: number }): Promise<{ nextAt: string }> => {
  const row = await sourceRow(ctx, id)
  if (!isFetched(row.kind)) throw problem.notFetched({ kind: row.kind })
  if (!row.on) throw problem.sourceOff({ id })
  const now = ctx.now()
  await ctx.tx(async (ctx) => {
    await ctx.pg.updateTable('opinion.source_state').set({ next_at: now }).where('source_id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'opinionSource.askNow', subject: `opinionSource:${id}` })
  })
  return { nextAt: now.toISOString() }
}

/** Takes a source out of use; its posts and evidence stay. @throws problem.unknown */
export const removeSource = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    await sourceRow(ctx, id)
    await ctx.pg
      .updateTable('opinion.source')
      .set({ removed_at: ctx.now(), on: false, key_hash: null, has_secret: false })
      .where('id', '=', id)
      .execute()
    await ctx.pg.updateTable('opinion.source_state').set({ next_at: null }).where('source_id', '=', id).execute()
    await ctx.pg.deleteFrom('opinion.recount').where('source_id', '=', id).execute()
    await sql`update opinion.source_blind set to_at = ${ctx.now()} where source_id = ${id} and to_at is null`.execute(
      ctx.pg,
    )
    // Nothing reads it any more.
    await writeSecret(ctx.vault, ctx.pg, secretName(id), '')
    await ctx.audit.record(ctx, { action: 'opinionSource.remove', subject: `opinionSource:${id}` })
  })

/** Another key for a webhook source; the old one stops at once. @throws problem.unknown, problem.notFetched */
export const renewKey = (ctx: Ctx, { id }: { id: number }): Promise<{ key: string }> =>
  ctx.tx(async (ctx) => {
    const row = await sourceRow(ctx, id)
    if (row.kind !== 'webhook') throw problem.kindFixed({ kind: row.kind })
    const key = newKey()
    await ctx.pg
      .updateTable('opinion.source')
      .set({ key_hash: keyHash(key), has_secret: true })
      .where('id', '=', id)
      .execute()
    await writeSecret(ctx.vault, ctx.pg, secretName(id), key)
    await ctx.audit.record(ctx, { action: 'opinionSource.renewKey', subject: `opinionSource:${id}` })
    return { key }
  })
