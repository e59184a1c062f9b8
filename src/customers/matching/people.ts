import { type Ctx, normaliseIdentifier, normaliseText } from '#platform'
import { identifierKinds, isKind, rulesOf } from '../identity/kinds.ts'
import { type UnmaskedPerson, unmaskedPeople } from '../profile.ts'
import type { TraitEntry } from '../traits/dictionary.ts'
import type { ComparisonName, Plan } from './contract.ts'

/** A field that customers can be compared by. */
export interface FieldChoice {
  field: string
  title: string
  personal: boolean
  comparison: ComparisonName
}

/** Facts of a person that stand under several names, or in the ID number. */
const personFields = {
  'person:name': ['name', '姓名', 'fullName', 'realName', 'trueName', '真实姓名', '客户姓名'],
  'person:birthday': ['birthday', 'birthDate', 'dateOfBirth', 'birthdate', 'dob', '出生日期', '生日'],
  'person:gender': ['gender', 'sex', '性别'],
  'person:address': ['address', 'homeAddress', 'residence', '地址', '住址', '家庭住址', '居住地址', '通讯地址'],
} as const
type PersonField = keyof typeof personFields
const isPersonField = (field: string): field is PersonField => field in personFields

const personTitles: Record<PersonField, string> = {
  'person:name': '姓名',
  'person:birthday': '出生日期',
  'person:gender': '性别',
  'person:address': '地址',
}
const personComparisons: Record<PersonField, ComparisonName> = {
  'person:name': 'chineseName',
  'person:birthday': 'date',
  'person:gender': 'exact',
  'person:address': 'address',
}

/** Aliases that are folded into a field of a person stand in no list by themselves. */
const folded = new Set<string>(Object.values(personFields).flat())

/** What customers can be compared by, the likely ones first. */
export const fieldChoices = (entries: ReadonlyMap<string, TraitEntry>): FieldChoice[] => [
  ...(Object.keys(personFields) as PersonField[])
    .filter(
      (field) =>
        personFields[field].some((name) => entries.has(name)) ||
        field === 'person:birthday' ||
        field === 'person:gender',
    )
    .map((field) => ({ field, title: personTitles[field], personal: true, comparison: personComparisons[field] })),
  ...identifierKinds
    .filter((kind) => rulesOf[kind].strong)
    .map((kind) => ({
      field: `identifier:${kind}`,
      title: kind,
      personal: rulesOf[kind].personal,
      comparison: 'digits' as const,
    })),
  ...[...entries.values()]
    .filter(({ name }) => !folded.has(name))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ name, title, personal, type }) => ({
      field: name,
      title,
      personal,
      comparison:
        type === 'number' || type === 'integer'
          ? ('number' as const)
          : type === 'date' || type === 'datetime'
            ? ('date' as const)
            : ('exact' as const),
    })),
]

/**
 * What fits a consumer-finance company: name and birthday are a person's own, two ID cards are two people, phones and
 * addresses help. Links need 0.95, and a person, until somebody turns automatic linking on.
 */
export const defaultPlan = (choices: readonly FieldChoice[]): Plan | undefined => {
  const has = (field: string) => choices.some((choice) => choice.field === field)
  if (!has('person:name')) return undefined
  const address = has('person:address')
  return {
    fields: [
      { field: 'person:name', comparison: 'chineseName', termFrequency: true, strong: false, own: true },
      { field: 'identifier:idCard', comparison: 'digits', termFrequency: false, strong: true, own: false },
      { field: 'person:birthday', comparison: 'date', termFrequency: false, strong: false, own: true },
      { field: 'person:gender', comparison: 'exact', termFrequency: false, strong: false, own: false },
      { field: 'identifier:phone', comparison: 'digits', termFrequency: false, strong: false, own: false },
      ...(address
        ? [{ field: 'person:address', comparison: 'address' as const, termFrequency: false, strong: false, own: false }]
        : []),
      { field: 'identifier:email', comparison: 'digits', termFrequency: false, strong: false, own: false },
    ],
    blocking: [
      [
        { field: 'person:name', form: 'nameKey' },
        { field: 'person:birthday', form: 'whole' },
      ],
      [
        { field: 'person:name', form: 'whole' },
        { field: 'person:birthday', form: 'year' },
      ],
      [
        { field: 'person:name', form: 'nameKey' },
        { field: 'identifier:phone', form: 'last4' },
      ],
      ...(address
        ? [
            [
              { field: 'person:name', form: 'nameKey' as const },
              { field: 'person:address', form: 'road' as const },
            ],
          ]
        : []),
    ],
    linkFrom: 0.95,
    reviewFrom: 0.3,
  }
}

