import { type Selectable, sql } from 'kysely'
import { type Ctx, readSetting, type Tables } from '#platform'
import { Target } from '../grading/policy-contract.ts'
import { ackKey, withLinks } from './links.ts'
import { contactsOf, peopleOf } from './people.ts'
import type { ChannelRow, Outcome, OutMessage } from './send.ts'
import { sendBy } from './send.ts'
import { bucketOf, takeTokens, waitMs } from './tokens.ts'
import './tables.ts'

/**
 * Messages leave from a table: taken with a lease that is committed before anything is sent, recorded with what the provider answered.
 * A process that dies in between leaves its message to the next one, so an alert may be told twice and is never lost.
 */

type NoticeRow = Selectable<Tables['opinion.notice']>

const setSize = 60
const leaseMs = 60_000
const mostAttempts = 8

const claim = async (ctx: Ctx): Promise<NoticeRow[]> => {
  const now = ctx.now()
  const { rows } = await sql<{ id: string }>`
    update opinion.notice set state = 'sending', next_at = ${new Date(now.getTime() + leaseMs)}
    where id in (select id from opinion.notice where state in ('queued', 'sending') and next_at <= ${now} order by id limit ${setSize}
      for update skip locked) returning id::text as id`.execute(ctx.pg)
  if (rows.length === 0) return []
  return ctx.pg
    .selectFrom('opinion.notice')
    .selectAll()
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('id')
    .execute()
}

const backToQueue = (ctx: Ctx, ids: readonly string[], at: Date) =>
  sql`update opinion.notice set state = 'queued', next_at = ${at} where id = any(${[...ids]}::bigint[]) and state = 'sending'`.execute(
    ctx.pg,
  )

