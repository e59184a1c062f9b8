import { randomBytes, scryptSync } from 'node:crypto'

/** A password's hash in the product's form, at a small cost, which the form itself names: checking it takes no time. */
export const cheapHash = (password: string): string => {
  const salt = randomBytes(16)
  const key = scryptSync(password.normalize('NFKC'), salt, 32, { N: 16, r: 8, p: 1 })
  return ['scrypt', 4, 8, 1, salt.toString('base64url'), key.toString('base64url')].join('$')
}
