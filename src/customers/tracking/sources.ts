import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import type { NewSource, SourceChange } from '../contract.ts'
import { problem } from '../problem.ts'
import type { SourceRules } from './message.ts'

export interface Source extends SourceRules {
  name: string
  enabled: boolean
  quotaPerSecond: number
}

const hashKey = (writeKey: string): string => createHash('sha256').update(writeKey).digest('hex')
/** 25 characters that start with c: the one form that every published client takes, @jitsu/js included. */
const newKey = (): string => `c${randomBytes(18).toString('base64url')}`

const longestKey = 200

/** A switched-off source or a rotated key is refused everywhere after at most this long. */
const freshMs = 2_000

interface Counts {
  accepted: number
  duplicates: number
  rejected: number
}

export interface Sources {
  /** The source of a write key. @throws customers.writeKeyUnknown */
  byKey(ctx: Ctx, writeKey: string): Promise<Source>
  /** Takes `count` from the source's budget of this second. @throws customers.quotaExceeded */
  spend(source: Source, count: number): void
  count(sourceId: number, counts: Partial<Counts>): void
  /** Writes the counts of the last seconds. */
  flush(ctx: Ctx): Promise<void>
  forget(): void
}

export const openSources = (): Sources => {
  const byHash = new Map<string, { source: Source | undefined; readAt: number }>()
  const budgets = new Map<number, { second: number; used: number }>()
  let counts = new Map<string, Counts & { sourceId: number; minute: number }>()
  const rawToHash = new Map<string, string>()
  const add = ({ sourceId, minute, accepted, duplicates, rejected }: Counts & { sourceId: number; minute: number }) => {
    const key = `${sourceId}:${minute}`
    const held = counts.get(key) ?? { sourceId, minute, accepted: 0, duplicates: 0, rejected: 0 }
    held.accepted += accepted
    held.duplicates += duplicates
    held.rejected += rejected
    counts.set(key, held)
  }
  return {
    byKey: async (ctx, writeKey) => {
      // Anybody may send any text as a key; what is remembered must stay small.
      if (writeKey.length > longestKey) throw problem.writeKeyUnknown()
      let hash = rawToHash.get(writeKey)
      if (!hash) {
        hash = hashKey(writeKey)
        if (rawToHash.size > 10_000) rawToHash.clear()
        rawToHash.set(writeKey, hash)
      }
      let held = byHash.get(hash)
      if (!held || Date.now() - held.readAt > freshMs) {
        const row = await ctx.pg
          .selectFrom('customers.source')
          .selectAll()
          .where('key_hash', '=', hash)
          .executeTakeFirst()
        held = {
          source: row && {
            id: row.id,
            name: row.name,
            enabled: row.enabled,
            quotaPerSecond: row.quota_per_second,
            personalRule: row.personal_rule === 'identify' ? 'identify' : 'mask',
            mayVerify: row.kind === 'server',
          },
          readAt: Date.now(),
        }
        if (byHash.size > 10_000) byHash.clear()
        byHash.set(hash, held)
      }
      if (!held.source?.enabled) throw problem.writeKeyUnknown()
      return held.source
    },
    spend: ({ id, quotaPerSecond }, count) => {
      const second = Math.floor(Date.now() / 1_000)
      let budget = budgets.get(id)
      if (!budget || budget.second !== second) {
        budget = { second, used: 0 }
        budgets.set(id, budget)
      }
      // The first batch of a second passes whole, so that a quota below the batch size still lets something through.
      if (budget.used > 0 && budget.used + count > quotaPerSecond) throw problem.quotaExceeded({ quotaPerSecond })
      budget.used += count
    },
    count: (sourceId, { accepted = 0, duplicates = 0, rejected = 0 }) => {
      const minute = Math.floor(Date.now() / 60_000)
      add({ sourceId, minute, accepted, duplicates, rejected })
    },
    flush: async (ctx) => {
      if (counts.size === 0) return
      const rows = [...counts.values()]
      counts = new Map()
      try {
        await ctx.tx(async (ctx) => {
          await sql`
            insert into customers.source_minute as m (source_id, minute, accepted, duplicates, rejected)
            select * from unnest(${rows.map(({ sourceId }) => sourceId)}::smallint[], ${rows.map(({ minute }) => new Date(minute * 60_000).toISOString())}::timestamptz[],
              ${rows.map(({ accepted }) => accepted)}::int[], ${rows.map(({ duplicates }) => duplicates)}::int[], ${rows.map(({ rejected }) => rejected)}::int[])
            on conflict (source_id, minute) do update set accepted = m.accepted + excluded.accepted, duplicates = m.duplicates + excluded.duplicates, rejected = m.rejected + excluded.rejected`.execute(
            ctx.pg,
          )
          await sql`update customers.source set last_seen_at = ${ctx.now()} where id = any(${[...new Set(rows.map(({ sourceId }) => sourceId))]}::smallint[])`.execute(
            ctx.pg,
          )
        })
      } catch (error) {
        // Added to what was counted meanwhile, for the next attempt.
        for (const row of rows) add(row)
        throw error
      }
    },
    forget: () => byHash.clear(),
  }
}

