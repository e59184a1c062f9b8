import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ownOrigin } from '#compliance'
import { type Ctx, readSecret, writeSecret } from '#platform'
import type { AlertRow } from './alert-rows.ts'
import './tables.ts'

/**
 * Links with which one person acknowledges one alert without signing in: the number of the link and a signature over it with a key of
 * the vault. The database alone cannot make one. Good for one alert at one level, until it expires; opening it changes nothing.
 */

const keyName = 'opinion.ackLinks'
const keys = new WeakMap<object, string>()

/** Made by the first who needs it, outside any message's transaction. */
export const ackKey = async (ctx: Ctx): Promise<string> => {
  const known = keys.get(ctx.store)
  if (known !== undefined) return known
  const key = await ctx.tx(async (ctx) => {
    const stored = await readSecret(ctx.vault, ctx.pg, keyName)
    if (stored !== undefined) return stored
    await writeSecret(ctx.vault, ctx.pg, keyName, randomBytes(32).toString('base64url'))
    return (await readSecret(ctx.vault, ctx.pg, keyName)) ?? ''
  })
  keys.set(ctx.store, key)
  return key
}

const signature = (key: string, linkId: string): string =>
  createHmac('sha256', key).update(`opinion.acknowledge\n${linkId}`).digest('base64url').slice(0, 32)

/** Address of a link. */
export const ackUrl = (ctx: Ctx, key: string, linkId: string): string =>
  `${ownOrigin(ctx)}/acknowledge/${linkId}.${signature(key, linkId)}`

/** Puts the links into a stored text. */
export const withLinks = (ctx: Ctx, key: string, text: string): string =>
  text.replaceAll(/\{\{ack:(\d+)\}\}/g, (_, linkId: string) => ackUrl(ctx, key, linkId))

export interface AckLink {
  id: string
  person: string
  personName: string
  alert: AlertRow
  /** `good`, or why it does nothing. */
  state: 'good' | 'expired' | 'changed' | 'acknowledged' | 'over'
}

/** The link of a token, or undefined for one that we did not make. */
export const readLink = async (ctx: Ctx, token: string): Promise<AckLink | undefined> => {
  const [, id, given] = /^(\d{1,18})\.([\w-]{32})$/.exec(token) ?? []
  if (id === undefined || given === undefined) return undefined
  const expected = Buffer.from(signature(await ackKey(ctx), id))
  if (!timingSafeEqual(Buffer.from(given), expected)) return undefined
  const link = await ctx.pg.selectFrom('opinion.ack_link').selectAll().where('id', '=', id).executeTakeFirst()
  if (!link) return undefined
  const alert = await ctx.pg
    .selectFrom('opinion.alert')
    .selectAll()
    .where('id', '=', link.alert_id)
    .executeTakeFirstOrThrow()
  const state =
    alert.state === 'resolved'
      ? 'over'
      : alert.state === 'acknowledged'
        ? 'acknowledged'
        : link.expires_at <= ctx.now()
          ? 'expired'
          : link.edition < alert.edition
            ? 'changed'
            : 'good'
  return { id, person: link.person, personName: link.person_name, alert, state }
}
