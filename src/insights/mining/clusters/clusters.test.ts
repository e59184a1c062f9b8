import assert from 'node:assert/strict'
import test from 'node:test'
import { randomOf } from '../random.ts'
import { adjustedRand, bestOverlaps } from './agreement.ts'
import { findClusters } from './find-clusters.ts'
import { assign, inertiaOf, kMeans, miniBatch, plusPlus } from './kmeans.ts'
import { type Points, squaredDistance } from './points.ts'
import { prepare } from './prepare.ts'
import { principalAxes } from './principal-axes.ts'
import { distances, elbowOf, silhouette } from './silhouette.ts'

/** `k` round heaps of points, of known labels. */
const heaps = (
  k: number,
  each: number,
  width: number,
  seed: number,
  spread = 0.4,
): { points: Points; truth: number[] } => {
  const random = randomOf(seed)
  const centres = Array.from({ length: k }, () => Array.from({ length: width }, () => random.normal() * 5))
  const values = new Float32Array(k * each * width)
  const truth: number[] = []
  for (let i = 0; i < k * each; i++) {
    truth.push(i % k)
    for (let w = 0; w < width; w++) values[i * width + w] = (centres[i % k]?.[w] ?? 0) + random.normal() * spread
  }
  return { points: { values, count: k * each, width }, truth }
}

/** Lloyd as the textbook has it: every distance, every time. */
const textbook = ({ values, count, width }: Points, start: Float32Array, k: number) => {
  const centres = Float64Array.from(start)
  let labels = new Array<number>(count).fill(-1)
  for (;;) {
    const next = labels.map((_, i) => {
      let [best, least] = [0, Number.POSITIVE_INFINITY]
      for (let c = 0; c < k; c++) {
        const distance = squaredDistance(values, i * width, centres, c * width, width)
        if (distance < least) [best, least] = [c, distance]
      }
      return best
    })
    if (next.every((label, i) => label === labels[i])) return { labels, centres }
    labels = next
    for (let c = 0; c < k; c++) {
      const own = labels.flatMap((label, i) => (label === c ? [i] : []))
      for (let w = 0; w < width; w++)
        centres[c * width + w] = own.reduce((sum, i) => sum + (values[i * width + w] ?? 0), 0) / own.length
    }
  }
}

test('bounds spare work and change nothing: the clusters are those of Lloyd’s iteration', () => {
  for (const [seed, spread] of [
    [1, 0.4],
    [2, 2],
    [3, 4],
  ] as const) {
    const { points } = heaps(5, 120, 7, seed, spread)
    const start = plusPlus(points, 5, randomOf(seed))
    const ours = kMeans(points, { k: 5, random: randomOf(1), start, tolerance: 0 })
    const theirs = textbook(points, start, 5)
    assert.equal(adjustedRand(ours.labels, theirs.labels, 5), 1)
    const inertia = inertiaOf(points, Float32Array.from(theirs.centres), Uint16Array.from(theirs.labels))
    assert.ok(Math.abs(ours.inertia / inertia - 1) < 1e-5)
  }
})

test('heaps are found, by all ways of looking; the same seed gives the same answer', () => {
  const { points, truth } = heaps(4, 500, 5, 7)
  const found = kMeans(points, { k: 4, random: randomOf(3) })
  assert.equal(adjustedRand(found.labels, truth, 4), 1)
  assert.deepEqual(kMeans(points, { k: 4, random: randomOf(3) }).labels, found.labels)
  const quick = miniBatch(points, { k: 4, random: randomOf(3) })
  assert.equal(adjustedRand(quick.labels, truth, 4), 1)
  assert.ok(quick.inertia < found.inertia * 1.02)
  assert.deepEqual(assign(points, found.centroids).labels, found.labels)
})

