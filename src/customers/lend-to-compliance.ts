import { sql } from 'kysely'
import { lendCustomers, type PersonFacts } from '#compliance'
import type { Ctx } from '#platform'
import { storeUpload } from './import/uploads.ts'
import { writeTable } from './import/write-table.ts'
import {
  describeUpload,
  dropUpload,
  type LookUpKind,
  lookUp,
  maskValue,
  storeValues,
  uploadedValues,
} from './look-up.ts'
import type { StoredTrait } from './personal-document.ts'
import { readRows, unmaskedPeople } from './profile.ts'
import { runningOf } from './running.ts'

/** Birthday in an ID card number of 18 digits, or of 15 as they were until 1999. */
const birthdayIn = (idCard: string): string | undefined => {
  const digits = /^\d{17}[\dXx]$/.test(idCard)
    ? idCard.slice(6, 14)
    : /^\d{15}$/.test(idCard)
      ? `19${idCard.slice(6, 12)}`
      : undefined
  return digits && `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`
}

/** In clear, and only in memory: exclusions answer with coded reasons. */
const facts = async (ctx: Ctx, roots: readonly number[]): Promise<Map<number, PersonFacts>> =>
  new Map(
    (await unmaskedPeople(ctx, roots)).map(({ no, identifiers, traits }) => [
      no,
      {
        traits: new Map([...traits].map(([name, { value }]) => [name, value])),
        emails: identifiers.flatMap(({ kind, value }) => (kind === 'email' ? [value] : [])),
        idCardBirthday: identifiers.flatMap(({ kind, value }) =>
          kind === 'idCard' ? (birthdayIn(value) ?? []) : [],
        )[0],
      },
    ]),
  )

interface PlainRow {
  root: number
  traits: string | null
}

/** Latest values of a few traits over all numbers of each person; nothing is opened. */
const plainFacts = async (
  ctx: Ctx,
  roots: readonly number[],
  traits: readonly string[],
): Promise<Map<number, PersonFacts>> => {
  const { rows } = await sql<PlainRow>`
    select c.root_no as root, (select jsonb_object_agg(name, c.traits -> name) from unnest(${[...traits]}::text[]) as name
      where c.traits ? name)::text as traits
    from (select root_no, traits from customers.customer where no = any(${[...roots]}::int[]) and root_no = no and erased_at is null
      union all select root_no, traits from customers.customer where root_no = any(${[...roots]}::int[]) and root_no <> no and erased_at is null) c`.execute(
    ctx.pg,
  )
  const newest = new Map<number, Map<string, StoredTrait>>()
  for (const { root, traits: text } of rows) {
    const held = newest.get(root) ?? new Map<string, StoredTrait>()
    newest.set(root, held)
    for (const [name, trait] of Object.entries(
      text === null ? {} : (JSON.parse(text) as Record<string, StoredTrait>),
    )) {
      const before = held.get(name)
      if (!before || before[1] < trait[1]) held.set(name, trait)
    }
  }
  return new Map(
    [...newest].map(([root, held]) => [
      root,
      { traits: new Map([...held].map(([name, [value]]) => [name, value])), emails: [], idCardBirthday: undefined },
    ]),
  )
}

const sealedTraits = async (ctx: Ctx, traits: readonly string[]): Promise<string[]> => {
  const entries = await runningOf(ctx).dictionary.entries(ctx)
  return traits.filter((name) => entries.get(name)?.personal)
}

/** Compliance stands below and cannot call up: it is given what it needs of people and of their files. */
export const lendToCompliance = (): void =>
  lendCustomers({
    facts,
    plainFacts,
    sealedTraits,
    display: async (ctx, nos) => new Map((await readRows(ctx, nos)).map(({ id, display }) => [Number(id), display])),
    lookUp: (ctx, kind, values) => lookUp(ctx, kind as LookUpKind, values),
    maskValue: (kind, value) => maskValue(kind as LookUpKind, value),
    storeUpload,
    describeUpload,
    storeValues,
    uploadedValues,
    dropUpload,
    writeCsv: (columns, rows, out) => writeTable('csv', columns, rows, out),
  })
