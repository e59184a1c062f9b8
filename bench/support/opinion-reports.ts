import { type Ctx, ch } from '#platform'
import { PostsQuery } from '../../src/opinion/posts/post-contract.ts'
import { searchPosts } from '../../src/opinion/posts/search.ts'
import { ReportRequest, reportFormats } from '../../src/opinion/reports/report-contract.ts'
import { makeReport, reportFile } from '../../src/opinion/reports/store.ts'
import { openStage, timed } from './opinion-stage.ts'
import { runPeer } from './processes.ts'

export interface ReportTimes {
  /** Posts of the day. */
  posts: number
  /** Seconds from the question to the stored report. */
  brief: number
  /** Seconds to draw each format. */
  files: Record<string, number>
}

export interface Reading {
  reports: ReportTimes[]
  /** Of the last size, milliseconds: pages of the explorer. */
  pages: Record<string, number>
}

/** Daily briefs over days of so many posts each, then pages of the explorer over all of them. */
export const measureReading = (
  dir: string,
  sizes: { days: number[]; subjects: number; more: number },
): Promise<Reading> => runPeer(import.meta.filename, [dir, JSON.stringify(sizes)])

const dayMs = 86_400_000
const { sql } = ch

/** Posts of one day as they are stored, each a hash of its number: texts of 58 characters, two in three about a subject. */
const makePosts = async (
  ctx: Ctx,
  { count, first, from, subjects }: { count: number; first: number; from: Date; subjects: number },
) => {
  const options = { timeoutSeconds: 900, settings: { max_insert_threads: 1 } }
  const perInsert = 500_000
  for (let made = 0; made < count; made += perInsert) {
    const rows = Math.min(perInsert, count - made)
    await ctx.ch.command(
      sql`insert into posts (drill_id, published_at, post_id, batch, source_id, platform, kind, guid, url, title, text, author,
          author_name, author_class, followers, likes, comments, reposts, views, first_seen_at, seen_at, subjects, sentiment,
          sentiment_p, aspects, speaker, emotion, urgency, rumour, spam, cluster_id, number)
        select 0, ${ch.moment(from)} + toIntervalMillisecond(cityHash64(n, 1) % 86400000) as at, cityHash64(n, 'id') as id, 1, 1,
          ['weibo', 'xiaohongshu', 'douyin', 'zhihu', 'tieba', 'news', 'heimao'][1 + n % 7], if(n % 7 = 6, 'complaint', 'post'),
          toString(n), concat('https://posts.example/', toString(n)), '',
          concat('明月e贷提前还款要收违约金，客服电话排队四十分钟没有人接，想问问大家有没有遇到同样的事情', toString(n), '号楼'),
          cityHash64(n % 40000, 'author'), '某***', if(n % 200 = 0, 'verified', 'person'), cityHash64(n, 2) % 3000,
          cityHash64(n, 3) % 50, cityHash64(n, 4) % 20, cityHash64(n, 5) % 10, cityHash64(n, 6) % 3000, at, at,
          if(n % 3 = 0, [], [toUInt32(1 + cityHash64(n, 7) % ${ch.u32(subjects)})]) as about,
          toInt8(cityHash64(n, 8) % 3) - 1, 0.4,
          if(n % 4 = 0, [['hidden-fee', 'rate-dispute', 'harsh-collection', 'poor-service', 'refund'][1 + n % 5]], []),
          'consumer', 'neutral', [], 0.1, 0.1, cityHash64(intDiv(n, 3), 'id'), 1
        from (select number + ${ch.u64(first + made)} as n from numbers(${ch.u64(rows)}))`,
      options,
    )
  }
  await ctx.ch.command(
    sql`insert into mentions (drill_id, subject_id, published_at, post_id, batch, source_id, platform, kind, author, author_class,
        followers, speaker, sentiment, toward, negative_p, aspects, urgency, rumour, spam, rule, disguised, cluster_id, number)
      select drill_id, arrayJoin(subjects), published_at, post_id, batch, source_id, platform, kind, author, author_class, followers,
        speaker, sentiment, sentiment, 0.4, aspects, urgency, rumour, spam, 1, 0, cluster_id, number
      from posts where drill_id = 0 and published_at >= ${ch.moment(from)} and published_at < ${ch.moment(new Date(from.getTime() + dayMs))}`,
    options,
  )
}

const pagesOf = async (ctx: Ctx): Promise<Record<string, number>> => {
  const questions: Record<string, object> = {
    'newest 50': {},
    'newest 50, one subject, negative': { subjects: '1', toward: '-1' },
    'words in the text': { q: '违约金 客服' },
    'widest heard': { sort: 'influence' },
  }
  const found: [string, number][] = []
  for (const [name, question] of Object.entries(questions)) {
    const query = PostsQuery.parse(question)
    await searchPosts(ctx, query)
    found.push([name, (await timed(() => searchPosts(ctx, query))).seconds * 1_000])
  }
  return Object.fromEntries(found)
}

const measure = async (
  dir: string,
  { days, subjects, more }: { days: number[]; subjects: number; more: number },
): Promise<Reading> => {
  const { app, ctx } = await openStage(dir, { work: false, subjects })
  const midnight = Math.floor((ctx.now().getTime() + dayMs / 3) / dayMs) * dayMs - dayMs / 3
  const reports: ReportTimes[] = []
  let first = 0
  for (const [index, posts] of days.entries()) {
    // A day between, so that what came before is none of the other's.
    const from = new Date(midnight - (2 * index + 1) * dayMs)
    await makePosts(ctx, { count: posts, first, from, subjects })
    first += posts
    const request = ReportRequest.parse({
      kind: 'daily',
      from: from.toISOString(),
      to: new Date(from.getTime() + dayMs).toISOString(),
    })
    const { seconds, made } = await timed(() => makeReport(ctx, request))
    const files: Record<string, number> = {}
    for (const format of reportFormats) files[format] = (await timed(() => reportFile(ctx, made.id, format))).seconds
    reports.push({ posts, brief: seconds, files })
  }
  if (more > 0) await makePosts(ctx, { count: more, first, from: new Date(midnight - 12 * dayMs), subjects })
  const pages = await pagesOf(ctx)
  await app.stop()
  return { reports, pages }
}

const [dir, sizes] = process.argv.slice(2)
if (import.meta.main && dir !== undefined && sizes !== undefined) {
  process.stdout.write(
    `${JSON.stringify(await measure(dir, JSON.parse(sizes) as { days: number[]; subjects: number; more: number }))}\n`,
  )
  process.exit(0)
}
