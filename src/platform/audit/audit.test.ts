import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { openPostgres, type PostgresStore } from '../postgres/postgres.ts'
import { openVault, type Vault } from '../vault/vault.ts'
import { anchorsFile } from './anchors.ts'
import { type Audit, type AuditScope, openAudit } from './audit.ts'
import { chainHash, chainStart } from './chain.ts'

const dir = mkdtempSync(join(tmpdir(), 'zhiyin-audit-'))
let store: PostgresStore
let vault: Vault
let audit: Audit
let scope: AuditScope
let time: number

before(async () => {
  store = await openPostgres({})
  await store.script(
    readFileSync(new URL('../../../migrations/postgres/0001-vault-and-audit.sql', import.meta.url), 'utf8'),
  )
  vault = await openVault({ pg: store.db, masterKey: createSecretKey(randomBytes(32)) })
  audit = openAudit({ vault, dir })
})
after(async () => {
  await store.close()
  rmSync(dir, { recursive: true })
})
beforeEach(async () => {
  await tamper(`truncate platform.audit, platform.audit_anchor; update platform.audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex');
    delete from platform.secret`)
  rmSync(join(dir, anchorsFile), { force: true })
  time = Date.UTC(2026, 0, 1)
  const now = () => {
    time += 1000
    return new Date(time)
  }
  scope = { pg: store.db, now, actor: { kind: 'user', id: '7' }, requestId: 'r1' }
})

/** What somebody who owns the database does: past the triggers. */
const tamper = (text: string) =>
  store.script(`begin; alter table platform.audit disable trigger all; alter table platform.audit_anchor disable trigger all; alter table platform.audit_head disable trigger all;
    ${text};
    alter table platform.audit enable trigger all; alter table platform.audit_anchor enable trigger all; alter table platform.audit_head enable trigger all; commit`)

const someRecords = async (count: number) => {
  for (let i = 1; i <= count; i += 1)
    await audit.record(scope, { action: 'audience.create', subject: `audience:${i}`, detail: { size: i } })
}
const verified = async () => {
  const { ok, records, firstBad, faults } = await audit.verify(store.db)
  return {
    ok,
    records,
    bad: faults.map(({ what, seq, toSeq }) => `${what} ${seq}${toSeq === seq ? '' : `-${toSeq}`}`),
    firstBad,
  }
}
const faults = async () => (await verified()).bad

/** A forger who computes the chain anew from the given texts, hashes, numbers, head and all. */
const rehash = async (records: string[]) => {
  let hash = chainStart
  const rows = records.map((record) => {
    hash = chainHash(hash, record)
    return `('${record.replaceAll("'", "''")}', decode('${hash}', 'hex'))`
  })
  await tamper(`truncate platform.audit; insert into platform.audit (record, hash) values ${rows.join(',')};
    update platform.audit_head set seq = ${records.length}, hash = decode('${hash}', 'hex')`)
}
const texts = async () =>
  (await store.db.selectFrom('platform.audit').select('record').orderBy('seq').execute()).map(({ record }) => record)

test('records are numbered without gaps, canonical, chained, and the trail verifies', async () => {
  await someRecords(3)
  await audit.recordAll(scope, [
    { action: 'key.create' },
    { action: 'customer.unmask', subject: { customerNo: 42 }, purpose: 'complaint' },
  ])
  const [first, ...others] = await texts()
  assert.equal(
    first,
    '{"action":"audience.create","actor":"user:7","detail":{"size":1},"request":"r1","seq":1,"subject":"audience:1","ts":"2026-01-01T00:00:01.000Z"}',
  )
  assert.match(others.at(-1) ?? '', new RegExp(`"subject":"${vault.pseudonym(42)}"`))
  const stored = await sql<{
    hash: string
  }>`select encode(hash, 'hex') as hash from platform.audit where seq = 1`.execute(store.db)
  assert.equal(stored.rows[0]?.hash, chainHash(chainStart, first ?? ''))
  assert.deepEqual(await verified(), { ok: true, records: 5, bad: [], firstBad: undefined })
})

