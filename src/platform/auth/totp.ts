import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const STEP_SECONDS = 30
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 base 32 without padding. */
export const base32 = (bytes: Uint8Array): string => {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

/** A new seed: 160 bits, the length of the hash, as RFC 4226 section 4 (R6) recommends. */
export const newSeed = (): Buffer => randomBytes(20)

/**
 * The code for a counter. Source: RFC 4226 section 5.3; SHA-1 because authenticator apps know nothing else.
 * @param digits 6 in use, 8 in the published vectors
 */
export const hotp = (seed: Uint8Array, counter: number, digits = 6): string => {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', seed).update(message).digest()
  const truncated = mac.readUInt32BE(mac.readUInt8(mac.length - 1) & 0xf) & 0x7fffffff
  return String(truncated % 10 ** digits).padStart(digits, '0')
}

/** The 30-second step that an instant lies in. Source: RFC 6238 section 4. */
export const stepAt = (instant: Date): number => Math.floor(instant.getTime() / 1000 / STEP_SECONDS)

/**
 * The step a six-digit code belongs to, out of the present one and one before and after (clocks differ);
 * undefined when none. The caller refuses a step that is not later than the last one accepted.
 */
export const matchingStep = (seed: Uint8Array, code: string, now: Date): number | undefined => {
  if (!/^\d{6}$/.test(code)) return undefined
  const present = stepAt(now)
  const given = Buffer.from(code)
  // All three are computed whatever the first says, so that time does not tell which one matched.
  const matching = [present + 1, present, present - 1].filter((step) =>
    timingSafeEqual(Buffer.from(hotp(seed, step)), given),
  )
  return matching[0]
}

/** What the authenticator app reads from the picture. Source: the Key URI format of Google Authenticator. */
export const otpauthUri = (seed: Uint8Array, login: string, issuer = 'Zhiyin'): string =>
  `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(login)}?secret=${base32(seed)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=6&period=${STEP_SECONDS}`

/** Ten codes of 80 bits for the day the telephone is gone. Long enough that a plain hash of them cannot be tried out. */
export const newBackupCodes = (): string[] =>
  Array.from({ length: 10 }, () => (base32(randomBytes(10)).match(/.{4}/g) ?? []).join('-'))

/** A backup code as it is hashed: upper case, without the dashes. */
export const bareBackupCode = (code: string): string => code.toUpperCase().replace(/[^A-Z2-7]/g, '')
