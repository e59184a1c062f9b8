/** Deeper JSON is refused: `JSON.parse` takes any depth, while what walks or writes it later would overflow the stack. */
export const MAX_JSON_DEPTH = 100

/** True when a parsed JSON value nests objects and arrays deeper than allowed. */
export const isTooDeep = (value: unknown, left = MAX_JSON_DEPTH): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (left === 0) return true
  for (const inner of Object.values(value)) if (isTooDeep(inner, left - 1)) return true
  return false
}
