/**
 * The items of a list that has no ids, each with its place as key; adding or removing one draws them all anew, so that no
 * field keeps what was typed into its neighbour.
 */
export const keyed = <T>(items: readonly T[]): { item: T; i: number; key: string }[] =>
  items.map((item, i) => ({ item, i, key: `${i}/${items.length}` }))
