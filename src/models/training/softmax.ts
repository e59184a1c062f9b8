/** Turns numbers into probabilities of exclusive classes: softmax of `weights[class] · numbers + biases[class]`. */
export interface Softmax {
  weights: number[][]
  biases: number[]
}

/** @returns probabilities in the order of the classes; they add up to 1 */
export const softmax = ({ weights, biases }: Softmax, numbers: ArrayLike<number>): number[] => {
  const shares: number[] = []
  let most = Number.NEGATIVE_INFINITY
  for (let k = 0; k < weights.length; k++) {
    const row = weights[k] as number[]
    let margin = biases[k] ?? 0
    for (let index = 0; index < row.length; index++) margin += (row[index] as number) * (numbers[index] ?? 0)
    shares.push(margin)
    if (margin > most) most = margin
  }
  let total = 0
  for (let k = 0; k < shares.length; k++) {
    const share = Math.exp((shares[k] as number) - most)
    shares[k] = share
    total += share
  }
  for (let k = 0; k < shares.length; k++) shares[k] = (shares[k] as number) / total
  return shares
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
