/** Turns numbers into probabilities of exclusive classes: softmax of `weights[class] · numbers + biases[class]`. */
export interface Softmax {
  weights: number[][]
  biases: number[]
}

/** @returns probabilities in the order of the classes; they add up to 1 */
export const softmax = ({ weights, biases }: Softmax, numbers: ArrayLike<number>): number[] => {
  const margins = weights.map((row, k) =>
    row.reduce((sum, weight, index) => sum + weight * (numbers[index] ?? 0), biases[k] ?? 0),
  )
  const most = Math.max(...margins)
  const shares = margins.map((margin) => Math.exp(margin - most))
  const total = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / total)
}

/** Fits it by gradient descent with momentum; small tables only. @param ridge keeps weights small */
export const fitSoftmax = (
  table: readonly ArrayLike<number>[],
  labels: readonly number[],
  classes: number,
  ridge = 0.01,
): Softmax => {
  const width = table[0]?.length ?? 0
  const fitted: Softmax = {
    weights: Array.from({ length: classes }, () => new Array<number>(width).fill(0)),
    biases: new Array<number>(classes).fill(0),
  }
  const speed = fitted.weights.map((row) => [...row, 0])
  for (let round = 0; round < 400; round++) {
    const slopes = speed.map((row) => row.map(() => 0))
    table.forEach((numbers, index) => {
      softmax(fitted, numbers).forEach((share, k) => {
        const error = (share - (labels[index] === k ? 1 : 0)) / table.length
        const into = slopes[k] ?? []
        for (let f = 0; f < width; f++) into[f] = (into[f] ?? 0) + error * (numbers[f] ?? 0)
        into[width] = (into[width] ?? 0) + error
      })
    })
    slopes.forEach((row, k) => {
      const weights = fitted.weights[k] ?? []
      const moving = speed[k] ?? []
      row.forEach((slope, f) => {
        moving[f] = 0.9 * (moving[f] ?? 0) - 0.3 * (slope + (f < width ? ridge * (weights[f] ?? 0) : 0))
        if (f < width) weights[f] = (weights[f] ?? 0) + (moving[f] ?? 0)
        else fitted.biases[k] = (fitted.biases[k] ?? 0) + (moving[f] ?? 0)
      })
    })
  }
  return fitted
}
