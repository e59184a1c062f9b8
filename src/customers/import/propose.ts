import { fieldMeaning, type IdentifierKind, mask, normaliseIdentifier, PERSONAL_KINDS, scanText } from '#platform'
import { rowConverter } from './convert-row.ts'
import { readConsentStatus } from './import-words.ts'
import type { ColumnRule, FileFormat, ImportKind, Mapping, TraitType } from './mapping-contract.ts'
import type { Json, RawRow, Reject } from './record.ts'
import { valueParser } from './typed-value.ts'

export interface Proposal {
  mapping: Mapping
  /** What a person should look at, per column. */
  notes: Note[]
}

export interface Note {
  column: string
  code: 'sentinel' | 'mostlyMissing' | 'byValues' | 'constant' | 'manyDistinct'
  /** Values the note is about; none of them personal. */
  values: string[]
  /** Share of the sampled rows, 0–1. */
  share: number
}

/** Words that mean there is none. Only those that occur are proposed. */
const MISSING_WORDS = [
  'unknown',
  'Unknown',
  'UNKNOWN',
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  'NaN',
  'nan',
  'NULL',
  'null',
  'None',
  'none',
  'nil',
  '-',
  '--',
  '\\N',
  '?',
  '无',
  '未知',
  '不详',
  '暂无',
]

/** A column is of a kind when at least this share of its values validates. */
const AGREED = 0.8
/** Numbers used for "none": all nines, minus one, minus 999. */
const SENTINEL = /^(?:-?9{2,}|-1)$/
const SENTINEL_SHARE = 0.05

const EVENT_COLUMNS: readonly [RegExp, 'name' | 'timestamp' | 'messageId' | 'type'][] = [
  [/^(?:event|event_?name|eventType|action|事件|事件名|事件名称|行为)$/i, 'name'],
  [
    /^(?:timestamp|time|ts|event_?time|occurred_?at|created_?at|date|invoice_?date|originalTimestamp|时间|时间戳|事件时间|发生时间|日期)$/i,
    'timestamp',
  ],
  [/^(?:message_?id|event_?id|msg_?id|uuid|消息id|事件id|流水号)$/i, 'messageId'],
  [/^type$/i, 'type'],
]

const CONSENT_COLUMNS: readonly [RegExp, Extract<ColumnRule, { consent: string }>['consent']][] = [
  [/^(?:purpose|用途|目的|处理目的|授权目的)$/i, 'purpose'],
  [/^(?:channel|渠道|通道)$/i, 'channel'],
  [/^(?:status|consent|agreed|subscription_?status|状态|是否同意|授权状态|同意状态)$/i, 'status'],
  [/^(?:at|time|date|timestamp|consented_?at|granted_?at|时间|日期|授权时间|同意时间)$/i, 'at'],
  [/^(?:notice_?version|version|policy_?version|版本|协议版本|告知书版本)$/i, 'noticeVersion'],
  [/^(?:method|way|方式|授权方式)$/i, 'method'],
  [/^(?:evidence|proof|凭证|证据|存证)$/i, 'evidence'],
]

const textOf = (value: Json | undefined) =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value).trim()

/**
 * A mapping for a file nobody has described yet, from its column names and a sample.
 *
 * Identifiers need a name that says so and values that validate, or (phone, ID card, e-mail, bank card) at least 80 % of the
 * values validating whatever the name. Types come from the values; numbers that may mean "none" (999, -1) are only noted,
 * because a wrong guess there would erase facts. Without an identifier column, rows are numbered under `accountId`.
 */
export const proposeMapping = (
  kind: ImportKind,
  { format, columns, rows }: { format: FileFormat; columns: readonly string[]; rows: readonly RawRow[] },
): Proposal => {
  const notes: Note[] = []
  const missing = new Set([''])
  const rules: [string, ColumnRule][] = []
  const taken = { identifiers: new Set<string>(), fields: new Set<string>() }
  const good = rows.filter((row) => !row.unreadable)

  columns.forEach((column, at) => {
    const raw = good.map((row) => row.values[at] ?? null)
    const texts = raw.map(textOf)
    for (const text of texts) if (MISSING_WORDS.includes(text)) missing.add(text)
    const present = raw.filter((_, row) => texts[row] !== '' && !MISSING_WORDS.includes(texts[row] ?? ''))
    rules.push([column, columnRule(kind, column, present, raw.length, taken, notes)])
  })

  const identified = rules.some(([, rule]) => 'identifier' in rule)
  return {
    mapping: {
      kind,
      format,
      columns: Object.fromEntries(rules),
      others: format.type === 'jsonl' ? 'traits' : 'error',
      missing: [...missing],
      ...(identified ? {} : { rowIdentifier: 'accountId' }),
      defaults: {},
    },
    notes,
  }
}

