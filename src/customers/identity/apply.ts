import { sql } from 'kysely'
import { type CopyRows, type Ctx, type CustomerKey, copyInto, customerKeys, emit, storeCustomerKeys } from '#platform'
import {
  emptyDocument,
  openDocument,
  type PersonalDocument,
  type StoredTrait,
  sealDocument,
  type TraitValue,
} from '../personal-document.ts'
import { reachBit } from '../reach.ts'
import { type Identifier, isBlocked, kindAt, kindNumber, rulesOf, storedValue } from './kinds.ts'
import { layOutNew } from './lay-out-new.ts'
import { customersMerged } from './merged.ts'
import { customerColumns, customerRows, identifierColumns, identifierRows } from './people-rows.ts'
import { type Conflict, type Keyed, type Known, type Person, type Plan, resolve } from './resolve.ts'
import type { Sighting, TraitWrite } from './sighting.ts'

export type { Sighting, TraitWrite } from './sighting.ts'

/** What came of a set of sightings; `nos[i]` is undefined when the sighting had no usable identifier. */
export interface Applied {
  nos: (number | undefined)[]
  /** Who each number stands for after the merges. */
  roots: (number | undefined)[]
  /** Whether the sighting made a new customer. */
  isNew: boolean[]
  created: number[]
  merges: Plan['merges']
  conflicts: Conflict[]
  left: { sighting: number; identifier: Identifier }[]
  /** Numbers whose root changed, for the copy in ClickHouse. */
  overrides: { fromNo: number; toNo: number }[]
  /** Kinds of identifiers that numbers got by which customers are reached, for the copy in ClickHouse; see `reach.ts`. */
  reach: ReadonlyMap<number, number>
}

/** Identifiers with their blind index, strongest first, each once, without values that stand for nobody. */
export const keyIdentifiers = (ctx: Pick<Ctx, 'vault'>, identifiers: readonly Identifier[]): Keyed[] => {
  const keyed: Keyed[] = []
  for (const { kind, value, assigned, verified } of identifiers) {
    if (!assigned && isBlocked(kind, value)) continue
    const hash = ctx.vault.blindIndex(kind, value)
    const key = `${kindNumber(kind)}:${hash}`
    if (!keyed.some((other) => other.key === key))
      keyed.push({ kind, value: storedValue(kind, value), hash, key, ...(verified && { verified }) })
  }
  return keyed.sort((a, b) => kindNumber(a.kind) - kindNumber(b.kind))
}

/**
 * Resolves and stores a set of sightings in the transaction of `ctx`: customers, identifiers, merges, conflicts, latest
 * traits. Applying the same set again changes nothing.
 * @param keyed their identifiers from `keyIdentifiers`, when the caller has them already
 */
export const applySightings = async (
  ctx: Ctx,
  sightings: readonly Sighting[],
  keyed: readonly (readonly Keyed[])[] = sightings.map(({ identifiers }) => keyIdentifiers(ctx, identifiers)),
): Promise<Applied> => {
  // Sightings without a usable identifier take no part; the rest keep their place through `taking`.
  const taking = takingPart(keyed)
  const known = await loadKnown(ctx, keyed)
  const fresh = taking.filter((index) => !keyed[index]?.some(({ key }) => known.owners.has(key))).length
  const numbers = await takeNumbers(ctx, fresh)
  const late: number[] = []
  const claims = taking.map((index) => ({
    identifiers: keyed[index] ?? [],
    mayMerge: sightings[index]?.mayMerge ?? false,
  }))
  let plan: Plan
  try {
    plan = resolve(claims, known, () => {
      const no = numbers.pop()
      if (no === undefined) throw needMore
      return no
    })
  } catch (error) {
    if (error !== needMore) throw error
    // Conflicts make customers beyond the guess; numbers are cheap, so the second guess is the upper bound.
    late.push(...(await takeNumbers(ctx, claims.length + numbers.length)))
    plan = resolve(claims, known, () => late.pop() ?? 0)
  }
  const verified = verifiedAmong(sightings, keyed, taking)
  return store(ctx, { sightings, taking, plan, verified, laidOut: layOut(ctx, sightings, taking, plan) }, known.roots)
}

