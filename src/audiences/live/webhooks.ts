import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import { type Ctx, newWebhookSecret, readSetting, type Tables } from '#platform'
import type { Delivery, Webhook, WebhookChange } from './contract.ts'
import { cursorText, endOfFeed } from './feed.ts'
import { checkTarget } from './post.ts'
import { problem } from './problem.ts'
import './tables.ts'

/** Per audience. */
const mostWebhooks = 10
/** A former secret signs this long beside the new one. */
const formerSecretMs = 86_400_000

export type WebhookRow = Selectable<Tables['audiences.webhook']>

const shown = (row: WebhookRow): Webhook => ({
  id: row.id,
  url: row.url,
  state: row.state,
  cursor: cursorText({ refresh: row.cursor_refresh, no: row.cursor_no }),
  failures: row.failures,
  failingSince: row.failing_since?.toISOString() ?? null,
  dueAt: row.due_at?.toISOString() ?? null,
  error: row.error,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
})

/** Where a secret is sealed for: it opens nowhere else. */
const placeOf = (id: string, field: 'secret' | 'former_secret') => `audiences.webhook|${field}|${id}` as const

/** @throws problem.webhookUnknown */
export const webhookRow = async (ctx: Ctx, id: string): Promise<WebhookRow> => {
  const row = await ctx.pg.selectFrom('audiences.webhook').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.webhookUnknown({ id })
  return row
}

/** The secrets that sign for a webhook now, the newest first. */
export const secretsOf = (ctx: Ctx, { id, secret, former_secret, former_until }: WebhookRow): string[] => [
  ctx.vault.openSecret(placeOf(id, 'secret'), secret),
  ...(former_secret !== null && former_until !== null && former_until > ctx.now()
    ? [ctx.vault.openSecret(placeOf(id, 'former_secret'), former_secret)]
    : []),
]

/** Whether messages may leave: not after a restore, before an administrator arms sending again. */
export const armed = async (ctx: Ctx): Promise<boolean> => (await readSetting(ctx, 'sendsArmed')) !== false

/** @throws problem.unknown */
export const listWebhooks = async (ctx: Ctx, { id }: { id: string }) => {
  await endOfFeed(ctx, id)
  const rows = await ctx.pg
    .selectFrom('audiences.webhook')
    .selectAll()
    .where('audience_id', '=', id)
    .orderBy('created_at')
    .execute()
  return { items: rows.map(shown), armed: await armed(ctx) }
}

/**
 * Sends the changes from now on to an address.
 * @returns the webhook with its secret, which is not shown again
 * @throws problem.unknown, problem.webhookTarget, problem.webhooksMost
 */
export const createWebhook = async (ctx: Ctx, { id: audienceId, url }: { id: string; url: string }) => {
  checkTarget(url, ctx.config.webhooksPrivate)
  const id = randomUUID()
  const secret = newWebhookSecret()
  return ctx.tx(async (ctx) => {
    const end = await endOfFeed(ctx, audienceId)
    const held = await ctx.pg
      .selectFrom('audiences.webhook')
      .select('id')
      .where('audience_id', '=', audienceId)
      .execute()
    if (held.length >= mostWebhooks) throw problem.webhooksMost({ most: mostWebhooks })
    const row = await ctx.pg
      .insertInto('audiences.webhook')
      .values({
        id,
        audience_id: audienceId,
        url,
        secret: ctx.vault.sealSecret(placeOf(id, 'secret'), secret),
        former_secret: null,
        former_until: null,
        state: 'on',
        cursor_refresh: end.refresh,
        cursor_no: end.no,
        failing_since: null,
        due_at: null,
        error: null,
        created_at: ctx.now(),
        created_by: ctx.actor.name,
        changed_at: ctx.now(),
        changed_by: ctx.actor.name,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    const detail = { webhook: id, host: new URL(url).host }
    await ctx.audit.record(ctx, { action: 'webhook.create', subject: `audience:${audienceId}`, detail })
    return { ...shown(row), secret }
  })
}

/**
 * Switches a webhook on or off, or gives it a new secret. Switched on again it goes on where it stopped.
 * @throws problem.webhookUnknown
 */
export const changeWebhook = async (ctx: Ctx, { id, on, newSecret: renew }: WebhookChange & { id: string }) => {
  const secret = renew ? newWebhookSecret() : null
  const changed = await ctx.tx(async (ctx) => {
    const before = await webhookRow(ctx, id)
    const row = await ctx.pg
      .updateTable('audiences.webhook')
      .set({
        changed_at: ctx.now(),
        changed_by: ctx.actor.name,
        ...(on !== undefined && {
          state: on ? ('on' as const) : ('off' as const),
          failures: 0,
          failing_since: null,
          due_at: null,
          error: null,
        }),
        ...(secret !== null && {
          secret: ctx.vault.sealSecret(placeOf(id, 'secret'), secret),
          former_secret: ctx.vault.sealSecret(
            placeOf(id, 'former_secret'),
            ctx.vault.openSecret(placeOf(id, 'secret'), before.secret),
          ),
          former_until: new Date(ctx.now().getTime() + formerSecretMs),
        }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const detail = { webhook: id, ...(on !== undefined && { on }), ...(renew && { newSecret: true }) }
    await ctx.audit.record(ctx, { action: 'webhook.change', subject: `audience:${row.audience_id}`, detail })
    return { ...shown(row), secret }
  })
  if (on) await ctx.jobs.send('audiences.deliver', { id }, { key: id })
  return changed
}

/** @throws problem.webhookUnknown */
export const deleteWebhook = (ctx: Ctx, { id }: { id: string }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { audience_id } = await webhookRow(ctx, id)
    await ctx.pg.deleteFrom('audiences.webhook').where('id', '=', id).execute()
    await ctx.audit.record(ctx, {
      action: 'webhook.delete',
      subject: `audience:${audience_id}`,
      detail: { webhook: id },
    })
  })

/** The newest deliveries of a webhook. @throws problem.webhookUnknown */
export const listDeliveries = async (ctx: Ctx, { id }: { id: string }): Promise<{ items: Delivery[] }> => {
  await webhookRow(ctx, id)
  const rows = await ctx.pg
    .selectFrom('audiences.webhook_delivery')
    .selectAll()
    .where('webhook_id', '=', id)
    .orderBy('id', 'desc')
    .limit(50)
    .execute()
  return {
    items: rows.map(({ id, message, at, changes, status, error, took_ms, test }) => ({
      id,
      message,
      at: at.toISOString(),
      changes,
      status,
      error,
      tookMs: took_ms,
      test,
    })),
  }
}
