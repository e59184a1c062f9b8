import assert from 'node:assert/strict'
import test from 'node:test'
import { isSignedBy, open, seal, signatureOf } from './envelope.ts'

// From the platform's own test of its sample code.
const account = { encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', appId: 'wxb11529c136998cb6' }
const sealed = 'jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=='

test('the envelope seals and opens the published sample', () => {
  assert.equal(seal('我是中文abcd123', { ...account, random: Buffer.from('aaaabbbbccccdddd') }), sealed)
  assert.equal(open(sealed, account), '我是中文abcd123')
})

test('what is meant for another account, cut or changed does not open', () => {
  assert.equal(open(sealed, { ...account, appId: 'wx0000000000000000' }), undefined)
  assert.equal(open(sealed.slice(0, 40), account), undefined)
  assert.equal(open('', account), undefined)
  const bytes = Buffer.from(sealed, 'base64')
  bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1)
  assert.equal(open(bytes.toString('base64'), account), undefined)
})

test('a signature is over the parts in dictionary order, and another one is not taken', () => {
  const signature = signatureOf('token', '1409304348', 'nonce')
  assert.equal(signature, signatureOf('nonce', 'token', '1409304348'))
  assert.ok(isSignedBy(signature, 'token', '1409304348', 'nonce'))
  assert.ok(!isSignedBy(signature, 'token', '1409304349', 'nonce'))
  assert.ok(!isSignedBy(undefined, 'token', '1409304348', 'nonce'))
})
