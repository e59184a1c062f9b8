/** A margin as a probability: 1 / (1 + exp(−(slope · margin + offset))). */
export interface Platt {
  slope: number
  offset: number
}

export const probability = ({ slope, offset }: Platt, margin: number): number =>
  1 / (1 + Math.exp(-(slope * margin + offset)))

/**
 * Fits Platt's sigmoid on margins that the model had not learnt from, by Newton's method with the targets of Lin, Lin and
 * Weng (2007), which keep it from certainty.
 */
export const fitPlatt = (margins: ArrayLike<number>, labels: ArrayLike<number>): Platt => {
  const count = margins.length
  let yes = 0
  for (let row = 0; row < count; row++) yes += labels[row] === 1 ? 1 : 0
  const high = (yes + 1) / (yes + 2)
  const low = 1 / (count - yes + 2)
  let slope = 1
  let offset = Math.log((yes + 1) / (count - yes + 1))
  for (let round = 0; round < 50; round++) {
    let g0 = 0
    let g1 = 0
    let h00 = 1e-9
    let h01 = 0
    let h11 = 1e-9
    for (let row = 0; row < count; row++) {
      const margin = margins[row] ?? 0
      const p = 1 / (1 + Math.exp(-(slope * margin + offset)))
      const error = p - (labels[row] === 1 ? high : low)
      const curve = Math.max(p * (1 - p), 1e-9)
      g0 += error * margin
      g1 += error
      h00 += curve * margin * margin
      h01 += curve * margin
      h11 += curve
    }
    const determinant = h00 * h11 - h01 * h01
    if (Math.abs(determinant) < 1e-12) break
    const slopeStep = (h11 * g0 - h01 * g1) / determinant
    const offsetStep = (h00 * g1 - h01 * g0) / determinant
    // A long step out of a flat place would throw it away.
    const damp = Math.min(1, 2 / Math.max(Math.abs(slopeStep), Math.abs(offsetStep), 1e-12))
    slope -= slopeStep * damp
    offset -= offsetStep * damp
    if (Math.abs(slopeStep) + Math.abs(offsetStep) < 1e-7) break
  }
  return { slope, offset }
}

/**
 * Expected calibration error: how far the share of yes is from the probability told, over ten bins of equal width, weighted by
 * their sizes (Naeini et al. 2015). 0 to 1.
 */
export const calibrationError = (probabilities: ArrayLike<number>, labels: ArrayLike<number>): number => {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, told: 0, yes: 0 }))
  for (let row = 0; row < probabilities.length; row++) {
    const p = probabilities[row] ?? 0
    const bin = bins[Math.min(9, Math.floor(p * 10))]
    if (!bin) continue
    bin.count++
    bin.told += p
    bin.yes += labels[row] === 1 ? 1 : 0
  }
  return bins.reduce((sum, { told, yes }) => sum + Math.abs(told - yes), 0) / (probabilities.length || 1)
}
