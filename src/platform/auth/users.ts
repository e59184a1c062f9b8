import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '../ctx.ts'
import type { Role } from '../permissions.ts'
import type { NewUser, UserItem, UserPatch } from './contract.ts'
import { accountCount, forgetAttempts } from './lock-out.ts'
import { hashPassword, oneTimePassword } from './password.ts'
import { problem } from './problem.ts'
import { endSessions } from './sessions.ts'
import './tables.ts'

type User = z.output<typeof UserItem>

const selectUsers = (ctx: Ctx) =>
  ctx.pg
    .selectFrom('platform.app_user as person')
    .leftJoin('platform.sign_in_attempt as attempt', (join) =>
      join.on('attempt.key', '=', sql<string>`'user:' || person.id`),
    )
    .select(['person.id', 'person.login', 'person.name', 'person.email', 'person.roles', 'person.disabled_at'])
    .select(['person.must_change_password', 'person.totp_confirmed_at', 'person.last_sign_in_at', 'person.created_at'])
    .select('attempt.locked_until')

type Row = Awaited<ReturnType<ReturnType<typeof selectUsers>['executeTakeFirstOrThrow']>>

const userOf = (ctx: Ctx, row: Row): User => ({
  id: row.id,
  login: row.login,
  name: row.name,
  email: row.email,
  roles: row.roles,
  disabled: row.disabled_at !== null,
  mustChangePassword: row.must_change_password,
  totpEnabled: row.totp_confirmed_at !== null,
  lockedUntil: row.locked_until && row.locked_until > ctx.now() ? row.locked_until.toISOString() : null,
  lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
})

/** Everybody who may sign in or once could, by login. */
export const listUsers = async (ctx: Ctx): Promise<User[]> => {
  const rows = await selectUsers(ctx).orderBy('person.login').execute()
  return rows.map((row) => userOf(ctx, row))
}

/** @throws platform.notFound */
export const getUser = async (ctx: Ctx, id: string): Promise<User> => {
  const row = await selectUsers(ctx).where('person.id', '=', id).executeTakeFirst()
  if (!row) throw problem.notFound()
  return userOf(ctx, row)
}

/** What sign-in compares with, by login or e-mail; the login wins when one person's e-mail is another's login. */
export const findForSignIn = async (ctx: Ctx, loginOrEmail: string) => {
  const rows = await ctx.pg
    .selectFrom('platform.app_user')
    .select(['id', 'login', 'name', 'roles', 'password_hash', 'disabled_at', 'totp_confirmed_at'])
    .where((eb) => eb.or([eb('login', '=', loginOrEmail), eb('email', '=', loginOrEmail)]))
    .execute()
  return rows.find(({ login }) => login === loginOrEmail) ?? rows[0]
}

