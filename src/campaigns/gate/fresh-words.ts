import { sql } from 'kysely'
import type { Ctx } from '#platform'

/**
 * The gate's words about sends that it planned a moment ago in this process, on the embedded store. As long as nobody has said
 * anything since (consents, exclusions, barred addresses, merged and erased people, limits) a word is what asking again would give, and asking
 * again costs as much as deciding.
 */

/** So long what no mark shows (a trait, the hours) may be as it was. */
const freshMs = 1_000

interface Word {
  mark: string
  /** `performance.now()`, and the clock of the program. */
  at: number
  nowMs: number
}

const words = new WeakMap<object, Map<string, Word>>()

/**
 * Where the tables stand that people's words are kept in: it moves with each word, also one that is taken back. Undefined on a
 * server, where what others have said may not be committed yet.
 */
export const markOfWords = async (ctx: Ctx): Promise<string | undefined> => {
  if (ctx.store.mode !== 'embedded') return undefined
  const { rows } = await sql<{ mark: string }>`
    select concat_ws(' ', pg_sequence_last_value(pg_get_serial_sequence('compliance.consent', 'id')),
      pg_sequence_last_value(pg_get_serial_sequence('compliance.exclusion', 'id')),
      pg_sequence_last_value(pg_get_serial_sequence('compliance.do_not_contact', 'id')),
      pg_sequence_last_value(pg_get_serial_sequence('customers.merge', 'id')),
      (select max(id) from campaigns.limit_version),
      (select count(*) from customers.customer where erased_at is not null)) as mark`.execute(ctx.pg)
  return rows[0]?.mark
}

/** Sends were planned from facts read after the mark. */
export const noteWords = (ctx: Ctx, mark: string | undefined, sendIds: Iterable<string>): void => {
  if (mark === undefined) return
  const held = words.get(ctx.store) ?? new Map<string, Word>()
  words.set(ctx.store, held)
  const at = performance.now()
  // In the order in which they were noted: the old ones stand first.
  for (const [id, word] of held) {
    if (at - word.at < freshMs) break
    held.delete(id)
  }
  const nowMs = ctx.now().getTime()
  for (const id of sendIds) held.set(id, { mark, at, nowMs })
}

/** Those of these sends about which the gate's word is fresh. A word serves once. */
export const freshOf = async (ctx: Ctx, sendIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const held = words.get(ctx.store)
  const known = sendIds.flatMap((id) => {
    const word = held?.get(id)
    held?.delete(id)
    return word ? [{ id, word }] : []
  })
  if (known.length === 0) return new Set()
  const mark = await markOfWords(ctx)
  const at = performance.now()
  const nowMs = ctx.now().getTime()
  return new Set(
    known.flatMap(({ id, word }) =>
      word.mark === mark && at - word.at < freshMs && Math.abs(nowMs - word.nowMs) < freshMs ? [id] : [],
    ),
  )
}
