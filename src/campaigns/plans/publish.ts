import { sql } from 'kysely'
import { approvedReview, offerReviewSubject, purposeRules, submitForReview } from '#compliance'
import type { Ctx, Json } from '#platform'
import type { Campaign, CampaignDefinition, PlanFinding } from '../contract.ts'
import { checkCreative } from '../creatives/check.ts'
import type { HeldCreative } from '../creatives/store.ts'
import { journeyFaults } from '../journeys/journey-faults-contract.ts'
import { triggerFaults } from '../triggers/trigger-faults.ts'
import { freeze, stepsWith } from './freeze.ts'
import { contentHashOf, type Frozen } from './frozen.ts'
import { problem } from './problem.ts'
import { type CampaignRow, hashNow, readCampaign, rowKept, rowOf } from './store.ts'

const subjectKind = 'campaign'

interface Checked {
  frozen: Frozen
  contentHash: string
  findings: PlanFinding[]
  creatives: ReadonlyMap<number, HeldCreative>
}

const block = (code: string, values: PlanFinding['values'] = {}): PlanFinding => ({
  action: 'block',
  code,
  step: null,
  values,
})

/** Everything that keeps a campaign from being approved, or that its reviewer has to look at. */
const check = async (ctx: Ctx, row: CampaignRow): Promise<Checked> => {
  const { frozen, absent, creatives } = await freeze(ctx, row)
  const { definition, category } = row
  // A consent to give data to a recipient is none to be written to, and a purpose that rests on a contract opens nothing to promotions.
  const purposes = [...(await purposeRules(ctx)).values()].filter(
    ({ retired, basis, separate }) => !retired && basis === 'consent' && separate !== 'recipient',
  )
  const findings: PlanFinding[] = journeyFaults(
    { category, definition },
    {
      purposes: new Set(purposes.map(({ key }) => key)),
      creatives: new Map([...creatives].map(([id, { channel }]) => [id, channel])),
      offers: new Set(Object.keys(frozen.offers).map(Number)),
    },
  )
  findings.push(...(await triggerFaults(ctx, definition, frozen.audiences)))
  for (const id of absent.audienceIds) findings.push(block('plan.audienceMissing', { audience: id }))
  for (const id of absent.offerIds) findings.push(block('plan.offerUnpublished', { offer: id }))
  if (definition.endsAt && definition.startsAt && definition.endsAt <= definition.startsAt)
    findings.push(block('plan.periodEmpty'))
  if (definition.endsAt && new Date(definition.endsAt) <= ctx.now()) findings.push(block('plan.periodOver'))
  for (const [id, creative] of creatives) {
    const [step = null] = stepsWith(definition, id)
    // A promotion does not become a service message by the campaign it is put into.
    if (creative.category === 'marketing' && category === 'service')
      findings.push({ ...block('plan.promotionInService', { creative: creative.name }), step })
    // Nor does what is called a service message spare a promotion the way out and whatever else promotions have to say.
    const words = { ...creative, category: category === 'marketing' ? category : creative.category }
    const { faults, findings: said } = await checkCreative(ctx, { ...words, purpose: definition.purpose })
    for (const { code, field } of faults)
      findings.push({ ...block('plan.creativeFaulty', { creative: creative.name, fault: code, field }), step })
    for (const { action, rule, matched, article } of said)
      findings.push({ action, code: `content.${rule}`, step, values: { creative: creative.name, matched, article } })
  }
  if (category === 'marketing') findings.push(...productFindings(definition, frozen, creatives))
  if (category === 'marketing' && definition.goal && definition.holdout === 0)
    findings.push({ action: 'flag', code: 'plan.noHoldout', step: null, values: {} })
  if (definition.budget.costFen === undefined && definition.budget.sends === undefined)
    findings.push({ action: 'flag', code: 'plan.noBudget', step: null, values: {} })
  return { frozen, contentHash: contentHashOf(frozen), findings, creatives }
}

/**
 * A campaign promotes what its messages and offers are of: exclusions of students and warned customers, suitability and limits
 * go by the product of the campaign, so one that names another would pass them by.
 */
