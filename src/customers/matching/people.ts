import { sql } from 'kysely'
import { type Ctx, normaliseIdentifier, normaliseText } from '#platform'
import { type Identifier, identifierKinds, isKind, kindNumber, rulesOf } from '../identity/kinds.ts'
import { openDocument, type StoredTrait, type TraitValue } from '../personal-document.ts'
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

/** What a person is compared by, in clear. */
interface Known {
  identifiers: Identifier[]
  traits: ReadonlyMap<string, { value: TraitValue }>
}

/** A person's value of a field as text; null when there is none. In clear: it stays in memory. */
export const fieldValue = ({ identifiers, traits }: Known, field: string): string | null => {
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

/** Customers read in one statement: opening their documents keeps this thread about 15 ms, then others have their turn. */
const pageSize = 300

export interface PeoplePage {
  nos: number[]
  /** Values by field of the plan, then by person; as `normaliseText` leaves them. */
  values: (string | null)[][]
  /** The last number looked at, and the highest there is. */
  at: number
  upTo: number
}

interface NumberRow {
  no: number
  root_no: number
  sealed: Uint8Array | null
  salt: Uint8Array | null
  traits: string
  accounts: string[] | null
}

/**
 * The next people by number, each with what was merged into him. Leaner than reading profiles: a run reads everybody, and
 * identifier rows, which say only when a value came, were half of the time.
 */
const readNumbers = async (ctx: Ctx, after: number, upTo: number, withAccounts: boolean): Promise<NumberRow[]> => {
  const accounts = withAccounts
    ? sql`(select array_agg(value order by seen_at) from customers.identifier i where i.no = c.no and i.kind = ${kindNumber('accountId')})`
    : sql`null::text[]`
  const columns = sql`c.no, c.root_no, c.sealed, k.salt, c.traits::text as traits, ${accounts} as accounts`
  const { rows } = await sql<NumberRow>`
    with roots as (
      select no from customers.customer where no > ${after} and no <= ${upTo} and root_no = no and erased_at is null order by no limit ${pageSize})
    select ${columns} from roots r join customers.customer c on c.no = r.no left join platform.customer_key k on k.customer_no = c.no
    union all
    select ${columns} from roots r join customers.customer c on c.root_no = r.no and c.root_no <> c.no
      left join platform.customer_key k on k.customer_no = c.no where c.erased_at is null
    order by 2, 1`.execute(ctx.pg)
  return rows
}

/** One person of all his numbers: the latest value of each trait, identifiers of the sealed documents in their order. */
const personOf = (ctx: Ctx, family: readonly NumberRow[]): Known => {
  const identifiers: Known['identifiers'] = []
  const traits = new Map<string, { value: TraitValue; atMs: number }>()
  const take = (held: Record<string, StoredTrait>) => {
    for (const [name, [value, atMs]] of Object.entries(held)) {
      const before = traits.get(name)
      if (!before || before.atMs < atMs) traits.set(name, { value, atMs })
    }
  }
  for (const { no, sealed, salt, traits: plain, accounts } of family) {
    for (const value of accounts ?? []) identifiers.push({ kind: 'accountId', value })
    take(JSON.parse(plain) as Record<string, StoredTrait>)
    if (!sealed) continue
    const document = openDocument(ctx.vault, salt && { salt }, no, sealed)
    take(document.t)
    for (const [kind, values] of Object.entries(document.i))
      if (isKind(kind)) for (const value of values ?? []) identifiers.push({ kind, value })
  }
  return { identifiers, traits }
}

/**
 * Everybody who has a value that is a person's own (any value where the plan names none), in pages by number. Values in
 * clear: for memory only, never for a log, a table or a queue.
 */
export async function* readPeople(ctx: Ctx, { fields }: Pick<Plan, 'fields'>): AsyncGenerator<PeoplePage> {
  const last = await ctx.pg
    .selectFrom('customers.customer')
    .select(({ fn }) => fn.max('no').as('no'))
    .executeTakeFirst()
  const upTo = last?.no ?? 0
  const telling = fields.some(({ own }) => own) ? fields.map(({ own }) => own) : fields.map(() => true)
  const withAccounts = fields.some(({ field }) => field === 'identifier:accountId')
  for (let after = 0; after < upTo; ) {
    const rows = await readNumbers(ctx, after, upTo, withAccounts)
    const families = Map.groupBy(rows, ({ root_no }) => root_no)
    if (families.size === 0) return
    const nos: number[] = []
    const values: (string | null)[][] = fields.map(() => [])
    for (const [root, family] of families) {
      after = Math.max(after, root)
      const person = personOf(ctx, family)
      const row = fields.map(({ field }) => {
        const value = fieldValue(person, field)
        // Here and not on the matching thread, which loads nothing of the platform: a second engine would start there.
        return value === null ? null : normaliseText(value)
      })
      if (!row.some((value, f) => value !== null && telling[f])) continue
      nos.push(root)
      row.forEach((value, f) => void values[f]?.push(value))
    }
    yield { nos, values, upTo, at: after }
  }
}
