import { mayHold, scanText } from '#platform'
import { identifierKinds } from '../contract.ts'

/**
 * Kinds of identifiers, strongest first. The position is also the number stored in Postgres: append only.
 * A strong kind is one person's own: the same value is the same person. A weak one belongs to a thing people share.
 */
export { identifierKinds }
export type IdentifierKind = (typeof identifierKinds)[number]

interface KindRules {
  strong: boolean
  /** How many values one customer may have; past it a new value is not attached and two customers are not merged. */
  limit: number
  /** Shown masked and readable only with a purpose. */
  personal: boolean
}

/** Limits follow what a person can lawfully or plausibly have; an ID card is one for life. */
export const rulesOf: Record<IdentifierKind, KindRules> = {
  idCard: { strong: true, limit: 1, personal: true },
  accountId: { strong: true, limit: 5, personal: false },
  wechatUnionId: { strong: true, limit: 3, personal: true },
  phone: { strong: true, limit: 5, personal: true },
  email: { strong: true, limit: 5, personal: true },
  wechatOpenId: { strong: true, limit: 10, personal: true },
  bankCard: { strong: false, limit: 20, personal: true },
  deviceId: { strong: false, limit: 50, personal: false },
  anonymousId: { strong: false, limit: 500, personal: false },
}

export const kindNumber = (kind: IdentifierKind): number => identifierKinds.indexOf(kind)
export const kindAt = (number: number): IdentifierKind => identifierKinds[number] ?? 'anonymousId'
export const isKind = (text: string): text is IdentifierKind => (identifierKinds as readonly string[]).includes(text)

export interface Identifier {
  kind: IdentifierKind
  /** In its normal form. */
  value: string
  /** Numbered by us, typed by nobody: never a placeholder. */
  assigned?: true
  /** Who says it has checked that it is his: a code sent to the phone, a look at the card. */
  verified?: true
}

/** Values that stand for nobody: placeholders that forms and test systems leave behind. */
const nobody = new Set([
  'null',
  'undefined',
  'none',
  'nil',
  'nan',
  'n/a',
  'na',
  'unknown',
  'anonymous',
  'guest',
  'test',
  'true',
  'false',
  'undefined undefined',
  '[object object]',
  '-',
  '-1',
  '未知',
  '无',
  '匿名',
  '游客',
  '13800138000',
  '13800000000',
  '12345678901',
  '18888888888',
])

/** Ids that a system gives out in sequence pass 11, 222 and 33333 on their way; `111111` is typed by hand. */
const shortestRepeatedId = 6

/** Whether a value must never tie two people together. All-equal characters, zeros and dashes count. */
export const isBlocked = (kind: IdentifierKind, value: string): boolean => {
  if (!/^(.)\1*$/u.test(value)) return /^[0-]*$/.test(value) || nobody.has(value.toLowerCase())
  if ('0-_'.includes(value.charAt(0))) return true
  return kind === 'accountId' && /^\d/.test(value) ? value.length >= shortestRepeatedId : value.length > 1
}

/**
 * A value as tables may hold it. Ids that are not personal by their kind may still carry a phone (`wx-13912345678`): it is
 * masked there, and found all the same by the blind index of the whole.
 */
export const storedValue = (kind: IdentifierKind, value: string): string =>
  rulesOf[kind].personal || !mayHold(value) ? value : scanText(value).text
