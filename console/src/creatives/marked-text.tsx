import { type ReactNode, type Ref, useRef } from 'react'

/** A stretch of the text to be underlined. */
export interface Mark {
  start: number
  end: number
  tone: 'bad' | 'warn'
  title: string
}

/** Marks that do not overlap, in order: of two at one place the graver. */
const apart = (marks: readonly Mark[], length: number): Mark[] => {
  const kept: Mark[] = []
  for (const mark of marks.toSorted((a, b) => a.start - b.start || (a.tone === 'bad' ? -1 : 1))) {
    const start = Math.max(mark.start, kept.at(-1)?.end ?? 0)
    const end = Math.min(mark.end, length)
    if (start < end) kept.push({ ...mark, start, end })
  }
  return kept
}

/** A text with what was found in it marked at its place. */
export const Marked = ({ text, marks }: { text: string; marks: readonly Mark[] }) => {
  const parts: ReactNode[] = []
  let at = 0
  for (const mark of apart(marks, text.length)) {
    parts.push(text.slice(at, mark.start))
    parts.push(
      <mark key={mark.start} className={`mark mark-${mark.tone}`} title={mark.title}>
        {text.slice(mark.start, mark.end)}
      </mark>,
    )
    at = mark.end
  }
  parts.push(text.slice(at))
  return <>{parts}</>
}

/** A field to write in; findings are underlined behind the letters while one writes. */
export const MarkedField = ({
  id,
  label,
  value,
  marks,
  rows = 4,
  mono,
  disabled,
  maxLength,
  fieldRef,
  onChange,
}: {
  id?: string
  /** For those who hear it. */
  label: string
  value: string
  marks: readonly Mark[]
  rows?: number
  mono?: boolean
  disabled?: boolean
  maxLength: number
  fieldRef?: Ref<HTMLTextAreaElement>
  onChange: (value: string) => void
}) => {
  const behind = useRef<HTMLDivElement>(null)
  return (
    <div className={`marked ${mono ? 'marked-mono' : ''}`}>
      <div className="marked-behind" ref={behind} aria-hidden="true">
        <Marked text={`${value}\n`} marks={marks} />
      </div>
      <textarea
        {...(id !== undefined && { id })}
        ref={fieldRef}
        aria-label={label}
        aria-invalid={marks.some(({ tone }) => tone === 'bad')}
        rows={rows}
        maxLength={maxLength}
        value={value}
        disabled={disabled}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => {
          if (behind.current) behind.current.scrollTop = event.currentTarget.scrollTop
        }}
      />
    </div>
  )
}
