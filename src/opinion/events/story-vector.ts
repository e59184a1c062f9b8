/** Words with weights; length 1. */
export type TermVector = ReadonlyMap<string, number>

const mostTerms = 200

/** The weightiest terms, brought to length 1. */
export const unit = (terms: Iterable<readonly [string, number]>, most = mostTerms): TermVector => {
  const all = [...terms]
  const best = all.length > most ? all.sort((a, b) => b[1] - a[1]).slice(0, most) : all
  const length = Math.sqrt(best.reduce((sum, [, weight]) => sum + weight ** 2, 0))
  return new Map(length > 0 ? best.map(([term, weight]) => [term, weight / length]) : [])
}

/**
 * A text as words and pairs of characters: words carry meaning, pairs bridge what is cut or worded otherwise (民警, 警察).
 * @param words with their weights
 */
export const storyVector = (text: string, words: readonly { word: string; weight: number }[]): TermVector => {
  const grams = new Map<string, number>()
  for (const run of text.toLowerCase().match(/\p{Script=Han}+|[a-z]+|\d+/gu) ?? []) {
    if (/^[a-z\d]/.test(run)) grams.set(`2${run}`, 1)
    else for (let at = 0; at + 1 < run.length; at++) grams.set(`2${run.slice(at, at + 2)}`, 1)
  }
  const byWord = unit(words.map(({ word, weight }) => [word, weight] as const))
  return unit([...byWord, ...unit(grams)])
}
