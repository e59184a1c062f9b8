import type { Platform, PostKind } from '../../contract.ts'
import type { FieldMap, Preset } from '../sources-contract.ts'

/**
 * Forms of files that other tools write, known by their columns. Field names of MediaCrawler's note and comment tables;
 * only its files are read, none of its code is here.
 */
export interface PresetForm {
  preset: Preset
  kind: PostKind
  platform: Platform | undefined
  map: FieldMap
}

type Crawler = { platform: Platform; note: FieldMap; comment: FieldMap; noteId: string }

const person: FieldMap = { authorId: 'user_id', authorName: 'nickname | user_nickname' }
const commentOf = (noteId: string, url: string): FieldMap => ({
  ...person,
  guid: 'comment_id',
  text: 'content',
  url,
  publishedAt: 'create_time | create_date_time | publish_time | add_ts',
  likes: 'comment_like_count | like_count | liked_count',
  comments: 'sub_comment_count',
  parentGuid: `parent_comment_id`,
  rootGuid: noteId,
})

const crawlers: Readonly<Record<string, Crawler>> = {
  'crawler-weibo': {
    platform: 'weibo',
    noteId: 'note_id',
    note: {
      ...person,
      guid: 'note_id',
      url: 'note_url | https://m.weibo.cn/detail/{note_id}',
      text: 'content',
      publishedAt: 'create_time | create_date_time',
      likes: 'liked_count',
      comments: 'comments_count',
      reposts: 'shared_count',
    },
    comment: commentOf('note_id', 'https://m.weibo.cn/detail/{note_id}#{comment_id}'),
  },
  'crawler-xhs': {
    platform: 'xiaohongshu',
    noteId: 'note_id',
    note: {
      ...person,
      guid: 'note_id',
      url: 'note_url | https://www.xiaohongshu.com/explore/{note_id}',
      title: 'title',
      text: 'desc',
      publishedAt: 'time | create_time',
      likes: 'liked_count',
      comments: 'comment_count',
      reposts: 'share_count',
    },
    comment: commentOf('note_id', 'https://www.xiaohongshu.com/explore/{note_id}?comment={comment_id}'),
  },
  'crawler-douyin': {
    platform: 'douyin',
    noteId: 'aweme_id',
    note: {
      ...person,
      guid: 'aweme_id',
      url: 'aweme_url | https://www.douyin.com/video/{aweme_id}',
      title: 'title',
      text: 'desc',
      publishedAt: 'create_time',
      likes: 'liked_count',
      comments: 'comment_count',
      reposts: 'share_count',
    },
    comment: commentOf('aweme_id', 'https://www.douyin.com/video/{aweme_id}?comment={comment_id}'),
  },
  'crawler-bilibili': {
    platform: 'bilibili',
    noteId: 'video_id',
    note: {
      ...person,
      guid: 'video_id',
      url: 'video_url | https://www.bilibili.com/video/av{video_id}',
      title: 'title',
      text: 'desc',
      publishedAt: 'create_time',
      likes: 'liked_count',
      comments: 'video_comment',
      reposts: 'video_share_count',
      views: 'video_play_count',
    },
    comment: commentOf('video_id', 'https://www.bilibili.com/video/av{video_id}?reply={comment_id}'),
  },
  'crawler-zhihu': {
    platform: 'zhihu',
    noteId: 'content_id',
    note: {
      authorId: 'user_id',
      authorName: 'user_nickname | nickname',
      guid: 'content_id',
      url: 'content_url',
      title: 'title',
      text: 'content_text | desc',
      publishedAt: 'created_time | create_time',
      likes: 'voteup_count',
      comments: 'comment_count',
    },
    comment: {
      ...commentOf('content_id', 'https://www.zhihu.com/comment/{comment_id}'),
      publishedAt: 'publish_time | create_time',
      authorName: 'user_nickname | nickname',
    },
  },
  'crawler-tieba': {
    platform: 'tieba',
    noteId: 'note_id',
    note: {
      authorId: 'user_id | user_link',
      authorName: 'user_nickname | nickname',
      guid: 'note_id',
      url: 'note_url | https://tieba.baidu.com/p/{note_id}',
      title: 'title',
      text: 'desc',
      publishedAt: 'publish_time',
      comments: 'total_replay_num',
    },
    comment: {
      ...commentOf('note_id', 'note_url | https://tieba.baidu.com/p/{note_id}#{comment_id}'),
      authorId: 'user_id | user_link',
      publishedAt: 'publish_time',
    },
  },
  'crawler-kuaishou': {
    platform: 'kuaishou',
    noteId: 'video_id',
    note: {
      ...person,
      guid: 'video_id',
      url: 'video_url | https://www.kuaishou.com/short-video/{video_id}',
      title: 'title',
      text: 'desc',
      publishedAt: 'create_time',
      likes: 'liked_count',
      views: 'viewd_count | viewed_count',
    },
    comment: commentOf('video_id', 'https://www.kuaishou.com/short-video/{video_id}?comment={comment_id}'),
  },
}

