import { createHash, randomUUID } from 'node:crypto'
import { type Ctx, canonicalJson, ch } from '#platform'
import type { ListKind } from './contract.ts'
import { problem } from './problem.ts'
import type { MadeOf } from './tables.ts'
import './tables.ts'

const { sql, u32, u32s, uuid } = ch

/** A sub-query of one row, `bitmap`: the members of a list as they were frozen. */
export const listBitmap = (id: string): ch.Sql =>
  sql`(select groupBitmapMergeState(members) as bitmap from audience_lists where list_id = ${uuid(id)})`

export interface NewList {
  name: string
  kind: ListKind
  /** In the words of who makes it. */
  why: string
  /** What it is made of, in full: with it the list can be made again. No personal data. */
  madeOf: MadeOf
  audienceId?: string
  /** The instant the members are true of; now unless given. */
  asOf?: Date
  /** Customer numbers, or a statement of one row, `members`: a bitmap of them. */
  members: ch.Sql | readonly number[]
}

/** A list, frozen: members and what it was made of are never changed again. */
export interface SavedList {
  id: string
  size: number
  contentHash: string
}

/** Numbers of one statement, and of one page on the way back: 100,000 are 0.7 MB of text. */
const blockSize = 100_000

/**
 * Freezes a set of customers: members to ClickHouse, then the row that shows them with the audit record. Not for use inside
 * a transaction. A crash between the two leaves a bitmap that nobody sees; `audiences.pruneLists` drops it.
 */
export const saveList = async (ctx: Ctx, given: NewList): Promise<SavedList> => {
  const { name, kind, why, madeOf, audienceId, members, asOf = ctx.now() } = given
  const id = randomUUID()
  await writeMembers(ctx, id, members)
  const { size, contentHash } = await hashOf(ctx, id, madeOf)
  await ctx.tx(async (ctx) => {
    await ctx.pg
      .insertInto('audiences.list')
      .values({
        id,
        name,
        kind,
        why,
        made_of: JSON.stringify(madeOf),
        audience_id: audienceId ?? null,
        size,
        content_hash: contentHash,
        as_of: asOf,
        created_at: ctx.now(),
        created_by: ctx.actor.name,
      })
      .execute()
    await ctx.audit.record(ctx, {
      action: 'list.create',
      subject: `list:${id}`,
      detail: { name, kind, size, contentHash },
    })
  })
  return { id, size, contentHash }
}

const writeMembers = async (ctx: Ctx, id: string, members: NewList['members']): Promise<void> => {
  if ('parts' in members) {
    await ctx.ch.command(
      sql`insert into audience_lists (list_id, members) select ${uuid(id)}, members from (${members})`,
      { timeoutSeconds: 300 },
    )
    return
  }
  // Rows of one key are united when they are read.
  for (let at = 0; at < members.length; at += blockSize)
    await ctx.ch.command(
      sql`insert into audience_lists (list_id, members) select ${uuid(id)}, groupBitmapState(toUInt32(no)) from (select arrayJoin(${u32s(members.slice(at, at + blockSize))}) as no)`,
    )
}

/** Numbers of a list above `after`, ascending, at most `size`. */
export const listPage = async (ctx: Ctx, id: string, after: number, size: number): Promise<number[]> => {
  // One row with an array: a row per number took 5 × as long on the way out.
  const row = await ctx.ch.one<{ nos: number[] }>(
    sql`select arraySort(bitmapToArray(bitmapSubsetLimit(bitmap, toUInt32(${u32(after + 1)}), toUInt32(${u32(size)})))) as nos from ${listBitmap(id)}`,
  )
  return row?.nos ?? []
}

/** Numbers of a list ascending, in blocks. */
export async function* numbersOf(ctx: Ctx, id: string, size = blockSize): AsyncGenerator<number[]> {
  for (let after = -1; ; ) {
    const nos = await listPage(ctx, id, after, size)
    if (nos.length > 0) yield nos
    const last = nos.at(-1)
    if (last === undefined || nos.length < size) return
    after = last
  }
}

/** Size and content hash of the members as they are stored now. */
export const hashOf = async (ctx: Ctx, id: string, madeOf: MadeOf): Promise<{ size: number; contentHash: string }> => {
  const hash = createHash('sha256').update(`${canonicalJson(madeOf)}\n`)
  let size = 0
  for await (const nos of numbersOf(ctx, id)) {
    hash.update(`${size > 0 ? ',' : ''}${nos.join(',')}`)
    size += nos.length
  }
  return { size, contentHash: hash.digest('hex') }
}

/** Customer numbers of a list, ascending, in blocks. For export. @throws problem.listUnknown */
export async function* listNos(ctx: Ctx, id: string, size = 5_000): AsyncGenerator<number[]> {
  const row = await ctx.pg.selectFrom('audiences.list').select('id').where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.listUnknown({ id })
  yield* numbersOf(ctx, id, size)
}
