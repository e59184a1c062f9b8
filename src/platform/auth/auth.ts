import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor, Ctx } from '../ctx.ts'
import { type Exchange, job, type Route, route } from '../feature.ts'
import { permissionNames, permissionsOf, roles } from '../permissions.ts'
import {
  BackupCodes,
  ById,
  ChangePassword,
  CreatedKey,
  KeyList,
  NewKey,
  NewUser,
  PasswordAgain,
  RoleList,
  SessionList,
  SessionQuery,
  SignedIn,
  SignIn,
  TotpCode,
  TotpEnrolment,
  UserItem,
  UserList,
  UserPatch,
  UserWithPassword,
} from './contract.ts'
import { createKey, keyActor, listKeys, revokeKey } from './keys.ts'
import { pruneAttempts } from './lock-out.ts'
import { checkOrigin, checkSameSite } from './origin.ts'
import { problem } from './problem.ts'
import { beginTotp, confirmTotp, removeTotp } from './second-factor.ts'
import {
  currentSession,
  endSession,
  endSessionOf,
  endSessions,
  listSessions,
  pruneSessions,
  type Session,
  sessionByToken,
  sessionCookie,
} from './sessions.ts'
import { changeOwnPassword, checkOwnPassword, personActor, signIn, totpDemanded } from './sign-in.ts'
import { changeUser, createUser, ensureFirstAdmin, listUsers, resetPassword, unlockUser } from './users.ts'

export {
  checkOrigin,
  createKey,
  createUser,
  ensureFirstAdmin,
  listKeys,
  listUsers,
  resetPassword,
  revokeKey,
  unlockUser,
}

/** What a person may do who has to change his password or set up a second factor first. */
const SESSION_ROUTE = /^\/api\/session(\/|$)/

/**
 * Who sends a request: by `Authorization: Bearer zk_…`, else by the session cookie; undefined when nobody.
 * @throws platform.passwordChangeNeeded, platform.totpEnrolmentNeeded outside the session routes
 */
export const authenticate = async (ctx: Ctx, request: FastifyRequest): Promise<Actor | undefined> => {
  const key = /^bearer\s+(.*)$/i.exec(request.headers.authorization ?? '')?.[1]
  // A wrong key is not made good by a cookie beside it.
  if (key !== undefined) return keyActor(ctx, key.trim())
  const session = await currentSession(ctx, request)
  if (!session) return undefined
  if (!SESSION_ROUTE.test(request.routeOptions.url ?? '')) {
    if (session.mustChangePassword) throw problem.passwordChangeNeeded()
    if (totpDemanded(ctx, session.roles) && !session.totpEnabled) throw problem.totpEnrolmentNeeded()
  }
  return personActor(session)
}

const signedIn = (ctx: Ctx, actor: Actor, session: Session | undefined): z.output<typeof SignedIn> => ({
  user: {
    id: actor.id,
    kind: actor.kind,
    login: session?.login ?? null,
    name: actor.name,
    email: session?.email ?? null,
    roles: [...actor.roles],
    permissions: permissionNames.filter((permission) => actor.permissions.has(permission)),
    mustChangePassword: session?.mustChangePassword ?? false,
    totpEnabled: session?.totpEnabled ?? false,
    totpEnrolmentNeeded: session ? totpDemanded(ctx, session.roles) && !session.totpEnabled : false,
  },
})

/** @throws platform.sessionNeeded for keys and the command line */
const ownSession = async (ctx: Ctx, request: FastifyRequest): Promise<Session> => {
  const session = ctx.actor.kind === 'user' ? await currentSession(ctx, request) : undefined
  if (!session) throw problem.sessionNeeded()
  return session
}

/** Hands the browser its new session and says who it belongs to. */
const replyWithSession = async (ctx: Ctx, { request, reply }: Exchange, token: string) => {
  const session = await sessionByToken(ctx, token)
  if (!session) throw problem.signInFailed()
  void reply.header('set-cookie', sessionCookie(ctx, request, token))
  return signedIn(ctx, personActor(session), session)
}

