import assert from 'node:assert/strict'
import test from 'node:test'
import {
  consentsOf,
  consentVerdict,
  exclusionsOf,
  preferenceLink,
  purposeRules,
  recordConsents,
  smsReplied,
} from '#compliance'
import { ch } from '#platform'
import { aCustomer, startTestApp } from '#test'
import { publishNotice, saveDraft } from '../../src/compliance/consent/notices.ts'
import { createPurpose } from '../../src/compliance/consent/purposes.ts'
import { aNotice, aNoticeText } from './notices.ts'

let clock = Date.now()
const app = await startTestApp({ now: () => new Date(clock) })
const { ctx } = app
const why = async (no: number, channel: string, purpose = 'marketing') =>
  consentVerdict(
    (await purposeRules(ctx)).get(purpose),
    (await consentsOf(ctx, [no])).get(no) ?? [],
    channel,
    ctx.now(),
  ).why
const pathOf = (url: string) => new URL(url).pathname
const visit = (method: 'GET' | 'POST', url: string, payload?: string, type = 'application/x-www-form-urlencoded') =>
  app.app.http.app.inject({ method, url, ...(payload !== undefined && { payload, headers: { 'content-type': type } }) })
const words = async (no: number) =>
  ctx.pg
    .selectFrom('compliance.consent')
    .select(['status', 'channel', 'source', 'evidence'])
    .where('customer_no', '=', no)
    .orderBy('id')
    .execute()

await aNotice(ctx, 'v1')
const aReader = async (phone: string) => {
  const { no } = await aCustomer(ctx, { traits: { phone, email: `p${phone}@mail.cn`, name: '欧阳潜藏' } })
  await recordConsents(ctx, [
    {
      customerNo: no,
      purpose: 'marketing',
      channel: 'sms',
      status: 'granted',
      at: new Date(clock - 1_000),
      noticeVersion: 'v1',
      source: 'api',
      evidence: {},
    },
    {
      customerNo: no,
      purpose: 'marketing',
      channel: 'email',
      status: 'granted',
      at: new Date(clock - 1_000),
      noticeVersion: 'v1',
      source: 'api',
      evidence: {},
    },
  ])
  const link = await preferenceLink(ctx, no, { sendId: '4711' })
  return { no, page: pathOf(link.url), oneClick: pathOf(link.oneClickUrl) }
}

test('the page shows purposes and channels and nothing of who reads it; opening it changes nothing', async () => {
  const { no, page } = await aReader('13912350001')
  const answer = await visit('GET', page)
  assert.equal(answer.statusCode, 200)
  assert.match(answer.body, /消息偏好[\s\S]*营销推广[\s\S]*短信[\s\S]*全部退订/)
  assert.doesNotMatch(answer.body, /13912350001|欧阳|mail\.cn|<script/)
  assert.equal(answer.headers['cache-control'], 'no-store')
  assert.equal(answer.headers['referrer-policy'], 'no-referrer')
  for (const query of ['?do=all', '?List-Unsubscribe=One-Click']) await visit('GET', page + query)
  assert.equal((await words(no)).length, 2)
})

test('one tap takes back and one tap gives, each with its proof, and the same tap again is nothing', async () => {
  const { no, page } = await aReader('13912350002')
  clock += 1_000
  for (let i = 0; i < 2; i++) {
    const answer = await visit('POST', page, 'do=say&purpose=marketing&channel=sms&yes=0')
    assert.match(answer.body, /已关闭，立即生效/)
  }
  assert.equal(await why(no, 'sms'), 'withdrawn')
  assert.equal(await why(no, 'email'), 'granted')
  clock += 1_000
  await visit('POST', page, 'do=say&purpose=marketing&channel=sms&yes=1')
  await visit('POST', page, 'do=say&purpose=marketing&channel=push&yes=1')
  assert.deepEqual([await why(no, 'sms'), await why(no, 'push')], ['granted', 'granted'])
  const stored = await words(no)
  assert.deepEqual(
    stored.slice(2).map(({ status, channel, source }) => [status, channel, source]),
    [
      ['withdrawn', 'sms', 'preferenceCentre'],
      ['granted', 'sms', 'preferenceCentre'],
      ['granted', 'push', 'preferenceCentre'],
    ],
  )
  assert.deepEqual(stored[3]?.evidence, { method: 'preferenceCentre', sendId: '4711' })
  const trail = await ctx.audit.list(ctx.pg, { action: 'consent.say', subject: { customerNo: no } })
  assert.equal(trail.items.length, 3)
})

