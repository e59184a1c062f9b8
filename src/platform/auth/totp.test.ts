import assert from 'node:assert/strict'
import test from 'node:test'
import { bareBackupCode, base32, hotp, matchingStep, newBackupCodes, otpauthUri, stepAt } from './totp.ts'

const seed = Buffer.from('12345678901234567890')

test('codes are those of RFC 6238 appendix B (SHA-1)', () => {
  const vectors: [number, string][] = [
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ]
  for (const [seconds, code] of vectors) assert.equal(hotp(seed, stepAt(new Date(seconds * 1000)), 8), code)
})

test('codes are those of RFC 4226 appendix D', () => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')
  assert.deepEqual(
    codes.map((_, counter) => hotp(seed, counter)),
    codes,
  )
})

test('base 32 is that of RFC 4648 section 10', () => {
  const vectors = {
    '': '',
    f: 'MY',
    fo: 'MZXQ',
    foo: 'MZXW6',
    foob: 'MZXW6YQ',
    fooba: 'MZXW6YTB',
    foobar: 'MZXW6YTBOI',
  }
  for (const [text, encoded] of Object.entries(vectors)) assert.equal(base32(Buffer.from(text)), encoded)
})

test('a code is good one step early and late, not two', () => {
  const now = new Date('2026-11-21T08:00:10Z')
  const step = stepAt(now)
  for (const near of [step - 1, step, step + 1]) assert.equal(matchingStep(seed, hotp(seed, near), now), near)
  for (const far of [step - 2, step + 2]) assert.equal(matchingStep(seed, hotp(seed, far), now), undefined)
  assert.equal(matchingStep(seed, '１２３４５６', now), undefined)
})

test('the address for the authenticator app carries seed, issuer and login', () => {
  const uri = new URL(otpauthUri(seed, 'li.na@example.com'))
  assert.equal(uri.searchParams.get('secret'), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  assert.equal(decodeURIComponent(uri.pathname), '/Zhiyin:li.na@example.com')
})

test('backup codes may be typed without dashes and in small letters', () => {
  const [code = ''] = newBackupCodes()
  assert.match(code, /^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/)
  assert.equal(bareBackupCode(` ${code.toLowerCase().replaceAll('-', ' ')} `), code.replaceAll('-', ''))
})