const columnRule = (
  kind: ImportKind,
  column: string,
  values: readonly Json[],
  sampled: number,
  taken: { identifiers: Set<string>; fields: Set<string> },
  notes: Note[],
): ColumnRule => {
  const texts = values.map(textOf)
  const meaning = fieldMeaning(column)
  const identifier = identifierKind(column, texts)
  if (identifier && !taken.identifiers.has(identifier)) {
    taken.identifiers.add(identifier)
    if (meaning?.identifier !== identifier)
      notes.push({ column, code: 'byValues', values: [identifier], share: sampled === 0 ? 0 : values.length / sampled })
    return { identifier }
  }
  if (sampled >= 20 && values.length / sampled < 0.2)
    notes.push({ column, code: 'mostlyMissing', values: [], share: 1 - values.length / sampled })

  if (kind === 'consents') {
    const field = CONSENT_COLUMNS.find(([pattern]) => pattern.test(column))?.[1]
    if (field && !taken.fields.has(field)) {
      taken.fields.add(field)
      return { consent: field }
    }
    const isStatus = texts.length > 0 && texts.every((text) => readConsentStatus(text))
    if (isStatus && !taken.fields.has('status')) {
      taken.fields.add('status')
      return { consent: 'status' }
    }
    return { ignore: true }
  }
  if (kind === 'events') {
    const field = EVENT_COLUMNS.find(([pattern]) => pattern.test(column))?.[1]
    if (field && !taken.fields.has(field)) {
      taken.fields.add(field)
      return { event: field }
    }
    if (values.length > 0 && values.every((value) => isObjectText(value))) return { properties: true }
    const type = typeOf(values, texts)
    return type === 'string' ? { property: column } : { property: column, type }
  }

  const personal = meaning?.personal ?? identifier
  if (personal === undefined) noteSentinels(column, texts, sampled, notes)
  const type = personal ? 'string' : typeOf(values, texts)
  return { trait: traitName(column), type, ...(personal ? { personal: true } : {}) }
}

const VALIDATING = ['idCard', 'phone', 'email', 'bankCard'] as const

const identifierKind = (column: string, texts: readonly string[]): IdentifierKind | undefined => {
  const named = fieldMeaning(column)?.identifier
  const validates = (kind: string) =>
    texts.length > 0 &&
    texts.filter((text) => normaliseIdentifier(kind, text) !== undefined).length / texts.length >= AGREED
  if (named && texts.length === 0) return named
  if (named && validates(named)) {
    // A column called "account" with ten different words in a thousand rows is a class of account, not an id.
    const distinct = new Set(texts).size
    return isIdLike(named) && texts.length >= 20 && distinct / texts.length < 0.05 ? undefined : named
  }
  // Somebody else's phone (紧急联系人电话) validates as well, but is named so.
  if (fieldMeaning(column)?.personal && !named) return undefined
  return VALIDATING.find(validates)
}

const isIdLike = (kind: IdentifierKind) => !(VALIDATING as readonly string[]).includes(kind)

const isObjectText = (value: Json) => {
  if (typeof value === 'object') return !Array.isArray(value)
  return typeof value === 'string' && value.startsWith('{') && value.endsWith('}')
}

