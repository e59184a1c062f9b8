import { sql } from 'kysely'
import { type Ctx, copyInto, copyRows } from '#platform'
import type { ReEntry } from '../contract.ts'
import { togetherOf } from '../gate/apart.ts'
import '../tables.ts'
import { openCounts } from './counts.ts'
import { versionOf } from './versions.ts'
import { wakeAfter } from './wake.ts'

/** Somebody who may enter, and what made him. */
export interface Newcomer {
  customerNo: number
  /** The same occurrence has the same key, and never lets him in twice. */
  triggerKey: string
  /** Properties for templates and conditions; no personal data. */
  trigger: Readonly<Record<string, unknown>>
}

/**
 * What became of those who were sent in.
 * - `entered`: they are in, at the first step.
 * - `again`: the same occurrence let them in before, or is named twice.
 * - `inside`: they are in this campaign already, in whatever version.
 * - `limit`, `tooSoon`: they were in it as often as they may, or not long enough ago.
 * - `closed`: the campaign does not run, has not begun or is over, or its journey has no start.
 * - `unknown`: there is no such customer any more.
 */
export const entryOutcomes = ['entered', 'again', 'inside', 'limit', 'tooSoon', 'closed', 'unknown'] as const
export type EntryOutcome = (typeof entryOutcomes)[number]
export type Entered = Record<EntryOutcome, number>

interface Past {
  i: number
  root: number
  runs: number
  last_no: number
  last_at: Date | null
  inside: boolean
  again: boolean
}

/**
 * Lets people into a campaign, in the transaction of `ctx`: those merged into others as who they are now, each once per
 * occurrence, as often as the re-entry policy says, and never while they are inside. Whoever is left alone to measure the
 * effect enters like everybody, and the gate refuses him each send: so he is counted, in `entered` and at the steps, and can
 * be compared. Whether somebody fits the campaign's own condition is asked before.
 * @returns how many came to what; the numbers add up to those given
 */
export const enter = async (
  ctx: Ctx,
  { campaignId, version, people }: { campaignId: number; version: number; people: readonly Newcomer[] },
): Promise<Entered> => {
  const counted: Entered = { entered: 0, again: 0, inside: 0, limit: 0, tooSoon: 0, closed: 0, unknown: 0 }
  if (people.length === 0) return counted
  // Held until the transaction ends, so nobody enters twice at once and runs of one person have different numbers. Pausing and
  // stopping wait for it.
  const { rows: kept } = await sql<{ state: string }>`
    select state from campaigns.campaign where id = ${campaignId} for no key update`.execute(ctx.pg)
  const known = await versionOf(ctx, campaignId, version)
  const now = ctx.now()
  const { startsAt, endsAt, journey, reEntry } = known.definition
  const start = journey.start
  const isOpen =
    kept[0]?.state === 'running' &&
    start !== null &&
    (startsAt === undefined || new Date(startsAt) <= now) &&
    (endsAt === undefined || now < new Date(endsAt))
  if (!isOpen) return { ...counted, closed: people.length }

  const past = await withRunsTogether(ctx, campaignId, people, await pastOf(ctx, campaignId, people))
  counted.unknown = people.length - past.length
  const rows = copyRows(columns.length)
  const taken = new Set<number>()
  const keys = new Set<string>()
  for (const one of past) {
    const person = people[one.i]
    if (!person) continue
    const key = `${one.root} ${person.triggerKey}`
    const outcome = one.again || keys.has(key) ? 'again' : taken.has(one.root) ? 'inside' : admission(one, reEntry, now)
    keys.add(key)
    counted[outcome] += 1
    if (outcome !== 'entered') continue
    taken.add(one.root)
    rows.row()
    rows.int4(campaignId)
    rows.int4(version)
    rows.int4(one.root)
    rows.int4(one.last_no + 1)
    rows.text(person.triggerKey)
    rows.jsonb(JSON.stringify(person.trigger))
    rows.timestamp(now.getTime())
    rows.text(start)
    rows.timestamp(now.getTime())
    // Due at once: the first step is looked at like any other.
    rows.timestamp(now.getTime())
  }
  if (counted.entered === 0) return counted
  await copyInto(ctx.pg, 'campaigns.entry', columns, rows)
  const counts = openCounts()
  counts.add(campaignId, version, '', 'entered', counted.entered)
  counts.add(campaignId, version, start, 'in', counted.entered)
  await counts.write(ctx)
  wakeAfter(ctx)
  return counted
}

