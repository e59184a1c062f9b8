import type { Text } from '../i18n/text.ts'

/** What the server says of a value, in the reader's language; what is not known is shown as it came. */
export const reasonText = (t: Text, reason: string): string => {
  for (const [pattern, words] of t.quality.reasons) if (pattern.test(reason)) return reason.replace(pattern, words)
  return reason
}
