import { type Selectable, sql } from 'kysely'
import { type Ctx, mask, normaliseText, Problem, type Tables } from '#platform'
import { copyUnmerged, mergeWithin, unmergeWithin } from '../identity/merge.ts'
import { copyOverrides } from '../mirror.ts'
import { readRows, unmaskedPeople } from '../profile.ts'
import { withRetry } from '../tracking/commit.ts'
import type { Dictionary } from '../traits/dictionary.ts'
import { nameScore, readName } from './chinese-name.ts'
import { comparisons } from './comparisons.ts'
import type { PairDetail, PairQuery, PairView } from './contract.ts'
import { pairStates } from './contract.ts'
import { fieldChoices, fieldValue } from './people.ts'
import { problem } from './problem.ts'
import './tables.ts'

export type PairRow = Selectable<Tables['customers.match_pair']>
type Overrides = { fromNo: number; toNo: number }[]

const shownPair = (row: PairRow): PairView => ({
  id: String(row.id),
  runId: row.run_id === null ? null : String(row.run_id),
  a: String(row.a_no),
  b: String(row.b_no),
  weight: row.weight,
  probability: row.probability,
  state: pairStates.find((state) => state === row.state) ?? 'open',
  decidedAt: row.decided_at?.toISOString() ?? null,
  decidedBy: row.decided_by,
  reason: row.reason,
})

/** Likeliest first; open pairs only of two who are still two. */
export const listPairs = async (ctx: Ctx, { state, run, project, limit, after }: PairQuery) => {
  const conditions = [sql`p.state = ${state}`]
  if (run !== undefined) conditions.push(sql`p.run_id = ${Number(run)}`)
  if (project !== undefined)
    conditions.push(sql`p.run_id in (select id from customers.match_run where project_id = ${Number(project)})`)
  const where = sql.join(conditions, sql` and `)
  const place = /^(-?[\d.]+) (\d+)$/.exec(after ?? '')
  const from = place ? sql`and (p.weight, -p.id) < (${Number(place[1])}::real, ${-Number(place[2])}::bigint)` : sql``
  const [{ rows }, counted] = await Promise.all([
    sql<PairRow>`
      select p.* from customers.match_pair p where ${where} ${from} order by p.weight desc, p.id limit ${limit + 1}`.execute(
      ctx.pg,
    ),
    sql<{ count: number }>`select count(*)::int as count from customers.match_pair p where ${where}`.execute(ctx.pg),
  ])
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(shownPair),
    total: counted.rows[0]?.count ?? 0,
    next: rows.length > limit && last ? `${last.weight} ${last.id}` : null,
  }
}

const pairRow = async (ctx: Ctx, id: string): Promise<PairRow> => {
  const row = await ctx.pg
    .selectFrom('customers.match_pair')
    .selectAll()
    .where('id', '=', Number(id))
    .executeTakeFirst()
  if (!row) throw problem.matchPairUnknown({ id })
  return row
}

/** How a value stands on the screen of somebody who may not see it in clear. */
const masked = (field: string, value: string): string => {
  if (field.startsWith('identifier:')) return mask(field.slice('identifier:'.length), value)
  if (field === 'person:name') return mask('name', value)
  if (field === 'person:address') return mask('address', value)
  // The year stays: it is what a reviewer compares first.
  if (field === 'person:birthday') return `${value.slice(0, 4)}-**-**`
  return mask('text', value)
}

/** Gender says little by itself, and is what the eye compares. */
const shownInClear = new Set(['person:gender'])

/**
 * Two customers side by side, masked, with what each comparison adds.
 * @throws customers.matchPairUnknown
 */
