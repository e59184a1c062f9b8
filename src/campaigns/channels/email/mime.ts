/** As much of MIME (RFC 2045, 2046) as reports need: parts with their type, headers and decoded text. */

export interface MimePart {
  /** Lower case: `message/delivery-status`. */
  type: string
  headers: string
  body: string
}

/** Header lines that are folded become one line each. */
export const unfolded = (text: string): string => text.replaceAll(/\n[ \t]+/g, ' ')

/** Value of the first field of this name in folded headers. */
export const headerOf = (headers: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(unfolded(headers))?.[1]?.trim()

const decoded = (body: string, encoding: string): string => {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8')
  if (encoding !== 'quoted-printable') return body
  const bytes = body
    .replaceAll(/=[ \t]*\n/g, '')
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** Deeper nesting than any report has. */
const deepest = 6

/** The parts that hold text, in their order; a mail in a mail is opened too. @param raw the mail, lines of any ending */
export const mimeParts = (raw: string, depth = 0): MimePart[] => {
  const text = depth === 0 ? raw.replaceAll('\r\n', '\n') : raw
  const end = text.indexOf('\n\n')
  const headers = end < 0 ? text : text.slice(0, end)
  const body = end < 0 ? '' : text.slice(end + 2)
  const kind = headerOf(headers, 'Content-Type') ?? 'text/plain'
  const type = (kind.split(';')[0] ?? '').trim().toLowerCase()
  const boundary = /boundary="?([^";]+)"?/i.exec(kind)?.[1]?.trim()
  if (type.startsWith('multipart/') && boundary !== undefined && depth < deepest) {
    const pieces = `\n${body}`.split(`\n--${boundary}`).slice(1)
    const inner = pieces.filter((piece) => !piece.startsWith('--'))
    return inner.flatMap((piece) => mimeParts(piece.replace(/^[ \t]*\n/, ''), depth + 1))
  }
  const encoding = (headerOf(headers, 'Content-Transfer-Encoding') ?? '').toLowerCase()
  return [{ type, headers, body: decoded(body, encoding) }]
}
