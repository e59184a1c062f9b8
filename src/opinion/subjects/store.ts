import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { checkDefinition } from './definition.ts'
import { hitsOfRules, mentionsOfSubjects, type RuleHits } from './hits.ts'
import { problem } from './problem.ts'
import { bookVersion, subjectMatcher, touchBook } from './rule-book.ts'
import type {
  NewRule,
  NewSubject,
  Rule,
  RuleChange,
  RuleVersions,
  Subject,
  SubjectChange,
  SubjectDetail,
  Subjects,
} from './subject-contract.ts'
import './tables.ts'

const subjectRow = async (ctx: Ctx, id: number) => {
  const row = await ctx.pg
    .selectFrom('opinion.subject')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

const ruleRow = async (ctx: Ctx, id: number) => {
  const row = await ctx.pg
    .selectFrom('opinion.subject_rule')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw problem.ruleUnknown({ id })
  return row
}

type SubjectRow = Awaited<ReturnType<typeof subjectRow>>
type RuleRow = Awaited<ReturnType<typeof ruleRow>>

const shown = (row: SubjectRow, rules: number, mentions: Awaited<ReturnType<typeof mentionsOfSubjects>>): Subject => {
  const counted = mentions.get(row.id)
  return {
    id: row.id,
    kind: row.kind,
    role: row.role,
    name: row.name,
    own: row.own,
    productKey: row.product_key,
    parentId: row.parent_id,
    owner: row.owner,
    colour: row.colour,
    note: row.note,
    state: row.state,
    rules,
    mentions24h: counted?.day ?? 0,
    mentions30d: counted?.month ?? 0,
    negative30d: counted?.negative ?? 0,
    daily: counted?.daily ?? Array.from({ length: 30 }, () => 0),
    lastHitAt: counted?.lastAt ?? null,
    changedAt: row.changed_at.toISOString(),
  }
}

const noHits: RuleHits = { day: 0, month: 0, disguised: 0, lastAt: null }

const shownRule = (row: RuleRow, hits: ReadonlyMap<number, RuleHits>): Rule => {
  const { day, month, disguised, lastAt } = hits.get(row.id) ?? noHits
  return {
    id: row.id,
    subjectId: row.subject_id,
    name: row.name,
    on: row.is_on,
    version: row.version,
    definition: row.definition,
    appliedAt: row.applied_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    changedBy: row.changed_by,
    hits24h: day,
    hits30d: month,
    disguised30d: disguised,
    lastHitAt: lastAt,
  }
}

/** Subjects with what was heard of them in the last 30 days; ours first. */
export const listSubjects = async (
  ctx: Ctx,
  { kind, own, text }: { kind?: SubjectRow['kind'] | undefined; own?: boolean | undefined; text?: string | undefined },
): Promise<Subjects> => {
  let query = ctx.pg.selectFrom('opinion.subject').selectAll().where('deleted_at', 'is', null)
  if (kind) query = query.where('kind', '=', kind)
  if (own !== undefined) query = query.where('own', '=', own)
  if (text) query = query.where(sql<boolean>`position(lower(${text}) in lower(name)) > 0`)
  const rows = await query.orderBy('own', 'desc').orderBy('id').execute()
  const { rows: counts } = await sql<{ subject_id: number; rules: number }>`
    select subject_id, count(*)::int as rules from opinion.subject_rule where deleted_at is null group by subject_id`.execute(
    ctx.pg,
  )
  const rules = new Map(counts.map(({ subject_id, rules }) => [subject_id, rules]))
  const [mentions, book, matcher] = [await mentionsOfSubjects(ctx), await bookVersion(ctx), await subjectMatcher(ctx)]
  return {
    items: rows.map((row) => shown(row, rules.get(row.id) ?? 0, mentions)),
    book: { version: book.version, changedAt: book.changedAt.toISOString(), inForce: matcher.version },
  }
}

/** @throws problem.unknown */
export const readSubject = async (ctx: Ctx, { id }: { id: number }): Promise<SubjectDetail> => {
  const row = await subjectRow(ctx, id)
  const rules = await ctx.pg
    .selectFrom('opinion.subject_rule')
    .selectAll()
    .where('subject_id', '=', id)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  const hits = await hitsOfRules(ctx, id)
  return {
    ...shown(row, rules.length, await mentionsOfSubjects(ctx, id)),
    rulesList: rules.map((rule) => shownRule(rule, hits)),
  }
}

const checkParent = async (ctx: Ctx, id: number | null, parentId: number | null): Promise<void> => {
  const seen = new Set<number>(id === null ? [] : [id])
  for (let above = parentId; above !== null; ) {
    if (seen.has(above)) throw problem.parentWrong({ parentId })
    seen.add(above)
    above = (await subjectRow(ctx, above)).parent_id
  }
}

const checkName = async (ctx: Ctx, name: string, id: number | null): Promise<void> => {
  const same = await ctx.pg
    .selectFrom('opinion.subject')
    .select('id')
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (same && same.id !== id) throw problem.nameTaken()
}

/** @throws problem.nameTaken, problem.unknown for the parent */
export const createSubject = async (ctx: Ctx, given: NewSubject): Promise<SubjectDetail> => {
  const id = await ctx.tx(async (ctx) => {
    await checkName(ctx, given.name, null)
    await checkParent(ctx, null, given.parentId)
    const now = ctx.now()
    const { id } = await ctx.pg
      .insertInto('opinion.subject')
      .values({
        kind: given.kind,
        role: given.role,
        name: given.name,
        own: given.own,
        product_key: given.productKey,
        parent_id: given.parentId,
        owner: given.owner,
        colour: given.colour,
        note: given.note,
        created_at: now,
        created_by: ctx.actor.name,
        changed_at: now,
        changed_by: ctx.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'subject.created',
      subject: `subject:${id}`,
      detail: { kind: given.kind, own: given.own },
    })
    return id
  })
  return readSubject(ctx, { id })
}

/** @throws problem.unknown, problem.nameTaken, problem.parentWrong */
export const changeSubject = async (
  ctx: Ctx,
  { id, ...change }: SubjectChange & { id: number },
): Promise<SubjectDetail> => {
  await ctx.tx(async (ctx) => {
    const row = await subjectRow(ctx, id)
    if (change.name !== undefined) await checkName(ctx, change.name, id)
    if (change.parentId !== undefined) await checkParent(ctx, id, change.parentId)
    await ctx.pg
      .updateTable('opinion.subject')
      .set({
        kind: change.kind ?? row.kind,
        role: change.role ?? row.role,
        name: change.name ?? row.name,
        own: change.own ?? row.own,
        product_key: change.productKey === undefined ? row.product_key : change.productKey,
        parent_id: change.parentId === undefined ? row.parent_id : change.parentId,
        owner: change.owner === undefined ? row.owner : change.owner,
        colour: change.colour ?? row.colour,
        note: change.note ?? row.note,
        state: change.state ?? row.state,
        changed_at: ctx.now(),
        changed_by: ctx.actor.name,
      })
      .where('id', '=', id)
      .execute()
    if (change.state !== undefined && change.state !== row.state) await touchBook(ctx)
    await ctx.audit.record(ctx, {
      action: 'subject.changed',
      subject: `subject:${id}`,
      detail: { fields: Object.keys(change), ...(change.state && { state: change.state }) },
    })
  })
  return readSubject(ctx, { id })
}

/** Stops watching for good; what was heard of it stays. @throws problem.unknown, problem.hasParts */
export const deleteSubject = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    await subjectRow(ctx, id)
    const part = await ctx.pg
      .selectFrom('opinion.subject')
      .select('id')
      .where('parent_id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (part) throw problem.hasParts()
    const now = ctx.now()
    await ctx.pg.updateTable('opinion.subject').set({ deleted_at: now }).where('id', '=', id).execute()
    await ctx.pg
      .updateTable('opinion.subject_rule')
      .set({ deleted_at: now })
      .where('subject_id', '=', id)
      .where('deleted_at', 'is', null)
      .execute()
    await touchBook(ctx)
    await ctx.audit.record(ctx, { action: 'subject.deleted', subject: `subject:${id}`, detail: {} })
  })

