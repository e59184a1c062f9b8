import { usePreferences } from '../preferences.ts'

const locales = { zh: 'zh-CN', en: 'en-GB' } as const

// Every instant is shown where the business keeps its calendar.
const timeZone = 'Asia/Shanghai'

/** Money is an integer number of fen, and its name says so. */
export const isFen = (name: string) => /(?:Fen|_fen)$/.test(name)

const formats = (language: 'zh' | 'en') => {
  const locale = locales[language]
  const count = new Intl.NumberFormat(locale)
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const yuan = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'CNY',
    currencyDisplay: 'narrowSymbol',
    trailingZeroDisplay: 'stripIfInteger',
  })
  const tenth = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  const dateTime = new Intl.DateTimeFormat(locale, {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const date = new Intl.DateTimeFormat(locale, { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const dayHour = new Intl.DateTimeFormat(locale, {
    timeZone,
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const minute = new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const clock = new Intl.DateTimeFormat(locale, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })

  return {
    /** 1234567 → 1,234,567 */
    count: (value: number) => count.format(value),
    decimal: (value: number) => decimal.format(value),
    /** A number by what it is: what ends in Fen is money and shown in yuan. */
    amount: (name: string, value: number) => (isFen(name) ? yuan.format(value / 100) : decimal.format(value)),
    /** 1234567 → 123.5万 or 1.2M */
    short: (value: number) => short.format(value),
    share: (value: number) => share.format(value),
    dateTime: (at: string | number | Date) => dateTime.format(new Date(at)),
    date: (at: string | number | Date) => date.format(new Date(at)),
    dayHour: (at: string | number | Date) => dayHour.format(new Date(at)),
    clock: (at: string | number | Date) => clock.format(new Date(at)),
    minute: (at: string | number | Date) => minute.format(new Date(at)),
    /** 3 分钟前; beyond 30 days the date. */
    ago: (at: string | number | Date, now = Date.now()) => {
      const seconds = (new Date(at).getTime() - now) / 1000
      const size = Math.abs(seconds)
      if (size < 60) return relative.format(Math.round(seconds), 'second')
      if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute')
      if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour')
      if (size < 30 * 86_400) return relative.format(Math.round(seconds / 86_400), 'day')
      return date.format(new Date(at))
    },
    /** 1536 → 1.5 KB */
    bytes: (value: number) => {
      const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const
      let size = value
      let unit = 0
      while (size >= 1024 && unit < units.length - 1) {
        size /= 1024
        unit += 1
      }
      return `${new Intl.NumberFormat(locale, { maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0 }).format(size)} ${units[unit]}`
    },
    /** 95 → 1 分 35 秒; below ten seconds with a decimal. */
    duration: (seconds: number) => {
      if (seconds < 9.95) return language === 'zh' ? `${tenth.format(seconds)} 秒` : `${tenth.format(seconds)} s`
      const whole = Math.max(0, Math.round(seconds))
      const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
      const zh = language === 'zh'
      if (h > 0) return zh ? `${h} 小时 ${m} 分` : `${h} h ${m} min`
      if (m > 0) return zh ? `${m} 分 ${s} 秒` : `${m} min ${s} s`
      return zh ? `${s} 秒` : `${s} s`
    },
  }
}

export type Formats = ReturnType<typeof formats>

const byLanguage = { zh: formats('zh'), en: formats('en') }

/** Numbers and times as the chosen language writes them. Times are those of Asia/Shanghai. */
export const useFormats = (): Formats => byLanguage[usePreferences().language]
