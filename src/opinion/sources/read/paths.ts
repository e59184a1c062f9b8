/** Values inside a JSON answer or a row, by the paths of a mapping. */

const parsed = new Map<string, (string | number)[]>()

/** `a.b[0].c` as steps. */
const stepsOf = (path: string): (string | number)[] => {
  let steps = parsed.get(path)
  if (!steps) {
    steps = path
      .replace(/^\$\.?/, '')
      .split(/\.|(?=\[)/)
      .filter((part) => part !== '')
      .map((part) => {
        const index = /^\[(-?\d+)\]$/.exec(part)
        return index ? Number(index[1]) : part
      })
    if (parsed.size > 2_000) parsed.clear()
    parsed.set(path, steps)
  }
  return steps
}

/** The value at a path; a key of the whole path's name wins (`user.name` as a column). Own keys only. */
export const valueAt = (root: unknown, path: string): unknown => {
  if (path === '') return root
  if (typeof root === 'object' && root !== null && Object.hasOwn(root, path))
    return (root as Record<string, unknown>)[path]
  let value = root
  for (const step of stepsOf(path)) {
    if (Array.isArray(value)) value = typeof step === 'number' ? value.at(step) : undefined
    else if (typeof value === 'object' && value !== null && typeof step === 'string' && Object.hasOwn(value, step))
      value = (value as Record<string, unknown>)[step]
    else return undefined
  }
  return value
}

const asText = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return Array.isArray(value) ? value.map(asText).filter(Boolean).join('，') : ''
}

/** What a rule of a mapping gives: the first of its alternatives (`a | b`) with a value. */
export const ruledValue = (root: unknown, rule: string): unknown => {
  for (const one of rule.split('|')) {
    const trimmed = one.trim()
    if (trimmed.includes('{')) {
      let whole = true
      const text = trimmed.replaceAll(/\{([^}]+)\}/g, (_, path: string) => {
        const value = asText(valueAt(root, path.trim()))
        if (value === '') whole = false
        return value
      })
      if (whole) return text
      continue
    }
    const value = valueAt(root, trimmed)
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}

export const ruledText = (root: unknown, rule: string | undefined): string | undefined => {
  if (rule === undefined) return undefined
  const text = asText(ruledValue(root, rule))
  return text === '' ? undefined : text
}

/** A value as an example of its column. */
const exampleOf = (value: unknown): string => {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Leaves of an object, three levels deep, each with an example; at most 80. */
export const fieldsOf = (rows: readonly unknown[]): { path: string; example: string }[] => {
  const found = new Map<string, string>()
  const look = (value: unknown, path: string, depth: number) => {
    if (found.size >= 80) return
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && depth < 3) {
      for (const [name, inner] of Object.entries(value)) look(inner, path === '' ? name : `${path}.${name}`, depth + 1)
      return
    }
    if (path === '' || value === null || value === undefined || value === '') return
    if (!found.has(path)) found.set(path, exampleOf(value))
  }
  for (const row of rows.slice(0, 20)) look(row, '', 0)
  return [...found].map(([path, example]) => ({ path, example }))
}

/** Lists of objects in an answer, the longest first. */
export const listsOf = (root: unknown): { path: string; length: number }[] => {
  const found: { path: string; length: number }[] = []
  const look = (value: unknown, path: string, depth: number) => {
    if (Array.isArray(value)) {
      if (value.some((one) => typeof one === 'object' && one !== null)) found.push({ path, length: value.length })
      return
    }
    if (typeof value !== 'object' || value === null || depth > 4) return
    for (const [name, inner] of Object.entries(value)) look(inner, path === '' ? name : `${path}.${name}`, depth + 1)
  }
  look(root, '', 0)
  return found.sort((a, b) => b.length - a.length).slice(0, 10)
}
