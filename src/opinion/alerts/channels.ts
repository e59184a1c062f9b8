import { sql } from 'kysely'
import { type Ctx, writeSecret } from '#platform'
import {
  type AlertChannel,
  type ChannelChange,
  type ChannelKind,
  channelLimits,
  channelSecrets,
  channelSettings,
  type NewChannel,
  type TestAnswer,
} from './channel-contract.ts'
import { problem } from './problem.ts'
import { currentRouting } from './routing-store.ts'
import { type ChannelRow, faultOfTarget, secretName, sendBy } from './send.ts'
import { takeTokens } from './tokens.ts'
import './tables.ts'

/** Channels of alerts: made and changed by people, each change audited without its secrets. */

/** @throws problem.channelUnknown */
export const channelRow = async (ctx: Ctx, id: number): Promise<ChannelRow> => {
  const row = await ctx.pg
    .selectFrom('opinion.alert_channel')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw problem.channelUnknown({ id })
  return row
}

const shown = (row: ChannelRow, names: ReadonlyMap<string, string>, waiting: number): AlertChannel => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  serves: row.serves,
  settings: row.settings as AlertChannel['settings'],
  secrets: row.secrets,
  person: row.person,
  personName: row.person === null ? null : (names.get(row.person) ?? null),
  perMinute: row.per_minute,
  mostBytes: row.most_bytes,
  state: row.state,
  okAt: row.ok_at?.toISOString() ?? null,
  errorAt: row.error_at?.toISOString() ?? null,
  error: row.error,
  restsUntil: row.rests_until?.toISOString() ?? null,
  waiting,
  version: row.version,
})

/** All channels, those that are off too. */
export const listChannels = async (ctx: Ctx): Promise<{ channels: AlertChannel[] }> => {
  const [rows, users, { rows: waiting }] = await Promise.all([
    ctx.pg.selectFrom('opinion.alert_channel').selectAll().where('deleted_at', 'is', null).orderBy('id').execute(),
    ctx.pg.selectFrom('platform.app_user').select(['id', 'name']).execute(),
    sql<{ channel_id: number; n: number }>`
      select channel_id, count(*)::int as n from opinion.notice where state in ('queued', 'sending') group by 1`.execute(
      ctx.pg,
    ),
  ])
  const names = new Map(users.map(({ id, name }) => [id, name]))
  const counts = new Map(waiting.map(({ channel_id, n }) => [channel_id, n]))
  return { channels: rows.map((row) => shown(row, names, counts.get(row.id) ?? 0)) }
}

const shownOne = async (ctx: Ctx, id: number): Promise<AlertChannel> => {
  const { channels } = await listChannels(ctx)
  const found = channels.find((one) => one.id === id)
  if (!found) throw problem.channelUnknown({ id })
  return found
}

/** @throws problem.settingsWrong naming the fields */
const settingsText = (kind: ChannelKind, given: Record<string, unknown>): string => {
  const read = channelSettings[kind].safeParse(given)
  if (!read.success)
    throw problem.settingsWrong({
      fields: read.error.issues.map(({ path, message }) => ({ field: path.join('.'), reason: message })),
    })
  return JSON.stringify(read.data)
}

const checkSecrets = (kind: ChannelKind, held: ReadonlySet<string>): void => {
  const forms = channelSecrets[kind]
  const unknown = [...held].filter((name) => !forms.some((form) => form.name === name))
  const missing = forms.filter(({ name, optional }) => !optional && !held.has(name)).map(({ name }) => name)
  if (unknown.length + missing.length > 0)
    throw problem.settingsWrong({
      fields: [
        ...unknown.map((field) => ({ field, reason: 'unknown' })),
        ...missing.map((field) => ({ field, reason: 'missing' })),
      ],
    })
}

const checkAddress = (ctx: Ctx, url: string | undefined): void => {
  if (url === undefined || url === '') return
  if (!URL.canParse(url)) throw problem.settingsWrong({ fields: [{ field: 'url', reason: 'not an address' }] })
  const fault = faultOfTarget(ctx, url)
  if (fault) throw problem.targetBarred({ fault })
}