/** Exports of complaint sites: each row is one complaint with its number and its state. */
const complaints: FieldMap = {
  guid: '投诉编号 | 投诉单号 | 编号 | sn | complaint_sn | complaint_no',
  url: '投诉链接 | 链接 | 网址 | url | link',
  title: '投诉标题 | 标题 | 投诉问题 | title',
  text: '投诉内容 | 投诉详情 | 内容 | summary | content',
  publishedAt: '投诉时间 | 发布时间 | 提交时间 | timestamp | created_at | date | 时间',
  authorName: '投诉人 | 用户 | 用户昵称 | author',
  complaintNumber: '投诉编号 | 投诉单号 | 编号 | sn | complaint_sn | complaint_no',
  complaintAgainst: '投诉对象 | 投诉商家 | 被投诉企业 | 商家 | cotitle | company',
  complaintAppeal: '投诉要求 | 投诉诉求 | 诉求 | appeal',
  complaintSummary: '投诉内容 | 投诉详情 | 内容 | summary | content',
  complaintAmount: '涉诉金额 | 投诉金额 | 金额 | cost | amount',
  complaintReply: '投诉进度 | 投诉状态 | 处理状态 | 状态 | 回复状态 | status',
}

const has = (columns: ReadonlySet<string>, ...names: string[]) => names.every((name) => columns.has(name))
const hasAny = (columns: ReadonlySet<string>, ...names: string[]) => names.some((name) => columns.has(name))

/** Which form a file has by its columns; undefined when none fits. */
export const guessPreset = (given: readonly string[]): Exclude<Preset, 'auto' | 'own'> | undefined => {
  const columns = new Set(given.map((name) => name.trim()))
  if (hasAny(columns, '投诉编号', '投诉单号', 'complaint_sn') || has(columns, 'sn', 'appeal')) return 'complaints'
  if (columns.has('aweme_id')) return 'crawler-douyin'
  if (columns.has('content_id')) return 'crawler-zhihu'
  if (columns.has('tieba_name') || columns.has('tieba_id')) return 'crawler-tieba'
  if (columns.has('video_id'))
    return hasAny(columns, 'viewd_count', 'video_play_url') &&
      !columns.has('video_comment') &&
      !columns.has('bilibili_uid')
      ? 'crawler-kuaishou'
      : 'crawler-bilibili'
  if (columns.has('note_id'))
    return hasAny(columns, 'image_list', 'xsec_token', 'tag_list', 'desc') ||
      (columns.has('pictures') && columns.has('comment_id'))
      ? 'crawler-xhs'
      : 'crawler-weibo'
  return undefined
}

/** How rows of a preset are read: a file of comments or of posts, told by its columns. */
export const presetForm = (preset: Exclude<Preset, 'auto' | 'own'>, columns: readonly string[]): PresetForm => {
  if (preset === 'complaints') return { preset, kind: 'complaint', platform: 'heimao', map: complaints }
  const crawler = crawlers[preset]
  if (!crawler) throw new Error(`no such preset: ${preset}`)
  const isComment = columns.includes('comment_id')
  return {
    preset,
    kind: isComment ? 'comment' : 'post',
    platform: crawler.platform,
    map: isComment ? crawler.comment : crawler.note,
  }
}

/** A comment of the first level belongs to its post. */
export const parentOrRoot = <F extends { parentGuid?: string | undefined; rootGuid?: string | undefined }>(
  found: F,
): F =>
  found.parentGuid === undefined && found.rootGuid !== undefined ? { ...found, parentGuid: found.rootGuid } : found
