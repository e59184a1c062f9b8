/** Rows being laid out for a bulk copy. Every row starts with `row` and then has its fields in the order of the columns. */
export interface CopyRows {
  row(): void
  null(): void
  int2(value: number): void
  int4(value: number): void
  /** Milliseconds since 1970. */
  timestamp(ms: number): void
  /** In its text form. */
  uuid(text: string): void
  text(value: string): void
  bytes(value: Uint8Array): void
  /** JSON text. */
  jsonb(text: string): void
  readonly count: number
  /** The rows as bytes in a buffer of their own; the writer starts anew. */
  take(): Uint8Array<ArrayBuffer>
}

const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const trailer = Buffer.from([0xff, 0xff])
/** Postgres counts from 2000, in microseconds. */
const epochMs = 946_684_800_000
const startBytes = 65_536

/** Value of a hexadecimal digit by its character code. */
const nibbles = new Uint8Array(128)
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16)
  nibbles[digit.charCodeAt(0)] = value
  nibbles[digit.toUpperCase().charCodeAt(0)] = value
}

/**
 * Lays out rows in Postgres' binary COPY form: against the text form a quarter less work for the database, and no texts that
 * the garbage collector has to carry off (customers with three identifiers: 66 µs → 48 µs each in the embedded store).
 * @param fields how many columns a row has
 */
export const copyRows = (fields: number): CopyRows => {
  let buffer = Buffer.allocUnsafeSlow(startBytes)
  let at = signature.copy(buffer)
  let count = 0
  const room = (bytes: number) => {
    if (at + bytes <= buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, at + bytes))
    buffer.copy(larger, 0, 0, at)
    buffer = larger
  }
  const textAt = (value: string, prefix: number) => {
    // A UTF-16 code unit becomes at most three bytes of UTF-8.
    room(value.length * 3 + 8)
    const length = buffer.write(value, at + 4 + prefix)
    buffer.writeInt32BE(length + prefix, at)
    at += 4 + prefix + length
  }

  return {
    get count() {
      return count
    },
    row: () => {
      room(2)
      at = buffer.writeInt16BE(fields, at)
      count += 1
    },
    null: () => {
      room(4)
      at = buffer.writeInt32BE(-1, at)
    },
    int2: (value) => {
      room(6)
      at = buffer.writeInt32BE(2, at)
      at = buffer.writeInt16BE(value, at)
    },
    int4: (value) => {
      room(8)
      at = buffer.writeInt32BE(4, at)
      at = buffer.writeInt32BE(value, at)
    },
    timestamp: (ms) => {
      room(12)
      at = buffer.writeInt32BE(8, at)
      const micros = Math.round(ms - epochMs) * 1_000
      if (!Number.isSafeInteger(micros)) {
        at = buffer.writeBigInt64BE(BigInt(Math.round(ms - epochMs)) * 1_000n, at)
        return
      }
      const high = Math.floor(micros / 4_294_967_296)
      at = buffer.writeInt32BE(high, at)
      at = buffer.writeUInt32BE(micros - high * 4_294_967_296, at)
    },
    uuid: (text) => {
      room(20)
      at = buffer.writeInt32BE(16, at)
      for (let from = 0; from < text.length; ) {
        if (text.charCodeAt(from) === 45) {
          from += 1
          continue
        }
        buffer[at] = ((nibbles[text.charCodeAt(from)] ?? 0) << 4) | (nibbles[text.charCodeAt(from + 1)] ?? 0)
        at += 1
        from += 2
      }
    },
    text: (value) => textAt(value, 0),
    bytes: (value) => {
      room(value.length + 4)
      at = buffer.writeInt32BE(value.length, at)
      buffer.set(value, at)
      at += value.length
    },
    jsonb: (text) => {
      room(text.length * 3 + 8)
      // The version of the form.
      buffer[at + 4] = 1
      textAt(text, 1)
    },
    take: () => {
      room(2)
      at += trailer.copy(buffer, at)
      const taken = new Uint8Array(buffer.buffer, buffer.byteOffset, at)
      buffer = Buffer.allocUnsafeSlow(startBytes)
      at = signature.copy(buffer)
      count = 0
      return taken
    },
  }
}
