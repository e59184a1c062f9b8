import { customersTouched } from '#customers'
import { type Ctx, ch } from '#platform'
import { tagsNamed } from '../contract.ts'
import { askRebuild } from './switch.ts'
import '../tables.ts'

const { u32 } = ch

/** More changed values than this are answered by computing in full whoever names the tag. */
const mostTouched = 50_000

/** Says that a run wrote values of a tag: living audiences that name it bring themselves up to date. */
export const tagWritten = async (ctx: Ctx, { no, key }: { no: number; key: string }, run: number): Promise<void> => {
  const named = await namedBy(ctx, key)
  if (named.length === 0) return
  const rows = await ctx.ch.rows<{ customer_no: number }>(
    ch.sql`select distinct customer_no from tag_values where tag_no = ${u32(no)} and run = ${u32(run)} limit ${u32(mostTouched + 1)}`,
  )
  if (rows.length > mostTouched) await askRebuild(ctx, named)
  else
    await customersTouched(
      ctx,
      rows.map(({ customer_no }) => customer_no),
    )
}

/** Living audiences that name the tag, or are defined by others, which may. */
const namedBy = async (ctx: Ctx, key: string): Promise<string[]> => {
  const rows = await ctx.pg
    .selectFrom('audiences.live')
    .innerJoin('audiences.audience', 'id', 'audience_id')
    .leftJoin('audiences.mention', 'audiences.mention.audience_id', 'id')
    .select(['id', 'definition', 'mentioned_id'])
    .where('switched_on', '=', true)
    .execute()
  const ids = rows
    .filter(({ definition, mentioned_id }) => mentioned_id !== null || tagsNamed(definition).includes(key))
    .map(({ id }) => id)
  return [...new Set(ids)]
}
