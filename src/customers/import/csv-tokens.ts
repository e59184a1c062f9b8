/** How a CSV file is written. */
export interface CsvDialect {
  separator: string
  /** Null when quotes mean nothing. */
  quote: string | null
  newline: '\n' | '\r'
}

export type CsvFault = 'tooLong' | 'brokenQuote' | 'invalidCharacters'

/** Receives each record: its fields, or none and what is wrong, and the physical line where it starts (from 1). */
export type CsvSink = (fields: string[], line: number, fault: CsvFault | undefined) => void

/** Longer records are refused, so one lost quote cannot swallow a file or the memory. In UTF-16 units. */
export const MAX_ROW_LENGTH = 1_048_576

const NO_FIELDS: string[] = []
const SPACE = 32
const RETURN = 13

/**
 * Splits text into CSV records. Give it the text piece by piece, then end it.
 *
 * Lines without a quote are cut with `split`, which the engine does fastest; only lines with one are walked, and those jump
 * from mark to mark with `indexOf`. After a broken record it goes on at the next physical line, so the loss stays small.
 */
export const csvTokens = ({ separator, quote, newline }: CsvDialect, sink: CsvSink) => {
  let buffer = ''
  let pos = 0
  let line = 1
  let skipping = false // inside a physical line too long to keep
  let suspicious = false // the buffer holds NUL or U+FFFD somewhere
  // Where the next marks are; valid while not before the place asked about, Infinity when the buffer holds no more.
  let nextQuote = -1
  let nextSeparator = -1
  let nextNewline = -1

  const find = (mark: string, from: number) => {
    const at = buffer.indexOf(mark, from)
    return at < 0 ? Number.POSITIVE_INFINITY : at
  }
  const separatorFrom = (from: number) => {
    if (nextSeparator < from) nextSeparator = find(separator, from)
    return nextSeparator
  }
  const newlineFrom = (from: number) => {
    if (nextNewline < from) nextNewline = find(newline, from)
    return nextNewline
  }

  /** Without the CR of a CRLF. */
  const contentEnd = (start: number, end: number) =>
    newline === '\n' && end > start && buffer.charCodeAt(end - 1) === RETURN ? end - 1 : end

  const emit = (fields: string[], start: number, end: number) => {
    if (end - start > MAX_ROW_LENGTH) sink(NO_FIELDS, line, 'tooLong')
    else if (suspicious && hasInvalid(buffer.slice(start, end))) sink(NO_FIELDS, line, 'invalidCharacters')
    else sink(fields, line, undefined)
  }

  /** A record with a quote in its first line. @returns where it ends (its newline or the end), or why it cannot be read yet */
  const walk = (start: number, final: boolean, fields: string[]): number | 'more' | 'broken' => {
    let at = start
    for (;;) {
      let open = at
      while (buffer.charCodeAt(open) === SPACE && !buffer.startsWith(separator, open)) open += 1
      if (open >= buffer.length && !final) return 'more'
      if (buffer[open] !== quote) {
        const cut = separatorFrom(at)
        const end = newlineFrom(at)
        if (cut < end) {
          fields.push(buffer.slice(at, cut))
          at = cut + separator.length
          continue
        }
        if (end === Number.POSITIVE_INFINITY && !final) return 'more'
        const stop = Math.min(end, buffer.length)
        fields.push(buffer.slice(at, contentEnd(at, stop)))
        return stop
      }
      let close = open + 1
      let doubled = false
      for (;;) {
        close = buffer.indexOf(quote, close)
        if (close < 0) return 'more'
        if (buffer[close + 1] !== quote) break
        doubled = true
        close += 2
      }
      if (close + 1 >= buffer.length && !final) return 'more' // the next character may be a second quote
      const value = buffer.slice(open + 1, close)
      fields.push(doubled ? value.replaceAll(quote + quote, quote) : value)
      let after = close + 1
      while (buffer.charCodeAt(after) === SPACE && !buffer.startsWith(separator, after)) after += 1
      if (buffer.startsWith(separator, after)) {
        at = after + separator.length
        continue
      }
      if (newline === '\n' && buffer.charCodeAt(after) === RETURN) after += 1
      if (buffer[after] === newline) return after
      if (after < buffer.length) return separator.startsWith(buffer.slice(after)) && !final ? 'more' : 'broken'
      return final ? after : 'more'
    }
  }

  const linesIn = (start: number, end: number) => {
    let lines = 0
    for (let at = buffer.indexOf(newline, start); at >= 0 && at < end; at = buffer.indexOf(newline, at + 1)) lines += 1
    return lines
  }

  const read = (final: boolean) => {
    while (pos < buffer.length) {
      const end = newlineFrom(pos)
      if (skipping) {
        if (end === Number.POSITIVE_INFINITY) {
          pos = buffer.length
          return
        }
        skipping = false
        pos = end + 1
        line += 1
        continue
      }
      if (end === Number.POSITIVE_INFINITY && !final) {
        if (buffer.length - pos > MAX_ROW_LENGTH) {
          sink(NO_FIELDS, line, 'tooLong')
          skipping = true
          continue
        }
        return
      }
      const stop = Math.min(end, buffer.length)
      if (quote !== null && nextQuote < pos) nextQuote = find(quote, pos)
      if (quote === null || nextQuote >= stop) {
        const content = buffer.slice(pos, contentEnd(pos, stop))
        if (!isBlank(content)) emit(content.split(separator), pos, stop)
        pos = stop + 1
        line += 1
        continue
      }
      const fields: string[] = []
      const walked = walk(pos, final, fields)
      if (typeof walked === 'number') {
        emit(fields, pos, walked)
        line += walked === stop ? 1 : 1 + linesIn(pos, walked)
        pos = walked + 1
        continue
      }
      const tooLong = buffer.length - pos > MAX_ROW_LENGTH
      if (walked === 'more' && !final && !tooLong) return
      sink(NO_FIELDS, line, tooLong && walked === 'more' ? 'tooLong' : 'brokenQuote')
      pos = stop + 1
      line += 1
    }
  }

  const isBlank = (content: string) => content === '' || (content.trim() === '' && !content.includes(separator))

  const take = (text: string, final: boolean) => {
    buffer = pos >= buffer.length ? text : buffer.slice(pos) + text
    pos = 0
    nextQuote = nextSeparator = nextNewline = -1
    suspicious = hasInvalid(buffer)
    read(final)
  }

  return { push: (text: string) => take(text, false), end: () => take('', true) }
}

