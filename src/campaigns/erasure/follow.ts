import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { columns, type Traveller } from '../journeys/claim.ts'
import { copyPassages } from '../journeys/passages.ts'
import { goingFrom, openLedger } from '../journeys/settle.ts'
import { limitsInForce } from '../limits/store.ts'
import '../tables.ts'
import type { ErasureCounts } from './tables.ts'

/** People of one transaction. */
const atOnce = 100
/** People whose copies are looked for by one command. */
const copiesAtOnce = 5_000
const dayMs = 86_400_000

const list = (nos: readonly number[]): string => `{${nos.join(',')}}`

/**
 * Numbers of customers who were erased and whom campaigns have not followed yet, with all that were merged into them: whoever is
 * erased is merged with nobody any more.
 */
const newlyErased = async (ctx: Ctx): Promise<number[]> => {
  const { rows } = await sql<{ no: number }>`
    with erased as (
      select c.no from customers.customer c
      where c.erased_at is not null and not exists (select from campaigns.erasure e where e.customer_no = c.no)
      order by 1 limit ${atOnce})
    select no from erased union select c.no from erased e join customers.customer c on c.root_no = e.no order by 1`.execute(
    ctx.pg,
  )
  return rows.map(({ no }) => no)
}

/** Runs of statements with the number of rows each changed, under a name. */
const tally = (counts: ErasureCounts) => async (name: string, done: Promise<{ numAffectedRows?: bigint }>) => {
  const n = Number((await done).numAffectedRows ?? 0n)
  if (n > 0) counts[name] = (counts[name] ?? 0) + n
}

/** Where he stands in journeys is left; what was planned for it is not sent. */
const endRuns = async (ctx: Ctx, nos: readonly number[]): Promise<number> => {
  // As whoever lets people in: so nobody enters between the look and the change.
  await sql`select id from campaigns.campaign where id in (
    select campaign_id from campaigns.entry where customer_no = any(${list(nos)}::int[]) and state = 'active')
    order by id for no key update`.execute(ctx.pg)
  const { rows } = await sql<Traveller>`
    select ${columns} from campaigns.entry e where e.customer_no = any(${list(nos)}::int[]) and e.state = 'active' for update`.execute(
    ctx.pg,
  )
  const ledger = openLedger(ctx.now(), () => new Set())
  const going = rows.map(goingFrom)
  for (const one of going) ledger.leave(one, 'removed', null, { state: 'stopped', reason: 'erased' })
  await ledger.write(ctx, going)
  return rows.length
}

/** Everything of them in Postgres that no law holds, in one transaction with the note that it was done. */
const clear = (ctx: Ctx, nos: readonly number[]): Promise<void> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const who = sql`any(${list(nos)}::int[])`
    const counts: ErasureCounts = {}
    const count = tally(counts)
    const ended = await endRuns(ctx, nos)
    if (ended > 0) counts['runsEnded'] = ended
    await count(
      'sendsStopped',
      sql`update campaigns.send set state = 'refused', refusal = 'CUSTOMER_ERASED', refusal_detail = null, decided_at = ${now}
        where customer_no = ${who} and state = 'planned'`.execute(ctx.pg),
    )
    // Nobody was called yet: it was not sent. Somebody was: it was, and has failed.
    await count(
      'tasksEnded',
      sql`with over as (
          update campaigns.task set state = 'cancelled', done_at = ${now} where customer_no = ${who} and state in ('open', 'claimed')
          returning send_id, tries)
        update campaigns.send s set state = case when over.tries = 0 then 'refused' else 'failed' end,
          refusal = case when over.tries = 0 then 'CUSTOMER_ERASED' end, refusal_detail = null,
          sent_at = case when over.tries > 0 then s.sent_at end, failed_at = case when over.tries > 0 then ${now}::timestamptz end
        from over where s.id = over.send_id and s.state = 'sent'`.execute(ctx.pg),
    )
    await count('runs', sql`delete from campaigns.entry where customer_no = ${who}`.execute(ctx.pg))
    await count('counters', sql`delete from campaigns.trigger_fired where customer_no = ${who}`.execute(ctx.pg))
    await sql`delete from campaigns.gate_turn where customer_no = ${who}`.execute(ctx.pg)
    await count('receipts', sql`delete from campaigns.receipt where customer_no = ${who}`.execute(ctx.pg))
    await count(
      'notes',
      sql`update campaigns.task set note = null where customer_no = ${who} and note is not null`.execute(ctx.pg),
    )
    const mine = sql`select id from campaigns.send where customer_no = ${who}`
    await count('visits', sql`delete from campaigns.link_visit where send_id in (${mine})`.execute(ctx.pg))
    await sql`update campaigns.attempt set detail = '' where send_id in (${mine}) and detail <> ''`.execute(ctx.pg)
    await clearDisclosures(ctx, nos, count)
    await clearMembers(ctx, nos, count)
    // What never left is no record of anything that was sent; that it was refused is counted by day.
    const never = sql`select id from campaigns.send where customer_no = ${who}
      and (state = 'refused' or (state = 'failed' and sent_at is null))`
    await count('tasks', sql`delete from campaigns.task where send_id in (${never})`.execute(ctx.pg))
    await sql`delete from campaigns.attempt where send_id in (${never})`.execute(ctx.pg)
    await count('sends', sql`delete from campaigns.send where id in (${never})`.execute(ctx.pg))
    await note(ctx, nos, counts)
  })

