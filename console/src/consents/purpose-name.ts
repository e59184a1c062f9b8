import type { Text } from '../i18n/text.ts'

/** What the product begins with, as the database has it. */
const given: Readonly<Record<string, string>> = { marketing: '营销推广', service: '服务通知' }

/** The name of a purpose: one that the company wrote stays as it is, ours is said in the reader's language. */
export const purposeName = (t: Text, { key, title }: { key: string; title: string }): string =>
  given[key] === title ? (t.consents.givenPurposes[key] ?? title) : title