test('a record lives and falls with the change it records', async () => {
  await assert.rejects(
    store.db.transaction().execute(async (pg) => {
      await audit.record({ ...scope, pg }, { action: 'audience.create' })
      throw new Error('the change failed')
    }),
    /the change failed/,
  )
  await store.db.transaction().execute((pg) => audit.record({ ...scope, pg }, { action: 'audience.rename' }))
  assert.deepEqual(
    (await audit.list(store.db, {})).items.map(({ seq, action }) => [seq, action]),
    [[1, 'audience.rename']],
  )
})

test('the database refuses to change, delete or truncate what was recorded', async () => {
  await someRecords(1)
  await audit.anchor(scope)
  for (const statement of [
    "update platform.audit set record = '{}'",
    'delete from platform.audit where seq = 99',
    'truncate platform.audit',
    "update platform.audit_anchor set signature = ''",
    'delete from platform.audit_anchor',
    'delete from platform.audit_head',
  ])
    await assert.rejects(store.script(statement), /append-only/, statement)
})

test('personal data handed in by mistake are masked, in values, keys and purposes', async () => {
  await audit.record(scope, {
    action: 'customer.unmask',
    subject: { customerNo: 1 },
    purpose: '客户来电 13812345678 投诉',
    detail: {
      note: 'mail zhang.san@example.com',
      '13812345678': [{ idCard: '11010519491231002X' }],
      phone: 13812345678,
    },
  })
  const [record] = await texts()
  assert.doesNotMatch(record ?? '', /13812345678|zhang\.san|11010519491231002X/)
  assert.match(record ?? '', /138\*\*\*\*5678/)
  assert.ok((await verified()).ok)
})

test('text that the database cannot hold is stored with a replacement', async () => {
  await audit.record(scope, {
    action: 'a\0b',
    detail: { broken: '\ud800', 'k\0': [Number.NaN, -0, 1e300] },
  })
  assert.ok((await verified()).ok)
  assert.deepEqual((await audit.list(store.db, {})).items[0]?.detail, {
    broken: '\ufffd',
    'k\ufffd': [null, 0, 1e300],
  })
})

test('tampering 1: a changed byte is found and the record named', async () => {
  await someRecords(10)
  await tamper(`update platform.audit set record = replace(record, '"size":4', '"size":5')`)
  const { ok, bad, firstBad } = await verified()
  assert.deepEqual({ ok, bad }, { ok: false, bad: ['changed 4'] })
  assert.match(firstBad?.text ?? '', /Record 4 does not match its hash/)
  await tamper(`update platform.audit set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where seq = 8`)
  assert.deepEqual(await faults(), ['changed 4', 'changed 8'])
})

test('tampering 2: removed records are found and named, wherever they stood', async () => {
  await someRecords(10)
  await tamper('delete from platform.audit where seq in (1, 5, 6)')
  assert.deepEqual(await faults(), ['removed 1', 'removed 5-6'])
  await tamper('delete from platform.audit')
  assert.deepEqual(await faults(), ['truncated 1-10'])
})

test('tampering 3: two exchanged records are found and both named', async () => {
  await someRecords(10)
  await tamper(`update platform.audit a set record = replace(b.record, '"seq":' || b.seq, '"seq":' || -a.seq) from platform.audit b where (a.seq, b.seq) in ((3, 7), (7, 3));
    update platform.audit set record = replace(record, '"seq":-', '"seq":') where seq < 0`)
  // The rows exchanged their hashes with their numbers.
  assert.deepEqual(await faults(), ['changed 3', 'changed 7'])
})

test('tampering 4: an inserted record is found and named', async () => {
  await someRecords(4)
  const forged = (seq: number) => `{"action":"x.y","actor":"user:9","seq":${seq},"ts":"2026-01-01T00:00:00.000Z"}`
  await tamper(`insert into platform.audit (record, hash) values ('${forged(5)}', sha256('x'))`)
  assert.deepEqual(await faults(), ['inserted 5'])
  await tamper(
    `delete from platform.audit where seq = 5; insert into platform.audit (record, hash) values ('${forged(0)}', sha256('x'))`,
  )
  assert.deepEqual(await faults(), ['inserted 0'])
  await tamper(`delete from platform.audit where seq = 0; alter table platform.audit drop constraint audit_pkey;
    insert into platform.audit (record, hash) values ('${forged(2)}', sha256('x'))`)
  assert.ok((await faults()).includes('inserted 2'))
  await tamper(
    `delete from platform.audit where record like '%user:9%'; alter table platform.audit add primary key (seq)`,
  )
  assert.deepEqual(await faults(), [])
})

