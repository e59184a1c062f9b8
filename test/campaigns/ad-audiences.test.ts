import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { sql } from 'kysely'
import { saveList } from '#audiences'
import { barAddresses, recordConsents, stateExclusions } from '#compliance'
import { type Ctx, ch, permissionsOf, type Role, shredCustomers } from '#platform'
import { aCtx } from '#test'
import type { AdMode, NewAdTarget } from '../../src/campaigns/ad-audiences/ad-contract.ts'
import { exportsOf, readAdExport } from '../../src/campaigns/ad-audiences/exports.ts'
import { formOf } from '../../src/campaigns/ad-audiences/identifier-form.ts'
import {
  cancelExport,
  retireTarget,
  runDaily,
  runTarget,
  takeBackErased,
} from '../../src/campaigns/ad-audiences/request.ts'
import { adFolder, deleteOldAdFiles, runAdExport } from '../../src/campaigns/ad-audiences/run.ts'
import {
  changeTarget,
  createTarget,
  listTargets,
  readTarget,
  submitTarget,
} from '../../src/campaigns/ad-audiences/targets.ts'
import { copySends } from '../../src/campaigns/effects/copy-sends.ts'
import { endHeldRecords, followErasures } from '../../src/campaigns/erasure/follow.ts'
import { customerSends } from '../../src/campaigns/gate/customer-sends.ts'
import { decideSends } from '../../src/campaigns/gate/decide.ts'
import { recheckSends } from '../../src/campaigns/gate/recheck.ts'
import { refusalReport } from '../../src/campaigns/gate/report.ts'
import { keepPassages } from '../../src/campaigns/journeys/passages.ts'
import { publishNotice, saveDraft } from '../../src/compliance/consent/notices.ts'
import { createPurpose } from '../../src/compliance/consent/purposes.ts'
import { decideReview } from '../../src/compliance/review/decide.ts'
import { mergeCustomers } from '../../src/customers/identity/merge.ts'
import { aNotice, aNoticeText } from '../compliance/notices.ts'
import { aCampaign, people, setLimit } from './gate-support.ts'

let clock = new Date('2026-03-02T02:00:00Z')
const made = await aCtx({ now: () => clock })
const world: Ctx = { ...made, jobs: { ...made.jobs, send: async () => undefined } }
const as = (name: string, roles: readonly Role[]): Ctx => ({
  ...world,
  actor: { kind: 'user', id: name, name, roles, permissions: permissionsOf(roles) },
})
const marketer = as('小林', ['marketer'])
const lawyer = as('老陈', ['legal'])
const code = (expected: string) => (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === expected

await aNotice(world)
await createPurpose(world, {
  key: 'adsTencent',
  title: '向腾讯广告提供加密手机号',
  description: '',
  basis: 'consent',
  separate: 'recipient',
  recipient: '腾讯广告',
  channels: [],
})
const recipients = [
  {
    name: '腾讯广告',
    contact: '客服 0755-0000',
    purpose: '定向投放广告',
    manner: '加密手机号文件',
    kinds: ['手机号码'],
  },
]
const { number } = await saveDraft(world, { key: 'adsTencent', label: 'v1', content: aNoticeText({ recipients }) })
await publishNotice(world, { key: 'adsTencent', number })
await setLimit(world, 'holdout', { share: 0, seed: 'ads' })

const say = (nos: readonly number[], status: 'granted' | 'withdrawn', purpose = 'adsTencent') =>
  recordConsents(
    world,
    nos.map((customerNo) => ({
      customerNo,
      purpose,
      channel: null,
      status,
      at: clock,
      noticeVersion: status === 'granted' ? 'v1' : null,
      source: 'staff' as const,
      evidence: { method: 'form' },
    })),
    { tell: false },
  )
const aList = async (nos: readonly number[]): Promise<string> =>
  (await saveList(world, { name: `名单 ${Math.random()}`, kind: 'upload', why: '', madeOf: {}, members: nos })).id
const fields = (listId: string, more: Partial<NewAdTarget> = {}): NewAdTarget => ({
  name: `高潜人群 ${Math.random()}`,
  platform: 'tencent',
  recipient: '腾讯广告',
  contact: '客服 0755-0000',
  contract: 'HT-2026-017',
  purpose: '在腾讯系广告位定向投放信用卡广告',
  form: 'HASH_MOBILE_PHONE',
  set: { kind: 'list', id: listId },
  product: 'loan',
  minPeople: 100,
  daily: false,
  ...more,
})
const approved = async (listId: string, more: Partial<NewAdTarget> = {}): Promise<number> => {
  const { id } = await createTarget(marketer, fields(listId, more))
  const { reviewId } = await submitTarget(marketer, { id, note: '' })
  await decideReview(lawyer, { id: reviewId ?? 0, decision: 'approve', note: '', justifications: [] })
  return id
}
const run = async (id: number, mode: AdMode = 'difference') => {
  const asked = await runTarget(marketer, { id, mode })
  await runAdExport(world, asked.id, new AbortController().signal)
  return readAdExport(world, { id: asked.id })
}
/** The file in an archive of one. */
const unzip = (zip: Buffer): string[] => {
  assert.equal(zip.readUInt32LE(0), 0x04034b50)
  const start = 30 + zip.readUInt16LE(26)
  return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(18)))
    .toString()
    .trimEnd()
    .split('\n')
}
const linesOf = async (exportId: number, operation: 'APPEND' | 'REDUCE'): Promise<string[]> => {
  const { rows } = await sql<{ file_name: string; sha256: string }>`
    select file_name, sha256 from campaigns.ad_file where export_id = ${exportId} and operation = ${operation}`.execute(
    world.pg,
  )
  const lines: string[] = []
  for (const { file_name, sha256 } of rows) {
    const zip = await readFile(join(adFolder(world), file_name))
    assert.equal(createHash('sha256').update(zip).digest('hex'), sha256)
    lines.push(...unzip(zip))
  }
  return lines.sort()
}
const phoneOf = async (no: number): Promise<string> => {
  const { addressesOf } = await import('#customers')
  return (await addressesOf(world, [no], 'phone')).get(no) ?? ''
}
const md5 = (text: string) => createHash('md5').update(text).digest('hex')

