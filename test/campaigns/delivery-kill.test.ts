import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { openPostgres } from '#platform'
import { aCtx, nodeFlags, scratchDir } from '#test'
import { startSmsSandbox } from '../../src/campaigns/channels/sms/sandbox.ts'
import { aCampaign, anAccount, people, planned, secret } from './delivery-world.ts'

/** The full form: ZHIYIN_KILL_SENDS=3000 ZHIYIN_KILLS=10. */
const count = Number(process.env.ZHIYIN_KILL_SENDS ?? 400)
const kills = Number(process.env.ZHIYIN_KILLS ?? 3)
const script = fileURLToPath(new URL('./delivery-process.ts', import.meta.url))

for (const kind of ['sms.aliyun', 'sms.http'] as const) {
  test(`kill -9 of delivery ${kills} times: nothing doubled, nothing lost (${kind})`, async () => {
    const sandbox = await startSmsSandbox({ secret, dropsRepeated: false })
    after(() => sandbox.stop())
    const ctx = await aCtx()
    const nos = await people(ctx, count)
    await anAccount(ctx, kind, sandbox.url, { settings: { absentAfterSeconds: 2 } })
    const campaign = await aCampaign(ctx)
    await planned(ctx, campaign, nos)
    // Requests take a while and some answers never come, so that kills meet sends in every state.
    sandbox.fault({ kind: 'slow', share: 0.7, ms: 60 })
    sandbox.fault({ kind: 'resetAfterAccept', share: 0.1 })
    sandbox.fault({ kind: 'resetBefore', share: 0.1 })
    // A copy as a crash would leave it: this process goes on holding its own.
    const dir = scratchDir('kill')
    await ctx.store.script('checkpoint')
    await cp(ctx.dataDir.postgres, join(dir, 'postgres'), { recursive: true })
    await cp(join(ctx.dataDir.root, 'master.key'), join(dir, 'master.key'))

    let said = ''
    const start = (): ChildProcess => {
      const child = spawn(process.execPath, [...nodeFlags, script, dir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      return child
    }
    for (let i = 0; i < kills; i++) {
      said = ''
      const before = sandbox.counts().messages
      const child = start()
      for (let wait = 0; wait < 400 && sandbox.counts().messages === before && !said.includes('done'); wait++)
        await sleep(25)
      await sleep(Math.random() * 200)
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    said = ''
    sandbox.clearFaults()
    const last = start()
    for (let wait = 0; wait < 1_200 && !said.includes('done'); wait++) await sleep(50)
    last.kill('SIGKILL')
    await once(last, 'exit')
    assert.ok(said.includes('done'), 'everything was settled')

    const { messages, numbers, repeatedKeys, repeatedTexts } = sandbox.counts()
    assert.deepEqual(
      { messages, numbers, repeatedKeys, repeatedTexts },
      { messages: count, numbers: count, repeatedKeys: 0, repeatedTexts: 0 },
    )
    const store = await openPostgres({ dir: join(dir, 'postgres') })
    after(() => store.close())
    const { rows } = await sql<{ state: string; n: number }>`
      select state, count(*)::int as n from campaigns.send group by 1`.execute(store.db)
    assert.deepEqual(rows, [{ state: 'sent', n: count }])
  })
}
