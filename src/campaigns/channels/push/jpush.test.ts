import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openLog } from '#platform'
import { PushContent } from '../../creatives/content-contract.ts'
import type { OutMessage, ProviderWorld } from '../../delivery/adapter.ts'
import { jpush } from './jpush.ts'
import { startPushSandbox } from './sandbox.ts'

const sandbox = await startPushSandbox()
after(() => sandbox.stop())

const kept = new Map<string, string>()
const aWorld = (masterSecret = 'sandbox-secret'): ProviderWorld<ReturnType<typeof jpush.settings.parse>> => ({
  providerId: 1,
  settings: jpush.settings.parse({ appKey: '0123456789abcdef01234567', endpoint: sandbox.url }),
  secrets: { masterSecret },
  log: openLog({ logLevel: 'silent' }),
  now: () => new Date(),
  signal: new AbortController().signal,
  allowInside: true,
  memo: { read: async (name) => kept.get(name), write: async (name, value) => void kept.set(name, value) },
})
const aMessage = (key: string, address: string): OutMessage<PushContent> => ({
  key,
  sendId: 1,
  address,
  category: 'marketing',
  content: PushContent.parse({ channel: 'push', title: '还款提醒', text: '您的账单即将到期' }),
})
const request = { batch: 'b' }

test('each message is pushed with a mark of its own; who has no app is told apart', async () => {
  sandbox.strangers.add('nobody')
  const outcomes = await jpush.send(
    aWorld(),
    ['a', 'b', 'nobody'].map((alias) => aMessage(`k-${alias}`, alias)),
    request,
  )
  assert.deepEqual(
    outcomes.map((one) => [one.is, 'next' in one ? one.next : '']),
    [
      ['accepted', ''],
      ['accepted', ''],
      ['rejected', 'none'],
    ],
  )
  assert.equal(new Set(sandbox.pushed.map(({ cid }) => cid)).size, 2)
})

test('an answer that got lost leaves it unknown, and sent again it is not pushed twice', async () => {
  const before = sandbox.pushed.length
  sandbox.loseAnswer()
  const [lost] = await jpush.send(aWorld(), [aMessage('k-lost', 'c')], request)
  assert.equal(lost?.is, 'unknown')
  const [again] = await jpush.send(aWorld(), [aMessage('k-lost', 'c')], request)
  assert.equal(again?.is, 'accepted')
  assert.equal(sandbox.pushed.length, before + 1)
})

test('a wrong secret is the account’s fault and shows when it is checked', async () => {
  const [outcome] = await jpush.send(aWorld('wrong'), [aMessage('k-wrong', 'd')], request)
  assert.ok(outcome?.is === 'rejected' && outcome.fault)
  await assert.rejects(jpush.check(aWorld('wrong')), /1004/)
  assert.deepEqual(await jpush.check(aWorld()), { detail: 'cid OK' })
})
