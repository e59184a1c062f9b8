import { type FieldPortrait, fewest } from './contract.ts'

/**
 * A small number as it may be told to who may not see customers: null where it is 1 to 9. Nobody is told as nobody.
 * Source: risk-and-law 3.20.
 */
export const told = (count: number): number | null => (count > 0 && count < fewest ? null : count)

/** Places of counts that must not be told: the small ones, and where that is only one, the next smallest with it. */
export const hiddenPlaces = (counts: readonly number[]): Set<number> => {
  const hidden = new Set(counts.flatMap((count, i) => (told(count) === null ? [i] : [])))
  if (hidden.size !== 1) return hidden
  // One hidden count is the total less all others.
  const [next] = counts
    .map((count, i) => ({ count, i }))
    .filter(({ count, i }) => count > 0 && !hidden.has(i))
    .sort((a, b) => a.count - b.count)
  if (next) hidden.add(next.i)
  return hidden
}

/** A field as who may not see customers is told it: no count from which nine people or fewer could be told. */
export const suppressField = (field: FieldPortrait): FieldPortrait => {
  const inBase = hiddenPlaces(field.classes.map(({ base }) => base.count ?? 0))
  const inSets = field.differences.map((_, set) => hiddenPlaces(field.classes.map(({ sets }) => sets[set]?.count ?? 0)))
  return {
    ...field,
    classes: field.classes.map((one, i) => ({
      ...one,
      base: inBase.has(i) ? { count: null, share: null } : one.base,
      sets: one.sets.map((ofSet, set) =>
        inSets[set]?.has(i)
          ? { count: null, share: null, low: null, high: null, tgi: null, significant: false }
          : { ...ofSet, ...(inBase.has(i) && { tgi: null }) },
      ),
    })),
  }
}
