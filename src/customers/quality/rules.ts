import { type Selectable, sql } from 'kysely'
import { type Ctx, ch, fieldMeaning, type Tables } from '#platform'
import type { Check, NewRule, Rule, RuleChange, Target } from './contract.ts'
import { problem } from './problem.ts'
import { verifier } from './verify.ts'
import './tables.ts'

export type RuleRow = Selectable<Tables['customers.quality_rule']>
type RunRow = Selectable<Tables['customers.quality_run']>

const mostRules = 500

export const fieldOf = (target: Target): string => ('trait' in target ? target.trait : target.property)

/** What cannot be asked of this target. @throws quality.ruleUnfit, quality.patternWrong */
const assertFits = (target: Target, check: Check): void => {
  verifier(check)
  if (check.kind === 'unique' && !('trait' in target))
    throw problem.ruleUnfit({ reason: 'unique is asked of a trait; the same value in two events is usual' })
  if (check.kind === 'unique' && fieldMeaning(fieldOf(target))?.personal)
    throw problem.ruleUnfit({ reason: 'personal values are sealed; identifiers are unique by themselves' })
  if (check.kind === 'compare' && check.other === fieldOf(target))
    throw problem.ruleUnfit({ reason: 'a field cannot be compared with itself' })
}

const shownRun = ({ id, state, created_at, finished_at, checked, failed, took_ms, error }: RunRow) => ({
  run: id,
  state,
  at: (finished_at ?? created_at).toISOString(),
  checked,
  failed,
  tookMs: took_ms,
  error,
})

const shown = (
  row: RuleRow,
  arrived: { checked: number; failed: number } | undefined,
  run: RunRow | undefined,
): Rule => ({
  id: String(row.id),
  name: row.name,
  target: row.target,
  check: row.asks,
  severity: row.severity,
  owner: row.owner,
  description: row.description,
  enabled: row.enabled,
  version: row.version,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  changedAt: row.changed_at.toISOString(),
  changedBy: row.changed_by,
  arrived: arrived ?? { checked: 0, failed: 0 },
  base: run ? shownRun(run) : null,
})

/** Rules by name, each with what it found on arrival in the last 7 days and in its last run over the base. */
export const listRules = async (ctx: Ctx): Promise<{ items: Rule[] }> => {
  const since = new Date(ctx.now().getTime() - 7 * 86_400_000)
  const [rows, runs, counts] = await Promise.all([
    ctx.pg.selectFrom('customers.quality_rule').selectAll().orderBy('name').execute(),
    lastRuns(ctx),
    ctx.ch.rows<{ rule_no: number; checked: string; failed: string }>(
      ch.sql`select rule_no, sum(checked) as checked, sum(failed) as failed from quality_counts where hour >= ${ch.moment(since)} group by rule_no`,
    ),
  ])
  const byRule = new Map(
    counts.map((one) => [one.rule_no, { checked: Number(one.checked), failed: Number(one.failed) }]),
  )
  return { items: rows.map((row) => shown(row, byRule.get(row.id), runs.get(row.id))) }
}

/** The newest run of each rule. */
const lastRuns = async (ctx: Ctx): Promise<Map<number, RunRow>> => {
  const { rows } = await sql<RunRow>`
    select distinct on (rule_id) * from customers.quality_run order by rule_id, id desc`.execute(ctx.pg)
  return new Map(rows.map((row) => [row.rule_id, row]))
}

/** @throws quality.ruleUnknown */
export const ruleRow = async (ctx: Ctx, id: string): Promise<RuleRow> => {
  const row = await ctx.pg
    .selectFrom('customers.quality_rule')
    .selectAll()
    .where('id', '=', Number(id))
    .executeTakeFirst()
  if (!row) throw problem.ruleUnknown({ id })
  return row
}

/** @throws quality.ruleUnknown */
export const readRule = async (ctx: Ctx, { id }: { id: string }): Promise<Rule> => {
  const found = (await listRules(ctx)).items.find((rule) => rule.id === id)
  if (!found) throw problem.ruleUnknown({ id })
  return found
}

const nameTaken = (error: unknown, name: string): unknown =>
  error instanceof Error && 'code' in error && error.code === '23505' ? problem.ruleNameTaken({ name }) : error

/** @throws quality.ruleNameTaken, quality.ruleUnfit, quality.patternWrong, quality.tooManyRules */
export const createRule = async (ctx: Ctx, rule: NewRule): Promise<Rule> => {
  assertFits(rule.target, rule.check)
  const id = await ctx
    .tx(async (ctx) => {
      const { count } = await ctx.pg
        .selectFrom('customers.quality_rule')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow()
      if (Number(count) >= mostRules) throw problem.tooManyRules()
      const { target, check, ...rest } = rule
      const by = { at: ctx.now(), name: ctx.actor.name }
      const { id } = await ctx.pg
        .insertInto('customers.quality_rule')
        .values({
          ...rest,
          target: JSON.stringify(target),
          asks: JSON.stringify(check),
          created_at: by.at,
          created_by: by.name,
          changed_at: by.at,
          changed_by: by.name,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      await ctx.audit.record(ctx, {
        action: 'quality.rule.create',
        subject: `qualityRule:${id}`,
        detail: { name: rule.name, kind: check.kind, severity: rule.severity },
      })
      return id
    })
    .catch((error: unknown) => {
      throw nameTaken(error, rule.name)
    })
  return readRule(ctx, { id: String(id) })
}

/** What is not given stays. A new version when what is asked changed; its findings begin anew. */
export const changeRule = async (ctx: Ctx, { id, ...change }: RuleChange & { id: string }): Promise<Rule> => {
  await ctx
    .tx(async (ctx) => {
      const row = await ruleRow(ctx, id)
      const { target = row.target, check = row.asks, ...rest } = change
      assertFits(target, check)
      const asks =
        JSON.stringify([target, check]) !== JSON.stringify([row.target, row.asks]) ? { version: row.version + 1 } : {}
      const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
      await ctx.pg
        .updateTable('customers.quality_rule')
        .set({
          ...given,
          ...asks,
          target: JSON.stringify(target),
          asks: JSON.stringify(check),
          changed_at: ctx.now(),
          changed_by: ctx.actor.name,
        })
        .where('id', '=', row.id)
        .execute()
      await ctx.audit.record(ctx, {
        action: 'quality.rule.change',
        subject: `qualityRule:${id}`,
        detail: { fields: Object.keys(change) },
      })
    })
    .catch((error: unknown) => {
      throw change.name === undefined ? error : nameTaken(error, change.name)
    })
  return readRule(ctx, { id })
}

/** @throws quality.ruleUnknown */
export const deleteRule = async (ctx: Ctx, { id }: { id: string }): Promise<void> => {
  await ctx.tx(async (ctx) => {
    const { name } = await ruleRow(ctx, id)
    await ctx.pg.deleteFrom('customers.quality_rule').where('id', '=', Number(id)).execute()
    await ctx.audit.record(ctx, { action: 'quality.rule.delete', subject: `qualityRule:${id}`, detail: { name } })
  })
  for (const table of ['quality_findings', 'quality_counts'])
    await ctx.ch.command(ch.sql`alter table ${ch.identifier(table)} delete where rule_no = ${ch.u32(Number(id))}`)
}
