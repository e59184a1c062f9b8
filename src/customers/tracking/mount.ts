import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Ctx, freeBytes, Problem, scanValue } from '#platform'
import { problem } from '../problem.ts'
import type { Committer } from './commit.ts'
import { fromJitsu, fromPosthog } from './dialects.ts'
import {
  type MessageType,
  maxBatchBytes,
  maxBatchMessages,
  maxMessageBytes,
  messageTypes,
  type Prepared,
  type Refused,
  readMessage,
} from './message.ts'
import { maskByKey } from './personal-keys.ts'
import { openRejects, type Rejects } from './rejects.ts'
import type { Source, Sources } from './sources.ts'

interface Parts {
  committer: Committer
  sources: Sources
}

const unzip = promisify(gunzip)
/** `{"type":"page","userId":"1"}` is the shortest there can be. */
const leastMessageBytes = 28
/** Compressed bodies may be this large on the wire; what they unpack to is held to the batch limit. */
const wireLimitBytes = 4 * 1_024 * 1_024

/**
 * The tracking API: Segment's calls under `/v1`, posthog-node's `/batch/`, @jitsu/js's `/api/s`. These routes have a border
 * of their own: any content type, write keys instead of sign-in, answers in the clients' form.
 */
export const mountTracking = async (app: FastifyInstance, ctx: Ctx, parts: Parts): Promise<void> => {
  const diskHasRoom = watchDisk(ctx)
  const rejects = openRejects(ctx)
  const mayShowRepeats = repeatGate()
  await app.register(async (tracking) => {
    tracking.removeAllContentTypeParsers()
    tracking.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: wireLimitBytes }, (_request, body, done) =>
      done(null, body),
    )
    tracking.addHook('onRequest', async (request, reply) => {
      // Whatever a client calls its body, also what is no media type at all, it is read as JSON.
      request.headers['content-type'] = 'application/octet-stream'
      // Write keys only let data in, so browsers of any site may use them.
      void reply.headers({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'POST, OPTIONS',
        'access-control-allow-headers': 'authorization, content-type, x-write-key, content-encoding',
        'access-control-max-age': '86400',
        'cross-origin-resource-policy': 'cross-origin',
      })
    })
    const schema = { tags: ['tracking'], security: [{ writeKey: [] }] }
    const receive =
      (read: (body: unknown, request: FastifyRequest) => Call) =>
      async (request: FastifyRequest, reply: FastifyReply) => {
        const { body, bytes } = await parseBody(request)
        return handle(
          ctx,
          { ...parts, rejects, mayShowRepeats },
          diskHasRoom,
          { ...read(body, request), bytes },
          request,
          reply,
        )
      }
    for (const type of messageTypes) {
      tracking.post(
        `/v1/${type}`,
        { schema: { ...schema, summary: `Segment's ${type} call` } },
        receive((body, request) => ({
          kind: 'segment',
          writeKey: segmentKey(body, request),
          messages: [body],
          type,
          single: true,
        })),
      )
      tracking.post(
        `/v1/${type[0]}`,
        { schema: { hide: true } },
        receive((body, request) => ({
          kind: 'segment',
          writeKey: segmentKey(body, request),
          messages: [body],
          type,
          single: true,
        })),
      )
    }
    for (const name of ['batch', 'import'] as const) {
      tracking.post(
        `/v1/${name}`,
        {
          schema: {
            ...schema,
            summary:
              name === 'batch'
                ? 'Up to 2,500 messages at once'
                : 'Historical messages: timestamps are taken as they are',
          },
        },
        receive((body, request) => ({ ...segmentBatch(body, request), historical: name === 'import' })),
      )
    }
    for (const path of ['/batch', '/batch/', '/capture', '/capture/']) {
      tracking.post(
        path,
        { schema: { hide: path !== '/batch/', ...schema, summary: 'The posthog-node shape' } },
        receive(posthogCall),
      )
    }
    for (const type of ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const) {
      tracking.post(
        `/api/s/${type}`,
        { schema: { ...schema, summary: `The @jitsu/js shape of ${type}` } },
        receive((body, request) => jitsuCall(body, request, type)),
      )
      tracking.post(
        `/api/s/s2s/${type}`,
        { schema: { hide: true } },
        receive((body, request) => jitsuCall(body, request, type)),
      )
    }
    tracking.options('/v1/*', { schema: { hide: true } }, async (_request, reply) => reply.code(204).send())
    tracking.options('/batch/', { schema: { hide: true } }, async (_request, reply) => reply.code(204).send())
    tracking.options('/api/s/*', { schema: { hide: true } }, async (_request, reply) => reply.code(204).send())
  })
}

