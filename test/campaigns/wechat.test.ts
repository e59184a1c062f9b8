import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { ch } from '#platform'
import { startTestApp } from '#test'
import type { QrCodes } from '../../src/campaigns/channels/wechat/qr-codes-contract.ts'
import { startWechatSandbox } from '../../src/campaigns/channels/wechat/sandbox.ts'
import type { Provider, ProviderDetail } from '../../src/campaigns/delivery/delivery-contract.ts'
import { openProvider, providerRows } from '../../src/campaigns/delivery/provider-world.ts'
import { takeReported } from '../../src/campaigns/delivery/reported.ts'
import { findByIdentifiers } from '../../src/customers/profile.ts'

const app = await startTestApp({ listen: true })
const platform = await startWechatSandbox()
after(() => platform.stop())
const { ctx } = app

const account = await app.ok<Provider>('POST', '/api/channels/providers', {
  name: '明月服务号',
  kind: 'wechat.official',
  settings: { appId: 'wx0123456789abcdef', endpoint: platform.url },
  secrets: {
    appSecret: 'sandbox-secret',
    token: 'sandbox-token',
    encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  },
})
const { receiptsPath } = await app.ok<ProviderDetail>('GET', `/api/channels/providers/${account.id}`)
const address = `${app.url}${receiptsPath}`
const from = (openId: string, seconds: number, fields: Record<string, string>) => ({
  ToUserName: 'gh_1',
  FromUserName: openId,
  CreateTime: String(seconds),
  ...fields,
})

test('the platform proves the address, and a scan of a code is told with the people it brought', async () => {
  assert.equal(await platform.verify(address), '5927782489442352469')
  await app.ok('POST', '/api/channels/qr-codes', {
    providerId: account.id,
    name: '春季海报',
    scene: 'poster-1',
    place: '人民路网点',
  })
  const again = await app.call('POST', '/api/channels/qr-codes', {
    providerId: account.id,
    name: '重复',
    scene: 'poster-1',
  })
  assert.equal(again.status, 409)
  const now = Math.floor(Date.now() / 1_000)
  const follow = from('o-new', now, { MsgType: 'event', Event: 'subscribe', EventKey: 'qrscene_poster-1' })
  const answer = await platform.callBack(address, follow)
  assert.deepEqual(answer, { status: 200, body: 'success' })
  // The platform repeats what it thinks was lost.
  await platform.callBack(address, follow)
  await platform.callBack(address, from('o-old', now, { MsgType: 'event', Event: 'SCAN', EventKey: 'poster-1' }))
  const { items } = await app.ok<{ items: ReturnType<typeof QrCodes.parse>['items'] }>('GET', '/api/channels/qr-codes')
  assert.deepEqual(
    items.map(({ name, scanned, followed }) => [name, scanned, followed]),
    [['春季海报', 2, 1]],
  )
  const path = `/api/channels/qr-codes/${items[0]?.id}/people`
  const scanned = await app.ok<{ items: unknown[] }>('GET', path)
  const followed = await app.ok<{ items: unknown[] }>('GET', `${path}?followed=true`)
  assert.deepEqual([scanned.items.length, followed.items.length], [2, 1])
  const [no] = await findByIdentifiers(ctx, [{ kind: 'wechatOpenId', value: 'o-new' }])
  assert.ok(no, 'who follows is a customer, known by his openid')
  const row = await ctx.ch.one<{ n: string }>(ch.sql`select count() as n from events where customer_no = ${ch.u32(no)}`)
  assert.equal(Number(row?.n), 1, 'a repeated call-back counts once')
})

test('who writes 退订 to the account has withdrawn there, at once', async () => {
  const now = Math.floor(Date.now() / 1_000)
  await platform.callBack(address, from('o-stop', now, { MsgType: 'text', Content: '退 订', MsgId: '901' }))
  const [no] = await findByIdentifiers(ctx, [{ kind: 'wechatOpenId', value: 'o-stop' }])
  const { rows } = await sql<{ channel: string; status: string }>`
    select channel, status from compliance.consent where customer_no = ${no}`.execute(ctx.pg)
  assert.deepEqual(rows, [{ channel: 'wechat', status: 'withdrawn' }])
})

test('a word to stop said by WeCom closes what the gate asks about for WeCom', async () => {
  const [row] = await providerRows(ctx)
  const open = row && (await openProvider(ctx, row))
  assert.ok(open)
  const now = Math.floor(Date.now() / 1_000)
  await platform.callBack(address, from('o-wecom', now, { MsgType: 'text', Content: '您好', MsgId: '902' }))
  const wecom = { ...open, row: { ...open.row, channel: 'wecom' as const } }
  await takeReported(ctx, wecom, { receipts: [], replies: [{ address: 'o-wecom', text: 'TD', at: new Date() }] })
  const [no] = await findByIdentifiers(ctx, [{ kind: 'wechatOpenId', value: 'o-wecom' }])
  const { rows } = await sql<{ channel: string; status: string }>`
    select channel, status from compliance.consent where customer_no = ${no}`.execute(ctx.pg)
  assert.deepEqual(rows, [{ channel: 'wechat', status: 'withdrawn' }])
})
