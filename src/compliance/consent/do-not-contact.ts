import { sql } from 'kysely'
import { type Ctx, mask, normaliseIdentifier, scanText } from '#platform'
import type { DncEntry, DncOrigin, DncQuery } from './do-not-contact-contract.ts'
import { familyOf } from './people.ts'
import { problem } from './problem.ts'
import { mustBeSecondPerson, personOf } from './second-person.ts'
import './tables.ts'

/** Addresses nobody writes to or calls, for all brands and purposes (M1, M2): found by keyed blind index, never stored in clear. */

export type AddressKind = 'phone' | 'email'

export interface Barred {
  id: string
  kind: AddressKind
  hash: string
  masked: string
  origin: DncOrigin
  at: Date
}

interface BarredRow extends Barred {
  asked: number
}

const barredColumns = sql`d.id::text as id, d.kind, d.hash::text as hash, d.masked, d.origin, d.at`

/** Which of these addresses (blind indices, `vault.blindIndex('phone' | 'email', value)`) nobody may contact. One statement. */
export const doNotContact = async (ctx: Ctx, hashes: readonly string[]): Promise<Map<string, Barred>> => {
  if (hashes.length === 0) return new Map()
  const { rows } = await sql<Barred>`
    select ${barredColumns} from compliance.do_not_contact d where d.hash = any(${[...hashes]}::uuid[]) and d.removed_at is null`.execute(
    ctx.pg,
  )
  return new Map(rows.map((row) => [row.hash, row]))
}

/** Addresses of these people that nobody may contact, by the number asked for; of merged people under all their numbers. One statement. */
export const doNotContactOf = async (ctx: Ctx, nos: readonly number[]): Promise<Map<number, Barred[]>> => {
  const barred = new Map<number, Barred[]>(nos.map((no) => [no, []]))
  if (nos.length === 0) return barred
  const { rows } = await sql<BarredRow>`
    with ${familyOf(nos)}
    select f.asked, ${barredColumns} from family f join customers.identifier i on i.no = f.no
    join compliance.do_not_contact d on d.hash = i.hash and d.removed_at is null order by d.id`.execute(ctx.pg)
  for (const { asked, ...row } of rows) barred.get(asked)?.push(row)
  return barred
}

/** An address as it was typed. @throws problem.addressInvalid */
export const addressOf = (value: string): { kind: AddressKind; value: string } => {
  for (const kind of ['phone', 'email'] as const) {
    const normal = normaliseIdentifier(kind, value)
    if (normal !== undefined) return { kind, value: normal }
  }
  throw problem.addressInvalid()
}

/**
 * Bars addresses; those that are barred stay as they are, but a reply of the owner himself counts more than other grounds.
 * @returns ids of the entries made now
 */
export const barAddresses = async (
  ctx: Ctx,
  addresses: readonly { kind: AddressKind; value: string }[],
  { origin, note = '', at = ctx.now() }: { origin: DncOrigin; note?: string; at?: Date },
): Promise<string[]> => {
  if (addresses.length === 0) return []
  const rows = new Map(
    addresses.map(({ kind, value }) => {
      const hash = ctx.vault.blindIndex(kind, value)
      return [hash, { kind, hash, masked: mask(kind, value) }]
    }),
  )
  const { rows: made } = await sql<{ id: string; fresh: boolean }>`
    insert into compliance.do_not_contact (kind, hash, masked, origin, note, at, by)
    select kind, hash, masked, ${origin}, ${scanText(note).text}, ${at}, ${ctx.actor.name}
    from json_to_recordset(${JSON.stringify([...rows.values()])}::text::json) as given (kind text, hash uuid, masked text)
    on conflict (hash) where removed_at is null
    do update set origin = excluded.origin where excluded.origin = 'reply' and do_not_contact.origin <> 'reply'
    returning id::text as id, xmax = 0 as fresh`.execute(ctx.pg)
  return made.flatMap(({ id, fresh }) => (fresh ? [id] : []))
}

interface EntryRow {
  id: string
  kind: AddressKind
  masked: string
  origin: DncOrigin
  note: string
  at: Date
  by: string
  removal_asked_at: Date | null
  removal_asked_by_name: string | null
  removal_asked_by: string | null
  removal_reason: string | null
  removed_at: Date | null
  removed_by: string | null
}

const shown = (ctx: Ctx, row: EntryRow): DncEntry => ({
  id: row.id,
  kind: row.kind,
  masked: row.masked,
  origin: row.origin,
  note: row.note,
  at: row.at.toISOString(),
  by: row.by,
  removal:
    row.removal_asked_at === null || row.removal_asked_by_name === null || row.removal_reason === null
      ? null
      : {
          at: row.removal_asked_at.toISOString(),
          by: row.removal_asked_by_name,
          reason: row.removal_reason,
          own: row.removal_asked_by === personOf(ctx.actor),
        },
  removedAt: row.removed_at?.toISOString() ?? null,
  removedBy: row.removed_by,
})

const entryColumns = sql`id::text as id, kind, masked, origin, note, at, by, removal_asked_at, removal_asked_by_name,
  removal_asked_by, removal_reason, removed_at, removed_by`