/** What `writeNew` stores: resolved, sealed and laid out for COPY, so that no transaction waits for the making of it. */
export interface NewPeople {
  sightings: readonly Sighting[]
  taking: readonly number[]
  plan: Plan
  verified: readonly Verified[]
  laidOut: LaidOut
}

/**
 * Resolves sightings none of whose identifiers is known yet. Without a question to the database, so a file of new customers
 * is prepared on this thread while the database stores the piece before.
 * @param nextNo gives out customer numbers; asked at most once per sighting
 * @param giveWay called about every millisecond of work
 */
export const planNew = async (
  ctx: Ctx,
  sightings: readonly Sighting[],
  keyed: readonly (readonly Keyed[])[],
  nextNo: () => number,
  giveWay: () => Promise<void>,
): Promise<NewPeople> => {
  const taking = takingPart(keyed)
  const verified = verifiedAmong(sightings, keyed, taking)
  const simple = await layOutNew(ctx, sightings, keyed, taking, nextNo, giveWay)
  if (simple)
    return { sightings, taking, plan: simple.plan, verified, laidOut: { ...simple.laidOut, existing: new Map() } }
  const claims = taking.map((index) => ({
    identifiers: keyed[index] ?? [],
    mayMerge: sightings[index]?.mayMerge ?? false,
  }))
  const plan = resolve(claims, { owners: new Map(), roots: new Map(), people: new Map() }, nextNo)
  return { sightings, taking, plan, verified, laidOut: layOut(ctx, sightings, taking, plan) }
}

/**
 * Stores what `planNew` made, in the transaction of `ctx`.
 * @throws the database's unique violation (23505) when an identifier was known after all: undo, and `applySightings`
 */
export const writeNew = (ctx: Ctx, people: NewPeople): Promise<Applied> => store(ctx, people, new Map())

/** An identifier that a sighting says was checked, by the claim it came with. */
interface Verified {
  identifier: Keyed
  claim: number
  atMs: number
}

const verifiedAmong = (
  sightings: readonly Sighting[],
  keyed: readonly (readonly Keyed[])[],
  taking: readonly number[],
): Verified[] =>
  taking.flatMap((index, claim) =>
    (keyed[index] ?? []).flatMap((identifier) =>
      identifier.verified ? [{ identifier, claim, atMs: sightings[index]?.atMs ?? 0 }] : [],
    ),
  )

/** Notes when an identifier was last checked, where it is the claiming person's own. */
const markVerified = async (ctx: Ctx, verified: readonly Verified[], { nos }: Plan): Promise<void> => {
  if (verified.length === 0) return
  await sql`
    update customers.identifier i set verified_at = greatest(i.verified_at, u.at)
    from (
      select a.kind, a.hash, max(to_timestamp(a.at / 1000)) as at, c.root_no
      from unnest(${arrayText(verified.map(({ identifier }) => kindNumber(identifier.kind)))}::smallint[],
        ${arrayText(verified.map(({ identifier }) => identifier.hash))}::uuid[],
        ${arrayText(verified.map(({ claim }) => nos[claim] ?? 0))}::int[],
        ${arrayText(verified.map(({ atMs }) => atMs))}::double precision[]) as a (kind, hash, no, at)
      join customers.customer c on c.no = a.no group by a.kind, a.hash, c.root_no) u
    where i.kind = u.kind and i.hash = u.hash
      and exists (select 1 from customers.customer o where o.no = i.no and o.root_no = u.root_no)`.execute(ctx.pg)
}

const takingPart = (keyed: readonly (readonly Keyed[])[]): number[] =>
  keyed.flatMap((identifiers, index) => (identifiers.length > 0 ? [index] : []))

