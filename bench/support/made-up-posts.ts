import { cast, opinionWeek } from '#simulator'
import { RuleDefinition } from '../../src/opinion/subjects/subject-contract.ts'
import { Random, seedOf, stream } from '../../src/simulator/random.ts'

/** Posts and rules of benchmarks: the made-up company's week, as long and as many as asked. */

/** Frequent characters: what follows the first half of a post is drawn from them, so that few posts are copies. */
const frequent =
  '的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感见明问力理尔点文几定本公特做外孩相西果走将月十实向声车全信重三机工物气每并别真打太新比才便夫再书部水像眼等体却加电主界门利海受听表德少克代员许先口由死安写性马光白或住难望教命花结乐色'

/** Different posts of so many characters each, of one day until `until`. */
export const postsOf = (
  count: number,
  { characters, until, series }: { characters: number; until: Date; series: string },
) => {
  const seed = seedOf(series)
  const random = new Random()
  const week = opinionWeek({ seed: series, now: until, background: Math.min(count, 20_000), crowd: 0 })
  return Array.from({ length: count }, (_, n) => {
    const said = week[(n * 7_919) % week.length]
    const { item } = said ?? { item: undefined }
    if (!item) throw new Error('no posts were made')
    random.start(seed, stream.opinion, n)
    const tail = Array.from({ length: characters }, () => frequent[random.int(frequent.length)] ?? '的')
    const text = [...Array.from(item.text).slice(0, Math.ceil(characters * 0.45)), ...tail]
      .slice(0, characters)
      .join('')
    return {
      ...item,
      kind: item.kind === 'hot-list' ? ('post' as const) : item.kind,
      guid: `${series}-${n}`,
      url: `https://posts.example/${series}/${n}`,
      title: '',
      text,
      publishedAt: new Date(until.getTime() - (n * 86_399_000) / count - 1_000).toISOString(),
    }
  })
}

const syllables = [
  '安',
  '宝',
  '辰',
  '鼎',
  '丰',
  '冠',
  '禾',
  '嘉',
  '凯',
  '澜',
  '茂',
  '宁',
  '鹏',
  '齐',
  '融',
  '尚',
  '泰',
  '旺',
  '欣',
  '盈',
]
const syllable = (n: number) => syllables[n % syllables.length] ?? '安'

/** Rules of so many subjects with ten words each; the first are those the posts are about. */
export const rulesOf = (subjects: number) =>
  Array.from({ length: subjects }, (_, n) => {
    const own = cast[n]?.expression.split(' ') ?? []
    const more = Array.from(
      { length: 10 - own.length },
      (_, w) =>
        `${syllable(n)}${syllable(n * 7 + w * 3 + 1)}${syllable(w + (n >> 3))}${['消金', '金服', '信贷', '担保', '科技'][w % 5] ?? ''}`,
    )
    return { id: n + 1, subjectId: n + 1, ...RuleDefinition.parse({ expression: [...own, ...more].join(' ') }) }
  })
