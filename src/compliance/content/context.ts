import { toSimplified, words } from '#platform'
import type { ContentInput, FindingReason } from './content-contract.ts'
import type { Folded } from './fold.ts'
import type { CompiledRules, WordMatch } from './word-match.ts'

/** Says that something is not so, shortly before it: 不承诺任何免息. */
const denied =
  /(?:不承诺|不保证|不构成|不代表|不意味|不等于|不属于|并非|绝非|不提供|不支持|不存在|从不|绝不|拒绝|不得|未经|不含)[\p{L}|]{0,4}$/u
/** Said directly before it, without a comma between: 非保本. A longer reach would excuse 不要错过低门槛. */
const deniedDirectly = /(?:不是|没有|非|无需|无须|不用|不必|不会|不可|不|免于)$/u
/** Forbids what follows in the sentence: 不得用于炒股、购房. */
const forbidden =
  /(?:不得|从未|从不|绝不|决不|未委托|禁止|严禁|请勿|切勿|勿|不可用于|不能用于|不用于|不允许|不向|不针对|不面向|拒绝|远离|抵制|避免|杜绝|防止|警惕|防范|谨防|查处|打击)/u
/** Warns of what others promise. Only softens: the same words could lead on. */
const warned =
  /谨防|警惕|小心|当心|轻信|勿信|莫信|防范|识别|举报|打击|揭露|骗局|诈骗|骗子|骗取|套路|虚假|冒充|切勿相信|不要相信/u
/** The text is about a debt. */
const debt = /催收|欠款|逾期|还款|欠债|借款|贷款|债务|账单|欠钱|还钱/u

const term = /[0-9０-９一二两三四五六七八九十]+\s*(?:个)?(?:天|日|月|期)/u
const condition =
  /条件|仅限|限新|限首|限本|限前|仅|需满足|须满足|适用|规则|首次|首笔|新客|新用户|到期后|期满后|期后|超过|超出|之后|恢复|详见|活动期|有效期|使用.{0,6}券/u
const fees = /手续费|服务费|担保费|会员费|咨询费|管理费|保险费|保费|分期费/u

/** The words of the category that a prohibition in the sentence turns into their opposite. */
const forbiddable = new Set(['B7', 'B8', 'B9', 'B10'])

export interface Judged {
  action: 'block' | 'flag'
  reason: FindingReason
}

const textOf = (tokens: readonly Folded[]) => tokens.map(({ c }) => c).join('')
/** All but the last, with a bar where something was taken out. */
const markedText = (tokens: readonly Folded[]) =>
  tokens.map(({ c, gap }, i) => `${gap && i > 0 ? '|' : ''}${i < tokens.length - 1 ? c : ''}`).join('')

/**
 * Ranges of the original that are inside a word of the dictionary: `cuts(p)` says whether a match beginning or ending at p
 * would tear a word apart. The dictionary is asked only when a match depends on it.
 */
const wordsAround = (text: string): ((place: number) => boolean) => {
  let inside: Uint8Array | undefined
  return (place) => {
    if (!inside) {
      const plain = toSimplified(text)
      inside = new Uint8Array(plain.length + 1)
      let from = 0
      for (const word of words(plain, false)) {
        const at = plain.indexOf(word, from)
        if (at < 0) continue
        inside.fill(1, at + 1, at + word.length)
        from = at + word.length
      }
    }
    return inside[place] === 1
  }
}

/** Judges matches of one text by what stands around them. */
export const contextOf = (input: ContentInput, tokens: readonly Folded[], rules: CompiledRules) => {
  const { text } = input
  const whole = textOf(tokens)
  // Characters beyond the basic plane take two units; places in the joined string follow.
  const places: number[] = []
  let length = 0
  for (const { c } of tokens) {
    places.push(length)
    length += c.length
  }
  places.push(length)
  const cuts = wordsAround(text)

  const excepted = ({ listed, from, to }: WordMatch): boolean => {
    const phrases = rules.exceptions.get(listed.units.map(({ c }) => c).join('')) ?? []
    const [start, end] = [places[from] ?? 0, places[to] ?? 0]
    return phrases.some((phrase) => {
      for (let at = whole.indexOf(phrase, Math.max(0, end - phrase.length)); at >= 0 && at <= start; ) {
        if (at + phrase.length >= end) return true
        at = whole.indexOf(phrase, at + 1)
      }
      return false
    })
  }

  /** @returns undefined when the words mean nothing forbidden here */
  return (match: WordMatch): Judged | undefined => {
    const { listed, from, to, manner, edges, weak } = match
    const { rule } = listed
    const [first, last] = [tokens[from], tokens[to - 1]]
    if (!first || !last) return undefined
    if (rule.only === 'accountName' && (input.place !== 'accountName' || input.licensed)) return undefined
    if (rule.only === 'service' && input.category !== 'service') return undefined
    if (rule.only === 'loanTalk' && !input.collection && !debt.test(whole)) return undefined
    if (excepted(match)) return undefined
    if ((edges.first || listed.whole) && cuts(first.start)) return undefined
    if (edges.last && cuts(last.end)) return undefined

    const before = textOf(tokens.slice(Math.max(0, from - 40), from).filter((t) => t.sentence === first.sentence))
    const marked = markedText(
      tokens.slice(Math.max(0, from - 10), from + 1).filter((t) => t.sentence === first.sentence),
    )
    const after = textOf(tokens.slice(to, to + 25).filter((t) => t.sentence === last.sentence))
    if (rule.category !== 'M1' && (denied.test(marked) || (!first.gap && deniedDirectly.test(before)))) return undefined
    if (forbiddable.has(rule.category) && forbidden.test(before)) return undefined
    if (rule.category === 'M1' && forbidden.test(before)) return undefined

    let action = weak ? ('flag' as const) : rule.action
    let reason = rule.reason
    if (rule.judged === 'interestFree') {
      const near = text.slice(Math.max(0, first.start - 24), last.end + 24)
      const promised = input.offer === undefined || input.offer.interestFree.length > 0
      if (promised && term.test(near) && condition.test(text)) return undefined
      const known = promised && term.test(near)
      if (known) action = 'flag'
      reason = known ? 'interestFreeWithoutCondition' : 'interestFreeWithoutTerm'
    }
    if (rule.judged === 'zeroRate' && !fees.test(text) && (input.offer?.aprSimple ?? 0) <= 0) action = 'flag'
    if (warned.test(before) || warned.test(after)) action = 'flag'
    // Across the end of a sentence two characters meet by chance more often than by design.
    if (listed.units.length <= 2 && first.sentence !== last.sentence && manner !== 'plain') action = 'flag'
    return { action, reason }
  }
}
