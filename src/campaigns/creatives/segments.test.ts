import assert from 'node:assert/strict'
import test from 'node:test'
import { smsCost, smsLength, smsText } from './segments-contract.ts'

const chars = (count: number) => '字'.repeat(count)

test('an SMS of 70 is one part, of 71 two; parts of 67: 134 two, 135 three', () => {
  const parts = [0, 1, 69, 70, 71, 133, 134, 135, 201, 202].map((count) => smsLength(chars(count)).parts)
  assert.deepEqual(parts, [0, 1, 1, 1, 2, 2, 2, 3, 3, 4])
})

test('signature and opt-out count', () => {
  const text = smsText({ signature: '明月消费金融', text: chars(56), optOut: '拒收请回复R' })
  assert.equal(text, `【明月消费金融】${chars(56)}拒收请回复R`)
  assert.deepEqual(smsLength(text), { units: 70, parts: 1, left: 0, wide: [] })
  assert.equal(smsLength(smsText({ signature: '明月消费金融', text: chars(57), optOut: '拒收请回复R' })).parts, 2)
})

test('Latin letters count one like characters; an emoji counts its UTF-16 units', () => {
  assert.equal(smsLength('a'.repeat(70)).parts, 1)
  assert.equal(smsLength('a'.repeat(71)).parts, 2)
  assert.deepEqual(smsLength(`${chars(68)}🌙`), { units: 70, parts: 1, left: 0, wide: ['🌙'] })
  assert.equal(smsLength(`${chars(69)}🌙`).parts, 2)
  assert.equal(smsLength('👨‍👩‍👧').units, 8)
  assert.deepEqual(smsLength('㊗𠮷').wide, ['𠮷'])
})

test('what fits into the last part, and what all cost', () => {
  assert.equal(smsLength(chars(71)).left, 63)
  assert.equal(smsLength('').left, 70)
  assert.equal(smsCost(3, 4500), 13_500)
})
