import { normaliseIdentifier } from '#platform'
import { parseAmount } from './amount.ts'
import { bankCardHint, idCardHint } from './check-digits.ts'
import type { FormatName } from './contract.ts'
import { isRegionCode } from './regions.ts'

/** Chinese names (also 阿卜杜拉·买买提), or Latin ones of at least two letters. */
const NAME =
  /^(?:[\p{Script=Han}〇]{1,15}(?:[·•・．.][\p{Script=Han}〇]{1,15}){0,4}|\p{Script=Latin}[\p{Script=Latin} .'’-]{1,80})$/u
/** What stands where a name should: 测试, 先生, 无, 张先生. */
const NO_NAME =
  /^(?:测试.*|.*测试|无名?|未知|不详|没有|匿名|先生|女士|小姐|客户|用户|.{1,2}(?:先生|女士|小姐)|null|none|test.*|n\/?a|unknown|anonymous)$/iu

/** A real day of the calendar, YYYY-MM-DD and what may follow after `T` or a space. */
const isDay = (text: string): boolean => {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text,
  )
  if (!found) return false
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}

const identifier =
  (kind: 'phone' | 'idCard' | 'bankCard' | 'email', reason: string, hint?: (text: string) => string | undefined) =>
  (text: string): string | undefined => {
    if (normaliseIdentifier(kind, text) !== undefined) return undefined
    const more = hint?.(text)
    return more === undefined ? reason : `${reason}; ${more}`
  }

/** Says what is wrong with a text, or undefined when it has the format. */
export const formatProblem: Readonly<Record<FormatName, (text: string) => string | undefined>> = {
  phone: identifier('phone', 'Not a mainland mobile number'),
  idCard: identifier('idCard', 'Not a resident identity number', (text) => {
    const last = idCardHint(text)
    return last && `the last character would have to be ${last}`
  }),
  bankCard: identifier('bankCard', 'Not a bank card number', (text) => {
    const last = bankCardHint(text)
    return last && `the last digit would have to be ${last}`
  }),
  email: identifier('email', 'Not an e-mail address'),
  region: (text) => (isRegionCode(text) ? undefined : 'Not a region code of GB/T 2260'),
  name: (text) => {
    const name = text.normalize('NFKC').trim()
    return NAME.test(name) && !NO_NAME.test(name) ? undefined : 'Not a name of a person'
  },
  date: (text) => (isDay(text) ? undefined : 'Not a day of the calendar, YYYY-MM-DD'),
  amount: (text) => (parseAmount(text) === undefined ? 'Not an amount of money' : undefined),
}
