import { type Running, startPeer } from './processes.ts'

/**
 * The least an ingest server can do: check the write key, turn a Segment-shaped batch into rows, commit what arrived
 * while the last insert ran, answer. No identity, no check for duplicates, no personal data found, one plain table: a
 * ceiling for any server on this engine that does those.
 * @param dir its store; the log stands beside it
 */
export const startBareIngest = (dir: string, writeKey: string): Promise<Running> =>
  startPeer(import.meta.filename, [dir, writeKey], `${dir}.log`)

const serve = async (dir: string, writeKey: string): Promise<void> => {
  const { Session } = await import('chdb')
  const { default: Fastify } = await import('fastify')
  const expected = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
  const store = new Session(dir)
  store.query('create database z')
  store.query(`create table z.events (message_id String, type LowCardinality(String), user_id String, anonymous_id String,
    event LowCardinality(String), ts DateTime64(3), received DateTime64(3), properties String, context String)
    engine = MergeTree order by (event, ts)`)

  interface Message {
    messageId: string
    type: string
    userId?: string
    anonymousId?: string
    event?: string
    name?: string
    timestamp?: string
    properties?: object
    traits?: object
    context?: object
  }
  const rowOf = (message: Message, received: string): string =>
    JSON.stringify({
      message_id: message.messageId,
      type: message.type,
      user_id: message.userId ?? '',
      anonymous_id: message.anonymousId ?? '',
      event: message.event ?? message.name ?? message.type,
      ts: message.timestamp ?? received,
      received,
      properties: JSON.stringify(message.properties ?? message.traits ?? {}),
      context: JSON.stringify(message.context ?? {}),
    })

  let waiting: { rows: string; done: PromiseWithResolvers<void> }[] = []
  let committing = false
  const commit = async () => {
    if (committing) return
    committing = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        await store.queryAsync(
          `insert into z.events settings date_time_input_format = 'best_effort' format JSONEachRow\n${group.map(({ rows }) => rows).join('\n')}`,
        )
        for (const { done } of group) done.resolve()
      } catch (error) {
        for (const { done } of group) done.reject(error)
      }
    }
    committing = false
  }

  const app = Fastify({ bodyLimit: 5_000_000 })
  app.post('/v1/batch', async (request, reply) => {
    if (request.headers.authorization !== expected) return reply.code(401).send({ error: 'unknown write key' })
    const { batch } = request.body as { batch?: Message[] }
    if (!Array.isArray(batch) || batch.length === 0)
      return reply.code(400).send({ error: 'batch must be a list with at least one message' })
    const received = new Date().toISOString()
    const done = Promise.withResolvers<void>()
    waiting.push({ rows: batch.map((message) => rowOf(message, received)).join('\n'), done })
    setImmediate(() => void commit())
    await done.promise
    return { success: true }
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  process.stdout.write(`${JSON.stringify({ msg: 'ready', url })}\n`)
  process.once('SIGTERM', () => void app.close().then(() => process.exit(0)))
}

const [dir, writeKey] = process.argv.slice(2)
if (import.meta.main && dir !== undefined && writeKey !== undefined) await serve(dir, writeKey)
