import { sql } from 'kysely'
import { doNotContact } from '#compliance'
import type { Ctx } from '#platform'
import { type IdentifierKind, kindAt, kindNumber, rulesOf } from './identity/kinds.ts'
import { openDocument, type StoredTrait, type TraitValue } from './personal-document.ts'
import './tables.ts'

/**
 * Where people can be reached, in clear: for the moment of sending only. Whoever asks neither stores nor logs it. Of several
 * addresses the one verified last is taken, then the one seen last.
 */

interface Row {
  asked: number
  no: number
  traits: Record<string, StoredTrait>
  /** Base64. */
  sealed: string | null
  salt: string | null
  identifiers: Known[] | null
}

type Known = [kind: number, hash: string, value: string | null, seenAt: string, verifiedAt: string | null]

/** One person as a message needs him. */
export interface Recipient {
  /** In clear, by kind. */
  addresses: Partial<Record<IdentifierKind, string>>
  /** Latest values over all his numbers, personal ones among them. */
  traits: Record<string, TraitValue>
}

/**
 * Addresses of these kinds, and traits, of people by the number asked for; merged ones by any of their numbers. One statement.
 * @param contactable leaves out addresses on the do-not-contact list, with a second statement: whoever writes or calls says
 *   so, since the gate lets people pass who have another address beside a dead or a stranger's one
 * @returns without those who do not exist or were erased
 */
export const recipientsOf = async (
  ctx: Ctx,
  nos: readonly number[],
  kinds: readonly IdentifierKind[],
  { contactable = false }: { contactable?: boolean } = {},
): Promise<Map<number, Recipient>> => {
  if (nos.length === 0) return new Map()
  // One text for all: the embedded store carries a thousand rows with bytes in 34 ms one by one, in half of it so.
  const { rows: texts } = await sql<{ people: string | null }>`
    with asked as (
      select distinct a.no as asked, c.root_no from unnest(${`{${nos.join(',')}}`}::int[]) as a (no)
      cross join lateral (select root_no from customers.customer where no = a.no and erased_at is null limit 1) c),
    family as (
      select a.asked, c.* from asked a cross join lateral (select * from customers.customer where no = a.root_no limit 1) c
      union all select a.asked, c.* from asked a join customers.customer c on c.root_no = a.root_no and c.root_no <> c.no)
    select json_agg(json_build_object('asked', f.asked, 'no', f.no, 'traits', f.traits, 'sealed', encode(f.sealed, 'base64'),
      'salt', encode(k.salt, 'base64'), 'identifiers',
      (select json_agg(json_build_array(i.kind, i.hash, i.value, i.seen_at, i.verified_at)) from customers.identifier i
        where i.no = f.no and i.kind = any(${kinds.map(kindNumber)}::smallint[]))))::text as people
    from family f left join platform.customer_key k on k.customer_no = f.no where f.erased_at is null`.execute(ctx.pg)
  const rows = texts[0]?.people ? (JSON.parse(texts[0].people) as Row[]) : []
  const known = new Map(rows.map((row) => [row, row.identifiers ?? []]))
  const hashes = contactable ? [...new Set([...known.values()].flatMap((own) => own.map(([, hash]) => hash)))] : []
  const barred = await doNotContact(ctx, hashes)
  const recipients = new Map<number, Recipient>()
  for (const [asked, family] of Map.groupBy(rows, (row) => row.asked))
    recipients.set(
      asked,
      recipientOf(
        ctx,
        family.map((row) => ({ ...row, known: known.get(row)?.filter(([, hash]) => !barred.has(hash)) ?? [] })),
      ),
    )
  return recipients
}

/**
 * The address of one kind in clear, by the number asked for; who has none is left out.
 * For delivery only.
 */
export const addressesOf = async (
  ctx: Ctx,
  nos: readonly number[],
  kind: IdentifierKind,
): Promise<Map<number, string>> => {
  const recipients = await recipientsOf(ctx, nos, [kind])
  return new Map(
    [...recipients].flatMap(([no, { addresses }]) => {
      const address = addresses[kind]
      return address === undefined ? [] : [[no, address] as const]
    }),
  )
}

const recipientOf = (ctx: Ctx, family: readonly (Row & { known: Known[] })[]): Recipient => {
  const addresses: Partial<Record<IdentifierKind, string>> = {}
  const best = new Map<IdentifierKind, string>()
  const traits = new Map<string, StoredTrait>()
  const keep = (set: Record<string, StoredTrait>) => {
    for (const [name, trait] of Object.entries(set)) {
      const before = traits.get(name)
      if (!before || before[1] < trait[1]) traits.set(name, trait)
    }
  }
  for (const { no, sealed, salt, traits: plain, known } of family) {
    const key = salt === null ? null : { salt: Buffer.from(salt, 'base64') }
    const document = sealed === null ? undefined : openDocument(ctx.vault, key, no, Buffer.from(sealed, 'base64'))
    keep(plain)
    if (document) keep(document.t)
    for (const [number, hash, plain, seenAt, verifiedAt] of known) {
      const kind = kindAt(number)
      // Personal values are in the document only. Of one the row is sure; several are told apart by their blind index.
      const values = document?.i[kind] ?? []
      const value = rulesOf[kind].personal
        ? values.length === 1
          ? values[0]
          : values.find((one) => ctx.vault.blindIndex(kind, one) === hash)
        : plain
      // Verified before seen, newest first: text of instants sorts as time does.
      const rank = `${verifiedAt === null ? '0' : `1${new Date(verifiedAt).toISOString()}`} ${new Date(seenAt).toISOString()}`
      if (value === undefined || value === null || rank < (best.get(kind) ?? '')) continue
      best.set(kind, rank)
      addresses[kind] = value
    }
  }
  return { addresses, traits: Object.fromEntries([...traits].map(([name, [value]]) => [name, value])) }
}