test('identifiers are written as the platforms ask', () => {
  const write = (platform: 'tencent' | 'oceanEngine', form: string, value: string) =>
    formOf(platform, form).write(value)
  // Published samples of the platform's page on customer files.
  assert.equal(write('tencent', 'HASH_IMEI', 'A000002C9060F7'), md5('a000002c9060f7'))
  assert.equal(md5('a000002c9060f7'), 'f2d5a650733ca8c27d502b1c08da14e5')
  assert.equal(write('tencent', 'HASH_MOBILE_PHONE', '+8613800138000'), md5('13800138000'))
  assert.equal(write('oceanEngine', '17', '13800138000'), md5('13800138000'))
  assert.equal(write('oceanEngine', '14', '13800138000'), createHash('sha256').update('13800138000').digest('hex'))
  assert.equal(write('tencent', 'IDFA', '49e2084a-290c-41ef-ad20-e540cd6ae841'), '49E2084A-290C-41EF-AD20-E540CD6AE841')
  assert.equal(write('tencent', 'IDFA', '00000000-0000-0000-0000-000000000000'), undefined, 'tracking switched off')
  assert.equal(write('tencent', 'HASH_MOBILE_PHONE', '075588888888'), undefined)
  assert.equal(write('tencent', 'OAID', '866123456789012'), undefined, 'an IMEI is no OAID')
})

test('recipient-consent-per-person: who gave no separate consent is left out and counted; nothing runs unapproved', async () => {
  const everybody = await people(world, 130)
  const [minor] = await people(world, 1, { traits: { birthday: '2012-01-01' } })
  const [noAnswer, other, withdrew, barred, complaining, plain, ...given] = everybody
  assert.ok(noAnswer && other && withdrew && barred && complaining && plain && minor)
  await say([withdrew, barred, complaining, plain, minor, ...given], 'granted')
  await say([other], 'granted', 'marketing')
  clock = new Date(clock.getTime() + 60_000)
  await say([withdrew], 'withdrawn')
  await barAddresses(world, [{ kind: 'phone', value: await phoneOf(barred) }], { origin: 'complaint' })
  const stated = { since: clock, until: null, reason: '', evidence: {}, source: 'staff' as const }
  await stateExclusions(world, [
    { ...stated, customerNo: complaining, kind: 'complaint' },
    { ...stated, customerNo: plain, kind: 'notPersonalised' },
  ])
  const listId = await aList([...everybody, minor])
  const { id } = await createTarget(marketer, fields(listId))
  await assert.rejects(runTarget(marketer, { id, mode: 'difference' }), code('adAudiences.notApproved'))
  const { reviewId } = await submitTarget(marketer, { id, note: '' })
  await assert.rejects(
    decideReview(as('小林', ['legal']), { id: reviewId ?? 0, decision: 'approve', note: '', justifications: [] }),
    code('reviews.reviewerIsWriter'),
  )
  await decideReview(lawyer, { id: reviewId ?? 0, decision: 'approve', note: '', justifications: [] })
  const done = await run(id)
  assert.equal(done.state, 'done')
  assert.equal(done.people, 131)
  assert.equal(done.added, given.length)
  assert.deepEqual(done.leftOut, {
    NO_CONSENT: 2,
    CONSENT_WITHDRAWN: 1,
    DO_NOT_CONTACT: 1,
    OPEN_COMPLAINT: 1,
    NON_PERSONALISED: 1,
    MINOR: 1,
  })
  const expected = await Promise.all(given.map(async (no) => md5(await phoneOf(no))))
  assert.deepEqual(await linesOf(done.id, 'APPEND'), expected.sort())
  const { items: trail } = await world.audit.list(world.pg, { action: 'adAudience.provide' })
  assert.equal(trail[0]?.subject, `adTarget:${id}`)
  assert.equal(trail[0]?.detail?.added, given.length)
  assert.ok(!JSON.stringify(trail).includes(expected[0] ?? '-'), 'no identifier in the trail')
})

