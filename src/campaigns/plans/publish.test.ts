import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { type Ctx, permissionsOf, type Role } from '#platform'
import { aCtx } from '#test'
import { createPurpose } from '../../compliance/consent/purposes.ts'
import { decideReview, giveOpinion } from '../../compliance/review/decide.ts'
import { readReview } from '../../compliance/review/read.ts'
import { CampaignDefinition, NewCampaign } from '../contract.ts'
import { NewCreative } from '../creatives/creative-contract.ts'
import { changeCreative, createCreative } from '../creatives/store.ts'
import { endDrained, pauseCampaign, refuseTooLate, resumeCampaign, stopCampaign } from './lifecycle.ts'
import { checkCampaign, listVersions, publishCampaign, readVersion, submitCampaign } from './publish.ts'
import { changeCampaign, createCampaign, readCampaign } from './store.ts'

const as = (ctx: Ctx, id: string, role: Role): Ctx => ({
  ...ctx,
  actor: { kind: 'user', id, name: id, roles: [role], permissions: permissionsOf([role]) },
})

const aWorld = async () => {
  const ctx = await aCtx()
  const [marketer, reviewer] = [as(ctx, 'marketer', 'marketer'), as(ctx, 'reviewer', 'compliance')]
  const creative = await createCreative(
    marketer,
    NewCreative.parse({
      name: '到期提醒',
      category: 'service',
      content: {
        channel: 'sms',
        signature: '明月消费金融',
        text: '您本期账单将于近日到期，请留意还款日。',
        optOut: '',
      },
    }),
  )
  const definition = CampaignDefinition.parse({
    trigger: { kind: 'api' },
    journey: {
      start: 'remind',
      steps: { remind: { kind: 'message', channels: [{ channel: 'sms', creativeId: creative.id }], next: null } },
    },
    budget: { sends: 1_000 },
  })
  const campaign = await createCampaign(
    marketer,
    NewCampaign.parse({ name: '还款日提醒', category: 'service', definition }),
  )
  return { ctx, marketer, reviewer, creative, definition, campaign }
}

/** Everybody who has to says yes. */
const approve = async (ctx: Ctx, reviewer: Ctx, id: number) => {
  const { findings } = await readReview(reviewer, { id })
  const justifications = findings.map(({ no }) => ({ no, text: '已核对，属实' }))
  const review = await decideReview(reviewer, { id, decision: 'approve', note: '', justifications })
  if (review.state === 'opinion')
    await giveOpinion(as(ctx, 'protector', 'compliance'), { id, opinion: 'agree', text: '同意' })
}

test('what runs is exactly what another person approved; an edit of any part voids the approval', async () => {
  const { ctx, marketer, reviewer, creative, definition, campaign } = await aWorld()
  const { id } = campaign
  const { findings } = await checkCampaign(marketer, { id })
  assert.deepEqual(
    findings.filter(({ action }) => action === 'block'),
    [],
  )
  await assert.rejects(publishCampaign(marketer, { id }), { code: 'campaigns.notApproved' })
  const { reviewId } = await submitCampaign(marketer, { id, note: '' })
  await assert.rejects(approve(ctx, as(ctx, 'marketer', 'compliance'), reviewId), { code: 'reviews.reviewerIsWriter' })
  await approve(ctx, reviewer, reviewId)
  assert.equal((await readCampaign(ctx, { id })).review?.state, 'approved')

  // The words of a creative it names.
  const words = { ...creative.content, text: '您本期账单即将到期。' }
  await changeCreative(marketer, { id: creative.id, basedOn: creative.version, note: '', content: words })
  assert.equal((await readCampaign(ctx, { id })).review?.state, 'void')
  await assert.rejects(publishCampaign(marketer, { id }), { code: 'campaigns.notApproved' })

  const second = await submitCampaign(marketer, { id, note: '' })
  await approve(ctx, reviewer, second.reviewId)
  const running = await publishCampaign(marketer, { id })
  assert.deepEqual([running.state, running.liveVersion, running.edited], ['running', 1, false])
  await assert.rejects(publishCampaign(marketer, { id }), { code: 'campaigns.unchanged' })

  // A budget: the draft differs, what runs stays.
  const edited = await changeCampaign(marketer, { id, definition: { ...definition, budget: { sends: 2_000 } } })
  assert.deepEqual([edited.edited, edited.liveVersion, edited.review?.state], [true, 1, 'void'])
  await assert.rejects(publishCampaign(marketer, { id }), { code: 'campaigns.notApproved' })
  const { versions } = await listVersions(ctx, { id })
  assert.deepEqual(
    versions.map(({ version, reviewId }) => [version, reviewId]),
    [[1, second.reviewId]],
  )
  const { frozen } = await readVersion(ctx, { id, version: 1 })
  assert.equal(frozen.definition.budget.sends, 1_000)
  assert.deepEqual(frozen.creatives[String(creative.id)]?.content, words)
})

test('what blocks cannot be submitted, and says at which step', async () => {
  const { ctx, marketer, definition, campaign } = await aWorld()
  const broken = {
    ...definition,
    journey: {
      start: 'remind',
      steps: {
        ...definition.journey.steps,
        lost: { kind: 'exit' as const },
        loop: {
          kind: 'split' as const,
          arms: [
            { name: 'a', share: 0.5, next: 'loop' },
            { name: 'b', share: 0.5, next: null },
          ],
        },
      },
    },
  }
  await changeCampaign(marketer, { id: campaign.id, definition: broken })
  const { findings } = await checkCampaign(ctx, { id: campaign.id })
  assert.ok(findings.some(({ code, step }) => code === 'journey.unreachable' && step === 'lost'))
  await assert.rejects(submitCampaign(marketer, { id: campaign.id, note: '' }), { code: 'campaigns.blocked' })
})

