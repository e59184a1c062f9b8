/** Whom people of the made-up week speak about, and how its posts look. All names are made up. */

/** A post as a source would give it: the fields of an item of public opinion. */
export interface SaidItem {
  guid: string
  platform: string
  kind: 'post' | 'comment' | 'repost' | 'article' | 'complaint' | 'hot-list'
  url: string
  title: string
  text: string
  publishedAt: string
  author: { id: string; name: string; class: AuthorClass; followers: number }
  engagement: { likes?: number; comments?: number; reposts?: number; views?: number }
  parentGuid?: string
  rootGuid?: string
  complaint?: {
    number: string
    against: string
    appeal: string[]
    summary: string
    amountFen: number
    replyState: 'submitted' | 'assigned' | 'replied' | 'done' | 'withdrawn'
  }
  hotList?: { list: string; rank: number; heat: number }
}

export type AuthorClass = 'person' | 'verified' | 'organisation' | 'media' | 'central-media' | 'regulator'

/** What is true of a post, by whoever made it up. */
export interface SaidTruth {
  /** Keys of `cast`; empty: about none of them. */
  subjects: string[]
  /** Of the text toward the first subject. */
  sentiment: -1 | 0 | 1
  aspects: string[]
  /** What it belongs to: usual talk, the crisis, or the new story of the last hour. */
  story: 'background' | 'crisis' | 'fresh'
  speaker: string
}

export interface Said {
  item: SaidItem
  truth: SaidTruth
}

export interface CastMember {
  key: string
  kind: 'brand' | 'product' | 'executive' | 'partner' | 'competitor'
  role: string
  name: string
  /** Of ours: the company, its products and people. */
  own: boolean
  /** Which product of the company it is. */
  productKey: string | null
  expression: string
  /** How people write it to go unnoticed. */
  disguised: readonly string[]
}

export const cast: readonly CastMember[] = [
  {
    key: 'brand',
    kind: 'brand',
    role: '',
    name: '明月消费金融',
    own: true,
    productKey: null,
    expression: '明月消费金融 明月消金 明月金融 明月贷款',
    disguised: ['明*月消金', '明.月.消金', '明月xiaojin'],
  },
  {
    key: 'loan',
    kind: 'product',
    role: '',
    name: '明月e贷',
    own: true,
    productKey: 'loan',
    expression: '明月e贷 明月易贷',
    disguised: ['明月e*贷', '明-月-e-贷'],
  },
  {
    key: 'card',
    kind: 'product',
    role: '',
    name: '月享分期',
    own: true,
    productKey: 'card',
    expression: '月享分期 月享卡',
    disguised: ['月享*分期'],
  },
  {
    key: 'head',
    kind: 'executive',
    role: '总经理',
    name: '顾清川',
    own: true,
    productKey: null,
    expression: '顾清川',
    disguised: [],
  },
  {
    key: 'agency',
    kind: 'partner',
    role: '催收机构',
    name: '衡岭信用管理',
    own: false,
    productKey: null,
    expression: '衡岭信用 衡岭催收 衡岭公司',
    disguised: ['衡*岭催收'],
  },
  {
    key: 'guarantor',
    kind: 'partner',
    role: '融资担保',
    name: '柏舟融资担保',
    own: false,
    productKey: null,
    expression: '柏舟融资担保 柏舟担保',
    disguised: [],
  },
  {
    key: 'rivalA',
    kind: 'competitor',
    role: '',
    name: '星澜消费金融',
    own: false,
    productKey: null,
    expression: '星澜消费金融 星澜消金 星澜贷',
    disguised: [],
  },
  {
    key: 'rivalB',
    kind: 'competitor',
    role: '',
    name: '青桥金融',
    own: false,
    productKey: null,
    expression: '青桥金融 青桥借钱',
    disguised: [],
  },
]

/** How each is called in running text, the usual way first. */
export const calledAs: Readonly<Record<string, readonly [string, ...string[]]>> = {
  brand: ['明月消费金融', '明月消金', '明月金融', '明月消金'],
  loan: ['明月e贷', '明月e贷', '明月易贷'],
  card: ['月享分期', '月享分期', '月享卡'],
  head: ['顾清川'],
  agency: ['衡岭信用', '衡岭公司', '衡岭催收'],
  guarantor: ['柏舟担保', '柏舟融资担保'],
  rivalA: ['星澜消金', '星澜消费金融', '星澜贷'],
  rivalB: ['青桥金融', '青桥借钱'],
}

/** Share of what is said where: platform, weight, address of a post. */
export const places = [
  ['weibo', 30, 'https://weibo.example/status/'],
  ['xiaohongshu', 15, 'https://xhs.example/explore/'],
  ['douyin', 13, 'https://douyin.example/video/'],
  ['zhihu', 9, 'https://zhihu.example/answer/'],
  ['tieba', 8, 'https://tieba.example/p/'],
  ['kuaishou', 5, 'https://kuaishou.example/short/'],
  ['bilibili', 5, 'https://bilibili.example/video/'],
  ['toutiao', 5, 'https://toutiao.example/a/'],
  ['wechat', 4, 'https://wechat.example/s/'],
  ['forum', 4, 'https://forum.example/t/'],
  ['app-store', 2, 'https://store.example/review/'],
] as const

export const addressOf = (platform: string, guid: string): string => {
  const known = places.find(([name]) => name === platform)?.[2]
  if (known) return known + guid
  const host = { heimao: 'tousu.example/complaint', news: 'news.example/a', regulator: 'gov.example/notice' }[platform]
  return `https://${host ?? 'posts.example/p'}/${guid}`
}

/** Share of a day's posts by hour in Shanghai, as people write; needs no particular sum. */
export const hourShape = [
  0.35, 0.22, 0.15, 0.1, 0.1, 0.15, 0.3, 0.6, 1, 1.4, 1.6, 1.5, 1.3, 1.3, 1.4, 1.4, 1.4, 1.4, 1.4, 1.5, 1.7, 1.8, 1.5,
  0.8,
] as const
