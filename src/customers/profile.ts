import { sql } from 'kysely'
import { type Ctx, mask, normaliseIdentifier } from '#platform'
import type { CustomerProfile, CustomerSearch } from './contract.ts'
import { type FamilyRow, familiesOf, type IdentifierRow, type Member } from './family.ts'
import { type IdentifierKind, kindAt, kindNumber, rulesOf } from './identity/kinds.ts'
import type { OriginNames } from './origins.ts'
import {
  emptyDocument,
  openDocument,
  type PersonalDocument,
  type StoredTrait,
  type TraitValue,
} from './personal-document.ts'
import { problem } from './problem.ts'
import type { Running } from './running.ts'
import type { TraitEntry } from './traits/dictionary.ts'
import { typeOf } from './traits/trait-type.ts'

const documentOf = (ctx: Ctx, { no, sealed, salt }: Pick<FamilyRow, 'no' | 'sealed' | 'salt'>): PersonalDocument =>
  sealed ? openDocument(ctx.vault, salt && { salt }, no, sealed) : emptyDocument()

/** The newest value of each trait over all numbers of a person. */
const latest = (sets: readonly Record<string, StoredTrait>[]): Map<string, StoredTrait> => {
  const newest = new Map<string, StoredTrait>()
  for (const set of sets) {
    for (const [name, trait] of Object.entries(set)) {
      const before = newest.get(name)
      if (!before || before[1] < trait[1]) newest.set(name, trait)
    }
  }
  return newest
}

export const maskTrait = (name: string, value: TraitValue): string =>
  mask(/name|姓名|名/i.test(name) ? 'name' : /addr|地址|street/i.test(name) ? 'address' : 'text', String(value))

/** What stands in lists: the masked name and the strongest identifiers. */
const displayOf = (
  documents: readonly PersonalDocument[],
  identifiers: readonly IdentifierRow[],
): Record<string, string> => {
  const display: Record<string, string> = {}
  const personal = latest(documents.map(({ t }) => t))
  const name =
    personal.get('name') ??
    personal.get('姓名') ??
    personal.get('fullName') ??
    personal.get('realName') ??
    personal.get('firstName')
  if (name) display.name = mask('name', String(name[0]))
  for (const { i } of documents) {
    for (const [kind, values] of Object.entries(i)) {
      const value = values?.at(-1)
      if (value && !display[kind]) display[kind] = mask(kind, value)
    }
  }
  for (const [kind, value] of identifiers) {
    const name = kindAt(kind)
    if (value && !display[name]) display[name] = value
  }
  return display
}

/** One person: masked identifiers and traits with where each came from. @throws customers.customerUnknown */
export const readProfile = async (
  ctx: Ctx,
  { families, dictionary, origins }: Pick<Running, 'families' | 'dictionary' | 'origins'>,
  id: string,
): Promise<CustomerProfile> => {
  const [family, entries, names] = await Promise.all([
    families.members(Number(id)),
    dictionary.entries(ctx),
    origins.names(ctx),
  ])
  const [root] = family ?? []
  if (!family || !root) throw problem.customerUnknown({ id })
  const documents = family.map((row) => documentOf(ctx, row))
  const identifiers = family.flatMap((row, index) =>
    identifiersOf(row, documents[index] ?? emptyDocument(), (kind, value) => ({
      value: rulesOf[kind].personal ? mask(kind, value) : value,
      masked: rulesOf[kind].personal,
    })),
  )
  const merges =
    family.length > 1
      ? await mergesInto(
          ctx,
          family.map(({ no }) => no),
        )
      : []
  return {
    id: String(root.no),
    createdAt: new Date(Math.min(...family.map(({ created_at }) => created_at.getTime()))).toISOString(),
    display: displayOf(
      documents,
      family.flatMap((row) => row.identifiers ?? []),
    ),
    identifiers,
    traits: [
      ...[...latest(documents.map(({ t }) => t))].map(([name, trait]) => shownTrait(entries, names, name, trait, true)),
      ...[...latest(family.map(({ traits }) => traits))].map(([name, trait]) =>
        shownTrait(entries, names, name, trait, false),
      ),
    ].sort((a, b) => a.name.localeCompare(b.name)),
    merged: merges,
    conflicts: conflictsOf(family),
    consents: consentsOf(family),
  }
}

