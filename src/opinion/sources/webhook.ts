import { createHmac, timingSafeEqual } from 'node:crypto'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor, Ctx } from '#platform'
import { Item } from '../contract.ts'
import { postIdOf } from '../intake/keys.ts'
import { takeIn } from '../intake/take-in.ts'
import { keepEvidence, sealRaw } from './evidence.ts'
import { problem } from './problem.ts'
import { type Found, NotReadable } from './read/found.ts'
import { parseJson, readJsonList } from './read/json-list.ts'
import { readPublished } from './read/published.ts'
import { lagOf, noteRun, timesOf } from './run-source.ts'
import { keyHash, type SourceRow, secretOf, settingsOf, stateRow } from './store.ts'
import { passDoor, type Reject, type Stored, storePassed } from './take-found.ts'

/** Posts that others send us: `POST /v1/posts` with the source's key. Answered when they are durable. */

const bodyLimit = 8_388_608
const mostPosts = 2_000
const perMinute = 3_000
/** Standard Webhooks: messages older or newer than this are refused. */
const toleranceSeconds = 300

const sender: Actor = { kind: 'system', id: 'opinionSource', name: 'source', roles: [], permissions: new Set() }

const headerOf = (request: FastifyRequest, name: string): string => {
  const value = request.headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}

/** The key: `Authorization: Bearer KEY`, or as the user name of Basic. */
const keyOf = (request: FastifyRequest): string => {
  const [scheme = '', value = ''] = headerOf(request, 'authorization').split(/\s+/)
  if (/^bearer$/i.test(scheme)) return value
  if (!/^basic$/i.test(scheme)) return ''
  return Buffer.from(value, 'base64').toString().split(':')[0] ?? ''
}

/**
 * Whether a message was signed with the key, as Standard Webhooks has it.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const isSigned = (
  key: string,
  { id, timestamp, signature, body }: { id: string; timestamp: string; signature: string; body: Buffer },
  nowSeconds: number,
): boolean => {
  const at = Number(timestamp)
  if (id === '' || !Number.isInteger(at) || Math.abs(nowSeconds - at) > toleranceSeconds) return false
  const secret = Buffer.from(key.replace(/^whsec_/, ''), 'base64')
  const wanted = createHmac('sha256', secret).update(`${id}.${at}.`).update(body).digest()
  return signature.split(' ').some((one) => {
    const [version, value = ''] = one.split(',')
    const given = Buffer.from(value, 'base64')
    return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted)
  })
}

/** The source of a key, from the head of a message: nothing of its body is read for whoever has none. @throws problem.keyWrong, problem.sourceOff */
const sourceFor = async (ctx: Ctx, request: FastifyRequest): Promise<SourceRow> => {
  const key = keyOf(request)
  const row =
    key === ''
      ? undefined
      : await ctx.pg
          .selectFrom('opinion.source')
          .selectAll()
          .where('key_hash', '=', keyHash(key))
          .where('removed_at', 'is', null)
          .executeTakeFirst()
  if (!row) throw problem.keyWrong()
  if (!row.on) throw problem.sourceOff({ id: row.id })
  const { config } = settingsOf(row)
  if (config.kind !== 'webhook') throw problem.keyWrong()
  // What has to be signed and is not is refused by its head too.
  if (config.signed && headerOf(request, 'webhook-signature') === '') throw problem.signatureWrong()
  return row
}

/** @throws problem.signatureWrong */
const checkSignature = async (ctx: Ctx, request: FastifyRequest, row: SourceRow, body: Buffer): Promise<void> => {
  const signature = headerOf(request, 'webhook-signature')
  if (signature === '') return
  const message = {
    id: headerOf(request, 'webhook-id'),
    timestamp: headerOf(request, 'webhook-timestamp'),
    signature,
    body,
  }
  if (!isSigned((await secretOf(ctx, row)) ?? '', message, ctx.now().getTime() / 1_000)) throw problem.signatureWrong()
}

/** One post, a list, `{ items: [] }`, or a line per post. @throws problem.bodyWrong */
const postsIn = (text: string): unknown[] => {
  try {
    const root = parseJson(text)
    if (Array.isArray(root)) return root
    if (typeof root === 'object' && root !== null && 'items' in root && Array.isArray(root.items)) return root.items
    if (typeof root === 'object' && root !== null && !('items' in root)) return [root]
    throw problem.bodyWrong({ reason: 'no posts, no list, no {"items": []}' })
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length < 2) throw problem.bodyWrong({ reason: error.message })
    return lines.map((line, index) => {
      try {
        return parseJson(line)
      } catch {
        throw problem.bodyWrong({ reason: 'this line is no JSON', index })
      }
    })
  }
}

interface Taken extends Stored {
  found: number
}