const store = async (
  ctx: Ctx,
  { sightings, taking, plan, verified, laidOut }: NewPeople,
  roots: Known['roots'],
): Promise<Applied> => {
  await write(ctx, laidOut)
  const created = new Set(plan.created)
  const seenNew = new Set<number>()
  const nos: (number | undefined)[] = sightings.map(() => undefined)
  const isNew = sightings.map(() => false)
  plan.nos.forEach((no, claim) => {
    const index = taking[claim] ?? 0
    nos[index] = no
    isNew[index] = created.has(no) && !seenNew.has(no)
    seenNew.add(no)
  })
  const overrides = await storeMerges(ctx, plan, sightings, taking)
  // After the merges: what a claim has checked may be of somebody it has just become one with.
  await markVerified(ctx, verified, plan)
  await storeConflicts(ctx, plan, sightings, taking)
  const into = new Map(plan.merges.map(({ from, into }) => [from, into]))
  const rootOf = (no: number): number => {
    let root = roots.get(no) ?? no
    for (let next = into.get(root); next !== undefined; next = into.get(root)) root = next
    return root
  }
  return {
    nos,
    roots: nos.map((no) => (no === undefined ? undefined : rootOf(no))),
    isNew,
    created: plan.created,
    merges: plan.merges,
    conflicts: plan.conflicts,
    left: plan.left.map(({ identifier, claim }) => ({ identifier, sighting: taking[claim] ?? 0 })),
    overrides,
    reach: laidOut.reach,
  }
}

const needMore = new Error('more customer numbers are needed')

/** New customer numbers, highest first. What is not used stays unused: numbers may have gaps. */
export const takeNumbers = async (ctx: Ctx, count: number): Promise<number[]> => {
  if (count === 0) return []
  // As one text: ten thousand rows of one number each took as long again on their way here.
  const { rows } = await sql<{ nos: string }>`
    select string_agg(nextval('customers.customer_no')::text, ',') as nos from generate_series(1, ${count}::int)`.execute(
    ctx.pg,
  )
  return (rows[0]?.nos ?? '').split(',').map(Number).reverse()
}

/** A Postgres array of numbers or uuids as text: both clients write lists element by element, which took half of a look-up. */
const arrayText = (values: readonly (number | string)[]): string => `{${values.join(',')}}`

/** Owners of the identifiers, roots of the owners, and how many identifiers of each kind each root has. */
const loadKnown = async (ctx: Ctx, claims: readonly (readonly Keyed[])[]): Promise<Known> => {
  const owners = new Map<string, number>()
  const roots = new Map<number, number>()
  const people = new Map<number, Person>()
  const unique = new Map(claims.flat().map((identifier) => [identifier.key, identifier]))
  if (unique.size === 0) return { owners, roots, people }
  const asked = [...unique.values()]
  // Lateral with a limit, because the planner guesses a plain join at a scan of the whole table: 90 ms instead of 20 for 2,000.
  const { rows } = await sql<{ kind: number; hash: string; no: number; root_no: number }>`
    select i.kind, i.hash, i.no, c.root_no
    from unnest(${arrayText(asked.map(({ kind }) => kindNumber(kind)))}::smallint[], ${arrayText(asked.map(({ hash }) => hash))}::uuid[]) as a (kind, hash)
    cross join lateral (select kind, hash, no from customers.identifier where kind = a.kind and hash = a.hash limit 1) i
    cross join lateral (select root_no from customers.customer where no = i.no limit 1) c`.execute(ctx.pg)
  for (const { kind, hash, no, root_no } of rows) {
    owners.set(`${kind}:${hash}`, no)
    roots.set(no, root_no)
  }
  // Counts matter only where something new may be attached or two people may become one; a known person's next message is neither.
  const wanted = new Set<number>()
  const mayJoin = new Set<number>()
  for (const claim of claims) {
    const found = claim.map(({ key }) => owners.get(key))
    const touched = new Set(found.flatMap((no) => (no === undefined ? [] : [roots.get(no) ?? no])))
    if (touched.size > 1 || (touched.size > 0 && found.includes(undefined)))
      for (const root of touched) wanted.add(root)
    if (touched.size > 1) for (const root of touched) mayJoin.add(root)
  }
  if (wanted.size === 0) return { owners, roots, people }
  const apart = mayJoin.size > 0 ? await loadApart(ctx, [...mayJoin]) : []
  // Counted per customer, because the planner would read the whole table for a plain join: 80 ms among 500,000 identifiers.
  const { rows: counts } = await sql<{ root_no: number; kind: number; count: number }>`
    select f.root_no, i.kind, sum(i.count)::int as count
    from (select no, root_no from customers.customer where no = any(${[...wanted]}::int[]) and root_no = no
      union all select no, root_no from customers.customer where root_no = any(${[...wanted]}::int[]) and root_no <> no) f
    cross join lateral (select kind, count(*) as count from customers.identifier where no = f.no group by kind) i
    group by 1, 2`.execute(ctx.pg)
  for (const root of wanted) people.set(root, { root, counts: {} })
  for (const { root_no, kind, count } of counts) {
    const person = people.get(root_no)
    if (person) person.counts[kindAt(kind)] = count
  }
  return { owners, roots, people, apart }
}

