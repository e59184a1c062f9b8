import type { Receipt } from '../../delivery/adapter.ts'
import { headerOf, type MimePart, mimeParts, unfolded } from './mime.ts'

/**
 * Mails that a mail server sends back: reports of delivery (RFC 3464) and complaints that a mailbox provider passes on (ARF, RFC 5965).
 * Ours are known by the Message-ID that is quoted in them or by the address they came back to; both have the key of the send.
 */

/** The key in a Message-ID of ours. */
export const keyOfMessageId = (text: string): string | undefined => /<([\w-]{1,64})@/.exec(text)?.[1]

const addressIn = (text: string | undefined): string | undefined =>
  /(?:(?:rfc822|utf-8);)?\s*<?([^\s<>;]+@[^\s<>;]+)>?/i.exec(text ?? '')?.[1]?.toLowerCase()

/** Enhanced status codes (RFC 3463) that say that the mailbox will never be there: no such user, no such host, moved away, not accepted for ever. */
const never = /^5\.(1\.[12346]|1\.10|2\.1|4\.4)$/
/** The same in words, of servers that give no code of their own, or the code of anything. */
const neverWords =
  /user unknown|unknown user|no such (?:user|recipient|mailbox)|(?:user|mailbox|recipient|account)[^.\n]{0,40}(?:not found|does ?n.t exist|not exist|disabled|suspended)|mailbox unavailable|invalid recipient|address rejected: user|unrouteable address|host (?:or domain name )?not found|帐户不存在|账户不存在|账号不存在|用户不存在|收件人不存在|邮箱不存在|无此用户/i
/** What passes, whatever else is said: full, too many, unwanted for now. */
const passing =
  /quota|over ?limit|mailbox (?:is )?full|too many|rate limit|spam|blocked|blacklist|policy|已满|容量|垃圾邮件/i

const isGone = (status: string, said: string): boolean => {
  if (never.test(status)) return true
  return (
    status.startsWith('5') &&
    !passing.test(said) &&
    /^5(?:\.0\.0|\.1\.0|\.5\.0)?$/.test(status) &&
    neverWords.test(said)
  )
}

/** Header of the mail itself: the address it came back to has the key of the send after a plus. */
const keyOfReturn = (headers: string): string | undefined => {
  for (const name of ['X-Original-To', 'Delivered-To', 'Envelope-To', 'X-Envelope-To', 'To']) {
    const key = /\+([\w-]{1,64})@/.exec(headerOf(headers, name) ?? '')?.[1]
    if (key !== undefined) return key
  }
  return undefined
}

/** Of the mail that came back: its own part, or quoted in the text by servers that make no report. */
const keyOfQuoted = (parts: readonly MimePart[]): string | undefined => {
  const original = parts.filter(({ type }) => /^(message\/(rfc822|global)(-headers)?|text\/rfc822-headers)$/.test(type))
  const texts = (original.length > 0 ? original : parts).map(({ body }) => body)
  const ids = texts.flatMap((text) => [...unfolded(text).matchAll(/^(?:Original-)?Message-ID:[ \t]*(.*)$/gim)])
  return ids.map(([, id = '']) => keyOfMessageId(id)).find((key) => key !== undefined)
}

const at = (text: string | undefined, now: Date): Date => {
  const date = Date.parse(text ?? '')
  return Number.isNaN(date) ? now : new Date(date)
}

/**
 * What a mail tells of one of ours; nothing when it is no report, or of a delay only.
 * @param raw the whole mail as it came
 */
export const readBounce = (raw: string, now: Date): Receipt | undefined => {
  const text = raw.replaceAll('\r\n', '\n')
  const headers = text.slice(0, text.search(/\n\n|$(?![\s\S])/))
  const parts = mimeParts(text)
  const key = keyOfQuoted(parts) ?? keyOfReturn(headers)
  const complaint = parts.find(({ type, body }) => type === 'message/feedback-report' || /^Feedback-Type:/im.test(body))
  if (complaint) return complained(parts, complaint, key, now, headers)
  const report = parts.find(({ type }) => /^message\/(global-)?delivery-status$/.test(type))
  if (report) return reported(report.body, key, now, headers)
  return spoken(headers, parts, key, now)
}

