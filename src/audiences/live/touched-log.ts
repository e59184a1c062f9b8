/** Customers touched, in the order heard of; each audience has its own place up to which it applied them. */
export interface TouchedLog {
  add(nos: readonly number[]): void
  /** The place after everything heard so far. */
  end(): number
  /** Numbers heard of after a place, perhaps several times. */
  after(place: number): Iterable<number>
  sizeAfter(place: number): number
  size(): number
  /** Everybody applied what is before this place. */
  forgetBefore(place: number): void
}

export const openTouchedLog = (): TouchedLog => {
  let chunks: { at: number; nos: readonly number[] }[] = []
  let end = 0
  let start = 0
  const from = (place: number) => chunks.filter(({ at, nos }) => at + nos.length > place)
  return {
    add: (nos) => {
      if (nos.length === 0) return
      const distinct = [...new Set(nos)]
      chunks.push({ at: end, nos: distinct })
      end += distinct.length
    },
    end: () => end,
    *after(place) {
      for (const { at, nos } of from(place)) yield* at >= place ? nos : nos.slice(place - at)
    },
    sizeAfter: (place) => end - Math.max(place, start),
    size: () => end - start,
    forgetBefore: (place) => {
      start = Math.max(start, place)
      chunks = from(start)
    },
  }
}
