import { sql } from 'kysely'
import { type Ctx, fieldMeaning, mask, scanText } from '#platform'
import { maskTrait } from '../profile.ts'
import type { Running } from '../running.ts'
import {
  cleanPage,
  copyCleaned,
  dropVersions,
  learnFilled,
  type PageCleaned,
  peoplePerPage,
  tryOn,
  undoPage,
} from './base-cleaning.ts'
import { freeze } from './freeze.ts'
import { readOriginals } from './originals.ts'
import { problem } from './problem.ts'
import { cleaner } from './recipe.ts'
import type { Cleaning, PreviewRequest, RecipePreview, StepCount } from './recipe-contract.ts'
import { type CleaningRow, cleaningRow, newCleaning, recipeNamed, shownCleaning } from './recipes.ts'
import type { Plain } from './verify.ts'
import './tables.ts'

type Parts = Pick<Running, 'dictionary' | 'committer'>

const shownValue = (field: string, value: Plain | undefined, personal: boolean): string | null => {
  if (value === undefined) return null
  const text = String(value)
  const kind = fieldMeaning(field)?.personal
  return (kind ? mask(kind, text) : personal ? maskTrait(field, text) : scanText(text).text).slice(0, 200)
}

const mostShown = 100

/**
 * What steps would do to a sample of the base, by the code that would do it. Personal values are masked.
 * @throws quality.recipeUnfit
 */
export const previewRecipe = async (
  ctx: Ctx,
  { dictionary }: Pick<Parts, 'dictionary'>,
  { steps, sample }: PreviewRequest,
): Promise<RecipePreview> => {
  const frozen = await freeze(ctx, steps)
  const run = cleaner(frozen)
  const entries = await dictionary.entries(ctx)
  const { rows } = await sql<{ no: number }>`
    select no from customers.customer where root_no = no and erased_at is null order by hashint4(no) limit ${sample}`.execute(
    ctx.pg,
  )
  const roots = rows.map(({ no }) => no)
  const pages: PageCleaned[] = []
  for (let at = 0; at < roots.length; at += peoplePerPage)
    pages.push(await tryOn(ctx, roots.slice(at, at + peoplePerPage), run, entries))
  const people = pages.flatMap((page) => page.people)
  return {
    read: pages.reduce((sum, page) => sum + page.read, 0),
    changed: people.length,
    counts: run.counts.map((count) => ({ ...count })),
    rows: people.slice(0, mostShown).map(({ root, shown }) => ({
      customer: String(root),
      changes: shown.map(({ field, before, after, personal }) => ({
        field,
        before: shownValue(field, before, personal),
        after: shownValue(field, after, personal),
      })),
    })),
  }
}

