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
import { readRows, unmaskedPeople } from './profile.ts'

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

/** Compliance stands below and cannot call up: it is given what it needs of people and of their files. */
export const lendToCompliance = (): void =>
  lendCustomers({
    facts,
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
