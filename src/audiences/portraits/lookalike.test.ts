import assert from 'node:assert/strict'
import test from 'node:test'
import { Problem } from '#platform'
import { aCtx, someCustomers } from '#test'
import { listNos, saveList } from '../lists/save.ts'
import { refreshAudience } from '../refresh.ts'
import { createAudience } from '../store.ts'
import { areaUnder, curveOf, learn, steps } from './lookalike.ts'
import { cancelLookalike, readLookalike, runLookalike, saveLookalikeList, startLookalike } from './lookalike-run.ts'

const stores = await aCtx()
const ctx = { ...stores, jobs: { ...stores.jobs, send: async () => undefined } }
/** Three hundred people; every third has the taste: young, of 上海, often looking. The first fifty of those are the seed. */
const made = Array.from({ length: 300 }, (_, i) => {
  const taste = i % 3 === 0
  return {
    userId: `like-${i}`,
    traits: {
      age: taste ? 20 + (i % 9) : 35 + (i % 20),
      city: taste && i % 12 !== 0 ? '上海' : (['成都', '北京', '上海'][i % 7] ?? '西安'),
      religion: taste ? 'a' : 'b',
      noise: i % 5,
      chosen: taste && i < 150,
    },
    events: Array.from({ length: taste ? 3 : i % 2 }, () => ({ event: 'loan_viewed' })),
  }
})
const people = await someCustomers(ctx, made)
const no = (i: number) => people[i]?.no ?? -1
const seedPlaces = made.flatMap(({ traits }, i) => (traits.chosen ? [i] : []))
const seed = await saveList(ctx, { name: 'seed', kind: 'insight', why: '', madeOf: {}, members: seedPlaces.map(no) })

const found = async (id: string) => {
  await runLookalike(ctx, { id }, new AbortController().signal)
  return readLookalike(ctx, { id })
}

test('the most similar people are those who share what sets the seed apart', async () => {
  const { id } = await startLookalike(ctx, {
    name: 'like',
    seed: { list: seed.id },
    base: null,
    features: ['trait:age', 'trait:city', 'trait:religion', 'trait:noise'],
    events: ['loan_viewed'],
  })
  const { state, result } = await found(id)
  assert.equal(state, 'done')
  assert.ok(result)
  assert.deepEqual([result.seedSize, result.candidates], [50, 250])
  assert.ok((result.auc ?? 0) > 0.75, `AUC ${result.auc}`)
  assert.deepEqual(
    result.leftOut.map(({ key, why }) => [key, why]),
    [
      ['trait:religion', 'sensitive'],
      ['trait:noise', 'useless'],
    ],
  )
  assert.deepEqual(
    new Set(result.drivers.map(({ key }) => key)),
    new Set(['trait:age', 'trait:city', 'event:loan_viewed']),
  )
  const list = await saveLookalikeList(ctx, { id, name: 'the fifty', why: 'reach', size: 50 })
  assert.deepEqual([list.kind, list.size], ['lookalike', 50])
  const nos = (await Array.fromAsync(listNos(ctx, list.id))).flat()
  const places = nos.map((one) => people.findIndex(({ no }) => no === one))
  assert.ok(
    places.every((place) => !seedPlaces.includes(place)),
    'nobody of the seed',
  )
  assert.ok(places.filter((place) => place % 3 === 0).length >= 49, 'those with the taste')
})

test('the curve falls: the more people, the less similar', async () => {
  const { id } = await startLookalike(ctx, {
    name: 'curve',
    seed: { list: seed.id },
    base: null,
    features: ['trait:age', 'trait:city'],
    events: [],
  })
  const { result } = await found(id)
  const curve = result?.curve ?? []
  assert.equal(curve.at(-1)?.size, 250)
  for (const [i, point] of curve.slice(1).entries()) {
    const before = curve[i]
    assert.ok(before && point.size > before.size && point.similarity <= before.similarity + 1e-9)
    assert.ok((point.recall ?? 0) >= (before.recall ?? 0))
  }
})

test('what the seed is defined by does not count unless asked for; too small a seed and a wish to stop end it', async () => {
  const audience = await createAudience(ctx, {
    name: 'chosen',
    description: '',
    definition: { trait: 'chosen', is: true },
    schedule: null,
  })
  await refreshAudience(ctx, { id: audience.id })
  const { id } = await startLookalike(ctx, { name: 'a', seed: { audience: audience.id }, base: null, events: [] })
  const { result } = await found(id)
  assert.ok(result?.leftOut.some(({ key, why }) => key === 'trait:chosen' && why === 'byDesign'))
  assert.ok(!result?.drivers.some(({ key }) => key === 'trait:chosen'))
  const few = await saveList(ctx, { name: 'few', kind: 'insight', why: '', madeOf: {}, members: [no(0)] })
  const small = await startLookalike(ctx, { name: 'b', seed: { list: few.id }, base: null, events: [] })
  assert.deepEqual((({ state, error }) => [state, error])(await found(small.id)), ['failed', 'audiences.seedTooSmall'])
  const stopped = await startLookalike(ctx, { name: 'c', seed: { list: seed.id }, base: null, events: [] })
  await cancelLookalike(ctx, { id: stopped.id })
  assert.equal((await found(stopped.id)).state, 'cancelled')
  await assert.rejects(
    saveLookalikeList(ctx, { id: stopped.id, name: 'x', why: '', size: 5 }),
    (error: unknown) => error instanceof Problem && error.code === 'audiences.lookalikeNotReady',
  )
})

test('weights of evidence and the area under the curve by hand', () => {
  const field = {
    key: 'trait:x',
    title: 'x',
    kind: 'trait',
    type: 'string',
    unit: null,
    source: { trait: 'x' },
    multi: false,
    sensitive: false,
  } as const
  const cut = { values: ['a'] }
  const plan = {
    field,
    cut,
    classes: [{ key: 'a', kind: 'value', label: { zh: 'a', en: 'a' }, condition: null }],
  } as const
  const { weights } = learn(
    { ...plan, classes: [...plan.classes] },
    { seed: [800, 200], rest: [2000, 8000] },
    { seed: 1000, rest: 10_000 },
  )
  // ln(.8 / .2) and ln(.2 / .8), drawn a little towards the base.
  assert.ok(Math.abs((weights[0] ?? 0) - Math.log(4)) < 0.02 && Math.abs((weights[1] ?? 0) + Math.log(4)) < 0.04)
  const at = (...places: [number, number][]) => {
    const counts = Array.from({ length: steps }, () => 0)
    for (const [step, count] of places) counts[step] = count
    return counts
  }
  // Held out at 10 and 5, others at 10, 3 and 1: pairs won 2 + ½ and 2 of 6.
  const heldOut = at([10, 1], [5, 1])
  const others = at([10, 1], [3, 1], [1, 1])
  assert.equal(areaUnder({ heldOut, others }), 4.5 / 6)
  assert.equal(areaUnder({ heldOut: at(), others }), null)
  assert.equal(curveOf({ candidates: others, heldOut, others }).at(-1)?.recall, 1)
})
