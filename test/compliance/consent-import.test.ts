import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { consentsOf, consentVerdict, purposeRules, smsReplied } from '#compliance'
import { ch } from '#platform'
import { aCustomer, startTestApp } from '#test'
import { exampleNotices } from '../../src/cli/demo-notices.ts'
import { say } from '../../src/compliance/consent/say.ts'
import { aFile, counts, imported } from '../imports/support.ts'

const app = await startTestApp({ work: true })
const { ctx } = app
const mapping = {
  columns: {
    account: { identifier: 'accountId' },
    channel: { consent: 'channel' },
    status: { consent: 'status' },
    version: { consent: 'noticeVersion' },
    until: { consent: 'expiresAt' },
  },
  missing: [''],
  defaults: { purpose: 'marketing', at: '2026-01-01T00:00:00Z' },
}
const why = async (no: number, channel: string) =>
  consentVerdict(
    (await purposeRules(ctx)).get('marketing'),
    (await consentsOf(ctx, [no])).get(no) ?? [],
    channel,
    ctx.now(),
  ).why

for (const notice of exampleNotices) {
  const { number } = await app.ok<{ number: number }>('PUT', '/api/consents/purposes/marketing/draft', notice)
  await app.ok('POST', `/api/consents/purposes/marketing/notices/${number}/publish`, {})
}

test('imported consents count by the version they name; a number that replied STOP is a reject with its reason', async () => {
  const stopped = await aCustomer(ctx, { userId: 'imp-1', traits: { phone: '13912370001' } })
  const other = await aCustomer(ctx, { userId: 'imp-2', traits: { phone: '13912370002' } })
  await smsReplied(ctx, { phone: '13912370001', text: 'T', at: new Date('2025-12-01T00:00:00Z'), provider: 'aliyun' })
  const rows = [
    'imp-1,sms,同意,v1,',
    'imp-1,email,同意,v2,',
    'imp-2,sms,同意,v9,',
    'imp-2,email,同意,v1,2026-01-02T00:00:00Z',
    'imp-2,wechat,同意,v2,',
  ]
  const path = aFile(`account,channel,status,version,until\n${rows.join('\n')}\n`)
  const run = await imported(app, 'consents', path, mapping)
  assert.deepEqual(counts(run), { read: 5, accepted: 4, merged: 0, rejected: 1 })
  const rejects = await app.ok<string>('GET', `/api/imports/${run.id}/rejects`)
  assert.match(JSON.stringify(rejects), /stopped/)
  assert.deepEqual([await why(stopped.no, 'sms'), await why(stopped.no, 'email')], ['refused', 'granted'])
  assert.deepEqual(
    [await why(other.no, 'sms'), await why(other.no, 'email'), await why(other.no, 'wechat')],
    ['noticeUnknown', 'expired', 'granted'],
  )
  await imported(app, 'consents', aFile('account,channel,status,version,until\nimp-2,sms,同意,v1,\n'), {
    ...mapping,
    defaults: { ...mapping.defaults, purpose: 'surveys' },
  })
  const { items, unknown } = await app.ok<{ items: { key: string; unknownVersions: unknown[] }[]; unknown: unknown[] }>(
    'GET',
    '/api/consents/purposes',
  )
  assert.deepEqual(unknown, [{ said: 'surveys', words: 1 }])
  assert.deepEqual(items.find(({ key }) => key === 'marketing')?.unknownVersions, [{ said: 'v9', words: 1 }])
})

test('a withdrawal reaches the copy for audiences through the outbox', async () => {
  const { no } = await aCustomer(ctx, { userId: 'imp-3' })
  await say(ctx, {
    customerNo: no,
    purpose: 'marketing',
    channel: 'sms',
    yes: false,
    source: 'staff',
    act: 'a',
    evidence: {},
  })
  const rows = () =>
    ctx.ch.rows<{ status: string }>(ch.sql`select status from customer_consents where customer_no = ${ch.u32(no)}`)
  for (let waited = 0; waited < 60_000 && (await rows()).length === 0; waited += 100) await pause(100)
  assert.deepEqual(
    (await rows()).map(({ status }) => status),
    ['refused'],
  )
})
