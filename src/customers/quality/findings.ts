import { type ChSql, type Ctx, ch, scanText } from '#platform'
import type { Origins } from '../origins.ts'
import type { Dictionary } from '../traits/dictionary.ts'
import { shownValue } from './arrival.ts'
import { isSealedField, judgedEvent, judgedTrait, openPages } from './base-run.ts'
import type { Finding, FindingsQuery, RuleHours, TestRequest, TestResult } from './contract.ts'
import { compileRule } from './rule-set.ts'
import { fieldOf, ruleRow } from './rules.ts'
import { verifier } from './verify.ts'

const { sql, u32 } = ch

/** Number of the last finished run of a rule; 0 when there is none. */
const lastRun = async (ctx: Ctx, rule: number): Promise<number> => {
  const row = await ctx.pg
    .selectFrom('customers.quality_run')
    .select('id')
    .where('rule_id', '=', rule)
    .where('state', '=', 'done')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? 0
}

/** The rows of findings of a rule, as a condition. */
export const findingsOf = async (ctx: Ctx, rule: number, where: 'base' | 'arrival'): Promise<ChSql> => {
  const run = where === 'base' ? await lastRun(ctx, rule) : 0
  return where === 'base' && run === 0 ? sql`0` : sql`rule_no = ${u32(rule)} and run = ${u32(run)}`
}

const sourceText = (names: Awaited<ReturnType<Origins['names']>>, sourceId: number, importId: number): string | null =>
  importId > 0 ? (names.imports.get(importId)?.name ?? null) : (names.sources.get(sourceId)?.name ?? null)

/** Records behind a rule's number, newest first; values masked. @throws quality.ruleUnknown */
export const listFindings = async (
  ctx: Ctx,
  origins: Origins,
  { id, where, limit, after, source }: FindingsQuery & { id: string },
) => {
  const { id: rule } = await ruleRow(ctx, id)
  const conditions = [await findingsOf(ctx, rule, where)]
  if (source !== undefined) {
    const [kind, no] = source.split(':')
    conditions.push(
      kind === 'import'
        ? sql`import_id = ${u32(Number(no) || 0)}`
        : sql`source_id = ${u32(Number(no) || 0)} and import_id = 0`,
    )
  }
  const which = ch.join(conditions, ' and ')
  const [rows, counted, names] = await Promise.all([
    ctx.ch.rows<{
      at: string
      customer_no: number
      source_id: number
      import_id: number
      line: string
      message_id: string
      field: string
      value_masked: string
      reason: string
      rejected: number
    }>(
      sql`select at, customer_no, source_id, import_id, line, message_id, field, value_masked, reason, rejected from quality_findings final where ${which} order by at desc, customer_no, line, message_id limit ${u32(limit + 1)} offset ${u32(after)}`,
    ),
    ctx.ch.one<{ total: string }>(sql`select count() as total from quality_findings final where ${which}`),
    origins.names(ctx),
  ])
  const items: Finding[] = rows.slice(0, limit).map((row) => ({
    at: new Date(row.at).toISOString(),
    customer: row.customer_no === 0 ? null : String(row.customer_no),
    source: sourceText(names, row.source_id, row.import_id),
    importId: row.import_id === 0 ? null : String(row.import_id),
    line: Number(row.line) === 0 ? null : Number(row.line),
    messageId: row.message_id === '' ? null : row.message_id,
    field: row.field,
    value: row.value_masked,
    reason: row.reason,
    rejected: row.rejected === 1,
  }))
  return { items, total: Number(counted?.total ?? 0), next: rows.length > limit ? String(after + limit) : null }
}

/** What a rule looked at on arrival, by hour and where it came from. */
export const ruleHours = async (
  ctx: Ctx,
  origins: Origins,
  { id, hours }: { id: string; hours: number },
): Promise<RuleHours> => {
  const { id: rule } = await ruleRow(ctx, id)
  const since = new Date(ctx.now().getTime() - hours * 3_600_000)
  const [rows, names] = await Promise.all([
    ctx.ch.rows<{ hour: string; source_id: number; import_id: number; checked: string; failed: string }>(
      sql`select hour, source_id, import_id, sum(checked) as checked, sum(failed) as failed from quality_counts where rule_no = ${u32(rule)} and hour >= ${ch.moment(since)} group by hour, source_id, import_id order by hour, source_id, import_id`,
    ),
    origins.names(ctx),
  ])
  return {
    items: rows.map(({ hour, source_id, import_id, checked, failed }) => ({
      hour: new Date(hour.endsWith('Z') ? hour : `${hour.replace(' ', 'T')}Z`).toISOString(),
      source: sourceText(names, source_id, import_id),
      importId: import_id === 0 ? null : String(import_id),
      checked: Number(checked),
      failed: Number(failed),
    })),
  }
}

const sampled = 200

/** Tries a check that need not be saved: on given values, or on some of the base. Values come back masked. */
export const testRule = async (
  ctx: Ctx,
  dictionary: Dictionary,
  { target, check, values, other }: TestRequest,
): Promise<TestResult> => {
  const verify = verifier(check)
  const field = fieldOf(target)
  const isSealed = 'trait' in target && (await isSealedField(ctx, dictionary, field))
  if (values) {
    const items = values.map((value) => {
      const reason = verify(value, { other: () => other, ageDays: undefined })
      // What the person typed is his to see.
      return { value, ok: reason === undefined, reason: reason ?? null }
    })
    return { checked: items.length, failed: items.filter(({ ok }) => !ok).length, items }
  }
  if (isSealed) {
    const rule = compileRule({ id: 0, name: '', target, asks: check, severity: 'warn' })
    const items: TestResult['items'] = []
    for await (const families of openPages(ctx, rule.identifier)) {
      for (const family of families)
        for (const one of family) {
          const said = one.personal[field]
          const found = rule.identifier ? one.identifiers(rule.identifier) : said ? [said[0]] : []
          for (const value of found) {
            const reason = verify(value, {
              other: (name) => (one.traits[name] ?? one.personal[name])?.[0],
              ageDays: undefined,
            })
            items.push({ value: shownValue(field, value, true), ok: reason === undefined, reason: reason ?? null })
          }
        }
      if (items.length >= sampled) break
    }
    const shown = items.slice(0, sampled)
    return { checked: shown.length, failed: shown.filter(({ ok }) => !ok).length, items: shown }
  }
  const judged =
    'trait' in target
      ? judgedTrait(check, target.trait, ctx.now())
      : judgedEvent(check, target.event, target.property, ctx.now())
  const [rows, counted] = await Promise.all([
    ctx.ch.rows<{ text: string; bad: number }>(
      sql`select text, bad from (${judged}) order by bad desc, cityHash64(no) limit ${u32(sampled)}`,
      { timeoutSeconds: 30 },
    ),
    ctx.ch.one<{ checked: string; failed: string }>(
      sql`select count() as checked, countIf(bad) as failed from (${judged})`,
      { timeoutSeconds: 30 },
    ),
  ])
  return {
    checked: Number(counted?.checked ?? 0),
    failed: Number(counted?.failed ?? 0),
    items: rows.map(({ text, bad }) => ({
      value: scanText(text).text.slice(0, 200),
      ok: bad === 0,
      reason:
        bad === 0
          ? null
          : (verify(text === '' ? undefined : text, { other: () => undefined, ageDays: undefined }) ?? null),
    })),
  }
}
