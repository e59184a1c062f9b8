import { type Ctx, fieldMeaning, mask, scanText } from '#platform'
import type { ConsentRecord, Converted, CustomerRecord, Reject } from '../import/record.ts'
import type { Prepared } from '../tracking/message.ts'
import type { MappedFields } from './mapped-fields.ts'
import type { Compiled, RuleSet } from './rule-set.ts'
import type { Around, Plain } from './verify.ts'

/** What a rule found in one row or message. */
export interface Found {
  rule: Compiled
  valueMasked: string
  reason: string
}

/** Values looked at and found wrong, by rule. */
export type Tally = Map<number, { checked: number; failed: number }>

const longestShown = 100

/** A value as those may see it who look after quality. */
export const shownValue = (field: string, value: Plain | undefined, personal: boolean): string => {
  if (value === undefined) return ''
  const text = String(value)
  const kind = fieldMeaning(field)?.personal ?? (personal ? 'text' : undefined)
  const masked = kind === undefined ? scanText(text).text : mask(kind, text)
  return masked.length > longestShown ? `${masked.slice(0, longestShown)}…` : masked
}

const count = (tally: Tally, rule: Compiled, failed: boolean) => {
  const held = tally.get(rule.no)
  if (held) {
    held.checked += 1
    if (failed) held.failed += 1
  } else tally.set(rule.no, { checked: 1, failed: failed ? 1 : 0 })
}

