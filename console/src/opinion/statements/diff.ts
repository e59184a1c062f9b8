/** What changed between two texts, by sentences and lines, then by characters inside a changed sentence. Pure. */

export interface Piece {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** Longest common subsequence of two short lists, as pieces in order. */
const aligned = (a: readonly string[], b: readonly string[]): Piece[] => {
  const width = b.length + 1
  const best = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      best[i * width + j] =
        a[i] === b[j]
          ? (best[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0)
  const pieces: Piece[] = []
  const push = (kind: Piece['kind'], text: string) => {
    const last = pieces.at(-1)
    if (last?.kind === kind) last.text += text
    else pieces.push({ kind, text })
  }
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push('same', a[i] ?? '')
      i++
      j++
    } else if (j >= b.length || (i < a.length && (best[(i + 1) * width + j] ?? 0) >= (best[i * width + j + 1] ?? 0))) {
      push('removed', a[i] ?? '')
      i++
    } else {
      push('added', b[j] ?? '')
      j++
    }
  }
  return pieces
}

const sentences = (text: string): string[] => text.match(/[^。！？；\n]*[。！？；\n]|[^。！？；\n]+/g) ?? []

/** Sentences longer than this together are shown whole. */
const mostCharacters = 2_000

export const difference = (before: string, after: string): Piece[] => {
  const pieces = aligned(sentences(before), sentences(after))
  return pieces.flatMap((piece, i): Piece[] => {
    const next = pieces[i + 1]
    if (piece.kind === 'removed' && next?.kind === 'added') {
      if (piece.text.length + next.text.length > mostCharacters) return [piece, next]
      return aligned([...piece.text], [...next.text])
    }
    return piece.kind === 'added' && pieces[i - 1]?.kind === 'removed' ? [] : [piece]
  })
}
