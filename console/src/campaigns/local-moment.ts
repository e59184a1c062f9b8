/** Moments in fields of the browser, which know no zone: they are written and read as those of Asia/Shanghai. */

const offsetMs = 8 * 3_600_000

/** `2026-01-31T02:00:00.000Z` → `2026-01-31T10:00` */
export const localInput = (instant: string | undefined): string =>
  instant === undefined ? '' : new Date(Date.parse(instant) + offsetMs).toISOString().slice(0, 16)

/** `2026-01-31T10:00` → `2026-01-31T02:00:00.000Z`; undefined for what is no moment. */
export const localInstant = (text: string): string | undefined => {
  const at = Date.parse(`${text}:00+08:00`)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}
