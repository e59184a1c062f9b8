import assert from 'node:assert/strict'
import test from 'node:test'
import { type Ctx, Problem } from '#platform'
import { aCtx, someCustomers } from '#test'
import { refreshAudience } from '../refresh.ts'
import { createAudience } from '../store.ts'
import { NewTag, type Tag as Shown, TagDefinition } from './contract.ts'
import { assignAudience, setValues, uploadValues } from './manual.ts'
import { previewTag, readCustomerTags, readDistribution, readPeople, readRuns } from './read.ts'
import { allowAgain, removeForGood } from './removal.ts'
import { readVersions, reviewTag } from './review.ts'
import { runDueTags, runTag, runTagJob } from './run.ts'
import { changeState, changeTag, createTag, expireTags, listTags, readTag } from './store.ts'
import { readTexts, writeTextSettings } from './texts.ts'

let clock = new Date('2026-03-10T04:00:00Z')
const ctx = await aCtx({ now: () => clock })
const author: Ctx = { ...ctx, actor: { ...ctx.actor, kind: 'user', id: 'a', name: '甲' } }
const reviewer: Ctx = { ...ctx, actor: { ...ctx.actor, kind: 'user', id: 'b', name: '乙' } }

/** Twenty people; number i bought i times for 100 · i yuan, the last time i days before 10 March 2026, in shop i mod 3. */
const people = await someCustomers(
  ctx,
  Array.from({ length: 20 }, (_, i) => ({
    userId: `tag-${i}`,
    at: '2026-01-01T00:00:00Z',
    traits: { age: 20 + i, city: i % 2 ? '上海' : '成都', phone: `1380000${1000 + i}` },
    events: Array.from({ length: i }, (_, n) => ({
      event: 'bought',
      at: new Date(Date.UTC(2026, 2, 9, 4) - (i + n) * 86_400_000),
      properties: { amount: 100 * i, shop: n === 0 ? '旗舰店' : `店${i % 3}`, order: `o-${i}-${n}` },
    })),
  })),
)
const noOf = (i: number) => people[i]?.no ?? 0

let made = 0
const aTag = async (definition: unknown, more: Partial<NewTag> = {}): Promise<Shown> => {
  const key = `tag_${++made}`
  const input = NewTag.parse({ key, title: `标签 ${made}`, definition, ...more })
  await createTag(author, input)
  return changeState(author, { key: input.key, state: 'active' })
}
const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === `tags.${expected}`
const valuesOf = async (i: number, key: string, asOf?: string) =>
  (await readCustomerTags(ctx, { id: noOf(i), asOf })).items.find((tag) => tag.key === key)?.values ?? []
const all = async (key: string) => {
  const { distribution } = await readDistribution(ctx, { key })
  return Object.fromEntries(distribution.values.map(({ value, count }) => [value, count]))
}

test('a rule gives the value of its first condition that holds; a windowless condition ends at the base date', async () => {
  const tag = await aTag({
    kind: 'rule',
    values: [
      { value: '常客', when: { event: 'bought', count: { gte: 10 } } },
      { value: '买过', when: { event: 'bought' } },
    ],
    otherwise: '没买过',
  })
  const run = await runTag(ctx, { key: tag.key })
  assert.equal(run.at, '2026-03-09T16:00:00.000Z')
  assert.deepEqual(await all(tag.key), { 常客: 10, 买过: 9, 没买过: 1 })
  assert.equal(run.covered, 20)
  assert.equal(run.of, 20)
  assert.equal(run.changed, 20)
  // Bought after the base date, so not yet.
  await someCustomers(ctx, [{ userId: 'tag-0', events: [{ event: 'bought', at: '2026-03-09T20:00:00Z' }] }])
  assert.equal((await runTag(ctx, { key: tag.key })).changed, 0)
  clock = new Date('2026-03-11T04:00:00Z')
  const next = await runTag(ctx, { key: tag.key })
  assert.equal(next.changed, 1)
  assert.deepEqual(await valuesOf(0, tag.key), ['买过'])
  assert.deepEqual(await valuesOf(0, tag.key, '2026-03-10T00:00:00Z'), ['没买过'])
  assert.deepEqual(
    (await readDistribution(ctx, { key: tag.key, asOf: '2026-03-10T00:00:00Z' })).distribution.values[2],
    {
      value: '没买过',
      count: 1,
    },
  )
  assert.equal((await readRuns(ctx, { key: tag.key, limit: 10 })).items.length, 3)
  clock = new Date('2026-03-10T04:00:00Z')
})

