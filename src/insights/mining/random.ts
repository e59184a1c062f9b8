/** Random numbers that a seed decides, so that a result can be had again. */
export interface Random {
  /** From 0 to below 1, 32 bits fine. */
  next(): number
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  /** Of the standard normal distribution. */
  normal(): number
  /** Of the gamma distribution with this shape, scale 1. */
  gamma(shape: number): number
}

/** xoshiro128** seeded by splitmix32. Source: Blackman and Vigna, public domain. */
export const randomOf = (seed: number): Random => {
  let filler = seed | 0
  const fill = () => {
    filler = (filler + 0x9e3779b9) | 0
    let z = Math.imul(filler ^ (filler >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  let [a, b, c, d] = [fill(), fill(), fill(), fill()]
  const next = () => {
    const times5 = Math.imul(b, 5)
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result / 4_294_967_296
  }
  // Box and Muller.
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  /** Marsaglia and Tsang 2000; below 1 by the boost of a larger shape. */
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * (1 - next()) ** (1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = normal()
      const v = (1 + c * x) ** 3
      if (v <= 0) continue
      if (Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
    }
  }
  return { next, below: (end) => Math.floor(next() * end), normal, gamma }
}
