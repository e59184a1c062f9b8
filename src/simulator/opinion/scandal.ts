/**
 * The one crisis of the week: the agency's collectors harass a borrower's family. It begins with a complaint and grows over
 * several platforms until the company's statement turns it. And a small new story of the last hour.
 */

import type { AuthorClass } from './cast.ts'

export interface Beat {
  /** Minutes after the crisis begins. */
  minute: number
  platform: string
  kind: 'post' | 'article' | 'complaint' | 'hot-list' | 'repost'
  title?: string
  text: string
  name: string
  class: AuthorClass
  followers: number
  /** What it came to. */
  likes: number
  speaker: string
  sentiment?: -1 | 0 | 1
  /** Keys of the cast it names. */
  names: readonly string[]
  rank?: number
}

export const crisisBeats: readonly Beat[] = [
  {
    minute: 0,
    platform: 'heimao',
    kind: 'complaint',
    title: '明月消费金融委托衡岭公司暴力催收，骚扰七十岁老人',
    text: '本人在明月e贷逾期四天，衡岭公司催收员一天内给我母亲打了三十二个电话，辱骂并威胁到老家张贴告示，母亲当晚住院。要求停止骚扰、赔礼道歉、说明通讯录来源。',
    name: '小河弯弯',
    class: 'person',
    followers: 12,
    likes: 40,
    speaker: 'consumer',
    names: ['brand', 'loan', 'agency'],
  },
  {
    minute: 24,
    platform: 'weibo',
    kind: 'post',
    text: '我妈七十岁了，被明月消金外包的衡岭催收一天打了三十二个电话，骂到住院。录音在这里，我就想问一句：借钱的是我，凭什么这样对一个老人？',
    name: '小河弯弯',
    class: 'person',
    followers: 260,
    likes: 8_300,
    speaker: 'consumer',
    names: ['brand', 'agency'],
  },
  {
    minute: 63,
    platform: 'weibo',
    kind: 'repost',
    text: '听完录音手在抖。衡岭催收对七十岁老人说的话，明月消金不可能不知道。转出来让更多人听到。',
    name: '金融观察老宋',
    class: 'verified',
    followers: 2_160_000,
    likes: 15_200,
    speaker: 'media',
    names: ['brand', 'agency'],
  },
  {
    minute: 85,
    platform: 'douyin',
    kind: 'post',
    text: '三十二个电话，催收把老人骂进医院！明月消费金融的外包公司录音曝光',
    name: '城事真相',
    class: 'verified',
    followers: 930_000,
    likes: 42_000,
    speaker: 'media',
    names: ['brand'],
  },
  {
    minute: 118,
    platform: 'weibo',
    kind: 'hot-list',
    text: '明月消费金融被曝暴力催收老人',
    name: '',
    class: 'organisation',
    followers: 0,
    likes: 0,
    speaker: 'media',
    names: ['brand'],
    rank: 37,
  },
  {
    minute: 150,
    platform: 'weibo',
    kind: 'hot-list',
    text: '明月消费金融 催收录音',
    name: '',
    class: 'organisation',
    followers: 0,
    likes: 0,
    speaker: 'media',
    names: ['brand'],
    rank: 9,
  },
  {
    minute: 165,
    platform: 'news',
    kind: 'article',
    title: '七旬老人一天接三十二个催收电话后住院 明月消金：正在核实',
    text: '一位借款人反映，其母亲因明月消费金融委托的衡岭信用管理公司频繁致电而住院。记者致电明月消费金融，客服表示已关注到此事，正在核实。衡岭公司电话未接通。记者将继续求证。',
    name: '东湖晚报',
    class: 'media',
    followers: 4_800_000,
    likes: 900,
    speaker: 'media',
    sentiment: -1,
    names: ['brand', 'agency'],
  },
  {
    minute: 214,
    platform: 'zhihu',
    kind: 'post',
    title: '如何看待明月消费金融外包催收致老人住院？',
    text: '从法律上说，向无关第三人催收已经越线，明月消费金融作为委托方要对衡岭公司的行为负责。建议家属保留录音、病历，向监管部门反映并考虑起诉。',
    name: '秦律师',
    class: 'verified',
    followers: 150_000,
    likes: 3_600,
    speaker: 'lawyer',
    names: ['brand', 'agency'],
  },
  {
    minute: 262,
    platform: 'news',
    kind: 'article',
    title: '评论：外包不能外包责任',
    text: '明月消费金融把催收交给衡岭公司，收益归自己，骂名归别人，这样的账算不通。持牌机构对合作方的管理，应当看得见、管得住、追得到。',
    name: '京华财经',
    class: 'central-media',
    followers: 21_000_000,
    likes: 5_200,
    speaker: 'media',
    names: ['brand', 'agency'],
  },
  {
    minute: 318,
    platform: 'regulator',
    kind: 'article',
    title: '某地金融监管部门：已约谈明月消费金融，要求核查外包催收',
    text: '针对媒体报道的催收问题，监管部门已约谈明月消费金融相关负责人，要求立即核查委外催收行为，暂停涉事机构业务，切实保护消费者权益，并按期报告处理情况。',
    name: '地方金融监管',
    class: 'regulator',
    followers: 860_000,
    likes: 2_400,
    speaker: 'regulator',
    names: ['brand'],
  },
]

