import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import type { Frozen } from '../../src/campaigns/plans/frozen.ts'
import type { Person } from '../../src/campaigns/triggers/calls.ts'

type Given = Partial<Omit<CampaignDefinition, 'trigger'>> & { trigger: unknown }

/** A campaign that runs, without the review it would need; `definition` fills in what a trigger does not need. */
export const published = async (
  ctx: Ctx,
  { trigger, ...given }: Given,
  {
    audiences = {},
    category = 'marketing',
    at = ctx.now(),
  }: { audiences?: Frozen['audiences']; category?: Frozen['category']; at?: Date } = {},
): Promise<number> => {
  const definition = CampaignDefinition.parse({
    journey: { start: 'end', steps: { end: { kind: 'exit' } } },
    ...given,
    trigger,
  })
  const frozen: Frozen = { category, priority: 50, definition, audiences, creatives: {}, offers: {} }
  const { rows } = await sql<{ id: number }>`
    insert into campaigns.campaign (name, category, priority, state, definition, live_version, live_hash, published_at, run_no,
      created_at, created_by, changed_at, changed_by, edited_by)
    values (${`campaign ${Math.random()}`}, ${category}, 50, 'running', ${JSON.stringify(definition)}, 1, 'hash', ${at}, 1,
      ${at}, 'test', ${at}, 'test', 'test') returning id`.execute(ctx.pg)
  const id = rows[0]?.id ?? 0
  await sql`insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${id}, 1, ${JSON.stringify(frozen)}, 'hash', ${at}, 'test')`.execute(ctx.pg)
  return id
}

export interface Went extends Person {
  campaignId: number
}

/** Takes whoever is let in by key, once, as the journey does; keeps what it was told. */
export const aDoor = () => {
  const went: Went[] = []
  const arrivals: { campaignId: number; customerNo: number; role: string; step: string | undefined; hash: string }[] =
    []
  return {
    went,
    arrivals,
    calls: {
      enter: async (_ctx: Ctx, { campaignId, people }: { campaignId: number; people: readonly Person[] }) => {
        let entered = 0
        for (const person of people) {
          const { customerNo, triggerKey } = person
          const again = went.some(
            (one) => one.campaignId === campaignId && one.customerNo === customerNo && one.triggerKey === triggerKey,
          )
          if (again) continue
          went.push({ ...person, campaignId })
          entered++
        }
        return entered
      },
      arrived: async (_ctx: Ctx, told: readonly (typeof arrivals)[number][]) => {
        arrivals.push(...told)
      },
    },
  }
}
