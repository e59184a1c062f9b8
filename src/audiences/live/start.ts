import { Counter, Gauge, Histogram } from 'prom-client'
import { type Ctx, onHold } from '#platform'
import { type Follower, openFollower } from './follow.ts'
import type { Tick } from './followed.ts'
import { listHealth } from './health.ts'

const gaugesEveryMs = 15_000

/** How the living audiences are doing, in Prometheus' terms. */
const openLiveMetrics = (ctx: Ctx) => {
  const registers = [ctx.metrics.registry]
  const ticks = new Histogram({
    name: 'zhiyin_audience_tick_seconds',
    help: 'Time to bring all living audiences up to date once',
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const moves = new Counter({ name: 'zhiyin_audience_moves_total', help: 'People who entered or left', registers })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const live = gauge('zhiyin_audiences_live', 'Audiences that follow events')
  const lag = gauge('zhiyin_audience_lag_seconds', 'How far the furthest living audience is behind')
  const stuck = gauge(
    'zhiyin_audiences_stuck',
    'Audiences without a success for three times as long as one should take',
  )
  return {
    ticked: ({ tookMs, moved, audiences }: Tick) => {
      if (audiences > 0) ticks.observe(tookMs / 1_000)
      for (const { entered, left } of moved) moves.inc(entered.length + left.length)
    },
    look: async () => {
      const { items } = await listHealth(ctx)
      const following = items.filter((one) => one.live)
      live.set(following.length)
      lag.set(Math.max(0, ...following.map(({ lagMs }) => lagMs ?? 0)) / 1_000)
      stuck.set(items.filter((one) => one.stuck).length)
    },
  }
}

/** Follows for as long as the process lives, where it works. @returns how to stop, after what moved is stored */
export const startLive = async (ctx: Ctx): Promise<() => Promise<void>> => {
  if (!ctx.config.worker) return () => Promise.resolve()
  const metrics = openLiveMetrics(ctx)
  const follower: Follower = openFollower(ctx)
  const release = onHold(ctx, follower.hold)
  follower.start(metrics.ticked)
  const timer = setInterval(() => {
    metrics.look().catch((error: unknown) => ctx.log.warn({ error }, 'audiences not measured'))
  }, gaugesEveryMs)
  return async () => {
    clearInterval(timer)
    release()
    await follower.stop()
  }
}
