import { sql } from 'kysely'
import { z } from 'zod'
import type { audiencesMoved, Definition } from '#audiences'
import type { Ctx } from '#platform'
import { among } from './among.ts'
import type { Enter } from './calls.ts'
import { letsIn, type Published, publishedVersions } from './rules.ts'
import { lateMsOf } from './settings.ts'
import { tally } from './tally.ts'

type Moved = z.output<typeof audiencesMoved.payload>

/** Work of a job: people who moved, of whom some may enter. */
export const MovedInput = z.object({
  campaignId: z.int(),
  version: z.int(),
  refresh: z.int(),
  nos: z.array(z.int()),
  /** Whether the audience follows another definition than the approved one. */
  edited: z.boolean(),
})
export type MovedInput = z.output<typeof MovedInput>

/** Campaigns that an audience lets people into. */
const triggeredBy = async (ctx: Ctx, audienceId: string): Promise<Published[]> => {
  const { rows } = await sql<{ id: number }>`
    select c.id from campaigns.campaign c join campaigns.version v on v.campaign_id = c.id and v.version = c.live_version
    where c.state = 'running' and v.frozen #>> '{definition,trigger,kind}' = 'audience'
      and v.frozen #>> '{definition,trigger,audienceId}' = ${audienceId}`.execute(ctx.pg)
  const found = await Promise.all(rows.map(({ id }) => publishedVersions(ctx, id)))
  return found.flat().filter((of) => letsIn(of, ctx.now()))
}

const keyOf = (on: string, refresh: number) => `audience:${on}:${refresh}`

/**
 * People entered or left an audience. Who moved by the approved definition is let in at once; where that has to be asked
 * first, a job asks, since this is called inside the transaction that delivers the event. Called twice it changes nothing.
 */
export const audienceMoved = async (ctx: Ctx, moved: Moved, enter: Enter): Promise<void> => {
  const { id, version, refresh, rebuilt } = moved
  const now = ctx.now()
  for (const of of await triggeredBy(ctx, id)) {
    const { trigger, only } = of.definition
    if (trigger.kind !== 'audience' || new Date(moved.at) < of.since) continue
    const nos = trigger.on === 'entered' ? moved.entered : moved.left
    const { campaignId } = of
    if (now.getTime() - new Date(moved.at).getTime() > (await lateMsOf(ctx))) {
      await tally(ctx, [{ campaignId, outcome: 'missed', count: rebuilt ? 1 : nos.length }], now)
      continue
    }
    if (rebuilt) {
      await startRun(ctx, of, refresh)
      continue
    }
    if (nos.length === 0) continue
    const edited = of.audiences[id]?.version !== version
    if (only || (edited && trigger.on === 'entered')) {
      const input: MovedInput = { campaignId, version: of.version, refresh, nos, edited }
      await ctx.jobs.send('campaigns.enterMoved', input)
      continue
    }
    await letIn(ctx, of, nos, keyOf(trigger.on, refresh), enter)
  }
}

const letIn = async (
  ctx: Ctx,
  of: Published,
  nos: readonly number[],
  triggerKey: string,
  enter: Enter,
): Promise<void> => {
  const { campaignId, version } = of
  await tally(ctx, [{ campaignId, outcome: 'matched', count: nos.length }], ctx.now())
  await enter(ctx, { campaignId, version, people: nos.map((customerNo) => ({ customerNo, triggerKey, trigger: {} })) })
}

/** Too many to be told one by one: they are worked through like an audience. */
const startRun = async (ctx: Ctx, of: Published, refresh: number): Promise<void> => {
  const now = ctx.now()
  const { rows } = await sql<{ id: string }>`
    insert into campaigns.run (campaign_id, version, kind, occurrence, due_at, state, created_at)
    values (${of.campaignId}, ${of.version}, 'audience', ${`rebuilt ${refresh}`}, ${now}, 'waiting', ${now})
    on conflict (campaign_id, occurrence) do nothing returning id::text as id`.execute(ctx.pg)
  if (rows[0]) await ctx.jobs.send('campaigns.run', { id: Number(rows[0].id) }, { key: `run ${rows[0].id}` })
}

/** The job: who of those who moved fits, and may enter. */
export const enterMoved = async (ctx: Ctx, { campaignId, version, refresh, nos, edited }: MovedInput, enter: Enter) => {
  const of = (await publishedVersions(ctx, campaignId)).find((one) => one.version === version)
  if (!of || !letsIn(of, ctx.now())) return
  const { trigger, only } = of.definition
  if (trigger.kind !== 'audience') return
  const approved = of.audiences[trigger.audienceId]?.definition as Definition | undefined
  const conditions = [...(only ? [only] : []), ...(edited && trigger.on === 'entered' && approved ? [approved] : [])]
  const fit = conditions.length > 0 ? await among(ctx, { all: conditions }, nos, of.audiences) : new Set(nos)
  if (fit.size === 0) return
  await ctx.tx((ctx) => letIn(ctx, of, [...fit], keyOf(trigger.on, refresh), enter))
}