test('statistics of every measure', async () => {
  const events = { event: 'bought', until: '2026-03-08T23:59:59Z' }
  const cases: [Record<string, unknown>, string[]][] = [
    [{ measure: 'count' }, ['5']],
    [{ measure: 'days' }, ['5']],
    [{ measure: 'sum', property: 'amount' }, ['2500']],
    [{ measure: 'avg', property: 'amount' }, ['500']],
    [{ measure: 'min', property: 'amount' }, ['500']],
    [{ measure: 'max', property: 'amount' }, ['500']],
    [{ measure: 'distinct', property: 'shop' }, ['2']],
    [{ measure: 'last', property: 'shop' }, ['旗舰店']],
    [{ measure: 'first', property: 'order' }, ['o-5-4']],
    [{ measure: 'first', property: 'amount', as: 'number' }, ['500']],
    // Bought on 4 March at noon in Shanghai; the base date is the start of 10 March.
    [{ measure: 'daysSinceLast' }, ['6']],
    [{ measure: 'daysSinceFirst' }, ['10']],
  ]
  for (const [figure, expected] of cases) {
    const tag = await aTag({ kind: 'statistic', events, ...figure })
    await runTag(ctx, { key: tag.key })
    assert.deepEqual(await valuesOf(5, tag.key), expected, JSON.stringify(figure))
    assert.deepEqual(await valuesOf(0, tag.key), [])
  }
  const zero = await aTag({ kind: 'statistic', events, measure: 'count', none: 'zero' })
  const { covered, distribution } = await runTag(ctx, { key: zero.key })
  assert.equal(covered, 20)
  assert.equal(distribution?.number?.max, 19)
  assert.deepEqual(await valuesOf(0, zero.key), ['0'])
})

test('preference names the shops with the largest share, none below the least share', async () => {
  const one = await aTag({
    kind: 'preference',
    events: { event: 'bought' },
    property: 'shop',
    minShare: 0.6,
    minEvents: 2,
  })
  await runTag(ctx, { key: one.key })
  assert.deepEqual(await valuesOf(10, one.key), ['店1'])
  // One of two each: neither reaches 60 %.
  assert.deepEqual(await valuesOf(2, one.key), [])
  const two = await aTag({
    kind: 'preference',
    events: { event: 'bought' },
    property: 'shop',
    weigh: { sum: 'amount' },
    top: 2,
  })
  assert.equal(two.multi, true)
  await runTag(ctx, { key: two.key })
  assert.deepEqual(await valuesOf(10, two.key), ['店1', '旗舰店'])
})

test('bands by edges, by quantiles, of a trait, of a figure and of another tag', async () => {
  const ages = await aTag({
    kind: 'bands',
    of: { trait: 'age' },
    cut: { edges: [25, 30] },
    labels: ['青年', '中坚', '熟龄'],
  })
  await runTag(ctx, { key: ages.key })
  assert.deepEqual(await all(ages.key), { 青年: 5, 中坚: 5, 熟龄: 10 })
  const quarters = await aTag({ kind: 'bands', of: { trait: 'age' }, cut: { quantiles: 4 } })
  await runTag(ctx, { key: quarters.key })
  assert.deepEqual(await all(quarters.key), { Q1: 5, Q2: 5, Q3: 5, Q4: 5 })
  const count = await aTag({ kind: 'statistic', events: { event: 'bought' }, measure: 'count' })
  await runTag(ctx, { key: count.key })
  const ofTag = await aTag({ kind: 'bands', of: { tag: count.key }, cut: { edges: [10] } })
  await runTag(ctx, { key: ofTag.key })
  assert.deepEqual(await all(ofTag.key), { '≥10': 10, '<10': 9 })
  const ofFigure = await aTag({
    kind: 'bands',
    of: { figure: { events: { event: 'bought' }, measure: 'count' } },
    cut: { edges: [10] },
  })
  await runTag(ctx, { key: ofFigure.key })
  assert.deepEqual(await all(ofFigure.key), { '≥10': 10, '<10': 9 })
  assert.deepEqual((await readTag(ctx, { key: count.key })).usedBy, [ofTag.key])
})

