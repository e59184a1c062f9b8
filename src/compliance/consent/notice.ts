import { createHash } from 'node:crypto'
import { canonicalJson } from '#platform'
import type { NoticeContent, NoticeField } from './contract.ts'

/** Rules of notices: pure. */

/** SHA-256 of the canonical JSON (RFC 8785) of the text that is shown, hex. */
export const textHashOf = (content: NoticeContent): string =>
  createHash('sha256').update(canonicalJson(content)).digest('hex')

/**
 * What a notice lacks (PIPL 17: who, contact, purpose, manner, kinds, retention, rights; 30: necessity where data are
 * sensitive; 23: name, contact, purpose, manner and kinds of each recipient). Empty: it can be published.
 */
export const missingFields = (
  content: NoticeContent,
  { separate, recipient }: { separate: 'sensitive' | 'recipient' | null; recipient: string | null },
): NoticeField[] => {
  const missing: NoticeField[] = []
  for (const field of ['processor', 'contact', 'purpose', 'manner', 'retention', 'rights', 'ask'] as const)
    if (content[field] === '') missing.push(field)
  if (content.kinds.length === 0) missing.push('kinds')
  const sensitive = separate === 'sensitive' || content.sensitiveKinds.length > 0
  if (sensitive && content.necessity === '') missing.push('necessity')
  const told = content.recipients.every(
    ({ name, contact, purpose, manner, kinds }) =>
      name !== '' && contact !== '' && purpose !== '' && manner !== '' && kinds.length > 0,
  )
  // A consent to give data to one recipient tells of that one and no other.
  const fits =
    separate !== 'recipient' || (content.recipients.length === 1 && content.recipients[0]?.name === recipient)
  if (!told || !fits) missing.push('recipients')
  return missing
}

export type AnewField = 'purpose' | 'manner' | 'kinds' | 'sensitiveKinds' | 'recipients' | 'processor'

/**
 * What changed so that people have to be asked anew (PIPL 14: purpose, manner or kinds; 22–23: another processor or
 * recipient). Kinds that were dropped ask nothing.
 */
export const anewFields = (before: NoticeContent | undefined, after: NoticeContent): AnewField[] => {
  if (!before) return []
  const changed: AnewField[] = []
  for (const field of ['purpose', 'manner', 'processor'] as const)
    if (plain(before[field]) !== plain(after[field])) changed.push(field)
  for (const field of ['kinds', 'sensitiveKinds'] as const)
    if (after[field].some((kind) => !before[field].includes(kind))) changed.push(field)
  const recipientOf = ({ name, purpose, manner, kinds }: NoticeContent['recipients'][number]) =>
    JSON.stringify([name, purpose, manner, [...kinds].sort()])
  const known = new Set(before.recipients.map(recipientOf))
  if (after.recipients.some((recipient) => !known.has(recipientOf(recipient)))) changed.push('recipients')
  return changed
}

/** White space is no change of meaning. */
const plain = (text: string): string => text.replace(/\s+/gu, ' ').trim()
