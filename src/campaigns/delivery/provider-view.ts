import { sql } from 'kysely'
import { type Ctx, readSecret } from '#platform'
import { adapterOf, adapters } from '../channels/adapters.ts'
import { adapterInfo } from './adapter-info.ts'
import { isArmed } from './armed.ts'
import type {
  Channels,
  ChannelWaiting,
  HealthState,
  Provider,
  ProviderDetail,
  ProviderFault,
  ProviderFigures,
  TestSend,
} from './delivery-contract.ts'
import { leftToday } from './limits.ts'
import { problem } from './problem.ts'
import { alarmLeast, alarmShare } from './provider-health.ts'
import { type ProviderRow, providerRows, receiptsField, secretName } from './provider-world.ts'
import './tables.ts'
import { readUndecided } from './undecided.ts'

const hourMs = 3_600_000

interface Sums {
  provider_id: number
  requests: number
  accepted: number
  rejected: number
  unknown: number
  took_ms: number
  slowest_ms: number
  delivered: number
  undelivered: number
  receipts: number
  receipt_lag_ms: number
}

const figuresOf = async (ctx: Ctx, ids: readonly number[]): Promise<Map<number, ProviderFigures>> => {
  const { rows } = await sql<Sums>`
    select provider_id, sum(requests)::int as requests, sum(accepted)::int as accepted, sum(rejected)::int as rejected,
      sum(unknown)::int as unknown, sum(took_ms)::float8 as took_ms, max(slowest_ms)::int as slowest_ms,
      sum(delivered)::int as delivered, sum(undelivered)::int as undelivered, sum(receipts)::int as receipts,
      sum(receipt_lag_ms)::float8 as receipt_lag_ms
    from campaigns.provider_minute where provider_id = any(${[...ids]}::int[]) and minute > ${new Date(ctx.now().getTime() - hourMs)}
    group by provider_id`.execute(ctx.pg)
  return new Map(
    rows.map((row) => {
      const all = row.accepted + row.rejected + row.unknown
      return [
        row.provider_id,
        {
          requests: row.requests,
          accepted: row.accepted,
          rejected: row.rejected,
          unknown: row.unknown,
          successShare: all === 0 ? null : row.accepted / all,
          meanMs: row.requests === 0 ? null : Math.round(row.took_ms / row.requests),
          slowestMs: row.requests === 0 ? null : row.slowest_ms,
          delivered: row.delivered,
          undelivered: row.undelivered,
          receiptLagMs: row.receipts === 0 ? null : Math.round(row.receipt_lag_ms / row.receipts),
        },
      ]
    }),
  )
}

const noFigures: ProviderFigures = {
  requests: 0,
  accepted: 0,
  rejected: 0,
  unknown: 0,
  successShare: null,
  meanMs: null,
  slowestMs: null,
  delivered: 0,
  undelivered: 0,
  receiptLagMs: null,
}

const healthOf = (row: ProviderRow, hour: ProviderFigures, now: Date): HealthState => {
  if (row.state === 'off') return 'off'
  if (row.open_until !== null && row.open_until > now) return 'resting'
  if (hour.successShare === null) return row.failures > 0 ? 'poor' : 'idle'
  const enough = hour.accepted + hour.rejected + hour.unknown >= alarmLeast
  return row.failures > 0 || (enough && hour.successShare < alarmShare) ? 'poor' : 'good'
}

const unknownOf = async (ctx: Ctx): Promise<Map<number, number>> => {
  const { rows } = await sql<{ id: number; n: number }>`
    select provider_id as id, count(*)::int as n from campaigns.send where state = 'unknown' and provider_id is not null group by 1`.execute(
    ctx.pg,
  )
  return new Map(rows.map(({ id, n }) => [id, n]))
}

/** Accounts with their health, in the order of `rows`. */
const shownProviders = async (ctx: Ctx, rows: readonly ProviderRow[]): Promise<Provider[]> => {
  const [figures, left, unknown] = await Promise.all([
    figuresOf(
      ctx,
      rows.map(({ id }) => id),
    ),
    leftToday(ctx, rows),
    unknownOf(ctx),
  ])
  const now = ctx.now()
  return rows.map((row): Provider => {
    const hour = figures.get(row.id) ?? noFigures
    return {
      id: row.id,
      name: row.name,
      channel: row.channel,
      kind: row.kind,
      settings: row.settings as Provider['settings'],
      secrets: row.secrets,
      carries: row.carries,
      state: row.state,
      priority: row.priority,
      unitCostMillifen: row.unit_cost_millifen,
      perSecond: row.per_second,
      perMinute: row.per_minute,
      perDay: row.per_day,
      health: healthOf(row, hour, now),
      failures: row.failures,
      restsUntil: row.open_until !== null && row.open_until > now ? row.open_until.toISOString() : null,
      okAt: row.ok_at?.toISOString() ?? null,
      errorAt: row.error_at?.toISOString() ?? null,
      error: row.error,
      hour,
      leftToday: left.get(row.id) ?? null,
      unknown: unknown.get(row.id) ?? 0,
      version: row.version,
      changedAt: row.changed_at.toISOString(),
      changedBy: row.changed_by,
    }
  })
}

export const shownProvider = async (ctx: Ctx, row: ProviderRow): Promise<Provider> => {
  const [shown] = await shownProviders(ctx, [row])
  if (!shown) throw problem.providerUnknown({ id: row.id })
  return shown
}

