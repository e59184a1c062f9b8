const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Ends of classes of lengths that people read with ease. */
const ends = [
  10 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  3 * day,
  7 * day,
  14 * day,
  30 * day,
  60 * day,
  90 * day,
  180 * day,
  366 * day,
]

/** Classes of lengths up to `mostMs`: `fromMs` < length ≤ `toMs`; the first begins below nought, so that it holds nought. */
export const histogramBounds = (mostMs: number): { fromMs: number; toMs: number }[] => {
  const used = [...ends.filter((end) => end < mostMs), mostMs]
  return used.map((toMs, i) => ({ fromMs: used[i - 1] ?? -1, toMs }))
}
