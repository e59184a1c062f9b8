import { sql } from 'kysely'
import { type Ctx, type CustomerKey, ch, customerKeys, fieldMeaning, storeCustomerKeys } from '#platform'
import { isKind } from '../identity/kinds.ts'
import { copyTraitLines, traitLines } from '../mirror.ts'
import {
  emptyDocument,
  openDocument,
  type PersonalDocument,
  type StoredTrait,
  sealDocument,
} from '../personal-document.ts'
import { customersTouched } from '../touched.ts'
import type { Dictionary, TraitEntry } from '../traits/dictionary.ts'
import { coerce, type TraitType, typeOf } from '../traits/trait-type.ts'
import { type Original, readOriginals, storeOriginals } from './originals.ts'
import type { Cells, Cleaner } from './recipe.ts'
import type { FrozenStep } from './recipe-contract.ts'
import type { Plain } from './verify.ts'
import './tables.ts'

/** Numbers in one transaction: others wait for the embedded store's one connection about 40 ms. */
export const peoplePerPage = 500

interface MemberRow {
  no: number
  root_no: number
  traits: Record<string, StoredTrait>
  sealed: Uint8Array | null
}

interface Member extends MemberRow {
  document: PersonalDocument
  key: CustomerKey | undefined
}

/** A change of one word: null is no word. */
export type WordChange = [before: StoredTrait | null, after: StoredTrait | null]

interface PersonCleaned {
  root: number
  /** By member and field. */
  changes: Map<number, { plain: Record<string, WordChange>; personal: Record<string, WordChange> }>
  shown: { field: string; before: Plain | undefined; after: Plain | undefined; personal: boolean }[]
}

const own = (words: Record<string, StoredTrait>, name: string): StoredTrait | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined

/** Families of these roots with their documents opened, locked until the transaction ends. */
const loadFamilies = async (ctx: Ctx, roots: readonly number[]): Promise<Member[][]> => {
  const list = `{${roots.join(',')}}`
  const { rows } = await sql<MemberRow>`
    select no, root_no, traits, sealed from customers.customer
    where erased_at is null and (no = any(${list}::int[]) or (root_no = any(${list}::int[]) and root_no <> no)) order by no for update`.execute(
    ctx.pg,
  )
  const keys = await customerKeys(
    ctx.pg,
    rows.filter(({ sealed }) => sealed !== null).map(({ no }) => no),
  )
  const members = rows.map((row): Member => {
    const key = keys.get(row.no)
    return {
      ...row,
      key,
      document: row.sealed ? openDocument(ctx.vault, key ?? null, row.no, row.sealed) : emptyDocument(),
    }
  })
  return [...Map.groupBy(members, ({ root_no }) => root_no).values()]
}

/**
 * The traits of one person, whichever of his numbers they were said under. A changed word keeps its source and stands one
 * millisecond after the one it corrects: what is said later wins over it, and it does not look fresher than it is.
 */
const personCells = (family: readonly Member[], entries: ReadonlyMap<string, TraitEntry>, atMs: number) => {
  const root = family.find(({ no, root_no }) => no === root_no) ?? family[0]
  const changed = new Map<string, { member: Member; personal: boolean; change: WordChange }>()
  const find = (field: string) => {
    let found: { member: Member; personal: boolean; word: StoredTrait } | undefined
    for (const member of family)
      for (const personal of [false, true]) {
        const word = own(personal ? member.document.t : member.traits, field)
        if (word && (!found || word[1] > found.word[1])) found = { member, personal, word }
      }
    return found
  }
  const cells: Cells = {
    get: (field) => {
      const meant = changed.get(field)
      if (meant) return meant.change[1]?.[0]
      const word = find(field)?.word[0]
      if (word !== undefined) return word
      const kind = fieldMeaning(field)?.identifier
      if (kind === undefined || !isKind(kind)) return undefined
      return family.map(({ document }) => document.i[kind]?.at(-1)).find((value) => value !== undefined)
    },
    set: (field, value) => {
      // Identifiers say who is who; they are not corrected in passing.
      if (!root || fieldMeaning(field)?.identifier !== undefined) return false
      const entry = entries.get(field)
      const held = changed.get(field)
      const found = held ?? find(field)
      const before = held ? held.change[0] : found && 'word' in found ? found.word : null
      const type: TraitType = entry?.type ?? (value === undefined ? 'string' : typeOf(value))
      const typed = value === undefined ? undefined : coerce(value, type)
      if (value !== undefined && (typed === undefined || (entry?.allowed && !entry.allowed.includes(typed))))
        return false
      const after: StoredTrait | null =
        typed === undefined ? null : before ? [typed, before[1] + 1, before[2], before[3]] : [typed, atMs, 0, 0]
      changed.set(field, {
        member: found?.member ?? root,
        personal: found?.personal ?? entry?.personal ?? fieldMeaning(field)?.personal !== undefined,
        change: [before, after],
      })
      return true
    },
  }
  return { cells, changed, root: root?.no ?? 0 }
}