test('one button says no to everything; profile-based content is switched off and on', async () => {
  const { no, page } = await aReader('13912350003')
  clock += 1_000
  assert.match((await visit('POST', page, 'do=all')).body, /已全部退订/)
  assert.deepEqual(
    [await why(no, 'sms'), await why(no, 'email'), await why(no, 'call')],
    ['withdrawn', 'withdrawn', 'withdrawn'],
  )
  await visit('POST', page, 'do=all')
  assert.equal((await words(no)).length, 3)
  const personalised = async () =>
    (await exclusionsOf(ctx, [no], { category: 'marketing', product: 'other' })).get(no)?.personalised
  assert.match((await visit('POST', page, 'do=personal&on=0')).body, /已关闭：只展示/)
  assert.equal(await personalised(), false)
  await visit('POST', page, 'do=personal&on=1')
  assert.equal(await personalised(), true)
})

test('one-click unsubscription follows RFC 8058: only the POST with its field unsubscribes, in either form encoding', async () => {
  const { no, oneClick } = await aReader('13912350004')
  clock += 1_000
  assert.match((await visit('GET', oneClick)).body, /确认退订/)
  assert.equal((await visit('POST', oneClick, 'something=else')).statusCode, 400)
  assert.equal(await why(no, 'email'), 'granted')
  const answer = await visit('POST', oneClick, 'List-Unsubscribe=One-Click')
  assert.deepEqual([answer.statusCode, /已退订/.test(answer.body)], [200, true])
  assert.equal(await why(no, 'email'), 'withdrawn')
  assert.equal(await why(no, 'sms'), 'granted', 'the header belongs to e-mail')
  const other = await aReader('13912350005')
  clock += 1_000
  const multipart = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
  assert.equal((await visit('POST', other.oneClick, multipart, 'multipart/form-data; boundary=x')).statusCode, 200)
  assert.equal(await why(other.no, 'email'), 'withdrawn')
})

test('a link cannot be guessed or changed; an expired one only unsubscribes', async () => {
  const { no, page } = await aReader('13912350006')
  const changed = `${page.slice(0, -2)}${page.endsWith('AA') ? 'BB' : 'AA'}`
  for (const wrong of [changed, '/p/1', '/p/abcdefghij', `/p/${'A'.repeat(70)}`]) {
    const answer = await visit('POST', wrong, 'do=all')
    assert.deepEqual([answer.statusCode, /链接无效/.test(answer.body)], [404, true], wrong)
  }
  clock += 400 * 86_400_000
  assert.match((await visit('GET', page)).body, /链接已过期/)
  await visit('POST', page, 'do=say&purpose=marketing&channel=push&yes=1')
  assert.equal(await why(no, 'push'), 'none')
  await visit('POST', page, 'do=all')
  assert.equal(await why(no, 'sms'), 'withdrawn')
  clock -= 400 * 86_400_000
})

test('separate consents are given one by one; a number that replied STOP is not opened here', async () => {
  const { no, page } = await aReader('13912350007')
  for (const [key, recipient] of [
    ['shareAds', '云广告平台'],
    ['shareInsurer', '安心保险'],
  ] as const) {
    await createPurpose(ctx, {
      key,
      title: `向${recipient}提供`,
      description: '',
      basis: 'consent',
      separate: 'recipient',
      recipient,
      channels: ['ads'],
    })
    const recipients = [
      { name: recipient, contact: '400', purpose: '投放', manner: '加密传输', kinds: ['手机号码的散列'] },
    ]
    const { number } = await saveDraft(ctx, { key, content: aNoticeText({ recipients }) })
    await publishNotice(ctx, { key, number })
  }
  assert.match((await visit('GET', page)).body, /单独同意 · 云广告平台/)
  const tap = (purpose: string) =>
    visit('POST', page, `do=say&act=${crypto.randomUUID()}&purpose=${purpose}&channel=ads&yes=1`)
  await tap('shareAds')
  await tap('shareInsurer')
  assert.deepEqual([await why(no, 'ads', 'shareAds'), await why(no, 'ads', 'shareInsurer')], ['granted', 'granted'])
  await smsReplied(ctx, { phone: '13912350007', text: 'R', at: ctx.now(), provider: 'aliyun' })
  clock += 2_000
  assert.match((await visit('GET', page)).body, /号码已回复退订/)
  assert.match((await visit('POST', page, 'do=say&purpose=marketing&channel=sms&yes=1')).body, /如需恢复请联系客服/)
  assert.equal(await why(no, 'sms'), 'withdrawn')
})

