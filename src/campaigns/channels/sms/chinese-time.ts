/** Providers in China write times without a zone and mean Beijing. */

const offsetMs = 8 * 3_600_000

/** `2026-03-13 09:00:00` of Beijing as an instant; undefined for anything else. */
export const beijingInstant = (text: unknown): Date | undefined => {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return undefined
  const at = new Date(`${text.replace(' ', 'T')}+08:00`)
  return Number.isNaN(at.getTime()) ? undefined : at
}

/** An instant as `2026-03-13 09:00:00` of Beijing. */
export const beijingText = (at: Date): string =>
  new Date(at.getTime() + offsetMs).toISOString().slice(0, 19).replace('T', ' ')

/** The day in Beijing, `20260313`. */
export const beijingDay = (at: Date): string => beijingText(at).slice(0, 10).replaceAll('-', '')
