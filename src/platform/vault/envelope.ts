import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { problem } from './problem.ts'
import { fillRandom } from './random-bytes.ts'

/** Where a sealed value lives: `table|column|row`. A value moved to another place does not open. */
export type Place = `${string}|${string}|${string}`

// format (1) | key version (2, big-endian) | nonce (12) | ciphertext | tag (16)
const format = 1
const nonceAt = 3
const nonceBytes = 12
const bodyAt = nonceAt + nonceBytes
const tagBytes = 16
const cipherName = 'aes-256-gcm'

/** Bytes that sealing adds to a value. */
export const overheadBytes = bodyAt + tagBytes

/**
 * Seals with AES-256-GCM; associated data `table|column|row|key version`.
 * `key` is a KeyObject: with a Buffer `createCipheriv` takes 15 µs, with a KeyObject made for the call 4.7 µs.
 */
export const sealWith = (key: KeyObject, version: number, place: Place, plaintext: string | Uint8Array): Buffer => {
  const length = typeof plaintext === 'string' ? Buffer.byteLength(plaintext) : plaintext.length
  const sealed = Buffer.allocUnsafe(overheadBytes + length)
  sealed[0] = format
  sealed.writeUInt16BE(version, 1)
  fillRandom(sealed, nonceAt, nonceBytes)
  const cipher = createCipheriv(cipherName, key, sealed.subarray(nonceAt, bodyAt), { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(`${place}|${version}`))
  // Text is encoded where its ciphertext will stand; `cipher.update(text, 'utf8')` takes 3 µs longer.
  if (typeof plaintext === 'string') sealed.write(plaintext, bodyAt)
  const body = typeof plaintext === 'string' ? sealed.subarray(bodyAt, bodyAt + length) : plaintext
  sealed.set(cipher.update(body), bodyAt)
  cipher.final()
  sealed.set(cipher.getAuthTag(), bodyAt + length)
  return sealed
}

/**
 * The version of the key that a value was sealed with.
 * @throws vault.cannotOpen when it is no sealed value
 */
export const versionOf = (sealed: Uint8Array): number => {
  if (sealed.length < overheadBytes || sealed[0] !== format) throw problem.cannotOpen({ reason: 'shape' })
  return ((sealed[1] ?? 0) << 8) | (sealed[2] ?? 0)
}

/** @throws vault.cannotOpen when one bit of the value, its place or its key differs */
export const openWith = (key: KeyObject, place: Place, sealed: Uint8Array): Buffer => {
  const version = versionOf(sealed)
  const end = sealed.length - tagBytes
  const decipher = createDecipheriv(cipherName, key, sealed.subarray(nonceAt, bodyAt), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(`${place}|${version}`))
  decipher.setAuthTag(sealed.subarray(end))
  const opened = decipher.update(sealed.subarray(bodyAt, end))
  try {
    decipher.final()
  } catch {
    throw problem.cannotOpen({ place, reason: 'changed' })
  }
  return opened
}
