import { sql } from 'kysely'
import type { z } from 'zod'
import { type Ctx, scanText } from '#platform'
import type { Entry, EntryKind, EntryPage, EntryQuery, FeedQuery, Lane } from './incident-contract.ts'

/** The one timeline of an incident. Only ever grows; numbers and addresses of persons in it are masked. */

export interface NewEntry {
  kind: EntryKind
  lane?: Lane | null
  text?: string
  detail?: Entry['detail']
  mentions?: readonly string[]
  /** When it was; now unless given. */
  at?: Date
  /** Written once per incident. */
  key?: string
}

/** @returns whether it was written: a key that is there already is not written again */
export const addEntry = async (ctx: Ctx, incidentId: number, entry: NewEntry): Promise<boolean> => {
  const { kind, lane = null, text = '', detail = {}, mentions = [], at = ctx.now(), key = null } = entry
  const { rows } = await sql<{ id: string }>`
    insert into opinion.incident_entry (incident_id, drill_id, at, written_at, kind, lane, by_id, by_name, text, detail, mentions, key)
    select i.id, i.drill_id, ${at}, ${ctx.now()}, ${kind}, ${lane}::text, ${ctx.actor.id}, ${ctx.actor.name},
      ${scanText(text).text}, ${JSON.stringify(detail)}::jsonb, ${[...mentions]}::text[], ${key}::text
    from opinion.incident i where i.id = ${incidentId}
    on conflict (incident_id, key) where key is not null do nothing returning id::text as id`.execute(ctx.pg)
  return rows.length > 0
}

interface Row {
  id: string
  incident_id: number
  incident: string
  at: Date
  written_at: Date
  kind: EntryKind
  lane: Lane | null
  by_name: string
  text: string
  detail: Entry['detail']
  mentions: string[]
}

const shown = (ctx: Ctx, row: Row): Entry => ({
  id: Number(row.id),
  incidentId: row.incident_id,
  incident: row.incident,
  at: row.at.toISOString(),
  writtenAt: row.written_at.toISOString(),
  kind: row.kind,
  lane: row.lane,
  by: row.by_name,
  text: row.text,
  detail: row.detail,
  mentionsMe: row.mentions.includes(ctx.actor.id),
})

const columns = sql`e.id::text as id, e.incident_id, i.title as incident, e.at, e.written_at, e.kind, e.lane, e.by_name, e.text,
  e.detail, e.mentions`

/** The timeline of one incident, oldest first; with `before` the page that ends there. */
export const readEntries = async (
  ctx: Ctx,
  { id, kinds, before, limit }: z.output<typeof EntryQuery> & { id: number },
): Promise<EntryPage> => {
  const { rows } = await sql<Row>`
    select ${columns} from opinion.incident_entry e join opinion.incident i on i.id = e.incident_id
    where e.incident_id = ${id} ${kinds && kinds.length > 0 ? sql`and e.kind = any(${kinds}::text[])` : sql``}
      ${before === undefined ? sql`` : sql`and (e.at, e.id) < (select at, id from opinion.incident_entry where id = ${before})`}
    order by e.at desc, e.id desc limit ${limit + 1}`.execute(ctx.pg)
  const page = rows.slice(0, limit).reverse()
  return {
    items: page.map((row) => shown(ctx, row)),
    next: rows.length > limit ? Number(page[0]?.id ?? 0) : null,
  }
}

/** What happened in all incidents, newest first. */
export const readFeed = async (
  ctx: Ctx,
  { mentionsMe, drillId, before, limit }: z.output<typeof FeedQuery>,
): Promise<EntryPage> => {
  const { rows } = await sql<Row>`
    select ${columns} from opinion.incident_entry e join opinion.incident i on i.id = e.incident_id
    where e.drill_id = ${drillId} ${mentionsMe ? sql`and e.mentions @> array[${ctx.actor.id}]::text[]` : sql``}
      ${before === undefined ? sql`` : sql`and e.id < ${before}`}
    order by e.id desc limit ${limit + 1}`.execute(ctx.pg)
  const page = rows.slice(0, limit)
  return {
    items: page.map((row) => shown(ctx, row)),
    next: rows.length > limit ? Number(page.at(-1)?.id ?? 0) : null,
  }
}