const plain = (value: unknown): Plain | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : value === undefined || value === null
      ? undefined
      : JSON.stringify(value)

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** A property by its name, or by its path where the name is none. */
const propertyOf = (properties: Fields, name: string): unknown => {
  if (Object.hasOwn(properties, name)) return properties[name]
  if (!name.includes('.')) return undefined
  let value: unknown = properties
  for (const key of name.split('.')) value = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

const withoutProperty = (properties: Fields, [key = '', ...rest]: readonly string[]): Fields => {
  const { [key]: inner, ...others } = properties
  return rest.length > 0 && isFields(inner) ? { ...others, [key]: withoutProperty(inner, rest) } : others
}

/**
 * Puts the rules to a message that is about to be stored. A value that a rule rejects is taken out and told among the
 * message's problems, as the other rejects are.
 */
export const inspectMessage = (rules: RuleSet, message: Prepared): Inspection => {
  const held = inspected.get(message)
  if (held) return held
  const forEvent = rules.events.get(message.event)
  const hasTraits = rules.traits.size > 0 && (message.traits.length > 0 || message.type === 'identify')
  if (!forEvent && !hasTraits) return nothingAsked
  const inspection: Inspection = { checked: [], found: [] }
  if (forEvent) inspectProperties(forEvent, message, inspection)
  if (hasTraits) inspectTraits(rules, message, inspection)
  if (inspection.found.length > 0) inspected.set(message, inspection)
  return inspection
}

/** What the rules found in a message. */
export interface Inspection {
  /** Numbers of the rules that were put to it, once for each value. */
  checked: number[]
  found: Found[]
}
const nothingAsked: Inspection = { checked: [], found: [] }

/** A message whose group could not be stored comes again: a value that was taken out then must not be missed now. */
const inspected = new WeakMap<Prepared, Inspection>()

/** Adds what an inspection counted to a sum. */
const addTo = (sum: Tally, { checked, found }: Inspection): void => {
  for (const no of checked) {
    const held = sum.get(no)
    if (held) held.checked += 1
    else sum.set(no, { checked: 1, failed: 0 })
  }
  for (const { rule } of found) {
    const held = sum.get(rule.no)
    if (held) held.failed += 1
  }
}

const inspectProperties = (rules: readonly Compiled[], message: Prepared, { checked, found }: Inspection): void => {
  let properties = JSON.parse(message.properties) as Fields
  const before = properties
  const around: Around = {
    other: (name) => plain(propertyOf(before, name)),
    ageDays: message.importId === 0 ? (message.receivedAtMs - message.atMs) / 86_400_000 : undefined,
  }
  for (const rule of rules) {
    const value = plain(propertyOf(before, rule.field))
    if (value === undefined && !rule.isRequired) continue
    const reason = rule.verify(value, around)
    checked.push(rule.no)
    if (reason === undefined) continue
    const valueMasked = shownValue(rule.field, value, false)
    found.push({ rule, valueMasked, reason })
    if (!rule.rejects || value === undefined) continue
    properties = withoutProperty(
      properties,
      Object.hasOwn(properties, rule.field) ? [rule.field] : rule.field.split('.'),
    )
    message.problems.push(problemOf(`properties.${rule.field}`, rule, valueMasked, reason))
  }
  if (properties !== before) message.properties = JSON.stringify(properties)
}

const problemOf = (field: string, { name }: Compiled, valueMasked: string, reason: string) => ({
  field,
  valueMasked,
  code: 'quality.rule',
  reason: `${name}: ${reason}`,
})

const inspectTraits = (rules: RuleSet, message: Prepared, { checked, found }: Inspection): void => {
  const around: Around = {
    other: (name) => plain(message.traits.find((trait) => trait.name === name)?.value),
    ageDays: undefined,
  }
  const rejected = new Set<string>()
  for (const { name, value, personal } of message.traits) {
    const own = rules.traits.get(name)
    // null takes a value away: there is nothing to be right or wrong.
    if (!own || value === null) continue
    for (const rule of own) {
      // A call says what it knows; that something is missing shows over the whole base.
      if (rule.isRequired) continue
      const reason = rule.verify(plain(value), around)
      checked.push(rule.no)
      if (reason === undefined) continue
      const valueMasked = shownValue(name, plain(value), personal)
      found.push({ rule, valueMasked, reason })
      if (!rule.rejects) continue
      rejected.add(name)
      message.problems.push(problemOf(name, rule, valueMasked, reason))
    }
  }
  if (rejected.size > 0) message.traits = message.traits.filter(({ name }) => !rejected.has(name))
  for (const own of rules.traits.values())
    for (const rule of own) {
      if (rule.identifier === undefined || rule.isRequired) continue
      for (const { kind, value } of message.identifiers)
        if (kind === rule.identifier) {
          const reason = rule.verify(value, around)
          checked.push(rule.no)
          if (reason !== undefined) found.push({ rule, valueMasked: shownValue(rule.field, value, true), reason })
        }
      // What is no valid identifier was left out when the message was read.
      for (const { code, valueMasked, reason } of message.problems)
        if (rule.isFormat && code === `identifier.${rule.identifier}`) {
          checked.push(rule.no)
          found.push({ rule, valueMasked, reason })
        }
    }
}

/** Puts the rules to the rows of a file of customers. */
export interface RowInspector {
  /** @returns what was found; values that a rule rejects are taken out of the record and told in `rejects` */
  inspect(converted: Converted<CustomerRecord | ConsentRecord>): { found: Found[]; rejects: Reject[] }
  tally: Tally
}

/**
 * @param mapped what the mapping fills: only there something can be missing
 * @returns undefined when no rule is about a mapped field
 */
export const rowInspector = (rules: RuleSet, { names, kinds }: MappedFields): RowInspector | undefined => {
  const own = [...rules.traits.values()]
    .flat()
    .filter(({ field, identifier }) => names.has(field) || (identifier !== undefined && names.has(identifier)))
  if (own.length === 0) return undefined
  const tally: Tally = new Map()
  return {
    tally,
    inspect: (converted) => {
      const found: Found[] = []
      const rejects: Reject[] = []
      const record = converted.ok ? converted.record : undefined
      const traits = record?.kind === 'customer' ? record.traits : []
      const heldValue = (name: string): Plain | undefined => {
        const trait = traits.find((one) => one.name === name)
        if (!trait) return undefined
        const { type, text, number } = trait
        return type === 'boolean' ? number === 1 : (number ?? text)
      }
      const around: Around = { other: heldValue, ageDays: undefined }
      const line = record?.line ?? (converted.ok ? 0 : converted.reject.line)
      for (const rule of own) {
        const tell = (reason: string | undefined, valueMasked: () => string) => {
          count(tally, rule, reason !== undefined)
          if (reason !== undefined) found.push({ rule, valueMasked: valueMasked(), reason })
        }
        if (rule.identifier !== undefined) {
          const values = record?.identifiers.filter(({ kind }) => kind === rule.identifier) ?? []
          const invalid = converted.fields.filter(
            ({ code, column }) =>
              code === 'invalidIdentifier' && column !== null && kinds.get(column) === rule.identifier,
          )
          for (const { value } of values) tell(rule.verify(value, around), () => shownValue(rule.field, value, true))
          if (rule.isFormat) for (const { reason, value } of invalid) tell(reason, () => value ?? '')
          if (rule.isRequired && record && values.length === 0) tell('Nothing is given', () => '')
          continue
        }
        if (!record) continue
        const trait = traits.find(({ name }) => name === rule.field)
        const value = heldValue(rule.field)
        if (value === undefined && !rule.isRequired) continue
        const reason = rule.verify(value, around)
        tell(reason, () => shownValue(rule.field, value, trait?.personal != null))
        if (reason === undefined || !rule.rejects || !trait || record.kind !== 'customer') continue
        record.traits = record.traits.filter((one) => one !== trait)
        rejects.push({
          line,
          number: record.number,
          column: rule.field,
          value: shownValue(rule.field, value, trait.personal !== null),
          code: 'quality.rule',
          reason: `${rule.name}: ${reason}`,
        })
      }
      return { found, rejects }
    },
  }
}

const tsv = (text: string): string =>
  text.replace(/[\\\t\n\r]/g, (character) =>
    character === '\t' ? '\\t' : character === '\n' ? '\\n' : character === '\r' ? '\\r' : '\\\\',
  )
const instantText = (ms: number): string => new Date(ms).toISOString().slice(0, 23).replace('T', ' ')

const findingColumns = [
  'rule_no',
  'run',
  'at',
  'customer_no',
  'source_id',
  'import_id',
  'line',
  'message_id',
  'field',
  'value_masked',
  'reason',
  'rejected',
] as const

export interface Place {
  atMs: number
  customerNo: number
  sourceId: number
  importId: number
  line: number
  messageId: string
}

/** A line of the table `quality_findings`. @param run 0 on arrival */
export const findingLine = ({ rule, valueMasked, reason }: Found, at: Place, run = 0): string =>
  `${rule.no}\t${run}\t${instantText(at.atMs)}\t${at.customerNo}\t${at.sourceId}\t${at.importId}\t${at.line}\t${tsv(at.messageId)}\t${tsv(rule.field)}\t${tsv(valueMasked)}\t${tsv(reason)}\t${rule.rejects && run === 0 ? 1 : 0}\n`

export const storeFindings = async (ctx: Ctx, lines: string): Promise<void> => {
  if (lines !== '') await ctx.ch.insert('quality_findings', lines, { columns: findingColumns })
}

/** Lines of the table `quality_counts`. @param line last line of the piece of a file, 0 for messages */
export const countLines = (
  tally: Tally,
  { atMs, sourceId, importId, line }: Pick<Place, 'atMs' | 'sourceId' | 'importId' | 'line'>,
): string => {
  const hour = `${new Date(atMs).toISOString().slice(0, 13).replace('T', ' ')}:00:00`
  return [...tally]
    .map(([no, { checked, failed }]) => `${no}\t${hour}\t${sourceId}\t${importId}\t${line}\t${checked}\t${failed}\n`)
    .join('')
}

export const storeCounts = async (ctx: Ctx, lines: string): Promise<void> => {
  if (lines !== '')
    await ctx.ch.insert('quality_counts', lines, {
      columns: ['rule_no', 'hour', 'source_id', 'import_id', 'line', 'checked', 'failed'],
    })
}

/** Counts of messages, gathered: a row per rule, source and hour every two seconds instead of one per group. */
export interface MessageCounts {
  add(inspection: Inspection, of: { sourceId: number; importId: number; atMs: number }): void
  flush(ctx: Ctx): Promise<void>
}

interface Gathered {
  tally: Tally
  sourceId: number
  importId: number
  atMs: number
}
const hourMs = 3_600_000

export const openMessageCounts = (): MessageCounts => {
  let gathered: Gathered[] = []
  let last: Gathered | undefined
  const placeOf = (sourceId: number, importId: number, atMs: number): Gathered => {
    const hour = Math.floor(atMs / hourMs)
    const fits = (one: Gathered) =>
      one.sourceId === sourceId && one.importId === importId && Math.floor(one.atMs / hourMs) === hour
    if (last && fits(last)) return last
    last = gathered.find(fits)
    if (!last) {
      last = { tally: new Map(), sourceId, importId, atMs }
      gathered.push(last)
    }
    return last
  }
  return {
    add: (inspection, { sourceId, importId, atMs }) => addTo(placeOf(sourceId, importId, atMs).tally, inspection),
    flush: async (ctx) => {
      if (gathered.length === 0) return
      const flushed = gathered
      gathered = []
      last = undefined
      try {
        await storeCounts(ctx, flushed.map(({ tally, ...of }) => countLines(tally, { ...of, line: 0 })).join(''))
      } catch (error) {
        // They wait for the next turn; rows of one place are summed where they are read.
        gathered.push(...flushed)
        throw error
      }
    },
  }
}
