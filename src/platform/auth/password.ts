import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto'
import { problem } from './problem.ts'

/**
 * scrypt N = 2^15, r = 8, p = 3: one of the equivalent settings of the OWASP Password Storage Cheat Sheet;
 * 32 MiB and about 0.25 s of one thread of libuv's pool, none of the main thread.
 */
const LOG2_N = 15
const BLOCK_SIZE = 8
const PARALLEL = 3
const KEY_BYTES = 32

const derive = (password: string, salt: Buffer, log2N: number, r: number, p: number, bytes: number) =>
  new Promise<Buffer>((resolve, reject) => {
    const N = 2 ** log2N
    const options = { N, r, p, maxmem: 256 * N * r }
    scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  })

// The pool has four threads that files and name look-ups need as well, so passwords take two of them at most.
const AT_ONCE = 2
const WAITING_AT_MOST = 60
let running = 0
const waiting: (() => void)[] = []

const inTurn = async <T>(run: () => Promise<T>): Promise<T> => {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING_AT_MOST) throw problem.tooMany()
    // Whoever leaves hands his place over, so `running` does not change here.
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else running++
  try {
    return await run()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/**
 * `scrypt$log2N$r$p$salt$key`, salt and key in base64url, a new salt every time.
 * @throws problem.tooMany when 60 others wait already
 */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16)
  const key = await inTurn(() => derive(password, salt, LOG2_N, BLOCK_SIZE, PARALLEL, KEY_BYTES))
  return ['scrypt', LOG2_N, BLOCK_SIZE, PARALLEL, salt.toString('base64url'), key.toString('base64url')].join('$')
}

// Compared with when nobody has the login, so that the answer takes as long as for somebody.
const NOBODY = ['scrypt', LOG2_N, BLOCK_SIZE, PARALLEL, randomBytes(16).toString('base64url'), 'A'.repeat(43)].join('$')

/**
 * Whether `password` is the one that was hashed. Without a hash (no such account) it takes the same time and is false.
 * @throws problem.tooMany when 60 others wait already
 */
export const passwordMatches = async (password: string, hash: string | undefined): Promise<boolean> => {
  const [kind, log2N, r, p, salt, key] = (hash ?? NOBODY).split('$')
  if (kind !== 'scrypt' || !salt || !key) throw new Error('password_hash is not in the form scrypt$log2N$r$p$salt$key')
  const expected = Buffer.from(key, 'base64url')
  const actual = await inTurn(() =>
    derive(password, Buffer.from(salt, 'base64url'), Number(log2N), Number(r), Number(p), expected.length),
  )
  return timingSafeEqual(actual, expected) && hash !== undefined
}

const LEAST_LENGTH = 12
// Without look-alikes (0 O, 1 l I), so that it can be read out over the telephone.
const ONE_TIME_ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password for one sign-in: four groups of five out of 31 signs, 99 bits. */
export const oneTimePassword = (): string =>
  Array.from({ length: 4 }, () =>
    Array.from({ length: 5 }, () => ONE_TIME_ALPHABET[randomInt(ONE_TIME_ALPHABET.length)]).join(''),
  ).join('-')

/**
 * What people choose when twelve characters are demanded: the long ones of the published lists of leaked passwords and
 * the keyboard walks of this market. Compared without case and without anything but letters and digits.
 */
const COMMON = new Set(
  (
    '123456789012 1234567890123 012345678901 123456123456 123123123123 112233445566 987654321098 147258369147 ' +
    '1qaz2wsx3edc 1qaz2wsx3edc4rfv qazwsxedcrfv qwertyuiopas qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwerty123456 ' +
    '1q2w3e4r5t6y 1q2w3e4r5t6y7u asdfghjkl123 zxcvbnm12345 zaq12wsxcde3 q1w2e3r4t5y6 abcdefghijkl abcd12345678 ' +
    'abc123456789 a1b2c3d4e5f6 a12345678901 aa1234567890 password1234 password12345 password123456 passwordpassword ' +
    'passw0rd1234 p4ssw0rd1234 mypassword123 changeme1234 changemenow1 letmein12345 welcome12345 welcome123456 ' +
    'admin1234567 admin12345678 admin123456789 administrator administrator1 administrator123 rootroot1234 root12345678 ' +
    'iloveyou1234 iloveyou12345 woaini123456 woaini1314520 woaini5201314 5201314520131 wodemima1234 mima12345678 ' +
    'zhiyin123456 zhiyin12345678 zhiyinzhiyin adminzhiyin1 zhiyinadmin1 test12345678 testtesttest demo12345678 ' +
    'temp12345678 guest1234567 superman1234 football1234 baseball1234 princess1234 dragon123456 monkey123456 ' +
    'sunshine1234 trustno11234 whatever1234 starwars1234 michael12345 internet1234 computer1234 secret123456'
  ).split(' '),
)

const plain = (text: string) => text.normalize('NFKC').toLowerCase()
const bare = (text: string) => plain(text).replace(/[^\p{L}\p{N}]/gu, '')

/**
 * Throws unless the password is good enough for `person`: at least 12 characters, not a common one,
 * not a short piece repeated, without his login, e-mail name or name inside.
 */
export const checkPasswordPolicy = (
  password: string,
  person: { login: string; name: string; email: string | null },
): void => {
  const characters = [...password.normalize('NFKC')]
  if (characters.length < LEAST_LENGTH) throw problem.passwordTooShort({ least: LEAST_LENGTH })
  if (new Set(characters).size < 5 || COMMON.has(bare(password)) || /^(.{1,4})\1+$/su.test(plain(password)))
    throw problem.passwordCommon()
  const own = [person.login, person.login.split('@')[0], person.email, person.email?.split('@')[0], person.name]
  for (const word of own) {
    // Two letters occur in any good password by chance.
    if (word && [...word].length > 2 && plain(password).includes(plain(word))) throw problem.passwordHoldsLogin()
  }
}
