/** Rates that a text states, found where they stand. */
export interface StatedRate {
  kind: 'annual' | 'monthly' | 'daily'
  /** simple (单利), compound (复利, IRR), or not said. */
  method: 'simple' | 'compound' | 'unsaid'
  /** Percent of its own period; for a range the lower and the upper figure. */
  percent: readonly number[]
  start: number
  end: number
}

const number = String.raw`\d{1,4}(?:[.．]\d{1,6})?`
const percentSign = String.raw`\s*(?:%|％|‰|个百分点)`
const range = String.raw`(?:\s*(?:%|％)?\s*(?:-|—|–|~|～|至|到)\s*(${number}))?`
const label = {
  annual: String.raw`年化|年利率|年费率|综合年|年综合|全年利率|\bAPR\b|\bIRR\b|年息|贷款利率`,
  monthly: '月利率|月费率|月息|月化|每月费率|每期费率|期费率|分期费率|手续费率|月手续费率',
  daily: '日利率|日费率|日息|日化|每日利率|按日计息',
}
const between = String.raw`[^\d。！？!?；;\n]{0,16}?`
/** A price of a day stands in one clause: 按日计息，年化利率 12% states no daily rate. */
const betweenClose = String.raw`[^\d。！？!?；;，,、\n]{0,16}?`

const labelled = (Object.entries(label) as [StatedRate['kind'], string][]).map(
  ([kind, words]) =>
    [
      kind,
      new RegExp(`(?:${words})${kind === 'annual' ? between : betweenClose}(${number})${range}${percentSign}`, 'giu'),
    ] as const,
)
/** 万分之五 a day, 每天万5, 千一万元用一天2.5元: daily prices without a percent sign. */
const spoken: readonly (readonly [StatedRate['kind'], RegExp])[] = [
  ['daily', /(?:日利率|日费率|日息|每天|每日|一天)[^\d。！？!?；;\n]{0,8}万分?之?\s*([0-9.]+|[一二三四五六七八九])/giu],
  [
    'daily',
    /(?:借|用|贷)?\s*(?:\d+\s*(?:万|千|元|块)+|[一二三五]?[千万]元?)[^。！？!?；;\n]{0,6}(?:每天|一天|每日|日)[^\d。！？!?；;\n]{0,8}(\d+(?:\.\d+)?)\s*(?:元|块|毛|分)/giu,
  ],
  [
    'daily',
    /(?:每天|每日|一天|日均)[^\d。！？!?；;\n]{0,6}(?:利息|费用|息费|成本)[^\d。！？!?；;\n]{0,6}(\d+(?:\.\d+)?)\s*(?:元|块|毛|分)/giu,
  ],
  [
    'daily',
    /(?:利息|费用|息费)[^\d。！？!?；;\n]{0,6}(?:每天|每日|一天|日均)[^\d。！？!?；;\n]{0,8}(\d+(?:\.\d+)?)\s*(?:元|块|毛|分)/giu,
  ],
]

const figures: Readonly<Record<string, number>> = { 一: 1, 二: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 }

/** The method inside the statement, else right after it: 年化利率（单利）7.2%, 年化利率7.2%（单利）, else right before. */
const methodOf = (text: string, start: number, end: number): StatedRate['method'] => {
  const after = /^[^，,。；;\n\d]{0,10}/u.exec(text.slice(end))?.[0] ?? ''
  const before = /[^，,。；;\n\d]{0,6}$/u.exec(text.slice(0, start))?.[0] ?? ''
  for (const part of [text.slice(start, end), after, before]) {
    if (/复利|IRR|内部收益率/iu.test(part)) return 'compound'
    if (/单利/u.test(part)) return 'simple'
  }
  return 'unsaid'
}

/**
 * Rates stated in a text, in the order they stand. `X 元/天` prices count as daily rates with an unknown percentage.
 * Pure.
 */
export const statedRates = (text: string): StatedRate[] => {
  const found: StatedRate[] = []
  for (const [kind, pattern] of labelled)
    for (const one of text.matchAll(pattern)) {
      const end = one.index + one[0].length
      const perMille = one[0].includes('‰') ? 0.1 : 1
      const percent = [one[1], one[2]].flatMap((n) =>
        n === undefined ? [] : [Number(n.replace('．', '.')) * perMille],
      )
      const method = methodOf(text, one.index, end)
      found.push({ kind, method, percent, start: one.index, end })
    }
  for (const [kind, pattern] of spoken)
    for (const one of text.matchAll(pattern)) {
      const said = one[1] ?? ''
      const isRate = /万分?之?/u.test(one[0]) && !/[元块毛分]$/u.test(one[0])
      const percent = isRate ? [(figures[said] ?? Number(said)) / 100] : []
      found.push({ kind, method: 'unsaid', percent, start: one.index, end: one.index + one[0].length })
    }
  return found.toSorted((a, b) => a.start - b.start || b.end - a.end)
}

/** Words that promise a price without a number: 年化利率 alone does not count as stated. */
export const mentionsRate = (text: string): boolean =>
  /日息|日利率|日费率|月息|月费率|月利率|手续费率|分期费率|利率低至|利息低至|费率低至/u.test(text)
