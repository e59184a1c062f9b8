import { createHash } from 'node:crypto'
import PostalMime from 'postal-mime'
import type { Found } from './found.ts'
import { asMarkup } from './markup.ts'

/** A mail as a found thing: press inquiries, alerts of clipping services, letters of authorities. */

/** Quoted answers below the mail say again what is known. */
const quoted = /\n(?:-{2,}\s*(?:原始邮件|Original Message|转发邮件)|在\s.{4,60}写道[:：]|On .{6,80} wrote:)[\s\S]*$/i

/** @param raw the mail as it came */
export const readMail = async (raw: Uint8Array): Promise<Found & { sender: string }> => {
  const mail = await PostalMime.parse(raw, { maxNestingDepth: 20, maxHeadersSize: 262_144 })
  const sender = mail.from?.address ?? ''
  return {
    // A mail without an id of its own is known by its bytes.
    guid: mail.messageId ?? `sha256:${createHash('sha256').update(raw).digest('hex')}`,
    title: asMarkup(mail.subject ?? ''),
    text: mail.text?.trim() ? asMarkup(mail.text.replace(quoted, '')) : (mail.html ?? ''),
    published: mail.date,
    author: { id: sender, name: mail.from?.name || sender },
    ...(mail.inReplyTo !== undefined && { parentGuid: mail.inReplyTo }),
    sender: `${mail.from?.name ?? ''} ${sender}`,
  }
}
