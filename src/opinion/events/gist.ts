/**
 * What an event is about, in the words of its posts: nothing is made up, and the posts it was taken from are named.
 * The sentence nearest the middle of all sentences (centroid method, Radev et al. 2004), early and much-copied posts first.
 */

export interface GistSource {
  id: string
  title: string
  text: string
  publishedAt: Date
  /** Copies and engagement: how much it stands for. */
  weight: number
}

interface Sentence {
  text: string
  postId: string
  grams: Set<string>
  weight: number
}

const passing =
  /https?:\/\/\S+|@[\p{L}\p{N}_-]{1,30}|\[[\p{Script=Han}a-zA-Z]{1,8}\]|#([^#]{2,40})#|转发微博|网页链接|展开全文|视频$/gu

const plain = (text: string) =>
  text
    .replaceAll(passing, (_, topic: string | undefined) => topic ?? '')
    .replaceAll(/\s+/gu, ' ')
    .trim()

const gramsIn = (text: string): Set<string> => {
  const grams = new Set<string>()
  for (const run of text.toLowerCase().match(/\p{Script=Han}+|[a-z]{2,}|\d+/gu) ?? []) {
    if (/^[a-z\d]/.test(run)) grams.add(run)
    else for (let at = 0; at + 1 < run.length; at++) grams.add(run.slice(at, at + 2))
  }
  return grams
}

const sentencesOf = ({ id, title, text, weight }: GistSource): Sentence[] =>
  [title, ...text.split(/[。！？!?；;\n]+/u)]
    .map(plain)
    .flatMap((part) =>
      [...part.matchAll(/【([^】]{6,60})】|([^【】]+)/gu)].map(([, headline, rest]) => headline ?? rest ?? ''),
    )
    .map((sentence) => sentence.replace(/^[，,、：:\s“”"'）)]+|[，,、：:\s“"'（(]+$/gu, ''))
    .filter((sentence) => Array.from(sentence).length >= 8)
    .slice(0, 12)
    .map((sentence) => ({ text: sentence, postId: id, grams: gramsIn(sentence), weight: 1 + Math.log1p(weight) }))

const cut = (text: string, most: number): string => {
  const signs = Array.from(text)
  if (signs.length <= most) return text
  const head = signs.slice(0, most - 1).join('')
  // At a comma when one stands late enough, else where it is.
  const comma = Math.max(head.lastIndexOf('，'), head.lastIndexOf(','), head.lastIndexOf(' '))
  return comma >= most * 0.45 ? head.slice(0, comma) : `${head}…`
}

export interface Gist {
  title: string
  gist: string
  /** Posts that title and gist were taken from. */
  posts: string[]
}

const longestTitle = 32
const longestGist = 120

/**
 * Title and one-sentence gist.
 * @param sources posts of the event, one for each text; at most a few hundred are looked at
 * @returns of the first post as it is when no sentence can be found
 */
export const gistOf = (sources: readonly GistSource[]): Gist => {
  const sentences = sources.slice(0, 200).flatMap(sentencesOf)
  const middle = new Map<string, number>()
  for (const { grams, weight } of sentences)
    for (const gram of grams) middle.set(gram, (middle.get(gram) ?? 0) + weight)
  const score = ({ grams, text }: Sentence, best: number) => {
    if (grams.size === 0) return 0
    let sum = 0
    for (const gram of grams) sum += Math.log1p(middle.get(gram) ?? 0)
    const length = Array.from(text).length
    // Full sentences say more; very long ones are lists.
    const fit = length < best * 0.5 ? 0.7 : length > best * 2.5 ? 0.75 : 1
    const question = /[吗呢吧]$|^(为什么|怎么|有没有|请问|求)/u.test(text) ? 0.8 : 1
    return (sum / Math.sqrt(grams.size + 6)) * fit * question
  }
  const ranked = (best: number) =>
    sentences.map((sentence) => ({ sentence, score: score(sentence, best) })).sort((a, b) => b.score - a.score)
  const title = ranked(22)[0]?.sentence
  const gist = ranked(40).find(({ sentence }) => sentence.text !== title?.text)?.sentence ?? title
  if (!title || !gist) {
    const [first] = sources
    const text = plain(`${first?.title ?? ''} ${first?.text ?? ''}`)
    return { title: cut(text, longestTitle), gist: cut(text, longestGist), posts: first ? [first.id] : [] }
  }
  return {
    title: cut(title.text, longestTitle),
    gist: cut(gist.text, longestGist),
    posts: [...new Set([title.postId, gist.postId])],
  }
}
