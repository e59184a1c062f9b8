import type { Formats } from '../i18n/numbers.ts'
import type { Text } from '../i18n/text.ts'

/** 5400000 → 1.5 小时. */
export const spanText = (t: Text, format: Formats, ms: number): string => {
  const words = t.insights.spans
  const size = Math.abs(ms)
  const shown = (unit: number) => format.decimal(Math.round((ms / unit) * 10) / 10)
  if (size < 60_000) return words.seconds(shown(1_000))
  if (size < 3_600_000) return words.minutes(shown(60_000))
  if (size < 86_400_000) return words.hours(shown(3_600_000))
  return words.days(shown(86_400_000))
}
