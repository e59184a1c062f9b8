import { sql } from 'kysely'
import { type Actor, type Ctx, Problem } from '#platform'
import { runningOf } from '../running.ts'
import { comparisons } from './comparisons.ts'
import type { RunDetail, RunView } from './contract.ts'
import { openMatching } from './in-thread.ts'
import type { Matched } from './match.ts'
import type { Outcome, Weights } from './outcome.ts'
import { linkPairs, undoPairs } from './pairs.ts'
import { readPeople } from './people.ts'
import { problem } from './problem.ts'
import { projectRow, type RunRow, runColumns, shownRun } from './projects.ts'
import { probabilityOf, weightOf } from './weights.ts'
import './tables.ts'

const runRow = async (ctx: Ctx, id: string): Promise<RunRow> => {
  const row = await ctx.pg.selectFrom('customers.match_run').selectAll().where('id', '=', Number(id)).executeTakeFirst()
  if (!row) throw problem.matchRunUnknown({ id })
  return row
}

/** Newest first. @throws customers.matchProjectUnknown */
export const listRuns = async (ctx: Ctx, project: string): Promise<RunView[]> => {
  const { id } = await projectRow(ctx, project)
  const rows = await ctx.pg
    .selectFrom('customers.match_run')
    .select(runColumns)
    .where('project_id', '=', id)
    .orderBy('id', 'desc')
    .limit(50)
    .execute()
  return rows.map(shownRun)
}

/** @throws customers.matchRunUnknown */
export const readRun = async (ctx: Ctx, id: string): Promise<RunDetail> => {
  const row = await runRow(ctx, id)
  const { outcome } = row
  return {
    ...shownRun(row),
    plan: row.plan,
    outcome: outcome && {
      fields: outcome.learned.fields.map((field, f) => ({
        ...field,
        levels: [...comparisons[row.plan.fields[f]?.comparison ?? 'exact'].levels],
      })),
      prior: outcome.learned.prior,
      matches: outcome.learned.matches,
      converged: outcome.learned.converged,
      changes: outcome.learned.changes,
      histogram: outcome.histogram,
      linkWeight: outcome.linkWeight,
      reviewWeight: outcome.reviewWeight,
      keysLeftOut: outcome.keysLeftOut,
      refused: outcome.refused,
      split: outcome.split,
    },
  }
}

const goingOn = ['waiting', 'running', 'ending'] as const

/**
 * Asks for a run; it goes on in the background.
 * @param importId only the customers that this import made, by the weights of the last run over everybody
 * @throws customers.matchProjectUnknown, customers.matchRunGoingOn
 */
export const askRun = (ctx: Ctx, project: string, importId?: string): Promise<RunView> =>
  ctx.tx(async (ctx) => {
    const { id, plan, auto_link } = await projectRow(ctx, project)
    const { rows } = await sql<{ id: number }>`
      insert into customers.match_run (project_id, import_id, state, plan, auto_link, asked_at, asked_by)
      values (${id}, ${importId === undefined ? null : Number(importId)}, 'waiting', ${JSON.stringify(plan)}::jsonb, ${auto_link},
        ${ctx.now()}, ${`${ctx.actor.kind}:${ctx.actor.id}`})
      on conflict (project_id) where state in ('waiting', 'running', 'ending') do nothing returning id`.execute(ctx.pg)
    const run = rows[0]
    if (!run) throw problem.matchRunGoingOn()
    await ctx.jobs.send('customers.match', { id: run.id }, { key: `match-${run.id}` })
    await ctx.audit.record(ctx, {
      action: 'matching.run',
      subject: `matching:${id}`,
      detail: { run: run.id, autoLink: auto_link, ...(importId !== undefined && { importId }) },
    })
    return shownRun(await runRow(ctx, String(run.id)))
  })

const changeRun = (ctx: Ctx, id: number, change: Partial<Omit<RunRow, 'plan' | 'outcome' | 'id'>>) =>
  ctx.pg.updateTable('customers.match_run').set(change).where('id', '=', id).execute()

/** Ends a run that waits or goes on; what it has linked stays, and can be undone. @throws customers.matchRunUnknown */
export const cancelRun = (ctx: Ctx, id: string): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { id: run } = await runRow(ctx, id)
    await sql`
      update customers.match_run set state = case when state = 'waiting' then 'cancelled' else 'ending' end,
        finished_at = case when state = 'waiting' then ${ctx.now()}::timestamptz end
      where id = ${run} and state in ('waiting', 'running')`.execute(ctx.pg)
    // Perhaps nobody works on it any more: whoever takes this ends it.
    await ctx.jobs.send('customers.match', { id: run }, { key: `match-${run}` })
    await ctx.audit.record(ctx, { action: 'matching.cancel', subject: `run:${run}`, detail: {} })
  })

