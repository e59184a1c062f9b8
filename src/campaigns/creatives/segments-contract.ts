/**
 * How long an SMS is and what it costs, the way Chinese gateways count: UTF-16 units, so an emoji counts two or more, a Latin
 * letter one like a character. One part holds 70; a longer text goes in parts of 67, because three are taken by the header
 * that joins them. Signature and opt-out count. Source: help pages of Aliyun and Tencent Cloud SMS, `reference/marketing.md` 5.8.
 */
export const singleUnits = 70
export const partUnits = 67
/** Gateways refuse texts longer than this. */
export const longestUnits = 500

export interface SmsLength {
  units: number
  parts: number
  /** Units that still fit into the last part. */
  left: number
  /** Characters that count more than one: emoji and rare ones. */
  wide: readonly string[]
}

/** @param text as it is sent, signature and opt-out included */
export const smsLength = (text: string): SmsLength => {
  const units = text.length
  const parts = units === 0 ? 0 : units <= singleUnits ? 1 : Math.ceil(units / partUnits)
  const capacity = parts <= 1 ? singleUnits : parts * partUnits
  const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(text)
  const wide = new Set<string>()
  for (const { segment } of graphemes) if (segment.length > 1 && segment !== '\r\n') wide.add(segment)
  return { units, parts, left: capacity - units, wide: [...wide] }
}

/** As it is sent: 【signature】, text, opt-out. */
export const smsText = ({ signature, text, optOut }: { signature: string; text: string; optOut: string }): string =>
  `【${signature}】${text}${optOut}`

/** @returns 1/1000 fen */
export const smsCost = (parts: number, priceMillifen: number): number => parts * priceMillifen
