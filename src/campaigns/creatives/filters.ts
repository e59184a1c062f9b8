import { mask } from '#platform'

/** What a filter gets that it cannot work with. In a test it stops the rendering; the message names the filter. */
const unfit = (filter: string, value: unknown) => new TypeError(`${filter} cannot take ${typeof value}`)

const isBlank = (value: unknown) => value === undefined || value === null || value === ''

/** As text; a whole object is never what was meant. */
export const written = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(written).join('')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

const numberOf = (filter: string, value: unknown): number => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) throw unfit(filter, value)
  return number
}

const grouped = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 2 })

/** Fen → yuan: 1234567 → 12,345.67; whole yuan without decimals, otherwise both. */
const yuan = (value: unknown): string => {
  if (isBlank(value)) return ''
  const amount = numberOf('yuan', value) / 100
  return Number.isInteger(amount)
    ? grouped.format(amount)
    : amount.toLocaleString('zh-CN', { minimumFractionDigits: 2 })
}

/** Fen → ten thousands of yuan: 20000000 → 20. */
const wan = (value: unknown): string => (isBlank(value) ? '' : grouped.format(numberOf('wan', value) / 1_000_000))

/** Decimal → percent with two decimals, as a rate is written: 0.108 → 10.80%. */
const rate = (value: unknown): string => (isBlank(value) ? '' : `${(numberOf('rate', value) * 100).toFixed(2)}%`)

const shanghai = new Intl.DateTimeFormat('en-US', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  weekday: 'short',
  hourCycle: 'h23',
})
const weekdays: Readonly<Record<string, string>> = {
  Mon: '一',
  Tue: '二',
  Wed: '三',
  Thu: '四',
  Fri: '五',
  Sat: '六',
  Sun: '日',
}

const instantOf = (value: unknown): Date => {
  if (value instanceof Date) return value
  if (typeof value === 'number') return new Date(value)
  if (typeof value !== 'string') throw unfit('date', value)
  const local = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/.exec(value.trim())
  // Without a zone a date is one of the workspace's calendar, wherever the program runs.
  if (local) {
    const [, year, month, day, hour = '00', minute = '00', second = '00'] = local
    const two = (text = '') => text.padStart(2, '0')
    return new Date(`${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}+08:00`)
  }
  return new Date(value)
}

/** A date in Shanghai by strftime's letters: %Y %m %-m %d %-d %H %M %S %a (一…日); 2026年3月8日 without a format. */
const date = (value: unknown, format: unknown = '%Y年%-m月%-d日'): string => {
  if (isBlank(value)) return ''
  const at = instantOf(value)
  if (Number.isNaN(at.getTime())) throw unfit('date', value)
  const parts = Object.fromEntries(shanghai.formatToParts(at).map(({ type, value }) => [type, value]))
  const named: Readonly<Record<string, string | undefined>> = {
    Y: parts['year'],
    y: parts['year']?.slice(2),
    m: parts['month'],
    d: parts['day'],
    H: parts['hour'],
    M: parts['minute'],
    S: parts['second'],
    a: weekdays[parts['weekday'] ?? ''],
  }
  return written(format).replaceAll(/%(-?)([a-zA-Z%])/g, (whole, bare: string, letter: string) => {
    if (letter === '%') return '%'
    const text = named[letter]
    if (text === undefined) return whole
    return bare === '-' ? text.replace(/^0(?=\d)/, '') : text
  })
}

/** Days from today until a date in Shanghai; negative when it is past. */
export const daysUntil = (value: unknown, now: string | undefined): string => {
  if (isBlank(value)) return ''
  const day = (at: Date) => Date.parse(date(at, '%Y-%m-%d'))
  const then = instantOf(value)
  if (Number.isNaN(then.getTime())) throw unfit('days_until', value)
  return String(Math.round((day(then) - day(now === undefined ? new Date() : new Date(now))) / 86_400_000))
}

/** A personal value as others may see it: `mask: "phone"`; without a kind the first character stays. */
const masked = (value: unknown, kind: unknown = 'text'): string =>
  isBlank(value) ? '' : mask(written(kind), written(value))

/** The last characters: 6222021234567890128 → 0128. */
const tail = (value: unknown, count: unknown = 4): string =>
  isBlank(value) ? '' : written(value).slice(-Math.max(1, Math.min(8, Number(count) || 4)))

/** First character of a name with the polite form: 张三, 男 → 张先生; without a known sex 张女士/先生 is not guessed. */
const courtesy = (value: unknown, sex: unknown = ''): string => {
  const surname = [...written(value).trim()][0]
  if (surname === undefined) return ''
  const known = written(sex).toLowerCase()
  return `${surname}${/^(男|m|male|1)$/.test(known) ? '先生' : /^(女|f|female|2)$/.test(known) ? '女士' : '**'}`
}

export const ownFilters = { yuan, wan, rate, date, mask: masked, tail, courtesy }

/** Of Liquid's own filters those that only make text and numbers; nothing that unescapes, evaluates or hashes. */
export const liquidFilters = [
  'default',
  'escape',
  'newline_to_br',
  'strip_html',
  'strip_newlines',
  'abs',
  'at_least',
  'at_most',
  'ceil',
  'floor',
  'round',
  'plus',
  'minus',
  'times',
  'divided_by',
  'modulo',
  'append',
  'prepend',
  'upcase',
  'downcase',
  'capitalize',
  'strip',
  'lstrip',
  'rstrip',
  'remove',
  'replace',
  'slice',
  'split',
  'join',
  'first',
  'last',
  'size',
  'reverse',
  'sort',
  'uniq',
  'map',
  'truncate',
  'url_encode',
] as const