test('tampering 5: a tail cut off with the head moved back is caught by the anchor', async () => {
  await someRecords(10)
  await audit.anchor(scope)
  await tamper(`delete from platform.audit where seq > 7;
    update platform.audit_head set (seq, hash) = (select seq, hash from platform.audit where seq = 7)`)
  assert.deepEqual(await faults(), ['truncated 8-10'])
  await tamper('delete from platform.audit_anchor')
  assert.deepEqual(await faults(), ['truncated 8-10'], 'the file still knows')
})

test('tampering 6: a chain computed anew is caught by the signature', async () => {
  await someRecords(5)
  await audit.anchor(scope)
  await someRecords(5)
  await audit.anchor(scope)
  await someRecords(2)
  const records = await texts()
  await rehash(records.map((record, at) => (at === 6 ? record.replace('"size":2', '"size":3') : record)))
  assert.deepEqual(await faults(), ['rewritten 6-10'])
  await rehash(records)
  assert.deepEqual(await faults(), [])

  const [first] = await store.db.selectFrom('platform.audit_anchor').selectAll().orderBy('to_seq').execute()
  const forged = (first?.statement ?? '').replace(/"root":"../, '"root":"00')
  await tamper(`update platform.audit_anchor set statement = '${forged}' where to_seq = 5`)
  assert.deepEqual(await faults(), ['anchor 5'])
  await tamper('delete from platform.audit_anchor where to_seq = 5')
  assert.deepEqual(await faults(), ['anchor 1-5'], 'an anchor was taken out of the database')
})

test('an anchor file changed by hand is named, a line cut off by a crash is not held against it', async () => {
  await someRecords(2)
  await audit.anchor(scope)
  const path = join(dir, anchorsFile)
  const line = readFileSync(path, 'utf8')
  writeFileSync(path, `${line}{"statement":"{`)
  assert.deepEqual(await faults(), [])
  await someRecords(1)
  await audit.anchor(scope)
  assert.equal((await audit.verify(store.db)).anchors, 2)
  writeFileSync(path, line.replace('\\"to\\":2', '\\"to\\":1'))
  assert.deepEqual(await faults(), ['anchor 1'])
})

test('an anchor that a crash left in the file only is taken over, and nothing is signed twice', async () => {
  assert.equal(await audit.anchor(scope), undefined)
  await someRecords(3)
  const anchor = await audit.anchor(scope)
  assert.deepEqual([anchor?.from, anchor?.to], [1, 3])
  assert.equal(await audit.anchor(scope), undefined)
  await tamper('delete from platform.audit_anchor')
  assert.deepEqual(await faults(), [])
  assert.equal(await audit.anchor(scope), undefined)
  await someRecords(1)
  const [one, two] = await Promise.all([audit.anchor(scope), audit.anchor(scope)])
  assert.deepEqual([one, two].map((made) => made && [made.from, made.to]).filter(Boolean), [[4, 4]])
  const { ok, anchors, unanchored } = await audit.verify(store.db)
  assert.deepEqual({ ok, anchors, unanchored }, { ok: true, anchors: 2, unanchored: 0 })
})

test('a lost signing key is reported and not replaced in silence', async () => {
  await someRecords(2)
  await audit.anchor(scope)
  await someRecords(1)
  await store.script('delete from platform.secret')
  assert.deepEqual(await faults(), ['anchor 1-2'])
  await assert.rejects(audit.anchor(scope), { code: 'audit.signingKeyMissing' })
})

test('an archived beginning can be left out: the anchor vouches for the rest', async () => {
  await someRecords(5)
  await audit.anchor(scope)
  await someRecords(5)
  await audit.anchor(scope)
  await tamper('delete from platform.audit where seq <= 5')
  assert.deepEqual(await faults(), ['removed 1-5'])
  const rest = await audit.verify(store.db, { startAfter: 5 })
  assert.deepEqual([rest.ok, rest.records], [true, 5])
  await tamper(`update platform.audit set record = replace(record, '"size":1', '"size":2') where seq = 6`)
  assert.equal((await audit.verify(store.db, { startAfter: 5 })).firstBad?.seq, 6)
  assert.equal((await audit.verify(store.db, { startAfter: 4 })).firstBad?.what, 'anchor')
})

test('a filter column that no longer follows from the record is reported', async () => {
  await someRecords(2)
  await tamper('alter table platform.audit alter column purpose drop expression')
  assert.deepEqual(await faults(), ['changed 1'])
  await tamper(
    "alter table platform.audit drop column purpose; alter table platform.audit add column purpose text generated always as (record::jsonb ->> 'purpose') stored",
  )
  assert.deepEqual(await faults(), [])
})

test('the list is newest first, filtered and paged', async () => {
  await someRecords(5)
  await audit.record(
    { ...scope, actor: { kind: 'key', id: 'k1' } },
    { action: 'customer.unmask', subject: { customerNo: 9 }, purpose: 'call' },
  )
  const page = await audit.list(store.db, { limit: 2 })
  assert.deepEqual([page.items.map(({ seq }) => seq), page.next], [[6, 5], 5])
  const rest = await audit.list(store.db, { before: page.next, limit: 4 })
  assert.deepEqual([rest.items.map(({ seq }) => seq), rest.next], [[4, 3, 2, 1], undefined])
  const seqs = async (filter: Parameters<Audit['list']>[1]) =>
    (await audit.list(store.db, filter)).items.map(({ seq }) => seq)
  assert.deepEqual(await seqs({ actor: 'key:k1' }), [6])
  assert.deepEqual(await seqs({ action: 'audience.create', limit: 1 }), [5])
  assert.deepEqual(await seqs({ subject: { customerNo: 9 } }), [6])
  assert.deepEqual(await seqs({ subject: 'audience:2', actor: 'user:7' }), [2])
})

test('who saw which customers in a period', async () => {
  const saw = (id: string, customerNo: number, purpose: string) =>
    audit.record(
      { ...scope, actor: { kind: 'user', id } },
      { action: 'customer.unmask', subject: { customerNo }, purpose },
    )
  await saw('7', 1, 'complaint')
  await saw('7', 1, 'call')
  await saw('8', 1, 'call')
  await saw('7', 2, 'call')
  await audit.record(scope, { action: 'customer.merge', subject: { customerNo: 3 } })
  const since = new Date(Date.UTC(2026, 0, 1))
  const until = new Date(time + 1)
  const all = await audit.listReads(store.db, { since, until })
  const ofOne = all.items.filter(({ subject }) => subject === vault.pseudonym(1))
  assert.deepEqual(ofOne, [
    {
      subject: vault.pseudonym(1),
      actor: 'user:7',
      reads: 2,
      firstAt: '2026-01-01T00:00:01.000Z',
      lastAt: '2026-01-01T00:00:02.000Z',
      purposes: ['call', 'complaint'],
    },
    {
      subject: vault.pseudonym(1),
      actor: 'user:8',
      reads: 1,
      firstAt: '2026-01-01T00:00:03.000Z',
      lastAt: '2026-01-01T00:00:03.000Z',
      purposes: ['call'],
    },
  ])
  assert.equal(all.items.length, 3)
  assert.equal((await audit.listReads(store.db, { since, until, actor: 'user:8' })).items.length, 1)
  assert.equal(
    (await audit.listReads(store.db, { since, until: new Date(Date.UTC(2026, 0, 1, 0, 0, 3)) })).items[0]?.reads,
    2,
  )
  const first = await audit.listReads(store.db, { since, until, limit: 2 })
  const second = await audit.listReads(store.db, { since, until, after: first.next, limit: 2 })
  assert.deepEqual([...first.items, ...second.items], all.items)
  assert.equal(second.next, undefined)
})

test('many records at once make one chain over chunks and pages', async () => {
  const entries = Array.from({ length: 12_001 }, (_, at) => ({
    action: 'customer.export',
    subject: { customerNo: at },
    purpose: 'report',
  }))
  await audit.recordAll(scope, entries)
  await audit.recordAll(scope, [])
  await audit.anchor(scope)
  const { ok, records, unanchored } = await audit.verify(store.db)
  assert.deepEqual({ ok, records, unanchored }, { ok: true, records: 12_001, unanchored: 0 })
  await tamper(`update platform.audit set record = replace(record, 'report', 'repors') where seq = 10001`)
  assert.deepEqual(await faults(), ['changed 10001'])
})