test('a second export is the difference; who withdrew or was erased is taken back, whoever is few or unapproved', async () => {
  const nos = await people(world, 120)
  await say(nos, 'granted')
  const [gone, erased, late, ...others] = nos
  assert.ok(gone && erased && late)
  const hashes = new Map(await Promise.all(nos.map(async (no) => [no, md5(await phoneOf(no))] as const)))
  const id = await approved(await aList(nos), { daily: true })
  clock = new Date(clock.getTime() + 60_000)
  await say([late], 'withdrawn')
  assert.equal((await run(id)).added, 119)
  assert.deepEqual((({ added, removed }) => ({ added, removed }))(await run(id)), { added: 0, removed: 0 })
  clock = new Date(clock.getTime() + 60_000)
  await say([gone], 'withdrawn')
  await say([late], 'granted')
  await world.tx(async (ctx) => {
    await sql`update customers.customer set erased_at = ${clock} where no = ${erased}`.execute(ctx.pg)
    await shredCustomers(ctx.pg, [erased])
  })
  const third = await run(id)
  assert.deepEqual([third.added, third.removed, third.members], [1, 2, 118])
  assert.deepEqual(await linesOf(third.id, 'APPEND'), [hashes.get(late)])
  assert.deepEqual(await linesOf(third.id, 'REDUCE'), [hashes.get(gone) ?? '', hashes.get(erased) ?? ''].sort())
  assert.equal(third.leftOut.CUSTOMER_ERASED, 1)

  // Edited and not approved anew: the daily run gives nobody, and still takes back.
  const before = await readTarget(world, { id })
  const { set, name, contact, contract, purpose, form, product, daily } = before
  const same = { name, platform: before.platform, recipient: before.recipient, contact, contract, form, product, daily }
  const change = { ...same, purpose: `${purpose}（二期）`, set: { kind: set.kind, id: set.id }, minPeople: 5_000 }
  await assert.rejects(
    changeTarget(marketer, { ...change, recipient: '别家广告', id, basedOn: before.changedAt }),
    code('adAudiences.recipientHasMembers'),
  )
  const edited = await changeTarget(marketer, { ...change, id, basedOn: before.changedAt })
  assert.equal(edited.approval, 'draft')
  const [leaving] = others
  assert.ok(leaving)
  clock = new Date(clock.getTime() + 60_000)
  await say([leaving], 'withdrawn')
  await say([gone], 'granted')
  await runDaily(world)
  const [daily1] = await exportsOf(world, id)
  assert.equal(daily1?.state, 'queued')
  await runAdExport(world, daily1?.id ?? 0, new AbortController().signal)
  const fourth = await readAdExport(world, { id: daily1?.id ?? 0 })
  assert.deepEqual([fourth.added, fourth.removed, fourth.tooFew], [0, 1, true])

  await retireTarget(marketer, { id })
  const [last] = await exportsOf(world, id)
  assert.equal(last?.mode, 'clear')
  await runAdExport(world, last?.id ?? 0, new AbortController().signal)
  const cleared = await readAdExport(world, { id: last?.id ?? 0 })
  assert.deepEqual([cleared.removed, cleared.members], [117, 0])
  assert.equal((await listTargets(world)).items.find((one) => one.id === id)?.members, 0)
})

