import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { ch } from '#platform'
import { aCustomer, startTestApp } from '#test'
import { startEmailSandbox } from '../../src/campaigns/channels/email/sandbox.ts'
import { startSmsSandbox } from '../../src/campaigns/channels/sms/sandbox.ts'
import { composeFrozen } from '../../src/campaigns/delivery/compose.ts'
import { openCourier } from '../../src/campaigns/delivery/courier.ts'
import { linkToken, readLinkToken } from '../../src/campaigns/delivery/links.ts'
import { isMachine } from '../../src/campaigns/delivery/machines.ts'
import { changeProvider, createProvider } from '../../src/campaigns/delivery/providers.ts'
import { aCampaign, anAccount, everyoneMay, planned, secret } from './delivery-world.ts'

let clock = Date.now()
const app = await startTestApp({ listen: true, now: () => new Date(clock) })
const { ctx } = app
const sms = await startSmsSandbox({ secret })
const mail = await startEmailSandbox()
after(async () => {
  await sms.stop()
  await mail.stop()
})
await sql`insert into compliance.parameter (name, valid_from, value, source, added_at, added_by)
  values ('ownHosts', '2020-01-01', '["www.mingyue.example.cn"]', 'test', now(), 'test')`.execute(ctx.pg)
await anAccount(ctx, 'sms.http', sms.url)
const courier = openCourier(ctx, { recheck: everyoneMay, compose: composeFrozen })
const phoneBrowser = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50'

const frozen = async (campaign: number, content: object) => {
  const version = {
    category: 'marketing',
    priority: 50,
    definition: {},
    audiences: {},
    offers: {},
    creatives: { 1: { hash: 'h', version: 1, channel: 'sms', content } },
  }
  await sql`
    insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${campaign}, 1, ${JSON.stringify(version)}::jsonb, 'h', now(), 'test')`.execute(ctx.pg)
}
const send = async (id: string | undefined) => {
  const { rows } = await sql<{ state: string; clicked_at: Date | null; read_at: Date | null }>`
    select state, clicked_at, read_at from campaigns.send where id = ${id}::bigint`.execute(ctx.pg)
  return rows[0]
}
const visits = async (id: string | undefined) => {
  const { rows } = await sql<{ link: number; machine: boolean; page: string; times: number }>`
    select link::int as link, machine, page, times from campaigns.link_visit where send_id = ${id}::bigint order by link, machine`.execute(
    ctx.pg,
  )
  return rows
}
const follow = (url: string, { agent = phoneBrowser, method = 'GET' } = {}) =>
  fetch(`${app.url}${new URL(url).pathname}`, { method, redirect: 'manual', headers: { 'user-agent': agent } })
const clicksOf = async (no: number): Promise<number> => {
  const row = await ctx.ch.one<{ n: string }>(
    ch.sql`select count() as n from events where event = 'Message Clicked' and customer_no = ${ch.u32(no)}`,
  )
  return Number(row?.n)
}

test('a short link of an SMS leads to the page of the approved creative, and tells of the click', async () => {
  const person = await aCustomer(ctx, { traits: { phone: '13900001111', name: '张三', city: '上海' } })
  const campaign = await aCampaign(ctx)
  await frozen(campaign, {
    channel: 'sms',
    signature: '明月',
    text: '{{ customer.name }}您好，详情 {{ "https://www.mingyue.example.cn/loan?city=" | append: customer.city | short }} 偏好 {{ links.preference | short }} 外链 {{ "https://evil.example.com/a" | short }} ',
    optOut: '拒收请回复R',
  })
  const [id] = await planned(ctx, campaign, [person.no])
  await courier.round()
  const [message] = sms.ledger.ofNumber('13900001111')
  const text = message?.content ?? ''
  const found = [...text.matchAll(/https?:\/\/\S+?(?=[\s，]|$)/g)].map(([url]) => url)
  assert.equal(found.length, 3)
  const [loan = '', preference = '', foreign] = found
  assert.equal(foreign, 'https://evil.example.com/a', 'no short link to a host that is not ours')
  assert.match(new URL(loan).pathname, /^\/s\/[\w-]{22}$/)
  assert.ok(new URL(loan).pathname.length <= 30)
  assert.ok(!text.includes('13900001111'))

  // Programs that look first do not count as the person.
  assert.equal((await follow(loan, { method: 'HEAD' })).status, 302)
  assert.equal((await follow(loan, { agent: 'Mozilla/5.0 (compatible; YisouSpider/5.0)' })).status, 302)
  assert.equal((await send(id))?.clicked_at, null)
  assert.equal(await clicksOf(person.no), 0)

  const reply = await follow(loan)
  assert.equal(reply.status, 302)
  assert.equal(reply.headers.get('location'), 'https://www.mingyue.example.cn/loan?city=%E4%B8%8A%E6%B5%B7')
  assert.equal((await send(id))?.state, 'delivered')
  assert.ok((await send(id))?.clicked_at)
  assert.equal(await clicksOf(person.no), 1)
  assert.deepEqual(await visits(id), [
    { link: 0, machine: false, page: 'www.mingyue.example.cn/loan', times: 1 },
    { link: 0, machine: true, page: 'www.mingyue.example.cn/loan', times: 2 },
  ])
  const page = await follow(preference)
  assert.match(page.headers.get('location') ?? '', /\/p\/[\w-]{48,}$/)
  assert.equal((await follow(page.headers.get('location') ?? '')).status, 200)
  assert.ok(
    (await visits(id)).every(({ page }) => !/\/p\/./.test(page)),
    'the proof in a page’s address is not kept',
  )
})

