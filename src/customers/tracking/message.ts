import { randomUUID } from 'node:crypto'
import { fieldMeaning, mask, mayHold, normaliseIdentifier, scanText, scanValue } from '#platform'
import type { Identifier, IdentifierKind } from '../identity/kinds.ts'
import { isKind } from '../identity/kinds.ts'

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
/** A clock that is wrong by more than this is corrected up to it, so that one bad `sentAt` cannot move an event by years. */
const maxSkewMs = 400 * 86_400_000

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
  /** Raw traits of an identify call that are not identifiers: name, value, whether personal by their name. */
  traits: { name: string; value: unknown; personal: boolean }[]
  properties: string
  context: string
  sourceId: number
  importId: number
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
  }: {
    type?: MessageType
    receivedAtMs: number
    sentAt?: unknown
    source: SourceRules
    importId?: number
    historical?: boolean
    batchContext?: unknown
  },
): Prepared | Refused => {
  if (!isFields(raw)) return refuse('message.notAnObject', 'A message must be a JSON object')
  const messageId =
    raw.messageId === undefined || raw.messageId === null || raw.messageId === '' ? randomUUID() : raw.messageId
  if (typeof messageId !== 'string' || messageId.length > maxMessageIdLength)
    return refuse('message.messageId', `messageId must be text of at most ${maxMessageIdLength} characters`)
  const type = pathType ?? raw.type
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
  const previousId = type === 'alias' ? idText(raw.previousId) : undefined
  if (type === 'alias' && (typeof previousId !== 'string' || identifiers.length === 0))
    return refuse('message.alias', 'alias needs "previousId" and "userId"', messageId)
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
        ? scanText(messageId, 'remove').text + hashText(messageId)
        : messageId,
    atMs,
    receivedAtMs,
    sentAtMs: instantMs(raw.sentAt ?? batchSentAt),
    identifiers,
    previousId: previousId ?? undefined,
    traits: [],
    properties: '{}',
    context: '{}',
    sourceId: source.id,
    importId,
    problems,
  }
  prepared.context = safeJson(withoutPersonalTraits(context), prepared, source, 'context')
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
    prepared.properties = safeJson(named, prepared, source, 'properties')
  }
  if (mayHold(prepared.event)) prepared.event = scanText(prepared.event).text
  if (
    prepared.properties.length + prepared.context.length > maxMessageBytes - 2_048 &&
    Buffer.byteLength(JSON.stringify(raw)) > maxMessageBytes
  ) {
    return refuse('message.tooLarge', `A message may have at most ${maxMessageBytes} bytes`, messageId)
  }
  return prepared
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

const instantMs = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? (value > 1e11 ? value : value * 1_000) : undefined
  if (typeof value !== 'string') return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms
}

/** receivedAt − (sentAt − originalTimestamp): the sender's clock is corrected by ours. undefined when a date is unreadable. */
const eventTime = (
  raw: Fields,
  receivedAtMs: number,
  batchSentAt: unknown,
  historical: boolean,
): number | undefined => {
  const given = raw.originalTimestamp ?? raw.timestamp
  if (given === undefined || given === null) return receivedAtMs
  const originalMs = instantMs(given)
  if (originalMs === undefined || originalMs < 0 || originalMs > 4_102_444_800_000) return undefined
  const sentAtMs = instantMs(raw.sentAt ?? batchSentAt)
  if (historical || sentAtMs === undefined) return originalMs
  const skewMs = Math.max(-maxSkewMs, Math.min(maxSkewMs, receivedAtMs - sentAtMs))
  return Math.max(0, originalMs + skewMs)
}

const readContext = (context: Fields, identifiers: Identifier[]): void => {
  const { device, externalIds } = context
  if (isFields(device) && typeof device.id === 'string' && device.id !== '' && device.id.length <= maxIdLength)
    identifiers.push({ kind: 'deviceId', value: device.id })
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
  const read = (name: string, value: unknown) => {
    if (value === undefined || ++count > maxTraits) return
    if (name.length > 128 || name === '') {
      prepared.problems.push({
        field: name.slice(0, 128),
        valueMasked: '',
        code: 'trait.name',
        reason: 'A trait name has 1 to 128 characters',
      })
      return
    }
    const meaning = fieldMeaning(name)
    const kind: IdentifierKind | undefined = meaning?.identifier === 'userId' ? 'accountId' : meaning?.identifier
    if (kind && (typeof value === 'string' || typeof value === 'number')) {
      const text = String(value)
      const normal = text === '' ? undefined : normaliseIdentifier(kind, text)
      if (normal) prepared.identifiers.push({ kind, value: normal })
      else if (text !== '')
        prepared.problems.push({
          field: name,
          valueMasked: mask(meaning?.personal ?? kind, text),
          code: `identifier.${kind}`,
          reason: `The value is not a valid ${kind}`,
        })
      return
    }
    if (meaning?.personal) {
      prepared.traits.push({
        name,
        value: isFields(value) || Array.isArray(value) ? JSON.stringify(value) : value,
        personal: true,
      })
      return
    }
    if (isFields(value)) {
      for (const [inner, innerValue] of Object.entries(value))
        if (!isFields(innerValue)) read(`${name}.${inner}`, innerValue)
      return
    }
    const text = typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : ''
    const clean = text !== '' && mayHold(text) ? scanValue(value).value : value
    shown[name] = clean
    prepared.traits.push({ name, value: Array.isArray(clean) ? JSON.stringify(clean) : clean, personal: false })
  }
  for (const [name, value] of Object.entries(traits)) read(name, value)
  return shown
}

/** JSON text without personal values; what was found is attached when the source says so. */
const safeJson = (value: Fields, prepared: Prepared, source: SourceRules, field: string): string => {
  const text = JSON.stringify(value)
  if (!mayHold(text)) return text
  const { value: clean, found } = scanValue(value)
  if (found.length === 0) return text
  for (const { kind, value: foundValue, exact, path } of found) {
    if (source.personalRule === 'identify' && exact && kind !== 'bankCard' && prepared.type !== 'group')
      prepared.identifiers.push({ kind, value: foundValue })
    else
      prepared.problems.push({
        field: `${field}.${path}`,
        valueMasked: mask(kind, foundValue),
        code: `masked.${kind}`,
        reason: 'Personal data were masked',
      })
  }
  return JSON.stringify(clean)
}

const hashText = (text: string): string => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return `-${(hash >>> 0).toString(16)}`
}