test('staff record what they heard with its proof; nobody is asked again within the days of the setting', async () => {
  const { no } = await aReader('13912350008')
  clock += 1_000
  const said = {
    purpose: 'marketing',
    channel: 'email',
    status: 'withdrawn',
    method: 'call',
    evidence: 'REC-20260301-17 来电 13912350008',
  }
  assert.equal((await app.call('POST', `/api/customers/${no}/consents`, said, { roles: ['marketer'] })).status, 403)
  const shown = await app.ok<{
    purposes: { key: string; channels: { channel: string; mayAskFrom: string | null }[] }[]
    history: { evidence: Record<string, string>; status: string }[]
  }>('POST', `/api/customers/${no}/consents`, said, { roles: ['compliance'] })
  assert.equal(shown.history[0]?.status, 'withdrawn')
  assert.ok(!JSON.stringify(shown.history).includes('13912350008'), 'no phone in the proof')
  const email = shown.purposes
    .find(({ key }) => key === 'marketing')
    ?.channels.find(({ channel }) => channel === 'email')
  assert.equal(email?.mayAskFrom, new Date(clock + 90 * 86_400_000).toISOString())
  const future = await app.call<{ code: string }>('POST', `/api/customers/${no}/consents`, {
    ...said,
    at: new Date(clock + 60_000).toISOString(),
  })
  assert.equal(future.body.code, 'compliance.wordInFuture')
  const all = await app.call<{ code: string }>('POST', `/api/customers/${no}/consents`, {
    ...said,
    channel: null,
    status: 'granted',
  })
  assert.equal(all.body.code, 'compliance.channelNeeded')
})

test('the copy that audiences read follows words that nobody imported', async () => {
  const { no } = await aReader('13912350009')
  const { copyRecorded } = await import('../../src/customers/consent-copy.ts')
  const ids = await ctx.pg
    .selectFrom('platform.outbox')
    .select('payload')
    .where('event', '=', 'compliance.consentsRecorded')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  const payload = (typeof ids.payload === 'string' ? JSON.parse(ids.payload) : ids.payload) as { ids: string[] }
  await copyRecorded(ctx, payload)
  const rows = await ctx.ch.rows<{ channel: string }>(
    ch.sql`select channel from customer_consents where customer_no = ${ch.u32(no)} order by channel`,
  )
  assert.deepEqual(
    rows.map(({ channel }) => channel),
    ['email', 'sms'],
  )
})

test('an app asks whether it may ask, records what was said to the version it showed, and waits after a no', async () => {
  const { no } = await aReader('13912350010')
  const identifier = { kind: 'phone', value: '13912350010' }
  const question = { identifier, purpose: 'marketing', channel: 'push' }
  const ask = () =>
    app.ok<{ may: boolean; from: string | null; notice: { label: string } | null }>(
      'POST',
      '/api/consents/may-ask',
      question,
    )
  const first = await ask()
  assert.deepEqual([first.may, first.from, first.notice?.label], [true, null, 'v1'])
  const word = { ...question, status: 'refused', act: 'click-1', method: 'app', evidence: 'screen loan-home' }
  assert.deepEqual(await app.ok('POST', '/api/consents/record', word), { changed: true })
  const after = await ask()
  assert.deepEqual([after.may, after.from], [false, new Date(clock + 90 * 86_400_000).toISOString()])
  clock += 90 * 86_400_000
  assert.equal((await ask()).may, true)
  const yes = { ...word, status: 'granted', act: 'click-2' }
  const old = await app.call<{ code: string }>('POST', '/api/consents/record', { ...yes, noticeVersion: 'v0' })
  assert.equal(old.body.code, 'compliance.noticeNotInForce')
  await app.ok('POST', '/api/consents/record', { ...yes, noticeVersion: 'v1' })
  assert.equal(await why(no, 'push'), 'granted')
  const other = { ...word, identifier: { kind: 'phone', value: '13900000000' } }
  assert.equal((await app.call('POST', '/api/consents/record', other)).status, 404)
  clock -= 90 * 86_400_000
})
