import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { scratchDir } from '#test'

const script = `
import { takeDataDir } from ${JSON.stringify(join(import.meta.dirname, 'data-dir.ts'))}
process.send('ready')
process.once('message', (root) => {
  try { takeDataDir(root); process.send('taken') } catch (error) { process.send(error.code) }
  process.once('message', () => process.exit(0))
})`

const aProcess = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}

test('of several processes that find the lock of a dead one at the same time, one gets the directory', async () => {
  const children = await Promise.all(Array.from({ length: 4 }, aProcess))
  for (let round = 0; round < 5; round++) {
    const root = scratchDir(`lock-${round}`)
    writeFileSync(join(root, 'zhiyin.lock'), JSON.stringify({ pid: 2 ** 22 - 1, startedTicks: '1', socket: '' }))
    const starters = round === 0 ? children : await Promise.all(Array.from({ length: 4 }, aProcess))
    const answers = starters.map(async (child) => {
      child.send(root)
      const [answer] = (await once(child, 'message')) as unknown[]
      return String(answer)
    })
    assert.deepEqual((await Promise.all(answers)).sort(), [
      ...Array.from({ length: 3 }, () => 'platform.dataDirLocked'),
      'taken',
    ])
    assert.deepEqual(
      readdirSync(root).filter((name) => name.endsWith('.stale')),
      [],
    )
    for (const child of starters) child.send('end')
  }
})
