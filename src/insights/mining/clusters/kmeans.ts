import type { Random } from '../random.ts'
import { type Points, pick, squaredDistance } from './points.ts'
import { sample } from './sample.ts'

export interface KMeans {
  /** Centres in rows, as wide as the points. */
  centroids: Float32Array
  /** Cluster of each point, from 0. */
  labels: Uint16Array
  /** Sum of squared distances of the points from their centres. */
  inertia: number
  iterations: number
}

export interface KMeansOptions {
  k: number
  random: Random
  /** Centres to begin with; made by `seeds` when missing. */
  start?: Float32Array
  /** 300 unless given. */
  mostIterations?: number
  /** Ends when the centres together move less than this share of the mean variance; 1e-4 unless given. */
  tolerance?: number
  onIteration?: (iteration: number) => void
}

/**
 * k-means++ with greedy choice: of several candidates drawn by squared distance, the one that helps most (Arthur and
 * Vassilvitskii 2007; as many candidates as scikit-learn draws, 2 + ln k).
 */
export const plusPlus = ({ values, count, width }: Points, k: number, random: Random): Float32Array => {
  const centroids = new Float32Array(k * width)
  const candidates = 2 + Math.floor(Math.log(k))
  const copy = (point: number, to: number) =>
    centroids.set(values.subarray(point * width, point * width + width), to * width)
  copy(random.below(count), 0)
  let nearest: Float64Array = new Float64Array(count)
  let total = 0
  for (let i = 0; i < count; i++) {
    const distance = squaredDistance(values, i * width, centroids, 0, width)
    nearest[i] = distance
    total += distance
  }
  for (let c = 1; c < k; c++) {
    let best: { total: number; nearest: Float64Array; point: number } | undefined
    for (let candidate = 0; candidate < candidates; candidate++) {
      let left = random.next() * total
      let point = 0
      for (; point < count - 1; point++) {
        left -= nearest[point] as number
        if (left < 0) break
      }
      const after = new Float64Array(count)
      let sum = 0
      for (let i = 0; i < count; i++) {
        const distance = squaredDistance(values, i * width, values, point * width, width)
        const before = nearest[i] as number
        const least = Math.min(distance, before)
        after[i] = least
        sum += least
      }
      if (!best || sum < best.total) best = { total: sum, nearest: after, point }
    }
    if (!best) break
    copy(best.point, c)
    nearest = best.nearest
    total = best.total
  }
  return centroids
}

const seedSample = 20_000
const seedTries = 4

/** Centres to begin with: the best of a few runs on a sample. A hundredth of the work of drawing them from a million points. */
export const seeds = (points: Points, k: number, random: Random): Float32Array => {
  const few = points.count > seedSample ? pick(points, sample(points.count, seedSample, random)) : points
  let best: KMeans | undefined
  const tries = points.count > seedSample ? seedTries : 1
  for (let i = 0; i < tries; i++) {
    const found = lloyd(few, { k, random, start: plusPlus(few, k, random), mostIterations: tries > 1 ? 30 : 0 })
    if (!best || found.inertia < best.inertia) best = found
  }
  return best?.centroids ?? plusPlus(few, k, random)
}

/** k-means from centres begun by `seeds`. */
export const kMeans = (points: Points, options: KMeansOptions): KMeans =>
  lloyd(points, { ...options, start: options.start ?? seeds(points, options.k, options.random) })

/**
 * Lloyd's iteration with Hamerly's bounds (2010): a point whose bounds show that its centre is still nearest is not looked
 * at. The outcome is the same as without them, but for rounding.
 */
