import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { openLog, readConfig } from '#platform'
import type { ChannelAdapter, OutMessage, ProviderWorld } from '../../delivery/adapter.ts'
import { acs3Authorization, canonicalQuery } from './acs3.ts'
import { aliyunSms } from './aliyun.ts'
import { httpSms } from './http.ts'
import { smsParts } from './parts.ts'
import { startSmsSandbox } from './sandbox.ts'
import { tc3Authorization } from './tc3.ts'
import { tencentSms } from './tencent.ts'

const secret = 'c2FuZGJveA=='
const sandbox = await startSmsSandbox({ secret, templates: { SMS_1234: ['name'], '1234': ['1'] }, signs: ['明月'] })
after(() => sandbox.stop())

const worldOf = <S>(settings: S, secrets: Record<string, string>): ProviderWorld<S> => ({
  providerId: 1,
  settings,
  secrets,
  log: openLog(readConfig({ ZHIYIN_DATA_DIR: '/nowhere', ZHIYIN_LOG_LEVEL: 'silent' })),
  now: () => new Date(),
  signal: new AbortController().signal,
  allowInside: true,
  memo: { read: async () => undefined, write: async () => undefined },
})
const accounts = [
  {
    adapter: aliyunSms as ChannelAdapter,
    world: worldOf(aliyunSms.settings.parse({ endpoint: sandbox.url, accessKeyId: 'sandbox' }), {
      accessKeySecret: secret,
    }),
  },
  {
    adapter: tencentSms as ChannelAdapter,
    world: worldOf(tencentSms.settings.parse({ endpoint: sandbox.url, secretId: 'sandbox', appId: '1400006666' }), {
      secretKey: secret,
    }),
  },
  {
    adapter: httpSms as ChannelAdapter,
    world: worldOf(httpSms.settings.parse({ url: `${sandbox.url}/send`, queryUrl: `${sandbox.url}/query` }), {
      secret,
    }),
  },
]
const message = (n: number): OutMessage => ({
  key: `key-${n}`,
  sendId: n,
  address: `1390000${String(n).padStart(4, '0')}`,
  category: 'marketing',
  content: {
    channel: 'sms',
    signature: '明月',
    body: '你好',
    optOut: '拒收请回复R',
    text: '【明月】你好，拒收请回复R',
    aliyun: { code: 'SMS_1234', params: { name: '小明' } },
    tencent: { id: '1234', params: ['小明'] },
  },
})

test('signatures are those of the published examples', () => {
  // https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, fixed example
  const acs3 = acs3Authorization({
    method: 'POST',
    query: canonicalQuery({
      ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd',
      RegionId: 'cn-shanghai',
    }),
    headers: {
      host: 'ecs.cn-shanghai.aliyuncs.com',
      'x-acs-action': 'RunInstances',
      'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-acs-date': '2023-10-26T10:22:32Z',
      'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
      'x-acs-version': '2014-05-26',
    },
    accessKeyId: 'YourAccessKeyId',
    accessKeySecret: 'YourAccessKeySecret',
  })
  assert.ok(acs3.endsWith('Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0'))
  // https://cloud.tencent.com/document/api/213/30654, worked example
  const tc3 = tc3Authorization({
    service: 'cvm',
    headers: { 'content-type': 'application/json; charset=utf-8', host: 'cvm.tencentcloudapi.com' },
    body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
    atSeconds: 1_551_113_065,
    secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******',
    secretKey: 'Gu5t9xGARNpq86cd98joQYCN3*******',
  })
  assert.ok(tc3.endsWith('Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c'))
})

test('70 characters are one part, 71 are two, 135 are three', () => {
  assert.deepEqual(
    [1, 70, 71, 134, 135].map((n) => smsParts('字'.repeat(n))),
    [1, 1, 2, 2, 3],
  )
})

