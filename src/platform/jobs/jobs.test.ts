import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { startTestApp } from '#test'
import { event, type Feature, job, on } from '../feature.ts'
import { system } from '../system.ts'
import { deliver, emit } from './outbox.ts'

const asked = event('jobsTest.asked', z.object({}))

const until = async (reached: () => boolean) => {
  for (const end = Date.now() + 20_000; !reached() && Date.now() < end; ) await sleep(50)
}

test('a subscriber asks for a job in the transaction that delivers the event', async () => {
  const feature: Feature = {
    name: 'jobsTest',
    jobs: [job({ name: 'jobsTest.work', input: z.object({}), run: async () => undefined })],
    on: [on(asked, 'jobsTest.ask', (ctx) => ctx.jobs.send('jobsTest.work', {}, { key: 'one' }))],
  }
  const { ctx } = await startTestApp({ features: [system, feature] })
  await ctx.tx((ctx) => emit(ctx, asked, {}, 'key'))
  assert.equal(await Promise.race([deliver(ctx), sleep(5_000, 'stuck')]), 1)
  assert.equal((await ctx.jobs.list()).filter(({ name }) => name === 'jobsTest.work').length, 1)
})

test('a job asked for in a transaction that is undone does not run', async () => {
  const feature: Feature = {
    name: 'jobsTest',
    jobs: [job({ name: 'jobsTest.work', input: z.object({}), run: async () => undefined })],
  }
  const { ctx } = await startTestApp({ features: [system, feature] })
  await assert.rejects(
    ctx.tx(async (ctx) => {
      await ctx.jobs.send('jobsTest.work', {})
      throw new Error('undone')
    }),
    /undone/,
  )
  assert.deepEqual(
    (await ctx.jobs.list()).filter(({ name }) => name === 'jobsTest.work'),
    [],
  )
})

test('a run of one key that still waits is not doubled, runs without a key are all kept', async () => {
  const feature: Feature = {
    name: 'jobsTest',
    jobs: [job({ name: 'jobsTest.work', input: z.object({ n: z.number() }), run: async () => undefined })],
  }
  const { ctx } = await startTestApp({ features: [system, feature] })
  for (const key of ['a', 'a', 'b']) await ctx.jobs.send('jobsTest.work', { n: 1 }, { key })
  for (const n of [1, 2]) await ctx.jobs.send('jobsTest.work', { n })
  assert.equal((await ctx.jobs.list()).filter(({ name }) => name === 'jobsTest.work').length, 4)
})

test('a job whose attempts are used up is parked, visible, and can be run again', async () => {
  let fails = true
  const ran: string[] = []
  const feature: Feature = {
    name: 'jobsTest',
    jobs: [
      job({
        name: 'jobsTest.flaky',
        attempts: 1,
        input: z.object({ which: z.string() }),
        run: async (_ctx, { which }) => {
          if (fails) throw new Error('not today')
          ran.push(which)
        },
      }),
    ],
  }
  const { ctx, ok } = await startTestApp({ features: [system, feature], work: true })
  const parked = async () => (await ctx.jobs.list()).filter(({ state }) => state === 'parked')
  await ctx.jobs.send('jobsTest.flaky', { which: 'first' })
  for (const end = Date.now() + 20_000; (await parked()).length === 0 && Date.now() < end; ) await sleep(200)
  const [one] = await parked()
  assert.equal(one?.name, 'jobsTest.flaky')
  assert.equal(one?.error, 'not today')
  fails = false
  await ok('POST', `/api/jobs/${one?.id}/retry`)
  await until(() => ran.length > 0)
  assert.deepEqual(ran, ['first'])
  assert.deepEqual(await parked(), [])
})