/** Undoes every link that a run made. @throws customers.matchRunUnknown, customers.matchRunNotDone */
export const undoRun = async (ctx: Ctx, id: string, reason: string): Promise<{ undone: number }> => {
  const { id: run, state } = await runRow(ctx, id)
  if (goingOn.some((one) => one === state)) throw problem.matchRunNotDone({ id })
  const undone = await undoPairs(ctx, run, reason)
  await ctx.tx(async (ctx) => {
    await changeRun(ctx, run, { state: 'undone', undone_at: ctx.now(), undone_by: ctx.actor.id, linked: 0 })
    await ctx.audit.record(ctx, { action: 'matching.undoRun', subject: `run:${run}`, detail: { undone, reason } })
  })
  return { undone }
}

/** Cancelled by a person, not by the program's end. */
class Cancelled extends Error {
  constructor() {
    super('cancelled')
  }
}

const actorOf = (ctx: Ctx, text: string): Actor => {
  const [kind = 'system', ...id] = text.split(':')
  return {
    ...ctx.actor,
    kind: kind === 'user' || kind === 'key' || kind === 'cli' ? kind : 'system',
    id: id.join(':') || 'system',
  }
}

/** Share of the whole run that is done when a step begins, and how much of it the step is. */
const steps = {
  read: [0, 0.45],
  key: [0.45, 0.05],
  learn: [0.5, 0.15],
  compare: [0.65, 0.15],
  cluster: [0.8, 0.03],
  store: [0.83, 0.07],
  link: [0.9, 0.1],
} as const

/** The job: finds pairs, keeps them, links those it may. Runs anew from the start after a process died. */
export const runMatching = async (ctx: Ctx, id: number, jobSignal: AbortSignal): Promise<void> => {
  const row = await runRow(ctx, String(id))
  if (row.state !== 'waiting' && row.state !== 'running' && row.state !== 'ending') return
  const acting: Ctx = { ...ctx, actor: actorOf(ctx, row.asked_by) }
  const cancel = new AbortController()
  const signal = AbortSignal.any([jobSignal, cancel.signal])
  await sql`
    update customers.match_run set state = case when state = 'ending' then state else 'running' end, started_at = ${ctx.now()},
      step = 'read', share = 0, linked = 0, review = 0, error = null where id = ${id}`.execute(ctx.pg)

  let told = { step: 'read' as keyof typeof steps, within: 0 }
  let writing: Promise<void> = Promise.resolve()
  const tell = async () => {
    const [start, length] = steps[told.step]
    const { rows } = await sql<{ state: string }>`
      update customers.match_run set step = ${told.step}, share = ${start + length * Math.min(1, told.within)} where id = ${id} returning state`.execute(
      ctx.pg,
    )
    if (rows[0]?.state !== 'running') cancel.abort(new Cancelled())
  }
  const timer = setInterval(() => {
    writing = tell().catch((error: unknown) => ctx.log.warn({ error, run: id }, 'progress of matching not written'))
  }, 700)
  const at = (step: keyof typeof steps, within: number) => {
    told = { step, within }
  }

  const thread = openMatching(row.plan, { signal, onProgress: at })
  try {
    await tell()
    const { matched, nos } = await matchEverybody(acting, row, thread, signal, at)
    at('store', 0)
    const { review, likely } = await storePairs(acting, row, matched, nos, signal)
    await keepOutcome(acting, row, matched, nos.length, review)
    if (row.auto_link && likely > 0) {
      at('link', 0)
      const linked = await linkPairs(acting, id, {
        from: row.plan.linkFrom,
        reason: `matching run ${id}`,
        signal,
        onLinked: async (linked) => {
          at('link', linked / likely)
          await changeRun(ctx, id, { linked, review: review - linked })
        },
      })
      runningOf(ctx).committer.forget()
      await changeRun(ctx, id, { linked, review: review - linked })
    }
    signal.throwIfAborted()
    await changeRun(ctx, id, { state: 'done', step: 'end', share: 1, finished_at: ctx.now() })
  } catch (error) {
    if (jobSignal.aborted) throw error
    const cancelled = cancel.signal.aborted
    if (!cancelled && !(error instanceof Problem)) ctx.log.error({ error, run: id }, 'matching failed')
    await changeRun(ctx, id, {
      state: cancelled ? 'cancelled' : 'failed',
      error: cancelled
        ? null
        : error instanceof Problem
          ? error.title
          : 'Something went wrong on our side; the log says more',
      finished_at: ctx.now(),
    })
  } finally {
    clearInterval(timer)
    await writing
    await thread.stop()
  }
}

