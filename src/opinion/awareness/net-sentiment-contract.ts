/**
 * Net sentiment 净情感: (positive − negative) ÷ all mentions, those that take no side among them. The one definition, in pages,
 * reports and awareness alike.
 * @returns −1 to 1; null where nothing was said
 */
export const netSentiment = (positive: number, negative: number, all: number): number | null =>
  all === 0 ? null : (positive - negative) / all
