/** How dates and times are written in a file. */
export interface MomentFormat {
  /**
   * `auto`: ISO and the usual Chinese forms; `epochSeconds`, `epochMilliseconds`; `excelSerial`; or a pattern of
   * yyyy M MM d dd H HH m mm s ss SSS with anything between, e.g. `M/d/yyyy H:mm`.
   */
  format?: string | undefined
  /** IANA zone or offset (`+08:00`, `UTC`) of times written without one. Default Asia/Shanghai. */
  zone?: string | undefined
}

export interface WallClock {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  millisecond: number
  /** Minutes east of UTC, when the text says so. */
  offset: number | undefined
  /** False for a bare date. */
  hasTime: boolean
}

const AUTO =
  /^(\d{4})(?:-(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[T ]*(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?|时(\d{1,2})分(?:(\d{1,2})秒)?)\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$/i

/** 20260131083015 and 202601310830: too regular to be left out, too ambiguous for the pattern above. */
const COMPACT = /^(\d{4})(\d{2})(\d{2})[T ]?(\d{2})(\d{2})(\d{2})?(Z)?$/

const offsetOf = (text: string | undefined) => {
  if (text === undefined) return undefined
  if (/^(?:Z|UTC|GMT)$/i.test(text)) return 0
  const digits = text.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0)
  return text.startsWith('-') ? -minutes : minutes
}

const milliseconds = (fraction: string | undefined) => Number((fraction ?? '').padEnd(3, '0').slice(0, 3))

const readAuto = (text: string): WallClock | undefined => {
  const found = AUTO.exec(text)
  if (found) {
    const [, year, m1, d1, m2, d2, m3, d3, m4, d4, m5, d5, hour, minute, second, fraction, minute2, second2, zone] =
      found
    return checked({
      year: Number(year),
      month: Number(m1 ?? m2 ?? m3 ?? m4 ?? m5),
      day: Number(d1 ?? d2 ?? d3 ?? d4 ?? d5),
      hour: Number(hour ?? 0),
      minute: Number(minute ?? minute2 ?? 0),
      second: Number(second ?? second2 ?? 0),
      millisecond: milliseconds(fraction),
      offset: offsetOf(zone),
      hasTime: hour !== undefined,
    })
  }
  const compact = COMPACT.exec(text)
  if (!compact) return undefined
  const [, year, month, day, hour, minute, second, zone] = compact.map((part) => part ?? '')
  return checked({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second || 0),
    millisecond: 0,
    offset: zone === '' ? undefined : 0,
    hasTime: true,
  })
}

const checked = (clock: WallClock): WallClock | undefined => {
  const { year, month, day, hour, minute, second, offset } = clock
  if (year < 1000 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59 || Math.abs(offset ?? 0) > 14 * 60) return undefined
  return clock
}

