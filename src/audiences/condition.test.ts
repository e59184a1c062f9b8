import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import test, { after, before } from 'node:test'
import fc from 'fast-check'
import { type ClickHouse, ch, openClickHouse, Problem } from '#platform'
import { anyDefinition, audiences, named } from '../../test/audiences/definitions.ts'
import { at, fill, gone, lists, merged, people, refreshes, tags, traitRows, types } from '../../test/audiences/facts.ts'
import { membersNaively, type Ties } from '../../test/audiences/reading.ts'
import { startCluster } from '../../test/support/clickhouse-cluster.ts'
import { compile, type World } from './condition.ts'
import { type Definition, definitionIssues, definitionLimits } from './definition-contract.ts'

let directory = ''
let embedded: ClickHouse
let ties: Ties = { text: new Map(), values: new Map() }

before(async () => {
  directory = await mkdtemp(pathOf(tmpdir(), 'zhiyin-condition-'))
  embedded = await openClickHouse({ dir: directory, database: 'zhiyin' })
  await fill(embedded)
  const texts = [...new Set(traitRows.map((row) => row.text))]
  const hashes = await embedded.rows<{ text: string; hash: number }>(
    ch.sql`select text, toUInt32(cityHash64(text) % 65536) as hash from (select arrayJoin(${ch.strings(texts)}) as text)`,
  )
  const valueHashes = await embedded.rows<{ values: string[]; hash: number }>(
    ch.sql`select distinct values, toUInt32(cityHash64(values) % 2147483648) as hash from tag_values`,
  )
  ties = {
    text: new Map(hashes.map(({ text, hash }) => [text, hash])),
    values: new Map(valueHashes.map(({ values, hash }) => [JSON.stringify(values), hash])),
  }
})

after(async () => {
  await embedded.close()
  await rm(directory, { recursive: true, force: true })
})

const world = (over: Partial<World> = {}): World => ({
  at,
  zone: 'Asia/Shanghai',
  merges: true,
  traits: types,
  audiences: new Map(),
  tags,
  lists: new Set(lists.keys()),
  refreshes,
  ...over,
})
const membersOf = async (definition: Definition, over: Partial<World> = {}, engine = embedded) =>
  (await engine.rows<{ customer_no: number }>(compile(definition, world(over)).customerNos)).map(
    ({ customer_no }) => customer_no,
  )

// ——— Rules ———

const agrees = (numRuns: number, seed: number, merges: boolean, engine: () => ClickHouse) =>
  fc.assert(
    fc.asyncProperty(anyDefinition, async (definition) => {
      assert.deepEqual(definitionIssues(definition), [])
      const members = await membersOf(definition, { merges, audiences }, engine())
      assert.deepEqual(members, membersNaively(definition, { merges, audiences, ties }))
    }),
    { numRuns, seed },
  )

test('a compiled definition finds whom a person-by-person reading finds, merges resolved', () =>
  agrees(160, 1, true, () => embedded))

test('a compiled definition finds whom a person-by-person reading finds, without merges', () =>
  agrees(80, 2, false, () => embedded))

test('on a cluster of two shards too, with merges across shards', async () => {
  const cluster = await startCluster({ shards: 2 })
  const engine = await openClickHouse({ urls: cluster.urls, cluster: cluster.name, database: 'zhiyin' })
  try {
    await fill(engine)
    await agrees(40, 3, true, () => engine)
    await agrees(20, 4, false, () => engine)
  } finally {
    await engine.close()
    await cluster.stop()
  }
})

test('an empty all is everybody alive, an empty any nobody', async () => {
  const alive = people.filter((no) => !gone.has(no))
  assert.deepEqual(await membersOf({ all: [] }, { merges: false }), alive)
  assert.deepEqual(
    await membersOf({ all: [] }),
    alive.filter((no) => !merged.has(no)),
  )
  assert.deepEqual(await membersOf({ any: [] }), [])
})

