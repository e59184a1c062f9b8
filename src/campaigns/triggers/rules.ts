import { sql } from 'kysely'
import type { StoredEvent } from '#customers'
import type { Ctx } from '#platform'
import type { CampaignDefinition, CampaignState, EventMatch, Trigger } from '../contract.ts'
import type { Frozen } from '../plans/frozen.ts'
import '../tables.ts'

/** A published version as triggers need to know it. */
export interface Published {
  campaignId: number
  version: number
  state: CampaignState
  /** Whether this version lets people in; older ones only hold those who are inside. */
  live: boolean
  /** When the campaign was published first: what happened before is none of its business. */
  since: Date
  definition: CampaignDefinition
  /** Audiences named, as they were approved. */
  audiences: Frozen['audiences']
}

export type EventTrigger = Extract<Trigger, { kind: 'event' }>

/** What an event may do to a published version. */
export type Rule = { of: Published; match: EventMatch } & (
  | { role: 'trigger'; trigger: EventTrigger }
  | { role: 'wait'; step: string }
  | { role: 'exit' }
  | { role: 'goal' }
)

/** An event that some rule matched, of a person who is still there. */
export interface Hit {
  rule: Rule
  event: StoredEvent
  /** The root of who did it. */
  no: number
  properties: Readonly<Record<string, unknown>>
}

/** Published versions with what they listen to, by the name of the event. */
export interface Rules {
  published: readonly Published[]
  byEvent: ReadonlyMap<string, readonly Rule[]>
  /** Tells whether anything changed since. */
  key: string
}

/** What a version listens to. Pure. */
export const rulesOf = (of: Published): Rule[] => {
  const { trigger, journey, exits, goal } = of.definition
  const rules: Rule[] = []
  if (trigger.kind === 'event' && of.live && of.state === 'running')
    rules.push({ of, role: 'trigger', trigger, match: { event: trigger.event, where: trigger.where } })
  for (const [step, { kind, ...rest }] of Object.entries(journey.steps))
    if (kind === 'waitEvent') {
      const { event, where } = rest as EventMatch
      rules.push({ of, role: 'wait', step, match: { event, where } })
    }
  for (const match of exits) rules.push({ of, role: 'exit', match })
  if (goal) rules.push({ of, role: 'goal', match: { event: goal.event, where: goal.where } })
  return rules
}

export const noRules: Rules = { published: [], byEvent: new Map(), key: '' }

interface Row {
  id: number
  state: CampaignState
  live_version: number
  version: number
  since: Date
  definition: CampaignDefinition
  audiences: Frozen['audiences']
}

/** Read when something was published, paused, resumed or stopped; `held` otherwise. */
export const currentRules = async (ctx: Ctx, held: Rules): Promise<Rules> => {
  const { rows: states } = await sql<{ key: string | null }>`
    select string_agg(id || ' ' || run_no || ' ' || state, ',' order by id) as key from campaigns.campaign
    where state in ('running', 'paused', 'stopping')`.execute(ctx.pg)
  const key = states[0]?.key ?? ''
  if (key === held.key) return held
  const published = await publishedVersions(ctx)
  const byEvent = new Map<string, Rule[]>()
  for (const rule of published.flatMap(rulesOf)) {
    const { event } = rule.match
    byEvent.set(event, [...(byEvent.get(event) ?? []), rule])
  }
  return { published, byEvent, key }
}

/** Every version of the campaigns that run, are held or drain. Without creatives and offers: those are large. */
export const publishedVersions = async (ctx: Ctx, campaignId?: number): Promise<Published[]> => {
  const { rows } = await sql<Row>`
    select c.id, c.state, c.live_version, v.version, v.frozen -> 'definition' as definition,
      v.frozen -> 'audiences' as audiences,
      (select min(f.published_at) from campaigns.version f where f.campaign_id = c.id) as since
    from campaigns.campaign c join campaigns.version v on v.campaign_id = c.id
    where c.state in ('running', 'paused', 'stopping') and (${campaignId ?? null}::int is null or c.id = ${campaignId ?? null})
    order by c.id, v.version`.execute(ctx.pg)
  return rows.map(({ id, live_version, version, ...row }) => ({
    ...row,
    campaignId: id,
    version,
    live: version === live_version,
  }))
}

/** Whether people may come in now: it runs, has begun and is not over. */
export const letsIn = ({ live, state, definition: { startsAt, endsAt } }: Published, now: Date): boolean =>
  live &&
  state === 'running' &&
  (startsAt === undefined || new Date(startsAt) <= now) &&
  (endsAt === undefined || now < new Date(endsAt))