test('a cluster that loses all its points takes the farthest', () => {
  const points: Points = { values: Float32Array.from([0, 0.1, 0.2, 10, 10.1, 50]), count: 6, width: 1 }
  const found = kMeans(points, { k: 3, random: randomOf(1), start: Float32Array.from([0, 1_000, 2_000]) })
  assert.equal(new Set(found.labels).size, 3)
})

test('adjusted Rand index: vectors of scikit-learn’s manual', () => {
  assert.ok(Math.abs(adjustedRand([0, 0, 1, 2], [0, 0, 1, 1], 3) - 0.5714285714) < 1e-9)
  assert.ok(Math.abs(adjustedRand([0, 0, 1, 1], [0, 1, 0, 1], 2) + 0.5) < 1e-9)
  assert.equal(adjustedRand([0, 0, 1, 1], [1, 1, 0, 0], 2), 1)
  assert.deepEqual(bestOverlaps([0, 0, 1, 1], [1, 1, 1, 0], 2), [2 / 3, 0.5])
})

test('silhouette by hand', () => {
  const points: Points = { values: Float32Array.from([0, 1, 10]), count: 3, width: 1 }
  const { mean, byCluster } = silhouette(distances(points), [0, 0, 1], 2)
  // (10 − 1) / 10, (9 − 1) / 9, and 0 for the point alone.
  assert.ok(Math.abs(mean - (0.9 + 8 / 9) / 3) < 1e-6)
  assert.equal(byCluster[1], 0)
})

test('the elbow is where the curve bends most', () => {
  const inertias = [100, 60, 30, 26, 23, 21]
  assert.equal(elbowOf(inertias.map((inertia, i) => ({ k: i + 2, inertia }))), 4)
  assert.equal(elbowOf([{ k: 2, inertia: 1 }]), null)
})

test('principal axes of points on a line', () => {
  const values = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i : i - 1))
  const { directions, explained } = principalAxes({ values, count: 100, width: 2 }, 2)
  assert.ok(Math.abs((explained[0] ?? 0) - 1) < 1e-9)
  const [x = 0, y = 0] = directions[0] ?? []
  assert.ok(Math.abs(Math.abs(x) - Math.SQRT1_2) < 1e-6 && Math.abs(x - y) < 1e-6)
})

const number = (name: string, more = {}) => ({
  name,
  type: 'number' as const,
  values: [],
  log: false,
  missing: 'median' as const,
  ...more,
})

test('missing values are filled or their people dropped, and counted', () => {
  const matrix = {
    nos: Uint32Array.from([1, 2, 3, 4]),
    width: 2,
    values: Float32Array.from([1, 5, 2, Number.NaN, Number.NaN, 7, 9, 9]),
  }
  const filled = prepare(matrix, [number('a'), number('b', { missing: 'mean' })], 'none')
  assert.deepEqual(filled.missing, [1, 1])
  assert.deepEqual([...filled.points.values], [1, 5, 2, 7, 2, 7, 9, 9])
  const dropped = prepare(matrix, [number('a', { missing: 'drop' }), number('b')], 'none')
  assert.equal(dropped.dropped, 1)
  assert.deepEqual([...dropped.kept], [0, 1, 3])
})

test('scales: standard, robust, from 0 to 1, logarithm; texts weigh as much as a number', () => {
  const matrix = {
    nos: Uint32Array.from([1, 2, 3, 4]),
    width: 2,
    values: Float32Array.from([0, 0, 2, 0, 4, 1, 10, -1]),
  }
  const features = [number('a'), { ...number('t'), type: 'text' as const, values: ['x', 'y'] }]
  const standard = prepare(matrix, features, 'standard')
  const variance = (column: number) => {
    const xs = [0, 1, 2, 3].map((i) => standard.points.values[i * standard.points.width + column] ?? 0)
    return xs.reduce((sum, x) => sum + x * x, 0) / 4
  }
  assert.ok(Math.abs(variance(0) - 1) < 1e-6)
  assert.ok(Math.abs(variance(1) + variance(2) + variance(3) - 1) < 1e-6)
  assert.deepEqual(
    standard.columns.map(({ value }) => value),
    [undefined, 'x', 'y', null],
  )
  const robust = prepare(matrix, features.slice(0, 1), 'robust').columns[0]
  assert.deepEqual([robust?.center, robust?.spread], [3, 4])
  const bounded = prepare(matrix, features.slice(0, 1), 'minMax')
  assert.deepEqual(
    [...bounded.points.values].map((x) => Math.round(x * 10)),
    [0, 2, 4, 10],
  )
  const log = prepare(matrix, [number('a', { log: true })], 'none')
  assert.ok(Math.abs((log.points.values[3] ?? 0) - Math.log(11)) < 1e-6)
})

