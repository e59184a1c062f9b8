import type { Ctx } from '#platform'
import { CampaignDefinition, type Category } from '../../src/campaigns/contract.ts'
import type { SendRequest, SendVerdict } from '../../src/campaigns/gate/send-request.ts'
import type { Decide } from '../../src/campaigns/journeys/advance.ts'
import type { Frozen } from '../../src/campaigns/plans/frozen.ts'

type Drawn = Omit<Partial<CampaignDefinition>, 'journey' | 'trigger'> & {
  journey: { start: string | null; steps: Record<string, unknown> }
  trigger?: object
}

let made = 0

/**
 * A campaign that runs, as publishing leaves it, without the detour over a review. `loose`: the definition is stored as it is,
 * so that a test may have what no schema lets through (a wait of a second, a step of an unknown kind).
 */
export const aRunningCampaign = async (
  ctx: Ctx,
  drawn: Drawn,
  {
    category = 'service',
    loose = false,
    creatives = {},
  }: { category?: Category; loose?: boolean; creatives?: Frozen['creatives'] } = {},
): Promise<{ campaignId: number; version: number }> => {
  const given = { trigger: { kind: 'api' }, purpose: 'marketing', ...drawn }
  const whole = {
    reEntry: { times: 1, afterDays: 0 },
    goal: null,
    exits: [],
    exitOnGoal: true,
    holdout: 0,
    product: 'other',
  }
  const definition = loose
    ? ({ ...whole, personalised: true, budget: {}, ...given } as unknown as CampaignDefinition)
    : CampaignDefinition.parse(given)
  const at = ctx.now()
  made += 1
  const { id } = await ctx.pg
    .insertInto('campaigns.campaign')
    .values({
      name: `campaign ${made} ${at.getTime()}`,
      description: '',
      category,
      priority: 50,
      definition: JSON.stringify(definition),
      created_at: at,
      created_by: 'test',
      changed_at: at,
      changed_by: 'test',
      edited_by: 'test',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await publishAnother(ctx, id, 1, definition, category, creatives)
  return { campaignId: id, version: 1 }
}

/** Another version of it, which runs from now on. */
export const publishAnother = async (
  ctx: Ctx,
  campaignId: number,
  version: number,
  definition: CampaignDefinition,
  category: Category = 'service',
  creatives: Frozen['creatives'] = {},
): Promise<void> => {
  const frozen = { category, priority: 50, definition, audiences: {}, creatives, offers: {} }
  await ctx.pg
    .insertInto('campaigns.version')
    .values({
      campaign_id: campaignId,
      version,
      frozen: JSON.stringify(frozen),
      content_hash: String(version).padStart(64, '0'),
      review_id: null,
      published_at: ctx.now(),
      published_by: 'test',
    })
    .execute()
  await ctx.pg
    .updateTable('campaigns.campaign')
    .set({ state: 'running', live_version: version, published_at: ctx.now() })
    .where('id', '=', campaignId)
    .execute()
}

/** Sends of people, by API as it were: each under its own key. */
export const comers = (nos: readonly number[], key = 'k') =>
  nos.map((customerNo) => ({ customerNo, triggerKey: key, trigger: {} }))

/** A gate for tests of the way people go: plans everything, or refuses whom it is told, and writes the row like the real one. */
export const aGate =
  ({
    refuse = () => false,
    notBefore,
  }: {
    refuse?: (request: SendRequest) => boolean
    notBefore?: () => Date
  } = {}): Decide =>
  async (ctx, requests) => {
    const verdicts: SendVerdict[] = []
    for (const request of requests) {
      const [first] = request.channels
      if (!first) throw new Error('a request without channels')
      const { campaignId, version, step, customerNo, entryNo, pass, entryId } = request
      const refused = refuse(request)
      const row = await ctx.pg
        .insertInto('campaigns.send')
        .values({
          campaign_id: campaignId,
          version,
          step,
          customer_no: customerNo,
          entry_no: entryNo,
          pass,
          entry_id: entryId,
          category: request.category,
          channel: first.channel,
          creative_id: first.creativeId,
          offer_id: null,
          arm: request.arm ?? null,
          state: refused ? 'refused' : 'planned',
          refusal: refused ? 'NO_CONSENT' : null,
          refusal_detail: null,
          decided_at: ctx.now(),
          not_before: refused ? null : (notBefore?.() ?? ctx.now()),
          not_after: request.notAfter,
          key: [campaignId, version, step, customerNo, entryNo, pass].join('-'),
        })
        .onConflict((conflict) =>
          conflict.columns(['campaign_id', 'version', 'step', 'customer_no', 'entry_no', 'pass']).doUpdateSet({ step }),
        )
        .returning(['id', 'state', 'not_before', 'decided_at'])
        .executeTakeFirstOrThrow()
      const again = row.decided_at.getTime() !== ctx.now().getTime()
      verdicts.push(
        row.state === 'refused'
          ? { decision: 'refused', sendId: row.id, refusal: 'NO_CONSENT', again }
          : { decision: 'planned', sendId: row.id, ...first, notBefore: row.not_before ?? ctx.now(), again },
      )
    }
    return verdicts
  }
