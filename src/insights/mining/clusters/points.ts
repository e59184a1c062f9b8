/** Points in rows: point i is `values[i × width] … values[i × width + width − 1]`. */
export interface Points {
  values: Float32Array
  count: number
  width: number
}

/** Squared distance of a point from a centre (both by their first place). */
// Four sums at once: one would make each addition wait for the one before, 1.6× slower at width 20.
export const squaredDistance = (
  a: Float32Array,
  i: number,
  b: Float32Array | Float64Array,
  j: number,
  width: number,
) => {
  let [s, t, u, v] = [0, 0, 0, 0]
  let w = 0
  for (; w + 3 < width; w += 4) {
    const d0 = (a[i + w] as number) - (b[j + w] as number)
    const d1 = (a[i + w + 1] as number) - (b[j + w + 1] as number)
    const d2 = (a[i + w + 2] as number) - (b[j + w + 2] as number)
    const d3 = (a[i + w + 3] as number) - (b[j + w + 3] as number)
    s += d0 * d0
    t += d1 * d1
    u += d2 * d2
    v += d3 * d3
  }
  for (; w < width; w++) {
    const d = (a[i + w] as number) - (b[j + w] as number)
    s += d * d
  }
  return s + t + (u + v)
}

/** The points at these places, in their order. */
export const pick = ({ values, width }: Points, places: ArrayLike<number>): Points => {
  const picked = new Float32Array(places.length * width)
  for (let i = 0; i < places.length; i++) {
    const from = (places[i] as number) * width
    picked.set(values.subarray(from, from + width), i * width)
  }
  return { values: picked, count: places.length, width }
}