type Count = ReturnType<typeof tally>

/** A sheet that was confirmed is proof that the cost was told (R2); one that was not proves nothing. */
const clearDisclosures = async (ctx: Ctx, nos: readonly number[], count: Count): Promise<void> => {
  const unread = sql`select l.id from campaigns.disclosure_link l where l.customer_no = any(${list(nos)}::int[])
    and not exists (select from campaigns.disclosure_reading r where r.link_id = l.id and r.confirmed_at is not null)`
  await sql`delete from campaigns.disclosure_reading where link_id in (${unread})`.execute(ctx.pg)
  await count('disclosures', sql`delete from campaigns.disclosure_link where id in (${unread})`.execute(ctx.pg))
  await sql`delete from campaigns.disclosure_reading r using campaigns.disclosure_link l
    where l.id = r.link_id and l.customer_no = any(${list(nos)}::int[]) and r.confirmed_at is null`.execute(ctx.pg)
}

/**
 * Who is at a platform is taken back from there: his identifier stays sealed until a run has written it into the list of those to be
 * removed, without the number of whom it was. Who was only about to be given is not.
 */
const clearMembers = async (ctx: Ctx, nos: readonly number[], count: Count): Promise<void> => {
  await sql`delete from campaigns.ad_member where customer_no = any(${list(nos)}::int[]) and not given`.execute(ctx.pg)
  await count(
    'adMembers',
    sql`update campaigns.ad_member set customer_no = 0 where customer_no = any(${list(nos)}::int[])`.execute(ctx.pg),
  )
}

