import { type Ctx, problem as platformProblem } from '#platform'
import { problem } from './problem.ts'
import '../tables.ts'

/** What a trait gives away in an anonymous export. */
export const exposures = ['quasi', 'sensitive', 'plain'] as const
export type Exposure = (typeof exposures)[number]

/** Age, gender, place, occupation, limit and what else neighbours or a register know of somebody. Source: risk-and-law 3.20. */
const quasiName =
  /(?:^|_)age(?:$|_)|^age(?![a-z])|gender|^sex$|birth|city|province|district|region|occupation|^job|profession|employer|company|school|education|marital|limit|income|salary|registered|年龄|性别|生日|出生|城市|省份|地区|职业|单位|学历|婚姻|额度|收入|工资|注册/i

/** Sensitive personal information (PIPL article 28) and what is told in confidence to a lender. */
const sensitiveName =
  /religio|health|disease|illness|disab|ethnic|politic|overdue|default|delinquen|debt|liabilit|risk|score|balance|credit_?history|宗教|健康|疾病|残疾|民族|政治|逾期|违约|负债|欠款|风险|评分|余额|征信/i

/** What is taken where the dictionary does not say. */
export const exposureByName = (name: string, title: string): Exposure => {
  const text = `${name} ${title}`
  // `customerAge` but not `message`: the case tells.
  const isAge = /[a-z]Age$/.test(name)
  return sensitiveName.test(text)
    ? 'sensitive'
    : isAge || quasiName.test(name) || quasiName.test(title)
      ? 'quasi'
      : 'plain'
}

const isExposure = (text: string | null): text is Exposure => exposures.some((one) => one === text)

export interface ExposedTrait {
  name: string
  title: string
  exposure: Exposure
  /** Whether a person said so in the dictionary. */
  declared: boolean
}

/** Traits that an anonymous export may hold: those that are not personal. */
export const listExposures = async (ctx: Ctx): Promise<{ items: ExposedTrait[] }> => {
  const rows = await ctx.pg
    .selectFrom('customers.trait')
    .select(['name', 'title', 'exposure'])
    .where('personal', '=', false)
    .orderBy('name')
    .execute()
  return {
    items: rows.map(({ name, title, exposure }) => ({
      name,
      title,
      exposure: isExposure(exposure) ? exposure : exposureByName(name, title),
      declared: exposure !== null,
    })),
  }
}

/** Says in the dictionary what a trait gives away; null: by its name again. @throws customers.exportColumnUnknown */
export const declareExposure = (
  ctx: Ctx,
  { name, exposure }: { name: string; exposure: Exposure | null },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const before = await ctx.pg
      .selectFrom('customers.trait')
      .select(['title', 'exposure'])
      .where('name', '=', name)
      .executeTakeFirst()
    const byName = exposureByName(name, before?.title ?? '')
    // Whoever exports must not be who opens the gate: less care than name or dictionary ask for is a reviewer's to allow.
    const isLess = (exposure ?? byName) === 'plain' && (byName !== 'plain' || (before?.exposure ?? 'plain') !== 'plain')
    if (isLess && !ctx.actor.permissions.has('tags.review')) throw platformProblem.forbidden({ needs: 'tags.review' })
    const row = await ctx.pg
      .updateTable('customers.trait')
      .set({ exposure })
      .where('name', '=', name)
      .where('personal', '=', false)
      .returning('name')
      .executeTakeFirst()
    if (!row) throw problem.exportColumnUnknown({ columns: [name] })
    await ctx.audit.record(ctx, {
      action: 'trait.exposure',
      subject: `trait:${name}`,
      detail: { exposure, from: before?.exposure ?? null },
    })
  })