test('too few people are not given; a cancelled run counts for nothing; files go after their time, the record stays', async () => {
  const nos = await people(world, 101)
  await say(nos, 'granted')
  const few = await run(await approved(await aList(nos.slice(0, 99))))
  assert.deepEqual([few.state, few.added, few.tooFew, few.files.length], ['done', 0, true, 0])

  const id = await approved(await aList(nos))
  const asked = await runTarget(marketer, { id, mode: 'difference' })
  await assert.rejects(runTarget(marketer, { id, mode: 'full' }), code('adAudiences.running'))
  await cancelExport(marketer, { id: asked.id })
  await runAdExport(world, asked.id, new AbortController().signal)
  assert.equal((await readAdExport(world, { id: asked.id })).state, 'cancelled')
  const done = await run(id)
  assert.equal(done.added, 101)
  assert.equal((await run(id, 'full')).added, 101, 'everybody anew')
  clock = new Date(clock.getTime() + 8 * 86_400_000)
  await deleteOldAdFiles(world)
  const kept = await readAdExport(world, { id: done.id })
  assert.equal(kept.files[0]?.available, false)
  assert.equal(kept.files[0]?.rows, 101)
  await assert.rejects(readFile(join(adFolder(world), `zhiyin-${done.id}-append-1.zip`)))
})