/** A time that lies ahead or before the web is not believed, as from any other source; what is no time is refused later. */
const dated = (one: Record<string, unknown>, now: Date): Record<string, unknown> => {
  const said = Item.shape.publishedAt.safeParse(one['publishedAt'])
  if (!said.success) return one
  const { at, doubt } = readPublished(said.data, { now })
  return doubt === undefined ? one : { ...one, publishedAt: at.toISOString(), dateDoubt: doubt }
}

/** Posts in the form of the interface: told exactly, with the place of what is wrong. */
const takeItems = async (ctx: Ctx, row: SourceRow, given: readonly unknown[]): Promise<Taken> => {
  const platform = settingsOf(row).platform
  const now = ctx.now()
  const items = given.map((one) => (typeof one === 'object' && one !== null ? dated({ platform, ...one }, now) : one))
  const taken = await takeIn(ctx, { sourceId: row.id, items })
  const fresh = new Set(taken.stored)
  const parsed = items.flatMap((one, index) => {
    const item = Item.safeParse(one)
    if (!item.success) return []
    const postId = postIdOf(item.data.platform, item.data.guid)
    return fresh.delete(postId) ? [{ index, postId, item: item.data }] : []
  })
  return { fresh: parsed, known: taken.known.length, rejects: taken.refused, found: given.length }
}

const takeMapped = async (ctx: Ctx, row: SourceRow, found: readonly Found[]): Promise<Taken> => {
  const settings = settingsOf(row)
  const { passed, rejects } = passDoor(found, {
    settings: { ...settings, ...timesOf(settings.config) },
    now: ctx.now(),
  })
  const stored = await storePassed(ctx, row.id, passed)
  return { ...stored, rejects: [...rejects, ...stored.rejects], found: found.length }
}

const take = async (ctx: Ctx, row: SourceRow, text: string): Promise<Taken> => {
  const { config } = settingsOf(row)
  if (config.kind !== 'webhook' || Object.keys(config.map).length === 0) {
    const given = postsIn(text)
    if (given.length > mostPosts) throw problem.tooMany({ most: mostPosts, given: given.length })
    return takeItems(ctx, row, given)
  }
  try {
    const root = config.itemsAt === '' ? postsIn(text) : parseJson(text)
    const found = readJsonList(root, config)
    if (found.length > mostPosts) throw problem.tooMany({ most: mostPosts, given: found.length })
    return await takeMapped(ctx, row, found)
  } catch (error) {
    throw error instanceof NotReadable ? problem.bodyWrong({ reason: error.message }) : error
  }
}

const answered = ({ index, field, reason }: Reject) => ({ index, field, reason })

export const mountPosts = async (app: FastifyInstance, ctx: Ctx): Promise<void> => {
  await app.register(async (posts) => {
    const sources = new WeakMap<FastifyRequest, SourceRow>()
    const ctxOf = (request: FastifyRequest): Ctx => ({
      ...ctx,
      actor: sender,
      requestId: request.id,
      log: request.log as Ctx['log'],
    })
    // After the count of requests, before anything of the body is taken: whoever has no key cannot fill the memory.
    const knowSource = async (request: FastifyRequest) => {
      sources.set(request, await sourceFor(ctxOf(request), request))
    }
    await posts.register(rateLimit, {
      max: perMinute,
      timeWindow: 60_000,
      keyGenerator: (request) => normalizeIP(request.ip),
    })
    posts.removeAllContentTypeParsers()
    posts.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body))
    posts.post('/v1/posts', { schema: { hide: true }, preParsing: knowSource }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const mine = ctxOf(request)
      const row = sources.get(request)
      if (!row) throw problem.keyWrong()
      await checkSignature(mine, request, row, body)
      const startedAt = mine.now()
      const began = performance.now()
      const taken = await take(mine, row, body.toString('utf8'))
      const { terms } = settingsOf(row)
      const sealed =
        taken.fresh.length > 0 && terms.evidenceDays > 0
          ? await sealRaw(mine, {
              bytes: body,
              url: `webhook:${row.id}`,
              status: 200,
              contentType: headerOf(request, 'content-type'),
              headers: {},
            })
          : undefined
      await noteRun(mine, row, await stateRow(mine, row.id), {
        startedAt,
        tookMs: performance.now() - began,
        outcome: {
          outcome: taken.fresh.length > 0 ? 'new' : 'unchanged',
          found: taken.found,
          stored: taken.fresh.length,
          known: taken.known,
          rejects: taken.rejects,
          bytes: body.length,
          cut: false,
          fault: null,
          faultText: '',
          lagSeconds: lagOf(taken.fresh, mine.now()),
        },
        effects: async (ctx) => {
          if (sealed)
            await keepEvidence(ctx, sealed, {
              sourceId: row.id,
              postIds: taken.fresh.map(({ postId }) => postId),
              days: terms.evidenceDays,
            })
        },
      })
      const refused = taken.rejects.map(answered)
      // Some stored, some not: the sender must look at what came back.
      return reply
        .code(refused.length > 0 ? 207 : 200)
        .send({ stored: taken.fresh.length, known: taken.known, refused })
    })
  })
}