/** Notes who was followed, until when something is held of him, and audits it. */
const note = async (ctx: Ctx, nos: readonly number[], counts: ErasureCounts): Promise<void> => {
  const { records } = await limitsInForce(ctx)
  const { rows } = await sql<{ no: number; held: Date | null }>`
    -- Links of all of them at once: they are not found by person.
    with confirmed as (
      select l.customer_no, max(r.confirmed_at) as at from campaigns.disclosure_link l
      join campaigns.disclosure_reading r on r.link_id = l.id where l.customer_no = any(${list(nos)}::int[]) group by 1)
    select a.no, greatest(
      (select max(coalesce(sent_at, queued_at, decided_at)) from campaigns.send where customer_no = a.no)
        + make_interval(days => ${records.sendDays}),
      c.at + make_interval(days => ${records.disclosureDays})) as held
    from unnest(${list(nos)}::int[]) as a (no) left join confirmed c on c.customer_no = a.no`.execute(ctx.pg)
  for (const { no, held } of rows)
    await ctx.pg
      .insertInto('campaigns.erasure')
      .values({
        customer_no: no,
        begun_at: ctx.now(),
        counts: JSON.stringify(counts),
        held_until: held,
        finished_at: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  await ctx.audit.recordAll(
    ctx,
    rows.map(({ no, held }) => ({
      action: 'campaigns.erase',
      subject: { customerNo: no },
      detail: { together: nos.length, ...counts, heldUntil: held?.toISOString() ?? null },
    })),
  )
}

/** Their rows in ClickHouse: all of them, also of what is held, since holding is not analysing. */
export const clearCopies = async (ctx: Ctx, nos: readonly number[]): Promise<void> => {
  await copyPassages(ctx)
  for (const table of ['sends', 'journey_passages'])
    await ctx.ch.command(ch.sql`alter table ${ch.identifier(table)} delete where customer_no in ${ch.u32s(nos)}`, {
      settings: { mutations_sync: 2 },
    })
}

/**
 * Follows erasures: whoever was erased leaves every journey, nothing planned for him leaves any more, and what is kept of him here is
 * deleted, but for what the law holds (docs/erased-customers.md). May run twice, and goes on where it was interrupted.
 * @returns how many numbers were followed
 */
export const followErasures = async (ctx: Ctx, signal?: AbortSignal): Promise<number> => {
  let followed = 0
  // Each deletion rewrites parts of ClickHouse's tables: few large ones. What an end in between leaves, the night clears.
  let uncleared: number[] = []
  for (;;) {
    signal?.throwIfAborted()
    const nos = await newlyErased(ctx)
    if (nos.length > 0) await clear(ctx, nos)
    uncleared.push(...nos)
    if (uncleared.length >= copiesAtOnce || (nos.length === 0 && uncleared.length > 0)) {
      await clearCopies(ctx, uncleared)
      uncleared = []
    }
    if (nos.length === 0) return followed
    followed += nos.length
  }
}

/** Sends whose outcome may still become known are waited for; one that nobody is asked about any more is held for its term only. */
const isOpen = sql`(s.state in ('planned', 'queued') or (s.state = 'unknown' and s.asked_at is not null))`

/** So long after their erasure copies of people are looked for again, every night. */
const copiesAgainMs = 30 * dayMs

/** Once more: copying that was under way may have come after, and the program may have died, or ClickHouse failed, before it cleared. */
const clearCopiesAgain = async (ctx: Ctx): Promise<void> => {
  const { rows } = await sql<{ no: number }>`
    select customer_no as no from campaigns.erasure where begun_at > ${new Date(ctx.now().getTime() - copiesAgainMs)} order by 1`.execute(
    ctx.pg,
  )
  for (let from = 0; from < rows.length; from += copiesAtOnce)
    await clearCopies(
      ctx,
      rows.slice(from, from + copiesAtOnce).map(({ no }) => no),
    )
}

/**
 * Deletes records of erased customers that are past their term, and copies that were left of those erased lately. Terms are those in
 * force today: a shorter one frees them sooner.
 * @returns how many customers nothing is left of
 */
export const endHeldRecords = async (ctx: Ctx, signal?: AbortSignal): Promise<number> => {
  const now = ctx.now()
  await clearCopiesAgain(ctx)
  const { records } = await limitsInForce(ctx)
  const sentBefore = new Date(now.getTime() - records.sendDays * dayMs)
  const readBefore = new Date(now.getTime() - records.disclosureDays * dayMs)
  let finished = 0
  for (let after = -1; ; ) {
    signal?.throwIfAborted()
    const { rows: open } = await sql<{ customer_no: number }>`
      select customer_no from campaigns.erasure where finished_at is null and customer_no > ${after} order by 1 limit ${atOnce}`.execute(
      ctx.pg,
    )
    const last = open.at(-1)
    if (!last) return finished
    after = last.customer_no
    const nos = open.map(({ customer_no }) => customer_no)
    const ended = await ctx.tx(async (ctx) => {
      const old = sql`select s.id from campaigns.send s where s.customer_no = any(${list(nos)}::int[]) and not ${isOpen}
        and coalesce(s.sent_at, s.queued_at, s.decided_at) < ${sentBefore}`
      await sql`delete from campaigns.task where send_id in (${old})`.execute(ctx.pg)
      await sql`delete from campaigns.contact_try where send_id in (${old})`.execute(ctx.pg)
      await sql`delete from campaigns.attempt where send_id in (${old})`.execute(ctx.pg)
      await sql`delete from campaigns.link_visit where send_id in (${old})`.execute(ctx.pg)
      await sql`delete from campaigns.send where id in (${old})`.execute(ctx.pg)
      // The reading stays as proof that a sheet was shown; whose it was does not.
      await sql`update campaigns.disclosure_link l set customer_no = null where l.customer_no = any(${list(nos)}::int[])
        and not exists (select from campaigns.disclosure_reading r where r.link_id = l.id and r.confirmed_at >= ${readBefore})`.execute(
        ctx.pg,
      )
      const { rows } = await sql<{ customer_no: number }>`
        update campaigns.erasure e set finished_at = ${now} where e.customer_no = any(${list(nos)}::int[])
          and not exists (select from campaigns.send s where s.customer_no = e.customer_no)
          and not exists (select from campaigns.disclosure_link l where l.customer_no = e.customer_no)
        returning customer_no`.execute(ctx.pg)
      await ctx.audit.recordAll(
        ctx,
        rows.map(({ customer_no }) => ({ action: 'campaigns.erased', subject: { customerNo: customer_no } })),
      )
      return rows.map(({ customer_no }) => customer_no)
    })
    // Once more: a copy that was under way when he was erased may have come after.
    if (ended.length > 0) await clearCopies(ctx, ended)
    finished += ended.length
  }
}
