import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { columns, type Traveller } from './claim.ts'
import { goingFrom, openLedger } from './settle.ts'

interface Pair extends Traveller {
  root: number
  /** His own run in the same campaign, where he is inside too. */
  ownId: string | null
  ownEnteredAt: Date | null
  /** The same occurrence let him in before, under his own number. */
  sameTrigger: boolean
  nextNo: number
}

/**
 * Two customers turned out to be one: where both were in a campaign one run goes on, the one that began earlier, and the other
 * stops; where only the absorbed one was, his run goes on as that of the person he is. In the transaction of `ctx`; may be told
 * twice.
 */
export const joinEntries = async (ctx: Ctx, { from }: { from: number; into: number }): Promise<void> => {
  // Entering keeps this row too, so nobody enters between the look and the change.
  await sql`select id from campaigns.campaign where id in (
    select campaign_id from campaigns.entry where customer_no = ${from} and state = 'active') order by id for no key update`.execute(
    ctx.pg,
  )
  const { rows } = await sql<Pair>`
    select ${columns}, c.root_no as root, own.id::text as "ownId", own.entered_at as "ownEnteredAt", past.same as "sameTrigger",
      past.last + 1 as "nextNo"
    from campaigns.entry e join customers.customer c on c.no = e.customer_no
    left join lateral (select id, entered_at from campaigns.entry
      where customer_no = c.root_no and campaign_id = e.campaign_id and state = 'active' limit 1) own on true
    cross join lateral (select coalesce(max(entry_no), 0)::int as last, coalesce(bool_or(trigger_key = e.trigger_key), false) as same
      from campaigns.entry where customer_no = c.root_no and campaign_id = e.campaign_id) past
    where e.customer_no = ${from} and e.state = 'active' and c.root_no <> e.customer_no for update of e`.execute(ctx.pg)
  const ledger = openLedger(ctx.now(), () => new Set())
  const stopping = []
  for (const pair of rows) {
    const { root, ownId, ownEnteredAt, sameTrigger, nextNo, ...his } = pair
    const goesOn = !sameTrigger && (ownEnteredAt === null || his.enteredAt < ownEnteredAt)
    const ends = goesOn ? (ownId === null ? undefined : await travellerOf(ctx, ownId)) : his
    if (ends) {
      const one = goingFrom(ends)
      ledger.leave(one, 'stopped', null, { state: 'stopped', reason: 'merged' })
      stopping.push(one)
    }
    if (goesOn) await hand(ctx, his, root, nextNo)
  }
  await ledger.write(ctx, stopping)
}

const travellerOf = async (ctx: Ctx, id: string): Promise<Traveller | undefined> => {
  const { rows } = await sql<Traveller>`
    select ${columns} from campaigns.entry e where e.id = ${id}::bigint and e.state = 'active' for update`.execute(
    ctx.pg,
  )
  return rows[0]
}

/** The run is his from now on, with what was decided where he stands, so that it is not decided again under his number. */
const hand = async (
  ctx: Ctx,
  { id, step, pass, customerNo }: Traveller,
  root: number,
  entryNo: number,
): Promise<void> => {
  await sql`update campaigns.send set customer_no = ${root}, entry_no = ${entryNo}
    where customer_no = ${customerNo} and entry_id = ${id}::bigint and step = ${step} and pass = ${pass}`.execute(
    ctx.pg,
  )
  await sql`update campaigns.entry set customer_no = ${root}, entry_no = ${entryNo} where id = ${id}::bigint`.execute(
    ctx.pg,
  )
}
