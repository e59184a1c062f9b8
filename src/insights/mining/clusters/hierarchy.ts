import { agnes } from 'ml-hclust'
import { type Points, pick } from './points.ts'
import { distances } from './silhouette.ts'

/**
 * Ward's clustering from the single points up; for samples, the time grows with the third power of their number.
 * @returns centres of k clusters, and the heights of the last merges, the highest first
 */
export const hierarchy = (points: Points, k: number): { centroids: Float32Array; merges: number[] } => {
  const { count, width } = points
  const flat = distances(points)
  const matrix = Array.from({ length: count }, (_, i) => Array.from(flat.subarray(i * count, i * count + count)))
  const tree = agnes(matrix, { method: 'ward2', isDistanceMatrix: true })
  const merges: number[] = []
  tree.traverse((cluster) => {
    if (!cluster.isLeaf) merges.push(cluster.height)
  })
  merges.sort((a, b) => b - a)
  const centroids = new Float32Array(k * width)
  tree.group(Math.min(k, count)).children.forEach((cluster, c) => {
    const { values, count } = pick(points, cluster.indices())
    for (let w = 0; w < width; w++) {
      let sum = 0
      for (let i = 0; i < count; i++) sum += values[i * width + w] as number
      centroids[c * width + w] = sum / count
    }
  })
  return { centroids, merges: merges.slice(0, 30) }
}
