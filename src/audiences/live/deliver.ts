import { sql } from 'kysely'
import { type Ctx, signedHeaders } from '#platform'
import type { Delivery, FeedItem } from './contract.ts'
import { type Cursor, changesAfter, cursorText } from './feed.ts'
import { postJson } from './post.ts'
import { problem } from './problem.ts'
import { armed, secretsOf, type WebhookRow, webhookRow } from './webhooks.ts'
import './tables.ts'

/** Changes in one message. */
const perMessage = 500
/** Messages of one run of the job; the rest is for the next, so that others get their turn. */
const perRun = 20
const firstWaitMs = 5_000
const longestWaitMs = 3_600_000
/** A receiver that took nothing for this long is given up, with an alarm. */
const giveUpMs = 3 * 86_400_000
/** Deliveries of a webhook that are kept for people to look at. */
const keptDeliveries = 500

/**
 * Sends a webhook what its receiver has not taken yet, in order, one message after another. A message is sent again until
 * it is taken, with the same id and content; the receiver may see it twice and tells by the id.
 */
export const deliver = async (ctx: Ctx, { id }: { id: string }, signal: AbortSignal): Promise<void> => {
  for (let sent = 0; sent < perRun && !signal.aborted; sent++) {
    const row = await ctx.pg.selectFrom('audiences.webhook').selectAll().where('id', '=', id).executeTakeFirst()
    // Deleted, switched off, waiting, or not allowed to send: whoever changes that asks again.
    if (row?.state !== 'on' || (row.due_at !== null && row.due_at > ctx.now()) || !(await armed(ctx))) return
    const cursor = { refresh: row.cursor_refresh, no: row.cursor_no }
    const { items, next } = await nextMessage(ctx, row, cursor)
    const [first] = items
    if (!first) return
    const message = `${id}_${cursorText(next)}`
    const body = JSON.stringify({
      type: 'audience.moved',
      timestamp: first.at,
      data: { audienceId: row.audience_id, changes: items.map(toldItem) },
    })
    const done = await attempt(ctx, row, { message, body, changes: items.length, test: false }, signal)
    if (!done.taken) return postpone(ctx, row, done.error)
    const moved = await ctx.pg
      .updateTable('audiences.webhook')
      .set({
        cursor_refresh: next.refresh,
        cursor_no: next.no,
        failures: 0,
        failing_since: null,
        due_at: null,
        error: null,
      })
      .where('id', '=', id)
      .where('cursor_refresh', '=', cursor.refresh)
      .where('cursor_no', '=', cursor.no)
      .returning('id')
      .executeTakeFirst()
    // Somebody else delivers it too.
    if (!moved) return
  }
  await ctx.jobs.send('audiences.deliver', { id }, { key: id })
}

const toldItem = ({ cursor, change, customerId, version, at }: FeedItem) => ({
  cursor,
  change,
  customerId,
  version,
  at,
})

/** After a failure the same message again, though more has happened since: its id says where it ends. */
const nextMessage = async (ctx: Ctx, { id, audience_id, failures }: WebhookRow, cursor: Cursor) => {
  const read = await changesAfter(ctx, audience_id, cursor, perMessage)
  if (failures === 0) {
    const last = read.items.at(-1)
    return { items: read.items, next: last ? placeOf(last.cursor) : read.next }
  }
  const failed = await ctx.pg
    .selectFrom('audiences.webhook_delivery')
    .select('message')
    .where('webhook_id', '=', id)
    .where('test', '=', false)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const end = failed ? placeOf(failed.message.slice(id.length + 1)) : read.next
  const items = read.items.filter(({ cursor }) => isBefore(placeOf(cursor), end))
  return { items, next: end }
}

const placeOf = (cursor: string): Cursor => {
  const [refresh = 0, no = 0] = cursor.split('.').map(Number)
  return { refresh, no }
}
const isBefore = (a: Cursor, b: Cursor) => a.refresh < b.refresh || (a.refresh === b.refresh && a.no <= b.no)

interface Message {
  message: string
  body: string
  changes: number
  test: boolean
}

interface Attempt {
  taken: boolean
  status: number | null
  error: string | null
  tookMs: number
}

