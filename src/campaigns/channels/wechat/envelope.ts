import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * The envelope of call-backs of WeChat official accounts and WeCom: a signature over token, time, nonce and text, and
 * AES-256-CBC under the account's EncodingAESKey. Plain text: 16 random bytes, length (4 bytes, big endian), message, app id;
 * padded to 32 bytes. Source: the platform's page on encrypted messages; its sample is a test vector.
 */

/** SHA-1 over the parts in dictionary order, hexadecimal. */
export const signatureOf = (...parts: readonly string[]): string =>
  createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex')

/** Compares without telling by its time where texts differ. */
export const isSignedBy = (claimed: string | undefined, ...parts: readonly string[]): boolean => {
  const own = Buffer.from(signatureOf(...parts))
  const other = Buffer.from(claimed ?? '')
  return own.length === other.length && timingSafeEqual(own, other)
}

const blockBytes = 32

const keyOf = (encodingAesKey: string): Buffer => {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (key.length !== 32) throw new Error('the EncodingAESKey does not have 43 characters')
  return key
}

/** @param random 16 bytes; given only to check a published sample */
export const seal = (
  message: string,
  { encodingAesKey, appId, random = randomBytes(16) }: { encodingAesKey: string; appId: string; random?: Buffer },
): string => {
  const key = keyOf(encodingAesKey)
  const text = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  const plain = Buffer.concat([random, length, text, Buffer.from(appId)])
  const missing = blockBytes - (plain.length % blockBytes)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(Buffer.concat([plain, Buffer.alloc(missing, missing)])),
    cipher.final(),
  ]).toString('base64')
}

/** @returns undefined for what was not sealed under this key for this account */
export const open = (
  sealed: string,
  { encodingAesKey, appId }: { encodingAesKey: string; appId: string },
): string | undefined => {
  const key = keyOf(encodingAesKey)
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0) return undefined
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(bytes), decipher.final()])
  const padding = plain.at(-1) ?? 0
  if (padding < 1 || padding > blockBytes || plain.length < 20 + padding) return undefined
  const length = plain.readUInt32BE(16)
  const end = 20 + length
  if (end > plain.length - padding) return undefined
  const owner = plain.subarray(end, plain.length - padding).toString()
  return owner === appId ? plain.subarray(20, end).toString() : undefined
}
