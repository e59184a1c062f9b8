/** When something was published, from what a platform writes. */

export interface Published {
  at: Date
  doubt?: 'missing' | 'future' | 'ancient' | 'vague'
}

export interface PublishedOptions {
  now: Date
  /** `auto`, `epoch`, or a pattern: `yyyy-MM-dd HH:mm:ss`, `dd/MM/yyyy`. */
  format?: string
  /** Of times written without one. IANA name or offset. */
  zone?: string
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Clocks of servers differ; a post a little ahead of ours is believed. */
const aheadMs = 10 * minute
/** Nothing on a platform is older. */
const webBegan = Date.UTC(1995, 0, 1)

const offsets = new Map<string, Intl.DateTimeFormat>()

/** Minutes east of UTC in a zone at an instant. @returns undefined for an unknown zone */
const offsetIn = (zone: string, at: number): number | undefined => {
  const fixed = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone)
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0))
  if (zone === 'Asia/Shanghai') return 480
  try {
    const format = offsets.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    offsets.set(zone, format)
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    const found = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name)
    return found?.[1] === undefined ? 0 : (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]))
  } catch {
    return undefined
  }
}

/** Whether a zone is known. */
export const isZoneName = (zone: string): boolean => offsetIn(zone, 0) !== undefined

interface Wall {
  year: number
  month: number
  day: number
  hour?: number | undefined
  minute?: number | undefined
  second?: number | undefined
  ms?: number | undefined
}

