import { audiencesNamed } from '#audiences'
import { traitEntries } from '#customers'
import { type Ctx, ch, Problem } from '#platform'
import type { CampaignDefinition, PlanFinding, Trigger } from '../contract.ts'
import type { Frozen } from '../plans/frozen.ts'
import { among } from './among.ts'
import { catchUpMs } from './plan-runs.ts'

/** What would keep a trigger from letting anybody in. Asked before a campaign is approved; `audiences` as they would be frozen. */

const finding = (action: PlanFinding['action'], code: string, values: PlanFinding['values'] = {}): PlanFinding => ({
  action,
  code,
  step: null,
  values,
})

/** Whether the audience moves by itself: it follows events, or is refreshed by a timetable. */
const movesByItself = async (ctx: Ctx, id: string): Promise<boolean> => {
  const row = await ctx.pg
    .selectFrom('audiences.audience')
    .leftJoin('audiences.live', 'audience_id', 'id')
    .select(['schedule', 'switched_on'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row !== undefined && (row.switched_on === true || row.schedule !== null)
}

const wasSeen = async (ctx: Ctx, event: string): Promise<boolean> =>
  (await ctx.ch.one(ch.sql`select 1 from events where event = ${ch.str(event)} limit 1`)) !== undefined

const triggerFindings = async (ctx: Ctx, trigger: Trigger): Promise<PlanFinding[]> => {
  switch (trigger.kind) {
    case 'once':
      return trigger.at !== undefined && ctx.now().getTime() - new Date(trigger.at).getTime() > catchUpMs
        ? [finding('flag', 'trigger.timePast', { at: trigger.at })]
        : []
    case 'audience':
      return (await movesByItself(ctx, trigger.audienceId)) ? [] : [finding('block', 'trigger.audienceStill')]
    case 'list': {
      const list = await ctx.pg
        .selectFrom('audiences.list')
        .select('id')
        .where('id', '=', trigger.listId)
        .executeTakeFirst()
      return list ? [] : [finding('block', 'trigger.listMissing')]
    }
    case 'date': {
      const { trait } = trigger
      const known = [...(await traitEntries(ctx)).values()].find(({ name }) => name === trait)
      if (!known) return [finding('block', 'trigger.traitUnknown', { trait })]
      if (known.personal) return [finding('block', 'trigger.traitSealed', { trait })]
      return known.type === 'date' || known.type === 'datetime'
        ? []
        : [finding('block', 'trigger.traitNoDate', { trait })]
    }
    case 'event': {
      const events = [trigger.event, ...trigger.without.map(({ event }) => event)]
      const unseen: PlanFinding[] = []
      for (const event of new Set(events))
        if (!(await wasSeen(ctx, event))) unseen.push(finding('flag', 'trigger.eventUnseen', { event }))
      return unseen
    }
    default:
      return []
  }
}

/** The condition at the door, asked about nobody: what it names must be there. */
const doorFindings = async (
  ctx: Ctx,
  { only }: Pick<CampaignDefinition, 'only'>,
  audiences: Frozen['audiences'],
): Promise<PlanFinding[]> => {
  if (!only) return []
  // Missing audiences are told by themselves.
  if (audiencesNamed(only).some((id) => !audiences[id])) return []
  try {
    await among(ctx, only, [1], audiences)
    return []
  } catch (error) {
    if (error instanceof Problem && error.status < 500)
      return [finding('block', 'trigger.doorFails', { reason: error.code })]
    throw error
  }
}

/** Everything about how people come in that a reviewer should know, or that keeps the campaign from being published. */
export const triggerFaults = async (
  ctx: Ctx,
  definition: Pick<CampaignDefinition, 'trigger' | 'only'>,
  audiences: Frozen['audiences'],
): Promise<PlanFinding[]> => [
  ...(await triggerFindings(ctx, definition.trigger)),
  ...(await doorFindings(ctx, definition, audiences)),
]
