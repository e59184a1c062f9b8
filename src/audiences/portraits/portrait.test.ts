import assert from 'node:assert/strict'
import test from 'node:test'
import { type Ctx, ch } from '#platform'
import { aCtx, someCustomers } from '#test'
import type { Definition } from '../definition-contract.ts'
import { saveList } from '../lists/save.ts'
import { refreshAudience } from '../refresh.ts'
import { createAudience } from '../store.ts'
import { overlap } from './overlap.ts'
import { savePeople } from './people.ts'
import { portray } from './portrait.ts'
import { hiddenPlaces } from './suppress.ts'

const ctx = await aCtx()
const cities = ['上海', '成都', '北京']
/** Two hundred people; half are vip; vips are older and mostly of 上海; forty have no income. */
const made = Array.from({ length: 200 }, (_, i) => {
  const vip = i % 2 === 0
  return {
    userId: `portrait-${i}`,
    traits: {
      vip,
      age: vip ? 40 + (i % 20) : 20 + (i % 20),
      city: vip && i % 10 !== 0 ? '上海' : cities[i % 3],
      children: i % 4,
      ...(i >= 40 && { income: 1000 * (i + 1) }),
      joined: `20${10 + (i % 14)}-0${1 + (i % 9)}-15`,
    },
  }
})
const people = await someCustomers(ctx, made)
// A second word about the city of the first ten: the latest counts.
await someCustomers(
  ctx,
  made.slice(0, 10).map(({ userId }) => ({ userId, traits: { city: '昆明' } })),
)
const no = (i: number) => people[i]?.no ?? -1
const cityOf = (i: number) => (i < 10 ? '昆明' : made[i]?.traits.city)
let named = 0
const anAudience = async (definition: Definition) => {
  const { id } = await createAudience(ctx, { name: `vip ${++named}`, description: '', definition, schedule: null })
  await refreshAudience(ctx, { id })
  return id
}
const vips = await anAudience({ trait: 'vip', is: true })

test('a portrait counts each class exactly, in the set and in the base, with its index', async () => {
  const portrait = await portray(ctx, { of: [{ audience: vips }], base: null })
  assert.deepEqual([portrait.base.size, portrait.sets[0]?.size], [200, 100])
  const city = portrait.fields.find(({ key }) => key === 'trait:city')
  for (const name of ['上海', '成都', '北京', '昆明']) {
    const inBase = made.filter((_, i) => cityOf(i) === name).length
    const inSet = made.filter(({ traits }, i) => traits.vip && cityOf(i) === name).length
    const found = city?.classes.find(({ label }) => label.zh === name)
    assert.deepEqual([found?.base.count, found?.sets[0]?.count], [inBase, inSet], name)
    assert.equal(found?.sets[0]?.tgi, ((inSet / 100) * 100) / (inBase / 200))
  }
  const age = portrait.fields.find(({ key }) => key === 'trait:age')
  assert.ok(age)
  assert.ok(age.classes.every(({ kind }) => kind === 'band'))
  assert.equal(
    age.classes.reduce((sum, { base }) => sum + (base.count ?? 0), 0),
    200,
  )
  const income = portrait.fields.find(({ key }) => key === 'trait:income')
  const missing = income?.classes.find(({ kind }) => kind === 'missing')
  assert.deepEqual([missing?.base.count, missing?.sets[0]?.count], [40, 20])
  const children = portrait.fields.find(({ key }) => key === 'trait:children')
  assert.deepEqual(
    children?.classes.map(({ label, base }) => [label.zh, base.count]),
    [0, 1, 2, 3].map((n) => [String(n), 50]),
  )
})

test('every class leads to its people: its condition holds for as many as it counts', async () => {
  const portrait = await portray(ctx, { of: [{ audience: vips }], base: null })
  for (const field of portrait.fields) {
    for (const one of field.classes) {
      if (!one.condition) continue
      const list = await savePeople(ctx, {
        name: one.label.zh,
        why: '',
        of: { audience: vips },
        condition: one.condition,
      })
      assert.equal(list.size, one.sets[0]?.count, `${field.key} ${one.key}`)
    }
  }
})

test('what tells most comes first, and the summary names it with numbers, apart from what the definition says', async () => {
  const { fields, summaries } = await portray(ctx, { of: [{ audience: vips }], base: null })
  assert.equal(fields[0]?.key, 'trait:vip')
  assert.deepEqual(fields[0]?.byDesign, [true])
  const [summary] = summaries
  assert.match(summary?.zh[0] ?? '', /共 100 人，占全体客户的 50\.0%/)
  assert.match(summary?.zh.join('\n') ?? '', /年龄「.*TGI \d+/)
  assert.match(summary?.zh.at(-1) ?? '', /「vip」由人群定义决定/)
  assert.ok(!summary?.zh.slice(1, -1).some((line) => line.includes('vip「')))
  assert.equal(summary?.zh.length, summary?.en.length)
})

test('several sets stand side by side, against another base if wanted', async () => {
  const young = await anAudience({ trait: 'age', lt: 30 })
  const list = await saveList(ctx, { name: 'few', kind: 'insight', why: '', madeOf: {}, members: [no(0), no(1)] })
  const portrait = await portray(ctx, {
    of: [{ audience: young }, { list: list.id }],
    base: { audience: vips },
    fields: ['trait:city'],
  })
  assert.deepEqual(
    portrait.sets.map(({ size }) => size),
    [made.filter(({ traits }) => traits.age < 30).length, 2],
  )
  assert.equal(portrait.base.size, 100)
  assert.equal(portrait.fields.length, 1)
  await assert.rejects(portray(ctx, { of: [{ audience: vips }], base: null, fields: ['trait:nope'] }), /fieldUnknown/)
})

