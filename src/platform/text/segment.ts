import { createRequire } from 'node:module'
import { Jieba, TfIdf } from '@node-rs/jieba'
import { normaliseText } from './normalise.ts'

let held: { jieba: Jieba; tfIdf: TfIdf } | undefined

const require = createRequire(import.meta.url)

/** The dictionary takes 0.2 s and 60 MB: it is loaded when the first text is read. */
const tools = () => {
  if (!held) {
    const { dict, idf } = require('@node-rs/jieba/dict.js') as typeof import('@node-rs/jieba/dict.js')
    held = { jieba: Jieba.withDict(dict), tfIdf: TfIdf.withDict(idf) }
  }
  return held
}

/**
 * Words of a text in their order, normalised; signs and spaces left out.
 * @param guess whether characters that the dictionary does not know may be taken for a new word
 */
export const words = (text: string, guess = true): string[] =>
  tools()
    .jieba.cut(normaliseText(text), guess)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))

/** Words that say little of what a text is about. */
const idle = new Set(
  '知道 觉得 感觉 现在 一直 已经 还是 就是 这个 那个 什么 怎么 为什么 可以 没有 不是 不能 时候 有点 非常 比较 真的 一下 一个 一次 我们 你们 他们 自己 东西 问题 希望 因为 所以 但是 如果 今天 昨天 客户 公司'.split(
    ' ',
  ),
)

/** The words that set a text apart, the weightiest first: TF-IDF over the dictionary's frequencies. */
export const keywords = (text: string, most = 5): string[] =>
  tools()
    .tfIdf.extractKeywords(tools().jieba, normaliseText(text).slice(0, 5_000), most * 3)
    .map(({ keyword }) => keyword)
    .filter((word) => /\p{Script=Han}{2}|[a-z]{3}/iu.test(word) && !/\*|\d/.test(word) && !idle.has(word))
    .slice(0, most)

/**
 * Words of a text with their TF-IDF weights over the dictionary's frequencies, the weightiest first; words of one character,
 * digits and idle words left out.
 */
export const weighedWords = (text: string, most: number): { word: string; weight: number }[] =>
  tools()
    .tfIdf.extractKeywords(tools().jieba, normaliseText(text).slice(0, 5_000), most * 2)
    .filter(
      ({ keyword }) => /\p{Script=Han}{2}|[a-z]{2}/iu.test(keyword) && !/[*\d]/.test(keyword) && !idle.has(keyword),
    )
    .slice(0, most)
    .map(({ keyword, weight }) => ({ word: keyword.toLowerCase(), weight }))
