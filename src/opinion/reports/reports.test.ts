import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { ch } from '#platform'
import { aCtx } from '#test'
import { wilson } from './outline.ts'
import { faultOf, rephrase, writeRephraseSettings } from './rephrase.ts'
import type { ReportSection } from './report-contract.ts'
import { ScheduleInput } from './report-contract.ts'
import { nextDue, runDueSchedules, writeSchedule } from './schedules.ts'
import { makeReport, readReport, recompute, reportFile } from './store.ts'

const chTime = (at: string) => at.replace('T', ' ').replace('Z', '')

const opened = await aCtx()
const ctx = { ...opened, config: { ...opened.config, webhooksPrivate: true } }

/** Posts and mentions as taking in leaves them; 40 in the day, 10 the day before. */
const someMentions = async (drillId = 0) => {
  await ctx.pg
    .insertInto('opinion.subject')
    .values(
      ['星河消费金融', '蓝鲸分期'].map((name, index) => ({
        kind: index === 0 ? ('brand' as const) : ('competitor' as const),
        name: drillId === 0 ? name : `${name} ${drillId}`,
        own: index === 0,
        product_key: null,
        parent_id: null,
        owner: null,
        role: '' as const,
        note: '',
        colour: '#1f6feb',
        created_at: ctx.now(),
        created_by: 'test',
        changed_at: ctx.now(),
        changed_by: 'test',
      })),
    )
    .execute()
  const subjects = await ctx.pg
    .selectFrom('opinion.subject')
    .select(['id', 'own'])
    .orderBy('id', 'desc')
    .limit(2)
    .execute()
  const [own, rival] = [subjects.find(({ own }) => own)?.id ?? 0, subjects.find(({ own }) => !own)?.id ?? 0]
  const posts = Array.from({ length: 50 }, (_, index) => {
    const early = index >= 40
    const at = new Date(Date.UTC(2026, 10, early ? 19 : 20, index % 12, index))
    const negative = index % 4 === 0
    return {
      drill_id: drillId,
      published_at: chTime(at.toISOString()),
      post_id: String(1000 + index),
      batch: 1,
      source_id: 3,
      platform: index % 3 === 0 ? 'weibo' : 'heimao',
      kind: index % 3 === 0 ? 'post' : 'complaint',
      author: String(index % 25),
      author_class: 'person',
      followers: index * 10,
      speaker: 'consumer',
      sentiment: negative ? -1 : 0,
      aspects: negative ? ['harsh-collection'] : [],
      urgency: index === 8 ? ['self-harm'] : [],
      rumour: 0.1,
      spam: 0,
      cluster_id: String(1000 + index),
      number: '1',
      negative,
      own: index % 10 !== 9,
    }
  })
  await ctx.ch.insert(
    'mentions',
    posts.map(({ negative, own: ours, ...post }) => ({
      ...post,
      subject_id: ours ? own : rival,
      toward: negative ? -1 : 0,
      negative_p: negative ? 0.9 : 0.2,
      rule: 1,
      disguised: 0,
    })),
  )
  await ctx.ch.insert(
    'posts',
    posts.map(({ negative: _, own: ours, ...post }, index) => ({
      ...post,
      guid: String(index),
      url: '',
      title: '',
      text: `第 ${index} 条 <b>催收</b>`,
      parent_id: '0',
      root_id: '0',
      author_name: '某***',
      likes: index,
      comments: 0,
      reposts: 0,
      views: 0,
      first_seen_at: post.published_at,
      seen_at: post.published_at,
      date_doubt: '',
      extra:
        post.kind === 'complaint'
          ? '{"complaint":{"number":"1","appeal":["退息"],"amountFen":120000,"replyState":"replied"}}'
          : '',
      subjects: [ours ? own : rival],
      sentiment_p: 0.2,
      emotion: 'neutral',
      unsure: index === 1 ? ['speaker'] : [],
      corrected: [],
      reading: 1,
    })),
  )
  return { own, rival }
}

