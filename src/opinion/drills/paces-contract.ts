import type { Pace } from './drill-contract.ts'

/**
 * Minutes after the first post by which 5, 10 … 100 % of a story's copies were out: medians over bands of 1,705 Weibo events
 * with 150 copies and more (CED of Tsinghua University, 2,441 events, first 24 hours). The bands are the 5th to 20th, 25th to 45th,
 * 50th to 70th and 80th to 95th percentile by the time to half of the copies. Figures only: no text or account of it is here.
 */
const bands: Readonly<Record<Pace, readonly number[]>> = {
  explosive: [
    2.1, 3.7, 5.5, 7.5, 9.8, 12.5, 15.4, 18.9, 23.1, 27.9, 33.2, 39.8, 47.6, 59.2, 74.7, 91.7, 117.2, 170.4, 321.9,
    445.7,
  ],
  hot: [
    3.4, 6.2, 9.4, 13.4, 18.1, 23.5, 30.2, 38.1, 47.2, 58.9, 72.5, 92.8, 116.8, 146, 194.3, 263.7, 364.8, 493.3, 620.8,
    1246.3,
  ],
  steady: [
    8.5, 16.3, 25, 35.4, 48.1, 61.1, 77.2, 90.5, 106.4, 132.6, 164.6, 188.6, 216.8, 251.9, 297.5, 359.7, 450.4, 569,
    778.3, 1322.1,
  ],
  slow: [
    15.1, 33.4, 63.8, 107.7, 197.8, 341.4, 426.8, 476.4, 523.5, 560.8, 589.9, 625.5, 659.8, 700.6, 735, 789.9, 858.1,
    974.5, 1139.3, 1405.8,
  ],
}

/** Minute by which a share (0 to 1) of the crowd has spoken. */
export const minuteOf = (pace: Pace, share: number): number => {
  const band = bands[pace]
  const place = Math.min(1, Math.max(0, share)) * band.length
  const step = Math.min(band.length - 1, Math.floor(place))
  const low = step === 0 ? 0 : (band[step - 1] ?? 0)
  const high = band[step] ?? low
  return low + (high - low) * (place - step)
}
