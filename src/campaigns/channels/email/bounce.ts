import type { Receipt } from '../../delivery/adapter.ts'

/**
 * Mails that a mail server sends back: reports of delivery (RFC 3464) and complaints that a mailbox provider passes on (ARF, RFC 5965).
 * Ours are known by the Message-ID that is quoted in them, which has the key of the send.
 */

/** Headers and fields that are folded over several lines, as one line each. */
const unfolded = (raw: string): string => raw.replaceAll('\r\n', '\n').replaceAll(/\n[ \t]+/g, ' ')

const field = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(text)?.[1]?.trim()

/** The key in a Message-ID of ours. */
export const keyOfMessageId = (text: string): string | undefined => /<([\w-]{1,64})@/.exec(text)?.[1]

const addressIn = (text: string | undefined): string | undefined =>
  /(?:rfc822;)?\s*<?([^\s<>;]+@[^\s<>;]+)>?/i.exec(text ?? '')?.[1]?.toLowerCase()

/** Enhanced status codes (RFC 3463) that say that the mailbox will never be there: no such user, no such host, moved away, not accepted for ever. */
const never = /^5\.(1\.[12346]|1\.10|2\.1|4\.4)$/

/**
 * What a mail tells of one of ours; nothing when it is no report.
 * @param raw the whole mail as it came
 */
export const readBounce = (raw: string, now: Date): Receipt | undefined => {
  const text = unfolded(raw)
  const quoted = [...text.matchAll(/^(?:Original-)?Message-ID:[ \t]*(.*)$/gim)].map(([, id = '']) => id)
  // The report has an id of its own first; ours is the one that is quoted, last.
  const key = quoted
    .map((id) => keyOfMessageId(id))
    .filter((one) => one !== undefined)
    .at(-1)
  const date = Date.parse(field(text, 'Arrival-Date') ?? field(text, 'Date') ?? '')
  const at = Number.isNaN(date) ? now : new Date(date)
  if (/^Feedback-Type:[ \t]*(abuse|fraud|not-spam|other)/im.test(text)) {
    if (key === undefined || /^Feedback-Type:[ \t]*not-spam/im.test(text)) return undefined
    return { key, state: 'delivered', at, complaint: true }
  }
  const action = field(text, 'Action')?.toLowerCase()
  if (action === undefined) return undefined
  const status = field(text, 'Status')?.split(/\s/)[0] ?? ''
  const address = addressIn(field(text, 'Final-Recipient') ?? field(text, 'Original-Recipient'))
  const who = { ...(key !== undefined && { key }), ...(address !== undefined && { address }) }
  if (key === undefined && address === undefined) return undefined
  if (action === 'delivered' || action === 'relayed') return { ...who, state: 'delivered', at }
  if (action !== 'failed') return undefined
  const code = status === '' ? 'BOUNCED' : status
  return {
    ...who,
    state: 'failed',
    at,
    code,
    detail: field(text, 'Diagnostic-Code') ?? '',
    ...(never.test(status) && { hardBounce: true }),
  }
}
