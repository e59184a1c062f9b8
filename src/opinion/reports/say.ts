import type { ReportLanguage } from './report-contract.ts'

/** How figures are written. All pure: the same figure gives the same characters on every machine. */
export interface Say {
  language: ReportLanguage
  /** Picks the text of the language. */
  t(zh: string, en: string): string
  /** 1,234 */
  n(count: number): string
  /** Share of a whole: 12.5%; a dash where there is no whole. */
  share(part: number, whole: number): string
  /** Against before: up 12.5%, down 3.0%, unchanged, new. */
  change(now: number, before: number): string
  /** Shanghai time: 11月22日 08:30 */
  at(iso: string): string
  /** Shanghai day: 2026年11月22日 */
  day(iso: string): string
  /** Fen as yuan. */
  yuan(fen: number): string
}

const two = (value: number) => String(value).padStart(2, '0')
const grouped = (value: number) => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')

const shanghai = (iso: string) => {
  const at = new Date(new Date(iso).getTime() + 8 * 3_600_000)
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    time: `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`,
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export const sayIn = (language: ReportLanguage): Say => {
  const t = (zh: string, en: string) => (language === 'zh' ? zh : en)
  return {
    language,
    t,
    n: grouped,
    share: (part, whole) => (whole === 0 ? '—' : `${((part / whole) * 100).toFixed(1)}%`),
    change: (now, before) => {
      if (before === 0) return now === 0 ? t('与上期持平', 'unchanged') : t('上期为 0', 'none before')
      const by = ((now - before) / before) * 100
      if (Math.abs(by) < 0.05) return t('与上期持平', 'unchanged')
      const size = `${Math.abs(by).toFixed(1)}%`
      return by > 0 ? t(`较上期上升 ${size}`, `up ${size}`) : t(`较上期下降 ${size}`, `down ${size}`)
    },
    at: (iso) => {
      const { month, day, time } = shanghai(iso)
      return t(`${month}月${day}日 ${time}`, `${day} ${months[month - 1]} ${time}`)
    },
    day: (iso) => {
      const { year, month, day } = shanghai(iso)
      return t(`${year}年${month}月${day}日`, `${day} ${months[month - 1]} ${year}`)
    },
    yuan: (fen) => `${grouped(fen / 100)} ${t('元', 'yuan')}`,
  }
}
