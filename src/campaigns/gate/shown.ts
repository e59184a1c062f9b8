import type { Actor } from '#platform'
import { type Channel, type Refusal, type RefusalGroup, refusalGroupOf } from '../channels-contract.ts'
import type { ShownReason } from './gate-contract.ts'

/** Groups that say something about a person's life or money. */
const delicate: readonly RefusalGroup[] = ['exclusion', 'suitability']

/** Whether somebody may know which reason it was; that there was one, everybody with the profile may. */
export const maySee = (actor: Pick<Actor, 'permissions'>, code: Refusal): boolean =>
  !delicate.includes(refusalGroupOf(code)) || actor.permissions.has('exclusions.read')

/**
 * A count by a reason as this reader is told it: exact, or in whole tens for who may not know that reason of a person, or see customers
 * at all. A campaign to one person would tell what is known of him.
 */
export const shownCount = (actor: Pick<Actor, 'permissions'>, code: Refusal, n: number): number =>
  actor.permissions.has('customers.read') && maySee(actor, code) ? n : n - (n % 10)

export const shownReason = (
  actor: Pick<Actor, 'permissions'>,
  code: Refusal,
  values: Readonly<Record<string, unknown>> = {},
): ShownReason => {
  const seen = maySee(actor, code)
  return { group: refusalGroupOf(code), code: seen ? code : null, values: seen ? values : {} }
}

interface StoredChannel extends Record<string, unknown> {
  channel: Channel
  refusal: Refusal
}

/** A refusal as `campaigns.send` holds it: its reason, and that of each channel that was tried. */
export const shownStored = (
  actor: Pick<Actor, 'permissions'>,
  code: Refusal,
  detail: Readonly<Record<string, unknown>> | null,
): { reason: ShownReason; tried: { channel: Channel; reason: ShownReason }[] } => {
  const { channels, ...values } = detail ?? {}
  const tried = Array.isArray(channels) ? (channels as StoredChannel[]) : []
  return {
    reason: shownReason(actor, code, values),
    tried: tried.map(({ channel, refusal, ...values }) => ({ channel, reason: shownReason(actor, refusal, values) })),
  }
}
