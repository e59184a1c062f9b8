import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openLog } from '#platform'
import type { WecomContent } from '../../creatives/content-contract.ts'
import type { OutMessage, ProviderWorld, Pushed } from '../../delivery/adapter.ts'
import { seal, signatureOf } from '../wechat/envelope.ts'
import { wecomContact } from './contact.ts'
import { startWecomSandbox, type WecomSandbox } from './sandbox.ts'

const log = openLog({ logLevel: 'silent' })
const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const corpId = 'ww0123456789abcdef'

let sandbox: WecomSandbox
let clock = Date.UTC(2026, 2, 2, 2)
before(async () => {
  sandbox = await startWecomSandbox({ now: () => clock, pageSize: 2 })
})
after(() => sandbox.stop())

const settings = () => wecomContact.settings.parse({ corpId, endpoint: sandbox.url })
const aWorld = (secrets: Record<string, string> = {}): ProviderWorld<ReturnType<typeof settings>> => {
  const kept = new Map<string, { value: string; until?: Date | undefined }>()
  return {
    providerId: 1,
    settings: settings(),
    secrets: { corpSecret: 'sandbox-secret', token: 'sandbox-token', encodingAesKey, ...secrets },
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
const words = (address: string, text = '您好'): OutMessage<WecomContent> => ({
  key: `k-${address}`,
  sendId: 1,
  address,
  category: 'marketing',
  content: { channel: 'wecom', text, attachments: [] },
})
const pull = async (world: ReturnType<typeof aWorld>) => (await wecomContact.pull?.(world))?.receipts ?? []
const query = async (world: ReturnType<typeof aWorld>, batch: string, address: string, sentAt: Date) => {
  const [answer] = (await wecomContact.query?.(world, [{ key: `k-${address}`, batch, address, sentAt }])) ?? []
  return answer
}

test('nobody is called a stranger before all contacts were read', async () => {
  const world = aWorld()
  sandbox.befriend('li', 'u-early')
  const [early] = await wecomContact.send(world, [words('u-early')], { batch: 'b0' })
  assert.ok(early?.is === 'rejected' && early.next === 'later' && early.code === 'CONTACTS_NOT_READ')
  await pull(world)
  const [known, stranger] = await wecomContact.send(world, [words('u-early'), words('u-nobody')], { batch: 'b1' })
  assert.equal(known?.is, 'accepted')
  assert.ok(stranger?.is === 'rejected' && stranger.next === 'other' && stranger.code === 'NOT_A_CONTACT')
})

test('a message arrives when its member confirms it, and fails for whom it cannot reach', async () => {
  const world = aWorld()
  for (const name of ['u-a', 'u-b', 'u-c']) sandbox.befriend('wang', name)
  const gone = sandbox.befriend('wang', 'u-gone')
  await pull(world)
  const outcomes = await wecomContact.send(
    world,
    ['u-a', 'u-b', 'u-gone'].map((one) => words(one)),
    { batch: 'b2' },
  )
  assert.deepEqual(
    outcomes.map(({ is }) => is),
    ['accepted', 'accepted', 'accepted'],
  )
  assert.deepEqual(await pull(world), [], 'the member has not confirmed')
  sandbox.part('wang', gone)
  sandbox.confirm('wang')
  clock += 301_000
  const receipts = await pull(world)
  assert.deepEqual(
    receipts
      .map(({ batch, address, state, code }) => [batch, address, state, code])
      .sort((a, b) => String(a).localeCompare(String(b))),
    [
      ['b2', 'u-a', 'delivered', undefined],
      ['b2', 'u-b', 'delivered', undefined],
      ['b2', 'u-gone', 'failed', 'NOT_A_CONTACT'],
    ],
  )
  assert.deepEqual(await pull(world), [], 'a task is not looked at again at once')
})

test('the fifth message of a month does not reach the customer', async () => {
  const world = aWorld()
  sandbox.befriend('zhao', 'u-often')
  await pull(world)
  for (const n of [1, 2, 3, 4, 5])
    await wecomContact.send(world, [words('u-often', `第${n}条`)], { batch: `often-${n}` })
  sandbox.confirm('zhao')
  const states = (await pull(world)).filter(({ address }) => address === 'u-often')
  assert.equal(states.filter(({ state }) => state === 'delivered').length, 4)
  assert.deepEqual(
    states.filter(({ state }) => state === 'failed').map(({ batch, code }) => [batch, code]),
    [['often-5', 'MONTHLY_LIMIT']],
  )
})

test('an answer that never comes leaves it unknown until the task is found; silence proves nothing', async () => {
  const world = aWorld()
  sandbox.befriend('qian', 'u-silent')
  sandbox.befriend('qian', 'u-other')
  await pull(world)
  sandbox.fallSilent()
  const [lost] = await wecomContact.send(world, [words('u-silent', '失联')], { batch: 'b3' })
  assert.equal(lost?.is, 'unknown')
  const sentAt = new Date(clock)
  clock += 60_000
  assert.deepEqual(await query(world, 'b3', 'u-silent', sentAt), { is: 'accepted' })
  assert.deepEqual(await query(world, 'b3', 'u-other', sentAt), { is: 'unclear' }, 'the task names him not')
  assert.deepEqual(await query(world, 'b-else', 'u-silent', sentAt), { is: 'unclear' }, 'the task is another request’s')
  assert.equal(wecomContact.certainty(world.settings).absentAfterSeconds, null)
  sandbox.confirm('qian')
  assert.equal((await query(world, 'b3', 'u-silent', sentAt))?.is, 'delivered')
})

test('a token that is not taken any more is renewed once; limits wait, faults go to another account', async () => {
  const world = aWorld()
  sandbox.befriend('sun', 'u-token')
  await pull(world)
  const given = sandbox.tokens
  sandbox.revokeToken()
  const [outcome] = await wecomContact.send(world, [words('u-token')], { batch: 'b4' })
  assert.equal(outcome?.is, 'accepted')
  assert.equal(sandbox.tokens, given + 1)
  sandbox.refuseNext(45009)
  const [limited] = await wecomContact.send(world, [words('u-token', '慢')], { batch: 'b5' })
  assert.ok(limited?.is === 'rejected' && limited.next === 'later')
  sandbox.refuseNext(60020)
  const [barred] = await wecomContact.send(world, [words('u-token', '白名单')], { batch: 'b6' })
  assert.ok(barred?.is === 'rejected' && barred.next === 'other' && barred.fault)
  sandbox.refuseNext(-1)
  const [busy] = await wecomContact.send(world, [words('u-token', '忙')], { batch: 'b7' })
  assert.equal(busy?.is, 'unknown')
  await assert.rejects(wecomContact.check(aWorld({ corpSecret: 'wrong' })), /40001/)
})

const called = (fields: Record<string, string>): Pushed => {
  const xml = `<xml>${Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('')}</xml>`
  const sealed = seal(xml, { encodingAesKey, appId: corpId })
  const [timestamp, nonce] = [String(Math.floor(clock / 1_000)), 'n1']
  return {
    method: 'POST',
    query: { timestamp, nonce, msg_signature: signatureOf('sandbox-token', timestamp, nonce, sealed) },
    headers: {},
    body: Buffer.from(
      `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`,
    ),
  }
}
const change = (ChangeType: string, ExternalUserID: string, more: Record<string, string> = {}) =>
  called({
    ToUserName: corpId,
    FromUserName: 'sys',
    CreateTime: String(Math.floor(clock / 1_000)),
    MsgType: 'event',
    Event: 'change_external_contact',
    ChangeType,
    UserID: 'zhou',
    ExternalUserID,
    ...more,
  })

test('contacts that come and go are happenings of the customer, and count for sending at once', async () => {
  const world = aWorld()
  await pull(world)
  const contact = sandbox.befriend('zhou', 'u-new')
  const added = await wecomContact.receive?.(world, change('add_external_contact', contact, { State: 'branch-7' }))
  assert.deepEqual(
    added?.happenings?.map(({ address, event, properties }) => [address, event, properties]),
    [['u-new', 'WeCom Contact Added', { by: 'member', member: 'zhou', state: 'branch-7' }]],
  )
  const [reached] = await wecomContact.send(world, [words('u-new', '欢迎')], { batch: 'b8' })
  assert.equal(reached?.is, 'accepted')
  sandbox.part('zhou', contact)
  const removed = await wecomContact.receive?.(world, change('del_follow_user', contact))
  assert.deepEqual(
    removed?.happenings?.map(({ address, event, properties }) => [address, event, properties.by]),
    [['u-new', 'WeCom Contact Removed', 'customer']],
  )
  const [strange] = await wecomContact.send(world, [words('u-new', '回来')], { batch: 'b9' })
  assert.ok(strange?.is === 'rejected' && strange.code === 'NOT_A_CONTACT')
})

test('a call-back that is not signed, or long past, is refused', async () => {
  const world = aWorld()
  const forged = change('add_external_contact', 'wm-x')
  const wrong = { ...forged, query: { ...forged.query, msg_signature: 'ff' } }
  assert.equal((await wecomContact.receive?.(world, wrong))?.answer.status, 403)
  const before = clock
  clock += 700_000
  assert.equal((await wecomContact.receive?.(world, forged))?.answer.status, 403)
  clock = before
})
