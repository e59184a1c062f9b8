import assert from 'node:assert/strict'
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, beforeEach, test } from 'node:test'
import { inspect } from 'node:util'
import { openPostgres, type PostgresStore } from '../postgres/postgres.ts'
import { customerKeys, shredCustomers, storeCustomerKeys } from './customer-keys.ts'
import { keyedHash } from './keyed-hash.ts'
import { resealBatch, type SealedRow } from './reseal.ts'
import { readSecret, resealSecrets, secretOrNew, writeSecret } from './secrets.ts'
import { openVault, type Vault } from './vault.ts'

const personal = '{"name":"张三","phone":"13900000000"}'
const masterBytes = randomBytes(32)
const masterKey = createSecretKey(masterBytes)
const place = 'customers.personal|sealed|1'
let store: PostgresStore
let vault: Vault

before(async () => {
  store = await openPostgres({})
  await store.script(
    readFileSync(new URL('../../../migrations/postgres/0001-vault-and-audit.sql', import.meta.url), 'utf8'),
  )
})
after(() => store.close())
beforeEach(async () => {
  await store.script(
    'delete from platform.workspace_key; delete from platform.customer_key; delete from platform.secret',
  )
  vault = await openVault({ pg: store.db, masterKey })
})

test('the keyed hash is HMAC-SHA-256: RFC 4231 cases 1, 2, 3, 6', () => {
  const key = (byte: number, length: number) => Buffer.alloc(length, byte)
  assert.equal(keyedHash(key(0x0b, 20))('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7')
  assert.equal(
    keyedHash(Buffer.from('Jefe'))('what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
  assert.equal(
    keyedHash(key(0xaa, 20))(key(0xdd, 50)),
    '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  )
  assert.equal(
    keyedHash(key(0xaa, 131))('Test Using Larger Than Block-Size Key - Hash Key First'),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  )
})

test('the keyed hash agrees with createHmac for messages of every length, in text and in bytes', () => {
  const key = randomBytes(32)
  const hashed = keyedHash(key, 'label')
  for (const length of [0, 1, 63, 64, 65, 1365, 1366, 5000]) {
    const text = '张'.repeat(length)
    const expected = createHmac('sha256', key).update('label').update(text).digest('hex')
    assert.equal(hashed(text), expected)
    assert.equal(hashed(Buffer.from(text)), expected)
  }
})

test('what is sealed for a customer opens again, differs each time, and shows nothing of its content', () => {
  const key = vault.newCustomerKey()
  const sealed = vault.seal(key, place, personal)
  assert.equal(vault.open(key, place, sealed), personal)
  assert.notDeepEqual(vault.seal(key, place, personal), sealed)
  assert.equal(sealed.includes('139'), false)
  const bytes = randomBytes(100_000)
  assert.deepEqual(vault.openBytes(key, place, vault.seal(key, place, bytes)), bytes)
  assert.equal(vault.open(key, place, vault.seal(key, place, '')), '')
})

test('a sealed value does not open at another place, for another customer, or with any byte changed', () => {
  const key = vault.newCustomerKey()
  const sealed = vault.seal(key, place, personal)
  const refused = { code: 'vault.cannotOpen' }
  assert.throws(() => vault.open(key, 'customers.personal|sealed|2', sealed), refused)
  assert.throws(() => vault.open(vault.newCustomerKey(), place, sealed), refused)
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.throws(() => vault.open(key, place, changed), {
      code: at === 1 || at === 2 ? 'vault.keyNotLoaded' : 'vault.cannotOpen',
    })
  }
  for (let length = 0; length < sealed.length; length += 1)
    assert.throws(() => vault.open(key, place, sealed.subarray(0, length)), refused)
})

test('deleting the salt shreds: nothing sealed for the customer opens, others are untouched', async () => {
  const keys = [1, 2].map((customerNo) => ({ customerNo, ...vault.newCustomerKey() }))
  await storeCustomerKeys(store.db, keys)
  const stored = await customerKeys(store.db, [1, 2, 3])
  assert.deepEqual(
    [...stored.keys()].sort((a, b) => a - b),
    [1, 2],
  )
  const sealed = vault.seal(stored.get(1) ?? assert.fail(), place, personal)
  assert.equal(vault.open(keys[0], place, sealed), personal)
  assert.equal(await shredCustomers(store.db, [1, 3]), 1)
  const left = await customerKeys(store.db, [1, 2])
  assert.throws(() => vault.open(left.get(1), place, sealed), {
    code: 'vault.cannotOpen',
    detail: { place, reason: 'shredded' },
  })
  assert.ok(left.has(2))
})

test('the blind index is the same for equal values, different by kind, and unlike a plain hash', async () => {
  const found = vault.blindIndex('phone', '13900000000')
  assert.match(found, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  assert.equal(vault.blindIndex('phone', '13900000000'), found)
  assert.notEqual(vault.blindIndex('wechatId', '13900000000'), found)
  assert.notEqual(vault.blindIndex('phone', '13900000001'), found)
  assert.notEqual(vault.pseudonym(1), vault.pseudonym(2))
  await vault.rotateWorkspaceKey(store.db)
  const again = await openVault({ pg: store.db, masterKey })
  assert.equal(again.blindIndex('phone', '13900000000'), found)
  assert.equal(again.pseudonym(1), vault.pseudonym(1))
})

test('another master key is refused with a clear problem', async () => {
  await assert.rejects(openVault({ pg: store.db, masterKey: createSecretKey(randomBytes(32)) }), {
    code: 'vault.masterKeyWrong',
  })
})

test('rotating the master key re-wraps: everything opens with the new one, nothing with the old', async () => {
  const key = vault.newCustomerKey()
  const sealed = vault.seal(key, place, personal)
  const next = createSecretKey(randomBytes(32))
  await vault.rotateMaster(store.db, next)
  assert.equal(vault.open(key, place, sealed), personal)
  await assert.rejects(openVault({ pg: store.db, masterKey }), { code: 'vault.masterKeyWrong' })
  const reopened = await openVault({ pg: store.db, masterKey: next })
  assert.equal(reopened.open(key, place, sealed), personal)
  await vault.rotateWorkspaceKey(store.db)
  assert.equal(vault.keyVersion(), 2)
})

test('after a rotation new seals use the new version and old ones still open, in other processes too', async () => {
  const key = vault.newCustomerKey()
  const old = vault.seal(key, place, personal)
  const other = await openVault({ pg: store.db, masterKey })
  assert.equal(await vault.rotateWorkspaceKey(store.db), 2)
  const fresh = vault.seal(key, place, personal)
  assert.equal(vault.open(key, place, old), personal)
  assert.equal(vault.open(key, place, fresh), personal)
  assert.deepEqual([vault.isStale(old), vault.isStale(fresh)], [true, false])
  assert.throws(() => other.open(key, place, fresh), { code: 'vault.keyNotLoaded' })
  await other.refresh(store.db)
  assert.equal(other.open(key, place, fresh), personal)
})

test('a rotation announced ahead gives the other processes time to load the key', async () => {
  let time = Date.now()
  const announced = await openVault({ pg: store.db, masterKey, now: () => new Date(time) })
  await announced.rotateWorkspaceKey(store.db, 60_000)
  assert.equal(announced.keyVersion(), 1)
  time += 60_000
  assert.equal(announced.keyVersion(), 2)
})

test('re-sealing runs in steps, can stop anywhere, and touches only what is old', async () => {
  const documents = new Map<number, SealedRow>()
  const keys = Array.from({ length: 25 }, (_, at) => ({ customerNo: at + 1, ...vault.newCustomerKey() }))
  await storeCustomerKeys(store.db, keys)
  for (const { customerNo, salt } of keys) {
    const place = `customers.personal|sealed|${customerNo}` as const
    documents.set(customerNo, { customerNo, place, sealed: vault.seal({ salt }, place, `customer ${customerNo}`) })
  }
  await vault.rotateWorkspaceKey(store.db)
  const step = (from: number) =>
    resealBatch(
      vault,
      { pg: store.db },
      {
        after: from,
        limit: 10,
        rows: async (_, customerNos) => customerNos.flatMap((customerNo) => documents.get(customerNo) ?? []),
        write: async (_, rows) => {
          for (const row of rows) documents.set(row.customerNo, row)
        },
      },
    )
  const first = await step(0)
  assert.deepEqual(first, { after: 10, resealed: 10 })
  // A stop here loses the place: starting over does nothing twice.
  let total = first.resealed
  for (let from: number | undefined = 0; from !== undefined; ) {
    const done: Awaited<ReturnType<typeof step>> = await step(from)
    from = done.after
    total += done.resealed
  }
  assert.equal(total, 25)
  const stored = await customerKeys(
    store.db,
    keys.map(({ customerNo }) => customerNo),
  )
  for (const { customerNo, place, sealed } of documents.values()) {
    assert.equal(vault.isStale(sealed), false)
    assert.equal(stored.get(customerNo)?.keyVersion, 2)
    assert.equal(vault.open(stored.get(customerNo), place, sealed), `customer ${customerNo}`)
  }
})

test('secrets of the system are sealed by name, made once, and follow a rotation', async () => {
  assert.equal(await readSecret(vault, store.db, 'sms'), undefined)
  await writeSecret(vault, store.db, 'sms', 'first')
  await writeSecret(vault, store.db, 'sms', 'second')
  assert.equal(await secretOrNew(vault, store.db, 'sms', () => assert.fail()), 'second')
  assert.equal(await secretOrNew(vault, store.db, 'mail', () => 'made'), 'made')
  await vault.rotateWorkspaceKey(store.db)
  assert.equal(await resealSecrets(vault, store.db), 2)
  assert.equal(await resealSecrets(vault, store.db), 0)
  assert.equal(await readSecret(vault, store.db, 'sms'), 'second')
  await store.db.updateTable('platform.secret').set({ name: 'other' }).where('name', '=', 'sms').execute()
  await assert.rejects(readSecret(vault, store.db, 'other'), { code: 'vault.cannotOpen' })
})

test('printing or serialising the vault shows no key', () => {
  const shown = [
    inspect(vault, { depth: 9, showHidden: true }),
    JSON.stringify(vault),
    String(vault),
    inspect(masterKey),
    JSON.stringify({ masterKey }),
  ].join()
  for (const encoding of ['hex', 'base64', 'latin1'] as const)
    assert.equal(shown.includes(masterBytes.toString(encoding)), false)
  assert.equal(shown.includes('Buffer'), false)
})