export const readPair = async (ctx: Ctx, dictionary: Dictionary, id: string): Promise<PairDetail> => {
  const row = await pairRow(ctx, id)
  const nos = [row.a_no, row.b_no]
  const [run, people, rows, choices] = await Promise.all([
    row.run_id === null
      ? undefined
      : ctx.pg
          .selectFrom('customers.match_run')
          .select(['plan', 'outcome'])
          .where('id', '=', row.run_id)
          .executeTakeFirst(),
    // A pair that was linked is read by the numbers it had: each with what is his own.
    row.state === 'linked' ? Promise.resolve([]) : unmaskedPeople(ctx, nos),
    readRows(ctx, nos),
    dictionary.entries(ctx).then(fieldChoices),
  ])
  const choiceOf = new Map(choices.map((choice) => [choice.field, choice]))
  const [left, right] = nos.map((no) => people.find((person) => person.no === no))
  const side = (no: number) => {
    const shown = rows.find((one) => one.id === String(no))
    return { id: String(no), display: shown?.display ?? {}, createdAt: shown?.createdAt ?? new Date(0).toISOString() }
  }
  const fields = (run?.plan.fields ?? []).map(({ field, comparison }, f) => {
    const { levels } = comparisons[comparison]
    const level = row.levels[f] ?? levels.length
    const [one, two] = [left && fieldValue(left, field), right && fieldValue(right, field)]
    const personal = choiceOf.get(field)?.personal ?? true
    const hidden = personal && !shownInClear.has(field)
    const shown = (value: string | null | undefined) => (value ? (hidden ? masked(field, value) : value) : null)
    return {
      field,
      title: choiceOf.get(field)?.title ?? field,
      comparison,
      left: shown(one),
      right: shown(two),
      masked: hidden,
      level: level < levels.length ? level : null,
      levels: [...levels],
      bits: level < levels.length ? (run?.outcome?.learned.fields[f]?.weights[level] ?? 0) : 0,
    }
  })
  const known = fields.reduce((sum, { bits }) => sum + bits, 0)
  const [nameA, nameB] = [left, right].map((person) =>
    readName(normaliseText((person && fieldValue(person, 'person:name')) ?? '')),
  )
  const agrees = (field: string) => {
    const one = left && fieldValue(left, field)
    return Boolean(one && right && one === fieldValue(right, field))
  }
  const support = {
    birthDate: agrees('person:birthday'),
    genderAndProvince: agrees('person:gender') && agrees('province'),
  }
  return {
    ...shownPair(row),
    left: side(row.a_no),
    right: side(row.b_no),
    fields,
    rarityBits: fields.length === 0 ? 0 : row.weight - known,
    nameScore:
      nameA && nameB ? { alone: nameScore(nameA, nameB), supported: nameScore(nameA, nameB, { support }) } : null,
  }
}

/** What became of linking two. */
type Linked = { merged: number | null; overrides: Overrides }

/**
 * Makes one person of a pair, in the transaction of `ctx`. Two who are one already through others are linked without a merge.
 * @throws customers.mergeConflict, customers.customerUnknown
 */
const linkWithin = async (ctx: Ctx, row: PairRow, { by, reason }: { by: string; reason: string }): Promise<Linked> => {
  let linked: Linked = { merged: null, overrides: [] }
  try {
    const { merged, overrides } = await mergeWithin(
      ctx,
      { into: String(row.a_no), from: String(row.b_no), reason },
      { by, pair: row.id, probability: row.probability },
    )
    linked = { merged, overrides }
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'customers.sameCustomer')) throw error
  }
  await ctx.pg
    .updateTable('customers.match_pair')
    .set({ state: 'linked', merged_no: linked.merged, decided_at: ctx.now(), decided_by: ctx.actor.id, reason })
    .where('id', '=', row.id)
    .execute()
  return linked
}

const openPair = async (ctx: Ctx, id: string): Promise<PairRow> => {
  const row = await ctx.pg
    .selectFrom('customers.match_pair')
    .selectAll()
    .where('id', '=', Number(id))
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw problem.matchPairUnknown({ id })
  if (row.state !== 'open') throw problem.matchPairDecided({ id, state: row.state })
  return row
}

/**
 * A person's word on a pair: one person, who is merged, or two, who are never proposed again.
 * @throws customers.matchPairUnknown, customers.matchPairDecided, customers.mergeConflict
 */
export const decidePair = async (
  ctx: Ctx,
  { id, decision, reason }: { id: string; decision: 'link' | 'reject'; reason: string },
): Promise<void> => {
  const overrides = await withRetry(() =>
    ctx.tx(async (ctx) => {
      const row = await openPair(ctx, id)
      let linked: Linked = { merged: null, overrides: [] }
      if (decision === 'link') linked = await linkWithin(ctx, row, { by: 'person', reason })
      else
        await ctx.pg
          .updateTable('customers.match_pair')
          .set({ state: 'rejected', decided_at: ctx.now(), decided_by: ctx.actor.id, reason })
          .where('id', '=', row.id)
          .execute()
      await ctx.audit.record(ctx, {
        action: decision === 'link' ? 'matching.link' : 'matching.reject',
        subject: `pair:${id}`,
        detail: { a: row.a_no, b: row.b_no, reason },
      })
      return linked.overrides
    }),
  )
  await copyOverrides(ctx, overrides)
}

/** Pairs linked in one transaction: their overrides go to ClickHouse together. */
const pairsPerStep = 100

/**
 * Links pairs of a run without a person, likeliest first. A pair that identifiers forbid after all stays open for one.
 * @returns how many
 */
export const linkPairs = async (
  ctx: Ctx,
  run: number,
  {
    from,
    reason,
    signal,
    onLinked,
  }: { from: number; reason: string; signal: AbortSignal; onLinked: (linked: number) => Promise<void> },
): Promise<number> => {
  let linked = 0
  let place: { weight: number; id: number } | undefined
  while (!signal.aborted) {
    const after = place ? sql`and (weight, -id) < (${place.weight}::real, ${-place.id}::bigint)` : sql``
    const { rows } = await sql<PairRow>`
      select * from customers.match_pair where run_id = ${run} and state = 'open' and merged_no is null and probability >= ${from} ${after}
      order by weight desc, id limit ${pairsPerStep}`.execute(ctx.pg)
    const last = rows.at(-1)
    if (!last) break
    place = { weight: last.weight, id: last.id }
    const overrides: Overrides = []
    for (const row of rows) {
      try {
        const done = await withRetry(() => ctx.tx((ctx) => linkWithin(ctx, row, { by: 'matching', reason })))
        overrides.push(...done.overrides)
        linked++
      } catch (error) {
        // Two ID cards, or a customer erased meanwhile: not ours to decide.
        if (!(error instanceof Problem)) throw error
      }
    }
    await copyOverrides(ctx, overrides)
    await onLinked(linked)
  }
  return linked
}

