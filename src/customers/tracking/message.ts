import { randomUUID } from 'node:crypto'
import { fieldMeaning, mask, mayHold, normaliseIdentifier, scanText, scanValue } from '#platform'
import type { Identifier, IdentifierKind } from '../identity/kinds.ts'
import { isKind, rulesOf } from '../identity/kinds.ts'
import { type MaskedKey, maskByKey } from './personal-keys.ts'

export const messageTypes = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const
export type MessageType = (typeof messageTypes)[number]

/** Largest message and batch, as the Segment HTTP API has them (reference: marketing conventions, 5.1). */
export const maxMessageBytes = 32 * 1_024
export const maxBatchBytes = 500 * 1_024
export const maxBatchMessages = 2_500
const maxIdLength = 512
const maxMessageIdLength = 256
const maxEventLength = 256
const maxTraits = 300
/** Deeper nesting is refused: writing it down as JSON again would overflow the stack. */
const maxDepth = 64
/** 2100: instants beyond it, or before 1970, are no time at which a message was sent. */
const latestMs = 4_102_444_800_000

/** A message ready to be stored: no personal value is in its texts. */
export interface Prepared {
  type: MessageType
  event: string
  messageId: string
  atMs: number
  receivedAtMs: number
  sentAtMs: number | undefined
  /** Normal forms; personal ones are only here, never in the texts. */
  identifiers: Identifier[]
  /** alias: the id that was used before; of which kind only the store knows. */
  previousId: string | undefined
  /** Raw traits of the call that are not identifiers: name, value, whether personal by their name. */
  traits: { name: string; value: unknown; personal: boolean }[]
  properties: string
  context: string
  sourceId: number
  importId: number
  /** Where it stood in the file, of imports. */
  line?: number
  /** Fields that could not be used; the rest of the message is stored. */
  problems: FieldProblem[]
}

export interface FieldProblem {
  field: string
  valueMasked: string
  code: string
  reason: string
}

export interface Refused {
  code: string
  reason: string
  messageId: string
}

/** How a source wants its messages read. */
export interface SourceRules {
  id: number
  /** `identify`: a phone, ID card or e-mail met in event properties is attached to the customer; it is masked in any case. */
  personalRule: 'mask' | 'identify'
  /** A server of the company: it may say that an identifier was checked. A key in a page or an app is anybody's. */
  mayVerify?: boolean
}

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const refuse = (code: string, reason: string, messageId = ''): Refused => ({ code, reason, messageId })

/**
 * Reads one Segment-shaped message.
 * @param type from the path; in a batch the message's own `type` says
 * @param historical `/v1/import` and files: timestamps are taken as they are, without clock correction
 */