/** What the company said and what followed; minutes after the crisis begins. */
export const statementMinute = 328
export const statementText =
  '关于委外催收问题的说明：我公司核实，衡岭公司一名坐席违反规定致电客户家属。即日起终止与衡岭公司该业务线的合作，专人登门向老人道歉并承担医疗费用，全部委外录音复查。投诉请拨打 400-000-0000。'

export const afterBeats: readonly Beat[] = [
  {
    minute: statementMinute,
    platform: 'weibo',
    kind: 'post',
    text: `明月消费金融${statementText}`,
    name: '明月消费金融',
    class: 'organisation',
    followers: 320_000,
    likes: 4_100,
    speaker: 'marketing',
    sentiment: 0,
    names: ['brand', 'agency'],
  },
  {
    minute: statementMinute + 55,
    platform: 'news',
    kind: 'article',
    title: '明月消费金融回应催收事件：终止合作、登门道歉',
    text: '明月消费金融发布说明，称涉事坐席违规，已终止与衡岭公司相关业务的合作，将登门道歉并复查全部录音。当事人家属向记者表示，已与公司人员见面。',
    name: '东湖晚报',
    class: 'media',
    followers: 4_800_000,
    likes: 700,
    speaker: 'media',
    sentiment: 0,
    names: ['brand', 'agency'],
  },
  {
    minute: statementMinute + 240,
    platform: 'weibo',
    kind: 'post',
    text: '谢谢大家关心。明月消金的人来医院道了歉，医药费也付了，我妈情况稳定。希望别的家庭不要再遇到，这条不删，后续按说的做就好。',
    name: '小河弯弯',
    class: 'person',
    followers: 18_400,
    likes: 21_000,
    speaker: 'consumer',
    sentiment: 0,
    names: ['brand'],
  },
]

export const crisisVoices = [
  '{名}委托的衡岭催收连老人都不放过，{开}',
  '听了录音，衡岭那个催收员骂人的话太脏了，{名}必须给说法，{开}',
  '我也被{名}外包催收打过，{人}的号码不知道他们哪来的，{开}',
  '{名}的衡岭催收一天三十二个电话，换成你家老人试试，{开}',
  '逾期是不对，可{名}这样催收骚扰家属就是违法，{开}',
  '已经打12378投诉{名}暴力催收，让大家一起，{开}',
  '{城}的也遇到过，衡岭催收威胁要去{人}单位闹，{名}装不知道，{开}',
  '{名}出来道歉！七十岁老人住院是小事吗，{开}',
  '爆通讯录的催收背后是谁在给资料，{名}解释一下，{开}',
  '在{名}借过{钱}，衡岭催收凌晨还打电话，{开}',
  '外包给衡岭就能撇清？{名}收利息的时候怎么不说外包，{开}',
  '看哭了，{名}催收把老人骂到住院，{开}',
] as const

export const crisisTurns = [
  '有录音为证',
  '支持维权',
  '等官方说明',
  '看完一夜没睡',
  '请媒体跟进',
  '别让热度下去',
  '大家把录音都留好',
  '评论里好多一样的',
  '昨天还给我发广告',
  '已经卸载',
  '我家也是这样过来的',
  '监管管不管',
  '转给{人}看了都沉默',
  '{城}这边还有更过分的',
  '希望老人平安',
  '这钱还完再也不借',
  '隐私到底谁泄露的',
  '该赔偿就赔偿',
] as const

export const calmVoices = [
  '{名}这次回应还算快，道歉也到位，{开}',
  '看到{名}终止和衡岭的合作了，希望说到做到，{开}',
  '家属说{名}已经登门，事情有结果就好，{开}',
  '处理得不算差，{名}后面录音复查要公布结果，{开}',
  '{名}认错态度可以，关键看以后催收怎么管，{开}',
  '一码归一码，{名}该道歉道歉了，欠钱还是要还，{开}',
] as const

export const calmTurns = [
  '继续看',
  '给个机会',
  '别只是嘴上说',
  '老人没事最重要',
  '散了吧',
  '希望是真的',
  '这样的速度值得说一句',
  '盯着后续',
  '比不吭声强',
  '等复查结果',
  '{城}网友路过',
] as const

/** Reposts with nothing or little added. */
export const reposted = ['', '转发微博', '扩散', '关注', '帮转', '太过分了'] as const

export const freshBeat: Beat = {
  minute: 0,
  platform: 'xiaohongshu',
  kind: 'post',
  text: '月享分期更新以后借款默认勾选了68元会员，取消的按钮是灰色的点不动，有没有人一样？',
  name: '晴天笔记',
  class: 'person',
  followers: 1_900,
  likes: 320,
  speaker: 'consumer',
  names: ['card'],
}

export const freshVoices = [
  '刚打开月享分期也是这样，会员默认勾上了，{开}',
  '月享分期的68元会员取消不了，{开}',
  '月享分期这次更新捆绑会员，按钮点不动，{开}',
  '给月享分期客服发消息说会员可以退，入口在哪，{开}',
] as const
