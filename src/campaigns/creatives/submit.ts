import { offerReviewSubject, submitForReview } from '#compliance'
import type { Ctx, Json } from '#platform'
import { checkCreative } from './check.ts'
import type { CreativeCheck } from './creative-contract.ts'
import { reviewPreviews } from './preview.ts'
import { problem } from './problem.ts'
import { creativeRow, subjectKind, wordsOf } from './store.ts'

/** Findings as reviews keep them: `where` names the text. */
const reviewFindings = ({ findings }: CreativeCheck) =>
  findings.map(({ field, ...finding }) => ({ ...finding, where: field }))

/**
 * Puts a creative before a second person: the words, what three sample persons would get, every finding.
 * @throws problem.unknown, problem.archived, problem.notReady, reviews.blocked, reviews.waits
 */
export const submitCreative = async (
  ctx: Ctx,
  { id, note }: { id: number; note: string },
): Promise<{ reviewId: number }> => {
  const row = await creativeRow(ctx, id)
  if (row.archived_at) throw problem.archived({ id })
  const words = wordsOf(row)
  const check = await checkCreative(ctx, words)
  if (check.faults.length > 0) throw problem.notReady({ faults: check.faults })
  const material = {
    kind: subjectKind,
    name: row.name,
    description: row.description,
    version: row.version,
    channel: row.channel,
    ...words,
    previews: await reviewPreviews(ctx, words),
  }
  const reviewId = await submitForReview(ctx, {
    subjectKind,
    subjectId: String(id),
    title: row.name,
    contentHash: row.content_hash,
    material: JSON.parse(JSON.stringify(material)) as Json,
    findings: reviewFindings(check),
    rules: check.rules,
    writers: [row.author],
    note,
  })
  return { reviewId }
}

offerReviewSubject({
  kind: subjectKind,
  hashNow: async (ctx, id) => {
    const row = await ctx.pg
      .selectFrom('campaigns.creative')
      .select('content_hash')
      .where('id', '=', Number(id))
      .where('archived_at', 'is', null)
      .executeTakeFirst()
    return row?.content_hash
  },
  checkAgain: async (ctx, id) => reviewFindings(await checkCreative(ctx, wordsOf(await creativeRow(ctx, Number(id))))),
})
