import { choose, Random, type Seed, seedOf, stream, weighted } from '../random.ts'
import {
  type AuthorClass,
  addressOf,
  calledAs,
  hourShape,
  places,
  type Said,
  type SaidItem,
  type SaidTruth,
} from './cast.ts'
import {
  afterBeats,
  type Beat,
  calmTurns,
  calmVoices,
  crisisBeats,
  crisisTurns,
  crisisVoices,
  freshBeat,
  freshVoices,
  reposted,
  statementMinute,
} from './scandal.ts'
import { listed, nicknames } from './talk.ts'
import { answerTo, filled, usualTalk } from './write.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const shanghaiMs = 8 * hourMs

/** The crisis begins so long before now; everything about it is over and handled by now. */
export const crisisBeganHoursAgo = 31
const freshBeganMinutesAgo = 38

export interface WeekOptions {
  /** Any text. The same seed and arguments give the same posts. */
  seed: string
  /** End of the week. */
  now: Date
  /** Posts of usual talk, 0 to 100,000. */
  background?: number
  /** Voices in the crisis beside its beats. */
  crowd?: number
}

interface Author {
  id: string
  name: string
  class: AuthorClass
  followers: number
}

interface Wanted {
  at: number
  platform: string
  kind?: SaidItem['kind']
  title?: string
  text: string
  truth: SaidTruth
  author?: Author
  likes?: number
  parent?: Said
  more?: Partial<SaidItem>
}

const platformDrawn = weighted(places.map(([name, weight]) => [name, weight] as const))
const crisisPlatform = weighted([
  ['weibo', 55],
  ['douyin', 18],
  ['xiaohongshu', 10],
  ['zhihu', 6],
  ['tieba', 6],
  ['toutiao', 5],
] as const)
const replyStates = ['submitted', 'assigned', 'replied', 'replied', 'done', 'withdrawn'] as const
const appeals = ['退款', '道歉赔偿', '停止骚扰', '说明费用', '更正征信', '解释说明'] as const

/** Where a share (0 to 1) of a day has passed, by how much people write in each hour. */
const timeOfDay = (share: number): number => {
  const sum = hourShape.reduce((all, each) => all + each, 0)
  let rest = share * sum
  for (const [hour, weight] of hourShape.entries()) {
    if (rest < weight) return (hour + rest / weight) * hourMs
    rest -= weight
  }
  return dayMs - 1
}

const openWriter = (seed: Seed, series: string) => {
  const random = new Random().start(seed, stream.opinion, 0)
  let number = 0
  const somebody = (): Author => {
    const no = random.int(60_000)
    const famous = random.chance(0.01)
    return {
      id: `u${no}`,
      name: `${nicknames[no % nicknames.length] ?? '路人'}${no % 997}`,
      class: famous ? 'verified' : 'person',
      followers: Math.round(random.exponential(famous ? 200_000 : 300)),
    }
  }
  const make = ({
    at,
    platform,
    kind = 'post',
    title = '',
    text,
    truth,
    author,
    likes,
    parent,
    more,
  }: Wanted): Said => {
    const guid = `${series}${String(++number).padStart(5, '0')}`
    const liked = likes ?? Math.round(random.exponential(6))
    const hot = kind === 'hot-list'
    return {
      item: {
        guid,
        platform,
        kind,
        url: addressOf(platform, guid),
        title,
        text,
        publishedAt: new Date(Math.floor(at / 1_000) * 1_000).toISOString(),
        author: author ?? somebody(),
        engagement: hot
          ? {}
          : { likes: liked, comments: Math.round(liked * 0.3), reposts: Math.round(liked * 0.15), views: liked * 40 },
        ...(parent && { parentGuid: parent.item.guid, rootGuid: parent.item.rootGuid ?? parent.item.guid }),
        ...more,
      },
      truth,
    }
  }
  const recordOf = (text: string, at: number): Partial<SaidItem> => ({
    complaint: {
      number: `TS${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}${String(random.int(90_000) + 10_000)}`,
      against: '明月消费金融',
      appeal: [random.pick(appeals), random.pick(appeals)].filter((each, n, all) => all.indexOf(each) === n),
      summary: text,
      amountFen: (random.int(80) + 1) * 10_000,
      replyState: random.pick(replyStates),
    },
  })
  const usual = (at: number): Said => {
    const { kind, title, text, truth } = usualTalk(random)
    if (kind === 'record')
      return make({
        at,
        platform: 'heimao',
        kind: 'complaint',
        title: text.slice(0, 28),
        text,
        truth,
        more: recordOf(text, at),
      })
    if (kind === 'article')
      return make({
        at,
        platform: random.chance(0.7) ? 'news' : 'wechat',
        kind: 'article',
        title,
        text,
        truth,
        author: {
          id: `m${random.int(9)}`,
          name: random.pick(['东湖晚报', '江城财经', '金融早参']),
          class: 'media',
          followers: 1_200_000,
        },
      })
    return make({ at, platform: choose(random, platformDrawn), text, truth })
  }
  return { random, make, usual, recordOf }
}

