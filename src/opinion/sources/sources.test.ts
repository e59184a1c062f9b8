import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import JSZip from 'jszip'
import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { aCtx } from '#test'
import { NewChannel } from '../alerts/channel-contract.ts'
import { createChannel } from '../alerts/channels.ts'
import { changeRouting, currentRouting } from '../alerts/routing-store.ts'
import { takeIn } from '../intake/take-in.ts'
import { coverageOf } from './coverage.ts'
import { checkEvidence, dropOldEvidence, keepEvidence, listEvidence, openEvidence, sealRaw } from './evidence.ts'
import { packEvidence } from './evidence-package.ts'
import { fetchPage } from './fetch.ts'
import { healthOfSources, lookAtHealth, sourcesHealth } from './health.ts'
import { readHotEntries } from './hot-lists.ts'
import { purgePosts } from './purge.ts'
import { runRecounts } from './recount.ts'
import { runSource } from './run-source.ts'
import { startSourceSandbox } from './sandbox.ts'
import { NewSource, type SourceConfig } from './sources-contract.ts'
import { createSource, readSourceView, removeSource, sourceRow, switchSource } from './store.ts'
import { changePostTerms, readPostTerms } from './terms.ts'
import { tryOut } from './try-out.ts'

let clock = new Date('2026-11-22T02:00:00Z')
const minutes = (many: number) => {
  clock = new Date(clock.getTime() + many * 60_000)
}
const opened = await aCtx({ now: () => clock })
const ctx: Ctx = { ...opened, config: { ...opened.config, webhooksPrivate: true } }
const sandbox = await startSourceSandbox()
after(() => sandbox.stop())