const productFindings = (
  definition: CampaignDefinition,
  frozen: Frozen,
  creatives: ReadonlyMap<number, HeldCreative>,
): PlanFinding[] => {
  const differs = (product: unknown, name: string, step: string | null): PlanFinding[] =>
    typeof product !== 'string' || product === 'other' || product === definition.product
      ? []
      : [{ ...block('plan.productDiffers', { product, of: name, campaign: definition.product }), step }]
  return [
    ...[...creatives].flatMap(([id, { name, product }]) =>
      differs(product, name, stepsWith(definition, id)[0] ?? null),
    ),
    ...Object.entries(frozen.offers).flatMap(([id, { content }]) =>
      differs((content as { product?: unknown }).product, `#${id}`, null),
    ),
  ]
}

const reviewFindings = (findings: readonly PlanFinding[]) =>
  findings.map(({ action, code, step, values }) => ({
    rule: code.slice(0, 200),
    action,
    where: step ?? '',
    ...(typeof values.article === 'string' && { article: values.article }),
    ...(typeof values.matched === 'string' && { matched: values.matched }),
    values,
  }))

/** What the reviewer sees: what is frozen, with names that are no part of what is approved. */
const materialOf = (
  { name, description }: CampaignRow,
  frozen: Frozen,
  creatives: ReadonlyMap<number, HeldCreative>,
): Json => {
  const named = Object.entries(frozen.creatives).map(
    ([id, creative]) => [id, { ...creative, name: creatives.get(Number(id))?.name }] as const,
  )
  return JSON.parse(JSON.stringify({ name, description, ...frozen, creatives: Object.fromEntries(named) })) as Json
}

/** @throws problem.unknown */
export const checkCampaign = async (ctx: Ctx, { id }: { id: number }) => {
  const { contentHash, findings } = await check(ctx, await rowOf(ctx, id))
  return { contentHash, findings }
}

const blocking = (findings: readonly PlanFinding[]) => findings.filter(({ action }) => action === 'block')

/**
 * Whoever wrote a part may not approve the whole: everybody who had a hand in the draft since it was last published, not the last
 * one alone, and who wrote its creatives, offers and audiences.
 */
const writersOf = async (ctx: Ctx, row: CampaignRow, frozen: Frozen): Promise<string[]> => {
  const offerIds = Object.keys(frozen.offers).map(Number)
  const creativeIds = Object.keys(frozen.creatives).map(Number)
  const audiences = Object.keys(frozen.audiences).map((id) => `audience:${id}`)
  const since = (row.published_at ?? new Date(0)).toISOString()
  const { rows } = await sql<{ writer: string }>`
    select row.edited_by as writer from campaigns.campaign row where id = ${row.id}
    union select actor from platform.audit where subject = ${`campaign:${row.id}`} and ts > ${since} and (action = 'campaign.create'
      or (action = 'campaign.change' and record::jsonb -> 'detail' -> 'changed' ?| array['definition', 'category', 'priority']))
    union select actor from platform.audit where subject = any(${audiences}::text[])
      and action in ('audience.create', 'audience.change')
    union select edited_by from campaigns.offer where id = any(${offerIds}::int[])
    union select author from campaigns.creative_version where creative_id = any(${creativeIds}::int[])`.execute(ctx.pg)
  return rows.map(({ writer }) => writer)
}

/**
 * Puts the draft before a second person, with all that it is made of.
 * @returns the number of the review
 * @throws problem.unknown, problem.blocked with the codes that block; of the reviews: waits
 */
export const submitCampaign = (ctx: Ctx, { id, note }: { id: number; note: string }): Promise<{ reviewId: number }> =>
  ctx.tx(async (ctx) => {
    const row = await rowKept(ctx, id)
    const { frozen, contentHash, findings, creatives } = await check(ctx, row)
    const blocks = blocking(findings)
    if (blocks.length > 0) throw problem.blocked({ campaign: id, codes: [...new Set(blocks.map(({ code }) => code))] })
    const reviewId = await submitForReview(ctx, {
      subjectKind,
      subjectId: String(id),
      title: row.name,
      contentHash,
      material: materialOf(row, frozen, creatives),
      findings: reviewFindings(findings),
      writers: await writersOf(ctx, row, frozen),
      note,
    })
    return { reviewId }
  })