test('RFM gives one of eight classes or a score, only among those asked for', async () => {
  const definition = { kind: 'rfm', events: { event: 'bought' }, amount: 'amount', order: 'order' }
  const classes = await aTag({ ...definition, cut: { recency: 10, frequency: 5, monetary: 3_000 } })
  await runTag(ctx, { key: classes.key })
  assert.deepEqual(await valuesOf(6, classes.key), ['重要价值客户'])
  assert.deepEqual(await valuesOf(3, classes.key), ['新客户'])
  const scores = await aTag({ ...definition, as: 'score', among: { trait: 'city', is: '上海' } })
  const { covered } = await runTag(ctx, { key: scores.key })
  assert.equal(covered, 10)
  assert.deepEqual(await valuesOf(1, scores.key), ['511'])
  assert.deepEqual(await valuesOf(19, scores.key), ['155'])
})

test('a score becomes a tag by its label, its value or bands; old scores count as none', async () => {
  const score = (no: number, value: number, label: string, at: string) => ({
    score: 'churn',
    customer_no: no,
    at,
    value,
    label,
  })
  await ctx.ch.insert('tag_scores', [
    score(noOf(1), 0.9, '高', '2026-03-09 00:00:00.000'),
    score(noOf(1), 0.1, '低', '2026-02-01 00:00:00.000'),
    score(noOf(2), 0.2, '低', '2026-01-01 00:00:00.000'),
    score(noOf(3), 0.2, '低', '2026-03-11 00:00:00.000'),
  ])
  const label = await aTag({ kind: 'model', of: { score: 'churn' }, freshDays: 30 })
  await runTag(ctx, { key: label.key })
  assert.deepEqual(await all(label.key), { 高: 1 })
  const bands = await aTag({
    kind: 'model',
    of: { score: 'churn' },
    take: 'bands',
    cut: { edges: [0.5] },
    labels: ['稳', '险'],
  })
  await runTag(ctx, { key: bands.key })
  assert.deepEqual(await all(bands.key), { 险: 1, 稳: 1 })
})

test('a query gives a tag its values', async () => {
  const tag = await aTag({
    kind: 'sql',
    sql: "select customer_no, count() as value from events where event = 'bought' group by customer_no having value > 15",
    type: 'number',
  })
  const { covered } = await runTag(ctx, { key: tag.key })
  assert.equal(covered, 4)
  assert.deepEqual(await valuesOf(17, tag.key), ['17'])
  const preview = await previewTag(author, { definition: tag.definition, base: 'startOfDay' })
  assert.equal(preview.covered, 4)
})

test('what is no longer found is written empty, or kept, as the tag says', async () => {
  for (const emptyPolicy of ['empty', 'keep'] as const) {
    const tag = await aTag(
      { kind: 'statistic', events: { event: 'bought', within: '3 days' }, measure: 'count' },
      { emptyPolicy },
    )
    clock = new Date('2026-03-11T04:00:00Z')
    await runTag(ctx, { key: tag.key })
    assert.deepEqual(await valuesOf(1, tag.key), ['1'])
    clock = new Date('2026-03-20T04:00:00Z')
    await runTag(ctx, { key: tag.key })
    assert.deepEqual(await valuesOf(1, tag.key), emptyPolicy === 'keep' ? ['1'] : [])
    assert.deepEqual(await valuesOf(1, tag.key, '2026-03-12T00:00:00Z'), ['1'])
    clock = new Date('2026-03-10T04:00:00Z')
  }
})

test('a run as of a past date can be asked for, but never behind the last one or ahead of now', async () => {
  const tag = await aTag({ kind: 'statistic', events: { event: 'bought' }, measure: 'count' })
  await runTag(ctx, { key: tag.key, asOf: '2026-02-20T00:00:00Z' })
  const early = await valuesOf(5, tag.key)
  await runTag(ctx, { key: tag.key, asOf: '2026-03-01T00:00:00Z' })
  assert.notDeepEqual(await valuesOf(5, tag.key), early)
  assert.deepEqual(await valuesOf(5, tag.key, '2026-02-25T00:00:00Z'), early)
  await assert.rejects(runTag(ctx, { key: tag.key, asOf: '2026-02-25T00:00:00Z' }), code('baseWrong'))
  await assert.rejects(runTag(ctx, { key: tag.key, asOf: '2027-02-25T00:00:00Z' }), code('baseWrong'))
})

