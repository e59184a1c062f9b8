import assert from 'node:assert/strict'
import test from 'node:test'
import { parseChineseId } from '../platform/personal/chinese-id.ts'
import { normaliseEmail } from '../platform/personal/email.ts'
import { normaliseMobile } from '../platform/personal/mobile.ts'
import { scanValue } from '../platform/personal/scan.ts'
import { simulate } from './company.ts'

const company = simulate({ customers: 4_000, seed: 'personal', months: 6, endAt: Date.UTC(2026, 8, 30, 16) })

test('every identifier of a customer passes the validators of the platform', () => {
  for (const row of company.customers()) {
    assert.equal(normaliseMobile(row.phone), row.phone)
    if (row.email) assert.equal(normaliseEmail(row.email), row.email)
    if (!row.id_card) continue
    const parsed = parseChineseId(row.id_card)
    assert.equal(parsed?.birthday, row.birthday)
    assert.equal(parsed?.gender, row.gender === '男' ? 'male' : 'female')
  }
})

test('the scanner finds nothing personal in any event, so no property is masked on the way in', () => {
  for (const message of company.events()) {
    const { found } = scanValue(message)
    assert.deepEqual(found, [], JSON.stringify(message))
  }
})
