import {
  canonicalIdentifierKind,
  type FoundAt,
  fieldMeaning,
  mask,
  mayHold,
  normaliseIdentifier,
  type PersonalKind,
  scanText,
  scanValue,
} from '#platform'
import { readConsentStatus, readEventType } from './import-words.ts'
import { isTooDeep } from './json-depth.ts'
import type { ColumnRule, ConsentStatus, EventType, ImportKind, Mapping } from './mapping-contract.ts'
import { type MomentFormat, type MomentParser, momentParser } from './moment.ts'
import type {
  ConsentRecord,
  Converted,
  CustomerRecord,
  EventRecord,
  IdentifierValue,
  ImportRecord,
  Json,
  RawRow,
  Reject,
  RejectCode,
  TraitValue,
} from './record.ts'
import { type ValueParser, valueParser } from './typed-value.ts'

interface RecordOf {
  customers: CustomerRecord
  events: EventRecord
  consents: ConsentRecord
}

/** What the columns of one row have filled in so far. */
interface Draft {
  row: RawRow
  identifiers: IdentifierValue[]
  traits: TraitValue[]
  found: FoundAt[]
  fields: Reject[]
  event: string | undefined
  type: EventType | undefined
  timestamp: number | undefined
  messageId: string | undefined
  properties: { [key: string]: Json }
  status: ConsentStatus | undefined
  consent: { [field: string]: string }
}

type Step = (value: Json, draft: Draft) => void

/** Longest piece of a refused value that the rejects file shows. */
const SHOWN = 100
const MAX_MESSAGE_ID = 200

/** A refused value as the rejects file may show it. */
const shown = (value: Json, kind: string | null) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const masked = kind === null ? scanText(text).text : mask(kind, text)
  return masked.length > SHOWN ? `${masked.slice(0, SHOWN)}…` : masked
}

const rejected = (
  row: RawRow,
  code: RejectCode,
  reason: string,
  column: string | null = null,
  value: string | null = null,
): Reject => ({ line: row.line, number: row.number, column, value, code, reason })

/**
 * Makes the function that turns rows of a file into records.
 *
 * A value that cannot be read (an invalid phone, a word in a number column) is left out and told in `fields`; the row is kept
 * while an identifier remains (events also need time and name, consents purpose, status and time), else it is rejected.
 * So read = accepted + merged + rejected counts rows, and `fields` are warnings beside it.
 *
 * @param mapping checked by `parseMapping` for this kind
 * @param columns the reader's array; it may grow while a JSONL file is read
 */
export const rowConverter = <Kind extends ImportKind>(mapping: Mapping, kind: Kind, columns: readonly string[]) => {
  const steps: (Step | undefined)[] = []
  const identifies = Object.values(mapping.columns).some((rule) => 'identifier' in rule)
  const rowKind =
    identifies || mapping.rowIdentifier === undefined ? undefined : canonicalIdentifierKind(mapping.rowIdentifier)
  const defaultAt = momentParser(mapping.defaults.timestamp ?? {})
  const constantTimestamp =
    mapping.defaults.timestamp?.value === undefined ? undefined : defaultAt?.(mapping.defaults.timestamp.value)?.ms
  const constantAt = mapping.defaults.at === undefined ? undefined : defaultAt?.(mapping.defaults.at)?.ms

  return (row: RawRow): Converted<RecordOf[Kind]> => {
    while (steps.length < columns.length) steps.push(columnStep(mapping, columns[steps.length] ?? ''))
    const draft: Draft = {
      row,
      identifiers: [],
      traits: [],
      found: [],
      fields: [],
      event: mapping.defaults.event,
      type: mapping.defaults.eventType,
      timestamp: kind === 'consents' ? constantAt : constantTimestamp,
      messageId: undefined,
      properties: {},
      status: mapping.defaults.status,
      consent: {},
    }
    if (row.unreadable) {
      const { code, reason } = row.unreadable
      return { ok: false, reject: rejected(row, code, reason), fields: [] }
    }
    const { values } = row
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at]
      if (value === undefined || value === null || value === '') continue
      const step = steps[at]
      if (step) step(value, draft)
      else {
        const reason = 'The mapping does not list this column'
        return { ok: false, reject: rejected(row, 'unknownColumn', reason, columns[at]), fields: draft.fields }
      }
    }
    if (rowKind !== undefined) draft.identifiers.push({ kind: rowKind, value: String(row.number) })
    const record = FINISH[kind](draft, mapping)
    // The finisher of a kind makes that kind's record; the table loses the tie between the two.
    return (
      'code' in record
        ? { ok: false, reject: record, fields: draft.fields }
        : { ok: true, record, fields: draft.fields }
    ) as Converted<RecordOf[Kind]>
  }
}