test('from raw features to portraits: the right number of clusters, steady, told by what is special about each', () => {
  const random = randomOf(11)
  const each = 200
  // Young with instalments, middle-aged and rich with a card, old without either and with a missing income now and then.
  const kinds = [
    { age: 28, income: 6_000, plan: 0 },
    { age: 45, income: 30_000, plan: 1 },
    { age: 66, income: 4_000, plan: Number.NaN },
  ]
  const values = new Float32Array(3 * each * 3)
  for (let i = 0; i < 3 * each; i++) {
    const { age, income, plan } = kinds[i % 3] ?? { age: 0, income: 0, plan: 0 }
    values[i * 3] = age + random.normal() * 3
    values[i * 3 + 1] = i % 50 === 0 ? Number.NaN : income * Math.exp(random.normal() * 0.15)
    values[i * 3 + 2] = plan
  }
  const { result, members } = findClusters(
    {
      matrix: { nos: Uint32Array.from({ length: 3 * each }, (_, i) => i + 1), values, width: 3 },
      features: [
        number('age'),
        number('income', { log: true }),
        { ...number('plan'), type: 'text', values: ['instalments', 'card'] },
      ],
      options: { scale: 'standard', method: 'kmeans', k: null, kFrom: 2, kTo: 6, seed: 5 },
    },
    () => undefined,
  )
  assert.equal(result.k, 3)
  assert.equal(result.bestSilhouette, 3)
  assert.ok(result.randIndexes.every((index) => index > 0.98))
  assert.ok(result.clusters.every(({ size, stability }) => size === each && (stability ?? 0) > 0.98))
  const young = members.findIndex((nos) => nos.includes(1))
  const portrait = result.clusters[young]?.portrait ?? []
  const plan = portrait.find((trait) => trait.kind === 'share')
  assert.ok(plan?.kind === 'share' && plan.value === 'instalments' && plan.share === 1)
  const age = portrait.find(({ feature }) => feature === 0)
  assert.ok(age?.kind === 'range' && age.low > 24 && age.high < 32 && age.effect < -0.5)
  assert.equal(result.features[1]?.missing, 12)
  assert.equal(
    members.reduce((sum, nos) => sum + nos.length, 0),
    3 * each,
  )
  assert.ok(result.scatter.points.length > 0 && (result.scatter.explained[0] ?? 0) > 0.4)
})

test('a tree of a sample finds the same heaps, and tells how high the last merges are', () => {
  const { points, truth } = heaps(3, 40, 2, 5)
  const { result, members } = findClusters(
    {
      matrix: { nos: Uint32Array.from({ length: points.count }, (_, i) => i), values: points.values, width: 2 },
      features: [number('x'), number('y')],
      options: { scale: 'none', method: 'hierarchical', k: 3, kFrom: 2, kTo: 4, seed: 1 },
    },
    () => undefined,
  )
  const labels = truth.map((_, no) => members.findIndex((nos) => nos.includes(no)))
  assert.equal(adjustedRand(labels, truth, 3), 1)
  assert.ok((result.merges[1] ?? 0) > (result.merges[2] ?? 0) * 3)
})
