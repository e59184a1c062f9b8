import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { compileRules, type Matcher, type RuleSet } from './compile.ts'
import './tables.ts'

/** How long a process goes on matching by rules that somebody changed elsewhere. */
const lookEveryMs = 1_000

interface Held {
  set: RuleSet
  matcher: Matcher | undefined
  lookedAt: number
}
const books = new WeakMap<object, Held>()
const looking = new WeakMap<object, Promise<Held>>()

/** In the transaction of a change: every process compiles anew within seconds. */
export const touchBook = async (ctx: Ctx): Promise<void> => {
  await sql`update opinion.rule_book set version = version + 1, changed_at = ${ctx.now()} where id = 1`.execute(ctx.pg)
}

const readSet = async (ctx: Ctx, version: number): Promise<RuleSet> => {
  const rules = await ctx.pg
    .selectFrom('opinion.subject_rule as r')
    .innerJoin('opinion.subject as s', 's.id', 'r.subject_id')
    .select(['r.id', 'r.subject_id', 'r.definition'])
    .where('r.deleted_at', 'is', null)
    .where('s.deleted_at', 'is', null)
    .where('r.is_on', '=', true)
    .where('s.state', '=', 'on')
    .orderBy('r.id')
    .execute()
  const filters = await ctx.pg
    .selectFrom('opinion.subject_filter')
    .select(['id', 'expression', 'platforms', 'sources'])
    .where('deleted_at', 'is', null)
    .where('is_on', '=', true)
    .orderBy('id')
    .execute()
  return {
    version,
    rules: rules.map(({ id, subject_id, definition }) => ({ id, subjectId: subject_id, ...definition })),
    filters,
  }
}

export const bookVersion = async (ctx: Ctx): Promise<{ version: number; changedAt: Date }> => {
  const row = await ctx.pg.selectFrom('opinion.rule_book').selectAll().where('id', '=', 1).executeTakeFirstOrThrow()
  return { version: Number(row.version), changedAt: row.changed_at }
}

const look = async (ctx: Ctx): Promise<Held> => {
  const held = books.get(ctx.store)
  const { version } = await bookVersion(ctx)
  const set = held?.set.version === version ? held.set : await readSet(ctx, version)
  const fresh: Held = { set, matcher: held?.set === set ? held.matcher : undefined, lookedAt: performance.now() }
  books.set(ctx.store, fresh)
  return fresh
}

const current = async (ctx: Ctx): Promise<Held> => {
  const held = books.get(ctx.store)
  if (held && performance.now() - held.lookedAt < lookEveryMs) return held
  // One look at a time; inside a transaction it may see its own changes, which others must not get.
  if (ctx.pg.isTransaction) return { set: await readSet(ctx, -1), matcher: undefined, lookedAt: 0 }
  let running = looking.get(ctx.store)
  if (!running) {
    running = look(ctx).finally(() => looking.delete(ctx.store))
    looking.set(ctx.store, running)
  }
  return running
}

/** What decides whom a post is about, at most a second old. Plain data: a worker thread compiles it itself. */
export const ruleSet = async (ctx: Ctx): Promise<RuleSet> => (await current(ctx)).set

/** The same as it stands now: for somebody who has just saved a rule and asks what it would do. */
export const ruleSetNow = async (ctx: Ctx): Promise<RuleSet> =>
  ctx.pg.isTransaction ? readSet(ctx, -1) : (await look(ctx)).set

/** The same, compiled, for this thread. */
export const subjectMatcher = async (ctx: Ctx): Promise<Matcher> => {
  const held = await current(ctx)
  held.matcher ??= compileRules(held.set)
  return held.matcher
}
