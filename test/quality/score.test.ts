import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx, someCustomers } from '#test'
import { NewRule } from '../../src/customers/quality/contract.ts'
import { listPeople, readOverview, readScore } from '../../src/customers/quality/overview.ts'
import { createRule } from '../../src/customers/quality/rules.ts'
import { dayOf, judgeAndScore } from '../../src/customers/quality/score.ts'
import { runningOf } from '../../src/customers/running.ts'
import { type Prepared, readMessage } from '../../src/customers/tracking/message.ts'

// Findings are kept 90 days by the store's own clock, so that one it is.
const now = new Date()
const ctx = await aCtx({ now: () => now })
const running = runningOf(ctx)
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString()

/** Traits from another source than the made-up customers have. */
const saidElsewhere = async (userId: string, traits: object, at: string) => {
  const read = readMessage(
    { type: 'identify', messageId: `elsewhere-${userId}-${at}`, userId, traits, timestamp: at },
    {
      receivedAtMs: now.getTime(),
      source: { id: 7, personalRule: 'mask' },
      historical: true,
      pseudonym: (text) => ctx.vault.blindIndex('messageId', text),
    },
  )
  if ('code' in read) assert.fail(read.code)
  await running.committer.add([read satisfies Prepared])
}

test('the score is what its formula says, by hand and by the store', async () => {
  await createRule(
    ctx,
    NewRule.parse({ name: '年龄', target: { trait: 'age' }, check: { kind: 'range', min: 18, max: 70 } }),
  )
  await createRule(
    ctx,
    NewRule.parse({ name: '姓名', target: { trait: 'realName' }, check: { kind: 'format', format: 'name' } }),
  )
  const people = await someCustomers(ctx, [
    // Everything there, right, said now.
    { userId: 's1', traits: { age: 30, city: '上海', job: '教师', realName: '张三' }, at: now },
    // One of three traits, a year old, wrong; the name wrong too.
    { userId: 's2', traits: { age: 17, realName: '测试' }, at: daysAgo(365) },
    // Two sources that contradict each other about the city.
    { userId: 's3', traits: { age: 40, city: '北京' }, at: now },
    // Nothing known but the account.
    { userId: 's4' },
  ])
  await saidElsewhere('s3', { city: '杭州' }, daysAgo(12))
  // Longer ago it is a change, not a contradiction.
  await saidElsewhere('s1', { city: '苏州' }, daysAgo(150))

  await judgeAndScore(ctx, running.dictionary)

  // Expected: age (3 of 3), city (2), job (1): each at least one in ten.
  const weigh = (c: number, v: number, f: number, k: number) => 40 * c + 30 * v + 20 * f + 10 * k
  const byHand = [
    weigh(3 / 3, 1, 1, 1),
    // Ruled: age and the sealed name, both wrong. One year: half.
    weigh(1 / 3, 0, 0.5, 1),
    weigh(2 / 3, 1, 1, 1 / 2),
  ]
  const scores = await Promise.all(people.map(({ id }) => readScore(ctx, { id })))
  for (const [index, expected] of byHand.entries())
    assert.ok(
      Math.abs((scores[index]?.score?.score ?? 0) - expected) < 0.01,
      `${index}: ${scores[index]?.score?.score} is not ${expected}`,
    )
  assert.equal(scores[3]?.score, null)
  assert.deepEqual(scores[1]?.score?.missing.toSorted(), ['city', 'job'])
  assert.deepEqual(
    scores[1]?.score?.invalid
      .map(({ rule, field, value }) => [rule, field, value])
      .toSorted(([a], [b]) => (a ?? '').localeCompare(b ?? '')),
    [
      ['姓名', 'realName', '测*'],
      ['年龄', 'age', '17'],
    ],
  )

  const overview = await readOverview(ctx, running.origins, { days: 30 })
  assert.deepEqual([overview.customers, overview.unscored, overview.expected], [3, 1, ['age', 'city', 'job']])
  assert.ok(Math.abs(overview.score - byHand.reduce((sum, score) => sum + score, 0) / 3) < 0.01)
  assert.deepEqual(overview.bands, [0, 0, 0, 1, 0, 0, 0, 0, 1, 1])
  assert.deepEqual(
    overview.history.map(({ day }) => day),
    [dayOf(now)],
  )
  const city = overview.traits.find(({ trait }) => trait === 'city')
  assert.ok(Math.abs((city?.completeness ?? 0) - 2 / 3) < 1e-4)
  assert.equal(city?.consistency, 0.5)
  const age = overview.traits.find(({ trait }) => trait === 'age')
  assert.ok(Math.abs((age?.validity ?? 0) - 2 / 3) < 1e-4)

  // From the number to the people.
  const behind = async (people: Parameters<typeof listPeople>[2]) =>
    (await listPeople(ctx, running.dictionary, people)).items.map(({ id, value }) => [Number(id), value])
  const page = { limit: 50, after: 0 }
  const [, second, third] = people
  assert.deepEqual(await behind({ what: 'invalid', trait: 'age', ...page }), [[second?.no, '17']])
  assert.deepEqual(await behind({ what: 'missing', trait: 'city', ...page }), [[second?.no, null]])
  assert.deepEqual(await behind({ what: 'conflict', trait: 'city', ...page }), [[third?.no, '北京']])
  assert.deepEqual(await behind({ what: 'band', band: 3, ...page }), [[second?.no, null]])
  assert.deepEqual(await behind({ what: 'stale', trait: 'age', ...page }), [])

  // The next scoring of the day takes its place.
  await judgeAndScore(ctx, running.dictionary)
  assert.equal((await readOverview(ctx, running.origins, { days: 30 })).history.length, 1)
})
