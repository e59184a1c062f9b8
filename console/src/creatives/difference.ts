/** One stretch of a text: in both, only in the old one, only in the new one. */
export interface Stretch {
  kind: 'same' | 'gone' | 'new'
  text: string
}

/** Beyond this many cells of the table lines are compared instead of characters. */
const mostCells = 4_000_000

const pieces = (text: string, byLine: boolean): string[] =>
  byLine
    ? text.split(/(?<=\n)/)
    : Array.from(new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(text), ({ segment }) => segment)

/** What changed between two texts, by their longest common subsequence; by character, or by line where they are long. */
export const difference = (before: string, after: string): Stretch[] => {
  if (before === after) return before === '' ? [] : [{ kind: 'same', text: before }]
  const byLine = before.length * after.length > mostCells
  const [a, b] = [pieces(before, byLine), pieces(after, byLine)]
  const width = b.length + 1
  const longest = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number) => longest[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const out: Stretch[] = []
  const add = (kind: Stretch['kind'], text: string) => {
    const last = out.at(-1)
    if (last?.kind === kind) last.text += text
    else out.push({ kind, text })
  }
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [old, fresh] = [a[i], b[j]]
    if (old !== undefined && old === fresh) {
      add('same', old)
      i++
      j++
    } else if (fresh === undefined || (old !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      add('gone', old ?? '')
      i++
    } else {
      add('new', fresh)
      j++
    }
  }
  return out
}

export interface FieldDifference {
  /** Path in the content: `body.blocks.0.text`. */
  path: string
  stretches: Stretch[]
}

const texts = (value: unknown, path: string, into: Map<string, string>): void => {
  if (Array.isArray(value)) for (const [i, one] of value.entries()) texts(one, `${path}.${i}`, into)
  else if (typeof value === 'object' && value !== null)
    for (const [key, below] of Object.entries(value)) texts(below, path === '' ? key : `${path}.${key}`, into)
  else if (typeof value === 'string') into.set(path, value)
  else if (typeof value === 'number' || typeof value === 'boolean') into.set(path, String(value))
}

/** The fields of two values that differ, in the order of the newer one. */
export const fieldDifferences = (before: unknown, after: unknown): FieldDifference[] => {
  const [a, b] = [new Map<string, string>(), new Map<string, string>()]
  texts(before, '', a)
  texts(after, '', b)
  return [...new Set([...b.keys(), ...a.keys()])].flatMap((path) => {
    const [old, fresh] = [a.get(path) ?? '', b.get(path) ?? '']
    return old === fresh ? [] : [{ path, stretches: difference(old, fresh) }]
  })
}