/** Several messages to the same readers become one: what it says of each is its title. */
const digest = (ctx: Ctx, channel: ChannelRow, notices: readonly NoticeRow[]): Promise<NoticeRow> =>
  ctx.tx(async (ctx) => {
    const [first] = notices
    const isDrill = notices.some(({ drill_id }) => drill_id > 0)
    const lines = notices.map(({ title, body }) => {
      const links = body.split('\n').filter((line) => line.startsWith('['))
      return `- ${title}${links.length > 0 ? `\n  ${links.join(' ')}` : ''}`
    })
    const made = await ctx.pg
      .insertInto('opinion.notice')
      .values({
        drill_id: first?.drill_id ?? 0,
        channel_id: channel.id,
        group_id: null,
        alert_ids: [...new Set(notices.flatMap(({ alert_ids }) => alert_ids))],
        why: 'digest',
        person: first?.person ?? null,
        person_name: first?.person_name ?? null,
        calls: JSON.stringify(notices.flatMap(({ calls }) => calls as unknown[]).slice(0, 10)),
        title: `${isDrill ? '【演练】' : ''}【舆情预警】合并 ${notices.length} 条消息`,
        body: lines.join('\n'),
        state: 'sending',
        next_at: new Date(ctx.now().getTime() + leaseMs),
        made_at: first?.made_at ?? ctx.now(),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await sql`update opinion.notice set state = 'digested', digest_id = ${made.id}::bigint, next_at = null
      where id = any(${notices.map(({ id }) => id)}::bigint[])`.execute(ctx.pg)
    return made
  })

/** More than may leave now: what goes to the same readers is told in one message. Drills and what is real are never mixed. */
const bundled = async (
  ctx: Ctx,
  channel: ChannelRow,
  notices: readonly NoticeRow[],
  room: number,
): Promise<NoticeRow[]> => {
  if (notices.length <= room) return [...notices]
  const byReader = new Map<string, NoticeRow[]>()
  for (const notice of notices) {
    const reader = `${notice.person ?? ''} ${notice.drill_id}`
    byReader.set(reader, [...(byReader.get(reader) ?? []), notice])
  }
  const letters: NoticeRow[] = []
  for (const group of byReader.values()) {
    const [only] = group
    letters.push(group.length === 1 && only ? only : await digest(ctx, channel, group))
  }
  return letters
}

const messageOf = async (ctx: Ctx, channel: ChannelRow, notice: NoticeRow): Promise<OutMessage | undefined> => {
  const key = await ackKey(ctx)
  const called = new Set<string>()
  for (const target of Target.array().parse(notice.calls))
    for (const person of await peopleOf(ctx, target)) called.add(person.id)
  const contacts = await contactsOf(ctx, [...called, ...(notice.person ? [notice.person] : [])])
  let to = ''
  if (notice.person && channel.kind === 'email')
    to = (await peopleOf(ctx, { kind: 'user', id: notice.person }))[0]?.email ?? ''
  if (notice.person && channel.kind === 'sms') to = contacts.get(notice.person)?.mobile ?? ''
  if (to === '' && (channel.kind === 'email' || channel.kind === 'sms')) return undefined
  return {
    key: `alert-${notice.id}`,
    to,
    title: notice.title,
    text: withLinks(ctx, key, notice.body),
    mention: [...called].slice(0, 5).flatMap((id) => contacts.get(id) ?? []),
    data: { alerts: notice.alert_ids, why: notice.why, drill: notice.drill_id > 0 },
  }
}

const record = (
  ctx: Ctx,
  { channel, notice, outcome, tookMs }: { channel: ChannelRow; notice: NoticeRow; outcome: Outcome; tookMs: number },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const attempt = notice.attempts + 1
    await ctx.pg
      .insertInto('opinion.notice_attempt')
      .values({
        notice_id: notice.id,
        attempt,
        at: now,
        took_ms: tookMs,
        outcome: outcome.is,
        code: outcome.code.slice(0, 100),
        answer: outcome.answer,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const again = outcome.is !== 'accepted' && !(outcome.is === 'rejected' && outcome.next === 'never')
    const restsMs = outcome.is === 'rejected' ? outcome.restsMs : undefined
    const gives = !again || attempt >= mostAttempts
    const waitFor = restsMs ?? Math.min(5_000 * 2 ** (attempt - 1), 300_000)
    const state = outcome.is === 'accepted' ? 'sent' : gives ? 'failed' : 'queued'
    await sql`update opinion.notice set state = ${state}, attempts = ${attempt}, answer = ${outcome.answer},
      next_at = ${state === 'queued' ? new Date(now.getTime() + waitFor) : null}, sent_at = ${state === 'sent' ? now : null}
      where id = ${notice.id}::bigint and state = 'sending'`.execute(ctx.pg)
    if (outcome.is === 'accepted')
      await sql`update opinion.alert_channel set ok_at = ${now}, rests_until = null where id = ${channel.id}`.execute(
        ctx.pg,
      )
    else
      await sql`update opinion.alert_channel set error_at = ${now}, error = ${`${outcome.code} ${outcome.answer}`.slice(0, 300)},
        rests_until = ${restsMs === undefined ? channel.rests_until : new Date(now.getTime() + restsMs)} where id = ${channel.id}`.execute(
        ctx.pg,
      )
    if (state === 'failed')
      ctx.log.error({ channel: channel.id, notice: notice.id, code: outcome.code }, 'an alert was not delivered')
  })

const byChannel = async (ctx: Ctx, channelId: number, notices: readonly NoticeRow[]): Promise<void> => {
  const channel = await ctx.pg
    .selectFrom('opinion.alert_channel')
    .selectAll()
    .where('id', '=', channelId)
    .executeTakeFirstOrThrow()
  const now = ctx.now()
  const ids = notices.map(({ id }) => id)
  if (channel.deleted_at !== null || channel.state === 'off') {
    await sql`update opinion.notice set state = 'dropped', next_at = null, answer = 'channel off' where id = any(${ids}::bigint[])`.execute(
      ctx.pg,
    )
    return
  }
  if (channel.rests_until !== null && channel.rests_until > now) {
    await backToQueue(ctx, ids, channel.rests_until)
    return
  }
  const { size, perSecond } = bucketOf(channel.per_minute)
  const since = Math.max(0, now.getTime() - channel.filled_at.getTime()) / 1_000
  const room = Math.floor(Math.min(size, channel.tokens + since * perSecond))
  const waiting = new Date(now.getTime() + waitMs(channel.per_minute))
  if (room < 1) {
    await backToQueue(ctx, ids, waiting)
    return
  }
  const letters = await bundled(ctx, channel, notices, room)
  for (const [index, notice] of letters.entries()) {
    if (!(await takeTokens(ctx, channelId, ctx.now()))) {
      await backToQueue(
        ctx,
        letters.slice(index).map(({ id }) => id),
        waiting,
      )
      return
    }
    const message = await messageOf(ctx, channel, notice)
    const startedAt = performance.now()
    const outcome: Outcome = message
      ? await sendBy(ctx, channel, message)
      : { is: 'rejected', code: 'NO_ADDRESS', answer: 'the person has no address for this channel', next: 'never' }
    await record(ctx, { channel, notice, outcome, tookMs: Math.round(performance.now() - startedAt) })
    if (outcome.is === 'rejected' && outcome.restsMs !== undefined) {
      await backToQueue(
        ctx,
        letters.slice(index + 1).map(({ id }) => id),
        new Date(ctx.now().getTime() + outcome.restsMs),
      )
      return
    }
  }
}

/** Sends what is due, channels side by side. Any number of processes may. @returns how many messages were taken */
export const sendNotices = async (ctx: Ctx): Promise<number> => {
  // After a restore nothing leaves before an administrator arms sending again.
  if ((await readSetting(ctx, 'sendsArmed')) === false) return 0
  const notices = await claim(ctx)
  const channels = new Map<number, NoticeRow[]>()
  for (const notice of notices) channels.set(notice.channel_id, [...(channels.get(notice.channel_id) ?? []), notice])
  const ended = await Promise.allSettled([...channels].map(([id, mine]) => byChannel(ctx, id, mine)))
  // What was taken and not recorded is taken again when its lease is over.
  for (const one of ended) if (one.status === 'rejected') ctx.log.error({ error: one.reason }, 'alerts not sent')
  return notices.length
}
