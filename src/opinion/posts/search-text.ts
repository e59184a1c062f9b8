/** What somebody types into the search box of posts. */
export interface SearchText {
  /** Each has to occur: one of its words. */
  all: string[][]
  none: string[]
}

/** `利息 "提前还款" 捷信|招联 -招聘`: all words, a phrase, either, without. Full-width signs count too. Pure; throws nothing. */
export const readSearchText = (text: string): SearchText => {
  const plain = text
    .replaceAll(/[“”＂]/g, '"')
    .replaceAll('｜', '|')
    .replaceAll('！', '!')
    .replaceAll('　', ' ')
  const all: string[][] = []
  const none: string[] = []
  let either = false
  for (const [, bar, sign, phrase, word] of plain.matchAll(/(\|)|([-!]?)(?:"([^"]*)"?|([^\s"|]+))/g)) {
    if (bar) {
      either = all.length > 0
      continue
    }
    const said = (phrase ?? word ?? '').trim()
    if (!/[\p{L}\p{N}\p{S}]/u.test(said)) continue
    if (sign) none.push(said)
    else if (either) all.at(-1)?.push(said)
    else all.push([said])
    either = false
  }
  return { all, none }
}
