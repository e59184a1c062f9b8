import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { aCtx, someCustomers } from '#test'
import { createAudience } from '../../src/audiences/store.ts'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import { triggerFaults } from '../../src/campaigns/triggers/trigger-faults.ts'

const ctx = await aCtx()
await someCustomers(ctx, [{ traits: { birthday: '1990-01-01', level: 'gold' }, events: [{ event: 'seen' }] }])

const codes = async (trigger: unknown, only?: unknown) => {
  const journey = { start: null, steps: {} }
  const definition = CampaignDefinition.parse({ trigger, journey, ...(only !== undefined && { only }) })
  return (await triggerFaults(ctx, definition, {})).map(({ action, code }) => `${action} ${code}`)
}
const day = { kind: 'date', offsetDays: 0, at: '09:00', yearly: true }

test('what would let nobody in is told before a campaign is approved', async () => {
  const { id } = await createAudience(ctx, {
    name: 'still',
    description: '',
    definition: { trait: 'level', is: 'gold' },
    schedule: null,
  })
  assert.deepEqual(await codes({ kind: 'event', event: 'seen' }), [])
  assert.deepEqual(await codes({ kind: 'event', event: 'never' }), ['flag trigger.eventUnseen'])
  assert.deepEqual(await codes({ kind: 'audience', audienceId: id, on: 'entered' }), ['block trigger.audienceStill'])
  assert.deepEqual(await codes({ kind: 'list', listId: randomUUID() }), ['block trigger.listMissing'])
  assert.deepEqual(await codes({ ...day, trait: 'birthday' }), [])
  assert.deepEqual(await codes({ ...day, trait: 'level' }), ['block trigger.traitNoDate'])
  assert.deepEqual(await codes({ ...day, trait: 'nothing' }), ['block trigger.traitUnknown'])
  assert.deepEqual(await codes({ kind: 'once', audienceId: id, at: '2020-01-01T00:00:00Z' }), ['flag trigger.timePast'])
  assert.deepEqual(await codes({ kind: 'api' }, { trait: 'level', gt: 5 }), ['block trigger.doorFails'])
})