/** Pairs of people, one of them among `roots`, whose merge was undone. */
const loadApart = async (ctx: Ctx, roots: readonly number[]): Promise<[number, number][]> => {
  const { rows } = await sql<{ a: number; b: number }>`
    with family as (
      select no from customers.customer where no = any(${[...roots]}::int[])
      union all select no from customers.customer where root_no = any(${[...roots]}::int[]) and root_no <> no),
    undone as (
      select from_no, into_no from customers.merge where undone_at is not null and from_no in (select no from family)
      union select from_no, into_no from customers.merge where undone_at is not null and into_no in (select no from family))
    select distinct f.root_no as a, i.root_no as b from undone
    join customers.customer f on f.no = undone.from_no join customers.customer i on i.no = undone.into_no
    where f.root_no <> i.root_no`.execute(ctx.pg)
  return rows.map(({ a, b }) => [a, b])
}

/** A trait as a sighting says it: `null` takes the value away that was there at that instant. */
type SaidTrait = [value: TraitValue | null, ...rest: [atMs: number, sourceId: number, importId: number]]
const isValue = (trait: SaidTrait): trait is StoredTrait => trait[0] !== null

interface Change {
  traits: Map<string, SaidTrait>
  personalTraits: Map<string, SaidTrait>
  identifiers: Identifier[]
}

/** Rows for COPY, and what changes on customers that exist. */
interface LaidOut {
  customers: CopyRows
  keys: (CustomerKey & { customerNo: number })[]
  identifiers: CopyRows
  existing: Map<number, Change>
  /** Bits of kinds by customer number. */
  reach: Map<number, number>
}

/** Customers, keys and identifiers that are new; traits and personal values of everyone touched. */
const layOut = (ctx: Ctx, sightings: readonly Sighting[], taking: readonly number[], plan: Plan): LaidOut => {
  const now = ctx.now()
  const created = new Set(plan.created)
  const changes = new Map<number, Change>()
  const changeOf = (no: number): Change => {
    const held = changes.get(no)
    if (held) return held
    const change: Change = { traits: new Map(), personalTraits: new Map(), identifiers: [] }
    changes.set(no, change)
    return change
  }
  const bornAt = new Map<number, number>()
  plan.nos.forEach((no, claim) => {
    const sighting = sightings[taking[claim] ?? 0]
    if (!sighting) return
    bornAt.set(no, Math.min(bornAt.get(no) ?? sighting.atMs, sighting.atMs))
    for (const { name, value, personal } of sighting.traits) {
      const change = changeOf(no)
      const into = personal ? change.personalTraits : change.traits
      const before = into.get(name)
      if (before && before[1] > sighting.atMs) continue
      into.set(name, [value, sighting.atMs, sighting.sourceId, sighting.importId])
    }
  })
  const identifiers = identifierRows()
  const reach = new Map<number, number>()
  for (const { identifier, no, claim } of plan.links) {
    const bit = reachBit(identifier.kind)
    if (bit !== 0) reach.set(no, (reach.get(no) ?? 0) | bit)
    const sighting = sightings[taking[claim] ?? 0]
    const { personal } = rulesOf[identifier.kind]
    if (personal) changeOf(no).identifiers.push(identifier)
    identifiers.put(identifier, no, sighting?.atMs ?? now.getTime(), sighting?.sourceId ?? 0, sighting?.importId ?? 0)
  }

  const keys: LaidOut['keys'] = []
  const customers = customerRows()
  for (const no of plan.created) {
    const change = changes.get(no)
    let sealed: Buffer | undefined
    if (change && (change.identifiers.length > 0 || change.personalTraits.size > 0)) {
      const key = ctx.vault.newCustomerKey()
      keys.push({ customerNo: no, ...key })
      sealed = sealDocument(ctx.vault, key, no, changed(emptyDocument(), change))
    }
    const traits =
      change && change.traits.size > 0
        ? JSON.stringify(Object.fromEntries([...change.traits].filter(([, said]) => isValue(said))))
        : '{}'
    customers.put(no, bornAt.get(no) ?? now.getTime(), traits, sealed)
  }
  return {
    customers: customers.rows,
    keys,
    identifiers: identifiers.rows,
    existing: new Map([...changes].filter(([no]) => !created.has(no))),
    reach,
  }
}