const noIdentifier = (row: RawRow) => rejected(row, 'noIdentifier', 'No identifier in this row can be used')

const finishCustomer = ({ row, identifiers, traits, found }: Draft): CustomerRecord | Reject =>
  identifiers.length === 0
    ? noIdentifier(row)
    : { kind: 'customer', line: row.line, number: row.number, identifiers, traits, found }

const finishEvent = (draft: Draft): EventRecord | Reject => {
  const { row, identifiers, traits, found, timestamp, messageId } = draft
  if (identifiers.length === 0) return noIdentifier(row)
  if (timestamp === undefined) return rejected(row, 'noTimestamp', 'The row has no valid time')
  const type = draft.type ?? 'track'
  if (type === 'track' && draft.event === undefined) return rejected(row, 'noEvent', 'The row names no event')
  let { properties } = draft
  if (type !== 'track' && draft.event !== undefined) properties = { name: draft.event, ...properties }
  if (mayHold(JSON.stringify(properties))) {
    const scanned = scanValue(properties)
    properties = scanned.value
    found.push(...scanned.found)
  }
  return {
    kind: 'event',
    line: row.line,
    number: row.number,
    identifiers,
    found,
    type,
    event: type === 'track' ? (draft.event ?? '') : `$${type}`,
    timestamp,
    messageId,
    properties,
    traits,
  }
}

const finishConsent = (draft: Draft, { defaults }: Mapping): ConsentRecord | Reject => {
  const { row, identifiers, found, timestamp, status, consent } = draft
  if (identifiers.length === 0) return noIdentifier(row)
  const {
    purpose = defaults.purpose,
    channel = defaults.channel,
    noticeVersion = defaults.noticeVersion,
    method = defaults.method,
    evidence = defaults.evidence,
    ...details
  } = consent
  if (purpose === undefined) return rejected(row, 'noPurpose', 'The row names no purpose')
  if (status === undefined) return rejected(row, 'noStatus', 'The row says neither granted, refused nor withdrawn')
  if (timestamp === undefined) return rejected(row, 'noTimestamp', 'The row has no valid time of consent')
  return {
    kind: 'consent',
    line: row.line,
    number: row.number,
    identifiers,
    found,
    purpose,
    channel,
    status,
    at: timestamp,
    noticeVersion,
    method,
    evidence,
    details,
  }
}

const FINISH: { [Kind in ImportKind]: (draft: Draft, mapping: Mapping) => ImportRecord | Reject } = {
  customers: finishCustomer,
  events: finishEvent,
  consents: finishConsent,
}

/** What happens with one column's values; undefined when the mapping does not know the column. */
const columnStep = (mapping: Mapping, column: string): Step | undefined => {
  const rule: ColumnRule | undefined = Object.hasOwn(mapping.columns, column)
    ? mapping.columns[column]
    : { error: undefined, ignore: { ignore: true as const }, traits: { trait: column, type: 'string' as const } }[
        mapping.others
      ]
  if (!rule) return undefined
  if ('ignore' in rule) return ignore
  if ('properties' in rule) return propertiesStep(column)
  const step = valueStep(mapping, column, rule)
  const missing = new Set([...mapping.missing, ...(rule.missing ?? [])].map(String))
  const replacements = new Map(Object.entries(rule.values ?? {}))
  return (value, draft) => {
    const key =
      typeof value === 'string' ? value.trim() : typeof value === 'object' ? JSON.stringify(value) : String(value)
    if (key === '' || missing.has(key)) return
    const replaced = replacements.size === 0 ? undefined : replacements.get(key)
    step(replaced ?? (typeof value === 'string' ? key : value), draft)
  }
}

