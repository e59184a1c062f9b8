import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { sql } from 'kysely'
import { aSource, spawnServer, startTestApp } from '#test'
import { published } from './published.ts'

test('kill -9 right after an answer: everybody whose event was accepted is let in, once', async () => {
  const first = await startTestApp()
  const { writeKey } = await aSource(first.ctx)
  const journey = {
    start: 'hold',
    steps: { hold: { kind: 'wait', for: { amount: 1, unit: 'days' }, next: null } },
  } as const
  const simple = await published(first.ctx, { trigger: { kind: 'event', event: 'opened' }, journey })
  const counted = await published(first.ctx, {
    trigger: { kind: 'event', event: 'opened', count: 3, within: { amount: 30, unit: 'minutes' } },
    journey,
  })
  await first.stop()
  const users = Array.from({ length: 30 }, () => randomUUID())
  // The third event of each, which completes his count, is among those accepted just before the end.
  for (const round of [1, 2, 3]) {
    const server = await spawnServer({ dir: first.dir })
    const batch = users.map((userId) => ({
      type: 'track',
      userId,
      event: 'opened',
      messageId: `${userId}-${round}`,
      timestamp: new Date().toISOString(),
    }))
    const answer = await fetch(`${server.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey, batch }) })
    assert.equal(answer.status, 200)
    await server.kill('SIGKILL')
  }
  const last = await startTestApp({ work: true, dir: first.dir })
  const entriesOf = async (id: number) => {
    const { rows } = await sql<{ entries: number; people: number }>`
      select count(*)::int as entries, count(distinct customer_no)::int as people from campaigns.entry
      where campaign_id = ${id}`.execute(last.ctx.pg)
    return [rows[0]?.entries, rows[0]?.people]
  }
  for (let looks = 0; looks < 400; looks++) {
    if ((await entriesOf(simple))[0] === 30 && (await entriesOf(counted))[0] === 30) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  // Again by the same events, once everything is read again: nobody more.
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.deepEqual(
    [await entriesOf(simple), await entriesOf(counted)],
    [
      [30, 30],
      [30, 30],
    ],
  )
})