/** The narrowest type that every sampled value is. */
const typeOf = (values: readonly Json[], texts: readonly string[]): TraitType => {
  if (values.length === 0) return 'string'
  const all = (type: TraitType) => {
    const parse = valueParser(type)
    return parse !== undefined && values.every((value) => typeof parse(value) !== 'string')
  }
  if (all('boolean') && !texts.every((text) => /^[01]$/.test(text))) return 'boolean'
  // 007 and 00501 are codes: as numbers they would lose their zeros.
  if (texts.some((text) => /^0\d/.test(text))) return 'string'
  // 20260131 is a date when every value is one and could be; as a number it says nothing.
  if (all('date') && texts.every((text) => /^(?:19|20)\d{6}$/.test(text) || /^\d{4}\D\d{1,2}\D\d{1,2}日?$/.test(text)))
    return 'date'
  if (all('integer')) return 'integer'
  if (all('number')) return 'number'
  return all('datetime') ? 'datetime' : 'string'
}

const noteSentinels = (column: string, texts: readonly string[], sampled: number, notes: Note[]) => {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  const numbers = [...counts.keys()].map(Number).filter((number) => Number.isFinite(number))
  for (const [text, count] of counts) {
    const share = count / Math.max(1, sampled)
    if (!SENTINEL.test(text) || share < SENTINEL_SHARE) continue
    // Only an outlier: 99 among 98 and 101 is a value. Alone it is noted too: a sorted file may begin with nothing else.
    const number = Number(text)
    const others = numbers.filter((other) => other !== number)
    const isOutlier = number < 0 ? others.every((other) => other >= 0) : others.every((other) => other < number / 2)
    if (isOutlier) notes.push({ column, code: 'sentinel', values: [text], share })
  }
}

/** `Annual Income` → annualIncome, `day_of_week` → day_of_week; Chinese names stay. */
const traitName = (column: string) =>
  /^[A-Za-z0-9 ]+$/.test(column) && column.includes(' ')
    ? column
        .trim()
        .split(/ +/)
        .map((word, at) => (at === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()))
        .join('')
    : column.trim()

/** Account numbers and the like stay legible, they are what a clerk compares; unless they are phones after all. */
const shownIdentifier = (kind: string, value: string) =>
  PERSONAL_KINDS.some((personal) => personal === kind) ? mask(kind, value) : scanText(value).text

/** A row as it would be stored, personal values masked. */
export interface PreviewRow {
  line: number
  identifiers: { kind: string; value: string }[]
  /** Traits, properties or consent fields by name. */
  values: { [name: string]: Json }
  /** Event name and ISO time; consent purpose, status and time. */
  about: { [name: string]: string }
  /** Values left out, or why the whole row is. */
  rejects: Reject[]
  accepted: boolean
}

/**
 * The first rows of a file as they will be stored.
 * @param mapping checked by `parseMapping` for this kind
 */
export const previewRows = (
  kind: ImportKind,
  mapping: Mapping,
  columns: readonly string[],
  rows: readonly RawRow[],
): PreviewRow[] => {
  const convert = rowConverter(mapping, kind, columns)
  return rows.map((row) => {
    const converted = convert(row)
    if (!converted.ok) {
      const rejects = [...converted.fields, converted.reject]
      return { line: row.line, identifiers: [], values: {}, about: {}, rejects, accepted: false }
    }
    const { record, fields } = converted
    const values: [string, Json][] =
      'traits' in record
        ? record.traits.map((trait) => [
            trait.name,
            trait.personal === null
              ? trait.type === 'boolean'
                ? trait.number === 1
                : (trait.number ?? trait.text)
              : mask(trait.personal, trait.text),
          ])
        : []
    const about: { [name: string]: string } = {}
    if (record.kind === 'event') {
      values.push(...Object.entries(record.properties))
      about.event = record.event
      about.timestamp = new Date(record.timestamp).toISOString()
    } else if (record.kind === 'consent') {
      const { purpose, channel, status, at, noticeVersion, method, evidence, details } = record
      Object.assign(about, { purpose, status, at: new Date(at).toISOString() })
      for (const [name, value] of Object.entries({ channel, noticeVersion, method, evidence, ...details }))
        if (value !== undefined) values.push([name, value])
    }
    return {
      line: row.line,
      identifiers: record.identifiers.map(({ kind, value }) => ({ kind, value: shownIdentifier(kind, value) })),
      values: Object.fromEntries(values),
      about,
      rejects: fields,
      accepted: true,
    }
  })
}