interface Call {
  kind: 'segment' | 'posthog' | 'jitsu'
  writeKey: string | undefined
  messages: readonly unknown[]
  type?: MessageType
  single?: boolean
  sentAt?: unknown
  context?: unknown
  historical?: boolean
}

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
const textOrNothing = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** JSON whatever the content type says; gzip by its first bytes, because some clients mislabel it. */
const parseBody = async (request: FastifyRequest): Promise<{ body: unknown; bytes: number }> => {
  const body = request.body
  if (!Buffer.isBuffer(body) || body.length === 0) throw problem.notJson()
  let bytes: Buffer = body
  if (body[0] === 0x1f && body[1] === 0x8b) {
    try {
      bytes = await unzip(body, { maxOutputLength: maxBatchBytes })
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
        ? problem.batchTooLarge({ maxBytes: maxBatchBytes })
        : problem.notJson({ reason: 'gzip' })
    }
  }
  if (bytes.length > maxBatchBytes) throw problem.batchTooLarge({ maxBytes: maxBatchBytes })
  try {
    return { body: JSON.parse(bytes.toString('utf8')) as unknown, bytes: bytes.length }
  } catch {
    throw problem.notJson()
  }
}

const basicKey = (request: FastifyRequest): string | undefined => {
  const header = request.headers.authorization
  if (header === undefined || !/^basic /i.test(header)) return undefined
  const [user] = Buffer.from(header.slice(6), 'base64').toString('utf8').split(':')
  return user === '' ? undefined : user
}

const segmentKey = (body: unknown, request: FastifyRequest): string | undefined =>
  basicKey(request) ?? (isFields(body) ? textOrNothing(body.writeKey) : undefined)

const segmentBatch = (body: unknown, request: FastifyRequest): Call => {
  if (!isFields(body) || !Array.isArray(body.batch) || body.batch.length === 0) throw problem.batchEmpty()
  return {
    kind: 'segment',
    writeKey: segmentKey(body, request),
    messages: body.batch,
    sentAt: body.sentAt,
    context: body.context,
  }
}

const posthogCall = (body: unknown): Call => {
  if (!isFields(body)) throw problem.batchEmpty()
  const batch = Array.isArray(body.batch) ? body.batch : [body]
  if (batch.length === 0) throw problem.batchEmpty()
  return {
    kind: 'posthog',
    writeKey: textOrNothing(body.api_key) ?? textOrNothing(body.token),
    messages: batch.map(fromPosthog),
    sentAt: body.sent_at,
    historical: body.historical_migration === true,
  }
}

const jitsuCall = (body: unknown, request: FastifyRequest, type: MessageType): Call => {
  const header = request.headers['x-write-key']
  const query = isFields(request.query) ? textOrNothing(request.query.p) : undefined
  const given = (Array.isArray(header) ? header[0] : header) ?? query ?? segmentKey(body, request)
  return {
    kind: 'jitsu',
    // Jitsu's own keys are written `id:secret`, and so may ours be: the key, a colon, anything.
    writeKey: given?.split(':', 1)[0],
    messages: [fromJitsu(body)],
    type,
    single: true,
  }
}

