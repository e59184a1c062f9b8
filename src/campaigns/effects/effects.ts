import { sql as pgSql } from 'kysely'
import { compare, propertySubject, type World, worldOf, zone } from '#audiences'
import { type Ctx, ch } from '#platform'
import {
  type CampaignDefinition,
  type EventMatch,
  type Journey,
  type Refusal,
  refusalGroupOf,
  refusals,
} from '../contract.ts'
import { compareShares, sampleRatio, shareOf } from '../experiments/statistics.ts'
import { shownCount } from '../gate/shown.ts'
import { rowOf } from '../plans/store.ts'
import { sendsOf } from './copy-sends.ts'
import type { Comparison, Effects, Estimate, Group, Stages } from './effects-contract.ts'

const { sql, join, str, strings, u32, i64 } = ch
type Sql = ch.Sql

const dayMs = 86_400_000
/** A withdrawal or complaint within so long of a send that reached him is put to the send's account. */
const guardDays = 7

const held = ['HOLDOUT_CAMPAIGN', 'HOLDOUT_GLOBAL'] as const
/** Refused before the draw of the holdout: these people tell nothing about the campaign. */
const beforeDraw: readonly Refusal[] = [
  ...refusals.campaign,
  ...refusals.consent,
  ...refusals.exclusion,
  ...refusals.personalisation,
]

/** The customer a row counts for. */
const counted = (merges: boolean): Sql =>
  merges ? sql`dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no)` : sql`customer_no`

const stageColumns = sql`count() as asked, countIf(state = 'refused') as refused,
  countIf(state in ('planned', 'queued')) as waiting, countIf(sent_at is not null) as sent,
  countIf(delivered_at is not null) as delivered, countIf(read_at is not null) as read,
  countIf(clicked_at is not null) as clicked, countIf(state = 'failed') as failed, countIf(state = 'unknown') as unknown,
  sumIf(cost_millifen, sent_at is not null) / 1000 as cost`

type StageRow = Record<
  'asked' | 'refused' | 'waiting' | 'sent' | 'delivered' | 'read' | 'clicked' | 'failed' | 'unknown',
  string
> & {
  cost: number
}

const stagesOf = (row: StageRow | undefined): Stages => {
  const { cost = 0, ...counts } = row ?? ({} as Partial<StageRow>)
  const count = (name: keyof typeof counts) => Number(counts[name] ?? 0)
  return {
    asked: count('asked'),
    refused: count('refused'),
    waiting: count('waiting'),
    sent: count('sent'),
    delivered: count('delivered'),
    read: count('read'),
    clicked: count('clicked'),
    failed: count('failed'),
    unknown: count('unknown'),
    costFen: cost,
  }
}

/** Whether a row of `events` is the one meant. */
const isOne = ({ event, where = [] }: EventMatch, path: string, world: World): Sql =>
  join(
    [
      sql`event = ${str(event)}`,
      ...where.map(({ property, ...comparison }, i) =>
        compare(propertySubject(`${path}.where.${i}`, property, world), comparison, world),
      ),
    ],
    ' and ',
  )

interface Scope {
  campaignId: number
  version: number | undefined
  merges: boolean
}

/** A row per person that the gate let come as far as the draw: `no`, `at` (first decision), `held` (by the draw), `arms`. */
const drawn = ({ campaignId, version, merges }: Scope): Sql =>
  sql`select ${counted(merges)} as no, min(decided_at) as at, argMin(refusal, decided_at) as why,
      toUInt8(countIf(sent_at is not null) > 0) as reached, groupUniqArrayIf(arm, arm != '') as arms
    from ${sendsOf(campaignId, version)} where refusal not in ${strings(beforeDraw)} group by no`

/** The same with `did`: whether, and `did_at`: when first, the person did what the campaign is for in his time. */
const outcomes = (scope: Scope, goal: CampaignDefinition['goal'], world: World): Sql => {
  const people = drawn(scope)
  if (!goal) return sql`select *, toUInt8(0) as did, at as did_at from (${people})`
  const window = i64(goal.withinDays * dayMs)
  return sql`select p.no as no, p.at as at, p.why as why, p.reached as reached, p.arms as arms,
      arrayFirst(t -> t > p.at and dateDiff('millisecond', p.at, t) <= ${window}, arraySort(e.times)) as did_at,
      toUInt8(arrayExists(t -> t > p.at and dateDiff('millisecond', p.at, t) <= ${window}, e.times)) as did
    from (${people}) as p global left join (
      select ${counted(scope.merges)} as no, groupArray(ts) as times from events
      where ${isOne(goal, 'goal', world)} and ts >= (select min(decided_at) from ${sendsOf(scope.campaignId, scope.version)}) group by no
    ) as e on e.no = p.no`
}

