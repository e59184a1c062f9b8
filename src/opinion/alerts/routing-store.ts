import { sql } from 'kysely'
import type { Ctx, Json } from '#platform'
import { problem } from './problem.ts'
import { Routing, type RoutingVersion } from './routing-contract.ts'
import './tables.ts'

/** The routing tree in force: each change is a new version, the newest holds. */

const parsed = new WeakMap<object, { version: number; document: Routing }>()

/** The tree that holds now. */
export const currentRouting = async (ctx: Ctx): Promise<RoutingVersion> => {
  const row = await ctx.pg
    .selectFrom('opinion.routing')
    .selectAll()
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  const known = parsed.get(ctx.store)
  const document = known?.version === row.version ? known.document : Routing.parse(row.document)
  parsed.set(ctx.store, { version: row.version, document })
  return { version: row.version, document, reason: row.reason, by: row.made_by, at: row.made_at.toISOString() }
}

/** The tree and who changed it when. */
export const readRouting = async (ctx: Ctx) => {
  const rows = await ctx.pg
    .selectFrom('opinion.routing')
    .select(['version', 'reason', 'made_by', 'made_at'])
    .orderBy('version', 'desc')
    .limit(50)
    .execute()
  return {
    current: await currentRouting(ctx),
    past: rows.slice(1).map((row) => ({
      version: row.version,
      reason: row.reason,
      by: row.made_by,
      at: row.made_at.toISOString(),
    })),
  }
}

/** @throws problem.routingWrong naming what does not fit */
export const checkRouting = (document: unknown): Routing => {
  const read = Routing.safeParse(document)
  if (!read.success)
    throw problem.routingWrong({
      issues: read.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message })),
    })
  return read.data
}

/** A new tree, at once. @throws problem.routingWrong, problem.routingChanged, problem.channelUnknown */
export const changeRouting = (
  ctx: Ctx,
  { document, reason, basedOn }: { document: Record<string, unknown>; reason: string; basedOn: number },
): Promise<RoutingVersion> =>
  ctx.tx(async (ctx) => {
    await sql`select pg_advisory_xact_lock(7261039)`.execute(ctx.pg)
    const checked = checkRouting(document)
    const current = await currentRouting(ctx)
    if (current.version !== basedOn) throw problem.routingChanged({ version: current.version })
    const channels = checked.receivers.flatMap(({ channels, people }) => [
      ...channels,
      ...people.map(({ channelId }) => channelId),
    ])
    const known = await ctx.pg
      .selectFrom('opinion.alert_channel')
      .select('id')
      .where('deleted_at', 'is', null)
      .execute()
    const missing = channels.find((id) => !known.some((one) => one.id === id))
    if (missing !== undefined) throw problem.channelUnknown({ id: missing })
    await ctx.pg
      .insertInto('opinion.routing')
      .values({
        version: basedOn + 1,
        document: JSON.stringify(checked),
        reason,
        made_by: ctx.actor.name,
        made_at: ctx.now(),
      })
      .execute()
    await ctx.audit.record(ctx, {
      action: 'alertRouting.change',
      detail: { version: basedOn + 1, reason, document: JSON.parse(JSON.stringify(checked)) as Json },
    })
    return currentRouting(ctx)
  })