const insertUser = async (
  ctx: Ctx,
  { login, name, email, roles }: z.output<typeof NewUser>,
  passwordHash: string,
): Promise<string | undefined> => {
  const now = ctx.now()
  const row = await ctx.pg
    .insertInto('platform.app_user')
    .values({
      id: randomUUID(),
      login,
      name: name ?? login,
      email: email ?? null,
      roles: [...new Set(roles)],
      password_hash: passwordHash,
      must_change_password: true,
      password_changed_at: now,
      disabled_at: null,
      totp_seed: null,
      totp_confirmed_at: null,
      totp_last_step: null,
      last_sign_in_at: null,
      created_at: now,
      created_by: ctx.actor.name,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/**
 * A new user with a password that works once.
 * @throws platform.loginTaken when somebody signs in by this login or e-mail already
 */
export const createUser = async (ctx: Ctx, input: z.output<typeof NewUser>) => {
  const password = oneTimePassword()
  // Before the transaction: hashing takes a quarter of a second and the embedded store has one connection.
  const hash = await hashPassword(password)
  return ctx.tx(async (ctx) => {
    const taken = await ctx.pg
      .selectFrom('platform.app_user')
      .select('id')
      .where((eb) => eb.or([eb('email', '=', input.login), eb('login', '=', input.email ?? input.login)]))
      .executeTakeFirst()
    const id = taken ? undefined : await insertUser(ctx, input, hash)
    if (id === undefined) throw problem.loginTaken()
    const user = await getUser(ctx, id)
    await ctx.audit.record(ctx, { action: 'user.create', subject: `user:${id}`, detail: { roles: user.roles } })
    return { user, password }
  })
}

/**
 * At the very first start makes the administrator, whose password has to be changed at the first sign-in.
 * @returns undefined when there are users already
 */
export const ensureFirstAdmin = async (ctx: Ctx): Promise<{ login: string; password: string } | undefined> => {
  const anybody = () => ctx.pg.selectFrom('platform.app_user').select('id').limit(1).executeTakeFirst()
  if (await anybody()) return undefined
  const password = oneTimePassword()
  const hash = await hashPassword(password)
  return ctx.tx(async (ctx) => {
    // Another process that starts at the same time meets the unique login.
    const id = await insertUser(ctx, { login: 'admin', name: '管理员', roles: ['admin'] }, hash)
    if (id === undefined) return undefined
    await ctx.audit.record(ctx, { action: 'user.create', subject: `user:${id}`, detail: { roles: ['admin'] } })
    return { login: 'admin', password }
  })
}

/** Refuses to lose the last administrator. Locks all of them, so that two cannot remove each other at once. */
const keepAnAdmin = async (ctx: Ctx, id: string, after: { roles: readonly Role[]; disabled: boolean }) => {
  const admins = await ctx.pg
    .selectFrom('platform.app_user')
    .select('id')
    .where('disabled_at', 'is', null)
    .where(sql<boolean>`'admin' = any(roles)`)
    .orderBy('id')
    .forUpdate()
    .execute()
  const stays = after.roles.includes('admin') && !after.disabled
  if (!stays && admins.length === 1 && admins[0]?.id === id) throw problem.lastAdmin()
}

/**
 * Changes what is given. Disabling ends all sessions; taking the second factor away makes the backup codes worthless.
 * @throws platform.notFound, platform.lastAdmin, platform.loginTaken
 */
export const changeUser = (ctx: Ctx, id: string, patch: z.output<typeof UserPatch>): Promise<User> =>
  ctx.tx(async (ctx) => {
    const before = await getUser(ctx, id)
    const roles = patch.roles ? [...new Set(patch.roles)] : before.roles
    const disabled = patch.disabled ?? before.disabled
    await keepAnAdmin(ctx, id, { roles, disabled })
    if (patch.email) {
      const taken = await ctx.pg
        .selectFrom('platform.app_user')
        .select('id')
        .where('id', '<>', id)
        .where((eb) => eb.or([eb('email', '=', patch.email ?? ''), eb('login', '=', patch.email ?? '')]))
        .executeTakeFirst()
      if (taken) throw problem.loginTaken()
    }
    await ctx.pg
      .updateTable('platform.app_user')
      .set({
        roles,
        name: patch.name ?? before.name,
        email: patch.email === undefined ? before.email : patch.email,
        ...(disabled !== before.disabled && { disabled_at: disabled ? ctx.now() : null }),
        ...(patch.totpEnabled === false && { totp_seed: null, totp_confirmed_at: null }),
      })
      .where('id', '=', id)
      .execute()
    if (disabled) await endSessions(ctx, id)
    if (patch.totpEnabled === false)
      await ctx.pg.deleteFrom('platform.totp_backup_code').where('user_id', '=', id).execute()
    const after = await getUser(ctx, id)
    await ctx.audit.record(ctx, {
      action: 'user.change',
      subject: `user:${id}`,
      detail: {
        fields: Object.keys(patch),
        ...(patch.roles && { roles }),
        ...(patch.disabled !== undefined && { disabled }),
      },
    })
    return after
  })

/**
 * Gives a user a new password that works once; ends his sessions and a lock-out.
 * @throws platform.notFound
 */
export const resetPassword = async (ctx: Ctx, id: string) => {
  const password = oneTimePassword()
  const hash = await hashPassword(password)
  return ctx.tx(async (ctx) => {
    await setPassword(ctx, id, hash, { mustChange: true })
    await endSessions(ctx, id)
    await forgetAttempts(ctx, accountCount(id))
    const user = await getUser(ctx, id)
    await ctx.audit.record(ctx, { action: 'user.resetPassword', subject: `user:${id}` })
    return { user, password }
  })
}

/** @throws platform.notFound */
export const setPassword = async (ctx: Ctx, id: string, hash: string, { mustChange }: { mustChange: boolean }) => {
  const row = await ctx.pg
    .updateTable('platform.app_user')
    .set({ password_hash: hash, must_change_password: mustChange, password_changed_at: ctx.now() })
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  if (!row) throw problem.notFound()
}

/** Ends a lock-out early. @throws platform.notFound */
export const unlockUser = (ctx: Ctx, id: string): Promise<User> =>
  ctx.tx(async (ctx) => {
    await forgetAttempts(ctx, accountCount(id))
    const user = await getUser(ctx, id)
    await ctx.audit.record(ctx, { action: 'user.unlock', subject: `user:${id}` })
    return user
  })