export const readMessage = (
  raw: unknown,
  {
    type: pathType,
    receivedAtMs,
    sentAt: batchSentAt,
    source,
    importId = 0,
    historical = false,
    batchContext,
    pseudonym,
    mayBeTooLarge = true,
  }: {
    type?: MessageType
    receivedAtMs: number
    sentAt?: unknown
    source: SourceRules
    importId?: number
    historical?: boolean
    batchContext?: unknown
    /** Stands for a message id that holds personal data: the same for the same text, telling nothing about it. */
    pseudonym: (text: string) => string
    /** False when the whole request is too small to hold a message beyond the limit. */
    mayBeTooLarge?: boolean
  },
): Prepared | Refused => {
  if (!isFields(raw)) return refuse('message.notAnObject', 'A message must be a JSON object')
  if (isDeeper(raw, maxDepth)) return refuse('message.tooDeep', `A message may be nested ${maxDepth} levels deep`)
  const messageId =
    raw.messageId === undefined || raw.messageId === null || raw.messageId === '' ? randomUUID() : raw.messageId
  if (typeof messageId !== 'string' || messageId.length > maxMessageIdLength)
    return refuse('message.messageId', `messageId must be text of at most ${maxMessageIdLength} characters`)
  if (mayBeTooLarge && Buffer.byteLength(JSON.stringify(raw)) > maxMessageBytes)
    return refuse('message.tooLarge', `A message may have at most ${maxMessageBytes} bytes`, messageId)
  // Older examples of Segment's documentation say `action`.
  const type = pathType ?? raw.type ?? raw.action
  if (typeof type !== 'string' || !isMessageType(type))
    return refuse('message.type', `type must be one of ${messageTypes.join(', ')}`, messageId)

  const event = eventName(type, raw)
  if (event === undefined)
    return refuse('message.event', `track needs "event", text of 1 to ${maxEventLength} characters`, messageId)
  const atMs = eventTime(raw, receivedAtMs, batchSentAt, historical)
  if (atMs === undefined) return refuse('message.timestamp', 'timestamp must be an ISO 8601 instant', messageId)

  const identifiers: Identifier[] = []
  const problems: FieldProblem[] = []
  for (const [field, fallback] of [
    ['userId', 'accountId'],
    ['anonymousId', 'anonymousId'],
  ] as const) {
    const value = idText(raw[field])
    if (value === null)
      return refuse(`message.${field}`, `${field} must be text of at most ${maxIdLength} characters`, messageId)
    if (value !== undefined) identifiers.push(identifierOf(value, fallback))
  }
  let previousId = type === 'alias' ? idText(raw.previousId) : undefined
  if (type === 'alias' && (typeof previousId !== 'string' || identifiers.length === 0))
    return refuse('message.alias', 'alias needs "previousId" and "userId"', messageId)
  if (typeof previousId === 'string') {
    const previous = identifierOf(previousId, 'accountId')
    if (previous.kind !== 'accountId') identifiers.push(previous)
    previousId = previous.kind === 'accountId' ? previous.value : undefined
  }
  if (type === 'group' && idText(raw.groupId) === undefined)
    return refuse('message.groupId', 'group needs "groupId"', messageId)
  if (identifiers.length === 0) return refuse('message.noIdentifier', 'userId or anonymousId is needed', messageId)

  const context: Fields = isFields(raw.context)
    ? isFields(batchContext)
      ? { ...batchContext, ...raw.context }
      : raw.context
    : isFields(batchContext)
      ? batchContext
      : {}
  readContext(context, identifiers)
  const prepared: Prepared = {
    type,
    event,
    messageId:
      mayHold(messageId) && scanText(messageId).found.length > 0
        ? `${scanText(messageId, 'remove').text}-${pseudonym(messageId)}`
        : messageId,
    atMs,
    receivedAtMs,
    sentAtMs: sentAtMs(raw.sentAt ?? batchSentAt),
    identifiers,
    previousId: previousId ?? undefined,
    traits: [],
    properties: '{}',
    context: '{}',
    sourceId: source.id,
    importId,
    problems,
  }
  prepared.context = safeJson(withUnknownFields(withoutPersonalTraits(context), raw), prepared, source, 'context')
  if (type === 'identify') {
    // Segment allows traits beside and inside the context.
    const traits = isFields(raw.traits) ? raw.traits : isFields(context.traits) ? context.traits : {}
    prepared.properties = safeJson(readTraits(traits, prepared), prepared, source, 'traits')
  } else {
    const properties =
      type === 'group'
        ? { groupId: raw.groupId, ...(isFields(raw.traits) ? raw.traits : {}) }
        : isFields(raw.properties)
          ? raw.properties
          : {}
    const named =
      (type === 'page' || type === 'screen') && (raw.name !== undefined || raw.category !== undefined)
        ? {
            ...(raw.name !== undefined && { name: raw.name }),
            ...(raw.category !== undefined && { category: raw.category }),
            ...properties,
          }
        : properties
    const said = type !== 'group' && isFields(raw.traits) ? readTraits(raw.traits, prepared) : undefined
    prepared.properties = safeJson(said ? { ...named, $set: said } : named, prepared, source, 'properties')
  }
  if (mayHold(prepared.event)) prepared.event = scanText(prepared.event).text
  if (source.mayVerify) readVerified(context.verified, identifiers)
  return prepared
}

