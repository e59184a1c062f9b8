import { type BannedGround, bannedWord } from './banned-words.ts'
import type { TagDefinition } from './definition-contract.ts'
import type { TraitEntryLike } from './world.ts'

/** Words that make a tag one a second person looks at before it is used: debts in arrears, consent, complaints, health, minors, place. */
const delicate =
  '逾期 催收 欠款 违约 坏账 不良 失信 黑名单 征信 多头 拒贷 授权 同意 撤回 退订 投诉 医疗 健康 保健 医院 体检 养老 未成年 学生 儿童 位置 轨迹 定位 住址 overdue delinquent consent withdrawn health medical minor child location debt'.split(
    ' ',
  )

const delicateIn = (text: string): string[] => {
  const lower = text
    .normalize('NFKC')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  const latin = new Set(lower.split(/[^a-z]+/))
  return delicate.filter((word) => (/^[a-z]/.test(word) ? latin.has(word) : lower.includes(word)))
}

/** Every text inside a value, at any depth, without the keys that the language itself has. */
export const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn)
  return []
}

/** Names under a key at any depth: `named('trait', definition)`. */
export const named = (key: string, value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap((one) => named(key, one))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, below]) =>
    name === key && typeof below === 'string' ? [below] : named(key, below),
  )
}

export interface TagWords {
  key: string
  title: string
  purpose: string
  meaning: string
  definition: TagDefinition
}

/** The first thing a tag must not say, with the part of it that says so. */
export const bannedIn = (tag: TagWords): { part: keyof TagWords; word: string; ground: BannedGround } | undefined => {
  const parts: [keyof TagWords, string[]][] = [
    ['title', [tag.title]],
    ['key', [tag.key]],
    ['purpose', [tag.purpose]],
    ['meaning', [tag.meaning]],
    ['definition', textsIn(tag.definition)],
  ]
  for (const [part, texts] of parts) {
    for (const text of texts) {
      const found = bannedWord(text)
      if (found) return { part, ...found }
    }
  }
  return undefined
}

/**
 * Why a second person must look at a tag before it is used: it reads traits that the dictionary marks personal, or it speaks
 * of delicate things. Tags it is computed from pass this on.
 */
export const sensitiveUses = (
  tag: TagWords,
  traits: ReadonlyMap<string, TraitEntryLike>,
): { why: 'trait' | 'word'; what: string }[] => {
  const read = new Set(named('trait', tag.definition))
  const texts = [tag.title, tag.key, tag.meaning, ...textsIn(tag.definition)]
  if (tag.definition.kind === 'sql')
    for (const name of traits.keys()) if (tag.definition.sql.includes(`'${name}'`)) read.add(name)
  const personal = [...read].filter((name) => traits.get(name)?.personal)
  for (const name of read) texts.push(traits.get(name)?.title ?? '', traits.get(name)?.description ?? '')
  const said = new Set(texts.flatMap(delicateIn))
  return [
    ...personal.map((what) => ({ why: 'trait' as const, what })),
    ...[...said].map((what) => ({ why: 'word' as const, what })),
  ]
}
