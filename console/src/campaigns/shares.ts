/** Shares of arms, always summing to exactly 1: counted in hundredths of a percent, so that no rounding is left over. */

const whole = 10_000

/** As equal as hundredths of a percent allow. */
export const evenShares = <A extends { share: number }>(arms: readonly A[]): A[] => {
  const each = Math.floor(whole / arms.length)
  return arms.map((arm, at) => ({ ...arm, share: (at === 0 ? whole - each * (arms.length - 1) : each) / whole }))
}

/** One arm gets the share; the others divide what is left as they did before. */
export const withShare = <A extends { share: number }>(arms: readonly A[], index: number, share: number): A[] => {
  const others = arms.length - 1
  const mine = Math.max(1, Math.min(whole - others, Math.round(share * whole)))
  const left = whole - mine
  const sum = arms.reduce((sum, arm, at) => (at === index ? sum : sum + arm.share), 0)
  // Each of the others keeps at least one hundredth of a percent.
  const parts = arms.map((arm, at) =>
    at === index ? mine : Math.max(1, Math.floor(sum > 0 ? (arm.share / sum) * left : left / others)),
  )
  let over = whole - parts.reduce((sum, part) => sum + part, 0)
  for (let at = 0; over !== 0 && at < parts.length * 2; at += 1) {
    const i = at % parts.length
    const part = parts[i] ?? 0
    if (i === index || (over < 0 && part <= 1)) continue
    const change = over > 0 ? over : Math.max(over, 1 - part)
    parts[i] = part + change
    over -= change
  }
  return arms.map((arm, at) => ({ ...arm, share: (parts[at] ?? 1) / whole }))
}