for (const { adapter, world } of accounts) {
  const { kind } = adapter
  test(`${kind}: a batch is taken, found again and reported`, async () => {
    sandbox.ledger.clear()
    await adapter.check(world)
    const messages = [1, 2, 3].map(message)
    const outcomes = await adapter.send(world, messages, { batch: 'b-1' })
    assert.deepEqual(
      outcomes.map((one) => one.is),
      ['accepted', 'accepted', 'accepted'],
    )
    assert.equal(sandbox.counts().messages, 3)
    const asked = messages.map(({ key, address }) => ({ key, address, batch: 'b-1', sentAt: new Date() }))
    const before = await adapter.query?.(world, [
      ...asked,
      { key: 'other', address: '13900009999', batch: 'b-2', sentAt: new Date() },
    ])
    // Tencent lists what has a receipt only.
    assert.deepEqual(
      before?.map((one) => one.is),
      kind === 'sms.tencent'
        ? ['absent', 'absent', 'absent', 'absent']
        : ['accepted', 'accepted', 'accepted', 'absent'],
    )
    await sandbox.report()
    assert.deepEqual(
      (await adapter.query?.(world, asked))?.map((one) => one.is),
      Array(3).fill('delivered'),
    )
  })

  test(`${kind}: what certainly was not taken is told from what may have been`, async () => {
    sandbox.ledger.clear()
    const one = async (fault: Parameters<typeof sandbox.fault>[0]) => {
      sandbox.fault({ times: 1, ...fault })
      const [outcome] = await adapter.send(world, [message(7)], { batch: 'b-7' })
      return outcome
    }
    assert.equal((await one({ kind: 'resetAfterAccept' }))?.is, 'unknown')
    assert.equal((await one({ kind: 'resetBefore' }))?.is, 'unknown')
    assert.equal((await one({ kind: 'error500After' }))?.is, 'unknown')
    assert.equal((await one({ kind: 'error500Before' }))?.is, 'unknown')
    const throttled = await one({ kind: 'throttle' })
    assert.ok(throttled?.is === 'rejected' && throttled.next === 'later')
    const refused = await one({ kind: 'refuse', code: 'isv.AMOUNT_NOT_ENOUGH' })
    assert.ok(refused?.is === 'rejected' && refused.next === 'other')
    const away = {
      ...world,
      settings: { ...(world.settings as object), endpoint: 'http://127.0.0.1:9', url: 'http://127.0.0.1:9' },
    }
    const [closed] = await adapter.send(away, [message(8)], { batch: 'b-8' })
    assert.ok(closed?.is === 'rejected' && closed.fault, 'no connection: nothing was written')
    const [wrong] = await adapter.send({ ...world, secrets: {} }, [message(8)], { batch: 'b-8' })
    assert.ok(wrong?.is === 'rejected' && wrong.fault, 'a wrong signature is the fault of the account')
    assert.equal(sandbox.ledger.ofNumber('13900000008').length, 0)
  })
}

test('a number that is none, a template that is unknown', async () => {
  const [aliyun, tencent] = accounts
  assert.ok(aliyun && tencent)
  const bad = { ...message(1), address: '12345' }
  for (const { adapter, world } of [aliyun, tencent]) {
    const [outcome] = await adapter.send(world, [bad], { batch: 'b-9' })
    assert.ok(outcome?.is === 'rejected' && outcome.next === 'none', adapter.kind)
    const content = {
      ...(message(1).content as object),
      aliyun: { code: 'SMS_9', params: {} },
      tencent: { id: '9', params: [] },
    }
    const [unknown] = await adapter.send(world, [{ ...message(1), content }], { batch: 'b-9' })
    assert.ok(unknown?.is === 'rejected' && unknown.next === 'other' && !unknown.fault, adapter.kind)
  }
})

test('receipts and replies as the providers push them', async () => {
  const [aliyun, tencent] = accounts
  const pushed = (body: unknown) => ({
    method: 'POST' as const,
    query: {},
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
  })
  const report = await aliyun?.adapter.receive?.(
    aliyun.world,
    pushed([
      {
        phone_number: '13900000001',
        send_time: '2026-03-13 09:00:00',
        report_time: '2026-03-13 09:00:03',
        success: true,
        err_code: 'DELIVERED',
        err_msg: '用户接收成功',
        sms_size: '2',
        biz_id: '1^0',
        out_id: 'b-1',
      },
    ]),
  )
  assert.deepEqual(report?.receipts, [
    { batch: 'b-1', address: '13900000001', state: 'delivered', at: new Date('2026-03-13T01:00:03Z'), parts: 2 },
  ])
  const up = await aliyun?.adapter.receive?.(
    aliyun.world,
    pushed([
      { phone_number: '13900000001', content: 'Ｒ', send_time: '2026-03-13 09:01:00', dest_code: '1', sequence_id: 77 },
    ]),
  )
  assert.deepEqual(up?.replies, [
    { address: '13900000001', text: 'Ｒ', at: new Date('2026-03-13T01:01:00Z'), id: '77' },
  ])
  const failed = await tencent?.adapter.receive?.(
    tencent.world,
    pushed([
      {
        user_receive_time: '2026-03-13 09:00:03',
        nationcode: '86',
        mobile: '13900000001',
        report_status: 'FAIL',
        errmsg: 'MK:0005',
        description: '空号',
        sid: '5^0',
      },
    ]),
  )
  assert.equal(failed?.receipts[0]?.ref, '5^0')
  assert.equal(failed?.receipts[0]?.state, 'failed')
  const reply = await tencent?.adapter.receive?.(
    tencent.world,
    pushed({ extend: '', mobile: '13900000001', nationcode: '86', sign: '明月', text: 'TD', time: 1_773_363_660 }),
  )
  assert.equal(reply?.replies[0]?.text, 'TD')
  assert.equal((await aliyun?.adapter.receive?.(aliyun.world, pushed({ odd: 1 })))?.answer.status, 400)
})