test('"did not" and "at most" include people without any event', async () => {
  const idle = people.slice(45).filter((no) => !gone.has(no))
  for (const definition of [
    { not: { event: 'loan_applied' } },
    { event: 'loan_applied', did: false },
    { event: 'loan_applied', count: { is: 0 } },
    { event: 'loan_applied', count: { lt: 2 } },
    { event: 'loan_applied', count: { between: [0, 3] as [number, number] } },
  ]) {
    const members = new Set(await membersOf(definition))
    assert.ok(
      idle.every((no) => members.has(no)),
      JSON.stringify(definition),
    )
  }
  assert.deepEqual(
    await membersOf({ event: 'loan_applied', did: false }),
    await membersOf({ event: 'loan_applied', count: { is: 0 } }),
  )
})

test('"is not" leaves out people without the value; "exists: false" finds exactly those', async () => {
  const married = await membersOf({ trait: 'marital', is: 'married' })
  const others = await membersOf({ trait: 'marital', isNot: 'married' })
  const none = await membersOf({ trait: 'marital', exists: false })
  const all = await membersOf({ all: [] })
  assert.deepEqual(
    [...married, ...others, ...none].sort((a, b) => a - b),
    all,
  )
  assert.ok(none.length > 0 && others.length > 0)
})

test('events of one instant are told apart by their message', async () => {
  for (const [end, is] of [
    ['first', 'app'],
    ['last', 'wechat'],
  ] as const)
    assert.deepEqual(await membersOf({ event: 'tied', [end]: { property: 'channel', is } }), [1])
})

test('size, bitmap and numbers of one definition agree', async () => {
  const adults: Definition = { trait: 'age', between: [18, 50] }
  const idle: Definition = { event: 'loan_viewed', count: { is: 0 } }
  const { size, members, customerNos, leaves } = compile({ all: [adults, { not: { any: [idle] } }] }, world())
  const numbers = await embedded.rows<{ customer_no: number }>(customerNos)
  const of = (await membersOf({ all: [] })).length
  const sizes = [(await membersOf(adults)).length, (await membersOf(idle)).length]
  assert.deepEqual(await embedded.rows(size), [{ size: numbers.length, of, sizes }])
  assert.deepEqual(leaves, ['all.0', 'all.1.not.any.0'])
  const nested = ch.sql`select toUInt32(bitmapCardinality(members)) as size from (${members})`
  assert.deepEqual(await embedded.rows(nested), [{ size: numbers.length }])
})

// ——— No string from a user enters SQL text ———

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom("'", '"', '`', '\\', '{', '}', ':', ';', '-', '/', '*', '\n', '\t', '\0', '%', '?', '$'),
    minLength: 1,
  }),
  fc.constantFrom(
    "' or 1=1 --",
    "'); drop table customers; --",
    '{p0:String}',
    '{a:Identifier}',
    '\\N',
    '\\x27',
    '\\',
    '$$ select 1 $$',
    "\\' union all select 1",
    '/* */',
    'null',
    "']",
    '\u2028\ufeff',
  ),
)

const holding = (text: string): Definition => ({
  all: [
    { trait: text, is: text, isNot: text, in: [text, 'x'], notIn: [text], contains: text, startsWith: text },
    { not: { trait: text, notContains: text, endsWith: text } },
    {
      event: text,
      where: [
        { property: text, is: text, notIn: [text], contains: text, endsWith: text },
        { property: [text, text], exists: true },
      ],
      sum: { property: text, gte: 0 },
      first: { property: [text], isNot: text },
      within: '30 days',
    },
    {
      sequence: [{ event: text }, { event: text, within: '1 day', without: [{ event: text }] }],
      by: [text, text],
    },
    { percentile: [0, 50], of: { event: text, sum: text, where: [{ property: text, is: text }] } },
    { tag: 'interests', is: text, notIn: [text], contains: text },
    { consent: { purpose: text, channel: text }, is: 'granted' },
    { reachable: 'sms', consent: { purpose: text } },
    { event: text, by: text, keys: { gte: 2 } },
    { split: { seed: text, from: 0, to: 0.5 } },
    { sample: { of: { all: [] }, size: 3, seed: text } },
  ],
})

