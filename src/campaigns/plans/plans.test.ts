import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx } from '#test'
import { CampaignDefinition, NewCampaign } from '../contract.ts'
import { contentHashOf, type Frozen } from './frozen.ts'
import { pauseCampaign, stopCampaign } from './lifecycle.ts'
import {
  changeCampaign,
  createCampaign,
  deleteCampaign,
  duplicateCampaign,
  listCampaigns,
  readCampaign,
} from './store.ts'

const definition = CampaignDefinition.parse({
  trigger: { kind: 'event', event: 'page_viewed', count: 3, within: { amount: 30, unit: 'minutes' } },
  journey: { start: 'hello', steps: { hello: { kind: 'wait', for: { amount: 1, unit: 'days' }, next: null } } },
})
const aDraft = (name: string) => NewCampaign.parse({ name, definition })

test('a draft is saved, changed by version, copied, found and deleted', async () => {
  const ctx = await aCtx()
  const { id, draftVersion } = await createCampaign(ctx, aDraft('浏览未申请'))
  await assert.rejects(createCampaign(ctx, aDraft('浏览未申请')), { code: 'campaigns.nameTaken' })
  const renamed = await changeCampaign(ctx, { id, name: '贷款页三次浏览' })
  assert.equal(renamed.draftVersion, draftVersion, 'a name is not part of what is approved')
  const changed = await changeCampaign(ctx, { id, definition: { ...definition, holdout: 0.1 }, basedOn: draftVersion })
  assert.equal(changed.draftVersion, draftVersion + 1)
  await assert.rejects(changeCampaign(ctx, { id, priority: 10, basedOn: draftVersion }), {
    code: 'campaigns.editedMeanwhile',
  })
  const copy = await duplicateCampaign(ctx, { id })
  assert.equal(copy.name, '贷款页三次浏览 (2)')
  assert.equal(copy.definition.holdout, 0.1)
  assert.deepEqual((await listCampaigns(ctx, { category: 'service', limit: 10 })).campaigns, [])
  const { campaigns } = await listCampaigns(ctx, { search: '三次', limit: 10 })
  assert.deepEqual(
    campaigns.map((campaign) => campaign.id),
    [copy.id, id],
  )
  await deleteCampaign(ctx, { id: copy.id })
  await assert.rejects(readCampaign(ctx, { id: copy.id }), { code: 'campaigns.unknown' })
})

test('a draft can be neither paused nor stopped', async () => {
  const ctx = await aCtx()
  const { id } = await createCampaign(ctx, aDraft('草稿'))
  await assert.rejects(pauseCampaign(ctx, { id, reason: '试' }), { code: 'campaigns.wrongState' })
  await assert.rejects(stopCampaign(ctx, { id, reason: '试', atOnce: true }), { code: 'campaigns.wrongState' })
})

test('an approval is bound to everything that reaches a customer, and not to where the canvas draws it', () => {
  const frozen: Frozen = {
    category: 'marketing',
    priority: 50,
    definition,
    audiences: {},
    creatives: { 7: { hash: 'a', version: 1, channel: 'sms', content: { text: '您好' } } },
    offers: {},
  }
  const hash = contentHashOf(frozen)
  assert.match(hash, /^[0-9a-f]{64}$/)
  const moved = { ...definition, journey: { ...definition.journey, layout: { hello: { x: 10, y: 20 } } } }
  assert.equal(contentHashOf({ ...frozen, definition: moved }), hash)
  const dearer = { ...definition, budget: { costFen: 1_000_000 } }
  assert.notEqual(contentHashOf({ ...frozen, definition: dearer }), hash)
  const reworded = { 7: { hash: 'b', version: 2, channel: 'sms', content: { text: '您好!' } } }
  assert.notEqual(contentHashOf({ ...frozen, creatives: reworded }), hash)
})