test('a changed definition is a new version; kind and type stay; only so many versions are kept', async () => {
  const tag = await aTag({ kind: 'bands', of: { trait: 'age' }, cut: { edges: [30] } }, { keepVersions: 2 })
  for (const edge of [31, 32, 33])
    await changeTag(author, {
      key: tag.key,
      definition: TagDefinition.parse({ kind: 'bands', of: { trait: 'age' }, cut: { edges: [edge] } }),
      note: `边界 ${edge}`,
    })
  const same = await changeTag(author, { key: tag.key, meaning: '按年龄分两档' })
  assert.equal(same.version, 4)
  const { items } = await readVersions(ctx, { key: tag.key })
  assert.deepEqual(
    items.map(({ version, state }) => [version, state]),
    [
      [4, 'current'],
      [3, 'past'],
    ],
  )
  const definition = TagDefinition.parse({ kind: 'statistic', events: { event: 'bought' }, measure: 'count' })
  await assert.rejects(changeTag(author, { key: tag.key, definition }), code('typeChanged'))
})

test('circles are refused, and so is retiring a tag that another is made from', async () => {
  const one = await aTag({ kind: 'rule', values: [{ value: '是', when: { trait: 'age', gte: 30 } }] })
  const two = await aTag({ kind: 'rule', values: [{ value: '是', when: { tag: one.key, is: '是' } }] })
  const definition = TagDefinition.parse({
    kind: 'rule',
    values: [{ value: '是', when: { tag: two.key, exists: true } }],
  })
  await assert.rejects(changeTag(author, { key: one.key, definition }), code('circular'))
  await assert.rejects(changeState(author, { key: one.key, state: 'retired' }), code('used'))
  await runTag(ctx, { key: one.key })
  await runTag(ctx, { key: two.key })
  assert.deepEqual(await all(two.key), { 是: 10 })
  await assert.rejects(aTag({ kind: 'rule', values: [{ value: '是', when: { tag: 'nobody', exists: true } }] }))
})

test('words about ethnicity, faith, illness and the like are refused with their ground, however they are written', async () => {
  for (const [title, ground] of [
    ['少數民族客戶', 'ethnicity'],
    ['信 仰·倾向', 'religion'],
    ['Ｍｕｓｌｉｍ users', 'religion'],
    ['慢性病史', 'illness'],
    ['政治 面貌', 'politics'],
    ['性取向', 'sexuality'],
  ] as const)
    await assert.rejects(aTag({ kind: 'manual' }, { title }), (error) => {
      assert.ok(error instanceof Problem && error.code === 'tags.banned', title)
      assert.equal(error.detail['ground'], ground)
      return true
    })
  await assert.rejects(aTag({ kind: 'manual', values: ['汉族'] }), code('banned'))
  await assert.rejects(
    aTag({ kind: 'rule', values: [{ value: '1', when: { trait: 'religion', exists: true } }] }),
    code('banned'),
  )
  // Not every "race" is one.
  await aTag({ kind: 'manual' }, { title: 'Trace of 佛山 visitors' })
})

test('a sensitive tag waits for a person other than its author, and so does each new version of it', async () => {
  const when = { event: 'loan_overdue' }
  const tag = await aTag({ kind: 'rule', values: [{ value: '逾期过', when }] })
  assert.equal(tag.state, 'review')
  assert.ok(tag.sensitive.some(({ what }) => what === '逾期'))
  await assert.rejects(runTag(ctx, { key: tag.key }), code('stateWrong'))
  const approve = { key: tag.key, version: 1, decision: 'approve' as const, note: '' }
  await assert.rejects(reviewTag(author, approve), code('reviewerIsAuthor'))
  assert.equal((await reviewTag(reviewer, approve)).state, 'active')
  await assert.rejects(reviewTag(reviewer, approve), code('notInReview'))
  const changed = await changeTag(author, {
    key: tag.key,
    definition: TagDefinition.parse({
      kind: 'rule',
      values: [{ value: '近期逾期', when: { ...when, within: '90 days' } }],
    }),
  })
  assert.deepEqual([changed.version, changed.reviewVersion, changed.state], [1, 2, 'active'])
  const refused = await reviewTag(reviewer, { ...approve, version: 2, decision: 'refuse', note: '口径不清' })
  assert.deepEqual([refused.version, refused.reviewVersion], [1, null])
  const again = await changeTag(author, {
    key: tag.key,
    definition: changed.definition.kind === 'rule' ? { ...changed.definition, otherwise: '无' } : changed.definition,
  })
  assert.equal(again.reviewVersion, 3)
  const approved = await reviewTag(reviewer, { ...approve, version: 3 })
  assert.deepEqual([approved.version, approved.reviewVersion], [3, null])
  const states = (await readVersions(ctx, { key: tag.key })).items.map(({ state }) => state)
  assert.deepEqual(states, ['current', 'refused', 'past'])
})

