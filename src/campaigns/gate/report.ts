import { sql } from 'kysely'
import { readRows } from '#customers'
import type { Actor, Ctx } from '#platform'
import { type Refusal, refusalGroupOf } from '../channels-contract.ts'
import { rowOf } from '../plans/store.ts'
import type { RefusalReport, RefusalsQuery } from './gate-contract.ts'
import { problem } from './problem.ts'
import { maySee, shownCount } from './shown.ts'
import { type VersionFacts, versionKey, versionsOf } from './versions.ts'

interface Row {
  version: number
  step: string
  day: string
  reason: Refusal | ''
  count: number
}

const counted = ({ actor }: { actor: Actor }, rows: readonly Row[], decided: number) =>
  [...Map.groupBy(rows, ({ reason }) => reason)]
    .flatMap(([code, group]) => {
      const count = code === '' ? 0 : shownCount(actor, code, sum(group))
      return code === '' || count === 0
        ? []
        : [{ code, group: refusalGroupOf(code), count, share: decided > 0 ? count / decided : 0 }]
    })
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))

const sum = (rows: readonly Row[]) => rows.reduce((total, { count }) => total + count, 0)

/** Verdicts of a campaign by reason, step and day; counts by a reason as `shownCount` has them. @throws problem.unknown */
export const refusalReport = async (
  ctx: Ctx,
  { id, from, to, version, step }: RefusalsQuery & { id: number },
): Promise<RefusalReport> => {
  await rowOf(ctx, id)
  const { rows } = await sql<Row>`
    select version, step, day::text as day, reason, sum(count)::int as count from campaigns.verdict_day
    where campaign_id = ${id} and (${from ?? null}::date is null or day >= ${from ?? null}::date)
      and (${to ?? null}::date is null or day <= ${to ?? null}::date)
      and (${version ?? null}::int is null or version = ${version ?? null}::int)
      and (${step ?? null}::text is null or step = ${step ?? null}::text)
    group by 1, 2, 3, 4 order by day`.execute(ctx.pg)
  const versions = await versionsOf(
    ctx,
    rows.map((row) => ({ campaignId: id, version: row.version })),
  )
  const decided = sum(rows)
  const passed = sum(rows.filter(({ reason }) => reason === ''))
  return {
    decided,
    passed,
    refused: decided - passed,
    reasons: counted(ctx, rows, decided),
    steps: [...Map.groupBy(rows, (row) => row.step)].map(([step, group]) => {
      const decided = sum(group)
      const newest = Math.max(...group.map((row) => row.version))
      return {
        step,
        name: stepName(versions.get(versionKey(id, newest)), step),
        decided,
        refused: decided - sum(group.filter(({ reason }) => reason === '')),
        reasons: counted(ctx, group, decided),
      }
    }),
    days: [...Map.groupBy(rows, ({ day }) => day)].map(([day, group]) => ({
      day,
      passed: sum(group.filter(({ reason }) => reason === '')),
      reasons: Object.fromEntries(counted(ctx, group, 1).map(({ code, count }) => [code, count])),
    })),
  }
}

export const stepName = (version: VersionFacts | undefined, step: string): string | null =>
  version?.definition.journey.steps[step]?.name ?? null

/**
 * Who was refused for a reason, masked, by number; each person once.
 * @throws problem.hidden when the reader may not know who is excluded or unsuitable
 */
export const refusedPeople = async (
  ctx: Ctx,
  {
    id,
    code,
    step,
    limit,
    after = 0,
  }: { id: number; code: Refusal; step?: string | undefined; limit: number; after?: number | undefined },
) => {
  if (!maySee(ctx.actor, code)) throw problem.hidden({ code })
  const { rows } = await sql<{ no: number }>`
    select distinct coalesce(c.root_no, s.customer_no) as no from campaigns.send s
    left join customers.customer c on c.no = s.customer_no
    where s.campaign_id = ${id} and s.state = 'refused' and s.refusal = ${code}
      and (${step ?? null}::text is null or s.step = ${step ?? null}::text) and coalesce(c.root_no, s.customer_no) > ${after}
    order by no limit ${limit + 1}`.execute(ctx.pg)
  const shown = rows.slice(0, limit).map(({ no }) => no)
  return { items: await readRows(ctx, shown), next: rows.length > limit ? String(shown.at(-1)) : null }
}