const attempt = async (
  ctx: Ctx,
  row: WebhookRow,
  { message, body, changes, test }: Message,
  signal?: AbortSignal,
): Promise<Attempt & { id: number; at: Date }> => {
  const at = ctx.now()
  const startedAt = performance.now()
  const headers = signedHeaders(secretsOf(ctx, row), { id: message, atSeconds: Math.floor(at.getTime() / 1_000), body })
  let status: number | null = null
  let error: string | null = null
  try {
    status = await postJson(row.url, body, headers, {
      allowInside: ctx.config.webhooksPrivate,
      ...(signal && { signal }),
    })
    if (status < 200 || status > 299) error = `answered ${status}`
  } catch (thrown) {
    error = (thrown instanceof Error ? thrown.message : 'failed').slice(0, 300)
  }
  const tookMs = Math.round(performance.now() - startedAt)
  const { id } = await ctx.pg
    .insertInto('audiences.webhook_delivery')
    .values({ webhook_id: row.id, message, at, changes, status, error, took_ms: tookMs, test })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, at, taken: error === null, status, error, tookMs }
}

/** Waits twice as long after each failure; a receiver that took nothing for days is given up. */
const postpone = async (ctx: Ctx, row: WebhookRow, error: string | null): Promise<void> => {
  const now = ctx.now()
  const since = row.failing_since ?? now
  const givenUp = now.getTime() - since.getTime() > giveUpMs
  const waitMs = Math.min(firstWaitMs * 2 ** row.failures, longestWaitMs)
  const dueAt = new Date(now.getTime() + waitMs)
  await ctx.pg
    .updateTable('audiences.webhook')
    .set({
      state: givenUp ? 'failed' : 'on',
      failures: row.failures + 1,
      failing_since: since,
      due_at: givenUp ? null : dueAt,
      error,
    })
    .where('id', '=', row.id)
    .where('state', '=', 'on')
    .execute()
  if (givenUp) ctx.log.error({ webhook: row.id, audience: row.audience_id, reason: error }, 'webhook given up')
  else await ctx.jobs.send('audiences.deliver', { id: row.id }, { key: row.id, startAfter: dueAt })
}

/**
 * One message without changes, to see whether the receiver answers and checks signatures.
 * @throws problem.webhookUnknown, problem.sendsDisarmed
 */
export const testWebhook = async (ctx: Ctx, { id }: { id: string }): Promise<Delivery> => {
  const row = await webhookRow(ctx, id)
  if (!(await armed(ctx))) throw problem.sendsDisarmed()
  const message = `${id}_test_${ctx.now().getTime()}`
  const body = JSON.stringify({
    type: 'audience.test',
    timestamp: ctx.now().toISOString(),
    data: { audienceId: row.audience_id, changes: [] },
  })
  const { id: delivery, at, status, error, tookMs } = await attempt(ctx, row, { message, body, changes: 0, test: true })
  await ctx.audit.record(ctx, {
    action: 'webhook.test',
    subject: `audience:${row.audience_id}`,
    detail: { webhook: id, status },
  })
  return { id: delivery, message, at: at.toISOString(), changes: 0, status, error, tookMs, test: true }
}

/** Asks for deliveries of audiences that moved; those that wait for a retry have asked already. */
export const deliverMoved = async (ctx: Ctx, audienceIds: readonly string[]): Promise<void> => {
  if (audienceIds.length === 0) return
  const rows = await ctx.pg
    .selectFrom('audiences.webhook')
    .select('id')
    .where('audience_id', 'in', audienceIds)
    .where('state', '=', 'on')
    .where('due_at', 'is', null)
    .execute()
  for (const { id } of rows) await ctx.jobs.send('audiences.deliver', { id }, { key: id })
}

/** Asks again for whatever is behind: after a restart, a refresh by hand, an arming of sends. Drops old deliveries. */
export const deliverDue = async (ctx: Ctx): Promise<void> => {
  const { rows } = await sql<{ id: string }>`
    select w.id from audiences.webhook w join audiences.audience a on a.id = w.audience_id
    where w.state = 'on' and a.feed_refresh > w.cursor_refresh and (w.due_at is null or w.due_at <= ${ctx.now()})`.execute(
    ctx.pg,
  )
  for (const { id } of rows) await ctx.jobs.send('audiences.deliver', { id }, { key: id })
  await sql`
    delete from audiences.webhook_delivery d using (
      select id, row_number() over (partition by webhook_id order by id desc) as place from audiences.webhook_delivery) newest
    where newest.id = d.id and newest.place > ${keptDeliveries}`.execute(ctx.pg)
}