test('the text of the statement does not depend on names and values', () => {
  const textOf = (definition: Definition) => ch.render(compile(definition, world()).customerNos).text
  const plain = textOf(holding('plain'))
  fc.assert(
    fc.property(hostile, (text) => assert.equal(textOf(holding(text)), plain)),
    { numRuns: 2000, seed: 3 },
  )
  const placeholders = plain.replaceAll(/\{p\d+:[A-Za-z0-9(), ']+\}/g, '')
  assert.doesNotMatch(placeholders, /plain/)
})

test('2,000 hostile strings are compared, never executed', async () => {
  const strings = fc
    .sample(hostile, { numRuns: 2000, seed: 4 })
    .map((text) => text.toWellFormed().replaceAll('\0', '') || ' ')
  const places: ((text: string) => Definition)[] = [
    (text) => ({ trait: text, exists: true }),
    (text) => ({ trait: 'marital', in: [text, `${text}'`] }),
    (text) => ({ trait: 'marital', contains: `${text}''`, startsWith: text, endsWith: text }),
    (text) => ({ event: text }),
    (text) => ({ event: 'loan_viewed', where: [{ property: [text, text], is: text }] }),
    (text) => ({ event: 'loan_viewed', first: { property: text, is: text } }),
  ]
  for (let i = 0; i < strings.length; i += 200) {
    const batch = strings.slice(i, i + 200)
    const any = batch.slice(0, 24).map((text, j) => (places[j % places.length] ?? holding)(text))
    any.push({ trait: 'marital', in: batch })
    any.push({ event: 'loan_viewed', where: [{ property: 'channel', in: batch, startsWith: "'" }] })
    assert.deepEqual(await membersOf({ any }), [])
  }
})

// ——— What cannot be asked ———

const refusal = (definition: Definition, over: Partial<World> = {}) => {
  try {
    compile(definition, world(over))
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, ...error.detail }
    throw error
  }
  return undefined
}

test("an operand that cannot be of the trait's type is refused with its path", () => {
  const all = (leaf: Definition): Definition => ({ all: [{ trait: 'vip', is: true }, leaf] })
  for (const [leaf, operator] of [
    [{ trait: 'age', is: 'old' }, 'is'],
    [{ trait: 'marital', gte: 5 }, 'gte'],
    [{ trait: 'age', before: '2026-01-01' }, 'before'],
    [{ trait: 'vip', in: ['yes'] }, 'in'],
    [{ trait: 'birthday', between: [1, 2] }, 'between'],
    [{ trait: 'marital', withinLast: '3 days' }, 'withinLast'],
    [{ trait: 'registeredAt', is: 'yesterday' }, 'is'],
  ] as [Definition, string][]) {
    const refused = refusal(all(leaf))
    assert.equal(refused?.code, 'audiences.unfit')
    assert.equal((refused as { path?: string }).path, `all.1.${operator}`)
  }
  assert.equal(refusal({ trait: 'age', is: '35' }), undefined)
  assert.equal(refusal({ trait: 'marital', is: 5 }), undefined)
  assert.equal(refusal({ trait: 'nowhere', gte: '2026-01-01' }), undefined)
})

test('an audience that is defined by itself, or does not exist, is refused', () => {
  const other = '5b0f7a4e-3c1f-4a7b-8e57-2b1f0f1f9c22'
  const audiences = new Map<string, Definition>([
    [named, { not: { audience: other } }],
    [other, { any: [{ audience: named.toUpperCase() }] }],
  ])
  assert.equal(refusal({ audience: named }, { audiences })?.code, 'audiences.circular')
  assert.equal(refusal({ audience: named })?.code, 'audiences.unknownAudience')
})

test('the widest definition that the contract admits runs', async () => {
  const any = Array.from({ length: definitionLimits.nodes - 1 }, (_, i): Definition => ({ trait: 'age', is: i }))
  assert.deepEqual(definitionIssues({ any }), [])
  assert.deepEqual(
    await membersOf({ any }),
    await membersOf({ trait: 'age', between: [0, definitionLimits.nodes - 2] }),
  )
})
