export interface BinaryFigures {
  count: number
  accuracy: number
  /** Mean of the F1 of yes and of no. */
  macroF1: number
  precision: number
  recall: number
}

/** @param told probabilities or margins: above `threshold` is yes */
export const binaryFigures = (told: ArrayLike<number>, labels: ArrayLike<number>, threshold = 0.5): BinaryFigures => {
  let hits = 0
  let falls = 0
  let misses = 0
  let rest = 0
  for (let row = 0; row < told.length; row++) {
    const yes = (told[row] ?? 0) > threshold
    if (labels[row] === 1) {
      if (yes) hits++
      else misses++
    } else if (yes) falls++
    else rest++
  }
  const f1 = (right: number) => (2 * right) / (2 * right + falls + misses || 1)
  return {
    count: told.length,
    accuracy: (hits + rest) / (told.length || 1),
    macroF1: (f1(hits) + f1(rest)) / 2,
    precision: hits / (hits + falls || 1),
    recall: hits / (hits + misses || 1),
  }
}
