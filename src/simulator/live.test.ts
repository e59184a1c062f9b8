import assert from 'node:assert/strict'
import test from 'node:test'
import { simulate } from './company.ts'
import { liveEvents } from './live.ts'

test('live messages come at the asked rate, now, from customers of the same company', async () => {
  const stop = new AbortController()
  const startedMs = Date.now()
  const accounts = new Set<string>()
  const anonymousIds = new Set<string>()
  for (const { accounts: own, anonymousIds: ids } of simulate({
    customers: 200,
    seed: 'live',
    months: 1,
    endAt: startedMs,
  }).truth()) {
    for (const { accountId } of own) accounts.add(accountId)
    for (const id of ids) anonymousIds.add(id)
  }
  const messageIds = new Set<string>()
  let passersBy = 0
  let reached = ''
  for await (const message of liveEvents({
    seed: 'live',
    customers: 200,
    eventsPerSecond: 400,
    now: () => new Date(),
    signal: stop.signal,
  })) {
    messageIds.add(message.messageId)
    assert.ok(message.timestamp >= reached)
    reached = message.timestamp
    assert.ok(Math.abs(Date.now() - Date.parse(message.timestamp)) < 2_000)
    if (message.userId) assert.ok(accounts.has(message.userId))
    if (message.userId && message.anonymousId) assert.ok(anonymousIds.has(message.anonymousId))
    if (message.anonymousId && !anonymousIds.has(message.anonymousId)) passersBy++
    if (messageIds.size === 600) stop.abort()
  }
  const tookMs = Date.now() - startedMs
  assert.equal(messageIds.size, 600)
  assert.ok(tookMs > 900 && tookMs < 6_000, `${tookMs} ms for 600 messages at 400 a second`)
  assert.ok(passersBy > 0)
})