test('manual values: one customer, several at once, by file with rejects', async () => {
  const tag = await aTag({ kind: 'manual', values: ['金', '银', '铜'], multi: true })
  await setValues(author, { id: noOf(1), key: tag.key, values: ['金'], action: 'set' })
  await setValues(author, { id: noOf(1), key: tag.key, values: ['银'], action: 'add' })
  assert.deepEqual((await valuesOf(1, tag.key)).sort(), ['金', '银'].sort())
  await setValues(author, { id: noOf(1), key: tag.key, values: ['金'], action: 'remove' })
  assert.deepEqual(await valuesOf(1, tag.key), ['银'])
  await assert.rejects(
    setValues(author, { id: noOf(1), key: tag.key, values: ['锡'], action: 'set' }),
    code('valueWrong'),
  )
  const uploaded = await uploadValues(author, {
    key: tag.key,
    text: '手机号,标签\n13800001002,金\n13800001003,金|铜\n13899999999,金\n13800001004,锡\nabc,金\n13800001005,',
    action: 'set',
  })
  assert.equal(uploaded.people, 2)
  assert.equal(uploaded.changed, 2)
  assert.deepEqual(
    uploaded.rejects.map(({ line, reason }) => [line, reason]),
    [
      [4, 'nobody'],
      [5, 'valueWrong'],
      [6, 'notAnIdentifier'],
      [7, 'noValue'],
    ],
  )
  assert.doesNotMatch(JSON.stringify(uploaded), /13899999999/)
  assert.deepEqual((await valuesOf(3, tag.key)).length, 2)
  const found = await readPeople(ctx, { key: tag.key, value: '金', limit: 10 })
  assert.equal(found.total, 2)
  await assert.rejects(
    assignAudience(author, {
      key: tag.key,
      audienceId: '00000000-0000-4000-8000-000000000000',
      values: ['金'],
      action: 'set',
    }),
    code('audienceUnknown'),
  )
})

test('a tag removed from a customer for good stays away, at every date, until he wishes otherwise', async () => {
  const tag = await aTag({ kind: 'statistic', events: { event: 'bought' }, measure: 'count' })
  await runTag(ctx, { key: tag.key })
  assert.deepEqual(await valuesOf(4, tag.key), ['4'])
  await removeForGood(author, { id: noOf(4), key: tag.key, reason: '客户来电要求' })
  assert.deepEqual(await valuesOf(4, tag.key), [])
  clock = new Date('2026-03-12T04:00:00Z')
  const run = await runTag(ctx, { key: tag.key })
  assert.equal(run.covered, 19)
  assert.equal(
    (await readPeople(ctx, { key: tag.key, limit: 50, asOf: '2026-03-10T12:00:00Z' })).items.some(
      ({ id }) => id === String(noOf(4)),
    ),
    false,
  )
  const shown = (await readCustomerTags(ctx, { id: noOf(4) })).items.find(({ key }) => key === tag.key)
  assert.equal(shown?.removed?.reason, '客户来电要求')
  await allowAgain(author, { id: noOf(4), key: tag.key })
  await runTag(ctx, { key: tag.key })
  assert.deepEqual(await valuesOf(4, tag.key), ['4'])
  clock = new Date('2026-03-10T04:00:00Z')
})

test('a tag past its day expires; two runs at once are one', async () => {
  const tag = await aTag(
    { kind: 'statistic', events: { event: 'bought' }, measure: 'count' },
    { expiresOn: '2026-04-01' },
  )
  const both = await Promise.allSettled([runTag(ctx, { key: tag.key }), runTag(ctx, { key: tag.key })])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  clock = new Date('2026-03-31T16:00:00Z')
  await expireTags(ctx)
  assert.equal((await readTag(ctx, { key: tag.key })).state, 'expired')
  clock = new Date('2026-03-10T04:00:00Z')
})

