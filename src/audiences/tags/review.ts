import type { Ctx } from '#platform'
import type { Review, Tag, TagDefinition, TagVersion } from './contract.ts'
import { problem } from './problem.ts'
import type { TagWords } from './sensitive.ts'
import { examine, oneWriter, personOf, show, tagRow, writeDependencies } from './store.ts'
import './tables.ts'

/**
 * A second person's decision on a version.
 * @throws problem.unknown, problem.notInReview, problem.reviewerIsAuthor
 */
export const reviewTag = (ctx: Ctx, { key, version, decision, note }: Review & { key: string }): Promise<Tag> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    await oneWriter(ctx)
    const before = await tagRow(ctx, key)
    const asked = await ctx.pg
      .selectFrom('audiences.tag_version')
      .selectAll()
      .where('tag_no', '=', before.no)
      .where('version', '=', version)
      .executeTakeFirst()
    if (!asked || before.review_version !== version) throw problem.notInReview({ version })
    // A key is nobody: it cannot be the second person, and what it wrote its maker wrote.
    const [kind, keyId = ''] = (asked.author ?? '').split(':')
    const maker =
      kind === 'key'
        ? await ctx.pg.selectFrom('platform.api_key').select('created_by').where('id', '=', keyId).executeTakeFirst()
        : undefined
    if (asked.author === personOf(ctx.actor) || ctx.actor.kind === 'key' || maker?.created_by === ctx.actor.name)
      throw problem.reviewerIsAuthor()
    const approved = decision === 'approve'
    const first = before.state === 'review'
    const { name } = ctx.actor
    const reviewed = { reviewed_at: now, reviewed_by: name, review_note: note }
    if (approved && !first)
      await ctx.pg
        .updateTable('audiences.tag_version')
        .set({ state: 'past' })
        .where('tag_no', '=', before.no)
        .where('state', '=', 'current')
        .execute()
    await ctx.pg
      .updateTable('audiences.tag_version')
      .set({ ...reviewed, ...(!first && { state: approved ? ('current' as const) : ('refused' as const) }) })
      .where('tag_no', '=', before.no)
      .where('version', '=', version)
      .execute()
    const words = { ...before, definition: asked.definition }
    // The world may have changed since: tags it is made from may be gone.
    const examined = approved ? await examinedFor(ctx, words, asked.definition) : undefined
    if (examined) await writeDependencies(ctx, before.no, examined.on)
    const active = approved && (first || before.state === 'active')
    const row = await ctx.pg
      .updateTable('audiences.tag')
      .set({
        review_version: null,
        changed_at: now,
        changed_by: name,
        ...(approved && { definition: JSON.stringify(asked.definition), version }),
        ...(examined && { sensitive: JSON.stringify(examined.sensitive) }),
        ...(first && { state: approved ? ('active' as const) : ('draft' as const) }),
        ...(active && before.kind !== 'manual' && before.schedule && { due_at: now }),
      })
      .where('no', '=', before.no)
      .returningAll()
      .executeTakeFirstOrThrow()
    const tag = await show(ctx, row)
    await ctx.audit.record(ctx, { action: 'tag.review', subject: `tag:${key}`, detail: { version, decision } })
    return tag
  })

/** The reviewer need not be one who may write queries: the author was, when he wrote it. */
const examinedFor = (ctx: Ctx, words: TagWords, definition: TagDefinition) => {
  const permissions = new Set([...ctx.actor.permissions, ...(definition.kind === 'sql' ? (['tags.sql'] as const) : [])])
  const { key, title, purpose, meaning } = words
  return examine({ ...ctx, actor: { ...ctx.actor, permissions } }, { key, title, purpose, meaning, definition })
}

/** Newest first. @throws problem.unknown */
export const readVersions = async (ctx: Ctx, { key }: { key: string }): Promise<{ items: TagVersion[] }> => {
  const { no } = await tagRow(ctx, key)
  const rows = await ctx.pg
    .selectFrom('audiences.tag_version')
    .selectAll()
    .where('tag_no', '=', no)
    .orderBy('version', 'desc')
    .execute()
  return {
    items: rows.map((row) => ({
      version: row.version,
      definition: row.definition,
      meaning: row.meaning,
      state: row.state,
      note: row.note,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
      reviewedAt: row.reviewed_at?.toISOString() ?? null,
      reviewedBy: row.reviewed_by,
      reviewNote: row.review_note,
    })),
  }
}
