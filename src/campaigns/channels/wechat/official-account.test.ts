import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openLog } from '#platform'
import type { WechatContent } from '../../creatives/content-contract.ts'
import type { OutMessage, ProviderWorld, Pushed } from '../../delivery/adapter.ts'
import { seal, signatureOf } from './envelope.ts'
import { wechatOfficial } from './official-account.ts'
import { startWechatSandbox, type WechatSandbox } from './sandbox.ts'

const log = openLog({ logLevel: 'silent' })
const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const appId = 'wx0123456789abcdef'

let sandbox: WechatSandbox
let clock = Date.UTC(2026, 2, 2, 2)
before(async () => {
  sandbox = await startWechatSandbox({ now: () => clock })
})
after(() => sandbox.stop())

const aWorld = (secrets: Record<string, string> = {}): ProviderWorld<ReturnType<typeof settings>> => {
  const kept = new Map<string, { value: string; until?: Date | undefined }>()
  return {
    providerId: 1,
    settings: settings(),
    secrets: { appSecret: 'sandbox-secret', token: 'sandbox-token', encodingAesKey, ...secrets },
    log,
    now: () => new Date(clock),
    signal: new AbortController().signal,
    allowInside: true,
    memo: {
      read: async (name) => {
        const one = kept.get(name)
        return one && (!one.until || one.until.getTime() > clock) ? one.value : undefined
      },
      write: async (name, value, until) => void kept.set(name, { value, until }),
    },
  }
}
const settings = () => wechatOfficial.settings.parse({ appId, endpoint: sandbox.url })

const aMessage = (address: string, message: WechatContent['message']): OutMessage<WechatContent> => ({
  key: `k-${address}`,
  sendId: 1,
  address,
  category: 'marketing',
  content: { channel: 'wechat', message },
})
const text = (address: string) => aMessage(address, { kind: 'text', text: '您好' })
const request = { batch: 'b1' }

test('customer-service messages reach who wrote within 48 hours, and nobody else', async () => {
  const world = aWorld()
  sandbox.wrote('o-fresh')
  sandbox.wrote('o-late')
  clock += 47 * 3_600_000
  sandbox.wrote('o-fresh')
  clock += 2 * 3_600_000
  const outcomes = await wechatOfficial.send(world, [text('o-fresh'), text('o-late'), text('o-stranger')], request)
  assert.deepEqual(
    outcomes.map((outcome) => [outcome.is, 'code' in outcome ? outcome.code : '']),
    [
      ['accepted', ''],
      ['rejected', '45015'],
      ['rejected', '40003'],
    ],
  )
  assert.ok(outcomes.every((outcome) => outcome.is !== 'rejected' || outcome.next === 'none'))
})

test('a subscription message needs an agreement for each', async () => {
  const world = aWorld()
  const message = () =>
    aMessage('o-sub', {
      kind: 'subscription',
      templateId: 'T1',
      fields: [{ key: 'thing1', value: '还款提醒' }],
      page: '',
    })
  sandbox.agrees('o-sub', 'T1')
  const [first] = await wechatOfficial.send(world, [message()], request)
  const [second] = await wechatOfficial.send(world, [message()], request)
  assert.equal(first?.is, 'accepted')
  assert.ok(first?.is === 'accepted' && first.ref)
  assert.deepEqual([second?.is, second && 'code' in second && second.code], ['rejected', '43101'])
})

test('the access token is shared, renewed before its end and once when it was taken away', async () => {
  const world = aWorld()
  sandbox.wrote('o-token')
  const given = sandbox.tokens
  await wechatOfficial.send(world, [text('o-token')], request)
  await wechatOfficial.send(world, [text('o-token')], request)
  assert.equal(sandbox.tokens, given, 'the stable token of before is still good')
  sandbox.revokeToken()
  const [outcome] = await wechatOfficial.send(world, [text('o-token')], request)
  assert.equal(outcome?.is, 'accepted')
  assert.equal(sandbox.tokens, given + 1)
  const [refused] = await wechatOfficial.send(aWorld({ appSecret: 'wrong' }), [text('o-token')], request)
  assert.ok(refused?.is === 'rejected' && refused.fault && refused.code === '40125')
})

test('an answer that never comes leaves the message unknown', async () => {
  const world = aWorld()
  sandbox.wrote('o-silent')
  await wechatOfficial.check(world)
  sandbox.fallSilent()
  const [outcome] = await wechatOfficial.send(world, [text('o-silent')], request)
  assert.equal(outcome?.is, 'unknown')
})