const ignore: Step = () => undefined

type ValueRule = Exclude<ColumnRule, { ignore: true } | { properties: true }>

const valueStep = (mapping: Mapping, column: string, rule: ValueRule): Step => {
  if ('identifier' in rule)
    return identifierStep(column, canonicalIdentifierKind(rule.identifier), rule.verified === true)
  if ('trait' in rule) return traitStep(mapping, column, rule)
  const fail =
    (code: RejectCode, reason: string): Step =>
    (value, draft) => {
      draft.fields.push(rejected(draft.row, code, reason, column, shown(value, null)))
    }
  const moment = momentOf(mapping, rule)
  if ('property' in rule) return propertyStep(column, rule, moment)
  if ('event' in rule) {
    switch (rule.event) {
      case 'name':
        return (value, draft) => {
          draft.event = textOf(value).slice(0, 500)
        }
      case 'timestamp':
        return momentStep(moment, fail('wrongType', 'Not a date and time'))
      case 'messageId': {
        const tooLong = fail('wrongType', `A message id has at most ${MAX_MESSAGE_ID} characters`)
        return (value, draft) => {
          const id = textOf(value)
          if (id.length > MAX_MESSAGE_ID) tooLong(value, draft)
          else draft.messageId = id
        }
      }
      case 'type': {
        const unknown = fail('wrongType', 'Not an event type: track, page, screen, identify, group or alias')
        return (value, draft) => {
          const type = readEventType(textOf(value))
          if (type) draft.type = type
          else unknown(value, draft)
        }
      }
    }
  }
  switch (rule.consent) {
    case 'status': {
      const unknown = fail('wrongType', 'Not a consent status: granted, refused or withdrawn')
      return (value, draft) => {
        const status = readConsentStatus(textOf(value))
        if (status) draft.status = status
        else {
          // Without this a constant default would turn an unreadable answer into a yes.
          draft.status = undefined
          unknown(value, draft)
        }
      }
    }
    case 'at': {
      const step = momentStep(moment, fail('wrongType', 'Not a date and time'))
      return step
    }
    case 'expiresAt': {
      const parse = momentParser(moment)
      const unreadable = fail('wrongType', 'Not a date and time')
      return (value, draft) => {
        const parsed = parse?.(momentText(value))
        if (parsed) draft.consent.expiresAt = new Date(parsed.ms).toISOString()
        else unreadable(value, draft)
      }
    }
    default: {
      const field = rule.consent
      return (value, draft) => {
        draft.consent[field] = scanned(textOf(value), field, draft)
      }
    }
  }
}

const textOf = (value: Json) =>
  typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)

const momentText = (value: Json) => (typeof value === 'number' ? value : textOf(value))

const momentOf = (mapping: Mapping, rule: MomentFormat): MomentFormat => ({
  format: rule.format ?? mapping.defaults.timestamp?.format,
  zone: rule.zone ?? mapping.defaults.timestamp?.zone,
})

const momentStep = (moment: MomentFormat, fail: Step): Step => {
  const parse: MomentParser | undefined = momentParser(moment)
  return (value, draft) => {
    const parsed = parse?.(momentText(value))
    draft.timestamp = parsed?.ms
    if (!parsed) fail(value, draft)
  }
}

/** Text with personal data inside masked; what was found is told. */
const scanned = (text: string, path: string, draft: Draft) => {
  if (!mayHold(text)) return text
  const result = scanText(text)
  for (const found of result.found) draft.found.push({ ...found, path })
  return result.text
}

const INVALID_IDENTIFIER: Readonly<Record<string, string>> = {
  phone: 'Not a mainland mobile number',
  idCard: 'Not a resident identity number (GB 11643)',
  bankCard: 'Not a bank card number (16–19 digits, Luhn)',
  email: 'Not an e-mail address',
}