/** `context.verified`: true for every personal identifier of the message, or a list of kinds. */
const readVerified = (verified: unknown, identifiers: readonly Identifier[]): void => {
  const kinds = Array.isArray(verified) ? (verified as unknown[]) : undefined
  if (verified !== true && !kinds) return
  for (const identifier of identifiers)
    if (kinds ? kinds.includes(identifier.kind) : rulesOf[identifier.kind].personal) identifier.verified = true
}

const isDeeper = (value: unknown, levels: number): boolean => {
  if (value === null || typeof value !== 'object') return false
  if (levels === 0) return true
  for (const inner of Array.isArray(value) ? (value as unknown[]) : Object.values(value))
    if (isDeeper(inner, levels - 1)) return true
  return false
}

const knownFields: ReadonlySet<string> = new Set([
  'type',
  'action',
  'event',
  'userId',
  'anonymousId',
  'messageId',
  'timestamp',
  'originalTimestamp',
  'sentAt',
  'receivedAt',
  'context',
  'traits',
  'properties',
  'groupId',
  'previousId',
  'name',
  'category',
  'writeKey',
  '_metadata',
])

/** Fields of the message that the specification does not name are kept beside the context. */
const withUnknownFields = (context: Fields, raw: Fields): Fields => {
  let kept: Fields | undefined
  for (const field of Object.keys(raw)) {
    if (knownFields.has(field) || field in context) continue
    const value = raw[field]
    if (value === null || (isFields(value) && Object.keys(value).length === 0)) continue
    kept ??= { ...context }
    kept[field] = value
  }
  return kept ?? context
}

const isMessageType = (text: string): text is MessageType => (messageTypes as readonly string[]).includes(text)

const eventName = (type: MessageType, raw: Fields): string | undefined => {
  if (type !== 'track') return `$${type}`
  return typeof raw.event === 'string' && raw.event.trim() !== '' && raw.event.length <= maxEventLength
    ? raw.event
    : undefined
}

/** undefined when absent, null when it cannot be an id. */
const idText = (value: unknown): string | undefined | null => {
  if (value === undefined || value === null || value === '') return undefined
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  return typeof text === 'string' && text.length <= maxIdLength && !text.includes('\u0000') ? text : null
}

/** A user id that is a phone, an e-mail or an ID card is that, whatever the field is called. */
const identifierOf = (value: string, fallback: 'accountId' | 'anonymousId'): Identifier => {
  if (value.length >= 6 && (value.includes('@') || value.includes('＠') || mayHold(value))) {
    for (const kind of ['phone', 'idCard', 'email'] as const) {
      const normal = normaliseIdentifier(kind, value)
      if (normal) return { kind, value: normal }
    }
  }
  return { kind: fallback, value: value.trim() }
}

let lastSentAt: { value: unknown; ms: number | undefined } = { value: undefined, ms: undefined }

/** The plausible instant of a batch's `sentAt`, which every message of the batch asks for twice. */
const sentAtMs = (value: unknown): number | undefined => {
  if (value !== lastSentAt.value) lastSentAt = { value, ms: plausibleMs(instantMs(value)) }
  return lastSentAt.ms
}

const looseInstant =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i

