import assert from 'node:assert/strict'
import test from 'node:test'
import type { Ctx } from '#platform'
import { aCtx, someCustomers } from '#test'
import { refreshAudience } from '../../src/audiences/refresh.ts'
import { changeAudience, createAudience } from '../../src/audiences/store.ts'
import { listRuns } from '../../src/campaigns/triggers/activity.ts'
import { audienceMoved, enterMoved, type MovedInput } from '../../src/campaigns/triggers/moved.ts'
import { workRun } from '../../src/campaigns/triggers/run.ts'
import { aDoor, published } from './published.ts'

const base = await aCtx()
let asked: { name: string; input: unknown }[] = []
const ctx: Ctx = { ...base, jobs: { ...base.jobs, send: async (name, input) => void asked.push({ name, input }) } }
await someCustomers(ctx, [{ traits: { level: 'iron', city: '成都' } }])
const door = aDoor()
const { enter } = door.calls
const work = async () => {
  const jobs = asked
  asked = []
  for (const { name, input } of jobs)
    if (name === 'campaigns.run') await workRun(ctx, (input as { id: number }).id, enter, new AbortController().signal)
    else if (name === 'campaigns.enterMoved') await enterMoved(ctx, input as MovedInput, enter)
}

const gold = { trait: 'level', is: 'gold' } as const
const moved = {
  at: new Date().toISOString(),
  entered: [] as number[],
  left: [] as number[],
  rebuilt: false,
  version: 1,
}
const anAudience = (name: string) => createAudience(ctx, { name, description: '', definition: gold, schedule: null })
const listening = (id: string, on: 'entered' | 'left', only?: object) =>
  published(
    ctx,
    { trigger: { kind: 'audience', audienceId: id, on }, ...(only && { only: only as never }) },
    { audiences: { [id]: { name: 'gold', version: 1, definition: gold } }, at: new Date(Date.now() - 600_000) },
  )
const went = (id: number) => door.went.filter(({ campaignId }) => campaignId === id).map(({ customerNo }) => customerNo)

test('who enters or leaves is let in once for each move', async () => {
  const { id } = await anAudience('moves')
  const [entered, left] = [await listening(id, 'entered'), await listening(id, 'left')]
  const [a, b] = (await someCustomers(ctx, [{}, {}])).map(({ no }) => no)
  const told = { ...moved, id, refresh: 5, entered: [a ?? 0], left: [b ?? 0] }
  await audienceMoved(ctx, told, enter)
  await audienceMoved(ctx, told, enter)
  assert.deepEqual([went(entered), went(left)], [[a], [b]])
  await audienceMoved(ctx, { ...told, refresh: 9 }, enter)
  assert.deepEqual(went(entered), [a, a])
})

test('of an audience edited since, only those enter who fit the approved definition, and the door is asked', async () => {
  const { id } = await anAudience('edited')
  const plain = await listening(id, 'entered')
  const narrow = await listening(id, 'entered', { trait: 'city', is: '上海' })
  const people = await someCustomers(ctx, [
    { traits: { level: 'gold', city: '上海' } },
    { traits: { level: 'gold', city: '成都' } },
    { traits: { level: 'iron', city: '上海' } },
  ])
  const nos = people.map(({ no }) => no)
  await audienceMoved(ctx, { ...moved, id, refresh: 2, version: 2, entered: nos }, enter)
  await work()
  assert.deepEqual([new Set(went(plain)), went(narrow)], [new Set(nos.slice(0, 2)), nos.slice(0, 1)])
})

test('taken anew with too many changes, those enter who were not there before; a first fill moves nobody', async () => {
  const { id } = await anAudience('rebuilt')
  await someCustomers(ctx, [{ traits: { level: 'gold' } }])
  const campaign = await listening(id, 'entered')
  const first = await refreshAudience(ctx, { id })
  await audienceMoved(ctx, { ...moved, id, refresh: first.refresh, rebuilt: true }, enter)
  await work()
  const newcomers = await someCustomers(ctx, [{ traits: { level: 'gold' } }, { traits: { level: 'gold' } }])
  const second = await refreshAudience(ctx, { id })
  await audienceMoved(ctx, { ...moved, id, refresh: second.refresh, rebuilt: true }, enter)
  await work()
  assert.deepEqual(new Set(went(campaign)), new Set(newcomers.map(({ no }) => no)))
  await changeAudience(ctx, { id, definition: { trait: 'level', in: ['gold', 'iron'] } })
  const third = await refreshAudience(ctx, { id })
  await audienceMoved(ctx, { ...moved, id, refresh: third.refresh, version: 2, rebuilt: true }, enter)
  await work()
  const { runs } = await listRuns(ctx, { id: campaign, limit: 10 })
  assert.deepEqual(
    new Map(runs.map(({ occurrence, state, reason }) => [occurrence, `${state} ${reason}`])),
    new Map([
      [`rebuilt ${third.refresh}`, 'missed definitionChanged'],
      [`rebuilt ${second.refresh}`, 'done null'],
      [`rebuilt ${first.refresh}`, 'missed firstFill'],
    ]),
  )
  assert.equal(went(campaign).length, 2)
})