const matchEverybody = async (
  ctx: Ctx,
  row: RunRow,
  thread: ReturnType<typeof openMatching>,
  signal: AbortSignal,
  at: (step: 'read', within: number) => void,
): Promise<{ matched: Matched; nos: Int32Array }> => {
  let nos = new Int32Array(1 << 14)
  let count = 0
  for await (const page of readPeople(ctx, row.plan)) {
    signal.throwIfAborted()
    if (count + page.nos.length > nos.length) {
      const larger = new Int32Array(Math.max(nos.length * 2, count + page.nos.length))
      larger.set(nos)
      nos = larger
    }
    nos.set(page.nos, count)
    count += page.nos.length
    await thread.add(page.values)
    at('read', page.at / page.upTo)
  }
  nos = nos.slice(0, count)
  const placeOf = (no: number): number => {
    let [low, high] = [0, count - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = nos[middle] ?? 0
      if (found === no) return middle
      if (found < no) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
  const apart = (await toldApart(ctx)).map(([a, b]) => [placeOf(a), placeOf(b)] as const)
  const { only, learned } = await restriction(ctx, row, nos, placeOf)
  const matched = await thread.match({
    apart: apart.filter(([a, b]) => a >= 0 && b >= 0),
    ...(only && { only }),
    ...(learned && { learned }),
  })
  return { matched, nos }
}

/** Of a run over an import: which people are new, and the weights to weigh them by where there are any. */
const restriction = async (
  ctx: Ctx,
  row: RunRow,
  nos: Int32Array,
  placeOf: (no: number) => number,
): Promise<{ only?: Uint8Array; learned?: Weights | undefined }> => {
  if (row.import_id === null) return {}
  const { rows } = await sql<{ no: number }>`
    select distinct c.root_no as no from customers.identifier i join customers.customer c on c.no = i.no
    where i.import_id = ${row.import_id}
      and not exists (select 1 from customers.identifier o where o.no = i.no and o.import_id <> i.import_id)`.execute(
    ctx.pg,
  )
  const only = new Uint8Array(nos.length)
  for (const { no } of rows) {
    const place = placeOf(no)
    if (place >= 0) only[place] = 1
  }
  const project = await projectRow(ctx, String(row.project_id))
  // Too few new customers say nothing of how people differ from themselves.
  return {
    only,
    learned: JSON.stringify(project.plan) === JSON.stringify(row.plan) ? (project.learned ?? undefined) : undefined,
  }
}

/**
 * Pairs of people whom somebody has told apart: rejected or undone pairs, merges taken back, conflicts decided so. What was
 * linked and has come apart by other ways counts as undone.
 */
const toldApart = async (ctx: Ctx): Promise<[number, number][]> => {
  await sql`
    update customers.match_pair p set state = 'undone', merged_no = null, decided_at = ${ctx.now()}
    from customers.customer a, customers.customer b
    where p.state = 'linked' and a.no = p.a_no and b.no = p.b_no and a.root_no <> b.root_no`.execute(ctx.pg)
  const { rows } = await sql<{ a: number; b: number }>`
    select distinct x.root_no as a, y.root_no as b from (
      select a_no as a, b_no as b from customers.match_pair where state in ('rejected', 'undone')
      union select from_no, into_no from customers.merge where undone_at is not null
      union select a_no, b_no from customers.conflict where decision = 'different') t
    join customers.customer x on x.no = t.a join customers.customer y on y.no = t.b
    where x.root_no <> y.root_no`.execute(ctx.pg)
  return rows.map(({ a, b }) => [a, b])
}

/** Rows in one statement. */
const pairsPerInsert = 5_000

/**
 * Keeps the pairs of a run. Pairs above the threshold whose cluster came apart wait for a person, with a probability just
 * below it. A pair that an earlier run left open moves over to this one.
 * @returns how many wait or are linked, and how many of them may be linked without a person
 */
const storePairs = async (
  ctx: Ctx,
  row: RunRow,
  { edges, clusters, learned: { prior } }: Matched,
  nos: Int32Array,
  signal: AbortSignal,
): Promise<{ review: number; likely: number }> => {
  const width = row.plan.fields.length
  const { linkFrom } = row.plan
  let review = 0
  let likely = 0
  for (let start = 0; start < edges.length; start += pairsPerInsert) {
    signal.throwIfAborted()
    const end = Math.min(edges.length, start + pairsPerInsert)
    const a: number[] = []
    const b: number[] = []
    const weights: number[] = []
    const probabilities: number[] = []
    const levels: string[] = []
    for (let i = start; i < end; i++) {
      const [one, two] = [edges.a[i] ?? 0, edges.b[i] ?? 0]
      const weight = edges.weight[i] ?? 0
      const together = clusters.of[one] === clusters.of[two]
      const probability = probabilityOf(weight, prior)
      a.push(nos[one] ?? 0)
      b.push(nos[two] ?? 0)
      weights.push(weight)
      probabilities.push(together ? probability : Math.min(probability, linkFrom - 1e-4))
      levels.push(`{${edges.levels.subarray(i * width, (i + 1) * width).join(',')}}`)
    }
    const { rows } = await sql<{ kept: number; likely: number }>`
      with kept as (
        insert into customers.match_pair as p (run_id, a_no, b_no, weight, probability, levels, state)
        select ${row.id}, u.a, u.b, u.weight, u.probability, u.levels::smallint[], 'open'
        from unnest(${a}::int[], ${b}::int[], ${weights}::real[], ${probabilities}::real[], ${levels}::text[]) as u (a, b, weight, probability, levels)
        on conflict (a_no, b_no) do update set run_id = excluded.run_id, weight = excluded.weight,
          probability = excluded.probability, levels = excluded.levels where p.state = 'open'
        returning p.probability)
      select count(*)::int as kept, count(*) filter (where probability >= ${linkFrom}::real)::int as likely from kept`.execute(
      ctx.pg,
    )
    review += rows[0]?.kept ?? 0
    likely += rows[0]?.likely ?? 0
  }
  // Everybody was looked at: what this run does not find is no pair any more.
  if (row.import_id === null)
    await sql`
      delete from customers.match_pair p using customers.match_run r
      where r.id = p.run_id and r.project_id = ${row.project_id} and r.id <> ${row.id} and p.state = 'open'`.execute(
      ctx.pg,
    )
  return { review, likely }
}

const keepOutcome = (ctx: Ctx, row: RunRow, matched: Matched, records: number, review: number): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { learned, clusters } = matched
    const outcome: Outcome = {
      learned,
      histogram: matched.histogram,
      linkWeight: weightOf(row.plan.linkFrom, learned.prior),
      reviewWeight: weightOf(row.plan.reviewFrom, learned.prior),
      keysLeftOut: matched.keysLeftOut,
      refused: clusters.refused,
      split: clusters.split,
    }
    await ctx.pg
      .updateTable('customers.match_run')
      .set({
        outcome: JSON.stringify(outcome),
        records,
        candidates: matched.candidates,
        contradicted: matched.contradicted,
        review,
      })
      .where('id', '=', row.id)
      .execute()
    if (row.import_id === null)
      await sql`
        update customers.match_project set learned = ${JSON.stringify(learned)}::jsonb
        where id = ${row.project_id} and plan = ${JSON.stringify(row.plan)}::jsonb`.execute(ctx.pg)
  })

/** Imports finished since the last look get a run in every project that wants one. Every five minutes. */
export const matchNewImports = async (ctx: Ctx): Promise<void> => {
  const projects = await ctx.pg
    .selectFrom('customers.match_project')
    .select(['id', 'imports_seen_at'])
    .where('after_imports', '=', true)
    .execute()
  for (const { id, imports_seen_at } of projects) {
    const next = await ctx.pg
      .selectFrom('customers.import')
      .select(['id', 'finished_at'])
      .where('kind', '=', 'customers')
      .where('state', '=', 'done')
      .where('finished_at', '>', imports_seen_at ?? new Date(0))
      .orderBy('finished_at')
      .limit(1)
      .executeTakeFirst()
    if (!next) continue
    try {
      await askRun(ctx, String(id), String(next.id))
    } catch (error) {
      // A run goes on: the import waits for the next look.
      if (error instanceof Problem) continue
      throw error
    }
    await ctx.pg
      .updateTable('customers.match_project')
      .set({ imports_seen_at: next.finished_at })
      .where('id', '=', id)
      .execute()
  }
}