test('the catalogue is searched by words, kind and owner', async () => {
  await aTag({ kind: 'manual' }, { title: '高端客户', owner: '王经理' })
  const found = await listTags(ctx, { search: '高端', limit: 50 })
  assert.equal(found.total, 1)
  assert.ok(found.owners.includes('王经理'))
  assert.ok((await listTags(ctx, { kind: 'rfm', limit: 50 })).items.every(({ kind }) => kind === 'rfm'))
})

test('texts of events become topics, the latest sentiment and how often it was negative; a text is read once', async () => {
  const [one, two] = await someCustomers(ctx, [
    {
      userId: 'text-1',
      events: [
        {
          event: 'feedback_given',
          at: '2026-03-01T00:00:00Z',
          properties: { text: '利息太高，手续费也乱收，太差了，很失望' },
        },
        { event: 'feedback_given', at: '2026-03-05T00:00:00Z', properties: { text: '客服态度恶劣，利率不透明，垃圾' } },
      ],
    },
    {
      userId: 'text-2',
      events: [
        { event: 'feedback_given', at: '2026-03-02T00:00:00Z', properties: { text: '客服很耐心，非常满意，好评' } },
      ],
    },
  ])
  const settings = { sources: [{ event: 'feedback_given', property: 'text' }], topics: [] }
  assert.ok((await writeTextSettings(author, settings)).topics.length > 5)
  assert.equal(await readTexts(ctx), 3)
  assert.equal(await readTexts(ctx), 0)
  const heldBy = async (no: number | undefined, key: string) =>
    (await readCustomerTags(ctx, { id: no ?? 0 })).items.find((tag) => tag.key === key)?.values
  const topics = await aTag({ kind: 'text', measure: 'topics', top: 1 })
  await runTag(ctx, { key: topics.key })
  assert.deepEqual(await heldBy(one?.no, topics.key), ['利率费用'])
  const latest = await aTag({ kind: 'text', measure: 'sentiment' })
  await runTag(ctx, { key: latest.key })
  assert.deepEqual(await all(latest.key), { negative: 1, positive: 1 })
  const negatives = await aTag({ kind: 'text', measure: 'negatives' })
  await runTag(ctx, { key: negatives.key })
  assert.deepEqual([await heldBy(one?.no, negatives.key), await heldBy(two?.no, negatives.key)], [['2'], ['0']])
})

test('tags that are due run after those they are computed from', async () => {
  const below = await aTag(
    { kind: 'statistic', events: { event: 'bought' }, measure: 'count' },
    { schedule: { dailyAt: '02:00' } },
  )
  const above = await aTag(
    { kind: 'bands', of: { tag: below.key }, cut: { edges: [10] } },
    { schedule: { dailyAt: '02:00' } },
  )
  const asked: string[] = []
  const working: Ctx = {
    ...ctx,
    jobs: { ...ctx.jobs, send: async (_name, input) => void asked.push((input as { key: string }).key) },
  }
  await runDueTags(working)
  assert.ok(asked.includes(below.key))
  assert.ok(!asked.includes(above.key))
  await runTagJob(working, { key: below.key }, new AbortController().signal)
  assert.ok(asked.includes(above.key))
  await runTagJob(working, { key: above.key }, new AbortController().signal)
  assert.deepEqual(await all(above.key), { '≥10': 10, '<10': 9 })
})

test('a removed tag leaves the audience made from it; an audience gets a manual tag in bulk', async () => {
  const tag = await aTag({ kind: 'statistic', events: { event: 'bought' }, measure: 'count' })
  await runTag(ctx, { key: tag.key })
  const audience = await createAudience(author, {
    name: '买过十次',
    description: '',
    definition: { tag: tag.key, gte: 10 },
    schedule: null,
  })
  assert.equal((await refreshAudience(ctx, { id: audience.id })).size, 10)
  const manual = await aTag({ kind: 'manual' })
  const given = { key: manual.key, audienceId: audience.id, values: ['常客'], action: 'set' as const }
  assert.equal((await assignAudience(author, given)).changed, 10)
  assert.equal((await assignAudience(author, given)).changed, 0)
  await removeForGood(author, { id: noOf(12), key: tag.key, reason: '客户要求' })
  const after = await refreshAudience(ctx, { id: audience.id })
  assert.deepEqual([after.size, after.left], [9, 1])
  await assert.rejects(changeState(author, { key: tag.key, state: 'retired' }), code('used'))
})
