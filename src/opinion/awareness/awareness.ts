import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, ch } from '#platform'
import { monthBefore, monthOf, spanOf } from '../review/figures.ts'
import type {
  Awareness,
  LoanCount,
  NewSurvey,
  SearchImport,
  Survey,
  SurveyBrand,
  VoiceMonth,
} from './awareness-contract.ts'
import { netOf, rateOf, shareOf } from './intervals.ts'
import { problem } from './problem.ts'
import { numberAt, rowsOfText } from './rows-of-text.ts'
import './tables.ts'

const monthExpression = ch.sql`toString(toStartOfMonth(toTimeZone(published_at, 'Asia/Shanghai')))`

/** Share of voice and net sentiment of our brands and competitors, month by month. */
const voiceOf = async (ctx: Ctx, months: readonly string[], from: Date, to: Date): Promise<VoiceMonth[]> => {
  const subjects = await ctx.pg
    .selectFrom('opinion.subject')
    .select(['id', 'name', 'own'])
    .where('kind', 'in', ['brand', 'competitor'])
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  const rows = await ctx.ch.rows<{ month: string; id: number; all: string; positive: string; negative: string }>(
    ch.sql`select ${monthExpression} as month, subject_id as id, count() as all, countIf(toward > 0) as positive, countIf(toward < 0) as negative
      from mentions final where drill_id = 0 and subject_id in ${ch.u32s(subjects.map(({ id }) => id))}
        and published_at >= ${ch.moment(from)} and published_at < ${ch.moment(to)} group by month, id`,
  )
  return months.map((month) => {
    const these = rows.filter((row) => row.month === month)
    const mentions = these.reduce((sum, { all }) => sum + Number(all), 0)
    return {
      month,
      mentions,
      brands: subjects.map(({ id, name, own }) => {
        const row = these.find((row) => row.id === id)
        const all = Number(row?.all ?? 0)
        return {
          subjectId: id,
          name,
          own,
          mentions: all,
          share: shareOf(all, mentions),
          net: netOf(Number(row?.positive ?? 0), Number(row?.negative ?? 0), all),
        }
      }),
    }
  })
}

const complaintsOf = async (
  ctx: Ctx,
  months: readonly string[],
  from: Date,
  to: Date,
): Promise<Awareness['complaints']> => {
  const own = await ctx.pg.selectFrom('opinion.subject').select('id').where('own', '=', true).execute()
  const rows = await ctx.ch.rows<{ month: string; complaints: string }>(
    ch.sql`select ${monthExpression} as month, count() as complaints from posts final
      where drill_id = 0 and kind = 'complaint' and hasAny(subjects, ${ch.u32s(own.map(({ id }) => id))})
        and published_at >= ${ch.moment(from)} and published_at < ${ch.moment(to)} group by month`,
  )
  const { rows: loans } = await sql<{ month: string; loans: number; source: string }>`
    select month::text as month, sum(loans)::int as loans, string_agg(distinct source, '; ') as source
    from opinion.loan_count group by month`.execute(ctx.pg)
  return months.map((month) => {
    const complaints = Number(rows.find((row) => row.month === month)?.complaints ?? 0)
    const given = loans.find((row) => row.month === month)
    return {
      month,
      complaints,
      loans: given?.loans ?? null,
      rate: rateOf(complaints, given?.loans ?? 0, 10_000),
      source: given?.source ?? '',
    }
  })
}

const surveysOf = async (ctx: Ctx): Promise<Survey[]> => {
  const { rows } = await sql<Omit<Survey, 'brands'> & { brands: SurveyBrand[] }>`
    select id, name, method, from_day::text as "from", to_day::text as "to", asked, brands from opinion.survey
    where deleted_at is null order by to_day desc, id desc`.execute(ctx.pg)
  return rows.map(({ brands, ...survey }) => ({
    ...survey,
    brands: brands.map(({ brand, unaided, first, aided }) => ({
      brand,
      unaided: shareOf(unaided, survey.asked),
      first: shareOf(first, survey.asked),
      aided: shareOf(aided, survey.asked),
    })),
  }))
}

const searchOf = async (ctx: Ctx, from: string): Promise<Awareness['search']> => {
  const { rows } = await sql<{ name: string; brand: string; month: string; mean: number; days: number }>`
    select name, brand, date_trunc('month', day)::date::text as month, avg(value) as mean, count(*)::int as days
    from opinion.search_index where day >= ${from}::date group by 1, 2, 3 order by 1, 2, 3`.execute(ctx.pg)
  return [...new Set(rows.map(({ name }) => name))].map((name) => {
    const these = rows.filter((row) => row.name === name)
    return {
      name,
      brands: [...new Set(these.map(({ brand }) => brand))].map((brand) => ({
        brand,
        months: these.filter((row) => row.brand === brand).map(({ month, mean, days }) => ({ month, mean, days })),
      })),
    }
  })
}