/** ISO 8601, also with months, days and hours of one digit; without a zone it is UTC. Numbers are ms, or seconds when small. */
const instantMs = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? (value > 1e11 ? value : value * 1_000) : undefined
  if (typeof value !== 'string') return undefined
  // What clients send; Date.parse alone would also read "offer 7" as a date in 2001.
  if (value.length === 24 && value[4] === '-' && value[10] === 'T' && value[23] === 'Z') {
    const ms = Date.parse(value)
    return Number.isNaN(ms) ? undefined : ms
  }
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] =
    looseInstant.exec(value) ?? []
  if (
    !year ||
    Number(month) < 1 ||
    Number(month) > 12 ||
    Number(day) < 1 ||
    Number(day) > 31 ||
    Number(hour) > 24 ||
    Number(minute) > 59 ||
    Number(second) > 60
  )
    return undefined
  const ms = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Math.trunc(Number(`0.${fraction}`) * 1_000),
  )
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? []
  return sign ? ms - Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000 : ms
}

const plausibleMs = (ms: number | undefined): number | undefined =>
  ms === undefined || ms < 0 || ms > latestMs ? undefined : ms

/** receivedAt − (sentAt − originalTimestamp): the sender's clock is corrected by ours. undefined when a date is unreadable. */
const eventTime = (
  raw: Fields,
  receivedAtMs: number,
  batchSentAt: unknown,
  historical: boolean,
): number | undefined => {
  const given = raw.originalTimestamp ?? raw.timestamp
  if (given === undefined || given === null) return receivedAtMs
  const originalMs = plausibleMs(instantMs(given))
  const sentMs = sentAtMs(raw.sentAt ?? batchSentAt)
  if (originalMs === undefined || historical || sentMs === undefined) return originalMs
  return Math.round(Math.max(0, Math.min(latestMs, receivedAtMs - (sentMs - originalMs))))
}

const readContext = (context: Fields, identifiers: Identifier[]): void => {
  const { device, externalIds } = context
  const deviceId = isFields(device) ? idText(device.id) : undefined
  if (deviceId) identifiers.push({ kind: 'deviceId', value: deviceId })
  if (Array.isArray(externalIds)) {
    for (const external of externalIds.slice(0, 10)) {
      if (!isFields(external) || typeof external.id !== 'string' || typeof external.type !== 'string') continue
      const kind = fieldMeaning(external.type)?.identifier ?? external.type
      const known = kind === 'userId' ? 'accountId' : kind
      const value = isKind(known) ? normaliseIdentifier(known, external.id) : undefined
      if (isKind(known) && value) identifiers.push({ kind: known, value })
    }
  }
}

/** Names and numbers inside `context.traits` and `context.externalIds` are personal by their key: they do not go into events. */
const withoutPersonalTraits = (context: Fields): Fields => {
  if (!isFields(context.traits) && context.externalIds === undefined) return context
  const { externalIds: _externalIds, traits, ...rest } = context
  if (!isFields(traits)) return rest
  return {
    ...rest,
    traits: Object.fromEntries(Object.entries(traits).filter(([name]) => !fieldMeaning(name)?.personal)),
  }
}