const handle = async (
  ctx: Ctx,
  {
    committer,
    sources,
    rejects,
    mayShowRepeats,
  }: Parts & {
    rejects: Rejects
    mayShowRepeats: (sourceId: number) => boolean
  },
  diskHasRoom: () => boolean,
  call: Call & { bytes: number },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> => {
  if (!call.writeKey) throw problem.writeKeyUnknown()
  const source = await sources.byKey(ctx, call.writeKey)
  if (call.messages.length > maxBatchMessages)
    throw problem.batchTooMany({ maxMessages: maxBatchMessages, messages: call.messages.length })
  if (!diskHasRoom()) throw problem.diskFull()
  sources.spend(source, call.messages.length)
  if (committer.waiting() > ctx.config.ingestQueueMessages) throw problem.storesBehind()

  const receivedAtMs = ctx.now().getTime()
  const accepted: Prepared[] = []
  const refused: (Refused & { index: number })[] = []
  const mayBeTooLarge = call.bytes - (call.messages.length - 1) * leastMessageBytes > maxMessageBytes
  for (const [index, raw] of call.messages.entries()) {
    const read = readMessage(raw, {
      receivedAtMs,
      source,
      ...(call.type && { type: call.type }),
      sentAt: call.sentAt,
      batchContext: call.context,
      pseudonym: (text) => ctx.vault.blindIndex('messageId', text),
      mayBeTooLarge,
      ...(call.historical && { historical: true }),
    })
    if ('code' in read) refused.push({ ...read, index })
    else accepted.push(read)
  }
  const fates = accepted.length > 0 ? await committer.add(accepted) : []
  if (refused.length > 0) await rejects.add(refusedRows(source, call.messages, refused, receivedAtMs))
  const repeated = accepted.filter((_, index) => fates[index] === 'duplicate')
  const duplicates = repeated.length
  if (duplicates > 0 && mayShowRepeats(source.id))
    // For the debugger only: the answer neither waits for it nor depends on it.
    rejects
      .add(repeatedRows(source, repeated, receivedAtMs))
      .catch((error: unknown) => ctx.log.warn({ error }, 'repeated messages not noted'))
  sources.count(source.id, { accepted: accepted.length - duplicates, duplicates, rejected: refused.length })
  ctx.metrics.ingested.inc({ fate: 'stored' }, accepted.length - duplicates)
  if (duplicates > 0) ctx.metrics.ingested.inc({ fate: 'duplicate' }, duplicates)
  if (refused.length > 0) ctx.metrics.ingested.inc({ fate: 'rejected' }, refused.length)

  const named = refused.map(({ index, code, reason, messageId }) => ({
    index,
    code,
    reason,
    ...(messageId && { messageId }),
  }))
  const tooLarge = refused.some(({ code }) => code === 'message.tooLarge')
  if (refused.length > 0 && (accepted.length === 0 || tooLarge)) {
    // The good ones of a batch are stored all the same; the answer names the bad.
    throw new Problem(
      call.single ? (refused[0]?.code ?? 'message') : 'customers.messagesRefused',
      { status: 400, title: refused[0]?.reason ?? 'A message was refused' },
      { accepted: accepted.length, rejected: named, index: refused[0]?.index },
    )
  }
  if (call.kind === 'posthog') return { status: 1, ...(named.length > 0 && { rejected: named }) }
  if (call.kind === 'jitsu') return { ok: true }
  void request
  void reply
  return {
    success: true,
    ...(!call.single && { accepted: accepted.length }),
    ...(duplicates > 0 && { duplicates }),
    ...(named.length > 0 && { rejected: named }),
  }
}

const instantText = (ms: number): string => new Date(ms).toISOString().slice(0, 23).replace('T', ' ')
const longestKept = 4_000

/** Of one request, and again after so long: a client that sends everything twice must not cost an insert each time. */
const shownRepeats = 20
const repeatsApartMs = 500

/** Traits may be personal by the dictionary, which is not asked for a repetition: they are not shown. */
const showsTraits = ({ type, properties }: Prepared): boolean =>
  type === 'identify' || type === 'group' || properties.includes('"$set"')

/** Repetitions as the debugger shows them; what they said is masked already. */
const repeatedRows = (source: Source, repeated: readonly Prepared[], atMs: number): object[] =>
  repeated.slice(0, shownRepeats).map((message) => ({
    at: instantText(atMs),
    source_id: source.id,
    import_id: 0,
    line: 0,
    field: message.event,
    value_masked: '',
    code: 'duplicate',
    reason: 'A message with this id was stored before',
    message_id: message.messageId,
    message: `{"type":"${message.type}","properties":${showsTraits(message) || message.properties.length > longestKept ? '{}' : message.properties}}`,
  }))

/** Refused messages stay visible in the debugger, personal values masked. */
const refusedRows = (
  source: Source,
  messages: readonly unknown[],
  refused: readonly (Refused & { index: number })[],
  atMs: number,
): object[] =>
  refused.slice(0, 200).map(({ index, code, reason, messageId }) => ({
    at: instantText(atMs),
    source_id: source.id,
    import_id: 0,
    line: index,
    field: '',
    value_masked: '',
    code,
    reason,
    message_id: scanValue(messageId, 'remove').value,
    message: shown(messages[index], code),
  }))

const shown = (message: unknown, code: string): string =>
  code === 'message.tooDeep'
    ? 'null'
    : JSON.stringify(scanValue(maskByKey(shorten(message), []), 'remove').value).slice(0, longestKept)

/** Enough of a message to recognise it by; names and other personal traits go by their key when it is an identify call. */
const shorten = (value: unknown): unknown => {
  if (!isFields(value)) return typeof value === 'string' ? value.slice(0, longestKept) : value
  const { traits: _traits, context, ...rest } = value
  if (!isFields(context)) return rest
  const { traits: _more, externalIds: _ids, ...around } = context
  return { ...rest, context: around }
}

/** Whether repetitions of a source may be noted again. */
const repeatGate = (): ((sourceId: number) => boolean) => {
  const shownAt = new Map<number, number>()
  return (sourceId) => {
    const now = Date.now()
    if (now - (shownAt.get(sourceId) ?? 0) < repeatsApartMs) return false
    shownAt.set(sourceId, now)
    return true
  }
}

/** Free disk, looked at once a second at most. */
const watchDisk = (ctx: Ctx): (() => boolean) => {
  let lookedAt = 0
  let ok = true
  return () => {
    if (Date.now() - lookedAt > 1_000) {
      lookedAt = Date.now()
      ok = freeBytes(ctx.config.dataDir) >= ctx.config.minFreeDiskBytes
    }
    return ok
  }
}