const groupOf = (people: number, did: number): Group => ({ people, did, share: shareOf({ people, did }) ?? null })

const compared = (treated: Group, control: Group): Comparison | null => compareShares(treated, control) ?? null

const times = ({ value, low, high }: Estimate, factor: number): Estimate => ({
  value: value * factor,
  low: low * factor,
  high: high * factor,
})

const ratioOf = (groups: readonly { people: number; weight: number }[]) => sampleRatio(groups) ?? null

interface Counted {
  treated: string
  treated_did: string
  campaign_held: string
  campaign_did: string
  global_held: string
  global_did: string
  matured: string
}

/** The treated against those the draw left alone: the campaign's own holdout, else the global one. */
const holdoutOf = async (
  ctx: Ctx,
  { rows, goal, share }: { rows: Sql; goal: CampaignDefinition['goal']; share: number },
): Promise<Effects['holdout']> => {
  const over = i64((goal?.withinDays ?? 0) * dayMs)
  const row = await ctx.ch.one<Counted>(sql`select
      countIf(why not in ${strings(held)}) as treated, countIf(why not in ${strings(held)} and did) as treated_did,
      countIf(why = 'HOLDOUT_CAMPAIGN') as campaign_held, countIf(why = 'HOLDOUT_CAMPAIGN' and did) as campaign_did,
      countIf(why = 'HOLDOUT_GLOBAL') as global_held, countIf(why = 'HOLDOUT_GLOBAL' and did) as global_did,
      countIf(dateDiff('millisecond', at, ${ch.moment(ctx.now())}) > ${over}) as matured
    from (${rows})`)
  if (!row) return null
  const own = Number(row.campaign_held)
  const scope = own > 0 ? 'campaign' : 'global'
  const control =
    own > 0 ? groupOf(own, Number(row.campaign_did)) : groupOf(Number(row.global_held), Number(row.global_did))
  if (control.people === 0) return null
  const treated = groupOf(Number(row.treated), Number(row.treated_did))
  const comparison = goal ? compared(treated, control) : null
  return {
    scope,
    treated,
    control,
    comparison,
    // The global share has a history of its own, so no one figure was planned for it.
    ratio:
      scope === 'global'
        ? null
        : ratioOf([
            { people: treated.people, weight: 1 - share },
            { people: control.people, weight: share },
          ]),
    incremental: comparison ? times(comparison.difference, treated.people) : null,
    matured: Number(row.matured) / (treated.people + Number(row.campaign_held) + Number(row.global_held)),
  }
}

/** Arms of every experiment step of the definition, as far as people met them. */
const experimentsOf = async (
  ctx: Ctx,
  { rows, definition }: { rows: Sql; definition: CampaignDefinition },
): Promise<Effects['experiments']> => {
  const steps = Object.values(definition.journey.steps).flatMap((step) => (step.kind === 'experiment' ? [step] : []))
  const keys = [...new Map(steps.map((step) => [step.key, step])).values()]
  if (keys.length === 0) return []
  const met = await ctx.ch.rows<{ arm: string; people: string; did: string; reached: string }>(
    sql`select arrayJoin(arms) as arm, count() as people, countIf(did) as did, countIf(reached) as reached
      from (${rows}) where why not in ${strings(held)} group by arm`,
  )
  const mixedRows = await ctx.ch.rows<{ key: string; mixed: string }>(
    sql`select key, count() as mixed from (
        select no, splitByChar(':', arrayJoin(arms))[1] as key, count() as met from (${rows}) group by no, key having met > 1
      ) group by key`,
  )
  const byArm = new Map(met.map((row) => [row.arm, row]))
  const mixed = new Map(mixedRows.map((row) => [row.key, Number(row.mixed)]))
  return keys.map(({ key, name, arms }) => {
    const found = arms.map(({ name, share }) => {
      const row = byArm.get(`${key}:${name}`)
      return {
        ...groupOf(Number(row?.people ?? 0), Number(row?.did ?? 0)),
        name,
        planned: share,
        reached: Number(row?.reached ?? 0),
      }
    })
    const [first, ...others] = found
    return {
      key,
      name: name ?? null,
      arms: found,
      comparisons: first ? others.map((arm) => compared(arm, first)) : [],
      ratio: ratioOf(found.map(({ people, planned }) => ({ people, weight: planned }))),
      mixed: mixed.get(key) ?? 0,
    }
  })
}

