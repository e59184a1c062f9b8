/**
 * Tags in an order in which each comes after those it is computed from.
 * @param uses keys each tag is computed from
 * @returns undefined when some are computed from themselves
 */
export const inOrder = (uses: ReadonlyMap<string, readonly string[]>): string[] | undefined => {
  const done = new Set<string>()
  const under = new Set<string>()
  const order: string[] = []
  const visit = (key: string): boolean => {
    if (done.has(key)) return true
    if (under.has(key)) return false
    under.add(key)
    for (const below of uses.get(key) ?? []) if (!visit(below)) return false
    under.delete(key)
    done.add(key)
    order.push(key)
    return true
  }
  for (const key of uses.keys()) if (!visit(key)) return undefined
  return order
}

/** Whether `key`, computed from `from`, would lead back to itself. */
export const leadsBack = (
  key: string,
  from: readonly string[],
  uses: ReadonlyMap<string, readonly string[]>,
): boolean => inOrder(new Map([...uses, [key, from]])) === undefined
