import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import serveFiles from '@fastify/static'
import swagger from '@fastify/swagger'
import swaggerPage from '@fastify/swagger-ui'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import {
  createJsonSchemaTransform,
  hasZodFastifySchemaValidationErrors,
  isResponseSerializationError,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import { authenticate, checkOrigin } from '../auth/auth.ts'
import type { Actor, Ctx } from '../ctx.ts'
import type { Feature, HealthCheck, Route } from '../feature.ts'
import { permissionNames, roles } from '../permissions.ts'
import { Problem, problem } from '../problem.ts'
import { isStoreAway } from '../store-away.ts'

/** Whoever may read the data directory is its administrator: the command line, through the socket or in process. */
export const cliActor: Actor = {
  kind: 'cli',
  id: 'cli',
  name: 'command line',
  roles,
  permissions: new Set(permissionNames),
}

const localHeader = 'x-zhiyin-local'

export interface Http {
  app: FastifyInstance
  /** Proves a local caller to this process; never leaves it. */
  localHeaders: Record<string, string>
}

/**
 * The HTTP border: every route of every feature under `/api`, what a feature mounts itself, health, metrics, OpenAPI,
 * the console's files. Nothing listens yet.
 */
export const openHttp = async (
  ctx: Ctx,
  features: readonly Feature[],
  { consoleDir }: { consoleDir: string },
): Promise<Http> => {
  const localToken = randomBytes(32).toString('hex')
  const isLocal = (request: FastifyRequest) => request.headers[localHeader] === localToken
  const secure = ctx.config.publicUrl?.startsWith('https:') ?? false

  const loggerInstance: FastifyBaseLogger = ctx.log
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: ctx.config.requestBodyBytes,
    trustProxy: ctx.config.trustedProxies.length > 0 ? [...ctx.config.trustedProxies] : false,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    keepAliveTimeout: 72_000,
    requestTimeout: 0,
    return503OnClosing: true,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, request, reply) => {
    const found = asProblem(error)
    if (!found) request.log.error({ error, route: request.routeOptions.url }, 'request failed')
    const { status, code, title, detail, retryAfterSeconds } = found ?? unexpected
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds))
    return reply
      .code(status)
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send({
        type: `urn:zhiyin:${code}`,
        title,
        status,
        code,
        ...(Object.keys(detail).length > 0 && { detail }),
        requestId: request.id,
      })
  })
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    ctx.metrics.requests.observe(
      { verb: request.method, route, status: `${Math.floor(reply.statusCode / 100)}xx` },
      reply.elapsedTime / 1_000,
    )
    request.log.info(
      {
        verb: request.method,
        route,
        status: reply.statusCode,
        tookMs: Math.round(reply.elapsedTime * 10) / 10,
        actor: request.actor?.id,
      },
      'request',
    )
  })

  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // The component library writes its styles at run time.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: secure ? [] : null,
      },
    },
    strictTransportSecurity: secure,
    referrerPolicy: { policy: 'same-origin' },
  })
  await app.register(cookie)
  await app.register(compress, { threshold: 1_024, encodings: ['gzip', 'deflate'] })
  await app.register(multipart, { limits: { fileSize: ctx.config.uploadBytes, files: 1, fields: 10 } })
  app.decorateRequest('actor')
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Zhiyin 知音',
        version: '1',
        description: 'Customers, audiences, imports and administration. Personal values never travel in a URL.',
      },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'zhiyin_session' },
          writeKey: { type: 'http', scheme: 'basic', description: 'Write key as user name, no password' },
        },
      },
      security: [{ key: [] }, { session: [] }],
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
  })
  await app.register(swaggerPage, { routePrefix: '/docs', staticCSP: true, uiConfig: { docExpansion: 'none' } })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())

  await mountHealth(app, ctx, features)

  await app.register(
    async (api) => {
      await api.register(rateLimit, {
        max: ctx.config.requestsPerMinute,
        timeWindow: 60_000,
        allowList: (request) => isLocal(request),
        // The key is made before the list is asked, and a caller on the local socket has no address.
        keyGenerator: (request) => (isLocal(request) ? 'local' : normalizeIP(request.ip)),
        errorResponseBuilder: (_request, { ttl }) =>
          new Problem('platform.tooMany', {
            status: 429,
            title: 'Too many requests',
            retryAfterSeconds: Math.ceil(ttl / 1_000),
          }),
      })
      for (const feature of features)
        for (const route of feature.routes ?? []) mountRoute(api, ctx, feature.name, route, isLocal)
      api.setNotFoundHandler(() => {
        throw problem.notFound()
      })
    },
    { prefix: '/api' },
  )
  for (const feature of features) await feature.mount?.(app, ctx)

  if (existsSync(consoleDir)) {
    await app.register(serveFiles, {
      root: consoleDir,
      wildcard: true,
      cacheControl: false,
      setHeaders: (response, path) => {
        void response.header(
          'cache-control',
          path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        )
      },
    })
    app.setNotFoundHandler((request, reply) => {
      const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
      if (!wantsPage) throw problem.notFound()
      return reply.header('cache-control', 'no-cache').sendFile('index.html')
    })
  } else {
    app.setNotFoundHandler(() => {
      throw problem.notFound()
    })
  }
  await app.ready()
  return { app, localHeaders: { [localHeader]: localToken } }
}

