export interface Minimum {
  at: number[]
  value: number
  evaluations: number
}

/**
 * The lowest point of a smooth function of a few numbers, by the simplex of Nelder and Mead (1965), begun anew at what it
 * found until that helps no more: a simplex that shrank too early is the usual way to stop short.
 */
// fmin and the ml-* packages have the same simplex without the new beginnings; fifty lines are less than a dependency.
export const minimise = (f: (x: readonly number[]) => number, start: readonly number[], size = 0.5): Minimum => {
  let best: Minimum = { at: [...start], value: f(start), evaluations: 1 }
  for (let turn = 0; turn < 8; turn++) {
    const found = simplex(f, best.at, turn === 0 ? size : size / 4)
    const gain = best.value - found.value
    const evaluations = best.evaluations + found.evaluations
    best = found.value < best.value ? { ...found, evaluations } : { ...best, evaluations }
    if (turn > 0 && gain <= 1e-10 * (1 + Math.abs(best.value))) break
  }
  return best
}

const simplex = (f: (x: readonly number[]) => number, start: readonly number[], size: number): Minimum => {
  let evaluations = 0
  const look = (at: number[]) => {
    evaluations++
    const value = f(at)
    return { at, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value }
  }
  const corners = [look([...start]), ...start.map((_, i) => look(start.map((x, j) => (i === j ? x + size : x))))]
  const n = start.length
  for (let step = 0; step < 400 * n; step++) {
    corners.sort((a, b) => a.value - b.value)
    const [best, worst, second] = [corners[0], corners[n], corners[n - 1]]
    if (!best || !worst || !second) break
    const wide = Math.max(...corners.map(({ at }) => Math.max(...at.map((x, i) => Math.abs(x - (best.at[i] ?? 0))))))
    if (worst.value - best.value <= 1e-13 * (1 + Math.abs(best.value)) && wide < 1e-7) break
    const middle = start.map((_, i) => corners.slice(0, n).reduce((sum, { at }) => sum + (at[i] ?? 0), 0) / n)
    const along = (by: number) => look(middle.map((x, i) => x + by * ((worst.at[i] ?? 0) - x)))
    const reflected = along(-1)
    if (reflected.value < best.value) {
      const further = along(-2)
      corners[n] = further.value < reflected.value ? further : reflected
    } else if (reflected.value < second.value) corners[n] = reflected
    else {
      const nearer = reflected.value < worst.value ? along(-0.5) : along(0.5)
      if (nearer.value < Math.min(reflected.value, worst.value)) corners[n] = nearer
      else for (let c = 1; c <= n; c++) corners[c] = look(best.at.map((x, i) => x + ((corners[c]?.at[i] ?? x) - x) / 2))
    }
  }
  corners.sort((a, b) => a.value - b.value)
  const best = corners[0]
  return { at: best?.at ?? [...start], value: best?.value ?? Number.NaN, evaluations }
}