const lloyd = (
  points: Points,
  { k, start, mostIterations = 300, tolerance = 1e-4, onIteration }: KMeansOptions & { start: Float32Array },
): KMeans => {
  const { values, count, width } = points
  const centroids = Float32Array.from(start)
  const labels = new Uint16Array(count)
  const upper = new Float32Array(count)
  const lower = new Float32Array(count)
  const sums = new Float64Array(k * width)
  const sizes = new Uint32Array(k)
  const enough = tolerance * meanVariance(points)
  for (let i = 0; i < count; i++) {
    const [label, first, second] = nearestTwo(values, i * width, centroids, k, width)
    labels[i] = label
    upper[i] = Math.sqrt(first)
    lower[i] = Math.sqrt(second)
    sizes[label] = (sizes[label] as number) + 1
    for (let w = 0; w < width; w++)
      sums[label * width + w] = (sums[label * width + w] as number) + (values[i * width + w] as number)
  }
  const shift = new Float64Array(k)
  const half = new Float64Array(k)
  let iterations = 0
  while (iterations < mostIterations) {
    iterations++
    onIteration?.(iterations)
    refillEmpty(points, labels, upper, sums, sizes)
    let moved = 0
    let [farthest, most, next] = [0, 0, 0]
    for (let c = 0; c < k; c++) {
      const size = sizes[c] as number
      let squared = 0
      for (let w = 0; w < width && size > 0; w++) {
        const place = c * width + w
        const before = centroids[place] as number
        centroids[place] = (sums[place] as number) / size
        squared += ((sums[place] as number) / size - before) ** 2
      }
      moved += squared
      const by = Math.sqrt(squared)
      shift[c] = by
      if (by > most) {
        next = most
        most = by
        farthest = c
      } else if (by > next) next = by
    }
    halfGaps(centroids, k, width, half)
    let changed = 0
    for (let i = 0; i < count; i++) {
      const label = labels[i] as number
      const up = (upper[i] as number) + (shift[label] as number)
      const low = (lower[i] as number) - (label === farthest ? next : most)
      const bound = Math.max(half[label] as number, low)
      upper[i] = up
      lower[i] = low
      if (up <= bound) continue
      const row = i * width
      const tight = Math.sqrt(squaredDistance(values, row, centroids, label * width, width))
      upper[i] = tight
      if (tight <= bound) continue
      const [nearest, first, second] = nearestTwo(values, row, centroids, k, width)
      upper[i] = Math.sqrt(first)
      lower[i] = Math.sqrt(second)
      if (nearest === label) continue
      labels[i] = nearest
      changed++
      sizes[label] = (sizes[label] as number) - 1
      sizes[nearest] = (sizes[nearest] as number) + 1
      for (let w = 0; w < width; w++) {
        const value = values[row + w] as number
        sums[label * width + w] = (sums[label * width + w] as number) - value
        sums[nearest * width + w] = (sums[nearest * width + w] as number) + value
      }
    }
    if (changed === 0 || moved <= enough) break
  }
  return { centroids, labels, inertia: inertiaOf(points, centroids, labels), iterations }
}

const two: [label: number, first: number, second: number] = [0, 0, 0]
/** Nearest centre, its squared distance, and the squared distance of the next. The answer is overwritten by the next call. */
const nearestTwo = (values: Float32Array, row: number, centroids: Float32Array, k: number, width: number) => {
  let [label, first, second] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let c = 0; c < k; c++) {
    const distance = squaredDistance(values, row, centroids, c * width, width)
    if (distance < first) {
      second = first
      first = distance
      label = c
    } else if (distance < second) second = distance
  }
  two[0] = label
  two[1] = first
  two[2] = second
  return two
}

/** Half the distance from each centre to its nearest neighbour: a point nearer than that belongs to it. */
const halfGaps = (centroids: Float32Array, k: number, width: number, half: Float64Array) => {
  for (let c = 0; c < k; c++) {
    let least = Number.POSITIVE_INFINITY
    for (let other = 0; other < k; other++) {
      if (other === c) continue
      least = Math.min(least, squaredDistance(centroids, c * width, centroids, other * width, width))
    }
    half[c] = Math.sqrt(least) / 2
  }
}