/** The instant of a clock on the wall; undefined when there is no such day or hour. */
const instantOf = (wall: Wall, zone: string): number | undefined => {
  const { year, month, hour: h = 0, minute: m = 0, second: s = 0, ms = 0 } = wall
  const utc = Date.UTC(year, month - 1, wall.day, h, m, s, ms)
  const back = new Date(utc)
  // 31 June would silently become 1 July.
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== wall.day || h > 23 || m > 59 || s > 60) return undefined
  const first = offsetIn(zone, utc)
  if (first === undefined) return undefined
  return utc - (offsetIn(zone, utc - first * minute) ?? first) * minute
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, by their size. */
const fromEpoch = (number: number): number | undefined => {
  if (!Number.isFinite(number) || number < 0) return undefined
  if (number < 1e11) return number * 1_000
  if (number < 1e14) return number
  if (number < 1e17) return number / 1_000
  return number < 1e20 ? number / 1e6 : undefined
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const zoneNames: Readonly<Record<string, string>> = {
  z: '+00:00',
  ut: '+00:00',
  utc: '+00:00',
  gmt: '+00:00',
  est: '-05:00',
  edt: '-04:00',
  cst: '-06:00',
  cdt: '-05:00',
  mst: '-07:00',
  mdt: '-06:00',
  pst: '-08:00',
  pdt: '-07:00',
}
const zoneOf = (text: string | undefined, standard: string) =>
  text === undefined || text === ''
    ? standard
    : (zoneNames[text.toLowerCase()] ?? text.replace(/^(?:gmt|utc)(?=[+-])/i, ''))

const clock = String.raw`(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?`
const tail = String.raw`\s*(z|ut|utc|gmt|[ecmp][sd]t|(?:gmt|utc)?[+-]\d{2}:?\d{2}|[+-]\d{2})?`
const isoForm = new RegExp(`^(\\d{4})[-/.年](\\d{1,2})[-/.月](\\d{1,2})日?${clock}${tail}(?:\\[[^\\]]*\\])?$`, 'i')
const compactForm = /^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2}):?(\d{2}):?(\d{2})?(z)?)?$/i
/** RFC 822: Sat, 21 Nov 2026 08:00:00 +0800. */
const mailForm = new RegExp(
  `^(?:[a-z]{3,9},?\\s+)?(\\d{1,2})[\\s-]([a-z]{3})[a-z]*[\\s-](\\d{2,4})${clock}${tail}(?:\\s*\\([^)]*\\))?$`,
  'i',
)
/** As Weibo answers: Sat Nov 21 08:00:00 +0800 2026. */
const weiboForm = /^[a-z]{3}\s+([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+([+-]\d{4}|[a-z]{3})\s+(\d{4})$/i
const partialForm = /^(?:(\d{1,2})[-/.月](\d{1,2})日?)(?:\s*(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/
const agoForm =
  /^(?:大约|约)?(半|\d{1,4}|an?)\s*个?(秒|秒钟|分|分钟|小时|天|日|周|星期|月|年|seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)之?\s*(?:前|ago)$/i
const dayForm = /^(今天|昨天|前天|today|yesterday)\s*(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/i

const agoMs = (unit: string): { ms: number; vague: boolean } => {
  if (/^(秒|sec)/i.test(unit)) return { ms: 1_000, vague: false }
  if (/^(分|min)/i.test(unit)) return { ms: minute, vague: false }
  if (/^(小时|hour|hr)/i.test(unit)) return { ms: hour, vague: false }
  if (/^(天|日|day)/i.test(unit)) return { ms: day, vague: true }
  if (/^(周|星期|week)/i.test(unit)) return { ms: 7 * day, vague: true }
  return /^(月|month)/i.test(unit) ? { ms: 30 * day, vague: true } : { ms: 365 * day, vague: true }
}

const ms = (fraction: string | undefined) => Number((fraction ?? '').padEnd(3, '0').slice(0, 3))
const number = (text: string | undefined) => (text === undefined ? undefined : Number(text))

interface Read {
  ms: number
  vague?: boolean
}

/** What a text says in the forms that platforms use. */
const readText = (text: string, now: number, zone: string): Read | undefined => {
  const wrap = (value: number | undefined, vague = false): Read | undefined =>
    value === undefined ? undefined : { ms: value, vague }
  if (/^\d{9,20}(?:\.\d+)?$/.test(text) && !compactForm.test(text)) return wrap(fromEpoch(Number(text)))
  if (/^(刚刚|刚才|just now)$/i.test(text)) return { ms: now }

  const iso = isoForm.exec(text)
  if (iso) {
    const [, y, m, d, h, min, s, f, z] = iso
    const wall = {
      year: Number(y),
      month: Number(m),
      day: Number(d),
      hour: number(h),
      minute: number(min),
      second: number(s),
      ms: ms(f),
    }
    return wrap(instantOf(wall, zoneOf(z, zone)), h === undefined)
  }
  const compact = compactForm.exec(text)
  if (compact) {
    const [, y, m, d, h, min, s, z] = compact
    const wall = {
      year: Number(y),
      month: Number(m),
      day: Number(d),
      hour: number(h),
      minute: number(min),
      second: number(s),
    }
    return wrap(instantOf(wall, zoneOf(z, zone)), h === undefined)
  }
  const mail = mailForm.exec(text)
  if (mail) {
    const [, d, name = '', y = '', h, min, s, f, z] = mail
    const year = y.length === 2 ? 2000 + Number(y) : Number(y)
    const wall = {
      year,
      month: months.indexOf(name.toLowerCase()) + 1,
      day: Number(d),
      hour: number(h),
      minute: number(min),
      second: number(s),
      ms: ms(f),
    }
    return wrap(wall.month === 0 ? undefined : instantOf(wall, zoneOf(z, zone)), h === undefined)
  }
  const weibo = weiboForm.exec(text)
  if (weibo) {
    const [, name = '', d, h, min, s, z, y] = weibo
    const wall = {
      year: Number(y),
      month: months.indexOf(name.toLowerCase()) + 1,
      day: Number(d),
      hour: Number(h),
      minute: Number(min),
      second: Number(s),
    }
    return wrap(wall.month === 0 ? undefined : instantOf(wall, zoneOf(z, zone)))
  }
  const ago = agoForm.exec(text)
  if (ago) {
    const [, many = '', unit = ''] = ago
    const { ms: one, vague } = agoMs(unit)
    return { ms: now - (many === '半' ? 0.5 : /^an?$/i.test(many) ? 1 : Number(many)) * one, vague }
  }
  // The calendar day of "yesterday" is the one of the place where it was written.
  const local = new Date(now + (offsetIn(zone, now) ?? 480) * minute)
  const named = dayForm.exec(text)
  if (named) {
    const [, word = '', h, min, s] = named
    const back = /今天|today/i.test(word) ? 0 : word === '前天' ? 2 : 1
    const date = new Date(local.getTime() - back * day)
    const wall = {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: number(h),
      minute: number(min),
      second: number(s),
    }
    return wrap(instantOf(wall, zone), h === undefined)
  }
  const partial = partialForm.exec(text)
  if (partial) {
    const [, m, d, h, min, s] = partial
    const wall = {
      year: local.getUTCFullYear(),
      month: Number(m),
      day: Number(d),
      hour: number(h),
      minute: number(min),
      second: number(s),
    }
    const here = instantOf(wall, zone)
    // "12-30" read in January is of the year before.
    return wrap(
      here !== undefined && here > now + day ? instantOf({ ...wall, year: wall.year - 1 }, zone) : here,
      h === undefined,
    )
  }
  const onlyClock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (!onlyClock) return undefined
  const wall = {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: number(onlyClock[1]),
    minute: number(onlyClock[2]),
    second: number(onlyClock[3]),
  }
  const today = instantOf(wall, zone)
  return wrap(today !== undefined && today > now + aheadMs ? today - day : today)
}

const tokens: Readonly<Record<string, [keyof Wall, string]>> = {
  yyyy: ['year', '(\\d{4})'],
  MM: ['month', '(\\d{2})'],
  M: ['month', '(\\d{1,2})'],
  dd: ['day', '(\\d{2})'],
  d: ['day', '(\\d{1,2})'],
  HH: ['hour', '(\\d{2})'],
  H: ['hour', '(\\d{1,2})'],
  mm: ['minute', '(\\d{2})'],
  m: ['minute', '(\\d{1,2})'],
  ss: ['second', '(\\d{2})'],
  s: ['second', '(\\d{1,2})'],
}

/** A reader of a pattern; undefined when it names no year, month and day. */
export const patternReader = (pattern: string): ((text: string, zone: string) => number | undefined) | undefined => {
  const names: (keyof Wall)[] = []
  const source = pattern.replace(/yyyy|MM?|dd?|HH?|mm?|ss?|[\\^$.*+?()[\]{}|]/g, (token) => {
    const known = tokens[token]
    if (!known) return `\\${token}`
    names.push(known[0])
    return known[1]
  })
  if (!(['year', 'month', 'day'] as const).every((name) => names.includes(name)) || new Set(names).size < names.length)
    return undefined
  const form = new RegExp(`^${source}$`)
  return (text, zone) => {
    const found = form.exec(text)
    if (!found) return undefined
    const wall = Object.fromEntries(names.map((name, index) => [name, Number(found[index + 1])]))
    return instantOf({ year: wall.year ?? 0, month: wall.month ?? 0, day: wall.day ?? 0, ...wall }, zone)
  }
}

/**
 * When it was published. What cannot be true is told: `missing` (nothing readable: now is taken), `future` (beyond ten
 * minutes ahead: now is taken), `ancient` (before 1995: now is taken), `vague` (only a day or less exact).
 */
export const readPublished = (
  value: unknown,
  { now, format = 'auto', zone = 'Asia/Shanghai' }: PublishedOptions,
): Published => {
  const read = readValue(value, now.getTime(), format, zone)
  if (!read || !Number.isFinite(read.ms)) return { at: now, doubt: 'missing' }
  if (read.ms < webBegan) return { at: now, doubt: 'ancient' }
  if (read.ms > now.getTime() + aheadMs) {
    // A bare day of today ends in the future only by its zone.
    return read.vague && read.ms < now.getTime() + day ? { at: now, doubt: 'vague' } : { at: now, doubt: 'future' }
  }
  const at = new Date(Math.round(read.ms))
  return read.vague ? { at, doubt: 'vague' } : { at }
}

const readValue = (value: unknown, now: number, format: string, zone: string): Read | undefined => {
  if (value instanceof Date) return { ms: value.getTime() }
  if (typeof value === 'number') {
    const epoch = fromEpoch(value)
    return epoch === undefined ? undefined : { ms: epoch }
  }
  if (typeof value !== 'string') return undefined
  const text = value
    .normalize('NFKC')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^(发布于|发表于|编辑于|更新于|来自)\s*[:：]?\s*/u, '')
  if (text === '' || text.length > 80) return undefined
  if (format === 'epoch') {
    const epoch = fromEpoch(Number(text))
    return epoch === undefined ? undefined : { ms: epoch }
  }
  if (format !== 'auto' && format !== '') {
    const found = patternReader(format)?.(text, zone)
    if (found !== undefined) return { ms: found }
  }
  return readText(text, now, zone)
}
