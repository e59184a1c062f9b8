import type { Cluster, ClustersQuestion, ClustersResult } from '../contract.ts'
import { type Random, randomOf } from '../random.ts'
import { adjustedRand, bestOverlaps } from './agreement.ts'
import type { Matrix } from './features.ts'
import { hierarchy } from './hierarchy.ts'
import { assign, type KMeans, kMeans, miniBatch } from './kmeans.ts'
import { type Points, pick } from './points.ts'
import { portraits } from './portraits.ts'
import { type PreparedFeature, prepare } from './prepare.ts'
import { principalAxes } from './principal-axes.ts'
import { bootstrap, sample } from './sample.ts'
import { distances, elbowOf, silhouette } from './silhouette.ts'

export interface FindClusters {
  matrix: Matrix
  features: PreparedFeature[]
  options: Pick<ClustersQuestion, 'scale' | 'method' | 'k' | 'kFrom' | 'kTo' | 'seed'>
}

export interface FoundClusters {
  result: Omit<ClustersResult, 'kind'>
  /** Customer numbers by cluster, in the order of `result.clusters`. */
  members: Uint32Array[]
}

/** Sizes of the samples: for trying numbers of clusters, for silhouettes (every pair), for trees, for drawing anew, for the picture. */
const samples = { trial: 20_000, pairs: 2_000, tree: 600, stability: 10_000, picture: 1_500 }
const drawnAnew = 10

/** Everything about clusters of one matrix; the steps tell how far they are. */
export const findClusters = (
  { matrix: asRead, features, options }: FindClusters,
  onProgress: (share: number) => void,
): FoundClusters => {
  const matrix = inOrder(asRead)
  const random = randomOf(options.seed)
  const { points, columns, kept, dropped, missing } = prepare(matrix, features, options.scale)
  onProgress(0.1)
  if (points.count < 2) throw Object.assign(new Error('too few people'), { name: 'TooFewPeople' })
  const { kFrom, kTo } = options
  const most = Math.min(50, points.count)
  const trial = pick(points, sample(points.count, samples.trial, random))
  const looked = sample(trial.count, samples.pairs, random)
  const pairs = distances(pick(trial, looked))
  const ks =
    options.k === null
      ? range(Math.min(kFrom, most), Math.min(Math.max(kFrom, kTo), most))
      : [Math.min(options.k, most)]
  const tried = ks.map((k, i) => {
    const found = bestOf(trial, k, options.method, random)
    onProgress(0.1 + (0.4 * (i + 1)) / ks.length)
    const { mean } = silhouette(pairs, labelsAt(found.labels, looked), k)
    return { k, inertia: found.inertia, silhouette: mean, start: found.centroids }
  })
  const bestSilhouette = tried.reduce((best, one) => (one.silhouette > best.silhouette ? one : best))
  const { k, start } = bestSilhouette
  const { found, merges } = clustered(points, k, start, options.method, random)
  onProgress(0.75)

  // The largest first, so that numbers mean something to whoever reads them.
  const sizes = new Uint32Array(k)
  for (const label of found.labels) sizes[label] = (sizes[label] as number) + 1
  const order = range(0, k - 1).sort((a, b) => (sizes[b] as number) - (sizes[a] as number))
  const rankOf = new Uint16Array(k)
  order.forEach((label, rank) => {
    rankOf[label] = rank
  })
  const labels = found.labels.map((label) => rankOf[label] as number)
  const centroids = new Float32Array(found.centroids.length)
  order.forEach((label, rank) => {
    centroids.set(found.centroids.subarray(label * points.width, (label + 1) * points.width), rank * points.width)
  })

  const pairPlaces = sample(points.count, samples.pairs, random)
  const shape = silhouette(distances(pick(points, pairPlaces)), labelsAt(labels, pairPlaces), k)
  onProgress(0.8)
  const { randIndexes, stability } = stabilityOf(points, labels, k, random, (share) => onProgress(0.8 + share * 0.1))
  const rows = range(0, k - 1).map((c) => rowsOf(labels, c, sizes[order[c] as number] as number))
  const told = portraits(
    matrix,
    features,
    kept,
    rows.map((places) => places.map((place) => kept[place] as number)),
  )
  const clusters = range(0, k - 1).map((c): Cluster => {
    const size = rows[c]?.length ?? 0
    const ownSilhouette = shape.byCluster[c] ?? Number.NaN
    return {
      no: c + 1,
      name: null,
      size,
      share: size / points.count,
      centroid: Array.from(centroids.subarray(c * points.width, (c + 1) * points.width)),
      portrait: told[c] ?? [],
      silhouette: Number.isNaN(ownSilhouette) ? null : ownSilhouette,
      stability: stability[c] ?? null,
    }
  })
  onProgress(0.95)
  return {
    result: {
      people: points.count,
      dropped,
      features: features.map(({ name, type, values }, f) => ({ name, type, values, missing: missing[f] ?? 0 })),
      columns,
      k,
      tried: tried.map(({ k, inertia, silhouette }) => ({ k, inertia, silhouette })),
      bestSilhouette: options.k === null ? bestSilhouette.k : null,
      elbow: elbowOf(tried),
      clusters,
      inertia: found.inertia,
      iterations: found.iterations,
      silhouette: shape.mean,
      randIndexes,
      scatter: pictureOf(points, labels, random),
      merges,
    },
    members: rows.map((places) => places.map((place) => matrix.nos[kept[place] as number] as number)),
  }
}

