import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, ch } from '#platform'
import { rowOf } from '../plans/store.ts'
import type { Flow, FlowQuery, Live } from './live-contract.ts'
import { copyPassages } from './passages.ts'

/** The version asked for, or the one that runs. @throws campaigns.unknown */
const versionAsked = async (ctx: Ctx, id: number, version: number | undefined): Promise<number> =>
  version ?? (await rowOf(ctx, id)).live_version ?? 1

/** Where people of one version are, exactly as of now: sums written with the moves themselves. @throws campaigns.unknown */
export const readLive = async (
  ctx: Ctx,
  { id, version: asked }: { id: number; version?: number | undefined },
): Promise<Live> => {
  const version = await versionAsked(ctx, id, asked)
  const { rows } = await sql<{ step: string; edge: string; n: number }>`
    select step, edge, n::float8 as n from campaigns.step_count where campaign_id = ${id} and version = ${version}`.execute(
    ctx.pg,
  )
  const ended = { finished: 0, exited: 0, converted: 0, stopped: 0, failed: 0 }
  const live: Live = { version, asOf: ctx.now().toISOString(), entered: 0, inside: 0, ended, steps: {} }
  for (const { step, edge, n } of rows) {
    if (step === '') {
      if (edge === 'entered') live.entered = n
      else if (edge in ended) ended[edge as keyof typeof ended] = n
      continue
    }
    const held = live.steps[step] ?? { in: 0, waiting: 0, out: {} }
    live.steps[step] = held
    if (edge === 'in') held.in += n
    else held.out[edge] = n
    held.waiting += edge === 'in' ? n : -n
  }
  live.inside = live.entered - Object.values(ended).reduce((sum, n) => sum + n, 0)
  return live
}

/** Ways people took in a period, and how long they had been at the steps. @throws campaigns.unknown */
export const readFlow = async (
  ctx: Ctx,
  { id, version: asked, from, to }: z.infer<typeof FlowQuery> & { id: number },
): Promise<z.infer<typeof Flow>> => {
  const version = await versionAsked(ctx, id, asked)
  await copyPassages(ctx)
  const filters = [ch.sql`campaign_id = ${ch.u32(id)}`, ch.sql`version = ${ch.u32(version)}`]
  if (from) filters.push(ch.sql`left_at >= ${ch.moment(new Date(from))}`)
  if (to) filters.push(ch.sql`left_at < ${ch.moment(new Date(to))}`)
  const rows = await ctx.ch.rows<{
    step: string
    edge: string
    passages: string
    people: string
    median: number
    p90: number
  }>(
    ch.sql`select step, edge, count() as passages, uniqExact(customer_no) as people, quantile(0.5)(stay) as median, quantile(0.9)(stay) as p90 from (select step, edge, customer_no, (toUnixTimestamp64Milli(left_at) - toUnixTimestamp64Milli(arrived_at)) / 1000 as stay from journey_passages final where ${ch.join(filters, ' and ')}) group by step, edge order by step, edge`,
  )
  return {
    version,
    ways: rows.map(({ step, edge, passages, people, median, p90 }) => ({
      step,
      edge,
      passages: Number(passages),
      people: Number(people),
      medianSeconds: median,
      p90Seconds: p90,
    })),
  }
}