/** Cleans one person in memory. @returns undefined when nothing changed */
const cleanPerson = (
  run: Cleaner,
  family: readonly Member[],
  entries: ReadonlyMap<string, TraitEntry>,
  atMs: number,
): PersonCleaned | undefined => {
  const { cells, changed, root } = personCells(family, entries, atMs)
  const before = run.clean(cells)
  if (before === 'duplicate' || before.size === 0) return undefined
  const changes: PersonCleaned['changes'] = new Map()
  const shown: PersonCleaned['shown'] = []
  for (const field of before.keys()) {
    const one = changed.get(field)
    if (!one) continue
    const into = changes.get(one.member.no) ?? { plain: {}, personal: {} }
    changes.set(one.member.no, into)
    ;(one.personal ? into.personal : into.plain)[field] = one.change
    shown.push({ field, before: one.change[0]?.[0], after: one.change[1]?.[0], personal: one.personal })
  }
  return { root, changes, shown }
}

/** Puts words into the members' documents. */
const put = (words: Record<string, StoredTrait>, field: string, word: StoredTrait | null) => {
  if (word) Object.defineProperty(words, field, { value: word, enumerable: true, writable: true, configurable: true })
  else delete words[field]
}

const writeMembers = async (
  ctx: Ctx,
  members: readonly Member[],
  touchedPersonal: ReadonlySet<number>,
): Promise<void> => {
  if (members.length === 0) return
  const fresh: (CustomerKey & { customerNo: number })[] = []
  const rows = members.map((member) => {
    let { sealed } = member
    if (touchedPersonal.has(member.no)) {
      if (!member.key) {
        member.key = ctx.vault.newCustomerKey()
        fresh.push({ customerNo: member.no, ...member.key })
      }
      sealed = sealDocument(ctx.vault, member.key, member.no, member.document)
    }
    return {
      no: member.no,
      traits: JSON.stringify(member.traits),
      sealed: sealed ? Buffer.from(sealed).toString('hex') : null,
    }
  })
  await storeCustomerKeys(ctx.pg, fresh)
  await sql`
    update customers.customer c set traits = u.traits::jsonb, sealed = decode(u.sealed, 'hex')
    from unnest(${rows.map(({ no }) => no)}::int[], ${rows.map(({ traits }) => traits)}::text[], ${rows.map(({ sealed }) => sealed)}::text[]) as u (no, traits, sealed)
    where c.no = u.no`.execute(ctx.pg)
}

export interface PageCleaned {
  read: number
  /** Persons of whom something changed. */
  people: PersonCleaned[]
  originals: Original[]
}

/** Cleans persons in memory, without writing. */
const cleanFamilies = (
  families: readonly Member[][],
  run: Cleaner,
  entries: ReadonlyMap<string, TraitEntry>,
  atMs: number,
): PageCleaned => {
  const people = families.flatMap((family) => cleanPerson(run, family, entries, atMs) ?? [])
  return {
    read: families.length,
    people,
    originals: people.flatMap(({ changes }) =>
      [...changes].map(([customerNo, { plain, personal }]) => ({ customerNo, line: 0, plain, personal })),
    ),
  }
}

/** What steps would do to these persons. Reads only. */
export const tryOn = (
  ctx: Ctx,
  roots: readonly number[],
  run: Cleaner,
  entries: ReadonlyMap<string, TraitEntry>,
): Promise<PageCleaned> =>
  ctx.tx(async (ctx) => cleanFamilies(await loadFamilies(ctx, roots), run, entries, ctx.now().getTime()))

/** Cleans these persons, in the transaction of `ctx`; originals are kept. */
export const cleanPage = async (
  ctx: Ctx,
  cleaning: number,
  roots: readonly number[],
  run: Cleaner,
  entries: ReadonlyMap<string, TraitEntry>,
): Promise<PageCleaned> => {
  const families = await loadFamilies(ctx, roots)
  const page = cleanFamilies(families, run, entries, ctx.now().getTime())
  const byNo = new Map(families.flat().map((member) => [member.no, member]))
  const touched = new Set<Member>()
  const personal = new Set<number>()
  for (const { changes } of page.people)
    for (const [no, change] of changes) {
      const member = byNo.get(no)
      if (!member) continue
      touched.add(member)
      for (const [field, [, after]] of Object.entries(change.plain)) put(member.traits, field, after)
      for (const [field, [, after]] of Object.entries(change.personal)) {
        put(member.document.t, field, after)
        personal.add(no)
      }
    }
  await writeMembers(ctx, [...touched], personal)
  await storeOriginals(ctx, cleaning, page.originals)
  return page
}

