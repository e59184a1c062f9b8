import assert from 'node:assert/strict'
import { connect, createServer } from 'node:net'
import test from 'node:test'
import { runCommand, scratchDir, startTestApp } from '#test'
import { customers } from './customers/index.ts'
import type { Feature } from './platform/feature.ts'
import { system } from './platform/system.ts'

test('a command ends when one of the two stores cannot be opened', async () => {
  const { code, err } = await runCommand(['migrate'], {
    dir: scratchDir('half'),
    env: { ZHIYIN_CLICKHOUSE_URL: 'http://127.0.0.1:9' },
  })
  assert.equal(code, 1)
  assert.match(err, /platform\.unavailable/)
})

test('serve on a port that is taken ends and says which setting to change', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const address = holder.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { code, err } = await runCommand(['serve'], {
    dir: scratchDir('port'),
    env: { ZHIYIN_PORT: String(port) },
  })
  holder.close()
  assert.equal(code, 1)
  assert.match(err, /ZHIYIN_PORT/)
})

test('what cannot be stopped does not keep the rest from closing', async () => {
  const stuck: Feature = {
    name: 'stuck',
    start: async () => () => Promise.reject(new Error('its store is gone')),
  }
  const { dir, app } = await startTestApp({ features: [system, customers, stuck] })
  await assert.rejects(app.stop(), /its store is gone/)
  const again = await startTestApp({ dir })
  assert.equal((await again.call('GET', '/health/ready')).status, 200)
  await again.stop()
})

test('a caller who never ends his request does not keep the program from stopping', async () => {
  const { url, stop } = await startTestApp({ listen: true })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.on('error', () => undefined)
  socket.write('POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"event"')
  await new Promise((resolve) => setTimeout(resolve, 200))
  const startedAt = performance.now()
  await stop()
  assert.ok(performance.now() - startedAt < 15_000)
  socket.destroy()
})