/**
 * Lets the draft run, exactly as it was approved. People inside stay on the version they came in by.
 * @throws problem.unknown, problem.notApproved, problem.blocked, problem.unchanged
 */
export const publishCampaign = (ctx: Ctx, { id }: { id: number }): Promise<Campaign> =>
  ctx.tx(async (ctx) => {
    const row = await rowKept(ctx, id)
    const { frozen, contentHash, findings } = await check(ctx, row)
    if (row.live_hash === contentHash && (row.state === 'running' || row.state === 'paused'))
      throw problem.unchanged({ campaign: id })
    // Rules may have changed since the approval.
    const blocks = blocking(findings)
    if (blocks.length > 0) throw problem.blocked({ campaign: id, codes: [...new Set(blocks.map(({ code }) => code))] })
    const review = await approvedReview(ctx, subjectKind, String(id), contentHash)
    if (!review) throw problem.notApproved({ campaign: id, contentHash })
    const version = (row.live_version ?? 0) + 1
    const [now, by] = [ctx.now(), ctx.actor.name]
    await ctx.pg
      .insertInto('campaigns.version')
      .values({
        campaign_id: id,
        version,
        frozen: JSON.stringify(frozen),
        content_hash: contentHash,
        review_id: review.id,
        published_at: now,
        published_by: by,
      })
      .execute()
    // What is paused stays so: publishing is not a way around whoever paused it.
    const state = row.state === 'paused' ? 'paused' : 'running'
    await ctx.pg
      .updateTable('campaigns.campaign')
      .set({ state, live_version: version, live_hash: contentHash, published_at: now, run_no: row.run_no + 1 })
      .where('id', '=', id)
      .execute()
    await ctx.audit.record(ctx, {
      action: 'campaign.publish',
      subject: `campaign:${id}`,
      detail: { version, contentHash, reviewId: review.id },
    })
    return readCampaign(ctx, { id })
  })

offerReviewSubject({
  kind: subjectKind,
  hashNow: (ctx, id) => hashNow(ctx, Number(id)),
  checkAgain: async (ctx, id) =>
    reviewFindings((await check(ctx, await rowOf(ctx, Number(id)))).findings).map((one) => ({ ...one })),
})

/** Newest first. @throws problem.unknown */
export const listVersions = async (ctx: Ctx, { id }: { id: number }) => {
  await rowOf(ctx, id)
  const rows = await ctx.pg
    .selectFrom('campaigns.version as v')
    .select(({ selectFrom }) => [
      'v.version',
      'v.content_hash',
      'v.review_id',
      'v.published_at',
      'v.published_by',
      selectFrom('campaigns.entry as e')
        .select(({ fn }) => fn.countAll<string>().as('inside'))
        .whereRef('e.campaign_id', '=', 'v.campaign_id')
        .whereRef('e.version', '=', 'v.version')
        .where('e.state', '=', 'active')
        .as('inside'),
    ])
    .where('v.campaign_id', '=', id)
    .orderBy('v.version', 'desc')
    .execute()
  return {
    versions: rows.map((row) => ({
      version: row.version,
      contentHash: row.content_hash,
      reviewId: row.review_id,
      publishedAt: row.published_at.toISOString(),
      publishedBy: row.published_by,
      inside: Number(row.inside ?? 0),
    })),
  }
}

/** A version with all it is made of. @throws problem.unknownVersion */
export const readVersion = async (ctx: Ctx, { id, version }: { id: number; version: number }) => {
  const row = await ctx.pg
    .selectFrom('campaigns.version')
    .selectAll()
    .where('campaign_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
  if (!row) throw problem.unknownVersion({ campaign: id, version })
  return {
    version: row.version,
    contentHash: row.content_hash,
    reviewId: row.review_id,
    publishedAt: row.published_at.toISOString(),
    publishedBy: row.published_by,
    frozen: row.frozen,
  }
}
