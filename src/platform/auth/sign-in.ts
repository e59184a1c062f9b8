import type { FastifyRequest } from 'fastify'
import type { Actor, Ctx } from '../ctx.ts'
import { permissionsOf, type Role } from '../permissions.ts'
import {
  accountCount,
  addressCount,
  type Counted,
  forgetAttempts,
  giveBackAttempt,
  takeAttempt,
  unknownLoginCount,
} from './lock-out.ts'
import { checkPasswordPolicy, hashPassword, passwordMatches } from './password.ts'
import { problem } from './problem.ts'
import { secondFactorMatches } from './second-factor.ts'
import { endSessionOf, endSessions, type Session, startSession } from './sessions.ts'
import { findForSignIn, setPassword } from './users.ts'

type Person = NonNullable<Awaited<ReturnType<typeof findForSignIn>>>
type Refusal = 'unknown' | 'password' | 'disabled' | 'totp'

/** The actor a signed-in person is. */
export const personActor = ({ userId, name, roles }: Pick<Session, 'userId' | 'name' | 'roles'>): Actor => ({
  kind: 'user',
  id: userId,
  name,
  roles,
  permissions: permissionsOf(roles),
})

/**
 * Signs a person in by login or e-mail. The session of the request's cookie, if any, ends: a session never changes hands.
 * @returns the new session's token, for the cookie
 * @throws platform.signInFailed whatever is wrong, platform.totpNeeded when only the code is missing, platform.lockedOut
 */
export const signIn = async (
  ctx: Ctx,
  request: FastifyRequest,
  { login, password, totp }: { login: string; password: string; totp?: string | undefined },
): Promise<string> => {
  const called = login.toLowerCase()
  const person = await findForSignIn(ctx, called)
  const account = person ? accountCount(person.id) : unknownLoginCount(called)
  const counts = [account, addressCount(request.ip)]
  const locks = await takeAttempt(ctx, counts)
  const matches = await givingBack(ctx, counts, () => passwordMatches(password, person?.password_hash))
  const refuse = (reason: Refusal) => refuseSignIn(ctx, person, reason, locks)
  if (!person) return refuse('unknown')
  if (!matches) return refuse('password')
  if (person.disabled_at) return refuse('disabled')
  if (person.totp_confirmed_at) {
    if (!totp) {
      await giveBackAttempt(ctx, counts)
      throw problem.totpNeeded()
    }
    if (!(await secondFactorMatches(ctx, person.id, totp))) return refuse('totp')
  }
  const token = await ctx.tx(async (ctx) => {
    // Whoever was disabled or got a new password while the old one was being hashed stays outside.
    const still = await ctx.pg
      .updateTable('platform.app_user')
      .set({ last_sign_in_at: ctx.now() })
      .where('id', '=', person.id)
      .where('disabled_at', 'is', null)
      .where('password_hash', '=', person.password_hash)
      .returning('id')
      .executeTakeFirst()
    if (!still) return undefined
    await forgetAttempts(ctx, account)
    // The address only gets this attempt back: an own account must not wash away guesses at others'.
    await giveBackAttempt(ctx, counts.slice(1))
    await endSessionOf(ctx, request)
    const token = await startSession(ctx, person.id, request)
    const actor = personActor({ userId: person.id, name: person.name, roles: person.roles })
    await ctx.audit.record({ ...ctx, actor }, { action: 'session.start', subject: `user:${person.id}` })
    return token
  })
  return token ?? refuse('password')
}

const refuseSignIn = async (
  ctx: Ctx,
  person: Person | undefined,
  reason: Refusal,
  lockedOut: boolean,
): Promise<never> => {
  await ctx.audit.record(ctx, {
    action: lockedOut ? 'session.lockOut' : 'session.refuse',
    // A login nobody has may be a password typed into the wrong field, so it is written nowhere.
    ...(person && { subject: `user:${person.id}` }),
    detail: { reason },
  })
  throw problem.signInFailed()
}

/** Gives the attempt back when it could not be tried at all. */
const givingBack = async <T>(ctx: Ctx, counts: readonly Counted[], run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    await giveBackAttempt(ctx, counts)
    throw error
  }
}

/**
 * Throws unless `password` is the signed-in person's. Counts like sign-in: a stolen session is no place to guess it.
 * @returns the hash it was compared with
 * @throws platform.passwordWrong, platform.lockedOut
 */
export const checkOwnPassword = async (ctx: Ctx, { userId }: Session, password: string): Promise<string> => {
  const { password_hash } = await ctx.pg
    .selectFrom('platform.app_user')
    .select('password_hash')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  const counts = [accountCount(userId)]
  const locks = await takeAttempt(ctx, counts)
  if (!(await givingBack(ctx, counts, () => passwordMatches(password, password_hash)))) {
    await ctx.audit.record(ctx, {
      action: locks ? 'session.lockOut' : 'session.refuse',
      subject: `user:${userId}`,
      detail: { reason: 'password' },
    })
    throw problem.passwordWrong()
  }
  await giveBackAttempt(ctx, counts)
  return password_hash
}

/**
 * Changes one's own password. All sessions end; the one that asked goes on under a new token.
 * @returns the token for the cookie
 * @throws platform.passwordWrong, platform.passwordUnchanged and those of the password policy
 */
export const changeOwnPassword = async (
  ctx: Ctx,
  request: FastifyRequest,
  session: Session,
  { password, newPassword }: { password: string; newPassword: string },
): Promise<string> => {
  checkPasswordPolicy(newPassword, session)
  await checkOwnPassword(ctx, session, password)
  if (password.normalize('NFKC') === newPassword.normalize('NFKC')) throw problem.passwordUnchanged()
  const hash = await hashPassword(newPassword)
  return ctx.tx(async (ctx) => {
    await setPassword(ctx, session.userId, hash, { mustChange: false })
    await endSessions(ctx, session.userId)
    const token = await startSession(ctx, session.userId, request)
    await ctx.audit.record(ctx, { action: 'user.changePassword', subject: `user:${session.userId}` })
    return token
  })
}

/** Whether one of the roles demands a second factor in this installation. */
export const totpDemanded = (ctx: Ctx, held: readonly Role[]): boolean =>
  held.some((role) => ctx.config.totpRoles.includes(role))