const identifierStep =
  (column: string, kind: string, verified: boolean): Step =>
  (input, { row, identifiers, fields }) => {
    const value = normaliseIdentifier(kind, textOf(input))
    if (value === undefined) {
      const reason = INVALID_IDENTIFIER[kind] ?? 'Not an identifier (1–512 characters)'
      fields.push(rejected(row, 'invalidIdentifier', reason, column, shown(input, kind)))
    } else if (!identifiers.some((known) => known.kind === kind && known.value === value))
      identifiers.push({ kind, value, ...(verified && { verified: true as const }) })
  }

const personalKind = (column: string, { trait, personal }: TraitRule): PersonalKind | 'text' | null => {
  if (personal === false) return null
  if (typeof personal === 'string') return personal
  const guess = fieldMeaning(trait)?.personal ?? fieldMeaning(column)?.personal
  return guess ?? (personal === true ? 'text' : null)
}

type TraitRule = Extract<ColumnRule, { trait: string }>

const traitStep = (mapping: Mapping, column: string, rule: TraitRule): Step => {
  const personal = personalKind(column, rule)
  const basis = rule.basis ?? mapping.basis ?? null
  const parse = typed(rule.type, { format: rule.format, zone: rule.zone ?? mapping.defaults.timestamp?.zone })
  const name = rule.trait
  const fail = (value: Json, { fields, row }: Draft, reason: string) => {
    fields.push(rejected(row, 'wrongType', reason, column, shown(value, personal)))
  }
  return (value, draft) => {
    const parsed = parse(value)
    if (typeof parsed === 'string') return fail(value, draft, parsed)
    const { type, number, moment } = parsed
    let { text } = parsed
    if (personal === null) {
      if (type === 'string') text = scanned(text, name, draft)
      else if (number !== null && number >= 1e10 && scanValue(number).found.length > 0)
        return fail(value, draft, 'A number of this form is personal; map the column as an identifier or as personal')
    }
    draft.traits.push({ name, type, text, number, moment, personal, basis })
  }
}

/** Mappings are checked before rows are read, so a format that cannot be read here is our own mistake. */
const typed = (...[type, moment]: Parameters<typeof valueParser>): ValueParser => {
  const parse = valueParser(type, moment)
  if (!parse) throw new TypeError('The mapping was not checked: a time format or zone is not valid')
  return parse
}

type PropertyRule = Extract<ColumnRule, { property: string }>

const propertyStep = (column: string, { property, type }: PropertyRule, moment: MomentFormat): Step => {
  const set = (draft: Draft, value: Json) => {
    Object.defineProperty(draft.properties, property, { value, enumerable: true, writable: true, configurable: true })
  }
  const fail = (value: Json, { fields, row }: Draft, reason: string) => {
    fields.push(rejected(row, 'wrongType', reason, column, shown(value, fieldMeaning(property)?.personal ?? null)))
  }
  if (type === undefined) return (value, draft) => set(draft, value)
  if (type === 'json')
    return (value, draft) => {
      const json = typeof value === 'string' ? parsedJson(value) : value
      if (json === undefined) fail(value, draft, 'Not valid JSON')
      else set(draft, json)
    }
  const parse = typed(type, moment)
  return (value, draft) => {
    const parsed = parse(value)
    if (typeof parsed === 'string') fail(value, draft, parsed)
    else if (parsed.type === 'boolean') set(draft, parsed.number === 1)
    else set(draft, parsed.number ?? parsed.text)
  }
}

const propertiesStep =
  (column: string): Step =>
  (value, draft) => {
    const json = typeof value === 'string' ? parsedJson(value) : value
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
      draft.properties = Object.fromEntries([...Object.entries(json), ...Object.entries(draft.properties)])
    } else {
      const reason = 'Not a JSON object'
      draft.fields.push(rejected(draft.row, 'invalidProperties', reason, column, shown(value, null)))
    }
  }

const parsedJson = (text: string): Json | undefined => {
  try {
    const json = JSON.parse(text) as Json
    return isTooDeep(json) ? undefined : json
  } catch {
    return undefined
  }
}