/** Asks for a recipe to be used on everybody. @throws quality.recipeUnknown, quality.recipeUnfit, quality.runGoesOn */
export const applyRecipe = async (ctx: Ctx, { name }: { name: string }): Promise<Cleaning> => {
  const { steps } = await recipeNamed(ctx, name)
  const frozen = await freeze(ctx, steps)
  cleaner(frozen)
  const id = await ctx.tx(async (ctx) => {
    // One at a time: two that correct the same trait would each keep what the other made as the original.
    await sql`select pg_advisory_xact_lock(7261012)`.execute(ctx.pg)
    const open = await ctx.pg
      .selectFrom('customers.cleaning')
      .select('id')
      .where('import_id', 'is', null)
      .where('state', 'in', ['queued', 'running', 'undoing'])
      .executeTakeFirst()
    if (open) throw problem.runGoesOn({ cleaning: open.id })
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from customers.customer where root_no = no and erased_at is null`.execute(ctx.pg)
    const id = await newCleaning(ctx, { recipe: name, steps: frozen, importId: null, total: rows[0]?.count ?? 0 })
    await ctx.jobs.send('quality.clean', { id }, { key: String(id) })
    await ctx.audit.record(ctx, { action: 'quality.clean', subject: `cleaning:${id}`, detail: { recipe: name } })
    return id
  })
  return shownCleaning(await cleaningRow(ctx, id))
}

/** Stops at the next page; what is done can be undone. @throws quality.cleaningOver */
export const cancelCleaning = async (ctx: Ctx, { id }: { id: string }): Promise<Cleaning> => {
  await ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('customers.cleaning')
      .set({ wish: 'cancel' })
      .where('id', '=', Number(id))
      .where('import_id', 'is', null)
      .where('state', 'in', ['queued', 'running'])
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.cleaningOver({ state: (await cleaningRow(ctx, Number(id))).state })
    await ctx.audit.record(ctx, { action: 'quality.clean.cancel', subject: `cleaning:${id}` })
  })
  return shownCleaning(await cleaningRow(ctx, Number(id)))
}

/** Asks that everything be put back. @throws quality.cleaningOver for one of a file, or one that was undone */
export const undoCleaning = async (ctx: Ctx, { id }: { id: string }): Promise<Cleaning> => {
  await ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('customers.cleaning')
      .set({ state: 'undoing', reached: 0, undone_by: ctx.actor.name })
      .where('id', '=', Number(id))
      .where('import_id', 'is', null)
      .where('state', 'in', ['done', 'failed', 'cancelled'])
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.cleaningOver({ state: (await cleaningRow(ctx, Number(id))).state })
    await ctx.jobs.send('quality.undo', { id: Number(id) }, { key: id })
    await ctx.audit.record(ctx, { action: 'quality.clean.undo', subject: `cleaning:${id}` })
  })
  return shownCleaning(await cleaningRow(ctx, Number(id)))
}

const sumOf = (a: readonly StepCount[], b: readonly StepCount[]): StepCount[] =>
  a.map((one, at) => ({
    tried: one.tried + (b[at]?.tried ?? 0),
    changed: one.changed + (b[at]?.changed ?? 0),
    unable: one.unable + (b[at]?.unable ?? 0),
  }))

const finish = async (
  ctx: Ctx,
  id: number,
  state: CleaningRow['state'],
  error: string | null = null,
): Promise<void> => {
  await ctx.pg
    .updateTable('customers.cleaning')
    .set({ state, error, finished_at: ctx.now(), wish: null })
    .where('id', '=', id)
    .execute()
}

/** Uses a cleaning's steps on everybody, a page at a time; goes on where it stopped. */
export const runCleaning = async (
  ctx: Ctx,
  { dictionary, committer }: Parts,
  id: number,
  signal?: AbortSignal,
): Promise<void> => {
  const row = await cleaningRow(ctx, id)
  if (row.state !== 'queued' && row.state !== 'running') return
  await ctx.pg.updateTable('customers.cleaning').set({ state: 'running' }).where('id', '=', id).execute()
  try {
    const entries = await learnFilled(ctx, dictionary, row.steps)
    const typeOfTrait = (name: string) => entries.get(name)?.type ?? ('string' as const)
    // After a crash the last page may be in Postgres only.
    if (row.reached > 0) await copyAll(ctx, id, typeOfTrait)
    for (let after = row.reached; ; ) {
      signal?.throwIfAborted()
      const run = cleaner(row.steps)
      const page = await ctx.tx(async (ctx) => {
        const state = await ctx.pg
          .selectFrom('customers.cleaning')
          .select(['wish', 'counts'])
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirstOrThrow()
        if (state.wish === 'cancel') return 'cancelled'
        const { rows } = await sql<{ no: number }>`
          select no from customers.customer where no > ${after} and root_no = no and erased_at is null order by no limit ${peoplePerPage}`.execute(
          ctx.pg,
        )
        const last = rows.at(-1)?.no
        if (last === undefined) return 'done'
        const cleaned = await cleanPage(
          ctx,
          id,
          rows.map(({ no }) => no),
          run,
          entries,
        )
        await ctx.pg
          .updateTable('customers.cleaning')
          .set(({ eb }) => ({
            counts: JSON.stringify(sumOf(state.counts, run.counts)),
            read: eb('read', '+', cleaned.read),
            changed: eb('changed', '+', cleaned.people.length),
            reached: last,
          }))
          .where('id', '=', id)
          .execute()
        return { ...cleaned, last }
      })
      if (typeof page === 'string') return await finish(ctx, id, page === 'done' ? 'done' : 'cancelled')
      committer.traitsWritten(page.originals.map(({ customerNo }) => customerNo))
      await copyCleaned(ctx, page.originals, typeOfTrait)
      after = page.last
    }
  } catch (error) {
    if (!signal?.aborted)
      await finish(ctx, id, 'failed', error instanceof Error ? error.message.slice(0, 500) : 'failed')
    throw error
  }
}

const copyAll = async (ctx: Ctx, id: number, typeOfTrait: Parameters<typeof copyCleaned>[2]): Promise<void> => {
  for (let after = -1; ; ) {
    const originals = await readOriginals(ctx, id, { customerNo: after, line: 0 }, 2_000)
    const last = originals.at(-1)?.customerNo
    if (last === undefined) return
    await copyCleaned(ctx, originals, typeOfTrait)
    after = last
  }
}

/** Versions taken out of ClickHouse in one statement: each rewrites parts of the table. */
const versionsAtOnce = 50_000

/** Puts back what a cleaning changed, where nothing newer was said since. */
export const runUndo = async (
  ctx: Ctx,
  { committer }: Pick<Parts, 'committer'>,
  id: number,
  signal?: AbortSignal,
): Promise<void> => {
  const row = await cleaningRow(ctx, id)
  if (row.state !== 'undoing') return
  let words: { no: number; field: string; atMs: number }[] = []
  // Pages before the mark are back in Postgres; their versions in ClickHouse may not be gone after a crash, so all are looked at.
  for (let after = 0; ; ) {
    signal?.throwIfAborted()
    const page = await ctx.tx((ctx) => undoPage(ctx, id, after))
    if (!page) break
    committer.traitsWritten(page.nos)
    words.push(...page.words)
    after = page.last
    if (words.length >= versionsAtOnce) {
      await dropVersions(ctx, words)
      words = []
    }
  }
  await dropVersions(ctx, words)
  await ctx.pg
    .updateTable('customers.cleaning')
    .set({ state: 'undone', undone_at: ctx.now() })
    .where('id', '=', id)
    .execute()
}
