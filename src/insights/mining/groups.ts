import { type Ctx, ch } from '#platform'

/** Numbers of one statement: 100,000 are 0.7 MB of text. */
const blockSize = 100_000

/** Keeps the people of parts of an answer, by number, in blocks: states of one part add up. */
export const writeGroups = async (
  ctx: Ctx,
  id: string,
  groups: readonly { part: string; nos: Uint32Array }[],
  signal: AbortSignal,
): Promise<void> => {
  for (const { part, nos } of groups)
    for (let at = 0; at < nos.length; at += blockSize) {
      signal.throwIfAborted()
      await ctx.ch.command(
        ch.sql`insert into insight_groups select ${ch.uuid(id)}, ${ch.str(part)}, groupBitmapState(no) from (select arrayJoin(${ch.u32s(Array.from(nos.subarray(at, at + blockSize)))}) as no)`,
      )
    }
}
