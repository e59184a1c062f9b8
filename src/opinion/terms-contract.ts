import type { Aspect, AuthorClass, Emotion, Level, Platform, PostKind, Speaker, Urgency } from './contract.ts'

/** What the codes of public opinion are called in reports, files and messages. Shared with the console. */
export type Named<K extends string> = Readonly<Record<K, readonly [zh: string, en: string]>>

export const aspectNames: Named<Aspect> = {
  'hidden-fee': ['隐形收费', 'hidden fees'],
  'rate-dispute': ['利率争议', 'rate disputes'],
  'harsh-collection': ['暴力催收', 'harsh collection'],
  'privacy-leak': ['隐私泄露', 'privacy leaks'],
  'credit-record': ['征信异议', 'credit records'],
  'poor-service': ['客服差', 'poor service'],
  'induced-borrowing': ['诱导借贷', 'induced borrowing'],
  'early-repayment': ['提前还款', 'early repayment'],
  refund: ['退息退费', 'refunds'],
  impersonation: ['冒名诈骗', 'impersonation and fraud'],
  'bundled-membership': ['会员费捆绑', 'bundled membership fees'],
}

export const platformNames: Named<Platform> = {
  weibo: ['微博', 'Weibo'],
  wechat: ['微信公众号', 'WeChat'],
  xiaohongshu: ['小红书', 'Xiaohongshu'],
  douyin: ['抖音', 'Douyin'],
  kuaishou: ['快手', 'Kuaishou'],
  bilibili: ['哔哩哔哩', 'Bilibili'],
  zhihu: ['知乎', 'Zhihu'],
  tieba: ['贴吧', 'Tieba'],
  toutiao: ['头条', 'Toutiao'],
  heimao: ['黑猫投诉', 'Heimao complaints'],
  news: ['新闻', 'news'],
  forum: ['论坛', 'forums'],
  'app-store': ['应用商店', 'app stores'],
  regulator: ['监管渠道', 'regulators'],
  mail: ['来信', 'mail'],
  other: ['其他', 'other'],
}

export const kindNames: Named<PostKind> = {
  post: ['帖文', 'post'],
  comment: ['评论', 'comment'],
  repost: ['转发', 'repost'],
  article: ['文章', 'article'],
  complaint: ['投诉', 'complaint'],
  'hot-list': ['热榜', 'hot list'],
}

export const authorClassNames: Named<AuthorClass> = {
  person: ['个人', 'private persons'],
  verified: ['认证个人', 'verified persons'],
  organisation: ['机构', 'organisations'],
  media: ['媒体', 'media'],
  'central-media': ['央媒', 'central media'],
  regulator: ['监管机构', 'regulators'],
}

export const speakerNames: Named<Speaker> = {
  consumer: ['消费者', 'consumers'],
  media: ['媒体', 'media'],
  regulator: ['监管', 'regulators'],
  lawyer: ['律师', 'lawyers'],
  'professional-complainant': ['职业投诉人', 'professional complainants'],
  employee: ['员工', 'employees'],
  marketing: ['营销号', 'marketing'],
  'anti-collection-ad': ['反催收广告', 'anti-collection advertisements'],
}

export const emotionNames: Named<Emotion> = {
  anger: ['愤怒', 'anger'],
  fear: ['恐惧', 'fear'],
  sadness: ['悲伤', 'sadness'],
  disappointment: ['失望', 'disappointment'],
  joy: ['喜悦', 'joy'],
  neutral: ['平静', 'neutral'],
}

export const urgencyNames: Named<Urgency> = {
  'self-harm': ['轻生风险', 'risk of self-harm'],
  'media-inquiry': ['媒体采访', 'media inquiries'],
  lawsuit: ['诉讼', 'lawsuits'],
  'group-action': ['群体维权', 'group action'],
  'regulator-report': ['向监管举报', 'reports to the regulator'],
}

export const levelNames: Named<Level> = {
  minor: ['轻微', 'minor'],
  moderate: ['中等', 'moderate'],
  severe: ['严重', 'severe'],
}

/** The name of a code in a language. */
export const nameIn = <K extends string>(names: Named<K>, code: K, language: 'zh' | 'en'): string =>
  names[code][language === 'zh' ? 0 : 1]