/** The copy in ClickHouse of what was changed: written again it is the same rows. */
export const copyCleaned = async (
  ctx: Ctx,
  originals: readonly Pick<Original, 'customerNo' | 'plain'>[],
  typeOfTrait: (name: string) => TraitType,
): Promise<void> => {
  const lines = originals.flatMap(({ customerNo, plain }) =>
    Object.entries(plain as Record<string, WordChange>).map(([name, [before, after]]) => ({
      no: customerNo,
      sighting: {
        traits: [{ name, type: typeOfTrait(name), value: after ? after[0] : null, personal: false }],
        atMs: after ? after[1] : (before?.[1] ?? 0) + 1,
        sourceId: (after ?? before)?.[2] ?? 0,
        importId: (after ?? before)?.[3] ?? 0,
      },
    })),
  )
  await copyTraitLines(
    ctx,
    traitLines(
      lines.map(({ sighting }) => sighting),
      lines.map(({ no }) => no),
    ).text,
  )
  await customersTouched(ctx, [...new Set(lines.map(({ no }) => no))])
}

const same = (a: StoredTrait | undefined, b: StoredTrait | null): boolean =>
  a === undefined || b === null ? a === undefined && b === null : a.every((part, at) => part === b[at])

/**
 * Puts back what a page of a cleaning changed, where nothing newer was said since.
 * @returns the words that were put back, by number and field; undefined at the end
 */
export const undoPage = async (
  ctx: Ctx,
  cleaning: number,
  after: number,
): Promise<{ last: number; nos: number[]; words: { no: number; field: string; atMs: number }[] } | undefined> => {
  const originals = await readOriginals(ctx, cleaning, { customerNo: after, line: 0 }, peoplePerPage)
  const last = originals.at(-1)?.customerNo
  if (last === undefined) return undefined
  const { rows } = await sql<MemberRow>`
    select no, root_no, traits, sealed from customers.customer
    where erased_at is null and no = any(${`{${originals.map(({ customerNo }) => customerNo).join(',')}}`}::int[]) order by no for update`.execute(
    ctx.pg,
  )
  const keys = await customerKeys(
    ctx.pg,
    rows.map(({ no }) => no),
  )
  const byNo = new Map(originals.map((one) => [one.customerNo, one]))
  const touched: Member[] = []
  const personal = new Set<number>()
  const words: { no: number; field: string; atMs: number }[] = []
  for (const row of rows) {
    const key = keys.get(row.no)
    const member: Member = {
      ...row,
      key,
      document: row.sealed ? openDocument(ctx.vault, key ?? null, row.no, row.sealed) : emptyDocument(),
    }
    const original = byNo.get(row.no)
    let moved = false
    for (const [field, [before, changedTo]] of Object.entries((original?.plain ?? {}) as Record<string, WordChange>)) {
      const now = own(member.traits, field)
      // Put back before a crash: its version in ClickHouse may still be there.
      if (!same(now, changedTo) && !same(now, before)) continue
      words.push({ no: row.no, field, atMs: changedTo ? changedTo[1] : (before?.[1] ?? 0) + 1 })
      if (same(now, before)) continue
      put(member.traits, field, before)
      moved = true
    }
    for (const [field, [before, changedTo]] of Object.entries(
      (original?.personal ?? {}) as Record<string, WordChange>,
    )) {
      if (!same(own(member.document.t, field), changedTo)) continue
      put(member.document.t, field, before)
      personal.add(row.no)
      moved = true
    }
    if (moved) touched.push(member)
  }
  await writeMembers(ctx, touched, personal)
  return { last, nos: touched.map(({ no }) => no), words }
}

/** Takes cleaned versions of traits out of ClickHouse, so that the ones before them are the latest again. */
export const dropVersions = async (
  ctx: Ctx,
  words: readonly { no: number; field: string; atMs: number }[],
): Promise<void> => {
  for (const [field, own] of Map.groupBy(words, (word) => word.field))
    await ctx.ch.command(
      ch.sql`alter table traits delete where trait = ${ch.str(field)} and (customer_no, toUInt64(greatest(0, toUnixTimestamp64Milli(at)))) in (select word.1, word.2 from (select arrayJoin(arrayZip(${ch.u32s(own.map(({ no }) => no))}, ${ch.u64s(own.map(({ atMs }) => Math.max(0, atMs)))})) as word))`,
      { settings: { mutations_sync: 2 } },
    )
}

/** Makes entries for traits that a step fills for the first time. */
export const learnFilled = async (
  ctx: Ctx,
  dictionary: Dictionary,
  steps: readonly FrozenStep[],
): Promise<ReadonlyMap<string, TraitEntry>> => {
  const entries = await dictionary.entries(ctx)
  const fresh = steps.flatMap(({ step }) => {
    if (step.do !== 'fill' || entries.has(step.field) || fieldMeaning(step.field)?.identifier !== undefined) return []
    const source = step.with
    const type: TraitType =
      'constant' in source
        ? typeOf(source.constant)
        : 'median' in source
          ? 'number'
          : 'birthdayOfIdCard' in source
            ? 'date'
            : 'field' in source
              ? (entries.get(source.field)?.type ?? 'string')
              : 'string'
    return [{ name: step.field, type, personal: fieldMeaning(step.field)?.personal !== undefined }]
  })
  if (fresh.length === 0) return entries
  await dictionary.learn(ctx, fresh)
  return dictionary.entries(ctx)
}
