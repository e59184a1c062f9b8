import { sql } from 'kysely'
import type { Ctx } from '#platform'
import './tables.ts'
import type { Outcome } from './adapter.ts'
import type { ProviderRow } from './provider-world.ts'

/** Failures of an account in a row before it rests. */
const failuresBeforeRest = 5
const firstRestMs = 30_000
const longestRestMs = 600_000

/** One request and what came of it. */
export interface RequestNote {
  providerId: number
  tookMs: number
  outcomes: readonly Outcome[]
}

/** Whether a request shows that the account, not a message, is at fault. */
const isFault = ({ outcomes }: RequestNote): boolean =>
  outcomes.length > 0 &&
  outcomes.every((outcome) => outcome.is === 'unknown' || (outcome.is === 'rejected' && outcome.fault === true))

const isSuccess = ({ outcomes }: RequestNote): boolean => outcomes.some(({ is }) => is === 'accepted')

interface Sums {
  requests: number
  accepted: number
  rejected: number
  unknown: number
  tookMs: number
  slowestMs: number
  /** Faults in a row at the end, since the last success. */
  faults: number
  succeeded: boolean
  error: string | null
}

const sumUp = (notes: readonly RequestNote[]): Sums => {
  const sums: Sums = {
    requests: 0,
    accepted: 0,
    rejected: 0,
    unknown: 0,
    tookMs: 0,
    slowestMs: 0,
    faults: 0,
    succeeded: false,
    error: null,
  }
  for (const note of notes) {
    sums.requests += 1
    sums.tookMs += Math.round(note.tookMs)
    sums.slowestMs = Math.max(sums.slowestMs, Math.round(note.tookMs))
    for (const outcome of note.outcomes) sums[outcome.is] += 1
    if (isSuccess(note)) {
      sums.faults = 0
      sums.succeeded = true
    } else if (isFault(note)) {
      sums.faults += 1
      const [first] = note.outcomes
      if (first && first.is !== 'accepted') sums.error = first.code.slice(0, 100)
    }
  }
  return sums
}

/**
 * Keeps what requests came to, by the minute; an account that fails several times in a row rests, twice as long each time, and is then
 * tried with what is due. Processes add up: the row is changed by one statement.
 */
export const noteRequests = async (ctx: Ctx, notes: readonly RequestNote[]): Promise<void> => {
  const now = ctx.now()
  const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000)
  for (const [id, ofOne] of Map.groupBy(notes, ({ providerId }) => providerId)) {
    const sums = sumUp(ofOne)
    await sql`
      insert into campaigns.provider_minute as m (provider_id, minute, requests, accepted, rejected, unknown, took_ms, slowest_ms)
      values (${id}, ${minute}, ${sums.requests}, ${sums.accepted}, ${sums.rejected}, ${sums.unknown}, ${sums.tookMs}, ${sums.slowestMs})
      on conflict (provider_id, minute) do update set requests = m.requests + excluded.requests,
        accepted = m.accepted + excluded.accepted, rejected = m.rejected + excluded.rejected, unknown = m.unknown + excluded.unknown,
        took_ms = m.took_ms + excluded.took_ms, slowest_ms = greatest(m.slowest_ms, excluded.slowest_ms)`.execute(
      ctx.pg,
    )
    if (!sums.succeeded && sums.faults === 0) continue
    await sql`
      update campaigns.provider set
        failures = ${sums.faults} + case when ${sums.succeeded} then 0 else failures end,
        opened = case when ${sums.succeeded} and ${sums.faults} < ${failuresBeforeRest} then 0
          when ${sums.faults} + case when ${sums.succeeded} then 0 else failures end >= ${failuresBeforeRest} then opened + 1
          else opened end,
        open_until = case
          when ${sums.faults} + case when ${sums.succeeded} then 0 else failures end >= ${failuresBeforeRest}
            then ${now}::timestamptz + make_interval(secs => least(${firstRestMs}::float8 * power(2, least(opened, 10)), ${longestRestMs}::float8) / 1000)
          when ${sums.succeeded} then null else open_until end,
        ok_at = case when ${sums.succeeded} then ${now}::timestamptz else ok_at end,
        error_at = case when ${sums.faults} > 0 then ${now}::timestamptz else error_at end,
        error = case when ${sums.faults} > 0 then ${sums.error} else error end
      where id = ${id}`.execute(ctx.pg)
  }
}

/** Whether an account may be used now. After a rest it may, and the next failure puts it to rest again at once. */
export const isUsable = (row: ProviderRow, now: Date): boolean =>
  row.state === 'on' && (row.open_until === null || row.open_until <= now)

export const alarmShare = 0.5
/** Fewer messages than this in an hour tell nothing. */
export const alarmLeast = 20

/** Raises an alarm, once, for each account that rests or fails more than half of an hour's messages, and takes it back. */
export const watchProviders = async (ctx: Ctx): Promise<void> => {
  const now = ctx.now()
  const { rows } = await sql<{ id: number; poor: boolean; alarmed_at: Date | null; error: string | null }>`
    select p.id, p.alarmed_at, p.error, p.state = 'on' and (coalesce(p.open_until > ${now}, false) or (
      coalesce(m.all, 0) >= ${alarmLeast} and m.accepted < m.all * ${alarmShare}::float8)) as poor
    from campaigns.provider p left join lateral (
      select sum(accepted) as accepted, sum(accepted + rejected + unknown) as all from campaigns.provider_minute
      where provider_id = p.id and minute > ${new Date(now.getTime() - 3_600_000)}) m on true
    where p.deleted_at is null`.execute(ctx.pg)
  for (const { id, poor, alarmed_at, error } of rows) {
    if (poor === (alarmed_at !== null)) continue
    await ctx.pg
      .updateTable('campaigns.provider')
      .set({ alarmed_at: poor ? now : null })
      .where('id', '=', id)
      .execute()
    if (poor) ctx.log.error({ provider: id, reason: error }, 'provider account does not deliver')
    else ctx.log.info({ provider: id }, 'provider account delivers again')
  }
  await sql`delete from campaigns.provider_minute where minute < ${new Date(now.getTime() - 90 * 86_400_000)}`.execute(
    ctx.pg,
  )
}
