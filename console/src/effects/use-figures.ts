import { usePreferences } from '../preferences.ts'
import type { Estimate } from './effect-shapes.ts'

const figures = (language: 'zh' | 'en') => {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB'
  const percent = new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
  const signed = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  })
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  const whole = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' })
  const yuan = new Intl.NumberFormat(locale, { style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol' })
  const p = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 })
  const point = language === 'zh' ? '个百分点' : 'pp'
  return {
    /** .1234 → 12.34 % */
    share: (value: number) => percent.format(value),
    /** A difference of shares in percentage points, with its interval. */
    points: ({ value, low, high }: Estimate) =>
      `${signed.format(value * 100)} ${point} [${signed.format(low * 100)}, ${signed.format(high * 100)}]`,
    lift: (value: number) => whole.format(value),
    interval: ({ value, low, high }: Estimate) =>
      `${whole.format(value)} [${whole.format(low)}, ${whole.format(high)}]`,
    /** A share as people among a hundred: .1234 → 12.34 */
    per100: (value: number) => plain.format(value * 100),
    signed100: (value: number) => signed.format(value * 100),
    /** Fen, also parts of one, in yuan. */
    money: (fen: number) => yuan.format(fen / 100),
    p: (value: number) => (value < 0.0001 ? '< 0.0001' : p.format(value)),
  }
}

const byLanguage = { zh: figures('zh'), en: figures('en') }

/** Shares, differences and money as the effects need them: with two decimals and a sign. */
export const useFigures = () => byLanguage[usePreferences().language]