const keepVersion = (
  ctx: Ctx,
  {
    id,
    version,
    name,
    on,
    definition,
    reason,
  }: { id: number; version: number; name: string; on: boolean; definition: string; reason: string },
) =>
  ctx.pg
    .insertInto('opinion.subject_rule_version')
    .values({ rule_id: id, version, name, is_on: on, definition, reason, at: ctx.now(), by: ctx.actor.name })
    .execute()

/** @throws problem.unknown, problem.ruleWrong, problem.contextNeeded, problem.exceptionWrong */
export const createRule = async (ctx: Ctx, { id, ...given }: NewRule & { id: number }): Promise<SubjectDetail> => {
  checkDefinition(given.definition)
  await ctx.tx(async (ctx) => {
    await subjectRow(ctx, id)
    const now = ctx.now()
    const definition = JSON.stringify(given.definition)
    const rule = await ctx.pg
      .insertInto('opinion.subject_rule')
      .values({
        subject_id: id,
        name: given.name,
        is_on: given.on,
        version: 1,
        definition,
        applied_at: now,
        created_at: now,
        created_by: ctx.actor.name,
        changed_at: now,
        changed_by: ctx.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await keepVersion(ctx, {
      id: rule.id,
      version: 1,
      name: given.name,
      on: given.on,
      definition,
      reason: given.reason,
    })
    await touchBook(ctx)
    await ctx.audit.record(ctx, { action: 'subjectRule.created', subject: `subject:${id}`, detail: { rule: rule.id } })
  })
  return readSubject(ctx, { id })
}

/** A new version; what was is kept. @throws problem.ruleUnknown, problem.changed, problem.ruleWrong, problem.contextNeeded */
export const changeRule = async (
  ctx: Ctx,
  { id, basedOn, reason = '', ...change }: RuleChange & { id: number },
): Promise<SubjectDetail> => {
  if (change.definition) checkDefinition(change.definition)
  const subjectId = await ctx.tx(async (ctx) => {
    await sql`select id from opinion.subject_rule where id = ${id} for update`.execute(ctx.pg)
    const row = await ruleRow(ctx, id)
    if (row.version !== basedOn) throw problem.changed({ version: row.version })
    const now = ctx.now()
    const version = row.version + 1
    const definition = JSON.stringify(change.definition ?? row.definition)
    const name = change.name ?? row.name
    const on = change.on ?? row.is_on
    await ctx.pg
      .updateTable('opinion.subject_rule')
      .set({ name, is_on: on, version, definition, applied_at: now, changed_at: now, changed_by: ctx.actor.name })
      .where('id', '=', id)
      .execute()
    await keepVersion(ctx, { id, version, name, on, definition, reason })
    await touchBook(ctx)
    await ctx.audit.record(ctx, {
      action: 'subjectRule.changed',
      subject: `subject:${row.subject_id}`,
      detail: { rule: id, version, on, fields: Object.keys(change) },
    })
    return row.subject_id
  })
  return readSubject(ctx, { id: subjectId })
}

/** @throws problem.ruleUnknown */
export const deleteRule = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const row = await ruleRow(ctx, id)
    await ctx.pg.updateTable('opinion.subject_rule').set({ deleted_at: ctx.now() }).where('id', '=', id).execute()
    await touchBook(ctx)
    await ctx.audit.record(ctx, {
      action: 'subjectRule.deleted',
      subject: `subject:${row.subject_id}`,
      detail: { rule: id },
    })
  })

/** Every version of a rule, the newest first. @throws problem.ruleUnknown */
export const ruleVersions = async (ctx: Ctx, { id }: { id: number }): Promise<RuleVersions> => {
  await ruleRow(ctx, id)
  const rows = await ctx.pg
    .selectFrom('opinion.subject_rule_version')
    .selectAll()
    .where('rule_id', '=', id)
    .orderBy('version', 'desc')
    .limit(200)
    .execute()
  return {
    items: rows.map(({ version, name, is_on, definition, reason, at, by }) => ({
      version,
      name,
      on: is_on,
      definition,
      reason,
      at: at.toISOString(),
      by,
    })),
  }
}
