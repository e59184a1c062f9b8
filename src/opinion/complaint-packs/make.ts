import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { type Ctx, ch, Problem, readSetting } from '#platform'
import { openFile } from '../incidents/attachments.ts'
import { escaped, facts, htmlDocument, table, timeText } from '../incidents/html.ts'
import { incidentRow } from '../incidents/incident-row.ts'
import { eventsOf } from '../incidents/store.ts'
import { packEvidence } from '../sources/evidence-package.ts'
import { zipOf } from '../sources/zip.ts'
import { legalBases, type NewPack, type PackPost } from './pack-contract.ts'
import { problem } from './problem.ts'

/** What a pack is made of: a report to be signed, evidence as it was found, documents of the company, and their hashes. */

interface PostRow {
  id: string
  platform: string
  url: string
  title: string
  text: string
  publishedAt: string
  authorName: string
}

/** Posts of the incident's events, the earliest first. */
export const postsOfIncident = async (ctx: Ctx, incidentId: number): Promise<PackPost[]> => {
  const incident = await incidentRow(ctx, incidentId)
  const events = await eventsOf(ctx, incidentId)
  if (events.length === 0) return []
  const rows = await ctx.ch.rows<PostRow>(ch.sql`
    select toString(post_id) as id, platform, url, title, text, formatDateTime(published_at, '%Y-%m-%dT%H:%i:%S.000Z', 'UTC') as "publishedAt",
      author_name as "authorName"
    from posts final where drill_id = ${ch.u32(incident.drill_id)} and cluster_id in (
      select cluster_id from cluster_events final where drill_id = ${ch.u32(incident.drill_id)}
        and event_id in (${ch.join(
          events.map(({ id }) => ch.u32(id)),
          ', ',
        )}))
    order by published_at limit 500`)
  const counts = await ctx.pg
    .selectFrom('opinion.snapshot_post')
    .select(({ fn }) => ['post_id', fn.countAll<string>().as('n')])
    .where('post_id', 'in', rows.length === 0 ? ['0'] : rows.map(({ id }) => id))
    .groupBy('post_id')
    .execute()
  const kept = new Map(counts.map(({ post_id, n }) => [post_id, Number(n)]))
  return rows.map((row) => ({ ...row, snapshots: kept.get(row.id) ?? 0 }))
}

const categoryNames: Readonly<Record<NewPack['category'], string>> = {
  smear: '恶意抹黑、诋毁',
  rumour: '编造、传播虚假不实信息',
  extortion: '以负面信息敲诈勒索',
  hype: '恶意炒作、蹭炒热点',
  impersonation: '假冒企业或员工身份',
  privacy: '侵害个人隐私、个人信息',
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/**
 * The archive. @throws problem.postUnknown, problem.documentUnknown
 */
export const makePack = async (ctx: Ctx, given: NewPack): Promise<{ bytes: Buffer; sha256: string }> => {
  const known = new Map((await postsOfIncident(ctx, given.incidentId)).map((post) => [post.id, post]))
  const posts = given.posts.map((id) => {
    const post = known.get(id)
    if (!post) throw problem.postUnknown({ post: id })
    return post
  })
  const documents: { name: string; bytes: Buffer }[] = []
  for (const id of given.documents) {
    try {
      const { name, bytes } = await openFile(ctx, 'incident', given.incidentId, id)
      documents.push({ name: `企业材料/${documents.length + 1}-${name}`, bytes })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw problem.documentUnknown({ document: id })
    }
  }
  const company = (await readSetting(ctx, 'companyName')) ?? '【企业名称】'
  const to = given.target === '12377' ? '中央网信办举报中心（12377）' : given.platform
  const report = htmlDocument(
    given.target === '12377' ? '网络侵权信息举报书' : '平台侵权投诉通知书',
    `致：${to}`,
    [
      facts([
        ['举报单位', company],
        ['举报类型', categoryNames[given.category]],
        ['涉及平台', given.platform],
        ['处置单', `#${given.incidentId}`],
        ['提出日期', timeText(ctx.now())],
      ]),
      `<h2>一、举报事项与请求</h2><p>${escaped(given.claim)}</p>`,
      '<h2>二、涉及内容</h2>',
      table(
        ['序号', '平台', '发布时间', '账号', '地址', '内容摘录'],
        posts.map((post, i) => [
          String(i + 1),
          post.platform,
          timeText(post.publishedAt),
          post.authorName || '—',
          post.url || '—',
          (post.title ? `${post.title} ` : '') + post.text.slice(0, 200),
        ]),
      ),
      '<h2>三、依据</h2>',
      `<ol>${given.bases.map((basis) => `<li>${escaped(legalBases[basis])}</li>`).join('')}</ol>`,
      '<h2>四、声明</h2><p>以上内容真实，举报单位愿对举报内容的真实性承担法律责任。\n\n举报单位（盖章）：\n授权代表（签字）：\n日期：</p>',
    ].join('\n'),
  )
  const files: { name: string; bytes: Buffer }[] = [
    { name: given.target === '12377' ? '举报书.html' : '投诉通知书.html', bytes: Buffer.from(report.html) },
    { name: '涉及内容.json', bytes: Buffer.from(`${JSON.stringify(posts, null, 2)}\n`) },
    ...documents,
  ]
  if (posts.some(({ snapshots }) => snapshots > 0)) {
    const evidence = await packEvidence(ctx, { postIds: given.posts, purpose: `投诉材料 处置单 #${given.incidentId}` })
    files.push({ name: `证据/${evidence.name}`, bytes: await buffer(evidence.archive) })
  } else
    files.push({
      name: '证据/说明.txt',
      bytes: Buffer.from('\ufeff这些帖文没有保存原始取证数据；请另行公证或截图取证后补充。\n'),
    })
  const sums = files.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`).join('')
  const bytes = await zipOf([...files, { name: 'SHA256SUMS', bytes: Buffer.from(sums) }], ctx.now())
  return { bytes, sha256: sha256(bytes) }
}
