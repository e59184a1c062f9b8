import { AuthorClass, type Complaint, Platform, PostKind } from '../../contract.ts'
import type { FieldMap } from '../sources-contract.ts'
import { readCount, readFen } from './count.ts'
import type { Found } from './found.ts'
import { ruledText, ruledValue } from './paths.ts'

/** A row or an object of an answer becomes a found thing by a declared mapping. */

const authorWords: readonly [RegExp, AuthorClass][] = [
  [/央媒|中央媒体|central/i, 'central-media'],
  [/监管|政府|regulator|government/i, 'regulator'],
  [/媒体|记者|报社|media|press/i, 'media'],
  [/企业|机构|官方|蓝v|organi[sz]ation|company|enterprise/i, 'organisation'],
  [/认证|黄v|金v|红v|大v|verified|^true$/i, 'verified'],
]

/** What an account is, by our own word for it or a platform's. */
const authorClassOf = (text: string | undefined): AuthorClass | undefined => {
  if (text === undefined) return undefined
  const own = AuthorClass.safeParse(text)
  return own.success ? own.data : authorWords.find(([form]) => form.test(text))?.[1]
}

const replyWords: readonly [RegExp, Complaint['replyState']][] = [
  [/已?撤(销|诉|回)|withdrawn/i, 'withdrawn'],
  [/已?完成|已?解决|已?结案|done|closed|resolved/i, 'done'],
  [/补充|supplement/i, 'supplemented'],
  [/未回复|待回复|待处理|submitted|已?提交|审核|通过/i, 'submitted'],
  [/已?回复|replied/i, 'replied'],
  [/处理中|已?分配|已?受理|assigned|processing/i, 'assigned'],
]

/** The state of a complaint by the platform's word for it. */
export const replyStateOf = (text: string | undefined): Complaint['replyState'] =>
  (text !== undefined && replyWords.find(([form]) => form.test(text))?.[1]) || 'unknown'

/** Appeals as they are joined: 退款，道歉、赔偿 */
const appealsOf = (text: string | undefined): string[] =>
  text === undefined
    ? []
    : text
        .split(/[,，、;；|/\n]+/u)
        .map((one) => one.trim())
        .filter(Boolean)

/** @param hotList name of the list, where the row is a place on one; `place` counts for its rank when nothing says it */
export const foundByMap = (row: unknown, map: FieldMap, hotList?: { name: string; place: number }): Found => {
  const text = (field: keyof FieldMap) => ruledText(row, map[field])
  const value = (field: keyof FieldMap) => {
    const rule = map[field]
    return rule === undefined ? undefined : ruledValue(row, rule)
  }
  const number = text('complaintNumber')
  const platform = Platform.safeParse(text('platform'))
  const kind = PostKind.safeParse(text('kind'))
  const amountFen = readFen(value('complaintAmount'))
  const authorName = text('authorName')
  const authorId = text('authorId')
  const rank = readCount(value('rank'))
  const heat = readCount(value('heat'))
  return {
    guid: text('guid'),
    url: text('url'),
    title: text('title'),
    text: text('text'),
    published: value('publishedAt'),
    ...((authorName !== undefined || authorId !== undefined) && {
      author: {
        id: authorId,
        name: authorName,
        class: authorClassOf(text('authorClass')),
        followers: value('followers'),
      },
    }),
    likes: value('likes'),
    comments: value('comments'),
    reposts: value('reposts'),
    views: value('views'),
    parentGuid: parentOf(text('parentGuid')),
    rootGuid: parentOf(text('rootGuid')),
    ...(platform.success && { platform: platform.data }),
    ...(kind.success && { kind: kind.data }),
    ...(number !== undefined && {
      complaint: {
        number,
        against: text('complaintAgainst'),
        appeal: appealsOf(text('complaintAppeal')),
        summary: text('complaintSummary'),
        replyState: replyStateOf(text('complaintReply')),
        ...(amountFen !== undefined && { amountFen }),
      },
    }),
    ...(hotList && {
      kind: 'hot-list' as const,
      hotList: {
        list: hotList.name,
        rank: rank && rank > 0 ? rank : hotList.place,
        ...(heat !== undefined && { heat }),
      },
    }),
  }
}

/** Platforms write "no parent" as 0. */
const parentOf = (guid: string | undefined) =>
  guid === undefined || /^(0|-1|none|null)$/i.test(guid) ? undefined : guid