/** Newest first; an address in full finds its own entry, removed ones too. @throws problem.addressInvalid */
export const readEntries = async (
  ctx: Ctx,
  { address, origin, removal, after, limit }: DncQuery,
): Promise<{ items: DncEntry[]; total: number; next: string | null }> => {
  const wanted = address === undefined || address.trim() === '' ? undefined : addressOf(address)
  const hash = wanted && ctx.vault.blindIndex(wanted.kind, wanted.value)
  const filter = sql`${hash === undefined ? sql`removed_at is null` : sql`hash = ${hash}::uuid`}
    ${origin ? sql`and origin = ${origin}` : sql``} ${removal ? sql`and removal_asked_at is not null` : sql``}`
  const { rows } = await sql<EntryRow>`
    select ${entryColumns} from compliance.do_not_contact where ${filter} ${after ? sql`and id < ${after}::bigint` : sql``}
    order by id desc limit ${limit + 1}`.execute(ctx.pg)
  const { rows: counted } = await sql<{ total: number }>`
    select count(*)::int as total from compliance.do_not_contact where ${filter}`.execute(ctx.pg)
  const items = rows.slice(0, limit).map((row) => shown(ctx, row))
  return {
    items,
    total: counted[0]?.total ?? 0,
    next: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
  }
}

/** Everything that stands, for a file; masked. */
export async function* allEntries(
  ctx: Ctx,
): AsyncGenerator<{ kind: string; address: string; origin: string; note: string; at: string; by: string }> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await readEntries(ctx, { limit: 2_000, ...(after !== undefined && { after }) })
    for (const { kind, masked, origin, note, at, by } of items) yield { kind, address: masked, origin, note, at, by }
    if (next === null) return
    after = next
  }
}

/** @returns the entry, which may have been there before. @throws problem.addressInvalid */
export const addEntry = (
  ctx: Ctx,
  { address, origin, note }: { address: string; origin: DncOrigin; note: string },
): Promise<DncEntry> => {
  const given = addressOf(address)
  return ctx.tx(async (ctx) => {
    const [id] = await barAddresses(ctx, [given], { origin, note })
    const { rows } = await sql<EntryRow>`
      select ${entryColumns} from compliance.do_not_contact
      where hash = ${ctx.vault.blindIndex(given.kind, given.value)}::uuid and removed_at is null`.execute(ctx.pg)
    const [row] = rows
    if (!row) throw problem.entryUnknown()
    if (id !== undefined)
      await ctx.audit.record(ctx, { action: 'doNotContact.add', subject: `doNotContact:${id}`, detail: { origin } })
    return shown(ctx, row)
  })
}

const standing = async (ctx: Ctx, id: string): Promise<EntryRow> => {
  const { rows } = await sql<EntryRow>`
    select ${entryColumns} from compliance.do_not_contact where id = ${id}::bigint for update`.execute(ctx.pg)
  const [row] = rows
  if (!row) throw problem.entryUnknown({ id })
  if (row.removed_at) throw problem.entryRemoved({ id })
  return row
}

/** Asks that an address may be contacted again; a second person decides. @throws problem.removalAsked */
export const askRemoval = (ctx: Ctx, { id, reason }: { id: string; reason: string }): Promise<DncEntry> =>
  ctx.tx(async (ctx) => {
    const row = await standing(ctx, id)
    if (row.removal_asked_at) throw problem.removalAsked({ id })
    const asked = {
      removal_asked_at: ctx.now(),
      removal_asked_by: personOf(ctx.actor),
      removal_asked_by_name: ctx.actor.name,
      removal_reason: scanText(reason).text,
    }
    await ctx.pg.updateTable('compliance.do_not_contact').set(asked).where('id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'doNotContact.askRemoval', subject: `doNotContact:${id}` })
    return shown(ctx, { ...row, ...asked })
  })

/**
 * Decides over a removal: by somebody else than who asked, and by no key.
 * @throws problem.removalNotAsked, problem.secondPersonNeeded
 */
export const decideRemoval = (
  ctx: Ctx,
  { id, decision, note }: { id: string; decision: 'approve' | 'refuse'; note: string },
): Promise<DncEntry> =>
  ctx.tx(async (ctx) => {
    const row = await standing(ctx, id)
    if (row.removal_asked_by === null) throw problem.removalNotAsked({ id })
    await mustBeSecondPerson(ctx, row.removal_asked_by)
    const decided =
      decision === 'approve'
        ? { removed_at: ctx.now(), removed_by: ctx.actor.name }
        : { removal_asked_at: null, removal_asked_by: null, removal_asked_by_name: null, removal_reason: null }
    await ctx.pg.updateTable('compliance.do_not_contact').set(decided).where('id', '=', id).execute()
    await ctx.audit.record(ctx, {
      action: 'doNotContact.decideRemoval',
      subject: `doNotContact:${id}`,
      detail: { decision, origin: row.origin, note: scanText(note).text },
    })
    return shown(ctx, { ...row, ...decided })
  })