/** A server that does what the worst ones do. */
const hostile = createServer((request, response) => {
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  const answer = hostileAnswers[path]
  if (answer) answer(response)
  else response.writeHead(404).end()
})
const hostileAnswers: Record<string, (response: ServerResponse) => unknown> = {
  '/silent': () => true,
  '/endless': (response) => {
    response.writeHead(200, { 'content-type': 'text/xml' })
    const more = () => {
      if (!response.destroyed) response.write('<item>'.repeat(10_000), more)
    }
    more()
    return true
  },
  '/zip-bomb': (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64 * 1_048_576, 32))),
  '/html-bomb': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<div>'.repeat(500_000)),
  '/loop': (response) => response.writeHead(302, { location: '/loop' }).end(),
  '/to-file': (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/busy': (response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
  '/login': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>请登录</html>'),
  '/flood': (response) =>
    response.end(
      JSON.stringify({
        items: Array.from({ length: 3_000 }, (_, id) => ({ id, content_text: `第 ${id} 条`, date_published: clock })),
      }),
    ),
  '/liar': (response) =>
    response.end(
      JSON.stringify({
        items: ['1970-01-01T00:00:00Z', '2099-01-01T00:00:00Z', 'gestern', undefined].map((date_published, id) => ({
          id: `liar${id}`,
          content_text: `说谎的时间 ${id}`,
          date_published,
        })),
      }),
    ),
}
await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve))
after(() => {
  hostile.closeAllConnections()
  hostile.close()
})
const hostileUrl = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`

const aSource = (name: string, config: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  NewSource.parse({
    name,
    platform: 'news',
    config,
    politeness: { requestsPerMinute: 600, robots: false },
    terms: { basis: 'public', note: '公开发布，依站点条款阅读', sampling: '最新 50 条' },
    ...more,
  })
const make = async (name: string, config: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  (await createSource(ctx, aSource(name, config, more))).id
const read = async (id: number) => runSource(ctx, await sourceRow(ctx, id), AbortSignal.timeout(60_000))
const stored = async (sourceId: number) =>
  ctx.ch.rows<{ guid: string; title: string; text: string; likes: string; date_doubt: string; published_at: string }>(
    ch.sql`select guid, title, text, toString(likes) as likes, date_doubt, toString(published_at) as published_at from posts final where source_id = ${ch.u32(sourceId)} order by guid`,
  )

/** A channel of alerts to which everything is routed. */
const aChannel = async () => {
  const { id } = await createChannel(
    ctx,
    NewChannel.parse({ name: 'duty', kind: 'wecom', settings: {}, secrets: { url: hostileUrl } }),
  )
  await sql`update opinion.alert_channel set state = 'on' where id = ${id}`.execute(ctx.pg)
  const { document, version } = await currentRouting(ctx)
  const receivers = document.receivers.map((receiver) => ({ ...receiver, channels: [id] }))
  await changeRouting(ctx, { document: { ...document, receivers }, reason: 'test', basedOn: version })
  return id
}

const post = (id: string, more: object = {}) => ({
  id,
  title: `标题 ${id}`,
  text: `正文 ${id}，电话 13812345678，a < b & c`,
  at: new Date(clock.getTime() - 5 * 60_000),
  author: '张三',
  likes: 12_345,
  ...more,
})

const apiMap = {
  guid: 'id',
  url: 'link',
  title: 'title',
  text: 'content',
  publishedAt: 'created_at',
  authorName: 'user.name',
  likes: 'liked_count',
  comments: 'comment_count',
}

test('one set of posts through five kinds of sources is one set of posts', async () => {
  sandbox.publish(post('1'), post('2'))
  const configs: Record<string, Partial<SourceConfig> & { kind: string }> = {
    rss: { kind: 'feed', url: `${sandbox.url}/rss` },
    atom: { kind: 'feed', url: `${sandbox.url}/atom` },
    'json feed': { kind: 'feed', url: `${sandbox.url}/feed.json` },
    api: { kind: 'json', url: `${sandbox.url}/api/posts`, itemsAt: 'data.list', map: apiMap },
    page: {
      kind: 'page',
      url: `${sandbox.url}/list`,
      item: 'li.post',
      map: { guid: '@data-id', url: 'a@href', title: 'a', text: '.text', publishedAt: 'time@datetime', likes: '.like' },
    },
  }
  const first: Record<string, unknown> = {}
  for (const [name, config] of Object.entries(configs)) {
    const outcome = await read(await make(name, config))
    first[name] = [outcome?.fault, outcome?.found, outcome?.stored, outcome?.known]
  }
  assert.deepEqual(first, {
    rss: [null, 2, 2, 0],
    atom: [null, 2, 0, 2],
    'json feed': [null, 2, 0, 2],
    api: [null, 2, 0, 2],
    page: [null, 2, 0, 2],
  })
  const rows = await stored((await healthOfSources(ctx)).find(({ name }) => name === 'rss')?.id ?? 0)
  assert.deepEqual(
    rows.map(({ guid, title, text, likes }) => [guid.split('/').at(-1), title, text, likes]),
    [
      ['1', '标题 1', '正文 1，电话 138****5678，a < b & c', '12000'],
      ['2', '标题 2', '正文 2，电话 138****5678，a < b & c', '12000'],
    ],
  )
})

test('an unchanged source is asked conditionally; what changes is found', async () => {
  const id = await make('conditional', { kind: 'feed', url: `${sandbox.url}/feed.json` })
  await read(id)
  minutes(10)
  const again = await read(id)
  assert.deepEqual([again?.outcome, again?.found, again?.bytes], ['unchanged', 0, 0])
  sandbox.publish(post('3'))
  const changed = await read(id)
  assert.deepEqual([changed?.outcome, changed?.stored, changed?.lagSeconds], ['new', 1, 300])
  minutes(10)
  sandbox.publish(post('4', { at: new Date(clock.getTime() - 120_000) }))
  assert.equal((await read(id))?.lagSeconds, 120)
})

test('a source that dies, floods, lies or bombs is contained, and says what happened', async () => {
  const faults: Record<string, unknown> = {}
  for (const path of ['endless', 'zip-bomb', 'html-bomb', 'loop', 'to-file', 'busy', 'login', 'nothing-here']) {
    const config =
      path === 'html-bomb'
        ? { kind: 'page', url: `${hostileUrl}/${path}`, item: 'p', map: { url: 'a@href', title: 'a' } }
        : { kind: 'feed', url: `${hostileUrl}/${path}` }
    faults[path] = (await read(await make(path, config)))?.fault
  }
  assert.deepEqual(faults, {
    endless: 'tooLarge',
    'zip-bomb': 'tooLarge',
    'html-bomb': 'tooComplex',
    loop: 'tooManyRedirects',
    'to-file': 'unreachable',
    busy: 'busy',
    login: 'notReadable',
    'nothing-here': 'status',
  })
  const busy = (await healthOfSources(ctx)).find(({ name }) => name === 'busy')
  const view = await readSourceView(ctx, { id: busy?.id ?? 0 })
  assert.equal(view.nextAt, new Date(clock.getTime() + 3_600_000).toISOString(), 'Retry-After is obeyed')
  const silent = { url: `${hostileUrl}/silent`, auth: { type: 'none' }, secret: undefined, userAgent: 'test' } as const
  await assert.rejects(fetchPage({ ...silent, allowInside: true, timeoutMs: 200 }), { fault: 'timeout' })
  const gone = await runSource(
    ctx,
    await sourceRow(ctx, await make('gone', { kind: 'feed', url: 'http://127.0.0.1:9/' })),
    AbortSignal.timeout(60_000),
  )
  assert.equal(gone?.fault, 'unreachable')

  const flood = await read(
    await make(
      'flood',
      { kind: 'feed', url: `${hostileUrl}/flood` },
      { terms: { basis: 'public', note: '测试信源', evidenceDays: 0 } },
    ),
  )
  assert.deepEqual([flood?.found, flood?.stored, flood?.cut], [2_000, 2_000, true])

  const liar = await make('liar', { kind: 'feed', url: `${hostileUrl}/liar` })
  await read(liar)
  const lies = await stored(liar)
  assert.deepEqual(
    lies.map(({ date_doubt }) => date_doubt),
    ['ancient', 'future', 'missing', 'missing'],
  )
  const now = clock.toISOString().replace('T', ' ').replace('Z', '')
  assert.ok(lies.every(({ published_at }) => published_at === now))
})

test('addresses inside are refused unless the program is told to allow them', async () => {
  const outside: Ctx = { ...ctx, config: { ...ctx.config, webhooksPrivate: false } }
  await assert.rejects(
    createSource(outside, aSource('inside', { kind: 'feed', url: 'http://169.254.169.254/latest' })),
    {
      code: 'sources.addressWrong',
    },
  )
  const id = await make('was inside', { kind: 'feed', url: `${sandbox.url}/rss` })
  const outcome = await runSource(outside, await sourceRow(ctx, id), AbortSignal.timeout(5_000))
  assert.equal(outcome?.fault, 'inside')
})

test('robots are asked once and obeyed', async () => {
  const politeness = { requestsPerMinute: 600, robots: true }
  const before = sandbox.asked('/robots.txt')
  const allowed = await make('allowed', { kind: 'feed', url: `${sandbox.url}/rss` }, { politeness })
  const forbidden = await make('forbidden', { kind: 'feed', url: `${sandbox.url}/private/rss` }, { politeness })
  assert.equal((await read(allowed))?.fault, null)
  assert.equal((await read(forbidden))?.fault, 'robots')
  assert.equal(sandbox.asked('/robots.txt'), before + 1)
  assert.equal(sandbox.asked('/private/rss'), 0)
})

test('one host is not asked more often than allowed; who must wait is no failure', async () => {
  const politeness = { requestsPerMinute: 1, robots: false }
  const url = `${hostileUrl}/liar`
  const [a, b] = [
    await make('slow a', { kind: 'feed', url }, { politeness }),
    await make('slow b', { kind: 'feed', url }, { politeness }),
  ]
  minutes(5)
  assert.equal((await read(a))?.fault, null)
  assert.equal(await read(b), undefined)
  const waiting = await readSourceView(ctx, { id: b })
  assert.deepEqual([waiting.failures, Date.parse(waiting.nextAt ?? '') - clock.getTime()], [0, 60_000])
})

test('trying out shows what would be taken and why the rest is not, and stores nothing', async () => {
  const before = await ctx.ch.one<{ n: string }>(ch.sql`select toString(count()) as n from posts`)
  const given = aSource('tried', { kind: 'json', url: `${sandbox.url}/api/posts`, map: { guid: 'nothing', text: 'x' } })
  const blind = await tryOut(ctx, given, AbortSignal.timeout(5_000))
  assert.deepEqual([blind.ok, blind.fault], [false, 'notReadable'])
  assert.deepEqual(blind.lists, [{ path: 'data.list', length: 4 }])
  const found = await tryOut(
    ctx,
    aSource('tried', {
      kind: 'json',
      url: `${sandbox.url}/api/posts`,
      itemsAt: 'data.list',
      map: { guid: 'id', text: 'nothing' },
    }),
    AbortSignal.timeout(5_000),
  )
  assert.deepEqual([found.fault, found.rejects[0]?.reason], ['allRefused', 'empty'])
  assert.deepEqual(found.lists, [{ path: 'data.list', length: 4 }])
  assert.equal(found.proposal.text, 'content')
  assert.ok(found.fields.every(({ example }) => !example.includes('13812345678')))
  const good = await tryOut(
    ctx,
    aSource('tried', { kind: 'json', url: `${sandbox.url}/api/posts`, itemsAt: 'data.list', map: found.proposal }),
    AbortSignal.timeout(5_000),
  )
  assert.ok(good.ok && good.items.length === 4)
  assert.ok(good.items.every(({ text, author }) => text.includes('138****5678') && !author.includes('张三')))
  assert.deepEqual(await ctx.ch.one(ch.sql`select toString(count()) as n from posts`), before)
})

test('a hot list keeps where its entries stood', async () => {
  const id = await make('hot', {
    kind: 'json',
    url: `${sandbox.url}/api/hot`,
    itemsAt: 'data',
    map: { guid: 'word', title: 'word', rank: 'rank', heat: 'num' },
    hotList: '热搜',
  })
  for (const places of [
    [
      { title: '甲', heat: 100 },
      { title: '乙', heat: 50 },
    ],
    [
      { title: '乙', heat: 200 },
      { title: '甲', heat: 100 },
    ],
    [
      { title: '丙', heat: 300 },
      { title: '乙', heat: 200 },
    ],
  ]) {
    sandbox.setHotList(places)
    await read(id)
    minutes(10)
  }
  const { items } = await readHotEntries(ctx, { sourceId: id, list: '热搜', hours: 24, find: '' })
  assert.deepEqual(
    items.map(({ title, rank, bestRank, bestHeat, points }) => [
      title,
      rank,
      bestRank,
      bestHeat,
      points.map((point) => point.rank),
    ]),
    [
      ['丙', 1, 1, 300, [1]],
      ['乙', 2, 1, 200, [2, 1, 2]],
      ['甲', null, 1, 100, [1, 2]],
    ],
  )
})

test('counts are asked again ever more seldom and kept as a series', async () => {
  const at = new Date(clock.getTime() - 60_000)
  sandbox.publish(post('r1', { at, likes: 10 }))
  const id = await make('recounted', {
    kind: 'json',
    url: `${sandbox.url}/api/posts`,
    itemsAt: 'data.list',
    map: apiMap,
    reseen: { url: `${sandbox.url}/api/posts/{guid}`, at: 'data', map: { likes: 'liked_count' } },
  })
  await read(id)
  assert.equal(await runRecounts(ctx, AbortSignal.timeout(5_000)), 0, 'not before its time')
  minutes(5)
  sandbox.publish(post('r1', { at, likes: 20_000 }))
  assert.equal(await runRecounts(ctx, AbortSignal.timeout(5_000)), 1)
  const due = await ctx.pg
    .selectFrom('opinion.recount')
    .select(['step', 'due_at'])
    .where('source_id', '=', id)
    .execute()
  assert.deepEqual(due, [{ step: 1, due_at: new Date(at.getTime() + 15 * 60_000) }])
  minutes(3 * 24 * 60)
  assert.equal(await runRecounts(ctx, AbortSignal.timeout(5_000)), 1)
  assert.deepEqual(await ctx.pg.selectFrom('opinion.recount').selectAll().where('source_id', '=', id).execute(), [])
  const series = await ctx.ch.rows<{ likes: string }>(
    ch.sql`select toString(likes) as likes from post_engagement where post_id = (select post_id from posts where guid like '%/r1' limit 1) order by at`,
  )
  assert.deepEqual(
    series.map(({ likes }) => likes),
    ['10', '20000'],
  )
})

test('evidence holds the bytes as they came, sealed, in the audit trail, and leaves as a package', async () => {
  sandbox.publish(post('e1', { text: '取证用的原文' }))
  const id = await make('evidence', { kind: 'feed', url: `${sandbox.url}/atom` })
  await read(id)
  const { items } = await listEvidence(ctx, { sourceId: id, limit: 10 })
  const [piece] = items
  assert.ok(piece && items.length === 1 && piece.posts === 1)
  const { bytes } = await openEvidence(ctx, piece.id)
  assert.match(bytes.toString(), /取证用的原文/)
  assert.deepEqual(await checkEvidence(ctx, { id: piece.id }), { ok: true, bytes: true, audited: true })
  const row = await ctx.pg
    .selectFrom('opinion.snapshot')
    .select('sealed')
    .where('id', '=', piece.id)
    .executeTakeFirstOrThrow()
  assert.ok(!Buffer.from(row.sealed ?? []).includes('取证用的原文'))

  const link = await ctx.pg
    .selectFrom('opinion.snapshot_post')
    .select('post_id')
    .where('snapshot_id', '=', piece.id)
    .executeTakeFirstOrThrow()
  const archive = await packEvidence(ctx, { postIds: [link.post_id], purpose: '向平台投诉侵权' })
  const { files } = await JSZip.loadAsync(await buffer(archive.archive))
  const texts = await Promise.all(
    Object.values(files).map(async (file) => [file.name, await file.async('nodebuffer')] as const),
  )
  assert.equal(texts.length, 5, 'raw bytes, list, proof, explanation, sums')
  const sums = texts.find(([name]) => name === 'SHA256SUMS')?.[1].toString()
  for (const [name, bytes] of texts)
    if (name !== 'SHA256SUMS')
      assert.ok(sums?.includes(`${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`), name)
  await assert.rejects(packEvidence(ctx, { postIds: ['1'], purpose: '没有这样的帖文' }), { code: 'sources.noEvidence' })
  const { items: told } = await ctx.audit.list(ctx.pg, { action: 'opinionEvidence.export' })
  assert.equal(told[0]?.purpose, '向平台投诉侵权')

  minutes(181 * 24 * 60)
  assert.ok((await dropOldEvidence(ctx)) >= 1)
  await assert.rejects(checkEvidence(ctx, { id: piece.id }), { code: 'sources.snapshotUnknown' })
})

test('blind times are kept and told in the coverage, and to people once, and once more when it sees again', async () => {
  const notices = async () =>
    (
      await sql<{ title: string; why: string; body: string }>`
      select title, why, body from opinion.notice where title like '%lantern%' order by id`.execute(ctx.pg)
    ).rows
  const channelId = await aChannel()
  const lantern = await make('lantern', { kind: 'feed', url: `${sandbox.url}/feeds/none` })
  for (let run = 0; run < 5; run++) {
    await read(lantern)
    minutes(10)
  }
  await lookAtHealth(ctx)
  await lookAtHealth(ctx)
  const [blind, ...more] = await notices()
  assert.deepEqual([blind?.title, blind?.why, more.length], ['【信源失明】lantern', 'first', 0])
  assert.match(blind?.body ?? '', new RegExp(`连续读取失败.*/opinion/sources/${lantern}\\)`, 's'))
  // What it fails by changes: it is the same blindness.
  await sql`update opinion.source_state set blind_reason = 'silent' where source_id = ${lantern}`.execute(ctx.pg)
  await lookAtHealth(ctx)
  assert.equal((await notices()).length, 1)
  await sql`update opinion.source_state set failures = 0, last_success_at = ${clock}, last_new_at = ${clock} where source_id = ${lantern}`.execute(
    ctx.pg,
  )
  await lookAtHealth(ctx)
  assert.deepEqual(
    (await notices()).map(({ title, why }) => [title, why]),
    [
      ['【信源失明】lantern', 'first'],
      ['【信源恢复】lantern', 'resolved'],
    ],
  )
  await sql`update opinion.alert_channel set state = 'off' where id = ${channelId}`.execute(ctx.pg)

  const id = await make('dying', { kind: 'feed', url: 'http://127.0.0.1:9/feed' })
  const began = clock
  for (let run = 0; run < 5; run++) {
    await read(id)
    minutes(10)
  }
  await lookAtHealth(ctx)
  const view = await readSourceView(ctx, { id })
  assert.deepEqual([view.light, view.fault, view.failures], ['blind', 'unreachable', 5])
  const [line] = await sourcesHealth(ctx)
  assert.ok(line && !line.ok && !line.blocking && line.code === 'opinionSources.blind')
  minutes(30)
  await switchSource(ctx, { id, on: false })
  await lookAtHealth(ctx)
  minutes(10)
  const coverage = await coverageOf(ctx, { from: began, to: clock })
  const own = coverage.sources.find(({ sourceId }) => sourceId === id)
  assert.deepEqual(
    own?.blind.map(({ reason, to }) => [reason, to !== null]),
    [
      ['failing', true],
      ['off', false],
    ],
  )
  assert.equal(own?.seen, 0, 'it never saw anything')
  assert.equal(coverage.sources.find(({ name }) => name === 'rss')?.sampling, '最新 50 条')
  await removeSource(ctx, { id })
  assert.ok(!(await healthOfSources(ctx)).some((source) => source.id === id))
})

test('posts go after their term with all that hangs on them, but for what is held; those of drills sooner', async () => {
  const sourceId = await make('terms', { kind: 'files' })
  const at = clock.toISOString()
  const item = (guid: string, more: object = {}) => ({
    platform: 'news',
    guid,
    url: `https://terms.example.cn/${guid}`,
    kind: 'post',
    text: `保存期限 ${guid} ${randomUUID()}`,
    publishedAt: at,
    engagement: { likes: 7 },
    ...more,
  })
  const items = [item('gone'), item('cited'), item('handled'), item('news', { kind: 'article' })]
  const { stored: ids } = await takeIn(ctx, { sourceId, items })
  const [gone = '', cited = '', handled = '', news = ''] = ids
  const { rows: drills } = await sql<{ id: number }>`
    with subject as (insert into opinion.subject (kind, name, own, colour, created_at, created_by, changed_at, changed_by)
      values ('brand', '保存期限', true, '#0e766c', ${clock}, 't', ${clock}, 't') returning id)
    insert into opinion.drill (name, definition, subject_id, state, speed, seed, made_at, made_by)
      select state, '{}', id, state, 1, 1, ${clock}, 't' from subject, unnest(array['ended', 'paused']) as state order by state
    returning id`.execute(ctx.pg)
  const [ended = 0, paused = 0] = drills.map(({ id }) => id)
  const { stored: drilled } = await takeIn(ctx, { sourceId, drillId: ended, items: [item('drilled')] })
  const [going = ''] = (await takeIn(ctx, { sourceId, drillId: paused, items: [item('going')] })).stored
  const keep = async (postId: string) => {
    const raw = {
      bytes: Buffer.from(postId),
      url: 'https://terms.example.cn',
      status: 200,
      contentType: 'text/plain',
      headers: {},
    }
    const sealed = await sealRaw(ctx, raw)
    await ctx.tx((ctx) => keepEvidence(ctx, sealed, { sourceId, postIds: [postId], days: 200 }))
    return sealed.id
  }
  const [ofGone, ofHandled] = [await keep(gone), await keep(handled)]
  const cluster = await ctx.ch.one<{ id: string }>(
    ch.sql`select toString(cluster_id) as id from posts where post_id = ${ch.u64(BigInt(handled))}`,
  )
  const { rows: events } = await sql<{ id: number }>`
    insert into opinion.event (title, first_post_id, first_at, last_at, created_at, changed_at)
    values ('事件', '1', ${clock}, ${clock}, ${clock}, ${clock}), ('同一事件', '1', ${clock}, ${clock}, ${clock}, ${clock})
    returning id`.execute(ctx.pg)
  const [eventId = 0, whole = 0] = events.map(({ id }) => id)
  // Its posts went to another event, and the incident has not followed yet.
  await sql`update opinion.event set merged_into = ${whole} where id = ${eventId}`.execute(ctx.pg)
  await sql`insert into opinion.event_cluster (cluster_id, event_id, first_post_id, first_at) values (${cluster?.id ?? ''}, ${whole}, '1', ${clock})`.execute(
    ctx.pg,
  )
  await sql`with made as (insert into opinion.incident (title, level, opened_how, opened_at, opened_by, changed_at)
      values ('处置', 'minor', 'hand', ${clock}, 't', ${clock}) returning id)
    insert into opinion.incident_event (incident_id, event_id, linked_at, linked_by) select id, ${eventId}, ${clock}, 't' from made`.execute(
    ctx.pg,
  )
  await sql`insert into opinion.report (kind, language, from_at, to_at, subjects, title, posts, facts, hash, made_at, made_by, took_ms)
    values ('daily', 'zh', ${clock}, ${clock}, '{}', '简报', 1, ${JSON.stringify({ now: { from: { posts: 1, ids: [cited] } } })}::jsonb, 'h',
      ${clock}, 't', 1)`.execute(ctx.pg)
  const left = async (table = 'posts') =>
    (
      await ctx.ch.rows<{ id: string }>(
        ch.sql`select distinct toString(post_id) as id from ${ch.identifier(table)} where post_id in ${ch.u64s([...ids, ...drilled, going].map(BigInt))}`,
      )
    ).map(({ id }) => id)

  const never = new AbortController().signal
  minutes(31 * 24 * 60)
  await purgePosts(ctx, never)
  assert.deepEqual((await left()).sort(), [...ids, going].sort(), 'one drill is over, the other only paused')
  await sql`update opinion.drill set state = 'ended' where id = ${paused}`.execute(ctx.pg)
  minutes(335 * 24 * 60)
  assert.ok((await dropOldEvidence(ctx)) >= 1)
  await assert.rejects(checkEvidence(ctx, { id: ofGone }), { code: 'sources.snapshotUnknown' })
  assert.ok((await checkEvidence(ctx, { id: ofHandled })).ok, 'evidence of what is handled stays')
  const round = await purgePosts(ctx, never)
  assert.equal(round.held, 2)
  for (const table of ['posts', 'post_engagement'])
    assert.deepEqual((await left(table)).sort(), [cited, handled, news].sort(), table)
  assert.deepEqual(
    (await takeIn(ctx, { sourceId, items })).stored,
    [],
    'what a feed still lists is not collected again',
  )
  assert.equal((await left()).length, 3)

  const before = await readPostTerms(ctx)
  assert.deepEqual([before.purges[0]?.posts, before.purges[0]?.held], [round.posts, 2])
  const change = { value: { ...before.current.value, article: 300 }, source: '内部制度', reason: '缩短' }
  await changePostTerms(ctx, { ...change, basedOn: before.current.id })
  await assert.rejects(changePostTerms(ctx, { ...change, basedOn: before.current.id }), {
    code: 'sources.termsChanged',
  })
  await purgePosts(ctx, never)
  assert.deepEqual((await left()).sort(), [cited, handled].sort())
  const { items: trail } = await ctx.audit.list(ctx.pg, { action: 'opinion.purgePosts' })
  assert.equal(trail.length, 3)
})
