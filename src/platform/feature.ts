import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Ctx } from './ctx.ts'
import type { Permission } from './permissions.ts'

type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Schema = z.ZodType
type Out<S extends Schema | undefined> = S extends Schema ? z.output<S> : Record<string, never>

/** What a route may need beyond its checked input: raw request, reply headers, streams. */
export interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
}

export interface Route {
  verb: Verb
  path: string
  /** The permission, or 'anyone' (no sign-in), or 'self' (any signed-in actor, about himself). */
  can: Permission | 'anyone' | 'self'
  summary: string
  tag?: string
  params?: Schema | undefined
  query?: Schema | undefined
  body?: Schema | undefined
  reply?: Schema | undefined
  status?: number
  /** Larger or smaller than the default 1 MiB. */
  bodyLimitBytes?: number
  /** Local callers only (the command line through the socket or in process). */
  localOnly?: boolean
  run: (ctx: Ctx, input: never, exchange: Exchange) => Promise<unknown>
}

/**
 * One HTTP route under `/api`: `route('POST /audiences', { can, body, reply, run })`.
 * `run(ctx, input, exchange)` gets path parameters, query and body merged into one checked object (body wins, then path).
 * A reply schema is checked on the way out; without one the value is sent as it is (streams, files).
 */
export const route = <
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends Schema | undefined = undefined,
  R extends Schema | undefined = undefined,
>(
  signature: `${Verb} /${string}`,
  declared: Omit<Route, 'verb' | 'path' | 'params' | 'query' | 'body' | 'reply' | 'run'> & {
    params?: P
    query?: Q
    body?: B
    reply?: R
    run: (
      ctx: Ctx,
      input: Out<Q> & Out<P> & Out<B>,
      exchange: Exchange,
    ) => Promise<R extends Schema ? z.input<R> : unknown>
  },
): Route => {
  const [verb, path] = signature.split(' ') as [Verb, string]
  return { ...declared, verb, path }
}

/** Something that happened, told to the features above through the outbox. */
export interface EventKind<T> {
  name: string
  payload: z.ZodType<T>
}

/** Declares an event: `const audienceRefreshed = event('audiences.refreshed', z.object({ … }))`. No personal data in payloads. */
export const event = <T>(name: string, payload: z.ZodType<T>): EventKind<T> => ({ name, payload })

export interface Subscription {
  event: string
  /** Unique per feature: `audiences.moveMember`. Each subscriber keeps its own place in the outbox. */
  subscriber: string
  run: (ctx: Ctx, payload: never) => Promise<void>
}

/** Subscribes to an event. `run` may be called twice for one event; nobody may notice. */
export const on = <T>(
  kind: EventKind<T>,
  subscriber: string,
  run: (ctx: Ctx, payload: T) => Promise<void>,
): Subscription => ({ event: kind.name, subscriber, run })

export interface Job {
  name: string
  /** pg cron text in Asia/Shanghai, e.g. `*\/15 * * * *`; without it the job runs only when asked. */
  cron?: string
  attempts: number
  /** A run longer than this counts as dead and is tried again. */
  timeoutSeconds: number
  input: z.ZodType
  run: (ctx: Ctx, input: never, signal: AbortSignal) => Promise<void>
}

/** A background job. May run twice; nobody may notice. Retried with back-off, then parked, visible and retryable. */
export const job = <I extends z.ZodType>(
  declared: Omit<Job, 'input' | 'run' | 'attempts' | 'timeoutSeconds'> & {
    attempts?: number
    timeoutSeconds?: number
    input: I
    run: (ctx: Ctx, input: z.output<I>, signal: AbortSignal) => Promise<void>
  },
): Job => ({ attempts: 5, timeoutSeconds: 900, ...declared })

/** One line of health: shown by `/health/ready`, `zhiyin doctor` and the console. */
export interface HealthCheck {
  name: string
  ok: boolean
  /** Whether traffic must not be accepted while this fails. */
  blocking: boolean
  detail: string
  /** Which of its findings this is, `port.taken`; with `values` the console says it in the reader's language. */
  code?: string
  values?: Readonly<Record<string, string | number>>
  /** How to mend it, when it is not ok. */
  remedy?: string
}

/** Everything a feature hands to the program. */
export interface Feature {
  name: string
  routes?: readonly Route[]
  /** Routes outside `/api` with their own border (tracking). They check their input themselves. */
  mount?: (app: FastifyInstance, ctx: Ctx) => Promise<void> | void
  jobs?: readonly Job[]
  on?: readonly Subscription[]
  /** Starts what lives as long as the process; returns how to stop it after accepted work is durable. */
  start?: (ctx: Ctx) => Promise<() => Promise<void>>
  /**
   * Goes at what waits (people due in journeys, messages to send) once all features have started and requests are answered, so that a
   * backlog, which takes the one connection of the embedded store, does not keep the program from being ready. Returns how to stop it.
   */
  work?: (ctx: Ctx) => () => Promise<void>
  health?: (ctx: Ctx) => Promise<readonly HealthCheck[]>
  /** Moves a feature's in-memory state to the outside before a backup copies the files. */
  beforeBackup?: (ctx: Ctx) => Promise<void>
}
