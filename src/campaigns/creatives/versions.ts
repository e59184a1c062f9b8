import { reviewsOf } from '#compliance'
import type { Ctx } from '#platform'
import type { Creative, CreativeVersion } from './creative-contract.ts'
import { problem } from './problem.ts'
import { changeCreative, creativeRow, subjectKind } from './store.ts'
import './tables.ts'

/** Brings an old version back as the newest one. @throws problem.unknown, problem.versionUnknown, problem.archived */
export const restoreVersion = async (ctx: Ctx, { id, version }: { id: number; version: number }): Promise<Creative> => {
  const [row, old] = [await creativeRow(ctx, id), await versionRow(ctx, id, version)]
  return changeCreative(ctx, {
    id,
    basedOn: row.version,
    note: `↩ ${version}`,
    category: old.category,
    product: old.product,
    purpose: old.purpose,
    offerId: old.offer_id,
    content: old.content,
  })
}

const versionRow = async (ctx: Ctx, id: number, version: number) => {
  const row = await ctx.pg
    .selectFrom('campaigns.creative_version')
    .selectAll()
    .where('creative_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
  if (!row) throw problem.versionUnknown({ id, version })
  return row
}

/** Newest first, each with its review. @throws problem.unknown */
export const readVersions = async (ctx: Ctx, { id }: { id: number }): Promise<{ items: CreativeVersion[] }> => {
  await creativeRow(ctx, id)
  const rows = await ctx.pg
    .selectFrom('campaigns.creative_version')
    .selectAll()
    .where('creative_id', '=', id)
    .orderBy('version', 'desc')
    .limit(500)
    .execute()
  const reviews = await reviewsOf(ctx, subjectKind, [String(id)])
  return {
    items: rows.map((row) => {
      const review = reviews.find(({ contentHash }) => contentHash === row.content_hash)
      return {
        version: row.version,
        category: row.category,
        product: row.product,
        purpose: row.purpose,
        offerId: row.offer_id,
        content: row.content,
        contentHash: row.content_hash,
        note: row.note,
        createdAt: row.created_at.toISOString(),
        createdBy: row.created_by,
        review: review ? { id: review.id, state: review.state } : null,
      }
    }),
  }
}
