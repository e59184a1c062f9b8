import { isAscii } from 'node:buffer'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { problem } from './problem.ts'

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'

export interface SourceText {
  /** Decoded chunks in order, without a byte order mark; bytes that are none of the encoding became U+FFFD. */
  chunks: AsyncGenerator<string, void, undefined>
  /** Bytes taken from the source so far, before unpacking. */
  bytesRead: () => number
  /** Undefined until the first character beyond ASCII was seen. */
  encoding: () => Encoding | undefined
}

/** Bytes on which the guess between UTF-8 and GB18030 rests. */
const LOOK_AT = 65_536

/**
 * A file's bytes as text: gzip is unpacked (known by its first bytes), the encoding is found when `auto`.
 * Pure ASCII decides nothing, so the guess waits for the first byte beyond it: a GB18030 file whose Chinese only starts
 * after megabytes of digits is still read right. A byte order mark decides over what was asked.
 * @throws problem.fileUnreadable when a gzip stream is broken or cut off
 */
export const sourceText = (source: Readable, asked: 'auto' | 'utf-8' | 'gb18030' = 'auto'): SourceText => {
  let bytesRead = 0
  let encoding: Encoding | undefined = asked === 'auto' ? undefined : asked

  async function* counted(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of source) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
      bytesRead += bytes.length
      if (bytes.length > 0) yield bytes
    }
  }

  async function* decoded(): AsyncGenerator<string, void, undefined> {
    let decoder: InstanceType<typeof TextDecoder> | undefined
    let held: Buffer[] = [] // from the first chunk beyond ASCII until there is enough to judge by
    let heldBytes = 0
    let first = true
    const start = () => {
      const bytes = Buffer.concat(held)
      held = []
      encoding ??= isUtf8Start(bytes.subarray(0, LOOK_AT)) ? 'utf-8' : 'gb18030'
      decoder = new TextDecoder(encoding)
      return decoder.decode(bytes, { stream: true })
    }
    for await (const chunk of unpacked(counted())) {
      if (first) encoding = byMark(chunk) ?? encoding
      first = false
      if (decoder) {
        yield decoder.decode(chunk, { stream: true })
      } else if (heldBytes === 0 && (encoding === undefined || encoding === 'utf-8') && isAscii(chunk)) {
        yield chunk.toString('latin1')
      } else {
        held.push(chunk)
        heldBytes += chunk.length
        if (encoding !== undefined || heldBytes >= LOOK_AT) yield start()
      }
    }
    if (heldBytes > 0 && !decoder) yield start()
    yield decoder?.decode() ?? ''
  }

  return { chunks: decoded(), bytesRead: () => bytesRead, encoding: () => encoding }
}

const byMark = (bytes: Buffer): Encoding | undefined => {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
}

const isUtf8Start = (bytes: Buffer) => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }) // stream: a character cut at the end is no error
    return true
  } catch {
    return false
  }
}

/** The bytes behind a gzip wrapper, or the bytes themselves. At least three bytes come first, when there are so many. */
async function* unpacked(bytes: AsyncGenerator<Buffer, void, undefined>): AsyncGenerator<Buffer, void, undefined> {
  let first: Buffer = Buffer.alloc(0)
  while (first.length < 3) {
    const next = await bytes.next()
    if (next.done) break
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value])
  }
  async function* all() {
    if (first.length > 0) yield first
    yield* bytes
  }
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield* all()
    return
  }
  // A bigger chunk than the default 16 kB: a third fewer turns of the loop.
  const gunzip = createGunzip({ chunkSize: 65_536 })
  pipeline(all(), gunzip, () => undefined) // a failure reaches the reader below, which is the one to tell
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    throw problem.fileUnreadable({ format: 'gzip', reason: error instanceof Error ? error.message : String(error) })
  }
}