const daysIn = (year: number, month: number) =>
  month === 2
    ? (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
      ? 29
      : 28
    : month === 4 || month === 6 || month === 9 || month === 11
      ? 30
      : 31

const TOKENS: Readonly<Record<string, [string, string]>> = {
  yyyy: ['year', '\\d{4}'],
  MM: ['month', '\\d{2}'],
  M: ['month', '\\d{1,2}'],
  dd: ['day', '\\d{2}'],
  d: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{2}'],
  H: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{2}'],
  m: ['minute', '\\d{1,2}'],
  ss: ['second', '\\d{2}'],
  s: ['second', '\\d{1,2}'],
  SSS: ['fraction', '\\d{1,9}'],
}

/** @returns undefined when the pattern names no year, month and day, or one of them twice */
export const compilePattern = (pattern: string): ((text: string) => WallClock | undefined) | undefined => {
  const names: string[] = []
  const source = pattern.replace(/yyyy|MM?|dd?|HH?|mm?|ss?|SSS|[\\^$.*+?()[\]{}|]/g, (token) => {
    const known = TOKENS[token]
    if (!known) return `\\${token}`
    names.push(known[0])
    return `(?<${known[0]}>${known[1]})`
  })
  if (!['year', 'month', 'day'].every((name) => names.includes(name)) || new Set(names).size < names.length)
    return undefined
  const expression = new RegExp(`^${source}$`)
  return (text) => {
    const groups = expression.exec(text)?.groups
    return groups
      ? checked({
          year: Number(groups.year),
          month: Number(groups.month),
          day: Number(groups.day),
          hour: Number(groups.hour ?? 0),
          minute: Number(groups.minute ?? 0),
          second: Number(groups.second ?? 0),
          millisecond: milliseconds(groups.fraction),
          offset: undefined,
          hasTime: groups.hour !== undefined,
        })
      : undefined
  }
}

const asUtc = ({ year, month, day, hour, minute, second, millisecond }: WallClock) =>
  Date.UTC(year, month - 1, day, hour, minute, second, millisecond)

/** Minutes east of UTC at a wall-clock time (ms as if it were UTC); of two possible, the one before the change. */
type ZoneOffset = (wallMs: number) => number

/** @returns undefined when there is no such zone */
export const zoneOffset = (zone: string): ZoneOffset | undefined => {
  if (/^(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/i.test(zone)) {
    const offset = offsetOf(zone) ?? 0
    return () => offset
  }
  let formatter: Intl.DateTimeFormat
  try {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
  const at = (utcMs: number) => {
    const name = formatter.formatToParts(utcMs).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    const found = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name)
    if (!found) return 0
    const minutes = Number(found[2]) * 60 + Number(found[3]) + Number(found[4] ?? 0) / 60
    return found[1] === '-' ? -minutes : minutes
  }
  const HOUR = 3_600_000
  const SINCE_1992 = Date.UTC(1992, 0, 1)
  const shanghai = /^(?:Asia\/Shanghai|PRC)$/i.test(zone)
  const hours = new Map<number, number>()
  return (wallMs) => {
    // China keeps +08:00 without summer time since 1992; asking Intl costs 3 µs, which a million rows would feel.
    if (shanghai && wallMs >= SINCE_1992) return 480
    const hour = Math.floor(wallMs / HOUR)
    let offset = hours.get(hour)
    if (offset === undefined) {
      const first = at(wallMs)
      offset = at(wallMs - first * 60_000)
      if (hours.size > 50_000) hours.clear()
      hours.set(hour, offset)
    }
    return offset
  }
}

export type MomentParser = (value: string | number) => { ms: number; wall: WallClock } | undefined

/** Days from 1899-12-30, Excel's day 0 (its 29 February 1900 never was), to 1970. */
const EXCEL_DAYS = 25_569

/**
 * A reader of dates and times, made once per column.
 * @returns undefined when format or zone is not valid. The reader gives the instant in ms, and the calendar fields as written
 *   (in the zone of the text), or undefined when the value is no such time.
 */
export const momentParser = ({ format = 'auto', zone = 'Asia/Shanghai' }: MomentFormat): MomentParser | undefined => {
  const offset = zoneOffset(zone)
  if (!offset) return undefined
  const fromWall = (wall: WallClock | undefined) => {
    if (!wall) return undefined
    const utc = asUtc(wall)
    return { ms: Math.round(utc - (wall.offset ?? offset(utc)) * 60_000), wall }
  }
  const fromMs = (ms: number) => {
    if (!Number.isFinite(ms) || ms < -3e13 || ms > 2e14) return undefined
    // The calendar day of an instant is the one of the column's zone.
    const wall = new Date(ms + offset(ms) * 60_000)
    return {
      ms,
      wall: {
        year: wall.getUTCFullYear(),
        month: wall.getUTCMonth() + 1,
        day: wall.getUTCDate(),
        hour: wall.getUTCHours(),
        minute: wall.getUTCMinutes(),
        second: wall.getUTCSeconds(),
        millisecond: wall.getUTCMilliseconds(),
        offset: undefined,
        hasTime: true,
      },
    }
  }
  const number = (value: string | number) =>
    typeof value === 'number' ? value : /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN
  switch (format) {
    case 'auto':
      return (value) => fromWall(readAuto(String(value)))
    case 'epochSeconds':
      return (value) => fromMs(Math.round(number(value) * 1000))
    case 'epochMilliseconds':
      return (value) => fromMs(Math.round(number(value)))
    case 'excelSerial':
      return (value) => {
        const days = number(value)
        if (!(days >= 1 && days < 2_958_466)) return undefined
        const wall = new Date(Math.round((days - EXCEL_DAYS) * 86_400_000))
        return fromWall({
          year: wall.getUTCFullYear(),
          month: wall.getUTCMonth() + 1,
          day: wall.getUTCDate(),
          hour: wall.getUTCHours(),
          minute: wall.getUTCMinutes(),
          second: wall.getUTCSeconds(),
          millisecond: wall.getUTCMilliseconds(),
          offset: undefined,
          hasTime: days % 1 !== 0,
        })
      }
    default: {
      const read = compilePattern(format)
      return read && ((value) => fromWall(read(String(value))))
    }
  }
}
