/** Counting what somebody did within a span. Pure. */

export interface Done {
  atMs: number
  hash: bigint
}

export interface CountRule {
  count: number
  withinMs: number
}

export interface History {
  /** What counts, in any order. */
  hits: readonly Done[]
  /** What must not have happened in the span. */
  against: readonly Done[]
  /** The event that completed the last count: what came up to it counts for no other. */
  fired: Done | undefined
  /** Hashes of the hits that are new: a count is looked for only where one of them takes part, or came before. */
  fresh: ReadonlySet<bigint>
}

/** Two events of one instant have an order too, the same in every process. */
const order = (a: Done, b: Done): number => a.atMs - b.atMs || (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)

/**
 * The events at which the count was reached: `count` hits within the span that ends with it (its beginning left out), and
 * nothing of `against` in that span. Each hit counts once, so what follows starts from one. An event that came in late counts
 * at its own place, so the order in which events arrive does not matter.
 */
export const reached = ({ count, withinMs }: CountRule, { hits, against, fired, fresh }: History): Done[] => {
  const sorted = [...hits].sort(order)
  const firstFresh = sorted.findIndex(({ hash }) => fresh.has(hash))
  if (firstFresh < 0) return []
  const found: Done[] = []
  let last = fired
  for (const [i, end] of sorted.entries()) {
    if (i < firstFresh || (last && order(end, last) <= 0)) continue
    const from = end.atMs - withinMs
    const counted = sorted.filter(
      (one) => one.atMs > from && order(one, end) <= 0 && (last === undefined || order(one, last) > 0),
    )
    if (counted.length < count || against.some(({ atMs }) => atMs > from && atMs <= end.atMs)) continue
    found.push(end)
    last = end
  }
  return found
}

const unitMs = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const

/** Days are days of 24 hours: the workspace's zone, Asia/Shanghai, has no summer time. */
export const spanMs = ({ amount, unit }: { amount: number; unit: keyof typeof unitMs }): number => amount * unitMs[unit]