type Writer = ReturnType<typeof openWriter>

/** Usual talk until `now`, with answers, copies and places on hot lists. */
const backgroundOf = ({ random, make, usual }: Writer, now: number, count: number): Said[] => {
  const start = now - 7 * dayMs
  const midnight = Math.floor((start + shanghaiMs) / dayMs) * dayMs - shanghaiMs
  const said: Said[] = []
  const drawn = () => {
    for (;;) {
      const at = midnight + random.int(8) * dayMs + timeOfDay(random.float())
      if (at > start && at < now - minuteMs) return at
    }
  }
  while (said.length < count) {
    const first = usual(drawn())
    said.push(first)
    const at = Date.parse(first.item.publishedAt)
    if (first.item.kind === 'article' && random.chance(0.7)) {
      // The same agency text on other pages, a word changed here and there.
      for (let copies = 1 + random.int(3); copies > 0; copies--)
        said.push(
          make({
            at: Math.min(at + random.exponential(3 * hourMs), now - minuteMs),
            platform: random.pick(['news', 'toutiao', 'wechat']),
            kind: 'article',
            title: first.item.title,
            text: `${random.pick(['（转自东湖晚报）', '据报道，', ''])}${first.item.text}`,
            truth: first.truth,
            author: { id: `m${random.int(40) + 10}`, name: '地方资讯', class: 'media', followers: 90_000 },
          }),
        )
    } else if (random.chance(0.09)) {
      for (let answers = 1 + random.int(2); answers > 0; answers--)
        said.push(
          make({
            at: Math.min(at + random.exponential(2 * hourMs), now - minuteMs),
            platform: first.item.platform,
            kind: 'comment',
            ...answerTo(random, first),
            parent: first,
          }),
        )
    } else if (random.chance(0.05))
      said.push(
        make({
          at: Math.min(at + random.exponential(2 * hourMs), now - minuteMs),
          platform: 'weibo',
          kind: 'repost',
          text: `${random.pick(['转', '同感', '码住'])}：${first.item.text}`,
          truth: first.truth,
          ...(first.item.platform === 'weibo' && { parent: first }),
        }),
      )
  }
  for (let day = 0; day < 7; day++)
    for (let place = 1; place <= 4; place++) {
      const at = now - day * dayMs - (place + 2) * hourMs
      const text = listed[(day * 3 + place) % listed.length] ?? ''
      said.push(
        make({
          at,
          platform: 'weibo',
          kind: 'hot-list',
          text: `${text} ${new Date(at + shanghaiMs).toISOString().slice(5, 10)}`,
          truth: { subjects: [], sentiment: 0, aspects: [], story: 'background', speaker: 'media' },
          more: { hotList: { list: '微博热搜', rank: place * 4 + random.int(4), heat: 400_000 + random.int(900_000) } },
        }),
      )
    }
  return said
}

const ofBeat = ({ make, recordOf }: Writer, beat: Beat, begin: number, story: SaidTruth['story']): Said => {
  const at = begin + beat.minute * minuteMs
  const { text, platform, kind, title, names, speaker, sentiment = -1 } = beat
  return make({
    at,
    platform,
    kind,
    text,
    likes: beat.likes,
    ...(title !== undefined && { title }),
    author: { id: `b-${beat.name}`, name: beat.name, class: beat.class, followers: beat.followers },
    truth: {
      subjects: [...names],
      sentiment,
      aspects: story === 'fresh' ? ['bundled-membership'] : ['harsh-collection'],
      story,
      speaker,
    },
    more: {
      ...(kind === 'complaint' && recordOf(text, at)),
      ...(beat.rank !== undefined && { hotList: { list: '微博热搜', rank: beat.rank, heat: 3_000_000 / beat.rank } }),
    },
  })
}