/** A cluster that lost all its points takes the one farthest from its own centre. */
const refillEmpty = (
  { values, count, width }: Points,
  labels: Uint16Array,
  upper: Float32Array,
  sums: Float64Array,
  sizes: Uint32Array,
) => {
  for (let c = 0; c < sizes.length; c++) {
    if (sizes[c] !== 0) continue
    let farthest = -1
    for (let i = 0; i < count; i++)
      if (
        (sizes[labels[i] as number] as number) > 1 &&
        (farthest < 0 || (upper[i] as number) > (upper[farthest] as number))
      )
        farthest = i
    if (farthest < 0) return
    const from = labels[farthest] as number
    labels[farthest] = c
    upper[farthest] = 0
    sizes[from] = (sizes[from] as number) - 1
    sizes[c] = 1
    for (let w = 0; w < width; w++) {
      const value = values[farthest * width + w] as number
      sums[from * width + w] = (sums[from * width + w] as number) - value
      sums[c * width + w] = value
    }
  }
}

const meanVariance = ({ values, count, width }: Points): number => {
  const sums = new Float64Array(width)
  const squares = new Float64Array(width)
  for (let i = 0; i < count; i++)
    for (let w = 0; w < width; w++) {
      const value = values[i * width + w] as number
      sums[w] = (sums[w] as number) + value
      squares[w] = (squares[w] as number) + value * value
    }
  let total = 0
  for (let w = 0; w < width; w++) total += (squares[w] as number) / count - ((sums[w] as number) / count) ** 2
  return total / width
}

export const inertiaOf = ({ values, count, width }: Points, centroids: Float32Array, labels: Uint16Array): number => {
  let inertia = 0
  for (let i = 0; i < count; i++)
    inertia += squaredDistance(values, i * width, centroids, (labels[i] as number) * width, width)
  return inertia
}

/** The nearest centre of each point. */
export const assign = (
  { values, count, width }: Points,
  centroids: Float32Array,
): { labels: Uint16Array; inertia: number } => {
  const labels = new Uint16Array(count)
  const k = centroids.length / width
  let inertia = 0
  for (let i = 0; i < count; i++) {
    const [label, distance] = nearestTwo(values, i * width, centroids, k, width)
    labels[i] = label
    inertia += distance
  }
  return { labels, inertia }
}

const batchSize = 4_096
const mostBatches = 2_000
const patienceBatches = 10
/** What one batch counts for in the smoothed inertia. */
const smoothing = 0.1

/**
 * Mini-batches (Sculley 2010): each centre moves towards the points of a batch nearest to it by 1 / (points it has seen).
 * Ends when the smoothed inertia of the batches stops falling, then looks at all points once.
 */
export const miniBatch = (points: Points, { k, random, start, onIteration }: KMeansOptions): KMeans => {
  const { values, count, width } = points
  const centroids = Float32Array.from(start ?? seeds(points, k, random))
  const seen = new Float64Array(k)
  // As if a sample had been seen: without it the first batch would throw the good beginning away.
  seen.fill(Math.min(count, seedSample) / k / 4)
  let smoothed = Number.NaN
  let best = Number.POSITIVE_INFINITY
  let worse = 0
  let batches = 0
  while (batches < mostBatches && worse < patienceBatches) {
    batches++
    onIteration?.(batches)
    let inertia = 0
    for (let b = 0; b < batchSize; b++) {
      const row = random.below(count) * width
      const [label, distance] = nearestTwo(values, row, centroids, k, width)
      inertia += distance
      const n = (seen[label] as number) + 1
      seen[label] = n
      for (let w = 0; w < width; w++) {
        const place = label * width + w
        const at = centroids[place] as number
        centroids[place] = at + ((values[row + w] as number) - at) / n
      }
    }
    inertia /= batchSize
    smoothed = Number.isNaN(smoothed) ? inertia : smoothed + (inertia - smoothed) * smoothing
    if (smoothed < best) {
      best = smoothed
      worse = 0
    } else worse++
  }
  return { centroids, ...assign(points, centroids), iterations: batches }
}