const day = { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' }

test('the interval of a share is that of Wilson', () => {
  // Newcombe (1998), table I: 81 of 263 gives .2553 to .3662.
  const [low, high] = wilson(81, 263)
  assert.deepEqual([low.toFixed(4), high.toFixed(4)], ['0.2553', '0.3662'])
  assert.deepEqual(
    wilson(0, 20).map((bound) => bound.toFixed(4)),
    ['0.0000', '0.1611'],
  )
})

test('schedules are due by the clock of Shanghai, made once, and say what went wrong', async () => {
  const at = (definition: Record<string, unknown>, after: string) =>
    nextDue(ScheduleInput.parse({ name: 'x', ...definition }), new Date(after)).toISOString()
  assert.equal(at({ kind: 'daily' }, '2026-11-22T00:29:00Z'), '2026-11-22T00:30:00.000Z')
  assert.equal(at({ kind: 'daily' }, '2026-11-22T00:30:00Z'), '2026-11-23T00:30:00.000Z')
  // 2026-11-22 is a Sunday.
  assert.equal(at({ kind: 'weekly', weekday: 1 }, '2026-11-22T10:00:00Z'), '2026-11-23T00:30:00.000Z')
  assert.equal(at({ kind: 'monthly', day: 1 }, '2026-11-22T10:00:00Z'), '2026-12-01T00:30:00.000Z')

  await writeSchedule(ctx, ScheduleInput.parse({ name: '日报', kind: 'daily' }))
  await ctx.pg
    .updateTable('opinion.report_schedule')
    .set({ next_at: new Date(0) })
    .execute()
  assert.equal(await runDueSchedules(ctx), 0)
  const failed = await ctx.pg.selectFrom('opinion.report_schedule').selectAll().executeTakeFirstOrThrow()
  assert.match(failed.last_error ?? '', /no subject/)
  await someMentions()
  await ctx.pg
    .updateTable('opinion.report_schedule')
    .set({ next_at: new Date(0) })
    .execute()
  assert.deepEqual(
    await Promise.all([runDueSchedules(ctx), runDueSchedules(ctx)]).then((made) => made.toSorted((a, b) => a - b)),
    [0, 1],
  )
})

test('a brief says what the posts say, every statement with ids that exist, the same bytes each time', async () => {
  const report = await makeReport(ctx, { kind: 'period', ...day, drillId: 0, language: 'zh' })
  assert.equal(report.posts, 36)
  const overview = report.body.sections.find(({ key }) => key === 'overview')
  assert.match(overview?.sentences[0]?.text ?? '', /共采集到 36 条.*2 个平台.*较上期上升 300\.0%（上期 9 条）/)
  assert.match(overview?.sentences[1]?.text ?? '', /负面的 10 条，占 27\.8%（95% 区间 15\.8%–44\.0%/)
  const urgent = report.body.sections.find(({ key }) => key === 'urgent')
  assert.deepEqual(
    urgent?.sentences.map(({ text, from }) => [text, from]),
    [['轻生风险：1 条。', { posts: 1, ids: ['1008'] }]],
  )
  const complaints = report.body.sections.find(({ key }) => key === 'complaints')
  assert.match(complaints?.sentences[0]?.text ?? '', /投诉 24 件.*已回复 24 件（100\.0%）；24 件写明金额，共 28,800 元/)
  const rivals = report.body.sections.find(({ key }) => key === 'subjects')
  assert.deepEqual(
    rivals?.table?.rows.map(({ cells }) => cells.slice(0, 3)),
    [
      ['星河消费金融', '36', '90.0%'],
      ['蓝鲸分期（他方）', '4', '10.0%'],
    ],
  )

  const cited = new Set(
    report.body.sections.flatMap(({ sentences, table }) => [
      ...sentences.flatMap(({ from }) => from.ids),
      ...(table?.rows ?? []).flatMap(({ from }) => from.ids),
    ]),
  )
  assert.ok(cited.size > 10)
  const there = await ctx.ch.one<{ n: string }>(
    ch.sql`select uniqExact(post_id) as n from posts where drill_id = 0 and post_id in ${ch.u64s([...cited].map(BigInt))}`,
  )
  assert.equal(Number(there?.n), cited.size)
  for (const { sentences, table } of report.body.sections)
    for (const { from } of [...sentences, ...(table?.rows ?? [])])
      assert.ok(from.ids.length <= from.posts || from.posts === 0)

  for (const format of ['html', 'docx', 'pdf', 'xlsx'] as const) {
    const [first, again] = [await reportFile(ctx, report.id, format), await reportFile(ctx, report.id, format)]
    assert.ok(first.bytes.length > 3_000, format)
    assert.ok(first.bytes.equals(again.bytes), `${format} is the same to the byte`)
    assert.equal(first.name, `舆情简报-2026年11月21日.${format}`)
  }
  const page = (await reportFile(ctx, report.id, 'html')).bytes.toString('utf8')
  assert.ok(page.includes('&lt;b&gt;催收') && !page.includes('<b>催收'), 'what posts say is text, not markup')
  assert.ok(!/<script|https?:\/\/(?!www\.w3\.org)/.test(page))

  assert.deepEqual(await recompute(ctx, { id: report.id }), { same: true, hash: report.hash, differences: [] })
  // A person puts a reading right: the stored report stays, the fresh one says what changed.
  await ctx.ch.command(
    ch.sql`insert into mentions select * replace (toInt8(-1) as toward, number + 1 as number) from mentions final where post_id = 1001`,
  )
  const fresh = await recompute(ctx, { id: report.id })
  assert.equal(fresh.same, false)
  assert.ok(
    fresh.differences.some(({ before, now }) => before.includes('负面的 10 条') && now.includes('负面的 11 条')),
  )
  assert.equal((await readReport(ctx, { id: report.id })).hash, report.hash)
})

test('a drill has reports of its own, marked, and is in no real one', async () => {
  const { own } = await someMentions(7)
  const real = await makeReport(ctx, { kind: 'period', ...day, drillId: 0, language: 'en' })
  const drill = await makeReport(ctx, { kind: 'period', ...day, drillId: 7, subjects: [own], language: 'zh' })
  assert.deepEqual([real.posts, drill.posts], [36, 36])
  assert.equal(real.body.drillMark, null)
  assert.match(drill.body.drillMark ?? '', /演练/)
  assert.match((await reportFile(ctx, drill.id, 'html')).bytes.toString('utf8'), /【演练】/)
})

const section: ReportSection = {
  key: 'overview',
  title: '',
  sentences: [
    { text: '共 1,234 条。', from: { posts: 1234, ids: ['1'] } },
    { text: '负面占 12.5%。', from: { posts: 154, ids: ['2'] } },
  ],
}

test('a new wording may neither invent a figure nor leave out where it comes from', () => {
  assert.equal(faultOf(section, '本期 1,234 条[s1]，其中 12.5% 为负面[s2]。'), undefined)
  assert.match(faultOf(section, '本期 1,234 条[s1]，约 150 条负面[s2]。') ?? '', /150/)
  assert.match(faultOf(section, '本期 1,234 条。') ?? '', /cites nothing/)
  assert.match(faultOf(section, '本期 1,234 条[s1]。事态严重。') ?? '', /cites nothing/)
  assert.match(faultOf(section, '本期 1,234 条[s3]。') ?? '', /does not exist/)
})

test('a language model that fails or invents changes nothing of a report', async () => {
  const report = await makeReport(ctx, { kind: 'period', ...day, drillId: 0, language: 'zh' })
  const heard: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const said =
        (JSON.parse(Buffer.concat(chunks).toString()) as { messages: { content: string }[] }).messages[1]?.content ?? ''
      heard.push(said)
      // The first section comes back faithfully, the second with an invented number, the rest not at all.
      const faithful = said.replaceAll(/\[(s\d+)\] (.*?)。?(?=\n|$)/g, '$2[$1]。').replaceAll('\n', '')
      if (heard.length > 2) return void response.writeHead(500).end()
      response.end(
        JSON.stringify({
          choices: [{ message: { content: heard.length === 1 ? faithful : `${faithful}另有 987654 条[s1]。` } }],
        }),
      )
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    await assert.rejects(rephrase(ctx, { id: report.id }), /switched off/)
    await writeRephraseSettings(ctx, { on: true, url, model: 'm', key: 'k' })
    const made = await rephrase(ctx, { id: report.id })
    assert.deepEqual(
      made.paragraphs.map(({ section }) => section),
      ['overview'],
    )
    assert.ok(
      made.dropped.some(({ why }) => why.includes('987654')) && made.dropped.some(({ why }) => why.includes('500')),
    )
    const after = await readReport(ctx, { id: report.id })
    assert.deepEqual([after.hash, after.body], [report.hash, report.body])
    assert.ok(!heard.join().includes('第 3 条'), 'no post leaves the house')
  } finally {
    server.close()
  }
})