const nameFree = async (ctx: Ctx, name: string, id: number | null): Promise<void> => {
  const { rows } = await sql`
    select 1 from opinion.alert_channel where lower(name) = lower(${name}) and deleted_at is null and id is distinct from ${id}`.execute(
    ctx.pg,
  )
  if (rows.length > 0) throw problem.channelTaken({ name })
}

/**
 * A new channel, switched off until it was tried.
 * @throws problem.settingsWrong, problem.targetBarred, problem.channelTaken
 */
export const createChannel = async (ctx: Ctx, given: NewChannel): Promise<AlertChannel> => {
  const secrets = Object.entries(given.secrets).filter(([, value]) => value !== '')
  checkSecrets(given.kind, new Set(secrets.map(([name]) => name)))
  checkAddress(ctx, given.secrets.url)
  const settings = settingsText(given.kind, given.settings)
  return ctx.tx(async (ctx) => {
    await nameFree(ctx, given.name, null)
    const limits = channelLimits[given.kind]
    const perMinute = given.perMinute ?? limits.perMinute
    const { id } = await ctx.pg
      .insertInto('opinion.alert_channel')
      .values({
        name: given.name,
        kind: given.kind,
        serves: given.serves,
        settings,
        secrets: secrets.map(([name]) => name),
        person: given.person,
        per_minute: perMinute,
        most_bytes: given.mostBytes ?? limits.mostBytes,
        tokens: perMinute,
        filled_at: ctx.now(),
        made_at: ctx.now(),
        made_by: ctx.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const [name, value] of secrets) await writeSecret(ctx.vault, ctx.pg, secretName(id, name), value)
    await ctx.audit.record(ctx, {
      action: 'alertChannel.create',
      subject: `alertChannel:${id}`,
      detail: { kind: given.kind, serves: given.serves },
    })
    return shownOne(ctx, id)
  })
}

/** A password goes to the server and the name it was given for only. @throws problem.settingsWrong */
const assertSameServer = (before: unknown, after: Record<string, unknown>): void => {
  const known = channelSettings.email.safeParse(before)
  const given = channelSettings.email.safeParse(after)
  if (!known.success || !given.success) return
  const moved = (['host', 'port', 'security', 'user'] as const).some((field) => known.data[field] !== given.data[field])
  if (moved) throw problem.settingsWrong({ fields: [{ field: 'password', reason: 'missing' }] })
}

/**
 * Changes what is given; a secret that is left out stays, unless the mail server it belongs to changes.
 * @throws problem.channelUnknown, problem.channelChanged, problem.settingsWrong, problem.targetBarred, problem.channelTaken
 */
export const changeChannel = (ctx: Ctx, { id, ...change }: ChannelChange & { id: number }): Promise<AlertChannel> =>
  ctx.tx(async (ctx) => {
    const row = await channelRow(ctx, id)
    if (row.version !== change.basedOn) throw problem.channelChanged({ id })
    if (change.name !== undefined) await nameFree(ctx, change.name, id)
    const fresh = Object.entries(change.secrets ?? {}).filter(([, value]) => value !== '')
    const secrets = new Set([...row.secrets, ...fresh.map(([name]) => name)])
    checkSecrets(row.kind, secrets)
    checkAddress(ctx, change.secrets?.url)
    if (change.settings !== undefined && secrets.has('password') && !fresh.some(([name]) => name === 'password'))
      assertSameServer(row.settings, change.settings)
    for (const [name, value] of fresh) await writeSecret(ctx.vault, ctx.pg, secretName(id, name), value)
    await ctx.pg
      .updateTable('opinion.alert_channel')
      .set({
        version: row.version + 1,
        secrets: [...secrets],
        ...(change.name !== undefined && { name: change.name }),
        ...(change.serves !== undefined && { serves: change.serves }),
        ...(change.person !== undefined && { person: change.person }),
        ...(change.perMinute !== undefined && { per_minute: change.perMinute }),
        ...(change.mostBytes !== undefined && { most_bytes: change.mostBytes }),
        ...(change.settings !== undefined && { settings: settingsText(row.kind, change.settings) }),
        // Who switches it on has mended it.
        ...(change.state !== undefined && { state: change.state, rests_until: null }),
      })
      .where('id', '=', id)
      .execute()
    await ctx.audit.record(ctx, {
      action: 'alertChannel.change',
      subject: `alertChannel:${id}`,
      detail: {
        fields: Object.keys(change).filter((name) => name !== 'basedOn' && name !== 'secrets'),
        secrets: fresh.map(([name]) => name),
        ...(change.state !== undefined && { state: change.state }),
      },
    })
    return shownOne(ctx, id)
  })

/** Takes a channel away; its receipts stay. @throws problem.channelUnknown, problem.channelUsed */
export const deleteChannel = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    await channelRow(ctx, id)
    const { receivers } = (await currentRouting(ctx)).document
    const users = receivers.filter(
      ({ channels, people }) => channels.includes(id) || people.some(({ channelId }) => channelId === id),
    )
    if (users.length > 0) throw problem.channelUsed({ receivers: users.map(({ title }) => title) })
    await sql`update opinion.alert_channel set deleted_at = ${ctx.now()}, state = 'off', version = version + 1 where id = ${id}`.execute(
      ctx.pg,
    )
    await sql`update opinion.notice set state = 'dropped', next_at = null, answer = 'channel deleted'
      where channel_id = ${id} and state = 'queued'`.execute(ctx.pg)
    await ctx.audit.record(ctx, { action: 'alertChannel.delete', subject: `alertChannel:${id}` })
  })

