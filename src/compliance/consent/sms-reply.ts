import { toSimplified } from '#platform'

/** What an answer by SMS means: pure. */

/** Said alone, perhaps several times, perhaps after 回复. */
const words = [
  'TD',
  'TDR',
  'T',
  'R',
  'N',
  'NO',
  'STOP',
  'STOPALL',
  'UNSUBSCRIBE',
  'UNSUB',
  'CANCEL',
  'QUIT',
  'END',
  'QX',
  'TUIDING',
  '退',
  '拒',
  '退订',
  '拒收',
  '拒绝',
  '取消',
  '停',
  '停止',
  '不要',
  '不需要',
  '不用',
  '勿扰',
  '屏蔽',
]

/** Said anywhere in a sentence. */
const phrases =
  /退订|拒收|取消订阅|退出订阅|停止(?:发送|推送|接收)|(?:不要|别|勿|不许|禁止)再?(?:给我|向我|跟我)?再?(?:发|推送|打扰|骚扰|联系)|请勿(?:打扰|骚扰|发送)|unsubscribe|stop (?:sending|texting|messag)/iu

/** 不退订 keeps it; 为什么不能退订 does not. */
const kept = /(?:不|没|未|别|无需|不用|不想|不会|不要)(?:想|要|打算|需要|必)?(?:退订|拒收|取消订阅|退出订阅)/u
const complains = /为什么|怎么|如何|咋|何时|凭什么|再不|还不|不能/u

const alone = new RegExp(
  `^(?:请?(?:回复?|发送?|发))?(?:${words.toSorted((a, b) => b.length - a.length).join('|')})+$`,
  'u',
)

/**
 * The word by which a reply refuses further messages, as it was understood (`R`, `TD`, `退订`, …); undefined when it says
 * something else. Any width and case, traditional or simplified, with spaces, punctuation and signs around or between.
 * A doubtful answer counts as a refusal: silence is one too (M1).
 */
export const stopWordIn = (text: string): string | undefined => {
  // NFKC makes full-width and circled letters plain; format characters hide between letters.
  const plain = toSimplified(text.normalize('NFKC')).replace(/\p{Cf}/gu, '')
  const bare = plain.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '')
  if (bare === '') return undefined
  if (bare.length <= 24 && alone.test(bare))
    return words.find((word) => bare.endsWith(word) && word.length > 1) ?? bare.slice(-1)
  const sentence = plain.replace(/[\s\p{P}\p{S}]/gu, '')
  const said = phrases.exec(plain) ?? phrases.exec(sentence)
  if (!said || (kept.test(sentence) && !complains.test(sentence))) return undefined
  return said[0].slice(0, 20)
}
