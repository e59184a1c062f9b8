import { sql } from 'kysely'
import { Counter, Gauge, Histogram } from 'prom-client'
import { hearStored } from '#customers'
import { type Ctx, type HealthCheck, onHold } from '#platform'
import { arrived } from '../journeys/arrived.ts'
import { enter } from './feature.ts'
import type { Handled } from './handle.ts'
import { openTriggerReader, type TriggerReader } from './reader.ts'
import './tables.ts'

const gaugesEveryMs = 15_000
/** Behind by more than this, people would notice that messages come late. */
const mostLagMs = 60_000

/** The reader per program (keyed by its Postgres store, since contexts are copied per request). */
const readers = new WeakMap<object, TriggerReader>()

/** How triggers are doing, in Prometheus' terms. */
const openTriggerMetrics = (ctx: Ctx) => {
  const registers = [ctx.metrics.registry]
  const lag = new Histogram({
    name: 'zhiyin_trigger_lag_seconds',
    help: 'From receiving an event to having let its customer in',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
    registers,
  })
  const outcomes = new Counter({
    name: 'zhiyin_trigger_matches_total',
    help: 'Events that matched a trigger, people who entered by one, arrivals for waits, exits and goals',
    labelNames: ['outcome'],
    registers,
  })
  const waiting = new Gauge({ name: 'zhiyin_trigger_waiting', help: 'Events not handled yet', registers })
  const behind = new Gauge({
    name: 'zhiyin_trigger_behind_seconds',
    help: 'Age of the oldest event not handled yet',
    registers,
  })
  return {
    handled: ({ lagMs, found, entered, arrivals }: Handled & { lagMs: number }) => {
      lag.observe(lagMs / 1_000)
      outcomes.inc({ outcome: 'found' }, found)
      outcomes.inc({ outcome: 'entered' }, entered)
      outcomes.inc({ outcome: 'arrived' }, arrivals)
    },
    look: (reader: TriggerReader) => {
      const standing = reader.standing()
      waiting.set(standing.waiting)
      behind.set(standing.lagMs / 1_000)
    },
  }
}

/** Hears of events for as long as the process lives. @returns how to stop; what was not handled is by who starts next */
export const startTriggers = async (ctx: Ctx): Promise<() => Promise<void>> => {
  const metrics = openTriggerMetrics(ctx)
  const reader = openTriggerReader(ctx, {
    enter,
    arrived,
    // Whoever publishes sees the first people come in at once instead of within a minute.
    changed: (ctx) => ctx.jobs.send('campaigns.planRuns', {}, { key: 'changed' }),
  })
  const release = onHold(ctx, reader.hold)
  const deaf = hearStored(ctx, reader.hear)
  readers.set(ctx.store, reader)
  reader.start(metrics.handled)
  const timer = setInterval(() => metrics.look(reader), gaugesEveryMs)
  return async () => {
    clearInterval(timer)
    release()
    deaf()
    await reader.stop()
  }
}

/** Whether triggers keep up, and runs come when they should. */
export const triggerHealth = async (ctx: Ctx): Promise<HealthCheck[]> => {
  const standing = readers.get(ctx.store)?.standing()
  const { rows } = await sql<{ missed: number; failed: number; unanswered: number }>`
    select count(*) filter (where state = 'missed')::int as missed, count(*) filter (where state = 'failed')::int as failed,
      (select count(distinct campaign_id)::int from campaigns.trigger_tally
        where outcome = 'failed' and hour > ${new Date(ctx.now().getTime() - 86_400_000)}) as unanswered
    from campaigns.run where ended_at > ${new Date(ctx.now().getTime() - 86_400_000)} and reason is distinct from 'paused'
      and reason is distinct from 'firstFill'`.execute(ctx.pg)
  const { missed = 0, failed = 0, unanswered = 0 } = rows[0] ?? {}
  return [eventsCheck(standing), runsCheck(missed, failed), questionsCheck(unanswered)]
}

const eventsCheck = (standing: ReturnType<TriggerReader['standing']> | undefined): HealthCheck => {
  const told = { name: 'triggers', blocking: false }
  if (standing?.failing)
    return {
      ...told,
      ok: false,
      detail: `events are not handled: ${standing.failing}`,
      code: 'triggers.failing',
      values: { reason: standing.failing },
      remedy: 'See the last "triggers not handled" in the log; the events are kept and handled later',
    }
  const seconds = Math.round((standing?.lagMs ?? 0) / 1_000)
  const waiting = standing?.waiting ?? 0
  if (seconds * 1_000 > mostLagMs)
    return {
      ...told,
      ok: false,
      detail: `events are handled ${seconds} s after they came in; ${waiting} wait`,
      code: 'triggers.behind',
      values: { seconds, waiting },
      remedy:
        'It catches up by itself after a stop; staying behind, add processes or fewer triggers on frequent events',
    }
  return { ...told, ok: true, detail: `${waiting} events waiting`, code: 'triggers.waiting', values: { waiting } }
}

const runsCheck = (missed: number, failed: number): HealthCheck => ({
  name: 'campaign runs',
  ok: missed + failed === 0,
  blocking: false,
  detail: `${missed} missed and ${failed} failed in the last day`,
  code: missed + failed === 0 ? 'runs.fine' : 'runs.missed',
  values: { missed, failed },
  ...(missed + failed > 0 && { remedy: 'Open the campaign: its runs say why, and can be made up for' }),
})

const questionsCheck = (campaigns: number): HealthCheck => ({
  name: 'campaign conditions',
  ok: campaigns === 0,
  blocking: false,
  detail: `${campaigns} campaigns whose condition at the door could not be answered in the last day`,
  code: campaigns === 0 ? 'conditions.fine' : 'conditions.failing',
  values: { campaigns },
  ...(campaigns > 0 && { remedy: 'Open the campaign: an audience, trait or tag that it names is gone' }),
})