/** People by number: the engine gives them in an order of its own each time, and a seed draws places. */
const inOrder = ({ nos, values, width }: Matrix): Matrix => {
  const order = Uint32Array.from(nos, (_, i) => i).sort((a, b) => (nos[a] as number) - (nos[b] as number))
  return {
    nos: nos.map((_, i) => nos[order[i] as number] as number),
    values: pick({ values, count: nos.length, width }, order).values,
    width,
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

const labelsAt = (labels: ArrayLike<number>, places: Uint32Array) =>
  Array.from(places, (place) => labels[place] as number)

const rowsOf = (labels: Uint16Array, cluster: number, size: number): Uint32Array => {
  const rows = new Uint32Array(size)
  for (let i = 0, at = 0; i < labels.length; i++) if (labels[i] === cluster) rows[at++] = i
  return rows
}

/** Of a few beginnings, the one that ends with the least inertia. */
const bestOf = (points: Points, k: number, method: ClustersQuestion['method'], random: Random): KMeans => {
  if (method === 'hierarchical') return grown(points, k, random).found
  const runs = range(1, 3).map(() => kMeans(points, { k, random }))
  return runs.reduce((best, one) => (one.inertia < best.inertia ? one : best))
}

const grown = (points: Points, k: number, random: Random) => {
  const { centroids, merges } = hierarchy(pick(points, sample(points.count, samples.tree, random)), k)
  return { found: { centroids, ...assign(points, centroids), iterations: 1 }, merges }
}

const clustered = (
  points: Points,
  k: number,
  start: Float32Array,
  method: ClustersQuestion['method'],
  random: Random,
): { found: KMeans; merges: number[] } => {
  if (method === 'hierarchical') return grown(points, k, random)
  const run = method === 'miniBatch' ? miniBatch : kMeans
  return { found: run(points, { k, random, start }), merges: [] }
}

/**
 * Clusters of samples drawn with returning, compared with the answer on the people of one sample: adjusted Rand indexes,
 * and how well each cluster is found again.
 */
const stabilityOf = (
  points: Points,
  labels: Uint16Array,
  k: number,
  random: Random,
  onProgress: (share: number) => void,
) => {
  const places = sample(points.count, samples.stability, random)
  const few = pick(points, places)
  const answer = labelsAt(labels, places)
  const overlaps = new Float64Array(k)
  const randIndexes = range(1, drawnAnew).map((run) => {
    const anew = kMeans(pick(few, bootstrap(few.count, few.count, random)), { k, random })
    const again = assign(few, anew.centroids).labels
    bestOverlaps(answer, again, k).forEach((overlap, c) => {
      overlaps[c] = (overlaps[c] as number) + overlap / drawnAnew
    })
    onProgress(run / drawnAnew)
    return adjustedRand(answer, again, k)
  })
  return { randIndexes, stability: Array.from(overlaps) }
}

const pictureOf = (points: Points, labels: Uint16Array, random: Random): ClustersResult['scatter'] => {
  const axes = principalAxes(pick(points, sample(points.count, samples.trial, random)), 2)
  const places = sample(points.count, samples.picture, random)
  const round = (x: number) => Math.round(x * 1_000) / 1_000
  const along = (row: number, axis: number) => {
    const direction = axes.directions[axis]
    if (!direction) return 0
    let sum = 0
    for (let w = 0; w < points.width; w++)
      sum += ((points.values[row * points.width + w] as number) - (axes.center[w] as number)) * (direction[w] as number)
    return round(sum)
  }
  return {
    points: Array.from(places, (place): [number, number, number] => [
      along(place, 0),
      along(place, 1),
      (labels[place] as number) + 1,
    ]),
    explained: axes.explained,
  }
}