/** Sorts traits into identifiers, personal and other ones. @returns what may stand in the event */
const readTraits = (traits: Fields, prepared: Prepared): Fields => {
  const shown: Fields = {}
  let count = 0
  const report = (field: string, code: string, reason: string, valueMasked = ''): void => {
    prepared.problems.push({ field, valueMasked, code, reason })
  }
  const read = (name: string, value: unknown, own: string): void => {
    if (value === undefined) return
    if (++count > maxTraits) {
      if (count === maxTraits + 1)
        report('', 'trait.tooMany', `A call may carry ${maxTraits} traits; those beyond were left out`)
      return
    }
    if (name.length > 128 || name === '' || name.includes('\u0000') || !name.isWellFormed())
      return report('', 'trait.name', 'A trait name has 1 to 128 characters')
    if (mayHold(name) && scanText(name).found.length > 0)
      return report(scanText(name).text, 'trait.name', 'A trait name may not hold personal data')
    const meaning = fieldMeaning(name)
    const kind: IdentifierKind | undefined = meaning?.identifier === 'userId' ? 'accountId' : meaning?.identifier
    if (kind && (typeof value === 'string' || typeof value === 'number')) {
      const text = storable(String(value))
      const normal = text === '' ? undefined : normaliseIdentifier(kind, text)
      if (normal) prepared.identifiers.push({ kind, value: normal })
      else if (text !== '')
        report(name, `identifier.${kind}`, `The value is not a valid ${kind}`, mask(meaning?.personal ?? kind, text))
      return
    }
    if (meaning?.personal ?? fieldMeaning(own)?.personal) {
      const text = typeof value === 'string' ? storable(value) : value
      prepared.traits.push({
        name,
        value: isFields(text) || Array.isArray(text) ? JSON.stringify(text) : text,
        personal: true,
      })
      return
    }
    if (isFields(value)) {
      for (const [inner, innerValue] of Object.entries(value)) read(`${name}.${inner}`, innerValue, inner)
      return
    }
    const clean = withoutPersonal(typeof value === 'string' ? storable(value) : value, prepared, `traits.${name}`)
    shown[name] = clean
    prepared.traits.push({ name, value: Array.isArray(clean) ? JSON.stringify(clean) : clean, personal: false })
  }
  for (const [name, value] of Object.entries(traits)) read(name, value, name)
  return shown
}

/** Postgres stores neither NUL nor half a surrogate pair; one such value would hold up everybody's messages. */
const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()

/** A value with personal data masked, by pattern and by key; what was found is attached when `attach` takes it, or reported. */
const withoutPersonal = <Value>(
  value: Value,
  prepared: Prepared,
  field: string,
  attach?: (identifier: Identifier) => void,
  text = JSON.stringify(value),
): Value => {
  let clean = value
  const where = (path: string) => (path === '' ? field : path.startsWith('[') ? `${field}${path}` : `${field}.${path}`)
  if (mayHold(text)) {
    const scanned = scanValue(value)
    clean = scanned.value
    for (const { kind, value: found, exact, path } of scanned.found) {
      if (attach && exact && kind !== 'bankCard') attach({ kind, value: found })
      else
        prepared.problems.push({
          field: where(path),
          valueMasked: mask(kind, found),
          code: `masked.${kind}`,
          reason: 'Personal data were masked',
        })
    }
  }
  const keyed: MaskedKey[] = []
  const masked = maskByKey(clean, keyed) as Value
  for (const { path, kind, masked: valueMasked } of keyed)
    prepared.problems.push({
      field: where(path),
      valueMasked,
      code: `masked.${kind}`,
      reason: 'Personal data were masked',
    })
  return masked
}

/**
 * Texts in which nothing personal was found, the older half forgotten when there are many: an application sends the same
 * context with every message, and not looking through it again took reading a message from 6.9 to 5.1 µs.
 */
let cleanTexts = new Set<string>()
let olderCleanTexts = new Set<string>()
const rememberedTexts = 1_000
const longestRememberedText = 2_000

const rememberClean = (text: string): void => {
  if (text.length > longestRememberedText) return
  if (cleanTexts.size >= rememberedTexts) {
    olderCleanTexts = cleanTexts
    cleanTexts = new Set()
  }
  cleanTexts.add(text)
}

/** JSON text without personal values; what was found is attached when the source says so. */
const safeJson = (value: Fields, prepared: Prepared, source: SourceRules, field: string): string => {
  const text = JSON.stringify(value)
  if (cleanTexts.has(text) || olderCleanTexts.has(text)) return text
  const attaches = source.personalRule === 'identify' && prepared.type !== 'group'
  const toldBefore = prepared.problems.length + prepared.identifiers.length
  const clean = withoutPersonal(
    value,
    prepared,
    field,
    attaches ? (identifier) => prepared.identifiers.push(identifier) : undefined,
    text,
  )
  if (clean !== value) return JSON.stringify(clean)
  if (prepared.problems.length + prepared.identifiers.length === toldBefore) rememberClean(text)
  return text
}