/** What the sends cost per conversion, and per one that would not have been. */
const costOf = (
  costFen: number,
  converted: number,
  incremental: Estimate | null,
  worthFen: number | undefined,
): Effects['cost'] => {
  const certain = incremental !== null && incremental.value > 0
  return {
    costFen,
    perConversionFen: converted > 0 ? costFen / converted : null,
    perIncrementalFen: certain
      ? {
          value: costFen / incremental.value,
          low: costFen / incremental.high,
          high: incremental.low > 0 ? costFen / incremental.low : null,
        }
      : null,
    gainFen:
      incremental && worthFen !== undefined
        ? {
            value: incremental.value * worthFen - costFen,
            low: incremental.low * worthFen - costFen,
            high: incremental.high * worthFen - costFen,
          }
        : null,
  }
}

/** Withdrawals and complaints after a send that reached somebody. */
const guardrailsOf = async (ctx: Ctx, scope: Scope, isComplaint: Sql): Promise<Effects['guardrails']> => {
  const reached = sql`select ${counted(scope.merges)} as no, groupArray(assumeNotNull(sent_at)) as sends
    from ${sendsOf(scope.campaignId, scope.version)} where sent_at is not null group by no`
  const since = sql`(select min(sent_at) from ${sendsOf(scope.campaignId, scope.version)} where sent_at is not null)`
  const after = sql`arrayExists(s -> arrayExists(t -> t > s and dateDiff('second', s, t) <= ${u32(guardDays * 86_400)}, moments.times), reached.sends)`
  const count = async (moments: Sql): Promise<Group> => {
    const row = await ctx.ch.one<{ people: string; did: string }>(
      sql`select count() as people, countIf(${after}) as did from (${reached}) as reached global left join (${moments}) as moments on moments.no = reached.no`,
    )
    return groupOf(Number(row?.people ?? 0), Number(row?.did ?? 0))
  }
  const [optOuts, complaints] = await Promise.all([
    count(sql`select ${counted(scope.merges)} as no, groupArray(at) as times from customer_consents final
      where status != 'granted' and at >= ${since} group by no`),
    count(sql`select ${counted(scope.merges)} as no, groupArray(ts) as times from events
      where ${isComplaint} and ts >= ${since} group by no`),
  ])
  return { optOuts, complaints }
}

const daysOf = async (ctx: Ctx, scope: Scope, rows: Sql): Promise<Effects['days']> => {
  const [sent, did] = await Promise.all([
    ctx.ch.rows<{ day: string; sent: string; delivered: string }>(
      sql`select toString(toDate(assumeNotNull(sent_at), ${str(zone)})) as day, count() as sent, countIf(delivered_at is not null) as delivered
        from ${sendsOf(scope.campaignId, scope.version)} where sent_at is not null group by day`,
    ),
    ctx.ch.rows<{ day: string; treated: string; control: string }>(
      sql`select toString(toDate(did_at, ${str(zone)})) as day, countIf(why not in ${strings(held)}) as treated,
          countIf(why in ${strings(held)}) as control from (${rows}) where did group by day`,
    ),
  ])
  const days = new Map<string, Effects['days'][number]>()
  const on = (day: string) => {
    const found = days.get(day) ?? { day, sent: 0, delivered: 0, treatedDid: 0, controlDid: 0 }
    days.set(day, found)
    return found
  }
  for (const row of sent) Object.assign(on(row.day), { sent: Number(row.sent), delivered: Number(row.delivered) })
  for (const row of did)
    Object.assign(on(row.day), { treatedDid: Number(row.treated), controlDid: Number(row.control) })
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
}

/** The definition that is measured: of a version, of what runs, else the draft. */
const measured = async (ctx: Ctx, id: number, version: number | undefined): Promise<CampaignDefinition> => {
  const row = await rowOf(ctx, id)
  const wanted = version ?? row.live_version
  if (wanted === null) return row.definition
  const found = await ctx.pg
    .selectFrom('campaigns.version')
    .select('frozen')
    .where('campaign_id', '=', id)
    .where('version', '=', wanted)
    .executeTakeFirst()
  return found?.frozen.definition ?? row.definition
}