const columns = [
  'campaign_id',
  'version',
  'customer_no',
  'entry_no',
  'trigger_key',
  'trigger',
  'entered_at',
  'step',
  'arrived_at',
  'due_at',
] as const

const admission = ({ inside, runs, last_at }: Past, { times, afterDays }: ReEntry, now: Date): EntryOutcome => {
  if (inside) return 'inside'
  if (times !== null && runs >= times) return 'limit'
  const rested = last_at === null || now.getTime() - last_at.getTime() >= afterDays * 86_400_000
  return rested ? 'entered' : 'tooSoon'
}

/** Who each is now, with the runs of all numbers that count for him. Those erased are missing. In the order given. */
const pastOf = async (ctx: Ctx, campaignId: number, people: readonly Newcomer[]): Promise<Past[]> => {
  const nos = people.map(({ customerNo }) => customerNo)
  const keys = people.map(({ triggerKey }) => triggerKey)
  // Lateral with limits and sums keep the planner at the keys; it guesses plain joins at scans of whole tables.
  const { rows } = await sql<Past>`
    select (g.i - 1)::int as i, r.no as root, p.runs, p.last_no, p.last_at, p.inside, p.again
    from unnest(${nos}::int[], ${keys}::text[]) with ordinality as g (no, key, i)
    cross join lateral (select root_no from customers.customer where no = g.no limit 1) c
    cross join lateral (select no from customers.customer where no = c.root_no and erased_at is null limit 1) r
    cross join lateral (
      select count(e.*)::int as runs, coalesce(max(e.entry_no), 0) as last_no, max(e.entered_at) as last_at,
        coalesce(bool_or(e.state = 'active'), false) as inside, coalesce(bool_or(e.trigger_key = g.key), false) as again
      from (select r.no as no union all select m.no from customers.customer m where m.root_no = r.no and m.root_no <> m.no) f
      cross join lateral (select * from campaigns.entry where customer_no = f.no and campaign_id = ${campaignId} offset 0) e) p
    order by g.i`.execute(ctx.pg)
  return rows
}

/**
 * Runs of another one that were his too, since both counted for one person then: after they were taken apart nobody is let in, and
 * written to, a second time for the same.
 */
const withRunsTogether = async (
  ctx: Ctx,
  campaignId: number,
  people: readonly Newcomer[],
  past: readonly Past[],
): Promise<readonly Past[]> => {
  const together = await togetherOf(ctx, new Map(past.map(({ root }) => [root, [root]])))
  if (together.size === 0) return past
  const others = [...together.values()].flatMap((spans) => spans.flatMap((span) => span.others))
  const { rows } = await sql<{ customer_no: number; trigger_key: string; entered_at: Date }>`
    select customer_no, trigger_key, entered_at from campaigns.entry
    where campaign_id = ${campaignId} and customer_no = any(${`{${others.join(',')}}`}::int[])`.execute(ctx.pg)
  return past.map((one) => {
    const runs = (together.get(one.root) ?? []).flatMap(({ others, from, until }) =>
      rows.filter(
        ({ customer_no, entered_at }) => others.includes(customer_no) && entered_at >= from && entered_at <= until,
      ),
    )
    if (runs.length === 0) return one
    const last = Math.max(...runs.map(({ entered_at }) => entered_at.getTime()), one.last_at?.getTime() ?? 0)
    return {
      ...one,
      runs: one.runs + runs.length,
      last_at: new Date(last),
      again: one.again || runs.some(({ trigger_key }) => trigger_key === people[one.i]?.triggerKey),
    }
  })
}
