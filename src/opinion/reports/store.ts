import { createHash } from 'node:crypto'
import { type Ctx, canonicalJson, type Json } from '#platform'
import { asDocx } from './as-docx.ts'
import { asHtml } from './as-html.ts'
import { asPdf } from './as-pdf.ts'
import { asXlsx } from './as-xlsx.ts'
import { collectFacts } from './collect.ts'
import { chartSvg } from './draw-chart.ts'
import type { ReportFacts } from './facts-contract.ts'
import { outlineOf } from './outline.ts'
import { problem } from './problem.ts'
import type {
  Recomputed,
  Report,
  ReportBody,
  ReportFormat,
  ReportKind,
  ReportRequest,
  ReportSummary,
} from './report-contract.ts'
import './tables.ts'

/** What is said, without when it was made: a report made anew of the same posts has the same hash. */
const hashOf = ({ madeAt: _, ...facts }: ReportFacts) =>
  createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(facts)) as Json))
    .digest('hex')

/** No report takes longer. */
const mostMs = 30_000

const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(problem.tooSlow()), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Makes a report and keeps the facts it is drawn from.
 * @throws reports.noSubjects, reports.subjectUnknown, reports.eventUnknown, reports.tooSlow
 */
export const makeReport = async (ctx: Ctx, request: ReportRequest): Promise<Report> => {
  const startedAt = performance.now()
  const facts = await within(mostMs, collectFacts(ctx, request))
  const body = outlineOf(facts)
  const level = facts.events.find((event) => event.level !== null)?.level ?? null
  return ctx.tx(async (ctx) => {
    const { id } = await ctx.pg
      .insertInto('opinion.report')
      .values({
        kind: facts.kind,
        drill_id: facts.drillId,
        event_id: request.eventId ?? null,
        language: facts.language,
        from_at: new Date(facts.from),
        to_at: new Date(facts.to),
        subjects: facts.subjects.map((subject) => subject.id),
        title: body.title,
        posts: facts.now.posts,
        level,
        facts: JSON.stringify(facts),
        hash: hashOf(facts),
        made_at: new Date(facts.madeAt),
        made_by: ctx.actor.name,
        took_ms: Math.round(performance.now() - startedAt),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'opinion.reportMade',
      detail: { id, kind: facts.kind, drillId: facts.drillId },
    })
    return readReport(ctx, { id })
  })
}

const rowOf = async (ctx: Ctx, id: number) => {
  const row = await ctx.pg.selectFrom('opinion.report').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.reportUnknown({ id })
  return row
}

type Row = Awaited<ReturnType<typeof rowOf>>

const summaryOf = (row: Omit<Row, 'facts' | 'rephrased' | 'subjects'>): ReportSummary => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  language: row.language,
  drillId: row.drill_id,
  eventId: row.event_id,
  from: row.from_at.toISOString(),
  to: row.to_at.toISOString(),
  madeAt: row.made_at.toISOString(),
  madeBy: row.made_by,
  tookMs: row.took_ms,
  posts: row.posts,
  hash: row.hash,
  level: row.level,
})

/** @throws reports.reportUnknown */
export const readReport = async (ctx: Ctx, { id }: { id: number }): Promise<Report> => {
  const row = await rowOf(ctx, id)
  return { ...summaryOf(row), body: outlineOf(row.facts), rephrased: row.rephrased }
}

/** The newest first; `before` is the id after which the last page ended. */
export const listReports = async (
  ctx: Ctx,
  {
    kind,
    drillId,
    eventId,
    before,
  }: { kind?: ReportKind | undefined; drillId: number; eventId?: number | undefined; before?: number | undefined },
): Promise<{ items: ReportSummary[]; next: number | null }> => {
  const size = 50
  let query = ctx.pg
    .selectFrom('opinion.report')
    .select([
      'id',
      'kind',
      'title',
      'language',
      'drill_id',
      'event_id',
      'from_at',
      'to_at',
      'made_at',
      'made_by',
      'took_ms',
      'posts',
      'hash',
      'level',
    ])
    .where('drill_id', '=', drillId)
  if (kind) query = query.where('kind', '=', kind)
  if (eventId !== undefined) query = query.where('event_id', '=', eventId)
  if (before !== undefined) query = query.where('id', '<', before)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(size + 1)
    .execute()
  return { items: rows.slice(0, size).map(summaryOf), next: rows.length > size ? (rows[size - 1]?.id ?? null) : null }
}

/**
 * A report as a file, drawn from its stored facts: asked for again it is the same to the byte.
 * @throws reports.reportUnknown
 */
export const reportFile = async (
  ctx: Ctx,
  id: number,
  format: ReportFormat,
): Promise<{ name: string; bytes: Buffer }> => {
  const { facts, language } = await rowOf(ctx, id)
  const body = outlineOf(facts)
  const draw: Record<ReportFormat, () => Promise<Buffer>> = {
    html: () => asHtml(body, language),
    docx: () => asDocx(body, language, facts.madeAt),
    pdf: () => asPdf(body, language, facts.madeAt),
    xlsx: () => asXlsx(body, language, facts.madeAt),
  }
  const bytes = await draw[format]()
  await ctx.audit.record(ctx, { action: 'opinion.reportExported', detail: { id, format } })
  return { name: `${body.title.replaceAll(/[\\/:*?"<>|\s]+/g, '-')}.${format}`, bytes }
}

/** One chart of a report as SVG. @throws reports.reportUnknown when the report or the chart is not there */
export const reportChart = async (ctx: Ctx, { id, key }: { id: number; key: string }): Promise<string> => {
  const { facts } = await rowOf(ctx, id)
  const chart = outlineOf(facts).sections.find((section) => section.key === key)?.chart
  if (!chart) throw problem.reportUnknown({ id, key })
  return chartSvg(chart)
}

const linesOf = (body: ReportBody) =>
  body.sections.flatMap(({ title, sentences, table }) => [
    ...sentences.map(({ text }) => ({ section: title, text })),
    ...(table?.rows ?? []).map(({ cells }) => ({ section: title, text: cells.join(' | ') })),
  ])

/** Makes the report anew of what is stored now and says what differs; nothing is changed. */
export const recompute = async (ctx: Ctx, { id }: { id: number }): Promise<Recomputed> => {
  const row = await rowOf(ctx, id)
  const fresh = await within(
    mostMs,
    collectFacts(ctx, {
      kind: row.kind,
      from: row.from_at.toISOString(),
      to: row.to_at.toISOString(),
      subjects: row.subjects,
      drillId: row.drill_id,
      language: row.language,
      ...(row.event_id !== null && { eventId: row.event_id }),
    }),
  )
  const hash = hashOf(fresh)
  const [before, now] = [linesOf(outlineOf(row.facts)), linesOf(outlineOf(fresh))]
  const missing = (these: typeof before, those: typeof before) => {
    const left = new Set(those.map(({ section, text }) => `${section}\0${text}`))
    return these.filter(({ section, text }) => !left.has(`${section}\0${text}`))
  }
  const [gone, come] = [missing(before, now), missing(now, before)]
  const sections = [...new Set([...gone, ...come].map(({ section }) => section))]
  const differences = sections.flatMap((section) => {
    const [old, fresh] = [
      gone.filter((line) => line.section === section),
      come.filter((line) => line.section === section),
    ]
    return Array.from({ length: Math.max(old.length, fresh.length) }, (_, index) => ({
      section,
      before: old[index]?.text ?? '',
      now: fresh[index]?.text ?? '',
    }))
  })
  return { same: hash === row.hash, hash, differences: differences.slice(0, 200) }
}
