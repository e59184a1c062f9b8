import { sql } from 'kysely'
import { Counter, Gauge } from 'prom-client'
import { exclusionsOf } from '#compliance'
import { type Ctx, type HealthCheck, onHold } from '#platform'
import { wakeDelivery } from '../delivery/wake.ts'
import { decideSends } from '../gate/decide.ts'
import { type Engine, openEngine } from './engine.ts'
import type { NotPersonalised } from './facts.ts'

const gaugesEveryMs = 15_000

const notPersonalised: NotPersonalised = async (ctx, nos) => {
  const people = await exclusionsOf(ctx, nos, { category: 'marketing', product: 'other' })
  return new Set([...people].flatMap(([no, { personalised }]) => (personalised ? [] : [no])))
}

/** How people move, in Prometheus' terms. */
const openJourneyMetrics = (ctx: Ctx) => {
  const registers = [ctx.metrics.registry]
  const moves = new Counter({
    name: 'zhiyin_journey_moves_total',
    help: 'People looked at whose time had come in a journey',
    registers,
  })
  const lag = new Gauge({
    name: 'zhiyin_journey_lag_seconds',
    help: 'How long the person who is due longest in a journey has been waiting',
    registers,
  })
  return {
    moved: (people: number) => moves.inc(people),
    look: async () => lag.set((await lagMs(ctx)) / 1_000),
  }
}

/** How long the person who is due longest, of campaigns that run, has been waiting. */
const lagMs = async (ctx: Ctx): Promise<number> => {
  const { rows } = await sql<{ at: Date | null }>`
    select min(e.due_at) as at from campaigns.campaign c cross join lateral (
      select due_at from campaigns.entry where campaign_id = c.id and state = 'active' and due_at is not null
      order by due_at limit 1) e
    where c.state in ('running', 'stopping')`.execute(ctx.pg)
  const at = rows[0]?.at
  return at ? Math.max(0, ctx.now().getTime() - at.getTime()) : 0
}

/** Moves people for as long as the process lives. @returns how to stop, after the set under way */
export const startJourneys = (ctx: Ctx): (() => Promise<void>) => {
  const metrics = openJourneyMetrics(ctx)
  const engine: Engine = openEngine(ctx, { decide: decideSends, notPersonalised }, (moved) => {
    metrics.moved(moved)
    if (moved > 0) wakeDelivery(ctx)
  })
  const release = onHold(ctx, engine.hold)
  engine.start()
  const timer = setInterval(() => {
    metrics.look().catch((error: unknown) => ctx.log.warn({ error }, 'journeys not measured'))
  }, gaugesEveryMs)
  return async () => {
    clearInterval(timer)
    release()
    await engine.stop()
  }
}

/** Longer than anybody should wait for what he is due; a million people due at once take longer, and this says so. */
const lateMs = 120_000

export const journeyHealth = async (ctx: Ctx): Promise<HealthCheck[]> => {
  const late = await lagMs(ctx)
  const { rows } = await sql<{ failed: number }>`
    select count(*)::int as failed from campaigns.entry where state = 'failed'`.execute(ctx.pg)
  const failed = rows[0]?.failed ?? 0
  const seconds = Math.round(late / 1_000)
  const isLate = late > lateMs
  return [
    {
      name: 'journeys',
      ok: !isLate,
      blocking: false,
      detail: isLate
        ? `people have been due in journeys for ${seconds} seconds`
        : `on time; ${failed} people at steps that failed`,
      code: isLate ? 'journeys.late' : 'journeys.onTime',
      values: { seconds, failed },
      ...(isLate && {
        remedy:
          'Sending may not be armed after a restore, or no process works, or more is due than this machine can do',
      }),
    },
  ]
}