const withoutCustomers: Ctx = { ...ctx, actor: { ...ctx.actor, permissions: new Set(['audiences.read']) } }

test('who may not see customers is told no number below ten, nor one from which it follows', async () => {
  const few = await saveList(ctx, {
    name: 'few',
    kind: 'insight',
    why: '',
    madeOf: {},
    members: Array.from({ length: 15 }, (_, i) => no(i)),
  })
  const portrait = await portray(withoutCustomers, { of: [{ list: few.id }], base: null })
  for (const { classes } of portrait.fields) {
    for (const { sets, base } of classes) {
      for (const count of [sets[0]?.count, base.count]) assert.ok(count == null || count === 0 || count >= 10)
      if (sets[0]?.count === null) assert.deepEqual([sets[0].share, sets[0].tgi, sets[0].low], [null, null, null])
    }
    const hidden = classes.filter(({ sets }) => sets[0]?.count === null)
    assert.ok(hidden.length !== 1 || classes.length === 1)
  }
  const { intersections } = await overlap(withoutCustomers, { of: [{ list: few.id }, { audience: vips }] })
  assert.ok(intersections.every(({ size }) => size === null || size >= 10))
})

test('one hidden count takes the next smallest with it', () => {
  assert.deepEqual(hiddenPlaces([100, 3, 20, 0]), new Set([1, 2]))
  assert.deepEqual(hiddenPlaces([100, 3, 9]), new Set([1, 2]))
  assert.deepEqual(hiddenPlaces([100, 20]), new Set())
})

test('an overlap counts everybody once, by exactly which sets hold him', async () => {
  const shanghai = await anAudience({ trait: 'city', is: '上海' })
  const old = await anAudience({ trait: 'age', gte: 50 })
  const { sets, union, intersections, pairs } = await overlap(ctx, {
    of: [{ audience: vips }, { audience: shanghai }, { audience: old }],
  })
  const inside = made.map(({ traits }, i) => [traits.vip, cityOf(i) === '上海', traits.age >= 50])
  assert.deepEqual(
    sets.map(({ size }) => size),
    [0, 1, 2].map((set) => inside.filter((one) => one[set]).length),
  )
  assert.equal(union, inside.filter((one) => one.includes(true)).length)
  for (const { sets, size } of intersections)
    assert.equal(size, inside.filter((one) => one.every((held, i) => held === sets.includes(i))).length)
  assert.equal(
    intersections.reduce((sum, { size }) => sum + (size ?? 0), 0),
    union,
  )
  const [first] = pairs
  assert.equal(first?.both, inside.filter(([a, b]) => a && b).length)
})

test('tags are portrayed like traits; of several values each counts', async () => {
  const tag = (no: number, key: string, type: string, multi: boolean) =>
    ctx.store.execute(
      `insert into audiences.tag (no, key, title, kind, type, multi, state, created_at, created_by, changed_at, changed_by) overriding system value values ($1, $2, $2, 'manual', $3, $4, 'active', now(), 'x', now(), 'x')`,
      [no, key, type, multi],
    )
  await tag(1, 'level', 'string', false)
  await tag(2, 'likes', 'string', true)
  const rows = made.flatMap((_, i) => [
    { tag_no: 1, customer_no: no(i), at: new Date(0), run: 1, values: [i % 4 ? 'low' : 'high'], number: null },
    { tag_no: 2, customer_no: no(i), at: new Date(0), run: 1, values: i % 2 ? ['a'] : ['a', 'b'], number: null },
  ])
  await ctx.ch.insert('tag_values', [
    ...rows,
    { tag_no: 1, customer_no: no(0), at: new Date(1000), run: 2, values: [], number: null },
  ])
  const { fields } = await portray(ctx, { of: [{ audience: vips }], base: null, fields: ['tag:level', 'tag:likes'] })
  const classesOf = (key: string) =>
    Object.fromEntries(
      (fields.find((field) => field.key === key)?.classes ?? []).map(({ label, base, sets }) => [
        label.zh,
        [base.count, sets[0]?.count],
      ]),
    )
  assert.deepEqual(classesOf('tag:level'), { high: [49, 49], low: [150, 50], 无值: [1, 1] })
  assert.deepEqual(classesOf('tag:likes'), { a: [200, 100], b: [100, 100] })
})

test('merged people count once, with the latest value of both', async () => {
  const [a, b] = [no(198), no(199)]
  const before = await portray(ctx, { of: [{ audience: vips }], base: null, fields: ['trait:city'] })
  await ctx.ch.insert('customer_overrides', [{ from_no: b, to_no: a, version: 1 }])
  await ctx.ch.command('system reload dictionary customer_override')
  const after = await portray(ctx, { of: [{ audience: vips }], base: null, fields: ['trait:city'] })
  assert.equal(after.base.size, (before.base.size ?? 0) - 1)
  const total = (portrait: typeof after) =>
    portrait.fields[0]?.classes.reduce((sum, { base }) => sum + (base.count ?? 0), 0)
  assert.equal(total(after), after.base.size)
  await ctx.ch.insert('customer_overrides', [{ from_no: b, to_no: b, version: 2 }])
  await ctx.ch.command(ch.sql`system reload dictionary customer_override`)
})
