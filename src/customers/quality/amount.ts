/** Units that end a section of four digits, and those inside one. */
const BIG: Readonly<Record<string, number>> = { 万: 1e4, 萬: 1e4, w: 1e4, 亿: 1e8, 億: 1e8, m: 1e6, b: 1e9 }
const SMALL: Readonly<Record<string, number>> = { 十: 10, 拾: 10, 百: 100, 佰: 100, 千: 1e3, 仟: 1e3, k: 1e3 }
const DIGITS: Readonly<Record<string, number>> = Object.fromEntries(
  ['零〇', '一壹', '二贰两', '三叁', '四肆', '五伍', '六陆', '七柒', '八捌', '九玖'].flatMap((characters, value) =>
    [...characters].map((character) => [character, value]),
  ),
)

const CURRENCY = /^(?:人民币|rmb|cny|[¥￥])|(?:人民币|rmb|cny)$/g
/** 1,234,567.8 and 1 200.50: separators only between groups of three. */
const GROUPED = /^\d{1,3}(?:([, ])\d{3}(?:\1\d{3})*)(?:\.\d+)?$/
const PLAIN = /^(?:\d+(?:\.\d*)?|\.\d+)$/
const TOKEN = /\d+(?:\.\d+)?|[万萬w亿億mb十拾百佰千仟k零〇一壹二贰两三叁四肆五伍六陆七柒八捌九玖]/gy
/** 12元, 12块5角, 叁仟元整; what stands before 元 may be missing: 5角. */
const MONEY = /^(?:(.+?)(?:元|圆|块)钱?)?(?:([^元圆块角毛分]{1,3})[角毛])?(?:([^元圆块角毛分]{1,3})分)?(?:整|正)?$/

/**
 * An amount as people write it, in yuan: `1.2万` 12000, `3,000元` 3000, `￥1 200.50` 1200.5, `1亿` 100000000, `三万五千` 35000,
 * `叁仟元整` 3000, `12元5角` 12.5, `(1,200)` and `-1,200` −1200.
 * @returns rounded to a hundredth of a fen; undefined when it is no amount
 */
export const parseAmount = (text: string): number | undefined => {
  let rest = text.normalize('NFKC').trim().toLowerCase().replaceAll(/\s+/g, ' ')
  if (rest === '' || rest.length > 60) return undefined
  let sign = 1
  if (/^\(.+\)$/.test(rest)) {
    sign = -1
    rest = rest.slice(1, -1).trim()
  }
  rest = rest.replaceAll(CURRENCY, '').trim()
  const signed = /^(?:-|−|负|\+)/.exec(rest)?.[0]
  if (signed !== undefined) {
    if (signed !== '+') sign = -sign
    rest = rest.slice(signed.length).replaceAll(CURRENCY, '').trim()
  }
  const amount = readMoney(rest)
  if (amount === undefined || !Number.isFinite(amount) || amount > 1e15) return undefined
  return sign * (Math.round(amount * 1e4) / 1e4) + 0
}

const readMoney = (text: string): number | undefined => {
  const whole = readNumber(text)
  if (whole !== undefined) return whole
  const [matched, yuan, jiao, fen] = MONEY.exec(text) ?? []
  if (matched === undefined || (yuan ?? jiao ?? fen) === undefined) return undefined
  const [y, j, f] = [yuan, jiao, fen].map((part) => (part === undefined ? 0 : readNumber(part.trim())))
  if (y === undefined || j === undefined || f === undefined || j > 9 || f > 9) return undefined
  return y + j / 10 + f / 100
}

/** Digits, grouped digits, Chinese numerals, and both with units. */
const readNumber = (text: string): number | undefined => {
  if (PLAIN.test(text)) return Number(text)
  if (GROUPED.test(text)) return Number(text.replaceAll(/[, ]/g, ''))
  const unit = text.slice(-1)
  const head = text.slice(0, -1).trim()
  if (GROUPED.test(head)) {
    const times = BIG[unit] ?? SMALL[unit]
    return times === undefined ? undefined : Number(head.replaceAll(/[, ]/g, '')) * times
  }
  return readTokens(text.replaceAll(' ', ''))
}

/** 3万5千, 一亿零五万: sections by 万 and 亿, inside them thousands, hundreds and tens. */
const readTokens = (text: string): number | undefined => {
  const tokens = text.match(TOKEN) ?? []
  if (tokens.length === 0 || tokens.join('') !== text) return undefined
  let total = 0
  let section = 0
  let digit: number | undefined
  let above = Number.POSITIVE_INFINITY
  for (const token of tokens) {
    const value = DIGITS[token] ?? (/^\d/.test(token) ? Number(token) : undefined)
    if (value !== undefined) {
      // 零 only holds a place; two digits in a row are no number.
      if (digit !== undefined && digit !== 0) return undefined
      digit = value
      continue
    }
    const small = SMALL[token]
    if (small !== undefined) {
      if (small >= above) return undefined
      section += (digit ?? 1) * small
      above = small
    } else {
      const big = BIG[token] ?? 1
      if (section === 0 && digit === undefined) return undefined
      // 一万亿: what stands before counts as a whole.
      total = total > 0 && total < big ? (total + section + (digit ?? 0)) * big : total + (section + (digit ?? 0)) * big
      section = 0
      above = Number.POSITIVE_INFINITY
    }
    digit = undefined
  }
  return total + section + (digit ?? 0)
}