/** The newest word for each purpose and channel, whichever of the person's numbers it was said under. */
const consentsOf = (family: readonly Member[]): CustomerProfile['consents'] => {
  const words = family.flatMap(({ consents }) => consents)
  const newest = new Map<string, (typeof words)[number]>()
  // Read within one number the newest comes alone; between numbers the later one counts, at one instant the one stored last.
  for (const word of words) {
    const [id, purpose, channel, , at] = word
    const key = JSON.stringify([purpose, channel])
    const before = newest.get(key)
    const later = before ? Date.parse(at) - Date.parse(before[4]) || id - before[0] : 1
    if (later > 0) newest.set(key, word)
  }
  return [...newest.values()]
    .map(([, purpose, channel, status, at, noticeVersion]) => ({
      purpose,
      channel: channel === '' ? null : channel,
      status,
      at: new Date(at).toISOString(),
      noticeVersion,
    }))
    .sort((a, b) => compareText(a.purpose, b.purpose) || compareText(a.channel ?? '', b.channel ?? ''))
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const identifiersOf = <Shown>(
  row: FamilyRow,
  document: PersonalDocument,
  show: (kind: IdentifierKind, value: string) => Shown & { value: string },
) => {
  // Personal values live in the document in the order they were attached, the same order as their rows.
  const rest = new Map(Object.entries(document.i).map(([kind, values]) => [kind, [...(values ?? [])]]))
  return (row.identifiers ?? []).flatMap(([number, plain, seenAt, sourceId, importId, verifiedAt]) => {
    const kind = kindAt(number)
    const value = plain ?? rest.get(kind)?.shift()
    if (value === undefined) return []
    return [
      {
        kind,
        ...show(kind, value),
        customerNo: row.no,
        seenAt: new Date(seenAt).toISOString(),
        verifiedAt: verifiedAt && new Date(verifiedAt).toISOString(),
        sourceId: sourceId > 0 ? String(sourceId) : null,
        importId: importId > 0 ? String(importId) : null,
      },
    ]
  })
}

const shownTrait = (
  entries: ReadonlyMap<string, TraitEntry>,
  { sources, imports }: OriginNames,
  name: string,
  [value, atMs, sourceId, importId]: StoredTrait,
  personal: boolean,
): CustomerProfile['traits'][number] => {
  const entry = entries.get(name)
  return {
    name,
    title: entry?.title ?? name,
    value: personal ? maskTrait(name, value) : value,
    type: entry?.type ?? typeOf(value),
    unit: entry?.unit ?? null,
    personal,
    masked: personal,
    at: new Date(atMs).toISOString(),
    source: importId > 0 ? `import:${importId}` : (sources.get(sourceId)?.name ?? null),
    basis: (sourceId > 0 ? sources.get(sourceId)?.basis : imports.get(importId)?.basis) ?? entry?.basis ?? 'contract',
  }
}

const mergesInto = async (ctx: Ctx, nos: readonly number[]) => {
  const rows = await ctx.pg
    .selectFrom('customers.merge')
    .select(['from_no', 'into_no', 'at', 'reason', 'by'])
    .where('into_no', 'in', [...nos])
    .where('undone_at', 'is', null)
    .orderBy('at', 'desc')
    .limit(200)
    .execute()
  return rows.map(({ from_no, into_no, at, reason, by }) => ({
    id: String(from_no),
    into: String(into_no),
    at: at.toISOString(),
    reason,
    by,
  }))
}

const conflictsOf = (family: readonly Member[]) => {
  const nos = family.map(({ no }) => no)
  // One between two numbers of the family stands with both.
  const conflicts = new Map(family.flatMap(({ conflicts }) => conflicts).map((conflict) => [conflict[0], conflict]))
  return [...conflicts.values()].slice(0, 50).map(([id, aNo, bNo, kind, reason, at]) => ({
    id: String(id),
    other: String(nos.includes(aNo) ? bNo : aNo),
    kind,
    reason,
    at: new Date(at).toISOString(),
  }))
}

/**
 * Personal values in clear. The reading is audited with its purpose before the values leave.
 * @throws customers.customerUnknown
 */
export const unmask = (ctx: Ctx, id: string, purpose: string) =>
  ctx.tx(async (ctx) => {
    const family = (await familiesOf(ctx, [Number(id)])).get(Number(id)) ?? []
    const [root] = family
    if (!root) throw problem.customerUnknown({ id })
    const documents = family.map((row) => documentOf(ctx, row))
    await ctx.audit.record(ctx, { action: 'customer.unmask', subject: { customerNo: root.no }, purpose })
    return {
      identifiers: family.flatMap((row, index) =>
        identifiersOf(row, documents[index] ?? emptyDocument(), (_kind, value) => ({ value })).map(
          ({ kind, value }) => ({ kind, value }),
        ),
      ),
      traits: Object.fromEntries([...latest(documents.map(({ t }) => t))].map(([name, [value]]) => [name, value])),
    }
  })

const rowColumns = sql`c.no, c.root_no, c.created_at, c.traits, c.sealed, k.salt,
  (select json_agg(json_build_array(i.kind, i.value, i.seen_at, i.source_id, i.import_id, i.verified_at)) from customers.identifier i where i.no = c.no) as identifiers`

/** Customers for a list, in the order of `nos`; masked. Erased ones are left out. */
export const readRows = async (ctx: Ctx, nos: readonly number[]) => {
  if (nos.length === 0) return []
  const { rows } = await sql<FamilyRow>`
    select ${rowColumns} from customers.customer c left join platform.customer_key k on k.customer_no = c.no
    where c.no = any(${[...nos]}::int[]) and c.erased_at is null`.execute(ctx.pg)
  const byNo = new Map(rows.map((row) => [row.no, row]))
  return nos.flatMap((no) => {
    const row = byNo.get(no)
    return row ? [shownRow(ctx, row)] : []
  })
}

/** Everything about one person, in clear. */
export interface UnmaskedPerson {
  no: number
  createdAt: Date
  identifiers: { kind: IdentifierKind; value: string }[]
  /** Latest values, with those that are sealed at rest told apart. */
  traits: Map<string, { value: TraitValue; personal: boolean }>
}

/** Whole people with what was merged into them, by number, in clear: whoever asks masks them or answers for it in the audit trail. */
export const unmaskedPeople = async (ctx: Ctx, nos: readonly number[]): Promise<UnmaskedPerson[]> => {
  if (nos.length === 0) return []
  const { rows } = await sql<FamilyRow>`
    select ${rowColumns} from (
      select * from customers.customer where no = any(${[...nos]}::int[]) and root_no = no
      union all select * from customers.customer where root_no = any(${[...nos]}::int[]) and root_no <> no) c
    left join platform.customer_key k on k.customer_no = c.no where c.erased_at is null order by c.root_no, c.no`.execute(
    ctx.pg,
  )
  const families = Map.groupBy(rows, ({ root_no }) => root_no)
  return [...families].map(([no, family]) => {
    const documents = family.map((row) => documentOf(ctx, row))
    const plain = [...latest(family.map(({ traits }) => traits))]
    const personal = [...latest(documents.map(({ t }) => t))]
    return {
      no,
      createdAt: new Date(Math.min(...family.map(({ created_at }) => created_at.getTime()))),
      identifiers: family.flatMap((row, index) =>
        identifiersOf(row, documents[index] ?? emptyDocument(), (_kind, value) => ({ value })).map(
          ({ kind, value }) => ({ kind, value }),
        ),
      ),
      traits: new Map<string, { value: TraitValue; personal: boolean }>([
        ...plain.map(([name, [value]]) => [name, { value, personal: false }] as const),
        ...personal.map(([name, [value]]) => [name, { value, personal: true }] as const),
      ]),
    }
  })
}

const shownRow = (ctx: Ctx, row: FamilyRow) => ({
  id: String(row.no),
  createdAt: row.created_at.toISOString(),
  display: displayOf([documentOf(ctx, row)], row.identifiers ?? []),
  traits: Object.fromEntries(Object.entries(row.traits).map(([name, [value]]) => [name, value])),
})

/** Customers that own any of the identifiers, as roots. */
export const findByIdentifiers = async (
  ctx: Ctx,
  identifiers: readonly { kind: IdentifierKind; value: string }[],
): Promise<number[]> => {
  if (identifiers.length === 0) return []
  const { rows } = await sql<{ no: number }>`
    select distinct c.root_no as no from unnest(${identifiers.map(({ kind }) => kindNumber(kind))}::smallint[], ${identifiers.map(({ kind, value }) => ctx.vault.blindIndex(kind, value))}::uuid[]) as a (kind, hash)
    join customers.identifier i on i.kind = a.kind and i.hash = a.hash join customers.customer c on c.no = i.no where c.erased_at is null order by 1`.execute(
    ctx.pg,
  )
  return rows.map(({ no }) => no)
}

/**
 * Finds by any identifier. Free text is tried as every kind it can be, and as a customer number; without anything to
 * search for, the newest customers come in pages. Names are sealed and cannot be searched.
 */
export const searchCustomers = async (ctx: Ctx, { identifier, text, limit, after, known }: CustomerSearch) => {
  if (identifier) {
    const value = normaliseIdentifier(identifier.kind, identifier.value)
    if (!value) throw problem.identifierInvalid({ kind: identifier.kind })
    return found(ctx, await findByIdentifiers(ctx, [{ kind: identifier.kind, value }]))
  }
  const wanted = text?.trim() ?? ''
  if (wanted === '') return newest(ctx, limit, after, known)
  const candidates = (Object.keys(rulesOf) as IdentifierKind[]).flatMap((kind) => {
    const value = normaliseIdentifier(kind, wanted)
    return value ? [{ kind, value }] : []
  })
  const nos = await findByIdentifiers(ctx, candidates)
  const number = /^#?(\d{1,9})$/.exec(wanted)?.[1]
  if (number) {
    const row = await ctx.pg
      .selectFrom('customers.customer')
      .select('root_no')
      .where('no', '=', Number(number))
      .where('erased_at', 'is', null)
      .executeTakeFirst()
    if (row && !nos.includes(row.root_no)) nos.push(row.root_no)
  }
  return found(ctx, nos)
}

const found = async (ctx: Ctx, nos: readonly number[]) => ({
  items: await readRows(ctx, nos),
  total: nos.length,
  next: null,
})

/** Kinds that name a person. */
const strongKinds = (Object.keys(rulesOf) as IdentifierKind[]).filter((kind) => rulesOf[kind].strong).map(kindNumber)

const newest = async (ctx: Ctx, limit: number, after: string | undefined, known: boolean) => {
  // Lateral with a limit: as a plain `exists` the planner reads all identifiers first, 300 ms at 20,000 customers.
  const named = known
    ? sql`cross join lateral (select 1 from customers.identifier i where i.no = c.no and i.kind = any(${strongKinds}::smallint[]) limit 1) named`
    : sql``
  const { rows } = await sql<FamilyRow>`
    select ${rowColumns} from customers.customer c ${named} left join platform.customer_key k on k.customer_no = c.no
    where c.root_no = c.no and c.erased_at is null and c.no < ${after && /^\d+$/.test(after) ? Number(after) : 2_147_483_647}
    order by c.no desc limit ${limit + 1}`.execute(ctx.pg)
  const page = rows.slice(0, limit)
  return {
    items: page.map((row) => shownRow(ctx, row)),
    total: await countCustomers(ctx),
    next: rows.length > limit ? String(page.at(-1)?.no) : null,
  }
}

/** People, not numbers: merged and erased customers do not count. */
export const countCustomers = async (ctx: Ctx): Promise<number> => {
  const { rows } = await sql<{
    count: number
  }>`select count(*)::int as count from customers.customer where root_no = no and erased_at is null`.execute(ctx.pg)
  return rows[0]?.count ?? 0
}
