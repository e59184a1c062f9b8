import { sql } from 'kysely'
import { type Ctx, readSetting } from '#platform'
import { type Occurrence, timesOf, timetableOf } from './occurrences.ts'
import { type Published, publishedVersions } from './rules.ts'
import type { RunKind } from './tables.ts'
import './tables.ts'

/** A run that could not begin for this long after its time is told as missed: half a day later nobody expects it. */
export const catchUpMs = 3_600_000

const latest = (...times: readonly (Date | string | undefined | null)[]): Date =>
  new Date(Math.max(...times.map((time) => (time ? new Date(time).getTime() : 0))))

interface Planned extends Occurrence {
  kind: RunKind
}

/** Occurrences of a campaign up to now. Those by the calendar since they were planned last; the others once. */
const dueOf = ({ definition, since }: Published, publishedAt: Date, until: Date | undefined, now: Date): Planned[] => {
  const { trigger, startsAt, endsAt } = definition
  const over = endsAt !== undefined && new Date(endsAt) < now ? new Date(endsAt) : now
  const timetable = timetableOf(trigger)
  if (timetable) {
    const kind = trigger.kind === 'date' ? 'date' : 'recurring'
    return timesOf(timetable, latest(until ?? since, startsAt), over).map((one) => ({ ...one, kind }))
  }
  if (trigger.kind !== 'once' && trigger.kind !== 'list') return []
  const dueAt = latest(trigger.kind === 'once' ? trigger.at : undefined, publishedAt, startsAt)
  const named = trigger.kind === 'list' ? `list ${trigger.listId}` : trigger.at ? `once ${trigger.at}` : 'once'
  return dueAt <= over ? [{ key: named, kind: trigger.kind, dueAt }] : []
}

/** Adds runs; those that are there already stay as they are. @returns ids of those that are to begin */
const addRuns = async (ctx: Ctx, of: Published, planned: readonly Planned[], now: Date): Promise<string[]> => {
  const ids: string[] = []
  for (const { key, kind, dueAt } of planned) {
    const overdue = now.getTime() - dueAt.getTime() > catchUpMs
    const reason = of.state === 'paused' ? 'paused' : overdue ? 'overdue' : null
    const { rows } = await sql<{ id: string }>`
      insert into campaigns.run (campaign_id, version, kind, occurrence, due_at, state, reason, created_at, ended_at)
      values (${of.campaignId}, ${of.version}, ${kind}, ${key}, ${dueAt}, ${reason ? 'missed' : 'waiting'}, ${reason}, ${now},
        ${reason ? now : null})
      on conflict (campaign_id, occurrence) do nothing returning id::text as id`.execute(ctx.pg)
    if (rows[0] && !reason) ids.push(rows[0].id)
  }
  return ids
}

/** After a restore nothing runs until an administrator arms sending: what was due since the backup may have run already. */
export const mayRun = async (ctx: Ctx): Promise<boolean> => (await readSetting(ctx, 'sendsArmed')) !== false

/**
 * Plans what has come due, tells what was missed, and asks for the runs that are open: also those whose process died, and
 * those that wait for one before them. Each minute, and when something is published.
 */
export const planRuns = async (ctx: Ctx): Promise<void> => {
  if (!(await mayRun(ctx))) return
  const now = ctx.now()
  const published = (await publishedVersions(ctx)).filter(({ live, state }) => live && state !== 'stopping')
  for (const of of published) {
    // A held one is not behind: it begins when it is resumed, if that is soon enough.
    const byCalendar = timetableOf(of.definition.trigger) !== undefined
    if (of.state === 'paused' && !byCalendar) continue
    await ctx.tx(async (ctx) => {
      // Two that plan at once: the second finds it done.
      const { rows } = await sql<{ until: Date | null; published_at: Date }>`
        select p.until, v.published_at from campaigns.version v left join campaigns.run_planned p on p.campaign_id = v.campaign_id
        where v.campaign_id = ${of.campaignId} and v.version = ${of.version}`.execute(ctx.pg)
      const [row] = rows
      if (!row) return
      const ids = await addRuns(ctx, of, dueOf(of, row.published_at, row.until ?? undefined, now), now)
      if (byCalendar)
        await sql`
          insert into campaigns.run_planned as p (campaign_id, until) values (${of.campaignId}, ${now})
          on conflict (campaign_id) do update set until = greatest(p.until, excluded.until)`.execute(ctx.pg)
      for (const id of ids) await ctx.jobs.send('campaigns.run', { id: Number(id) }, { key: `run ${id}` })
    })
  }
  const { rows: open } = await sql<{ id: string }>`
    select distinct on (r.campaign_id) r.id::text as id from campaigns.run r join campaigns.campaign c on c.id = r.campaign_id
    where r.state in ('waiting', 'running') and c.state <> 'paused' and (r.lease_until is null or r.lease_until < now())
      and r.due_at <= ${now} order by r.campaign_id, r.due_at, r.id`.execute(ctx.pg)
  for (const { id } of open) await ctx.jobs.send('campaigns.run', { id: Number(id) }, { key: `run ${id}` })
}
