import type { Points } from './points.ts'

/**
 * The directions in which points spread most, by Jacobi's rotations of their covariance.
 * @returns centre, the first `axes` directions of length 1, and the share of the variance along each
 */
export const principalAxes = ({ values, count, width }: Points, axes: number) => {
  const center = new Float64Array(width)
  for (let i = 0; i < count; i++)
    for (let w = 0; w < width; w++) center[w] = (center[w] as number) + (values[i * width + w] as number) / count
  const covariance = Array.from({ length: width }, () => new Float64Array(width))
  for (let i = 0; i < count; i++)
    for (let a = 0; a < width; a++) {
      const row = covariance[a] as Float64Array
      const da = (values[i * width + a] as number) - (center[a] as number)
      for (let b = a; b < width; b++)
        row[b] = (row[b] as number) + (da * ((values[i * width + b] as number) - (center[b] as number))) / count
    }
  for (let a = 0; a < width; a++)
    for (let b = 0; b < a; b++) (covariance[a] as Float64Array)[b] = (covariance[b] as Float64Array)[a] as number
  const { eigenvalues, vectors } = jacobi(covariance)
  const order = eigenvalues.map((_, i) => i).sort((a, b) => (eigenvalues[b] as number) - (eigenvalues[a] as number))
  const total = eigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0)
  const chosen = order.slice(0, axes)
  return {
    center,
    directions: chosen.map((i) => Float64Array.from(vectors, (row) => row[i] as number)),
    explained: chosen.map((i) => (total > 0 ? Math.max(0, eigenvalues[i] as number) / total : 0)),
  }
}

/** Eigenvalues and eigenvectors (columns of `vectors`) of a symmetric matrix, which is used up. */
const jacobi = (m: Float64Array[]) => {
  const n = m.length
  const vectors = m.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)))
  const at = (rows: Float64Array[], i: number, j: number) => (rows[i] as Float64Array)[j] as number
  const put = (rows: Float64Array[], i: number, j: number, value: number) => {
    ;(rows[i] as Float64Array)[j] = value
  }
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) off += at(m, i, j) ** 2
    if (off < 1e-18) break
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = at(m, p, q)
        if (Math.abs(apq) < 1e-15) continue
        const theta = (at(m, q, q) - at(m, p, p)) / (2 * apq)
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let i = 0; i < n; i++) {
          const [ip, iq] = [at(m, i, p), at(m, i, q)]
          put(m, i, p, c * ip - s * iq)
          put(m, i, q, s * ip + c * iq)
        }
        for (let i = 0; i < n; i++) {
          const [pi, qi] = [at(m, p, i), at(m, q, i)]
          put(m, p, i, c * pi - s * qi)
          put(m, q, i, s * pi + c * qi)
        }
        for (let i = 0; i < n; i++) {
          const [vp, vq] = [at(vectors, i, p), at(vectors, i, q)]
          put(vectors, i, p, c * vp - s * vq)
          put(vectors, i, q, s * vp + c * vq)
        }
      }
  }
  return { eigenvalues: m.map((_, i) => at(m, i, i)), vectors }
}
