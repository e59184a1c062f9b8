import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ch } from '#platform'
import { preparedDataDir, runCommand, scratchDir, spawnServer, startTestApp } from '#test'
import { aFile, idCard } from './support.ts'

const json = <T>(text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '') as T

test('a backup taken while events and customers come in is restored elsewhere: stores agree, sending is disarmed', async () => {
  const dir = await preparedDataDir()
  const server = await spawnServer({ dir })
  const { writeKey } = json<{ writeKey: string }>(
    (await runCommand(['sources', 'create', '--name', 'shop', '--json'], { dir })).out,
  )
  const { key } = json<{ key: string }>(
    (await runCommand(['keys', 'create', '--name', 'k', '--role', 'admin', '--json'], { dir })).out,
  )

  const file = aFile(
    `phone,card,city\n${Array.from({ length: 12_000 }, (_, n) => `${13_400_000_000 + n},${idCard(n)},成都`).join('\n')}\n`,
  )
  const mapping = aFile(
    JSON.stringify({
      format: { type: 'csv', separator: ',' },
      columns: {
        phone: { identifier: 'phone' },
        card: { identifier: 'idCard' },
        city: { trait: 'city', type: 'string' },
      },
    }),
    'mapping.json',
  )
  const importing = runCommand(['import', 'customers', file, '--mapping', mapping, '--json'], { dir })
  let sent = 0
  let refused = 0
  const done = new AbortController()
  const senders = [0, 1].map(async (sender) => {
    for (let batch = 0; !done.signal.aborted; batch++) {
      const body = JSON.stringify({
        batch: Array.from({ length: 50 }, (_, n) => ({
          type: 'track',
          event: 'Opened',
          userId: `shop-${sender}-${batch}-${n % 10}`,
          messageId: `${sender}-${batch}-${n}`,
        })),
      })
      const answer = await fetch(`${server.url}/v1/batch`, {
        method: 'POST',
        body,
        headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` },
      })
      if (answer.status === 200) sent += 50
      else refused += 1
      // A thousand a second at most: the import shall not wait for its share of the machine.
      await pause(100)
    }
  })
  const importsRead = async () => {
    const answer = await fetch(`${server.url}/api/imports`, { headers: { authorization: `Bearer ${key}` } })
    return ((await answer.json()) as { items: { read: number }[] }).items[0]?.read ?? 0
  }
  while (sent < 500 || (await importsRead()) === 0) await pause(20)
  const before = sent
  const out = join(scratchDir('backup'), 'copy')
  const backup = await runCommand(['backup', out, '--json'], { dir })
  assert.equal(backup.code, 0, backup.err)
  done.abort()
  await Promise.all(senders)
  assert.equal(refused, 0, 'requests wait, none is refused')
  assert.ok(!existsSync(join(out, 'keys')) && !existsSync(join(out, 'root/master.key')))
  assert.equal((await importing).code, 0)
  await server.kill()

  const restored = join(scratchDir('restored'), 'data')
  const without = await runCommand(['restore', out, '--data-dir', restored], { dir })
  assert.match(without.err, /backup\.keyMissing/)
  const restore = await runCommand(
    ['restore', out, '--data-dir', restored, '--master-key', join(dir, 'master.key'), '--json'],
    { dir },
  )
  assert.equal(restore.code, 0, restore.err)
  assert.match(
    (await runCommand(['restore', out, '--data-dir', restored, '--master-key', join(dir, 'master.key')], { dir })).err,
    /backup\.notEmpty/,
  )

  const app = await startTestApp({ dir: restored })
  const { rows } = await app.ctx.store.db
    .selectFrom('customers.customer')
    .select(['no', 'traits'])
    .execute()
    .then((rows) => ({ rows }))
  const nos = new Set(rows.map(({ no }) => no))
  const events = await app.ctx.ch.rows<{ customer_no: number; n: string }>(
    ch.sql`select customer_no, count() as n from events group by customer_no`,
  )
  assert.ok(
    events.every(({ customer_no }) => nos.has(customer_no)),
    'every event has its customer',
  )
  const stored = events.reduce((sum, { n }) => sum + Number(n), 0)
  assert.ok(stored >= before && stored <= sent, `${before} <= ${stored} <= ${sent}`)
  const traits = await app.ctx.ch.one<{ n: string }>(
    ch.sql`select uniqExact(customer_no) as n from traits where trait = 'city'`,
  )
  assert.equal(
    Number(traits?.n),
    rows.filter(({ traits }) => (traits as { city?: unknown }).city !== undefined).length,
    'every value in Postgres is in ClickHouse',
  )
  const { sendsArmed } = Object.fromEntries(
    (await app.ctx.pg.selectFrom('platform.setting').selectAll().execute()).map(({ name, value }) => [name, value]),
  ) as { sendsArmed?: unknown }
  assert.equal(sendsArmed, false)
  const verified = await app.ok<{ ok: boolean }>('POST', '/api/audit/verify', {})
  assert.equal(verified.ok, true)
  const keyWorks = await app.call('GET', '/api/stats', undefined, { key })
  assert.equal(keyWorks.status, 200)
  await app.stop()

  // What was being imported at that moment goes on in the new place, to its end.
  const moved = await spawnServer({ dir: restored })
  for (let state = 'running'; state !== 'done'; ) {
    const { items } = (await (
      await fetch(`${moved.url}/api/imports`, { headers: { authorization: `Bearer ${key}` } })
    ).json()) as { items: { state: string; read: number; accepted: number; error: string | null }[] }
    state = items[0]?.state ?? 'done'
    assert.notEqual(state, 'failed', items[0]?.error ?? '')
    if (state === 'done')
      assert.deepEqual({ read: items[0]?.read, accepted: items[0]?.accepted }, { read: 12_000, accepted: 12_000 })
    else await pause(100)
  }
  const armed = await runCommand(['arm', '--json'], { dir: restored })
  assert.equal(armed.code, 0)
  await moved.kill()
})

test('a backup with a changed, missing or added file is not restored', async () => {
  const dir = await preparedDataDir()
  const out = join(scratchDir('backup'), 'copy')
  assert.equal((await runCommand(['backup', out, '--with-keys', '--json'], { dir })).code, 0)
  const target = () => join(scratchDir('restored'), 'data')
  const manifest = readFileSync(join(out, 'manifest.json'), 'utf8')
  appendFileSync(join(out, 'postgres/PG_VERSION'), ' ')
  assert.match((await runCommand(['restore', out, '--data-dir', target()], { dir })).err, /PG_VERSION was changed/)
  writeFileSync(join(out, 'postgres/PG_VERSION'), '18\n')
  writeFileSync(join(out, 'stranger'), '')
  assert.match((await runCommand(['restore', out, '--data-dir', target()], { dir })).err, /stranger does not belong/)
  writeFileSync(join(out, 'manifest.json'), manifest.slice(0, 100))
  assert.match((await runCommand(['restore', out, '--data-dir', target()], { dir })).err, /backup\.notABackup/)
  assert.match((await runCommand(['backup', out], { dir })).err, /backup\.notEmpty/)
})
