import type { FieldMap, MappedField } from '../sources-contract.ts'

/** A mapping guessed from the names of fields, in the words of Chinese and foreign interfaces. */

const names: readonly [MappedField, RegExp][] = [
  ['complaintNumber', /^(投诉(编|单)?号|complaint_?(sn|no|number)|sn)$/i],
  ['complaintAgainst', /^(投诉对象|被投诉(企业|商家|方)|cotitle|company)$/i],
  ['complaintAppeal', /^(投诉(诉求|要求)|诉求|appeal)$/i],
  ['complaintAmount', /^(涉诉金额|投诉金额|金额|cost|amount)$/i],
  ['complaintReply', /^(投诉(进度|状态)|处理状态|回复状态|reply_?state|status)$/i],
  ['guid', /^(guid|id|uuid|item_?id|post_?id|note_?id|aweme_?id|article_?id|news_?id|mid|编号|序号id|帖子id)$/i],
  ['url', /^(url|link|href|share_?url|note_?url|web_?url|permalink|链接|网址|原文链接|mobil_?url)$/i],
  ['title', /^(title|headline|subject|name|word|标题|主题|热搜词)$/i],
  ['text', /^(content|text|body|desc|description|summary|full_?text|正文|内容|原文|摘要|投诉内容)$/i],
  [
    'publishedAt',
    /^(published_?at|publish_?time|pub_?date|pubtime|create_?time|created_?at|ctime|timestamp|date|time|发布时间|时间|日期|发表时间|投诉时间)$/i,
  ],
  [
    'authorName',
    /^(author|author_?name|nick_?name|user_?name|screen_?name|source|作者|昵称|用户名|发布者|来源|媒体)$/i,
  ],
  ['authorId', /^(author_?id|user_?id|uid|mid_?user|用户id)$/i],
  ['followers', /^(followers|followers_?count|fans|fans_?count|粉丝数?)$/i],
  ['likes', /^(likes?|like_?count|liked_?count|digg_?count|attitudes_?count|点赞数?|赞)$/i],
  ['comments', /^(comments?|comment_?count|comments_?count|reply_?count|评论数?)$/i],
  ['reposts', /^(reposts?|shares?|share_?count|shared_?count|reposts_?count|forward|转发数?|分享数?)$/i],
  ['views', /^(views?|view_?count|play_?count|read_?count|reads|阅读数?|播放数?|浏览数?)$/i],
  ['parentGuid', /^(parent_?id|parent_?comment_?id|reply_?to|父id)$/i],
  ['rank', /^(rank|ranking|position|index|排名|序号)$/i],
  ['heat', /^(heat|hot|hot_?value|hot_?score|score|num|热度|热度值)$/i],
]

/** @param paths fields of what came, in their order */
export const proposeMap = (paths: readonly string[]): FieldMap => {
  const map: FieldMap = {}
  for (const [field, form] of names) {
    // The shallowest of several: `id` of the post before `user.id`.
    const fitting = paths
      .filter((path) => form.test(path.split('.').at(-1)?.trim() ?? ''))
      .sort((a, b) => a.split('.').length - b.split('.').length)
    const [best] = fitting
    if (best !== undefined) map[field] = best
  }
  // Objects of a person: user.name, author.nickname.
  const nested = paths.find((path) => /^(user|author|account)\.(name|nick_?name|screen_?name)$/i.test(path))
  if (nested !== undefined && map.authorName === undefined) map.authorName = nested
  const nestedId = paths.find((path) => /^(user|author|account)\.(id|uid)$/i.test(path))
  if (nestedId !== undefined && map.authorId === undefined) map.authorId = nestedId
  return map
}