/** Identifiers first: when one was known after all, the rest need not be written to find out. */
const write = async (ctx: Ctx, { customers, keys, identifiers, existing }: LaidOut): Promise<void> => {
  await copyInto(ctx.pg, 'customers.identifier', identifierColumns, identifiers)
  await copyInto(ctx.pg, 'customers.customer', customerColumns, customers)
  await storeCustomerKeys(ctx.pg, keys)
  await updateExisting(ctx, existing)
}

/** A document with a change applied; a value older than the stored one changes nothing. */
const changed = (document: PersonalDocument, { identifiers, personalTraits }: Change): PersonalDocument => {
  for (const { kind, value } of identifiers) {
    const values = document.i[kind] ?? []
    document.i[kind] = values
    if (!values.includes(value)) values.push(value)
  }
  for (const [name, said] of personalTraits) {
    const before = ownOf(document.t, name)
    if (before && before[1] > said[1]) continue
    if (isValue(said)) document.t[name] = said
    else delete document.t[name]
  }
  return document
}

/** What stands under a name and not in the prototype: a trait may be called `constructor`. */
const ownOf = (traits: Record<string, StoredTrait>, name: string): StoredTrait | undefined =>
  Object.hasOwn(traits, name) ? traits[name] : undefined

const updateExisting = async (ctx: Ctx, changes: ReadonlyMap<number, Change>): Promise<void> => {
  if (changes.size === 0) return
  const nos = [...changes.keys()]
  const { rows } = await sql<{ no: number; traits: Record<string, StoredTrait>; sealed: Uint8Array | null }>`
    select no, traits, sealed from customers.customer where no = any(${nos}::int[]) and erased_at is null order by no for update`.execute(
    ctx.pg,
  )
  const keys = await customerKeys(
    ctx.pg,
    rows.filter(({ no }) => needsDocument(changes.get(no))).map(({ no }) => no),
  )
  const newKeys: (CustomerKey & { customerNo: number })[] = []
  const update: { no: number; traits: string; sealed: string | null }[] = []
  for (const { no, traits, sealed } of rows) {
    const change = changes.get(no)
    if (!change) continue
    let moved = false
    for (const [name, said] of change.traits) {
      const before = ownOf(traits, name)
      if (before && (before[1] > said[1] || (before[1] === said[1] && before[0] === said[0]))) continue
      if (isValue(said)) traits[name] = said
      else if (before) delete traits[name]
      else continue
      moved = true
    }
    let next = sealed
    if (needsDocument(change)) {
      let key = keys.get(no)
      if (!key) {
        key = ctx.vault.newCustomerKey()
        newKeys.push({ customerNo: no, ...key })
      }
      const document = sealed ? openDocument(ctx.vault, key, no, sealed) : emptyDocument()
      const before = JSON.stringify(document)
      const after = changed(document, change)
      if (JSON.stringify(after) !== before) {
        next = sealDocument(ctx.vault, key, no, after)
        moved = true
      }
    }
    if (moved)
      update.push({ no, traits: JSON.stringify(traits), sealed: next ? Buffer.from(next).toString('hex') : null })
  }
  await storeCustomerKeys(ctx.pg, newKeys)
  if (update.length === 0) return
  await sql`
    update customers.customer c set traits = u.traits::jsonb, sealed = decode(u.sealed, 'hex')
    from unnest(${update.map(({ no }) => no)}::int[], ${update.map(({ traits }) => traits)}::text[], ${update.map(({ sealed }) => sealed)}::text[]) as u (no, traits, sealed)
    where c.no = u.no`.execute(ctx.pg)
}

/**
 * Traits of customers known by number, none of them personal, in the transaction of `ctx`. Said again they change nothing.
 * The caller copies them to ClickHouse afterwards.
 */
