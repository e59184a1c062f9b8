import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { takeDataDir } from '#platform'
import { aSource, preparedDataDir, runCommand, spawnServer, startTestApp } from '#test'

const lockOf = (dir: string) => join(dir, 'zhiyin.lock')
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('a second server on the same data directory is refused, says who holds it and what to do, and disturbs nobody', async () => {
  const first = await spawnServer()
  const second = await runCommand(['serve'], { dir: first.dir })
  assert.equal(second.code, 1)
  assert.match(second.err, /Another process holds this data directory/)
  assert.match(
    second.err,
    new RegExp(`"pid": ${(JSON.parse(readFileSync(lockOf(first.dir), 'utf8')) as { pid: number }).pid}`),
  )
  assert.match(second.err, /ZHIYIN_DATA_DIR/)
  assert.doesNotMatch(second.err, /\n\s+at /, 'no stack for a wrong call')
  // What is in it is for its owner alone.
  const { socket } = JSON.parse(readFileSync(lockOf(first.dir), 'utf8')) as { socket: string }
  assert.deepEqual([first.dir, join(first.dir, 'master.key'), lockOf(first.dir), socket].map(modeOf), [
    '700',
    '600',
    '600',
    '600',
  ])
  // The first one neither lost its lock nor its socket: commands go through it.
  assert.equal((await fetch(`${first.url}/health/ready`)).status, 200)
  const { code, out, err } = await runCommand(['sources', 'create', '--name', 'through the socket', '--json'], {
    dir: first.dir,
  })
  assert.equal(code, 0, err)
  const { writeKey } = JSON.parse(out) as { writeKey: string }
  const answer = await fetch(`${first.url}/v1/track`, {
    method: 'POST',
    body: JSON.stringify({ event: 'E', userId: 'u', writeKey }),
  })
  assert.equal(answer.status, 200)
  assert.equal(await first.kill('SIGTERM'), 0)
  assert.equal(existsSync(lockOf(first.dir)), false)
})

test('a lock that nobody holds is taken over: after kill -9, of a number somebody else has now, and half written', async () => {
  const dir = await preparedDataDir()
  const first = await spawnServer({ dir })
  assert.equal(await first.kill('SIGKILL'), 'SIGKILL')
  assert.ok(existsSync(lockOf(dir)))
  const left = [
    readFileSync(lockOf(dir), 'utf8'),
    // This test's own process lives, but it started at another time.
    JSON.stringify({ pid: process.pid, startedTicks: '1', socket: '' }),
    '{"pid":',
    '',
  ]
  for (const text of left) {
    writeFileSync(lockOf(dir), text)
    takeDataDir(dir).release()
    assert.equal(existsSync(lockOf(dir)), false, `lock ${text}`)
  }
})

test('two servers that start at once on one data directory: one serves, the other is refused', async () => {
  const dir = await preparedDataDir()
  const results = await Promise.allSettled([spawnServer({ dir }), spawnServer({ dir })])
  const served = results.filter((result) => result.status === 'fulfilled')
  assert.equal(served.length, 1)
  const [refused] = results.filter((result) => result.status === 'rejected')
  assert.match(String(refused?.reason), /ended with 1: Another process holds this data directory/)
  assert.equal(await served[0]?.value.kill('SIGTERM'), 0)
})

test('SIGTERM while messages arrive: what was acknowledged is there after the next start', async () => {
  const dir = await preparedDataDir()
  const before = await startTestApp({ dir })
  const { writeKey } = await aSource(before.ctx)
  await before.stop()
  const first = await spawnServer({ dir })
  const acknowledged: string[] = []
  let stopping: Promise<unknown> | undefined
  const senders = Array.from({ length: 6 }, async (_, sender) => {
    for (let i = 0; i < 200; i++) {
      const messageId = `term-${sender}-${i}`
      try {
        const answer = await fetch(`${first.url}/v1/track`, {
          method: 'POST',
          body: JSON.stringify({ event: 'E', userId: `u${sender}`, messageId, writeKey }),
        })
        if (answer.status === 200) acknowledged.push(messageId)
        await answer.arrayBuffer()
      } catch {
        return
      }
      if (acknowledged.length >= 100) stopping ??= first.kill('SIGTERM')
    }
  })
  await Promise.all(senders)
  assert.equal(await stopping, 0)
  const afterwards = await startTestApp({ dir })
  const { body } = await afterwards.send<{ duplicates: number }>(writeKey, '/v1/batch', {
    batch: acknowledged.map((messageId) => ({ type: 'track', event: 'E', userId: 'u', messageId })),
  })
  assert.equal(body.duplicates, acknowledged.length)
})

test('a holder on another machine or in another container counts by its heartbeat', async () => {
  const dir = await preparedDataDir()
  const elsewhere = { pid: 1, startedTicks: '1', host: 'another-container', socket: '' }
  writeFileSync(lockOf(dir), JSON.stringify(elsewhere), { mode: 0o600 })
  assert.throws(() => takeDataDir(dir), { code: 'platform.dataDirLocked' })
  const longAgo = new Date(Date.now() - 120_000)
  utimesSync(lockOf(dir), longAgo, longAgo)
  const taken = takeDataDir(dir)
  assert.equal((JSON.parse(readFileSync(lockOf(dir), 'utf8')) as { pid: number }).pid, process.pid)
  taken.release()
})
