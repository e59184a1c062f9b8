import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Category, Channel, Refusal } from '../channels-contract.ts'
import { isArmed } from '../delivery/armed.ts'
import { loadFacts, storedReason } from './decide.ts'
import type { Contact } from './frequency.ts'
import { gate } from './gate.ts'
import type { SendRequest } from './send-request.ts'
import { type VersionFacts, versionKey, versionsOf } from './versions.ts'

/** May a planned send leave now? */
export type Recheck =
  | { is: 'refused'; refusal: Refusal; detail: Record<string, unknown> }
  /** Hours have closed meanwhile. */
  | { is: 'deferred'; until: Date }
  /** The campaign is paused; nothing is changed. */
  | { is: 'held' }

/** What is asked of a send again. */
export interface PlannedSend {
  id: string
  campaign_id: number
  version: number
  step: string
  customer_no: number
  entry_no: number
  pass: number
  entry_id: string
  category: Category
  channel: Channel
  creative_id: number | null
  offer_id: number | null
  not_after: Date | null
}

const farFuture = new Date('9999-01-01T00:00:00Z')
const dayMs = 86_400_000

/**
 * Whether another send goes before this one: it has left, is more urgent, or was planned earlier. What was planned later had to leave
 * room for this one, and gives way where two people turned out to be one: else each would keep the other back.
 * @param inHand ids of claimed sends that have not left either
 */
const isAhead = (
  other: Contact,
  { row, priority, inHand }: { row: PlannedSend; priority: number; inHand: ReadonlySet<string> },
): boolean => {
  if (!other.planned && !inHand.has(other.sendId)) return true
  return other.priority === priority ? BigInt(other.sendId) < BigInt(row.id) : other.priority > priority
}

/** The same step of the same campaign, sent to him under another of his numbers, as long as he may not be in it again. */
const isRepeated = (other: Contact, row: PlannedSend, frozen: VersionFacts | undefined, now: Date): boolean => {
  if (other.customerNo === row.customer_no || other.campaignId !== row.campaign_id || other.step !== row.step)
    return false
  const reEntry = frozen?.definition.reEntry
  const restsMs = Math.max(1, reEntry?.afterDays ?? 0) * dayMs
  return reEntry?.times === 1 || Math.abs(now.getTime() - other.at) < restsMs
}

/**
 * Asks the gate again right before planned sends leave: consent withdrawn, excluded, barred or erased since, campaign
 * stopped or paused, hours closed. Limits and budget were taken when they were planned and are not taken twice; what went out
 * under another number of the same person counts. Writes nothing; call it in the transaction that claims the sends.
 * @param sends by id, a thousand or so at a time; `wished`: he asked for it himself, so how often others spoke to him does not count
 * @returns by id; those not named may leave
 */
export const recheckSends = async (
  ctx: Ctx,
  sends: readonly { id: string; wished?: boolean }[],
): Promise<ReadonlyMap<string, Recheck>> => {
  if (sends.length === 0) return new Map()
  // After a restore nobody is called or shown anything, also by hand, before sending is armed: he may have withdrawn since the backup.
  if (!(await isArmed(ctx))) return new Map(sends.map(({ id }) => [id, { is: 'held' }]))
  const { rows } = await sql<PlannedSend>`
    select id::text as id, campaign_id, version, step, customer_no, entry_no, pass, entry_id::text as entry_id, category, channel,
      creative_id, offer_id, not_after
    from campaigns.send where id = any(${sends.map(({ id }) => id)}::bigint[])`.execute(ctx.pg)
  return recheckRead(ctx, rows, { wished: new Set(sends.flatMap(({ id, wished }) => (wished ? [id] : []))) })
}

const none: ReadonlySet<string> = new Set()

/**
 * As `recheckSends`, of sends that the caller has read in the same transaction.
 * @param inHand ids of sends that the caller holds and that have certainly not left, also where they are claimed
 */
export const recheckRead = async (
  ctx: Ctx,
  rows: readonly PlannedSend[],
  { wished = none, inHand = none }: { wished?: ReadonlySet<string>; inHand?: ReadonlySet<string> } = {},
): Promise<ReadonlyMap<string, Recheck>> => {
  const verdicts = new Map<string, Recheck>()
  if (rows.length === 0) return verdicts
  const versions = await versionsOf(
    ctx,
    rows.map((row) => ({ campaignId: row.campaign_id, version: row.version })),
  )
  const requests = rows.map((row) => requestOf(row, versions.get(versionKey(row.campaign_id, row.version))))
  const { rules, factsOf } = await loadFacts(ctx, requests, { hold: false })
  for (const [i, request] of requests.entries()) {
    const id = rows[i]?.id ?? ''
    const facts = factsOf(request)
    if (facts.campaign?.state === 'paused') {
      verdicts.set(id, { is: 'held' })
      continue
    }
    const row = rows[i]
    const frozen = row && versions.get(versionKey(row.campaign_id, row.version))
    // What it had taken itself does not stand in its way.
    const contacts = facts.person.contacts.filter(
      (other) =>
        other.sendId !== id &&
        !wished.has(id) &&
        row !== undefined &&
        isAhead(other, { row, priority: request.priority, inHand }),
    )
    if (row && contacts.some((other) => isRepeated(other, row, frozen, rules.now))) {
      verdicts.set(id, { is: 'refused', refusal: 'ALREADY_SENT', detail: { late: 1 } })
      continue
    }
    const verdict = gate(request, { ...facts, person: { ...facts.person, contacts } }, rules)
    if (verdict.decision === 'refused') {
      const { reason, channels } = verdict
      verdicts.set(id, {
        is: 'refused',
        refusal: reason.refusal,
        detail: { ...storedReason(reason, channels), late: 1 },
      })
    } else if (verdict.notBefore > rules.now) verdicts.set(id, { is: 'deferred', until: verdict.notBefore })
  }
  return verdicts
}

const requestOf = (row: PlannedSend, frozen: VersionFacts | undefined): SendRequest => ({
  campaignId: row.campaign_id,
  version: row.version,
  step: row.step,
  customerNo: row.customer_no,
  entryNo: row.entry_no,
  pass: row.pass,
  entryId: row.entry_id,
  category: row.category,
  purpose: frozen?.definition.purpose ?? 'marketing',
  product: frozen?.definition.product ?? 'other',
  personalised: frozen?.definition.personalised ?? true,
  priority: frozen?.priority ?? 1,
  channels: [{ channel: row.channel, creativeId: row.creative_id ?? 0 }],
  ...(row.offer_id !== null && { offerId: row.offer_id }),
  budget: {},
  holdout: frozen?.definition.holdout ?? 0,
  notAfter: row.not_after ?? farFuture,
})
