import assert from 'node:assert/strict'
import test from 'node:test'
import { consentsOf, consentVerdict, purposeRules, recordConsents, type Word } from '#compliance'
import { Problem } from '#platform'
import { aCtx, someCustomers } from '#test'
import { mapVersion, publishNotice, readNotices, saveDraft } from '../../src/compliance/consent/notices.ts'
import { createPurpose } from '../../src/compliance/consent/purposes.ts'
import { mergeCustomers } from '../../src/customers/identity/merge.ts'
import { aNoticeText } from './notices.ts'

const ctx = await aCtx()
const people = await someCustomers(
  ctx,
  Array.from({ length: 8 }, (_, i) => ({ userId: `consent-${i}` })),
)
const no = (i: number) => people[i]?.no ?? -1
const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected
const word = (i: number, given: Partial<Word> = {}): Word => ({
  customerNo: no(i),
  purpose: 'marketing',
  channel: 'sms',
  status: 'granted',
  at: new Date('2026-01-01T00:00:00Z'),
  noticeVersion: 'v1',
  source: 'api',
  evidence: { method: 'app' },
  ...given,
})
const why = async (i: number, channel = 'sms', purpose = 'marketing', now = ctx.now()) =>
  consentVerdict(
    (await purposeRules(ctx)).get(purpose),
    (await consentsOf(ctx, [no(i)], { at: now })).get(no(i)) ?? [],
    channel,
    now,
  ).why

test('a notice that lacks a field of the law cannot be published; one with all of them carries the hash of its text', async () => {
  const { number } = await saveDraft(ctx, { key: 'marketing', content: { ...aNoticeText(), retention: '', kinds: [] } })
  await assert.rejects(
    publishNotice(ctx, { key: 'marketing', number }),
    (error) =>
      code('compliance.noticeIncomplete')(error) &&
      /retention,kinds/.test(String((error as Problem).detail['missing'])),
  )
  await saveDraft(ctx, { key: 'marketing', content: aNoticeText({ sensitiveKinds: ['金融账户'] }) })
  await assert.rejects(publishNotice(ctx, { key: 'marketing', number }), code('compliance.noticeIncomplete'))
  await saveDraft(ctx, { key: 'marketing', content: aNoticeText() })
  const published = await publishNotice(ctx, { key: 'marketing', number })
  assert.match(published.textHash ?? '', /^[0-9a-f]{64}$/)
  assert.equal(published.asksAnew, false, 'the first asks nobody again')
  await assert.rejects(publishNotice(ctx, { key: 'marketing', number }), code('compliance.noticePublished'))
})

test('silence is no; a yes to a known notice opens its channel only, and a later no closes it', async () => {
  assert.equal(await why(0), 'none')
  await recordConsents(ctx, [word(0)])
  assert.equal(await why(0), 'granted')
  assert.equal(await why(0, 'email'), 'none')
  assert.equal(await why(0, 'sms', 'service'), 'notNeeded')
  await recordConsents(ctx, [word(0, { status: 'withdrawn', channel: null, at: new Date('2026-02-01T00:00:00Z') })])
  assert.equal(await why(0), 'withdrawn')
  assert.equal(await why(0, 'sms', 'marketing', new Date('2026-01-31T23:59:59Z')), 'granted', 'before he said so')
})

test('a word recorded twice is one; a yes ends when its time is over', async () => {
  const twice = [word(1, { expiresAt: new Date('2026-06-01T00:00:00Z') })]
  assert.equal((await recordConsents(ctx, twice)).stored.length, 1)
  assert.equal((await recordConsents(ctx, twice)).stored.length, 0)
  assert.equal(await why(1, 'sms', 'marketing', new Date('2026-05-31T23:59:59Z')), 'granted')
  assert.equal(await why(1, 'sms', 'marketing', new Date('2026-06-01T00:00:00Z')), 'expired')
})

test('an unknown version is kept and opens nothing until somebody says which it is', async () => {
  await recordConsents(ctx, [
    word(2, { noticeVersion: '2019-app' }),
    word(2, { noticeVersion: null, channel: 'email' }),
  ])
  assert.deepEqual([await why(2), await why(2, 'email')], ['noticeUnknown', 'noticeUnknown'])
  await mapVersion(ctx, { key: 'marketing', said: '2019-app', number: 1, reason: 'same text, in the app of 2019' })
  assert.equal(await why(2), 'granted')
})

test('another purpose or another kind of data is asked anew: consents to the version before open nothing', async () => {
  await recordConsents(ctx, [word(3)])
  assert.equal(await why(3), 'granted')
  const wording = await saveDraft(ctx, { key: 'marketing', content: aNoticeText({ rights: '在“我的—隐私”中行使' }) })
  assert.equal((await publishNotice(ctx, { key: 'marketing', number: wording.number })).asksAnew, false)
  assert.equal(await why(3), 'granted', 'other words for the same thing')
  const more = await saveDraft(ctx, {
    key: 'marketing',
    content: aNoticeText({ kinds: ['手机号码', '产品使用情况', '位置'] }),
  })
  assert.deepEqual(more.mustAskAnew, ['kinds'])
  await publishNotice(ctx, { key: 'marketing', number: more.number })
  assert.equal(await why(3), 'noticeReplaced')
  await recordConsents(ctx, [word(3, { noticeVersion: 'v3', at: new Date('2026-03-01T00:00:00Z') })])
  assert.equal(await why(3), 'granted')
  const { items } = await readNotices(ctx, { key: 'marketing' })
  assert.deepEqual(
    items.map(({ label, consents }) => [label, consents]),
    [
      ['v3', 1],
      ['v2', 0],
      ['v1', 4],
    ],
  )
})

test('one click cannot give two separate consents, nor one together with another', async () => {
  for (const [key, recipient] of [
    ['shareAds', '云广告平台'],
    ['shareInsurer', '安心保险'],
  ] as const)
    await createPurpose(ctx, {
      key,
      title: recipient,
      description: '',
      basis: 'consent',
      separate: 'recipient',
      recipient,
      channels: ['ads'],
    })
  const click = crypto.randomUUID()
  const both = await recordConsents(ctx, [
    word(4, { purpose: 'shareAds', channel: 'ads', act: click }),
    word(4, { purpose: 'shareInsurer', channel: 'ads', act: click }),
  ])
  assert.deepEqual([both.stored.length, [...both.refused.values()]], [0, ['separateTogether', 'separateTogether']])
  assert.equal(
    (await recordConsents(ctx, [word(4, { purpose: 'shareAds', channel: 'ads', act: click })])).stored.length,
    1,
  )
  const later = await recordConsents(ctx, [word(4, { purpose: 'shareInsurer', channel: 'ads', act: click })])
  assert.equal(later.refused.get(0), 'separateTogether', 'also when the second comes later')
  const own = await recordConsents(ctx, [
    word(4, { purpose: 'shareInsurer', channel: 'ads', act: crypto.randomUUID() }),
  ])
  assert.equal(own.stored.length, 1)
})

test('words said under any number of a merged person are his', async () => {
  await recordConsents(ctx, [
    word(5, { noticeVersion: 'v3', at: new Date('2026-04-01T00:00:00Z') }),
    word(6, { status: 'withdrawn', at: new Date('2026-05-01T00:00:00Z') }),
  ])
  await mergeCustomers(ctx, { into: String(no(5)), from: String(no(6)), reason: 'same person' })
  assert.deepEqual([await why(5), await why(6)], ['withdrawn', 'withdrawn'])
})
