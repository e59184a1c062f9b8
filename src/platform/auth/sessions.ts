import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Ctx } from '../ctx.ts'
import type { Role } from '../permissions.ts'
import { network } from './lock-out.ts'
import './tables.ts'

const COOKIE = 'zhiyin_session'
/** `last_seen_at` moves once a minute, not with every request. */
const TOUCH_EVERY_MS = 60_000

const tokenHash = (token: string) => createHash('sha256').update(token).digest('base64url')

/** The session token of a request's cookie; undefined without one or with a malformed one. */
export const sessionToken = (request: FastifyRequest): string | undefined => {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2)
    if (name === COOKIE && value && /^[\w-]{43}$/.test(value)) return value
  }
  return undefined
}

/** Whether the browser talks https, to us or to the proxy in front, so that the cookie may insist on it. */
const overHttps = (ctx: Ctx, request: FastifyRequest) =>
  request.protocol === 'https' || ctx.config.publicUrl?.startsWith('https:') === true

/**
 * `Set-Cookie` for a new session. Strict: the console's pages need no session, their calls come from the same site.
 * @param token undefined: takes the cookie away
 */
export const sessionCookie = (ctx: Ctx, request: FastifyRequest, token: string | undefined): string =>
  [
    `${COOKIE}=${token ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${token === undefined ? 0 : ctx.config.sessionMaxHours * 3600}`,
    ...(overHttps(ctx, request) ? ['Secure'] : []),
  ].join('; ')

/** Begins a session. @returns the cookie's value, which exists nowhere else */
export const startSession = async (
  ctx: Ctx,
  userId: string,
  request: Pick<FastifyRequest, 'ip' | 'headers'>,
): Promise<string> => {
  const token = randomBytes(32).toString('base64url')
  const now = ctx.now()
  await ctx.pg
    .insertInto('platform.session')
    .values({
      id: randomUUID(),
      token_hash: tokenHash(token),
      user_id: userId,
      created_at: now,
      last_seen_at: now,
      expires_at: new Date(now.getTime() + ctx.config.sessionMaxHours * 3_600_000),
      network: network(request.ip, 24),
      user_agent: (request.headers['user-agent'] ?? '').slice(0, 200),
    })
    .execute()
  return token
}

/** A live session with the person it belongs to. */
export interface Session {
  id: string
  userId: string
  login: string
  name: string
  email: string | null
  roles: Role[]
  mustChangePassword: boolean
  totpEnabled: boolean
}

const idleSince = (ctx: Ctx) => new Date(ctx.now().getTime() - ctx.config.sessionIdleMinutes * 60_000)

/** The live session of a request: not ended, idle or over, of a user who is not disabled. */
export const currentSession = async (ctx: Ctx, request: FastifyRequest): Promise<Session | undefined> => {
  const token = sessionToken(request)
  return token === undefined ? undefined : sessionByToken(ctx, token)
}

/** The live session that a cookie's value stands for. */
export const sessionByToken = async (ctx: Ctx, token: string): Promise<Session | undefined> => {
  const now = ctx.now()
  const row = await ctx.pg
    .selectFrom('platform.session as session')
    .innerJoin('platform.app_user as person', 'person.id', 'session.user_id')
    .select(['session.id', 'session.user_id', 'session.last_seen_at'])
    .select(['person.login', 'person.name', 'person.email', 'person.roles'])
    .select(['person.must_change_password', 'person.totp_confirmed_at'])
    .where('session.token_hash', '=', tokenHash(token))
    .where('session.expires_at', '>', now)
    .where('session.last_seen_at', '>', idleSince(ctx))
    .where('person.disabled_at', 'is', null)
    .executeTakeFirst()
  if (!row) return undefined
  if (now.getTime() - row.last_seen_at.getTime() > TOUCH_EVERY_MS)
    await ctx.pg.updateTable('platform.session').set({ last_seen_at: now }).where('id', '=', row.id).execute()
  return {
    id: row.id,
    userId: row.user_id,
    login: row.login,
    name: row.name,
    email: row.email,
    roles: row.roles,
    mustChangePassword: row.must_change_password,
    totpEnabled: row.totp_confirmed_at !== null,
  }
}

/** Live sessions of a user, the latest seen first. */
export const listSessions = async (ctx: Ctx, userId: string) => {
  const rows = await ctx.pg
    .selectFrom('platform.session')
    .select(['id', 'user_id', 'created_at', 'last_seen_at', 'expires_at', 'network', 'user_agent'])
    .where('user_id', '=', userId)
    .where('expires_at', '>', ctx.now())
    .where('last_seen_at', '>', idleSince(ctx))
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    userId: row.user_id,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    network: row.network,
    userAgent: row.user_agent,
  }))
}

/** Ends one session by the token of its cookie. @returns whose it was */
export const endSessionOf = async (ctx: Ctx, request: FastifyRequest): Promise<{ userId: string } | undefined> => {
  const token = sessionToken(request)
  if (token === undefined) return undefined
  const row = await ctx.pg
    .deleteFrom('platform.session')
    .where('token_hash', '=', tokenHash(token))
    .returning('user_id')
    .executeTakeFirst()
  return row && { userId: row.user_id }
}

/** Ends one session by its id, only of `userId` when given. @returns whose it was */
export const endSession = async (ctx: Ctx, id: string, userId: string | undefined) => {
  const row = await ctx.pg
    .deleteFrom('platform.session')
    .where('id', '=', id)
    .$if(userId !== undefined, (query) => query.where('user_id', '=', userId ?? ''))
    .returning('user_id')
    .executeTakeFirst()
  return row && { userId: row.user_id }
}

/** Ends all sessions of a user, or all but one. */
export const endSessions = async (ctx: Ctx, userId: string, exceptId?: string): Promise<void> => {
  await ctx.pg
    .deleteFrom('platform.session')
    .where('user_id', '=', userId)
    .$if(exceptId !== undefined, (query) => query.where('id', '<>', exceptId ?? ''))
    .execute()
}

/** Drops sessions that are over. */
export const pruneSessions = async (ctx: Ctx): Promise<void> => {
  await ctx.pg
    .deleteFrom('platform.session')
    .where((eb) => eb.or([eb('expires_at', '<=', ctx.now()), eb('last_seen_at', '<=', idleSince(ctx))]))
    .execute()
}