export const storeTraits = (
  ctx: Ctx,
  said: readonly { no: number; write: TraitWrite; atMs: number }[],
): Promise<void> => {
  const changes = new Map<number, Change>()
  for (const { no, write, atMs } of said) {
    const change = changes.get(no) ?? { traits: new Map(), personalTraits: new Map(), identifiers: [] }
    changes.set(no, change)
    change.traits.set(write.name, [write.value, atMs, 0, 0])
  }
  return updateExisting(ctx, changes)
}

const needsDocument = (change: Change | undefined): boolean =>
  Boolean(change && (change.identifiers.length > 0 || change.personalTraits.size > 0))

/** Writes the merges and re-points everyone below them. @returns each number whose root is now another */
const storeMerges = async (
  ctx: Ctx,
  plan: Plan,
  sightings: readonly Sighting[],
  taking: readonly number[],
): Promise<Applied['overrides']> => {
  const overrides = new Map<number, number>()
  for (const { from, into, kind, claim } of plan.merges) {
    const sighting = sightings[taking[claim] ?? 0]
    const moved = await mergeInto(ctx, from, into, {
      reason: `shared ${kind}`,
      evidence: { kind, sourceId: sighting?.sourceId ?? 0, importId: sighting?.importId ?? 0 },
    })
    for (const override of moved) overrides.set(override.fromNo, override.toNo)
  }
  return [...overrides].map(([fromNo, toNo]) => ({ fromNo, toNo }))
}

/** Somebody else merged one of the two since they were looked at: try again with what is true now. */
class MergedMeanwhile extends Error {
  readonly code = '40001'
  constructor() {
    super('customers were merged meanwhile')
  }
}

/**
 * Puts root `from` under root `into`: one row in the list of merges, new roots for `from` and all below it, audited.
 * @returns the numbers that changed their root
 */
export const mergeInto = async (
  ctx: Ctx,
  from: number,
  into: number,
  { reason, evidence }: { reason: string; evidence: Record<string, string | number> },
): Promise<Applied['overrides']> => {
  // Held until the transaction ends: two processes that merge at once could otherwise put each one's root under the other's.
  const { rows: held } = await sql<{ no: number; root_no: number }>`
    select no, root_no from customers.customer where no in (${from}, ${into}) order by no for update`.execute(ctx.pg)
  if (held.length < 2 || held.some(({ no, root_no }) => no !== root_no)) throw new MergedMeanwhile()
  await ctx.pg
    .insertInto('customers.merge')
    .values({
      from_no: from,
      into_no: into,
      at: ctx.now(),
      by: ctx.actor.id,
      reason,
      evidence: JSON.stringify(evidence),
      undone_at: null,
      undone_by: null,
    })
    .execute()
  const { rows } = await sql<{ no: number }>`
    update customers.customer set root_no = ${into}, parent_no = case when no = ${from} then ${into} else parent_no end
    where no = ${from} or (root_no = ${from} and root_no <> no) returning no`.execute(ctx.pg)
  await ctx.audit.record(ctx, {
    action: 'customer.merge',
    subject: { customerNo: from },
    detail: { from, into, reason, ...evidence },
  })
  await emit(ctx, customersMerged, { from, into }, String(into))
  return rows.map(({ no }) => ({ fromNo: no, toNo: into }))
}

const storeConflicts = async (
  ctx: Ctx,
  plan: Plan,
  sightings: readonly Sighting[],
  taking: readonly number[],
): Promise<void> => {
  if (plan.conflicts.length === 0) return
  await ctx.pg
    .insertInto('customers.conflict')
    .values(
      plan.conflicts.map(({ a, b, kind, reason, claim }) => {
        const sighting = sightings[taking[claim] ?? 0]
        return {
          a_no: a,
          b_no: b,
          kind,
          reason,
          at: ctx.now(),
          source_id: sighting?.sourceId ?? 0,
          import_id: sighting?.importId ?? 0,
          decided_at: null,
          decided_by: null,
          decision: null,
          decision_reason: null,
        }
      }),
    )
    .onConflict((conflict) => conflict.columns(['a_no', 'b_no', 'kind']).doNothing())
    .execute()
}
