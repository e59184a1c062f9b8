import { z } from 'zod'

/** Shapes of public opinion shared by all its parts and the console. No I/O. */

export const platforms = [
  'weibo',
  'wechat',
  'xiaohongshu',
  'douyin',
  'kuaishou',
  'bilibili',
  'zhihu',
  'tieba',
  'toutiao',
  'heimao',
  'news',
  'forum',
  'app-store',
  'regulator',
  'mail',
  'other',
] as const
export const Platform = z.enum(platforms)
export type Platform = z.infer<typeof Platform>

export const postKinds = ['post', 'comment', 'repost', 'article', 'complaint', 'hot-list'] as const
export const PostKind = z.enum(postKinds)
export type PostKind = z.infer<typeof PostKind>

/** What an account is. `person` is private: his name is not kept. */
export const authorClasses = ['person', 'verified', 'organisation', 'media', 'central-media', 'regulator'] as const
export const AuthorClass = z.enum(authorClasses)
export type AuthorClass = z.infer<typeof AuthorClass>

/** 隐形收费, 利率争议, 暴力催收, 隐私泄露, 征信异议, 客服差, 诱导借贷, 提前还款, 退息退费, 冒名诈骗, 会员费捆绑 */
export const aspects = [
  'hidden-fee',
  'rate-dispute',
  'harsh-collection',
  'privacy-leak',
  'credit-record',
  'poor-service',
  'induced-borrowing',
  'early-repayment',
  'refund',
  'impersonation',
  'bundled-membership',
] as const
export const Aspect = z.enum(aspects)
export type Aspect = z.infer<typeof Aspect>

/** Who speaks: consumer, media, regulator, lawyer, 职业投诉人, employee, marketing, 反催收广告. */
export const speakers = [
  'consumer',
  'media',
  'regulator',
  'lawyer',
  'professional-complainant',
  'employee',
  'marketing',
  'anti-collection-ad',
] as const
export const Speaker = z.enum(speakers)
export type Speaker = z.infer<typeof Speaker>

export const emotions = ['anger', 'fear', 'sadness', 'disappointment', 'joy', 'neutral'] as const
export const Emotion = z.enum(emotions)
export type Emotion = z.infer<typeof Emotion>

export const urgencies = ['self-harm', 'media-inquiry', 'lawsuit', 'group-action', 'regulator-report'] as const
export const Urgency = z.enum(urgencies)
export type Urgency = z.infer<typeof Urgency>

/** −1 negative, 0 neutral, 1 positive. */
export const Polarity = z.union([z.literal(-1), z.literal(0), z.literal(1)])
export type Polarity = z.infer<typeof Polarity>

/** What a reading may leave to a person, and what a person may put right. */
export const heads = ['sentiment', 'toward', 'aspects', 'speaker', 'emotion', 'urgency', 'rumour', 'spam'] as const
export const Head = z.enum(heads)
export type Head = z.infer<typeof Head>

/** 轻微, 中等, 严重 */
export const levels = ['minor', 'moderate', 'severe'] as const
export const Level = z.enum(levels)
export type Level = z.infer<typeof Level>

/** A UInt64 as decimal text. */
export const PostId = z.string().regex(/^\d{1,20}$/)
export type PostId = z.infer<typeof PostId>

const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER)

/** Counts under a post when it was seen; one that the source does not tell is left out. */
export const Engagement = z.strictObject({
  likes: Count.optional(),
  comments: Count.optional(),
  reposts: Count.optional(),
  views: Count.optional(),
})
export type Engagement = z.infer<typeof Engagement>

/** A complaint as a complaint platform keeps it. */
export const Complaint = z.strictObject({
  number: z.string().max(64),
  against: z.string().max(200).optional(),
  appeal: z.array(z.string().max(100)).max(20).default([]),
  summary: z.string().max(2_000).optional(),
  /** Fen. */
  amountFen: z.int().min(0).optional(),
  replyState: z
    .enum(['submitted', 'assigned', 'replied', 'supplemented', 'done', 'withdrawn', 'unknown'])
    .default('unknown'),
})
export type Complaint = z.infer<typeof Complaint>

/** A place on a hot list. */
export const HotListPlace = z.strictObject({
  list: z.string().max(100),
  rank: z.int().min(1).max(1_000),
  heat: z.number().min(0).optional(),
})
export type HotListPlace = z.infer<typeof HotListPlace>

/**
 * What every source yields: one published thing, as it was found. Times are instants; texts are plain (no markup), not
 * masked yet.
 */
export const Item = z.strictObject({
  /** The platform's own id where it has one, else the normalised address. */
  guid: z.string().min(1).max(500),
  platform: Platform,
  kind: PostKind.default('post'),
  url: z.string().max(2_000).default(''),
  title: z.string().max(500).default(''),
  text: z.string().max(20_000).default(''),
  publishedAt: z.iso.datetime({ offset: true }),
  /** Why the time of publication is not to be trusted: it was missing, lay in the future, before the web. */
  dateDoubt: z.enum(['missing', 'future', 'ancient', 'vague']).optional(),
  author: z
    .strictObject({
      id: z.string().max(200),
      name: z.string().max(200).default(''),
      class: AuthorClass.default('person'),
      followers: Count.optional(),
    })
    .optional(),
  engagement: Engagement.default({}),
  /** Guids on the same platform. */
  parentGuid: z.string().max(500).optional(),
  rootGuid: z.string().max(500).optional(),
  complaint: Complaint.optional(),
  hotList: HotListPlace.optional(),
})
export type Item = z.output<typeof Item>

/** A mention: what a post says of one subject. */
export const Mention = z.object({
  subjectId: z.int(),
  toward: Polarity,
  /** Probability that it is negative toward the subject, 0 to 1. */
  negativeP: z.number(),
  rule: z.int(),
  disguised: z.boolean(),
})
export type Mention = z.infer<typeof Mention>

/** A stored post. `text` is masked. */
export const Post = z.object({
  id: PostId,
  drillId: z.int(),
  sourceId: z.int(),
  platform: Platform,
  kind: PostKind,
  url: z.string(),
  title: z.string(),
  text: z.string(),
  publishedAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
  dateDoubt: z.string(),
  parentId: PostId,
  rootId: PostId,
  author: z.object({ key: PostId, name: z.string(), class: AuthorClass, followers: z.int() }),
  engagement: z.object({ likes: z.int(), comments: z.int(), reposts: z.int(), views: z.int() }),
  complaint: Complaint.nullable(),
  hotList: HotListPlace.nullable(),
  subjects: z.array(z.int()),
  mentions: z.array(Mention),
  sentiment: Polarity,
  sentimentP: z.number(),
  aspects: z.array(Aspect),
  speaker: Speaker,
  emotion: Emotion,
  urgency: z.array(Urgency),
  rumour: z.number(),
  spam: z.number(),
  unsure: z.array(Head),
  corrected: z.array(Head),
  clusterId: PostId,
})
export type Post = z.infer<typeof Post>