/** How well we are known and how we are spoken of, each figure with its interval and what it rests on. */
export const readAwareness = async (ctx: Ctx, { months }: { months: number }): Promise<Awareness> => {
  const latest = monthOf(ctx.now())
  const names = Array.from({ length: months }, (_, index) => monthBefore(latest, months - 1 - index))
  const from = spanOf(names[0] ?? latest).from
  const { to } = spanOf(latest)
  return {
    voice: await voiceOf(ctx, names, from, to),
    complaints: await complaintsOf(ctx, names, from, to),
    surveys: await surveysOf(ctx),
    search: await searchOf(ctx, names[0] ?? latest),
  }
}

/** @throws awareness.tableEmpty, columnMissing, valueWrong, moreThanAsked: with the line */
export const addSurvey = (
  ctx: Ctx,
  { name, method, from, to, asked, table }: z.output<typeof NewSurvey>,
): Promise<{ rows: number }> => {
  const brands = rowsOfText(table, {
    brand: ['brand', '品牌', '名称'],
    unaided: ['unaided', '无提示', '无提示提及', '未提示提及'],
    first: ['first', '第一提及', '首提'],
    aided: ['aided', '提示后', '提示后知晓', '有提示'],
  }).map(({ line, cells }) => {
    const brand = {
      brand: cells.brand,
      unaided: numberAt(cells.unaided, line, 'unaided', true),
      first: numberAt(cells.first, line, 'first', true),
      aided: numberAt(cells.aided, line, 'aided', true),
    }
    if (brand.brand === '') throw problem.valueWrong({ line, column: 'brand', value: '' })
    if (Math.max(brand.unaided, brand.aided) > asked || brand.first > brand.unaided)
      throw problem.moreThanAsked({ line, brand: brand.brand, asked })
    return brand
  })
  return ctx.tx(async (ctx) => {
    const { id } = await ctx.pg
      .insertInto('opinion.survey')
      .values({
        name,
        method,
        from_day: from,
        to_day: to,
        asked,
        brands: JSON.stringify(brands),
        made_at: ctx.now(),
        made_by: ctx.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, { action: 'opinion.surveyAdded', detail: { id, brands: brands.length, asked } })
    return { rows: brands.length }
  })
}

/** @throws awareness.surveyUnknown */
export const deleteSurvey = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { numUpdatedRows } = await ctx.pg
      .updateTable('opinion.survey')
      .set({ deleted_at: ctx.now() })
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw problem.surveyUnknown({ id })
    await ctx.audit.record(ctx, { action: 'opinion.surveyDeleted', detail: { id } })
  })

/** A day of the calendar: 31 February is read as a day in March by Date, and refused by the store. */
const isDay = (day: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().slice(0, 10) === day

/** Days already there get the new value. @throws awareness.tableEmpty, columnMissing, valueWrong: with the line */
export const importSearchIndex = (
  ctx: Ctx,
  { name, table }: z.output<typeof SearchImport>,
): Promise<{ rows: number }> => {
  const rows = rowsOfText(table, {
    day: ['day', 'date', '日期'],
    brand: ['brand', 'keyword', '品牌', '关键词'],
    value: ['value', 'index', '指数', '数值'],
  }).map(({ line, cells }) => {
    const day = cells.day.replaceAll('/', '-').replace(/-(\d)(?=-|$)/g, '-0$1')
    if (!isDay(day)) throw problem.valueWrong({ line, column: 'day', value: cells.day.slice(0, 40) })
    if (cells.brand === '') throw problem.valueWrong({ line, column: 'brand', value: '' })
    return { name, brand: cells.brand, day, value: numberAt(cells.value, line, 'value', false) }
  })
  // The last word on a day counts.
  const last = [...new Map(rows.map((row) => [`${row.brand}\0${row.day}`, row])).values()]
  return ctx.tx(async (ctx) => {
    for (let start = 0; start < last.length; start += 1_000)
      await ctx.pg
        .insertInto('opinion.search_index')
        .values(last.slice(start, start + 1_000))
        .onConflict((conflict) =>
          conflict.columns(['name', 'brand', 'day']).doUpdateSet((row) => ({ value: row.ref('excluded.value') })),
        )
        .execute()
    await ctx.audit.record(ctx, { action: 'opinion.searchIndexImported', detail: { name, rows: last.length } })
    return { rows: last.length }
  })
}

/** @throws awareness.monthAhead */
export const setLoans = (ctx: Ctx, { month, product, loans, source }: LoanCount): Promise<{ rows: number }> => {
  if (spanOf(month).from > ctx.now()) throw problem.monthAhead({ month })
  return ctx.tx(async (ctx) => {
    const row = { month, product, loans, source, set_at: ctx.now(), set_by: ctx.actor.name }
    await ctx.pg
      .insertInto('opinion.loan_count')
      .values(row)
      .onConflict((conflict) => conflict.columns(['month', 'product']).doUpdateSet(row))
      .execute()
    await ctx.audit.record(ctx, { action: 'opinion.loansCounted', detail: { month, product, loans } })
    return { rows: 1 }
  })
}