/**
 * Sends one marked message by a channel, whether it is on or not, and says what the provider answered.
 * @throws problem.channelUnknown, problem.testAddress, problem.tooFast
 */
export const testChannel = async (ctx: Ctx, { id, to }: { id: number; to: string }): Promise<TestAnswer> => {
  const row = await channelRow(ctx, id)
  const fits = row.kind === 'email' ? /^[^\s@]+@[^\s@]+$/.test(to) : row.kind !== 'sms' || /^1[3-9]\d{9}$/.test(to)
  if (!fits) throw problem.testAddress({ kind: row.kind })
  const now = ctx.now()
  if (!(await takeTokens(ctx, id, now))) throw problem.tooFast({ id })
  const title = '【测试】舆情预警通道'
  const text = `这是一条测试消息，由 ${ctx.actor.name} 发送，不代表任何真实舆情。`
  const made = await ctx.pg
    .insertInto('opinion.notice')
    .values({
      drill_id: 0,
      channel_id: id,
      group_id: null,
      why: 'test',
      alert_ids: [],
      person: null,
      person_name: null,
      title,
      body: text,
      state: 'sending',
      next_at: null,
      made_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const startedAt = performance.now()
  const outcome = await sendBy(ctx, row, {
    key: `alert-${made.id}`,
    to,
    title,
    text,
    mention: [],
    data: { test: true },
  })
  const tookMs = Math.round(performance.now() - startedAt)
  await ctx.tx(async (ctx) => {
    await ctx.pg
      .insertInto('opinion.notice_attempt')
      .values({
        notice_id: made.id,
        attempt: 1,
        at: now,
        took_ms: tookMs,
        outcome: outcome.is,
        code: outcome.code,
        answer: outcome.answer,
      })
      .execute()
    const accepted = outcome.is === 'accepted'
    await sql`update opinion.notice set state = ${accepted ? 'sent' : 'failed'}, attempts = 1, answer = ${outcome.answer},
      sent_at = ${accepted ? ctx.now() : null} where id = ${made.id}::bigint`.execute(ctx.pg)
    await ctx.audit.record(ctx, {
      action: 'alertChannel.test',
      subject: `alertChannel:${id}`,
      detail: { outcome: outcome.is, code: outcome.code },
    })
  })
  return { outcome: outcome.is, code: outcome.code, answer: outcome.answer, tookMs }
}
