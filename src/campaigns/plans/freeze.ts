import { audiencesNamed, type Definition, tagsNamed } from '#audiences'
import type { Ctx, Json } from '#platform'
import type { CampaignDefinition } from '../contract.ts'
import { creativeContents, type HeldCreative } from '../creatives/store.ts'
import { offerContents } from '../offers/store.ts'
import type { Frozen } from './frozen.ts'
import { partsOf } from './parts.ts'
import type { CampaignRow } from './store.ts'

/** What a definition names and is not there any more, or not published. */
export interface Absent {
  audienceIds: readonly string[]
  creativeIds: readonly number[]
  offerIds: readonly number[]
}

interface Frost {
  frozen: Frozen
  absent: Absent
  creatives: ReadonlyMap<number, HeldCreative>
}

/** As it is stored: text and back, so that what is undefined is absent. */
const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json

/** Audiences by id with all that they name in turn. */
const audiencesOf = async (ctx: Ctx, ids: readonly string[]): Promise<Frozen['audiences']> => {
  const found: Record<string, Frozen['audiences'][string]> = {}
  for (let wanted = [...ids]; wanted.length > 0; ) {
    const rows = await ctx.pg
      .selectFrom('audiences.audience')
      .select(['id', 'name', 'version', 'definition'])
      .where('id', 'in', wanted)
      .execute()
    for (const { id, name, version, definition } of rows) found[id] = { name, version, definition: asJson(definition) }
    wanted = [...new Set(rows.flatMap(({ definition }) => audiencesNamed(definition)))].filter((id) => !found[id])
  }
  return found
}

/** Versions of the tags that choose people: at the door, at branches, by the highest score, and in the audiences named. */
const tagsOf = async (
  ctx: Ctx,
  { only, journey }: CampaignDefinition,
  audiences: Frozen['audiences'],
): Promise<Record<string, number>> => {
  const steps = Object.values(journey.steps)
  const definitions = [
    ...(only ? [only] : []),
    ...steps.flatMap((step) => (step.kind === 'branch' ? step.arms.map(({ when }) => when) : [])),
    ...Object.values(audiences).map(({ definition }) => definition as Definition),
  ]
  const scores = steps.flatMap((step) =>
    step.kind === 'best' ? step.arms.flatMap(({ score }) => ('tag' in score ? [score.tag] : [])) : [],
  )
  const keys = [...new Set([...definitions.flatMap(tagsNamed), ...scores])]
  if (keys.length === 0) return {}
  const rows = await ctx.pg.selectFrom('audiences.tag').select(['key', 'version']).where('key', 'in', keys).execute()
  return Object.fromEntries(rows.map(({ key, version }) => [key, version]))
}

/** Everything that a campaign is made of, by value, as it stands now. */
export const freeze = async (
  ctx: Ctx,
  { definition, category, priority }: Pick<CampaignRow, 'definition' | 'category' | 'priority'>,
): Promise<Frost> => {
  const parts = partsOf(definition)
  const creatives = await creativeContents(ctx, parts.creativeIds)
  // A creative may speak of an offer that no step names.
  const spokenOf = [...creatives.values()].flatMap(({ offerId }) => (offerId === null ? [] : [offerId]))
  const offers = await offerContents(ctx, [...new Set([...parts.offerIds, ...spokenOf])])
  const audiences = await audiencesOf(ctx, parts.audienceIds)
  const tags = await tagsOf(ctx, definition, audiences)
  return {
    creatives,
    frozen: {
      category,
      priority,
      definition,
      audiences,
      ...(Object.keys(tags).length > 0 && { tags }),
      creatives: Object.fromEntries(
        [...creatives].map(([id, { hash, version, channel, offerId, content }]) => [
          String(id),
          { hash, version, channel, ...(offerId !== null && { offerId }), content: asJson(content) },
        ]),
      ),
      offers: Object.fromEntries(
        [...offers].map(([id, { hash, version, content }]) => [
          String(id),
          { hash, version, content: asJson(content) },
        ]),
      ),
    },
    absent: {
      audienceIds: parts.audienceIds.filter((id) => !audiences[id]),
      creativeIds: parts.creativeIds.filter((id) => !creatives.has(id)),
      offerIds: [...parts.offerIds, ...spokenOf].filter((id) => !offers.has(id)),
    },
  }
}

/** Steps that name a creative, for telling where a finding belongs. */
export const stepsWith = ({ journey }: CampaignDefinition, creativeId: number): string[] =>
  Object.entries(journey.steps).flatMap(([id, step]) => {
    if (step.kind === 'message') return step.channels.some((one) => one.creativeId === creativeId) ? [id] : []
    return step.kind === 'task' && step.creativeId === creativeId ? [id] : []
  })