const pushed = (body: string, query: Record<string, string>): Pushed => ({
  method: 'POST',
  query,
  headers: {},
  body: Buffer.from(body),
})
const signedNow = (sealed?: string) => {
  const [timestamp, nonce] = [String(Math.floor(clock / 1_000)), 'n1']
  return {
    timestamp,
    nonce,
    signature: signatureOf('sandbox-token', timestamp, nonce),
    ...(sealed && { msg_signature: signatureOf('sandbox-token', timestamp, nonce, sealed) }),
  }
}
const anEvent = (fields: string) => {
  const plain = `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o-me]]></FromUserName><CreateTime>1740900000</CreateTime>${fields}</xml>`
  const sealed = seal(plain, { encodingAesKey, appId })
  return pushed(`<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`, signedNow(sealed))
}

test('follow, scan, menu and text come in as what the follower did; a text is a reply as well', async () => {
  const world = aWorld()
  const names = async (fields: string) => {
    const { happenings = [], answer } = (await wechatOfficial.receive?.(world, anEvent(fields))) ?? {
      answer: undefined,
    }
    assert.equal(answer?.status, 200)
    return happenings.map(({ event, properties }) => [event, properties])
  }
  const event = (name: string, key: string) =>
    `<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${name}]]></Event><EventKey><![CDATA[${key}]]></EventKey>`
  assert.deepEqual(await names(event('subscribe', 'qrscene_spring_42')), [['WeChat Followed', { scene: 'spring_42' }]])
  assert.deepEqual(await names(event('SCAN', 'spring_42')), [['WeChat Code Scanned', { scene: 'spring_42' }]])
  assert.deepEqual(await names(event('CLICK', 'QUOTA')), [['WeChat Menu Used', { kind: 'click', key: 'QUOTA' }]])
  assert.deepEqual(await names(event('unsubscribe', '')), [['WeChat Unfollowed', {}]])
  const said = await wechatOfficial.receive?.(
    world,
    anEvent('<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[退订]]></Content><MsgId>23456789012345678</MsgId>'),
  )
  assert.deepEqual(
    said?.replies.map(({ address, text, id }) => [address, text, id]),
    [['o-me', '退订', '23456789012345678']],
  )
})

test('what became of a subscription message is its receipt', async () => {
  const list = (code: string, status: string) =>
    `<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe_msg_sent_event]]></Event><SubscribeMsgSentEvent><List><TemplateId><![CDATA[T1]]></TemplateId><MsgID>77</MsgID><ErrorCode>${code}</ErrorCode><ErrorStatus><![CDATA[${status}]]></ErrorStatus></List></SubscribeMsgSentEvent>`
  const world = aWorld()
  const good = await wechatOfficial.receive?.(world, anEvent(list('0', 'success')))
  const bad = await wechatOfficial.receive?.(world, anEvent(list('2', 'user block')))
  assert.deepEqual(
    good?.receipts.map(({ ref, state }) => [ref, state]),
    [['77', 'delivered']],
  )
  assert.deepEqual(
    bad?.receipts.map(({ state, code, detail }) => [state, code, detail]),
    [['failed', '2', 'user block']],
  )
})

test('a call-back that is unsigned, old, changed or in clear where it should be sealed is refused', async () => {
  const world = aWorld()
  const status = async (one: Pushed) => (await wechatOfficial.receive?.(world, one))?.answer.status
  const good = anEvent('<MsgType>text</MsgType><Content>a</Content><MsgId>1</MsgId>')
  assert.equal(await status(good), 200)
  assert.equal(await status({ ...good, query: { ...good.query, msg_signature: '0'.repeat(40) } }), 403)
  assert.equal(await status({ ...good, query: { ...good.query, timestamp: '1500000000' } }), 403)
  assert.equal(await status(pushed('<xml><MsgType>text</MsgType></xml>', signedNow())), 403)
  assert.equal(await status(pushed('no xml at all <', signedNow())), 400)
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><MsgType>&b;</MsgType></xml>'
  assert.notEqual(await status(pushed(bomb, signedNow())), 200)
  const query = { ...signedNow(), echostr: '42' }
  const verified = await wechatOfficial.receive?.(world, { method: 'GET', query, headers: {}, body: Buffer.alloc(0) })
  assert.deepEqual([verified?.answer.status, verified?.answer.body], [200, '42'])
})
