import { createHash } from 'node:crypto'
import type { SendRequest } from './send-request.ts'

/** What makes a send unique: campaign, version, step, customer, visit. */
export interface Visit {
  campaignId: number
  version: number
  step: string
  customerNo: number
  entryNo: number
  pass: number
}

export const visitKey = ({ campaignId, version, step, customerNo, entryNo, pass }: Visit): string =>
  `${campaignId} ${version} ${step} ${customerNo} ${entryNo} ${pass}`

/** Key of a send for providers: the same visit has the same one for ever, and it tells nothing. 32 hexadecimal digits. */
export const sendKey = (visit: Visit): string =>
  createHash('sha256')
    .update(`zhiyin send ${visitKey(visit)}`)
    .digest('hex')
    .slice(0, 32)

/** Who is asked first: a campaign of higher priority, then in the order given. */
export const byPriority = (requests: readonly SendRequest[]): number[] =>
  requests.map((_, i) => i).sort((a, b) => (requests[b]?.priority ?? 0) - (requests[a]?.priority ?? 0) || a - b)