/** Which of two linked numbers to take out: the one that was merged, or the one of the two that is not the person's own. */
const separable = async (ctx: Ctx, row: PairRow): Promise<{ root: number; from: number } | undefined> => {
  const { rows } = await sql<{ no: number; root_no: number; parent_no: number | null }>`
    select no, root_no, parent_no from customers.customer where no in (${row.a_no}, ${row.b_no}, ${row.merged_no ?? row.b_no})`.execute(
    ctx.pg,
  )
  const of = (no: number) => rows.find((one) => one.no === no)
  const [a, b] = [of(row.a_no), of(row.b_no)]
  if (!a || !b || a.root_no !== b.root_no) return undefined
  const merged = row.merged_no === null ? undefined : of(row.merged_no)
  const out = [merged, b, a].find((one) => one?.parent_no !== null && one !== undefined)
  return out && { root: a.root_no, from: out.no }
}

/** Undoes a linked pair in the transaction of `ctx`: the two are never proposed again; others that it held together are open. */
const undoWithin = async (
  ctx: Ctx,
  row: PairRow,
  reason: string,
): Promise<{ overrides: Overrides; outOf: number[] }> => {
  const apart = await separable(ctx, row)
  const overrides = apart
    ? await unmergeWithin(ctx, { id: String(apart.root), from: String(apart.from), reason })
    : ([] as Overrides)
  await markUndone(ctx, row.id, reason)
  return { overrides, outOf: apart ? [apart.root] : [] }
}

const markUndone = (ctx: Ctx, id: number, reason: string) =>
  ctx.pg
    .updateTable('customers.match_pair')
    .set({ state: 'undone', merged_no: null, decided_at: ctx.now(), decided_by: ctx.actor.id, reason })
    .where('id', '=', id)
    .execute()

/** Pairs linked through somebody who was taken out are two people again, and to be looked at. */
const reopenParted = (ctx: Ctx, nos: readonly number[]) =>
  sql`
    update customers.match_pair p set state = 'open', merged_no = null, decided_at = null, decided_by = null, reason = null
    from customers.customer a, customers.customer b
    where p.state = 'linked' and a.no = p.a_no and b.no = p.b_no and a.root_no <> b.root_no
      and (p.a_no = any(${[...nos]}::int[]) or p.b_no = any(${[...nos]}::int[]))`.execute(ctx.pg)

/**
 * Takes a link back: the two are two again, each with his own, and are not proposed again.
 * @throws customers.matchPairUnknown, customers.matchPairNotLinked
 */
export const undoPair = async (ctx: Ctx, { id, reason }: { id: string; reason: string }): Promise<void> => {
  const { overrides, outOf } = await ctx.tx(async (ctx) => {
    const row = await pairRow(ctx, id)
    if (row.state !== 'linked') throw problem.matchPairNotLinked({ id })
    const undone = await undoWithin(ctx, row, reason)
    await reopenParted(
      ctx,
      undone.overrides.map(({ fromNo }) => fromNo),
    )
    await ctx.audit.record(ctx, {
      action: 'matching.undo',
      subject: `pair:${id}`,
      detail: { a: row.a_no, b: row.b_no, reason },
    })
    return undone
  })
  await copyUnmerged(ctx, overrides, outOf)
}

/**
 * Takes back every link of a run, newest first; those that somebody has undone by hand stay as they are.
 * @returns how many
 */
export const undoPairs = async (ctx: Ctx, run: number, reason: string): Promise<number> => {
  let undone = 0
  for (;;) {
    const rows = await ctx.pg
      .selectFrom('customers.match_pair')
      .selectAll()
      .where('run_id', '=', run)
      .where('state', '=', 'linked')
      .orderBy('decided_at', 'desc')
      .orderBy('id', 'desc')
      .limit(pairsPerStep)
      .execute()
    if (rows.length === 0) return undone
    const moved = await ctx.tx(async (ctx) => {
      const all: { overrides: Overrides; outOf: number[] } = { overrides: [], outOf: [] }
      for (const row of rows) {
        // Two who are one through somebody else's merge stay so: it was not this run that joined them.
        if (row.merged_no === null) {
          await markUndone(ctx, row.id, reason)
          continue
        }
        const { overrides, outOf } = await undoWithin(ctx, row, reason)
        all.overrides.push(...overrides)
        all.outOf.push(...outOf)
      }
      return all
    })
    await copyUnmerged(ctx, moved.overrides, moved.outOf)
    undone += rows.length
  }
}