const hasInvalid = (text: string) => text.includes('\u0000') || text.includes('\ufffd')

const SEPARATORS = [',', ';', '\t', '|'] as const

/**
 * How the file seems to be written, from its first text: line ends by what occurs, the separator by which the first lines
 * agree on most fields (quotes respected).
 * @param sample complete lines and perhaps a started one
 */
export const guessDialect = (
  sample: string,
  given: { separator?: string | undefined; quote?: string | null | undefined } = {},
): CsvDialect => {
  const newline = !sample.includes('\n') && sample.includes('\r') ? '\r' : '\n'
  const quote = given.quote === undefined ? '"' : given.quote
  if (given.separator !== undefined) return { separator: given.separator, quote, newline }
  let best = { separator: ',', score: 0 }
  for (const separator of SEPARATORS) {
    const counts: number[] = []
    const tokens = csvTokens({ separator, quote, newline }, (fields, _line, fault) => {
      if (!fault && counts.length < 50) counts.push(fields.length)
    })
    tokens.push(sample)
    if (counts.length === 0) tokens.end()
    const width = counts[0] ?? 1
    const agreeing = counts.filter((count) => count === width).length
    // Agreement first: prose full of commas in a `;` file gives many fields but no two lines alike.
    const score = width > 1 ? (agreeing / counts.length) ** 2 * Math.log2(1 + width) : 0
    if (score > best.score) best = { separator, score }
  }
  return { separator: best.separator, quote, newline }
}
