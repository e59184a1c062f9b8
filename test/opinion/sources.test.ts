import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ch } from '#platform'
import { startTestApp } from '#test'
import { startImapSandbox } from '../../src/campaigns/channels/email/imap-sandbox.ts'
import { startSourceSandbox } from '../../src/opinion/sources/sandbox.ts'
import type { FilePreview, PostImport, RunView, SourceView } from '../../src/opinion/sources/sources-contract.ts'

const app = await startTestApp({ work: true, env: { ZHIYIN_WEBHOOKS_PRIVATE: 'true' } })
const pr = { roles: ['pr'] } as const

const terms = { basis: 'public', note: '公开发布，依站点条款阅读' }
const politeness = { requestsPerMinute: 600, robots: false }
const create = (name: string, config: object, more: object = {}) =>
  app.ok<{ id: number; key: string | null }>(
    'POST',
    '/api/opinion/sources',
    { name, platform: 'news', config, terms, politeness, ...more },
    pr,
  )

const until = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await sleep(100)
  }
  throw new Error('it did not come')
}
const view = (id: number) => app.ok<SourceView>('GET', `/api/opinion/sources/${id}`, undefined, pr)

const upload = async (id: number, name: string, text: string) => {
  const boundary = 'b0undary'
  const body = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: text/csv\r\n\r\n${text}\r\n--${boundary}--\r\n`
  const answer = await app.app.http.app.inject({
    method: 'POST',
    url: `/api/opinion/sources/${id}/files`,
    headers: { ...app.app.http.localHeaders, 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: body,
  })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<{ fileId: string }>().fileId
}

test('sources that are due are read by themselves; a dead one delays nobody', async () => {
  const sandbox = await startSourceSandbox()
  after(() => sandbox.stop())
  sandbox.publish({ id: 'w1', title: '利率争议', text: '年化超过 24%', at: new Date(), author: '李四' })
  const dead = await create('dead', { kind: 'feed', url: 'http://127.0.0.1:9/' })
  const { id } = await create('alive', { kind: 'feed', url: `${sandbox.url}/rss` })
  await until(async () => (await view(id)).lastNewAt !== null)
  await until(async () => (await view(dead.id)).fault === 'unreachable')
  const runs = await app.ok<{ items: RunView[] }>('GET', `/api/opinion/sources/${id}/runs`, undefined, pr)
  assert.deepEqual(
    runs.items.map(({ outcome, stored }) => [outcome, stored]),
    [['new', 1]],
  )
  sandbox.publish({ id: 'w2', title: '又一条', text: '正文', at: new Date(), author: '王五' })
  await app.ok('POST', `/api/opinion/sources/${id}/ask`, undefined, pr)
  await until(async () => (await view(id)).hours.at(-1) === 2)
  const { status } = await app.call(
    'POST',
    '/api/opinion/sources',
    { name: 'x', platform: 'news', config: { kind: 'feed', url: sandbox.url }, terms },
    { roles: ['service'] },
  )
  assert.equal(status, 403)
  const again = await app.call(
    'POST',
    '/api/opinion/sources',
    { name: 'alive', platform: 'news', config: { kind: 'feed', url: sandbox.url }, terms },
    pr,
  )
  assert.equal(again.status, 409)
  const lawless = await app.call(
    'POST',
    '/api/opinion/sources',
    { name: 'lawless', platform: 'news', config: { kind: 'feed', url: sandbox.url } },
    pr,
  )
  assert.equal(lawless.status, 400, 'no source without its legal basis')
})

test('a mailbox is read on from where it was left', async () => {
  const imap = await startImapSandbox({ user: 'press', password: 'geheim' })
  after(() => imap.stop())
  const mail = (id: string, subject: string) =>
    [
      `Message-ID: <${id}@paper.cn>`,
      'From: Reporter <r@paper.cn>',
      `Subject: ${subject}`,
      `Date: ${new Date().toUTCString()}`,
      '',
      'Please comment.',
    ].join('\r\n')
  imap.deliver(mail('1', 'Interview about collection'))
  imap.deliver(mail('2', 'Lunch'))
  const config = {
    kind: 'mailbox',
    host: '127.0.0.1',
    port: imap.port,
    security: 'none',
    user: 'press',
    only: ['interview'],
  }
  const { id } = await create('press', config, { platform: 'mail', secret: 'geheim' })
  await until(async () => (await view(id)).lastNewAt !== null)
  imap.deliver(mail('3', 'Second interview'))
  await app.ok('POST', `/api/opinion/sources/${id}/ask`, undefined, pr)
  const runs = await until(async () => {
    const { items } = await app.ok<{ items: RunView[] }>('GET', `/api/opinion/sources/${id}/runs`, undefined, pr)
    return items.length >= 2 && items
  })
  assert.deepEqual(
    runs.slice(0, 2).map(({ found, stored }) => [found, stored]),
    [
      [1, 1],
      [1, 1],
    ],
  )
  const wrong = await create('press wrong', { ...config, mailbox: 'INBOX' }, { platform: 'mail', secret: 'wrong' })
  await until(async () => (await view(wrong.id)).fault === 'unauthorised')
  assert.ok(!JSON.stringify(await view(id)).includes('geheim'))
})

interface Sent {
  stored: number
  known: number
  refused: { index: number; field: string; reason: string }[]
  code: string
}
const send = (key: string, body: unknown, headers: Record<string, string> = {}) =>
  app.app.http.app.inject({
    method: 'POST',
    url: '/v1/posts',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })

test('posts sent to us: key, signature, place of what is wrong', async () => {
  const { id, key } = await create('hook', { kind: 'webhook' })
  assert.ok(key)
  const at = new Date().toISOString()
  const good = { guid: 'h1', text: '暴力催收', publishedAt: at }
  const answer = await send(key, { items: [good, { guid: 'h2', text: 'x', publishedAt: 'gestern' }, good] })
  assert.equal(answer.statusCode, 207)
  assert.deepEqual(answer.json<Sent>(), {
    stored: 1,
    known: 0,
    refused: [{ index: 1, field: 'publishedAt', reason: answer.json<Sent>().refused[0]?.reason }],
  })
  assert.equal((await send(key, good)).json<Sent>().known, 1)
  const ahead = await send(key, { ...good, guid: 'h9', publishedAt: '9999-12-31T00:00:00Z' })
  assert.deepEqual([ahead.statusCode, ahead.json<Sent>().stored], [200, 1], 'a time that lies ahead is not believed')
  assert.equal((await send('whsec_no', good)).statusCode, 401)
  const flood = 'x'.repeat(8_388_609)
  assert.equal((await send('whsec_no', flood)).statusCode, 401, 'nothing is read of who has no key')
  assert.equal((await send(key, flood)).statusCode, 413)
  assert.equal((await send(key, '{"items":')).json<Sent>().code, 'sources.bodyWrong')
  assert.equal(
    (
      await send(
        key,
        Array.from({ length: 2_001 }, () => good),
      )
    ).statusCode,
    413,
  )

  const body = JSON.stringify([{ ...good, guid: 'h3' }])
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = `v1,${createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
    .update(`m1.${timestamp}.${body}`)
    .digest('base64')}`
  const signed = { 'webhook-id': 'm1', 'webhook-timestamp': timestamp, 'webhook-signature': signature }
  assert.equal((await send(key, body, signed)).statusCode, 200)
  assert.equal((await send(key, body.replace('h3', 'h4'), signed)).json<Sent>().code, 'sources.signatureWrong')
  const renewed = await app.ok<{ key: string }>('POST', `/api/opinion/sources/${id}/key`, undefined, pr)
  assert.equal((await send(key, good)).statusCode, 401)
  assert.equal((await send(renewed.key, good)).statusCode, 200)
  const strict = await create('signed hook', { kind: 'webhook', signed: true })
  assert.equal((await send(strict.key ?? '', good)).json<Sent>().code, 'sources.signatureWrong')
})

test('a file of complaints is recognised, imported, and its rejects can be fetched', async () => {
  const { id } = await create('files', { kind: 'files' }, { platform: 'heimao' })
  const rows = Array.from({ length: 40 }, (_, n) =>
    `173700${n},捆绑会员 ${n},某某消费金融,"退款、道歉",${n * 100}.50,${n % 2 ? '已回复' : '处理中'},下款时扣了会员费 ${n}，2026-11-20 10:00`.replace(
      '，2026',
      ',2026',
    ),
  )
  const fileId = await upload(
    id,
    '投诉.csv',
    `投诉编号,标题,投诉对象,诉求,金额,状态,内容,投诉时间\n${rows.join('\n')}\n,没有编号,,,,,内容,2026-11-20\n1,2\n`,
  )
  const preview = await app.ok<FilePreview>('POST', `/api/opinion/sources/${id}/files/preview`, { fileId }, pr)
  assert.equal(preview.preset, 'complaints')
  assert.equal(preview.items[1]?.complaint?.amountFen, 10_050)
  const started = await app.ok<PostImport>('POST', `/api/opinion/sources/${id}/imports`, { fileId }, pr)
  const done = await until(async () => {
    const now = await app.ok<PostImport>('GET', `/api/opinion/imports/${started.id}`, undefined, pr)
    return now.state !== 'waiting' && now.state !== 'running' && now
  })
  assert.deepEqual([done.state, done.read, done.stored, done.known, done.rejected], ['done', 42, 40, 0, 2])
  const csv = await app.call<string>('GET', `/api/opinion/imports/${started.id}/rejects.csv`, undefined, pr)
  assert.match(csv.body, /^\ufeffline,field,reason\r\n42,guid,noIdentity\r\n43,,fieldCount\r\n$/)
  const found = await app.ctx.ch.one<{ n: string }>(
    ch.sql`select toString(count()) as n from posts final where source_id = ${ch.u32(id)} and kind = 'complaint' and extra like '%amountFen%'`,
  )
  assert.equal(found?.n, '40')
  const again = await app.ok<PostImport>('POST', `/api/opinion/sources/${id}/imports`, { fileId }, pr)
  const second = await until(async () => {
    const now = await app.ok<PostImport>('GET', `/api/opinion/imports/${again.id}`, undefined, pr)
    return now.state === 'done' && now
  })
  assert.deepEqual([second.stored, second.known], [0, 40])
})