const genders: Readonly<Record<string, string>> = {
  男: 'm',
  男性: 'm',
  male: 'm',
  m: 'm',
  女: 'f',
  女性: 'f',
  female: 'f',
  f: 'f',
}

/** A person's value of a field as text; null when there is none. In clear: it stays in memory. */
export const fieldValue = (
  { identifiers, traits }: Pick<UnmaskedPerson, 'identifiers' | 'traits'>,
  field: string,
): string | null => {
  if (field.startsWith('identifier:')) {
    const kind = field.slice('identifier:'.length)
    return isKind(kind) ? (identifiers.findLast((one) => one.kind === kind)?.value ?? null) : null
  }
  if (!isPersonField(field)) {
    const held = traits.get(field)
    return held === undefined ? null : String(held.value)
  }
  const held = personFields[field].map((name) => traits.get(name)).find((trait) => trait !== undefined)
  if (held) {
    const text = String(held.value)
    return field === 'person:gender' ? (genders[text.trim().toLowerCase()] ?? text) : text
  }
  if (field !== 'person:birthday' && field !== 'person:gender') return null
  const idCard = identifiers.find(({ kind }) => kind === 'idCard')?.value
  // GB 11643: eight digits of the birthday, and the 17th is odd for men.
  const number = idCard === undefined ? undefined : normaliseIdentifier('idCard', idCard)
  if (!number) return null
  return field === 'person:birthday' ? number.slice(6, 14) : Number(number.charAt(16)) % 2 === 1 ? 'm' : 'f'
}

/** Customers read in one statement. */
const pageSize = 2_000

export interface PeoplePage {
  nos: number[]
  /** Values by field of the plan, then by person. */
  values: (string | null)[][]
}

/**
 * Everybody who has a value that is a person's own (any value where the plan names none), in pages by number. Values in
 * clear: for memory only, never for a log, a table or a queue.
 * @param upTo gives the highest number there was at the start
 */
export async function* readPeople(
  ctx: Ctx,
  { fields }: Pick<Plan, 'fields'>,
): AsyncGenerator<PeoplePage & { upTo: number; at: number }> {
  const last = await ctx.pg
    .selectFrom('customers.customer')
    .select(({ fn }) => fn.max('no').as('no'))
    .executeTakeFirst()
  const upTo = last?.no ?? 0
  const telling = fields.some(({ own }) => own) ? fields.map(({ own }) => own) : fields.map(() => true)
  for (let after = 0; after < upTo; ) {
    const roots = await ctx.pg
      .selectFrom('customers.customer')
      .select('no')
      .where('no', '>', after)
      .where('no', '<=', upTo)
      .whereRef('root_no', '=', 'no')
      .where('erased_at', 'is', null)
      .orderBy('no')
      .limit(pageSize)
      .execute()
    if (roots.length === 0) return
    const nos: number[] = []
    const values: (string | null)[][] = fields.map(() => [])
    for (const person of await unmaskedPeople(
      ctx,
      roots.map(({ no }) => no),
    )) {
      const row = fields.map(({ field }) => {
        const value = fieldValue(person, field)
        // Here and not on the matching thread, which loads nothing of the platform: a second engine would start there.
        return value === null ? null : normaliseText(value)
      })
      if (!row.some((value, f) => value !== null && telling[f])) continue
      nos.push(person.no)
      row.forEach((value, f) => void values[f]?.push(value))
    }
    after = roots.at(-1)?.no ?? upTo
    yield { nos, values, upTo, at: after }
  }
}