/** A new source; its write key is in the answer and nowhere else. @throws customers.sourceNameTaken */
export const createSource = (ctx: Ctx, { name, kind, quotaPerSecond, personalRule, basis }: NewSource) =>
  ctx.tx(async (ctx) => {
    const writeKey = newKey()
    const row = await ctx.pg
      .insertInto('customers.source')
      .values({
        name,
        kind,
        key_hash: hashKey(writeKey),
        quota_per_second: quotaPerSecond,
        personal_rule: personalRule,
        basis,
        created_by: ctx.actor.id,
        last_seen_at: null,
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.sourceNameTaken({ name })
    await ctx.audit.record(ctx, {
      action: 'source.create',
      subject: `source:${row.id}`,
      detail: { name, kind, quotaPerSecond, personalRule, basis },
    })
    return { id: String(row.id), name, writeKey }
  })

/** Changes what is given; a missing field stays. @throws customers.sourceUnknown, customers.sourceNameTaken */
export const changeSource = (
  ctx: Ctx,
  { id, name, enabled, quotaPerSecond, personalRule, basis }: SourceChange & { id: string },
) =>
  ctx.tx(async (ctx) => {
    if (name !== undefined) {
      const taken = await ctx.pg
        .selectFrom('customers.source')
        .select('id')
        .where('name', '=', name)
        .where('id', '!=', Number(id))
        .executeTakeFirst()
      if (taken) throw problem.sourceNameTaken({ name })
    }
    const row = await ctx.pg
      .updateTable('customers.source')
      .set({
        name: name ?? sql.ref('name'),
        enabled: enabled ?? sql.ref('enabled'),
        quota_per_second: quotaPerSecond ?? sql.ref('quota_per_second'),
        personal_rule: personalRule ?? sql.ref('personal_rule'),
        basis: basis ?? sql.ref('basis'),
      })
      .where('id', '=', Number(id))
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.sourceUnknown({ id })
    await ctx.audit.record(ctx, {
      action: 'source.change',
      subject: `source:${id}`,
      detail: { name, enabled, quotaPerSecond, personalRule, basis },
    })
    return { id }
  })

/** A new write key; the old one is refused from now on. @throws customers.sourceUnknown */
export const rotateKey = (ctx: Ctx, id: string) =>
  ctx.tx(async (ctx) => {
    const writeKey = newKey()
    const row = await ctx.pg
      .updateTable('customers.source')
      .set({ key_hash: hashKey(writeKey) })
      .where('id', '=', Number(id))
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.sourceUnknown({ id })
    await ctx.audit.record(ctx, { action: 'source.rotateKey', subject: `source:${id}` })
    return { id, writeKey }
  })

/** All sources with the last hour's counts. */
export const listSources = async (ctx: Ctx) => {
  const { rows } = await sql<{
    id: number
    name: string
    kind: string
    enabled: boolean
    quota_per_second: number
    personal_rule: string
    basis: string
    last_seen_at: Date | null
    created_at: Date
    accepted: number
    duplicates: number
    rejected: number
  }>`
    select s.*, coalesce(m.accepted, 0)::int as accepted, coalesce(m.duplicates, 0)::int as duplicates, coalesce(m.rejected, 0)::int as rejected
    from customers.source s left join (
      select source_id, sum(accepted) as accepted, sum(duplicates) as duplicates, sum(rejected) as rejected
      from customers.source_minute where minute > ${new Date(ctx.now().getTime() - 3_600_000)} group by source_id) m on m.source_id = s.id
    order by s.id`.execute(ctx.pg)
  return {
    items: rows.map((row) => ({
      id: String(row.id),
      name: row.name,
      kind: row.kind,
      enabled: row.enabled,
      quotaPerSecond: row.quota_per_second,
      personalRule: row.personal_rule === 'identify' ? ('identify' as const) : ('mask' as const),
      basis: row.basis,
      lastSeenAt: row.last_seen_at?.toISOString() ?? null,
      createdAt: row.created_at.toISOString(),
      acceptedLastHour: row.accepted,
      duplicatesLastHour: row.duplicates,
      rejectedLastHour: row.rejected,
    })),
  }
}

/** Counts per minute, oldest first, zeros included. */
export const sourceMinutes = async (ctx: Ctx, id: string, minutes: number) => {
  const last = Math.floor(ctx.now().getTime() / 60_000)
  const rows = await ctx.pg
    .selectFrom('customers.source_minute')
    .selectAll()
    .where('source_id', '=', Number(id))
    .where('minute', '>', new Date((last - minutes) * 60_000))
    .execute()
  const byMinute = new Map(rows.map((row) => [row.minute.getTime() / 60_000, row]))
  return {
    items: Array.from({ length: minutes }, (_, index) => {
      const minute = last - minutes + 1 + index
      const row = byMinute.get(minute)
      return {
        at: new Date(minute * 60_000).toISOString(),
        accepted: row?.accepted ?? 0,
        duplicates: row?.duplicates ?? 0,
        rejected: row?.rejected ?? 0,
      }
    }),
  }
}

/** The last messages of a source with their fate, newest first: what was stored and what was refused or masked. */
export const debugSource = async (ctx: Ctx, id: string, limit: number) => {
  const source = ch.u16(Number(id))
  const since = ch.moment(new Date(ctx.now().getTime() - 24 * 3_600_000))
  const [stored, refused] = await Promise.all([
    ctx.ch.rows<{ at: string; type: string; event: string; message_id: string; properties: string }>(
      ch.sql`select received_at as at, type, event, message_id, properties from events where source_id = ${source} and received_at >= ${since} order by received_at desc limit ${ch.u32(limit)}`,
    ),
    ctx.ch.rows<{
      at: string
      field: string
      value_masked: string
      code: string
      reason: string
      message_id: string
      message: string
    }>(
      ch.sql`select at, field, value_masked, code, reason, message_id, message from rejects where source_id = ${source} and import_id = 0 and at >= ${since} order by at desc limit ${ch.u32(limit)}`,
    ),
  ])
  const items = [
    ...stored.map(({ at, type, event, message_id, properties }) => ({
      at: new Date(at).toISOString(),
      fate: 'stored',
      type,
      event,
      messageId: message_id,
      message: properties.slice(0, 4_000),
    })),
    ...refused.map(({ at, field, value_masked, code, reason, message_id, message }) => ({
      at: new Date(at).toISOString(),
      fate: message === '' ? 'field' : code === 'duplicate' ? 'duplicate' : 'rejected',
      type: '',
      event: field,
      messageId: message_id,
      code,
      reason,
      message: message || value_masked,
    })),
  ]
  return { items: items.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, limit) }
}