export const authRoutes: Route[] = [
  route('GET /session', {
    can: 'self',
    summary: 'Who is signed in and what he may do',
    reply: SignedIn,
    run: async (ctx, _input, { request }) =>
      signedIn(ctx, ctx.actor, ctx.actor.kind === 'user' ? await currentSession(ctx, request) : undefined),
  }),
  route('POST /session', {
    can: 'anyone',
    summary: 'Sign in',
    body: SignIn,
    reply: SignedIn,
    run: async (ctx, input, exchange) => {
      checkSameSite(exchange.request)
      return replyWithSession(ctx, exchange, await signIn(ctx, exchange.request, input))
    },
  }),
  route('DELETE /session', {
    can: 'anyone',
    summary: 'Sign out',
    status: 204,
    run: async (ctx, _input, { request, reply }) => {
      checkOrigin(request)
      await ctx.tx(async (ctx) => {
        const ended = await endSessionOf(ctx, request)
        if (ended) await ctx.audit.record(ctx, { action: 'session.end', subject: `user:${ended.userId}` })
      })
      void reply.header('set-cookie', sessionCookie(ctx, request, undefined))
    },
  }),
  route('POST /session/password', {
    can: 'self',
    summary: 'Change one’s own password; all other sessions end',
    body: ChangePassword,
    reply: SignedIn,
    run: async (ctx, input, exchange) => {
      const session = await ownSession(ctx, exchange.request)
      return replyWithSession(ctx, exchange, await changeOwnPassword(ctx, exchange.request, session, input))
    },
  }),
  route('POST /session/totp', {
    can: 'self',
    summary: 'Begin to set up a second factor',
    body: PasswordAgain,
    reply: TotpEnrolment,
    run: async (ctx, { password }, { request }) => {
      const session = await ownSession(ctx, request)
      await checkOwnPassword(ctx, session, password)
      return beginTotp(ctx, { id: session.userId, login: session.login })
    },
  }),
  route('POST /session/totp/confirm', {
    can: 'self',
    summary: 'Put the second factor in force with a first code; all other sessions end',
    body: TotpCode,
    reply: BackupCodes,
    run: async (ctx, { code }, { request }) => {
      const session = await ownSession(ctx, request)
      return ctx.tx(async (ctx) => {
        await endSessions(ctx, session.userId, session.id)
        return { backupCodes: await confirmTotp(ctx, session.userId, code) }
      })
    },
  }),
  route('DELETE /session/totp', {
    can: 'self',
    summary: 'Take the second factor away',
    body: PasswordAgain,
    status: 204,
    run: async (ctx, { password }, { request }) => {
      const session = await ownSession(ctx, request)
      await checkOwnPassword(ctx, session, password)
      await removeTotp(ctx, session.userId)
    },
  }),
  route('GET /sessions', {
    can: 'self',
    summary: 'Live sessions: one’s own, or another user’s with permission',
    query: SessionQuery,
    reply: SessionList,
    run: async (ctx, { userId = ctx.actor.id }, { request }) => {
      if (userId !== ctx.actor.id && !ctx.actor.permissions.has('users.read')) throw problem.forbidden()
      if (userId === ctx.actor.id && ctx.actor.kind !== 'user') return { items: [] }
      const current = await currentSession(ctx, request)
      const items = await listSessions(ctx, userId)
      return { items: items.map((session) => ({ ...session, current: session.id === current?.id })) }
    },
  }),
  route('DELETE /sessions/{id}', {
    can: 'self',
    summary: 'End a session: one’s own, or another user’s with permission',
    params: ById,
    status: 204,
    run: (ctx, { id }) =>
      ctx.tx(async (ctx) => {
        const everybodys = ctx.actor.permissions.has('users.write')
        if (!everybodys && ctx.actor.kind !== 'user') throw problem.sessionNeeded()
        const ended = await endSession(ctx, id, everybodys ? undefined : ctx.actor.id)
        if (!ended) throw problem.notFound()
        await ctx.audit.record(ctx, { action: 'session.revoke', subject: `user:${ended.userId}` })
      }),
  }),
  route('GET /users', {
    can: 'users.read',
    summary: 'Everybody who may sign in or once could',
    reply: UserList,
    run: async (ctx) => ({ items: await listUsers(ctx) }),
  }),
  route('POST /users', {
    can: 'users.write',
    summary: 'Add a user; the password in the reply works once',
    body: NewUser,
    reply: UserWithPassword,
    status: 201,
    run: createUser,
  }),
  route('PATCH /users/{id}', {
    can: 'users.write',
    summary: 'Change, disable or enable a user',
    params: ById,
    body: UserPatch,
    reply: UserItem,
    run: (ctx, { id, ...patch }) => changeUser(ctx, id, patch),
  }),
  route('POST /users/{id}/reset-password', {
    can: 'users.write',
    summary: 'Give a user a new password that works once; his sessions end',
    params: ById,
    reply: UserWithPassword,
    run: (ctx, { id }) => resetPassword(ctx, id),
  }),
  route('POST /users/{id}/unlock', {
    can: 'users.write',
    summary: 'End a lock-out early',
    params: ById,
    reply: UserItem,
    run: (ctx, { id }) => unlockUser(ctx, id),
  }),
  route('GET /keys', {
    can: 'keys.read',
    summary: 'API keys, without the keys themselves',
    reply: KeyList,
    run: async (ctx) => ({ items: await listKeys(ctx) }),
  }),
  route('POST /keys', {
    can: 'keys.write',
    summary: 'Make an API key; it is shown this once',
    body: NewKey,
    reply: CreatedKey,
    status: 201,
    run: (ctx, { name, role, roles: several, scope, expiresAt }) =>
      createKey(ctx, {
        name,
        roles: [...(several ?? []), ...(role ? [role] : [])],
        scope: scope ?? null,
        expiresAt: expiresAt ? new Date(expiresAt) : null,
      }),
  }),
  route('DELETE /keys/{id}', {
    can: 'keys.write',
    summary: 'Revoke an API key, everywhere within 5 seconds',
    params: ById,
    status: 204,
    run: (ctx, { id }) => revokeKey(ctx, id),
  }),
  route('GET /roles', {
    can: 'users.read',
    summary: 'Roles and what each may do',
    reply: RoleList,
    run: async () => ({ items: roles.map((role) => ({ role, permissions: [...permissionsOf([role])] })) }),
  }),
]

/** Nightly: drops sessions that are over and counts of failures that no longer matter. */
export const authJobs = [
  job({
    name: 'platform.pruneSignIn',
    cron: '17 3 * * *',
    input: z.object({}),
    run: async (ctx) => {
      await pruneSessions(ctx)
      await pruneAttempts(ctx)
    },
  }),
]