interface WaitingRow {
  channel: ChannelWaiting['channel']
  due: number
  oldest: Date | null
  queued: number
  unknown: number
}

/** What waits in running campaigns, by channel. */
export const waitingRows = async (ctx: Ctx): Promise<WaitingRow[]> => {
  const { rows } = await sql<WaitingRow>`
    select s.channel, count(*) filter (where s.state = 'planned' and s.not_before <= ${ctx.now()})::int as due,
      min(s.not_before) filter (where s.state = 'planned' and s.not_before <= ${ctx.now()}) as oldest,
      count(*) filter (where s.state = 'queued')::int as queued, count(*) filter (where s.state = 'unknown')::int as unknown
    from campaigns.send s join campaigns.campaign c on c.id = s.campaign_id
    where s.state in ('planned', 'queued', 'unknown') and c.state <> 'paused' group by s.channel`.execute(ctx.pg)
  return rows
}

/** Everything the page of channels shows at once. */
export const readChannels = async (ctx: Ctx): Promise<Channels> => {
  const rows = await providerRows(ctx)
  const [armed, providers, waiting] = await Promise.all([isArmed(ctx), shownProviders(ctx, rows), waitingRows(ctx)])
  return {
    armed,
    providers,
    adapters: adapters.map(adapterInfo),
    waiting: waiting.map(({ channel, due, oldest, queued, unknown }) => ({
      channel,
      due,
      oldestDueAt: oldest?.toISOString() ?? null,
      queued,
      unknown,
    })),
  }
}

const faultsOf = async (ctx: Ctx, id: number): Promise<ProviderFault[]> => {
  const since = new Date(ctx.now().getTime() - 86_400_000)
  const { rows } = await sql<{
    code: string
    outcome: ProviderFault['outcome']
    times: number
    at: Date
    detail: string
  }>`
    select code, outcome, count(*)::int as times, max(at) as at, (array_agg(detail order by at desc))[1] as detail
    from campaigns.attempt where provider_id = ${id} and at > ${since} group by code, outcome
    union all
    select coalesce(error, 'UNDELIVERED'), 'undelivered', count(*)::int, max(failed_at), ''
    from campaigns.send where provider_id = ${id} and state = 'failed' and failed_at > ${since} and sent_at is not null group by 1
    order by at desc limit 50`.execute(ctx.pg)
  return rows.map(({ code, outcome, times, at, detail }) => ({
    code,
    outcome,
    times,
    lastAt: at.toISOString(),
    detail,
  }))
}

const hoursOf = async (ctx: Ctx, id: number): Promise<ProviderDetail['hours']> => {
  const { rows } = await sql<{
    at: Date
    accepted: number
    rejected: number
    unknown: number
    delivered: number
    undelivered: number
  }>`
    select date_trunc('hour', minute) as at, sum(accepted)::int as accepted, sum(rejected)::int as rejected,
      sum(unknown)::int as unknown, sum(delivered)::int as delivered, sum(undelivered)::int as undelivered
    from campaigns.provider_minute where provider_id = ${id} and minute > ${new Date(ctx.now().getTime() - 24 * hourMs)}
    group by 1 order by 1`.execute(ctx.pg)
  if (rows.length === 0) return []
  const counted = new Map(rows.map(({ at, ...counts }) => [at.getTime(), counts]))
  const nothing = { accepted: 0, rejected: 0, unknown: 0, delivered: 0, undelivered: 0 }
  const last = Math.floor(ctx.now().getTime() / hourMs) * hourMs
  return Array.from({ length: 24 }, (_, i) => last - (23 - i) * hourMs).map((at) => ({
    at: new Date(at).toISOString(),
    ...(counted.get(at) ?? nothing),
  }))
}

const testsOf = async (ctx: Ctx, id: number): Promise<TestSend[]> => {
  const rows = await ctx.pg
    .selectFrom('campaigns.test_send')
    .selectAll()
    .where('provider_id', '=', id)
    .orderBy('id', 'desc')
    .limit(10)
    .execute()
  return rows.map((row) => ({
    id: Number(row.id),
    address: row.address,
    at: row.at.toISOString(),
    by: row.by,
    outcome: row.outcome as TestSend['outcome'],
    code: row.code,
    detail: row.detail,
    deliveredAt: row.delivered_at?.toISOString() ?? null,
  }))
}

/** @throws problem.providerUnknown */
export const readProvider = async (ctx: Ctx, { id }: { id: number }): Promise<ProviderDetail> => {
  const row = (await providerRows(ctx)).find((one) => one.id === id)
  if (!row) throw problem.providerUnknown({ id })
  const pushes = adapterOf(row.kind)?.receive !== undefined
  const [shown, faults, hours, tests, undecided, token] = await Promise.all([
    shownProvider(ctx, row),
    faultsOf(ctx, id),
    hoursOf(ctx, id),
    testsOf(ctx, id),
    readUndecided(ctx, { providerId: id }),
    pushes && ctx.actor.permissions.has('channels.write')
      ? readSecret(ctx.vault, ctx.pg, secretName(id, receiptsField))
      : undefined,
  ])
  return {
    ...shown,
    faults,
    hours,
    tests,
    undecided,
    receiptsPath: token === undefined ? null : `/receipts/${id}/${token}`,
  }
}