/** Steps of every version, as the newest that has them says. */
const stepsEver = async (ctx: Ctx, id: number): Promise<Journey['steps']> => {
  const { rows } = await pgSql<{ steps: Journey['steps'] }>`
    select frozen #> '{definition,journey,steps}' as steps from campaigns.version where campaign_id = ${id}
    order by version`.execute(ctx.pg)
  return Object.fromEntries(rows.flatMap(({ steps }) => Object.entries(steps)))
}

/**
 * What a campaign brought so far, from the copy of its sends (a second or two behind).
 * The comparison is of everybody whom the gate let come as far as the draw of the holdout, by what the draw decided, from
 * the first decision about him: a send refused afterwards, or one that failed, does not take a person out of his group.
 * @throws problem.unknown
 */
export const effectsOf = async (
  ctx: Ctx,
  { id, version }: { id: number; version?: number | undefined },
): Promise<Effects> => {
  const definition = await measured(ctx, id, version)
  const world = await worldOf(ctx, { all: [] })
  const scope: Scope = { campaignId: id, version, merges: world.merges ?? false }
  const rows = outcomes(scope, definition.goal, world)
  const sends = sendsOf(id, version)
  const [total, steps, why, people, holdout, experiments, guardrails, days, ever] = await Promise.all([
    ctx.ch.one<StageRow>(sql`select ${stageColumns} from ${sends}`),
    ctx.ch.rows<StageRow & { step: string; channel: Effects['steps'][number]['channel'] }>(
      sql`select step, channel, ${stageColumns} from ${sends} group by step, channel order by min(decided_at), step, channel`,
    ),
    ctx.ch.rows<{ code: Refusal; sends: string; people: string }>(
      sql`select refusal as code, count() as sends, uniqExact(${counted(scope.merges)}) as people from ${sends}
        where state = 'refused' group by code order by sends desc, code`,
    ),
    ctx.ch.one<Record<'asked' | 'sent' | 'delivered' | 'clicked', string>>(
      sql`select uniqExact(no) as asked, uniqExactIf(no, sent_at is not null) as sent,
          uniqExactIf(no, delivered_at is not null) as delivered, uniqExactIf(no, clicked_at is not null) as clicked
        from (select *, ${counted(scope.merges)} as no from ${sends})`,
    ),
    holdoutOf(ctx, { rows, goal: definition.goal, share: definition.holdout }),
    experimentsOf(ctx, { rows, definition }),
    guardrailsOf(ctx, scope, isOne(definition.complaint, 'complaint', world)),
    daysOf(ctx, scope, rows),
    stepsEver(ctx, id),
  ])
  const drawnSteps: Partial<Journey['steps']> = { ...definition.journey.steps, ...ever }
  const stages = stagesOf(total)
  const treated = await ctx.ch.one<{ did: string }>(
    sql`select countIf(did and why not in ${strings(held)}) as did from (${rows})`,
  )
  return {
    campaignId: id,
    version: version ?? null,
    asOf: ctx.now().toISOString(),
    goal: definition.goal && { event: definition.goal.event, withinDays: definition.goal.withinDays },
    total: stages,
    people: {
      asked: Number(people?.asked ?? 0),
      sent: Number(people?.sent ?? 0),
      delivered: Number(people?.delivered ?? 0),
      clicked: Number(people?.clicked ?? 0),
    },
    refusals: why
      .map((row) => ({
        code: row.code,
        group: refusalGroupOf(row.code),
        sends: shownCount(ctx.actor, row.code, Number(row.sends)),
        people: shownCount(ctx.actor, row.code, Number(row.people)),
      }))
      .filter(({ sends }) => sends > 0),
    steps: steps.map((row) => ({
      ...stagesOf(row),
      step: row.step,
      name: drawnSteps[row.step]?.name ?? null,
      kind: drawnSteps[row.step]?.kind ?? null,
      channel: row.channel,
    })),
    holdout,
    experiments,
    cost: costOf(
      stages.costFen,
      Number(treated?.did ?? 0),
      holdout?.incremental ?? null,
      definition.conversionValueFen,
    ),
    guardrails,
    days,
  }
}