test('a promotion is judged as one, and as of its product, whatever its parts are called', async () => {
  const { ctx, marketer, definition, creative } = await aWorld()
  const codes = async (id: number) => (await checkCampaign(ctx, { id })).findings.map(({ code }) => code)
  const plain = NewCampaign.parse({ name: '营销', category: 'marketing', definition })
  const { id } = await createCampaign(marketer, plain)
  // The words of a service message lack the way out that a marketing SMS needs.
  assert.ok((await codes(id)).includes('content.E.optOutMissing'))
  await changeCreative(marketer, { id: creative.id, basedOn: creative.version, note: '', product: 'loan' })
  assert.ok((await codes(id)).includes('plan.productDiffers'))
  await changeCampaign(marketer, { id, definition: { ...definition, product: 'loan' } })
  assert.ok(!(await codes(id)).includes('plan.productDiffers'))
  await changeCampaign(marketer, { id, definition: { ...definition, product: 'insurance' } })
  await assert.rejects(submitCampaign(marketer, { id, note: '' }), { code: 'campaigns.blocked' })
})

test('a promotion rests on a consent to be written to, not on a contract or on giving data away', async () => {
  const { ctx, marketer, definition } = await aWorld()
  const purpose = {
    key: 'adPartner',
    title: '提供给腾讯',
    description: '',
    recipient: '腾讯',
    channels: ['sms' as const],
  }
  await createPurpose(ctx, { ...purpose, basis: 'consent', separate: 'recipient' })
  for (const [key, missing] of [
    ['marketing', false],
    ['service', true],
    ['adPartner', true],
  ] as const) {
    const plan = { name: `为 ${key}`, category: 'marketing', definition: { ...definition, purpose: key } }
    const { id } = await createCampaign(marketer, NewCampaign.parse(plan))
    const { findings } = await checkCampaign(ctx, { id })
    assert.equal(
      findings.some(({ code }) => code === 'journey.purposeMissing'),
      missing,
      key,
    )
  }
})

test('whoever had a hand in a draft may not approve it, also when another changed it last', async () => {
  const { ctx, marketer, reviewer, campaign, definition } = await aWorld()
  const other = as(ctx, 'other', 'marketer')
  await changeCampaign(other, { id: campaign.id, definition: { ...definition, budget: { sends: 500 } } })
  const { reviewId } = await submitCampaign(other, { id: campaign.id, note: '' })
  await assert.rejects(approve(ctx, as(ctx, marketer.actor.id, 'compliance'), reviewId), {
    code: 'reviews.reviewerIsWriter',
  })
  await approve(ctx, reviewer, reviewId)
})

test('the last word over a content counts: an approval before a refusal opens nothing', async () => {
  const { ctx, marketer, reviewer, campaign } = await aWorld()
  const { id } = campaign
  const first = await submitCampaign(marketer, { id, note: '' })
  await approve(ctx, reviewer, first.reviewId)
  const second = await submitCampaign(marketer, { id, note: '再看一次' })
  await decideReview(reviewer, { id: second.reviewId, decision: 'refuse', note: '不再适合', justifications: [] })
  await assert.rejects(publishCampaign(marketer, { id }), { code: 'campaigns.notApproved' })
})

const running = async () => {
  const world = await aWorld()
  const { id } = world.campaign
  const { reviewId } = await submitCampaign(world.marketer, { id, note: '' })
  await approve(world.ctx, world.reviewer, reviewId)
  await publishCampaign(world.marketer, { id })
  const stateOf = async () => (await readCampaign(world.ctx, { id })).state
  return { ...world, id, stateOf }
}

test('who was told to stop lets nobody in because he was paused meanwhile, and ends when all that was planned has left', async () => {
  const { ctx, marketer, id, stateOf } = await running()
  await sql`
    insert into campaigns.send (campaign_id, version, step, customer_no, entry_no, pass, entry_id, category, channel, creative_id, state,
      decided_at, not_before, key) values (${id}, 1, 'remind', 1, 1, 1, 1, 'service', 'sms', 1, 'planned', now(), now(), 'k')`.execute(
    ctx.pg,
  )
  await stopCampaign(marketer, { id, reason: '试', atOnce: false })
  await pauseCampaign(marketer, { id, reason: '试' })
  assert.equal((await resumeCampaign(marketer, { id })).state, 'stopping')
  await endDrained(ctx)
  assert.equal(await stateOf(), 'stopping')
  await sql`update campaigns.send set not_after = now() - interval '1 hour' where campaign_id = ${id}`.execute(ctx.pg)
  // Nobody took it in time.
  await refuseTooLate(ctx)
  const { rows } = await sql`select state, refusal from campaigns.send where campaign_id = ${id}`.execute(ctx.pg)
  assert.deepEqual(rows, [{ state: 'refused', refusal: 'TOO_LATE' }])
  await endDrained(ctx)
  assert.equal(await stateOf(), 'ended')
})

test('the last day is that of what was published: an edit of the draft stops nothing that runs', async () => {
  const { ctx, marketer, id, definition, stateOf } = await running()
  await changeCampaign(marketer, { id, definition: { ...definition, endsAt: '2020-01-01T00:00:00Z' } })
  await endDrained(ctx)
  assert.equal(await stateOf(), 'running')
})
