import { createHash } from 'node:crypto'
import type { Ctx } from '../ctx.ts'
import type { Place } from '../vault/vault.ts'
import { problem } from './problem.ts'
import { bareBackupCode, base32, matchingStep, newBackupCodes, newSeed, otpauthUri } from './totp.ts'
import './tables.ts'

const codeHash = (code: string) => createHash('sha256').update(bareBackupCode(code)).digest('base64url')

/** The seed is bound to its user: sealed text moved to another row does not open. */
const seedPlace = (userId: string): Place => `platform.app_user|${userId}|totp_seed`

/**
 * Begins to set up the second factor: a new seed, in force only once a code of it was given.
 * @throws platform.totpAlreadyOn
 */
export const beginTotp = async (ctx: Ctx, { id, login }: { id: string; login: string }) => {
  const seed = newSeed()
  const sealed = ctx.vault.sealSecret(seedPlace(id), seed.toString('base64url'))
  return ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('platform.app_user')
      .set({ totp_seed: sealed, totp_last_step: null })
      .where('id', '=', id)
      .where('totp_confirmed_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.totpAlreadyOn()
    await ctx.audit.record(ctx, { action: 'user.totpBegin', subject: `user:${id}` })
    return { uri: otpauthUri(seed, login), secret: base32(seed) }
  })
}

/**
 * Puts the second factor in force with a first code.
 * @returns ten backup codes, each good once, shown this once
 * @throws platform.totpNotBegun, platform.totpAlreadyOn, platform.totpCodeWrong
 */
export const confirmTotp = async (ctx: Ctx, userId: string, code: string): Promise<string[]> => {
  const person = await ctx.pg
    .selectFrom('platform.app_user')
    .select(['totp_seed', 'totp_confirmed_at'])
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  if (person.totp_confirmed_at) throw problem.totpAlreadyOn()
  if (person.totp_seed === null) throw problem.totpNotBegun()
  const backupCodes = newBackupCodes()
  if (!(await totpMatches(ctx, userId, person.totp_seed, code))) throw problem.totpCodeWrong()
  await ctx.pg.updateTable('platform.app_user').set({ totp_confirmed_at: ctx.now() }).where('id', '=', userId).execute()
  await ctx.pg.deleteFrom('platform.totp_backup_code').where('user_id', '=', userId).execute()
  await ctx.pg
    .insertInto('platform.totp_backup_code')
    .values(backupCodes.map((backupCode) => ({ user_id: userId, code_hash: codeHash(backupCode) })))
    .execute()
  await ctx.audit.record(ctx, { action: 'user.totpOn', subject: `user:${userId}` })
  return backupCodes
}

/** Takes the second factor away. */
export const removeTotp = (ctx: Ctx, userId: string): Promise<void> =>
  ctx.tx(async (ctx) => {
    await ctx.pg
      .updateTable('platform.app_user')
      .set({ totp_seed: null, totp_confirmed_at: null })
      .where('id', '=', userId)
      .execute()
    await ctx.pg.deleteFrom('platform.totp_backup_code').where('user_id', '=', userId).execute()
    await ctx.audit.record(ctx, { action: 'user.totpOff', subject: `user:${userId}` })
  })

/** Whether a code is good now. A good one is used up: the same step, an earlier one and a backup code never work again. */
export const secondFactorMatches = async (ctx: Ctx, userId: string, code: string): Promise<boolean> => {
  if (/^\d{6}$/.test(code)) {
    const person = await ctx.pg
      .selectFrom('platform.app_user')
      .select('totp_seed')
      .where('id', '=', userId)
      .executeTakeFirst()
    return person?.totp_seed ? totpMatches(ctx, userId, person.totp_seed, code) : false
  }
  const used = await ctx.pg
    .deleteFrom('platform.totp_backup_code')
    .where('user_id', '=', userId)
    .where('code_hash', '=', codeHash(code))
    .returning('user_id')
    .executeTakeFirst()
  return used !== undefined
}

const totpMatches = async (ctx: Ctx, userId: string, sealed: string, code: string): Promise<boolean> => {
  const seed = Buffer.from(ctx.vault.openSecret(seedPlace(userId), sealed), 'base64url')
  const step = matchingStep(seed, code, ctx.now())
  if (step === undefined) return false
  // One statement decides, so that of two requests with the same code one wins.
  const row = await ctx.pg
    .updateTable('platform.app_user')
    .set({ totp_last_step: step })
    .where('id', '=', userId)
    .where((eb) => eb.or([eb('totp_last_step', 'is', null), eb('totp_last_step', '<', step)]))
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}