test('nobody makes, changes or keeps a link', async () => {
  const { rows } = await sql<{ id: string }>`select max(id)::text as id from campaigns.send`.execute(ctx.pg)
  const token = linkToken(ctx.vault, { sendId: rows[0]?.id ?? '1', link: 0, print: 1 })
  assert.deepEqual(readLinkToken(ctx.vault, token), { sendId: rows[0]?.id, link: 0, print: 1 })
  const other = `${token[0] === 'B' ? 'C' : 'B'}${token.slice(1)}`
  assert.equal(readLinkToken(ctx.vault, other), undefined)
  assert.equal((await follow(`${app.url}/s/${other}`)).status, 404)
  assert.equal((await follow(`${app.url}/s/x`)).status, 404)
  assert.equal((await fetch(`${app.url}/s/${token}`, { method: 'POST' })).status, 404)
  assert.equal((await follow(`${app.url}/s/${token}`)).status, 302)
  clock += 181 * 86_400_000
  assert.equal((await follow(`${app.url}/s/${token}`)).status, 404, 'expired')
  clock -= 181 * 86_400_000
})

test('links of marketing mails become short ones; the way out stays; opening is counted where the account says so', async () => {
  const person = await aCustomer(ctx, { traits: { email: 'zhang@example.cn', name: '张三' } })
  const { id: provider } = await createProvider(ctx, {
    name: 'mail',
    kind: 'email.smtp',
    settings: { host: '127.0.0.1', port: mail.port, security: 'none', fromAddress: 'hi@mail.example.cn' },
    secrets: {},
    carries: 'all',
    unitCostMillifen: 0,
    perSecond: null,
    perMinute: null,
    perDay: null,
  })
  await changeProvider(ctx, { id: provider, state: 'on' })
  const campaign = await aCampaign(ctx)
  const blocks = [
    { kind: 'text', text: '{{ customer.name }}您好', align: 'left', size: 'normal' },
    { kind: 'button', label: '查看', link: 'https://www.mingyue.example.cn/a?x=1&y=2', colour: '#0e766c' },
    { kind: 'button', label: '退订', link: '{{ links.unsubscribe }}', colour: '#0e766c' },
    { kind: 'button', label: '别处', link: 'https://elsewhere.example.com/', colour: '#0e766c' },
  ]
  await frozen(campaign, {
    channel: 'email',
    fromName: '明月',
    subject: '新网点',
    preheader: '',
    body: { kind: 'blocks', blocks },
    footer: '',
    text: '',
  })
  const [first] = await planned(ctx, campaign, [person.no], { channel: 'email' })
  await courier.round()
  const htmlOf = (raw: string) => {
    const part = /Content-Type: text\/html[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/i.exec(raw)?.[1] ?? ''
    return /quoted-printable/i.test(raw)
      ? part
          .replaceAll(/=\r\n/g, '')
          .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      : Buffer.from(part, 'base64').toString('utf8')
  }
  const html = htmlOf(mail.mails.at(-1)?.raw ?? '')
  const hrefs = [...html.matchAll(/<a\b[^>]*?\bhref="([^"]+)"/g)].map(([, href = '']) => href)
  assert.equal(hrefs.filter((href) => href.includes('/s/')).length, 1, hrefs.join(' '))
  assert.ok(hrefs.some((href) => href.includes('/p/')))
  assert.ok(hrefs.includes('https://elsewhere.example.com/'))
  assert.ok(!html.includes('/o/'), 'no picture unless the account says so')
  const short = hrefs.find((href) => href.includes('/s/')) ?? ''
  assert.equal((await follow(short)).headers.get('location'), 'https://www.mingyue.example.cn/a?x=1&y=2')
  assert.equal((await send(first))?.clicked_at, null, 'sooner than anybody reads')
  clock += 60_000
  await follow(short)
  assert.ok((await send(first))?.clicked_at)

  await changeProvider(ctx, {
    id: provider,
    settings: {
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      fromAddress: 'hi@mail.example.cn',
      trackOpens: true,
    },
  })
  const [second] = await planned(ctx, campaign, [person.no], { channel: 'email', pass: 2 })
  await courier.round()
  const picture = /src="([^"]+\/o\/[\w-]{22})"/.exec(htmlOf(mail.mails.at(-1)?.raw ?? ''))?.[1] ?? ''
  clock += 60_000
  const apple = await follow(picture, { agent: 'Mozilla/5.0' })
  assert.equal(apple.headers.get('content-type'), 'image/gif')
  await follow(picture, {
    agent: 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  })
  assert.equal((await send(second))?.read_at, null)
  await follow(picture)
  assert.ok((await send(second))?.read_at)
  assert.equal((await send(second))?.clicked_at, null)
})

test('machines are known by their names, by what they ask, and by their haste', () => {
  const visit = (agent: string, more: Record<string, string> = {}) => ({
    method: 'GET',
    headers: { 'user-agent': agent, ...more },
  })
  for (const agent of [
    '',
    'Googlebot/2.1',
    'Barracuda Sentinel',
    'curl/8.5',
    'Slackbot-LinkExpanding 1.0',
    'WhatsApp/2.23',
  ])
    assert.ok(isMachine(visit(agent), false), agent)
  assert.ok(!isMachine(visit(phoneBrowser), false))
  assert.ok(isMachine(visit(phoneBrowser, { 'sec-purpose': 'prefetch;prerender' }), false))
  assert.ok(isMachine(visit(phoneBrowser), false, 500))
  assert.ok(isMachine(visit('Mozilla/5.0'), true))
})
