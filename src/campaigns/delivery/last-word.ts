import { sql } from 'kysely'
import type { Ctx } from '#platform'
import '../tables.ts'
import { type Claim, type ClaimedSend, giveBack, type HeldSend, type Recheck, refuseSends } from './claim.ts'

/** The gate's word about a claim: how long it holds, and what is done when it has become another. */
export interface LastWord {
  /** Those of a request that may leave now, asked again where the word has grown old. They are gone with it. */
  leave<One extends { send: HeldSend }>(request: readonly One[]): Promise<One[]>
}

/** A word older than this is asked for again before anything leaves by it. */
export const wordHoldsMs = 1_000
/** Where asking takes long, it holds for so many times as long: a slow store is not asked without end. */
const patience = 4

interface Asking {
  claim: Claim
  owner: string
  recheck: (ctx: Ctx, sends: readonly ClaimedSend[]) => Promise<ReadonlyMap<string, Recheck>>
  /** `performance.now()` when the gate was asked in the claim; undefined: it has to be asked anew. */
  askedAt: number | undefined
  holdsMs: number
}

/**
 * A claim can take long to leave: a slow account, a queue, an account that failed before. Somebody may withdraw meanwhile, a campaign
 * may be paused, hours may close. So the gate is asked again about all that still wait, never longer ago than a second.
 */
export const openLastWord = (ctx: Ctx, { claim, owner, recheck, askedAt, holdsMs }: Asking): LastWord => {
  const waiting = new Map(claim.sends.map((send) => [send.id, send]))
  let at = askedAt ?? Number.NEGATIVE_INFINITY
  let tookMs = 0
  let asking: Promise<void> | undefined
  const ask = async () => {
    const startedAt = performance.now()
    for (const id of await keptBack(ctx, { claim, owner, sends: [...waiting.values()], recheck })) waiting.delete(id)
    tookMs = performance.now() - startedAt
    at = startedAt
  }
  return {
    leave: async (request) => {
      if (performance.now() - at >= Math.max(holdsMs, patience * tookMs)) {
        asking ??= ask().finally(() => {
          asking = undefined
        })
        await asking
      }
      return request.filter(({ send }) => waiting.delete(send.id))
    },
  }
}

/** Asks the gate about sends that this process holds; who may not leave is refused or planned again. @returns those */
const keptBack = (
  ctx: Ctx,
  { claim, owner, sends, recheck }: Pick<Asking, 'claim' | 'owner' | 'recheck'> & { sends: readonly HeldSend[] },
): Promise<string[]> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ id: string }>`
      select id::text as id from campaigns.send where id = any(${sends.map(({ id }) => id)}::bigint[]) and state = 'queued'
        and lease = ${owner}::uuid and provider_key = ${claim.batch} order by id for update`.execute(ctx.pg)
    const mine = new Set(rows.map(({ id }) => id))
    // Whom somebody else decided over meanwhile is not in our hands any more.
    const gone = sends.filter(({ id }) => !mine.has(id)).map(({ id }) => id)
    const held = sends.filter(({ id }) => mine.has(id))
    const verdicts = await recheck(ctx, held)
    await refuseSends(
      ctx,
      held.flatMap(({ id }) => {
        const verdict = verdicts.get(id)
        return verdict?.is === 'refused' ? [{ id, ...verdict }] : []
      }),
    )
    const later = Map.groupBy(
      held.flatMap((send) => {
        const verdict = verdicts.get(send.id)
        if (!verdict || verdict.is === 'refused') return []
        return [{ send, at: verdict.is === 'deferred' ? verdict.until : ctx.now() }]
      }),
      (one) => one.at.getTime(),
    )
    for (const [at, group] of later)
      await giveBack(ctx, { batch: claim.batch, owner, sends: group.map(({ send }) => send), at: new Date(at) })
    return [...gone, ...held.filter(({ id }) => verdicts.has(id)).map(({ id }) => id)]
  })