/** Minute at which a voice of the crisis speaks: slow at first, fastest around the hot list, then ever fewer. */
const crisisMinute = (random: Random): number => {
  const early = random.chance(0.12)
  return early ? 26 + random.float() * 80 : 90 + random.exponential(130)
}

const crisisOf = (writer: Writer, now: number, crowd: number): Said[] => {
  const { random, make } = writer
  const begin = now - crisisBeganHoursAgo * hourMs
  const beats = [...crisisBeats, ...afterBeats].map((beat) => ofBeat(writer, beat, begin, 'crisis'))
  const post = beats[1]
  const loud = beats[2]
  const last = now - begin - 60 * minuteMs
  const said: Said[] = [...beats]
  for (let voice = 0; voice < crowd; voice++) {
    const minute = crisisMinute(random)
    const calm = minute > statementMinute && random.chance(Math.min(0.75, (minute - statementMinute) / 240))
    const at = begin + Math.min(minute * minuteMs, last)
    const 名 = random.pick(calledAs['brand'] ?? ['明月消金'])
    const truth: SaidTruth = {
      subjects: ['brand'],
      sentiment: calm ? 0 : -1,
      aspects: calm ? [] : ['harsh-collection'],
      story: 'crisis',
      speaker: 'consumer',
    }
    const parent = minute > 65 && random.chance(0.6) ? loud : post
    if (!calm && parent && random.chance(0.38)) {
      said.push(
        make({
          at,
          platform: 'weibo',
          kind: 'repost',
          text: `${random.pick(reposted)}//@${parent.item.author.name}: ${parent.item.text}`,
          truth,
          parent,
        }),
      )
      continue
    }
    const voices = calm ? calmVoices : crisisVoices
    const turns = calm ? calmTurns : crisisTurns
    const text = (voices[random.int(voices.length)] ?? '').replace('{开}', turns[random.int(turns.length)] ?? '')
    said.push(make({ at, platform: choose(random, crisisPlatform), text: filled(random, text, { 名 }), truth }))
  }
  return said
}

const freshOf = (writer: Writer, now: number): Said[] => {
  const { random, make } = writer
  const begin = now - freshBeganMinutesAgo * minuteMs
  const said = [ofBeat(writer, freshBeat, begin, 'fresh')]
  for (let voice = 0; voice < 22; voice++)
    said.push(make(freshVoice(random, begin + (4 + random.float() * 33) * minuteMs)))
  return said
}

const freshVoice = (random: Random, at: number): Wanted => ({
  at,
  platform: random.pick(['xiaohongshu', 'xiaohongshu', 'weibo', 'douyin']),
  text: filled(
    random,
    (freshVoices[random.int(freshVoices.length)] ?? '').replace(
      '{开}',
      random.pick(['有解法吗', '坐标{城}', '已截图', '太离谱', '{时}扣的', '等回复', '客服没人理']),
    ),
    {},
  ),
  truth: { subjects: ['card'], sentiment: -1, aspects: ['bundled-membership'], story: 'fresh', speaker: 'consumer' },
})

/**
 * A week of what is said about the made-up company, in order of time: usual talk by the hour of the day, one real crisis that
 * began about a day ago and is over, and a small new story. What is true of each post comes with it.
 */
export const opinionWeek = ({ seed, now, background = 2_600, crowd = 900 }: WeekOptions): Said[] => {
  const writer = openWriter(seedOf(`${seed}|opinion`), 'w')
  const end = now.getTime()
  return [...backgroundOf(writer, end, background), ...crisisOf(writer, end, crowd), ...freshOf(writer, end)].sort(
    (a, b) => (a.item.publishedAt < b.item.publishedAt ? -1 : a.item.publishedAt > b.item.publishedAt ? 1 : 0),
  )
}

/** What goes on being said: a post each time it is called, now and then one of the new story. */
export const openTalk = ({ seed, series }: { seed: string; series: string }): ((at: Date) => Said) => {
  const writer = openWriter(seedOf(`${seed}|opinion|${series}`), series)
  return (at) =>
    writer.random.chance(0.15) ? writer.make(freshVoice(writer.random, at.getTime())) : writer.usual(at.getTime())
}
