import { type Ctx, canonicalJson, type Json } from '#platform'
import { readReview } from './read.ts'
import './tables.ts'

/**
 * One review as a file for an inspector: the material word for word under its hash, every finding with its justification, every
 * step. @throws problem.unknown
 */
export const reviewArchive = async (ctx: Ctx, { id }: { id: number }): Promise<string> => {
  const { mayDecide, mayGiveOpinion, mayWithdraw, mayRevoke, before, late, ...review } = await readReview(ctx, { id })
  return canonicalJson({ ...review, before: before?.id ?? null, exportedAt: ctx.now().toISOString() } as Json)
}

/** A cell of CSV; what a spreadsheet would take for a formula is disarmed. */
const cell = (value: string | number | null): string => {
  const text = value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The register that Advertising Law 34 asks for: every review, oldest first, as CSV with a byte-order mark. */
export const reviewRegister = async (ctx: Ctx): Promise<string> => {
  const rows = await ctx.pg
    .selectFrom('compliance.review as r')
    .innerJoin('compliance.review_material as m', 'm.hash', 'r.material_hash')
    .selectAll('r')
    .select('m.kept_until')
    .orderBy('r.id')
    .execute()
  const head = [
    '编号',
    '对象',
    '标题',
    '内容哈希',
    '材料哈希',
    '状态',
    '提交时间',
    '提交人',
    '审核人',
    '审核时间',
    '消保意见',
    '消保意见人',
    '终结时间',
    '终结人',
    '理由',
    '保存至',
  ]
  const lines = rows.map((row) =>
    [
      row.id,
      `${row.subject_kind}:${row.subject_id}`,
      row.title,
      row.content_hash,
      row.material_hash,
      row.state,
      row.submitted_at.toISOString(),
      row.submitted_by,
      row.approved_by,
      row.approved_at?.toISOString() ?? null,
      row.opinion,
      row.opinion_by,
      row.decided_at?.toISOString() ?? null,
      row.decided_by,
      row.reason,
      row.kept_until.toISOString(),
    ]
      .map(cell)
      .join(','),
  )
  return `\uFEFF${[head.join(','), ...lines].join('\r\n')}\r\n`
}
