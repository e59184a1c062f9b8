import { type Ctx, Problem } from '#platform'
import { problem } from './problem.ts'
import { consentSettings } from './settings.ts'

/**
 * Links to the preference centre. The token is sealed by the vault: nobody can guess, read or change one, it names a customer
 * by number only, and nothing is stored for it, so that a million messages write no rows.
 */

const place = 'compliance.preferenceLink|token|1' as const
const dayMs = 86_400_000

export interface PreferenceLink {
  /** The page: what he allowed, with one tap to take back or give each. */
  url: string
  /** For `List-Unsubscribe`: a POST with `List-Unsubscribe=One-Click` unsubscribes (RFC 8058), a GET shows a button. */
  oneClickUrl: string
  /** After that the page only unsubscribes. */
  expiresAt: Date
}

/** Where this program is reached from outside; without a public address where it listens. No slash at the end. */
export const ownOrigin = ({ config }: Pick<Ctx, 'config'>): string =>
  (config.publicUrl ?? `http://${config.host}:${config.port}`).replace(/\/$/, '')

/** Links for many messages; one look at the settings. @param sendId of campaigns.send, kept with what is said there */
export const preferenceLinks = async (
  ctx: Ctx,
  messages: readonly { customerNo: number; sendId?: string | undefined }[],
): Promise<PreferenceLink[]> => {
  const { preferenceLinkDays } = await consentSettings(ctx)
  const expiresDay = Math.floor(ctx.now().getTime() / dayMs) + preferenceLinkDays + 1
  const origin = ownOrigin(ctx)
  return messages.map(({ customerNo, sendId = '0' }) => {
    const token = ctx.vault.sealSecret(
      place,
      [customerNo, expiresDay, BigInt(sendId)].map((part) => part.toString(36)).join('.'),
    )
    return {
      url: `${origin}/p/${token}`,
      oneClickUrl: `${origin}/u/${token}`,
      expiresAt: new Date(expiresDay * dayMs),
    }
  })
}

/** A link for one customer. */
export const preferenceLink = async (
  ctx: Ctx,
  customerNo: number,
  { sendId }: { sendId?: string } = {},
): Promise<PreferenceLink> => {
  const [link] = await preferenceLinks(ctx, [{ customerNo, sendId }])
  if (!link) throw new Error('no link was made')
  return link
}

export interface OpenedLink {
  /** The person now: of one who was merged, the other's number. */
  customerNo: number
  sendId: string | null
  expired: boolean
}

/** @throws problem.linkInvalid when nobody made it so, or the customer is gone */
export const openLink = async (ctx: Ctx, token: string): Promise<OpenedLink> => {
  const [no, day, send] = partsOf(ctx, token)
  const row = await ctx.pg
    .selectFrom('customers.customer')
    .select('root_no')
    .where('no', '=', no)
    .where('erased_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw problem.linkInvalid()
  return {
    customerNo: row.root_no,
    sendId: send === 0 ? null : String(send),
    expired: day * dayMs <= ctx.now().getTime(),
  }
}

const partsOf = (ctx: Ctx, token: string): [no: number, day: number, send: number] => {
  // Shorter than any sealed text: the vault would read past its end.
  if (!/^[\w-]{48,180}$/.test(token)) throw problem.linkInvalid()
  try {
    const [no, day, send] = ctx.vault
      .openSecret(place, token)
      .split('.')
      .map((part) => Number.parseInt(part, 36))
    if (no !== undefined && day !== undefined && send !== undefined) return [no, day, send]
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
  throw problem.linkInvalid()
}