const complained = (
  parts: readonly MimePart[],
  { body }: MimePart,
  key: string | undefined,
  now: Date,
  headers: string,
): Receipt | undefined => {
  // A short report may stand in one part with the mail it is about.
  const about = key ?? keyOfMessageId(parts.map((part) => headerOf(part.body, 'Message-ID') ?? '').join(' '))
  if (about === undefined || !/^Feedback-Type:[ \t]*(abuse|fraud|other)/im.test(body)) return undefined
  return {
    key: about,
    state: 'delivered',
    at: at(headerOf(body, 'Arrival-Date') ?? headerOf(headers, 'Date'), now),
    complaint: true,
  }
}

/** Fields of the mail, then of each recipient, with an empty line between. */
const reported = (body: string, quoted: string | undefined, now: Date, headers: string): Receipt | undefined => {
  const groups = unfolded(body.trim()).split(/\n[ \t]*\n/)
  const recipients = groups.filter((group) => headerOf(group, 'Action') !== undefined)
  const told = recipients.find((group) => /^failed/i.test(headerOf(group, 'Action') ?? '')) ?? recipients[0]
  if (told === undefined) return undefined
  const action = headerOf(told, 'Action')?.toLowerCase() ?? ''
  const address = addressIn(headerOf(told, 'Original-Recipient')) ?? addressIn(headerOf(told, 'Final-Recipient'))
  // An id that our own server gave the mail, where the original was left out.
  const key = quoted ?? keyOfMessageId(headerOf(groups[0] ?? '', 'Original-Message-ID') ?? '')
  // Anybody can write a report; without the key of a mail of ours it proves nothing.
  if (key === undefined) return undefined
  const who = { key, ...(address !== undefined && { address }) }
  const when = at(
    headerOf(told, 'Last-Attempt-Date') ?? headerOf(groups[0] ?? '', 'Arrival-Date') ?? headerOf(headers, 'Date'),
    now,
  )
  if (/^(delivered|relayed|expanded)/.test(action)) return { ...who, state: 'delivered', at: when }
  if (!action.startsWith('failed')) return undefined
  const said = headerOf(told, 'Diagnostic-Code') ?? ''
  const own = /^\d\.\d{1,3}\.\d{1,3}/.exec(headerOf(told, 'Status') ?? '')?.[0] ?? ''
  // Servers that relay give 5.0.0; the one that refused was more exact.
  const exact = /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(said)?.[0]
  const status = /^(5\.0\.0|)$/.test(own) ? (exact ?? (own || basic(said))) : own
  return {
    ...who,
    state: 'failed',
    at: when,
    code: status === '' ? 'BOUNCED' : status,
    detail: said,
    ...(isGone(status, said) && { hardBounce: true }),
  }
}

/** A reply code of SMTP as the class of an enhanced one. */
const basic = (said: string): string => {
  const code = /\b([45])\d\d\b/.exec(said)?.[1]
  return code === undefined ? '' : `${code}.0.0`
}

const isFromServer = (headers: string): boolean =>
  /mailer-daemon|postmaster|mail delivery/i.test(headerOf(headers, 'From') ?? '') ||
  /^<>$/.test(headerOf(headers, 'Return-Path') ?? '') ||
  headerOf(headers, 'X-Failed-Recipients') !== undefined

/** Servers that write a letter instead of a report (qmail, several Chinese providers): believed only about a mail of ours. */
const spoken = (
  headers: string,
  parts: readonly MimePart[],
  key: string | undefined,
  now: Date,
): Receipt | undefined => {
  if (key === undefined || !isFromServer(headers)) return undefined
  const said = parts
    .filter(({ type }) => type.startsWith('text/') && type !== 'text/rfc822-headers')
    .map(({ body }) => body.replaceAll(/<[^<>]*>/g, ' '))
    .join('\n')
    // What follows is the mail itself.
    .split(/--- (?:Below this line|Original message)|-{3,} ?(?:原始邮件|Original)/i)[0]
  if (said === undefined) return undefined
  const status = /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(said)?.[0] ?? basic(said)
  const failed = status.startsWith('5') || neverWords.test(said)
  // Tried again by the server itself: nothing is settled.
  if (!failed || /will (?:be )?retr|still trying|delayed|稍后重试|继续尝试/i.test(said)) return undefined
  const address = addressIn(headerOf(headers, 'X-Failed-Recipients'))
  const line = said.split('\n').find((one) => /\b[45]\d\d\b|\b5\.\d/.test(one) || neverWords.test(one)) ?? ''
  return {
    key,
    ...(address !== undefined && { address }),
    state: 'failed',
    at: at(headerOf(headers, 'Date'), now),
    code: status === '' ? 'BOUNCED' : status,
    detail: line.trim(),
    ...(isGone(status === '' ? '5.0.0' : status, said) && { hardBounce: true }),
  }
}
