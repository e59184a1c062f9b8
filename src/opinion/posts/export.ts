import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import { writeTable } from '#customers'
import type { Ctx } from '#platform'
import {
  aspectNames,
  authorClassNames,
  emotionNames,
  kindNames,
  nameIn,
  platformNames,
  speakerNames,
  urgencyNames,
} from '../terms-contract.ts'
import type { PostRow, PostsExport } from './post-contract.ts'
import { everyPost } from './search.ts'

/** Rows in one file. */
const most = 50_000

const titles = {
  zh: [
    '编号',
    '时间',
    '平台',
    '类型',
    '标题',
    '正文',
    '链接',
    '作者',
    '作者类型',
    '粉丝',
    '点赞',
    '评论',
    '转发',
    '浏览',
    '监测对象',
    '情感',
    '对我方态度',
    '议题',
    '发声者',
    '情绪',
    '紧急信号',
    '需人工',
    '相似帖组',
  ],
  en: [
    'Id',
    'Time',
    'Platform',
    'Kind',
    'Title',
    'Text',
    'Link',
    'Author',
    'Author class',
    'Followers',
    'Likes',
    'Comments',
    'Reposts',
    'Views',
    'Subjects',
    'Sentiment',
    'Toward subjects',
    'Aspects',
    'Speaker',
    'Emotion',
    'Urgency',
    'Needs a person',
    'Near-duplicates',
  ],
} as const
const signs = { zh: ['负面', '中性', '正面'], en: ['negative', 'neutral', 'positive'] } as const

/** Posts of a question as a file, 50,000 at most. Texts are masked as they are stored. Audited by size and kind of question. */
export const exportPosts = async (
  ctx: Ctx,
  { format, language, ...query }: z.output<typeof PostsExport>,
  reply: FastifyReply,
) => {
  const subjects = await ctx.pg.selectFrom('opinion.subject').select(['id', 'name']).execute()
  const names = new Map(subjects.map(({ id, name }) => [id, name]))
  await ctx.tx((ctx) =>
    ctx.audit.record(ctx, {
      action: 'posts.exported',
      // Words searched for may name a person: that they were there is said, not which.
      detail: {
        format,
        drill: query.drill,
        filters: Object.entries(query)
          .flatMap(([name, value]) => (value === undefined ? [] : [name]))
          .sort(),
      },
    }),
  )
  const columns = titles[language]
  const said = signs[language]
  const cells = (post: PostRow): Record<string, string | number> => {
    const subject = (id: number) => names.get(id) ?? String(id)
    const values = [
      post.id,
      post.publishedAt,
      nameIn(platformNames, post.platform, language),
      nameIn(kindNames, post.kind, language),
      post.title,
      post.text,
      post.url,
      post.author.name,
      nameIn(authorClassNames, post.author.class, language),
      post.author.followers,
      post.engagement.likes,
      post.engagement.comments,
      post.engagement.reposts,
      post.engagement.views,
      post.subjects.map(subject).join('；'),
      said[post.sentiment + 1] ?? '',
      post.mentions.map(({ subjectId, toward }) => `${subject(subjectId)} ${said[toward + 1] ?? ''}`).join('；'),
      post.aspects.map((one) => nameIn(aspectNames, one, language)).join('；'),
      nameIn(speakerNames, post.speaker, language),
      nameIn(emotionNames, post.emotion, language),
      post.urgency.map((one) => nameIn(urgencyNames, one, language)).join('；'),
      post.unsure.length,
      post.clusterId,
    ]
    return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? '']))
  }
  async function* rows() {
    for await (const post of everyPost(ctx, { ...query, limit: 200, collapse: false }, most)) yield cells(post)
  }
  void reply
    .type(
      format === 'csv'
        ? 'text/csv; charset=utf-8'
        : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    )
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="posts.${format}"`)
  const out = new PassThrough()
  writeTable(format, [...columns], rows(), out, { sheet: 'posts' }).catch((error: unknown) =>
    out.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  return reply.send(out)
}