declare module 'fastify' {
  interface FastifyRequest {
    actor?: Actor | undefined
  }
}

const mountRoute = (
  api: FastifyInstance,
  ctx: Ctx,
  feature: string,
  route: Route,
  isLocal: (request: FastifyRequest) => boolean,
): void => {
  api.route({
    method: route.verb,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    ...(route.bodyLimitBytes !== undefined && { bodyLimit: route.bodyLimitBytes }),
    schema: {
      summary: route.summary,
      tags: [route.tag ?? feature],
      description: `Permission: \`${route.can}\``,
      ...(route.params && { params: route.params }),
      ...(route.query && { querystring: route.query }),
      ...(route.body && { body: route.body }),
      ...(route.reply && { response: { [route.status ?? 200]: route.reply } }),
      ...(route.localOnly && { hide: true }),
    },
    onRequest: async (request) => {
      const local = isLocal(request)
      if (route.localOnly && !local) throw problem.notFound()
      const actor = local ? cliActor : await authenticate(ctx, request)
      request.actor = actor
      if (route.can === 'anyone') return
      if (!actor) throw problem.unauthenticated()
      if (actor.kind === 'user') checkOrigin(request)
      if (route.can !== 'self' && !actor.permissions.has(route.can)) throw problem.forbidden({ needs: route.can })
    },
    handler: async (request, reply) => {
      const input = { ...asObject(request.query), ...asObject(request.body), ...asObject(request.params) }
      const requestCtx: Ctx = {
        ...ctx,
        log: request.log as Ctx['log'],
        requestId: request.id,
        actor: request.actor ?? anonymous(request),
      }
      if (route.status) void reply.code(route.status)
      const result = await route.run(requestCtx, input as never, { request, reply })
      return reply.sent ? reply : (result ?? null)
    },
  })
}

const anonymous = (request: FastifyRequest): Actor => ({
  kind: 'user',
  id: 'anonymous',
  name: isIP(request.ip) ? 'anonymous' : 'local',
  roles: [],
  permissions: new Set(),
})

const asObject = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

const unexpected = new Problem('platform.unexpected', { status: 500, title: 'Something went wrong on our side' })

/** Errors a caller can act on; undefined means the error is a bug of ours. */
const asProblem = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    return problem.invalid({
      where: error.validationContext,
      issues: error.validation.map(({ instancePath, message }) => ({ path: instancePath, message })),
    })
  }
  if (isResponseSerializationError(error)) return undefined
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message?: string }
  if (statusCode === 413) return problem.tooLarge()
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem(
      'platform.invalid',
      { status: statusCode, title: 'The request does not have the expected shape' },
      { reason: code ?? message },
    )
  }
  if (code && unstorable.has(code))
    return problem.invalid({ reason: 'a value is out of range or holds characters that cannot be stored' })
  if (code === uniqueViolation) return problem.conflict()
  if (isStoreAway(error)) return problem.unavailable({ reason: code })
  return undefined
}

/** Two callers wrote the same thing at once, past a check that found nothing yet; the second may look and decide anew. */
const uniqueViolation = '23505'

/**
 * What Postgres says of a value it cannot take: a number beyond its column, NUL or half a surrogate pair in a text, a text
 * that is no number. Values are always parameters, so the caller sent it; checks of shape cannot know every column.
 */
const unstorable = new Set(['22003', '22021', '22P02', '22P05'])

const mountHealth = async (app: FastifyInstance, ctx: Ctx, features: readonly Feature[]): Promise<void> => {
  app.get('/health/live', { schema: { hide: true } }, async () => ({ status: 'live' }))
  app.get('/health/ready', { schema: { hide: true } }, async (_request, reply) => {
    const checks = await runHealthChecks(ctx, features)
    const ready = checks.every(({ ok, blocking }) => ok || !blocking)
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not ready', checks: checks.map(({ name, ok }) => ({ name, ok })) })
  })
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    const loopback = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.ip)
    if (!ctx.config.metricsOpen && !loopback) {
      const actor = await authenticate(ctx, request)
      if (!actor?.permissions.has('system.read')) throw problem.unauthenticated()
    }
    return reply.type(ctx.metrics.registry.contentType).send(await ctx.metrics.registry.metrics())
  })
}

/** A store that does not answer by then would not take data in time either. */
const patienceMs = 5_000

const withinPatience = async <T>(checks: Promise<T>): Promise<T> => {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs)
  try {
    return await Promise.race([checks, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** All features' checks at once; a check that itself fails counts as not ok. */
export const runHealthChecks = async (ctx: Ctx, features: readonly Feature[]): Promise<HealthCheck[]> => {
  const results = await Promise.all(
    features.map(async (feature): Promise<readonly HealthCheck[]> => {
      try {
        return await withinPatience(feature.health?.(ctx) ?? Promise.resolve([]))
      } catch (error) {
        return [
          {
            name: feature.name,
            ok: false,
            blocking: true,
            detail: error instanceof Error ? error.message.slice(0, 200) : 'failed',
          },
        ]
      }
    }),
  )
  return results.flat()
}
