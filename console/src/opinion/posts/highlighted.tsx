import type { Span } from '../../../../src/opinion/subjects/subject-contract.ts'

/** A text with pieces marked. Spans may touch or overlap; those of another field are left out. */
export const Highlighted = ({
  text,
  spans,
  field,
  most,
}: {
  text: string
  spans: readonly Span[]
  field: 'title' | 'text'
  most?: number
}) => {
  const sorted = spans.filter((span) => span.in === field).sort((a, b) => a.start - b.start)
  // A long text is shown from a little before its first mark.
  const first = sorted[0]?.start ?? 0
  const from =
    most !== undefined && text.length > most && first > most * 0.6 ? Math.max(0, first - Math.floor(most * 0.3)) : 0
  const to = most === undefined ? text.length : Math.min(text.length, from + most)
  const pieces: { text: string; marked: boolean; at: number }[] = []
  let at = from
  for (const { start, end } of sorted) {
    if (end <= at || start >= to) continue
    const begin = Math.max(start, at)
    if (begin > at) pieces.push({ text: text.slice(at, begin), marked: false, at })
    pieces.push({ text: text.slice(begin, Math.min(end, to)), marked: true, at: begin })
    at = Math.min(end, to)
  }
  if (at < to) pieces.push({ text: text.slice(at, to), marked: false, at })
  return (
    <>
      {from > 0 && '…'}
      {pieces.map((piece) =>
        piece.marked ? <mark key={piece.at}>{piece.text}</mark> : <span key={piece.at}>{piece.text}</span>,
      )}
      {to < text.length && '…'}
    </>
  )
}
