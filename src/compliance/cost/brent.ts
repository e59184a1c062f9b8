/**
 * A zero of `f` between `low` and `high`, by Brent's method (Algorithms for Minimization without Derivatives, 1973, ch. 4).
 * @returns x with |f(x)| < tolerance, or the narrowest bracket that doubles allow
 * @throws RangeError when f has the same sign at both ends
 */
export const brent = (f: (x: number) => number, low: number, high: number, tolerance = 1e-12): number => {
  let [a, b] = [low, high]
  let [fa, fb] = [f(a), f(b)]
  if (fa * fb > 0) throw new RangeError('no change of sign in the bracket')
  if (Math.abs(fa) < Math.abs(fb)) [a, b, fa, fb] = [b, a, fb, fa]
  let [c, fc] = [a, fa]
  let d = b - a
  let bisected = true
  for (let round = 0; round < 200 && Math.abs(fb) >= tolerance && Math.abs(b - a) > 1e-16; round++) {
    let s: number =
      fa !== fc && fb !== fc
        ? (a * fb * fc) / ((fa - fb) * (fa - fc)) +
          (b * fa * fc) / ((fb - fa) * (fb - fc)) +
          (c * fa * fb) / ((fc - fa) * (fc - fb))
        : b - (fb * (b - a)) / (fb - fa)
    const quarter = (3 * a + b) / 4
    const outside = !(s > Math.min(quarter, b) && s < Math.max(quarter, b))
    const slow: boolean = bisected ? Math.abs(s - b) >= Math.abs(b - c) / 2 : Math.abs(s - b) >= Math.abs(c - d) / 2
    bisected = outside || slow
    if (bisected) s = (a + b) / 2
    const fs = f(s)
    d = c
    c = b
    fc = fb
    if (fa * fs < 0) [b, fb] = [s, fs]
    else [a, fa] = [s, fs]
    if (Math.abs(fa) < Math.abs(fb)) [a, b, fa, fb] = [b, a, fb, fa]
  }
  return b
}
