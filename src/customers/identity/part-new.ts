import type { Applied } from './apply.ts'
import type { Keyed } from './resolve.ts'
import type { SeenBefore } from './seen-before.ts'
import type { Sighting } from './sighting.ts'

/**
 * Parts a set of sightings: `fresh` ones share no identifier with each other, with the rest or with anybody seen before, and
 * can be written down without a question; the `rest` must be resolved. All identifiers count as seen from here on.
 */
export const partNew = (
  sightings: readonly Sighting[],
  keyed: readonly (readonly Keyed[])[],
  seen: SeenBefore,
): { fresh: number[]; rest: number[] } => {
  const firstAt = new Map<string, number>()
  const known = new Set<number>()
  for (const [index, identifiers] of keyed.entries()) {
    for (const { key, hash } of identifiers) {
      const first = firstAt.get(key)
      if (first === undefined) firstAt.set(key, index)
      else if (first !== index) known.add(first).add(index)
      if (seen.has(hash)) known.add(index)
    }
    // A trait that is cleared has nothing to be cleared from here, which the resolver knows how to say.
    if (sightings[index]?.traits.some(({ value }) => value === null)) known.add(index)
  }
  for (const identifiers of keyed) for (const { hash } of identifiers) seen.add(hash)
  const fresh: number[] = []
  const rest: number[] = []
  for (const index of keyed.keys()) (known.has(index) ? rest : fresh).push(index)
  return { fresh, rest }
}

/** What came of the two parts, at the places the sightings had before they were parted. */
export const joinParts = (
  count: number,
  parts: readonly { places: readonly number[]; applied: Applied }[],
): Applied => {
  const joined: Applied = {
    nos: Array.from({ length: count }),
    roots: Array.from({ length: count }),
    isNew: Array.from({ length: count }, () => false),
    created: parts.flatMap(({ applied }) => applied.created),
    merges: parts.flatMap(({ applied }) => applied.merges),
    conflicts: parts.flatMap(({ applied }) => applied.conflicts),
    left: parts.flatMap(({ places, applied }) =>
      applied.left.map(({ sighting, identifier }) => ({ sighting: places[sighting] ?? 0, identifier })),
    ),
    overrides: parts.flatMap(({ applied }) => applied.overrides),
    reach: reachOf(parts.map(({ applied }) => applied.reach)),
  }
  for (const { places, applied } of parts) {
    for (const [index, place] of places.entries()) {
      joined.nos[place] = applied.nos[index]
      joined.roots[place] = applied.roots[index]
      joined.isNew[place] = applied.isNew[index] ?? false
    }
  }
  return joined
}

/** Both parts may say something of one customer. */
const reachOf = (parts: readonly Applied['reach'][]): Map<number, number> => {
  const reach = new Map<number, number>()
  for (const part of parts) for (const [no, kinds] of part) reach.set(no, (reach.get(no) ?? 0) | kinds)
  return reach
}
