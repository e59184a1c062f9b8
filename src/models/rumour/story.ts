/** What is known of a post that may be a rumour. Times are seconds since 1970. */
export interface Story {
  text: string
  at: number
  author?:
    | { verified: boolean; followers: number; messages?: number | undefined; location?: string | undefined }
    | undefined
  /** Oldest first. `parent` is undefined where it is not known: then it counts as attached to the post itself. */
  reposts: readonly { id: string; parent?: string | undefined; author: string; text: string; at: number }[]
}

/** What suspicion is told from: the text; and its author; and reposts of the first hour; of the first day. */
export const stages = ['text', 'author', 'hour', 'day'] as const
export type Stage = (typeof stages)[number]

export const secondsOf: Readonly<Record<Stage, number>> = { text: 0, author: 0, hour: 3_600, day: 86_400 }

/** Words by which readers doubt, ask for proof or set right. */
const doubts =
  /谣言|辟谣|造谣|传谣|假的|真的假的|真假|是真的吗|真的吗|求证|求真相|证实|证据|不信|不实|不可信|骗人|忽悠|扯淡|胡扯|删了|考证|来源|出处|可靠/u

const log = (value: number) => Math.log1p(Math.max(0, value))
const share = (part: number, of: number) => part / (of || 1)
/** @param sign stands in whatever fits the pattern */
const countOf = (text: string, sign: string, pattern: RegExp) =>
  text.includes(sign) ? (text.match(pattern)?.length ?? 0) : 0

/** Numbers that a text alone is judged by. Signs are counted in one pass: a pattern for each took three times as long. */
export const textNumbers = (text: string): number[] => {
  let calls = 0
  let questions = 0
  let figures = 0
  let headlines = 0
  let names = 0
  let topics = 0
  let faces = 0
  let quotes = 0
  let inFigure = false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    const isDigit = unit >= 48 && unit <= 57
    if (isDigit && !inFigure) figures++
    inFigure = isDigit
    // Most of what people write: none of the signs.
    if (unit >= 0x3011 && unit < 0xff01) continue
    if (unit === 0x21 || unit === 0xff01) calls++
    else if (unit === 0x3f || unit === 0xff1f) questions++
    else if (unit === 0x3010) headlines++
    else if (unit === 0x40) names++
    else if (unit === 0x23) topics++
    else if (unit === 0x5b) faces++
    else if (unit === 0x201c || unit === 0x22 || unit === 0x300a) quotes++
  }
  return [
    text.length,
    calls,
    questions,
    figures,
    headlines,
    countOf(text, 'http', /https?:/gu),
    names,
    topics >> 1,
    faces === 0 ? 0 : countOf(text, ']', /\[[^\]]{1,6}\]/gu),
    quotes,
    doubts.test(text) ? 1 : 0,
  ]
}

const authorNumbers = ({ author, at }: Story): number[] => [
  log(author?.followers ?? 0),
  author?.verified ? 1 : 0,
  log(author?.messages ?? 0),
  log(author?.followers ?? 0) - log(author?.messages ?? 0),
  author?.location === undefined || author.location === '其他' ? 1 : 0,
  // Hour of the day in China.
  (at / 3_600 + 8) % 24,
]

const repostNumbers = ({ at, reposts }: Story): number[] => {
  const count = reposts.length
  const depths = new Map<string, number>()
  let deep = 0
  let deepest = 0
  for (const { id, parent } of reposts) {
    const depth = (parent === undefined ? 0 : (depths.get(parent) ?? 0)) + 1
    depths.set(id, depth)
    if (depth > 1) deep++
    deepest = Math.max(deepest, depth)
  }
  const delays = reposts.map((repost) => repost.at - at)
  const said = reposts.filter(({ text }) => text.length > 0 && !/^(转发|轉發|repost)/iu.test(text))
  const saying = (pattern: RegExp) => share(said.filter(({ text }) => pattern.test(text)).length, said.length)
  return [
    log(count),
    log(delays[0] ?? 86_400),
    log(delays[9] ?? 172_800),
    log(delays[49] ?? 172_800),
    log(delays[count >> 1] ?? 172_800),
    share(deep, count),
    deepest,
    share(new Set(reposts.map(({ author }) => author)).size, count),
    share(said.length, count),
    share(
      said.reduce((sum, { text }) => sum + text.length, 0),
      said.length,
    ),
    saying(doubts),
    log(said.filter(({ text }) => doubts.test(text)).length),
    saying(/[?？]/u),
    saying(/[!！]/u),
    saying(/\[(怒|怒骂|泪|衰|吃惊|晕|抓狂|鄙视|蜡烛|悲伤)\]/u),
    saying(/\[(哈哈|嘻嘻|偷笑|爱你|鼓掌|good|心|呵呵)\]/iu),
    saying(/@/u),
  ]
}

/** The part of a story that a stage sees. */
export const seenAt = (story: Story, stage: Stage): Story => {
  const until = story.at + secondsOf[stage]
  return {
    text: story.text,
    at: story.at,
    author: stage === 'text' ? undefined : story.author,
    reposts: secondsOf[stage] === 0 ? [] : story.reposts.filter(({ at }) => at <= until),
  }
}

/** Numbers that a story is judged by at a stage, beside what its words say. The story must be cut by `seenAt`. */
export const numbersOf = (story: Story, stage: Stage): number[] => [
  ...textNumbers(story.text),
  ...(stage === 'text' ? [] : authorNumbers(story)),
  ...(secondsOf[stage] === 0 ? [] : repostNumbers(story)),
]

/** Repost texts that say something, in one line each. */
export const repostTexts = ({ reposts }: Story): string[] =>
  reposts
    .map(({ text }) => text)
    .filter((text) => text.length > 1 && !/^(转发微博|轉發微博|转发|repost)\.?。?$/iu.test(text))
