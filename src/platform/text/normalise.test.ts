import assert from 'node:assert/strict'
import test from 'node:test'
import { normaliseText, toSimplified } from './normalise.ts'

test('traditional characters become simplified, others stay', () => {
  assert.equal(toSimplified('張偉在臺灣銀行貸款'), '张伟在台湾银行贷款')
  assert.equal(toSimplified('利率 3.6% Loan'), '利率 3.6% Loan')
})

test('full-width forms, white space and traditional characters compare equal to the plain text', () => {
  assert.equal(normaliseText('　ＡＢＣ１２３　\t張　偉 '), 'ABC123 张 伟')
  assert.equal(normaliseText('㈱①'), '(株)1')
})