test('erasure-held-until: an erased customer leaves everything, and what the law holds goes after its time', async () => {
  const audited = async (action: string) => (await world.audit.list(world.pg, { action })).items.length
  // Those erased above.
  await followErasures(world)
  await endHeldRecords(world)
  const [begun, ended] = [await audited('campaigns.erase'), await audited('campaigns.erased')]
  const nos = await people(world, 130, { channels: ['sms', 'call'] })
  await say(nos, 'granted')
  const [no = 0, merged = 0] = nos
  const hash = md5(await phoneOf(no))
  const target = await approved(await aList(nos))
  await run(target)
  await mergeCustomers(world, { into: String(no), from: String(merged), reason: 'same person' })
  const { id, request } = await aCampaign(world)
  const planted = '种下的私事'
  const { rows: entries } = await sql<{ id: string }>`
    insert into campaigns.entry (campaign_id, version, customer_no, trigger_key, trigger, entered_at, step, arrived_at, due_at, state)
    select ${id}, 1, ${no}, 'k' || s, ${JSON.stringify({ note: planted })}::jsonb, ${clock}, 'send', ${clock}, null, s
    from unnest(array['active', 'finished']) as s (s) returning id::text as id`.execute(world.pg)
  const entryId = entries[0]?.id ?? ''
  const asked = [1, 2, 3, 4].map((entryNo) =>
    request(entryNo === 4 ? merged : no, { entryNo, entryId, category: 'service' }),
  )
  const ids = (await decideSends(world, asked)).map(({ sendId }) => sendId)
  const sentAt = clock
  await sql`update campaigns.send set state = 'delivered', sent_at = ${sentAt}, provider_key = 'biz' where id = ${ids[0]}::bigint`.execute(
    world.pg,
  )
  await sql`update campaigns.send set state = 'sent', sent_at = ${sentAt}, channel = 'call' where id = ${ids[1]}::bigint`.execute(
    world.pg,
  )
  await sql`insert into campaigns.task (send_id, campaign_id, version, step, customer_no, channel, title, priority, created_at, from_at, due_at, note)
    values (${ids[1]}::bigint, ${id}, 1, 'send', ${no}, 'call', '回访', 1, ${clock}, ${clock}, ${clock}, ${planted})`.execute(
    world.pg,
  )
  await sql`insert into campaigns.receipt (provider_id, customer_no, state, at, received_at, detail, due_at)
    values (1, ${no}, 'delivered', ${clock}, ${clock}, ${planted}, ${clock})`.execute(world.pg)
  await sql`insert into campaigns.link_visit (send_id, link, machine, page, first_at, last_at)
    values (${ids[0]}::bigint, 0, false, ${planted}, ${clock}, ${clock})`.execute(world.pg)
  await sql`insert into campaigns.attempt (send_id, attempt, provider_id, at, outcome, code, detail)
    values (${ids[0]}::bigint, 1, 1, ${clock}, 'rejected', 'X', ${planted})`.execute(world.pg)
  await sql`insert into campaigns.trigger_fired (campaign_id, customer_no, at, hash) values (${id}, ${no}, ${clock}, 1)`.execute(
    world.pg,
  )
  await keepPassages(world, [
    {
      campaignId: id,
      version: 1,
      customerNo: no,
      entryId,
      hop: 0,
      step: 'send',
      pass: 1,
      edge: 'next',
      to: '',
      reason: '',
      arrivedAt: clock,
      leftAt: clock,
    },
  ])
  await copySends(world)
  const copies = async (table: string) =>
    Number(
      (
        await world.ch.one<{ n: string }>(
          ch.sql`select count() as n from ${ch.identifier(table)} where customer_no in ${ch.u32s([no, merged])}`,
        )
      )?.n,
    )
  assert.ok((await copies('sends')) > 0)

  await world.tx(async (ctx) => {
    await sql`update customers.customer set erased_at = ${clock} where no = ${no}`.execute(ctx.pg)
    await shredCustomers(ctx.pg, [no])
  })
  assert.equal(
    (await recheckSends(world, [{ id: ids[2] ?? '' }])).get(ids[2] ?? '')?.is,
    'refused',
    'before anybody followed',
  )
  assert.equal(await followErasures(world), 2, 'with the number that was merged into him')
  assert.equal(await followErasures(world), 0)

  /** Rows of him by table, and tables that still hold what was planted. */
  const left = async () => {
    const { rows: tables } = await sql<{ name: string; has_no: boolean }>`
      select c.table_name as name, bool_or(c.column_name = 'customer_no') as has_no from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'campaigns' and t.table_type = 'BASE TABLE' group by 1 order by 1`.execute(world.pg)
    const rows: Record<string, number> = {}
    for (const { name, has_no } of tables) {
      const table = sql.table(`campaigns.${name}`)
      const found = has_no ? sql`customer_no = any(array[${no}::int, ${merged}::int])` : sql`false`
      const { rows: counted } = await sql<{ n: number }>`
        select count(*)::int as n from ${table} t where ${found} or t::text like ${`%${planted}%`}`.execute(world.pg)
      if (counted[0]?.n) rows[name] = counted[0].n
    }
    return rows
  }
  assert.deepEqual(await left(), { erasure: 2, send: 1 }, 'only the message that was sent is held')
  assert.deepEqual([await copies('sends'), await copies('journey_passages')], [0, 0])
  await copySends(world)
  assert.equal(await copies('sends'), 0, 'what is held is not copied again')
  assert.deepEqual((await customerSends(world, { id: no, refused: false, limit: 10 })).sends, [])
  const report = await refusalReport(world, { id })
  assert.ok(
    report.reasons.some(({ code, count }) => code === 'CUSTOMER_ERASED' && count === 3),
    'counted, by nobody’s name',
  )
  assert.equal(await audited('campaigns.erase'), begun + 2)

  // The platform is told to remove him, and nobody else; nobody is added.
  await takeBackErased(world)
  const [last] = await exportsOf(world, target)
  await runAdExport(world, last?.id ?? 0, new AbortController().signal)
  const back = await readAdExport(world, { id: last?.id ?? 0 })
  assert.deepEqual([back.mode, back.added, back.removed], ['erased', 0, 2])
  assert.ok((await linesOf(back.id, 'REDUCE')).includes(hash))
  await takeBackErased(world)
  assert.equal((await exportsOf(world, target))[0]?.id, last?.id, 'nothing is left to take back')

  // As if the program had died before it cleared the copies.
  await world.ch.insert('sends', [{ campaign_id: id, version: 1, step: 'send', customer_no: no, id: 1 }])
  assert.ok((await copies('sends')) > 0)
  assert.equal(await endHeldRecords(world), 1, 'of the number merged into him nothing is held')
  assert.equal(await copies('sends'), 0)
  clock = new Date(sentAt.getTime() + 182 * 86_400_000)
  assert.equal(await endHeldRecords(world), 0)
  assert.equal((await left())['send'], 1)
  // What became of it was not known, and nobody is asked about it any more.
  await sql`update campaigns.send set state = 'unknown', asked_at = null where id = ${ids[0]}::bigint`.execute(world.pg)
  clock = new Date(sentAt.getTime() + 184 * 86_400_000)
  assert.equal(await endHeldRecords(world), 1)
  assert.deepEqual(await left(), { erasure: 2 })
  assert.equal(await audited('campaigns.erased'), ended + 2)
})

test('the global holdout is left out of advertising too', async () => {
  const nos = await people(world, 400)
  await say(nos, 'granted')
  await setLimit(world, 'holdout', { share: 0.3, seed: 'ads' })
  const done = await run(await approved(await aList(nos)))
  assert.ok((done.leftOut.HOLDOUT_GLOBAL ?? 0) > 60)
  assert.equal((done.added ?? 0) + (done.leftOut.HOLDOUT_GLOBAL ?? 0), 400)
})
