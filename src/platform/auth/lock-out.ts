import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Ctx } from '../ctx.ts'
import { Problem } from '../problem.ts'
import './tables.ts'

const FIRST_DELAY_SECONDS = 60
const LONGEST_DELAY_SECONDS = 3600
/** Failures older than this no longer count. */
const FORGOTTEN_AFTER_MS = 24 * 3600 * 1000
/** One person types his password wrong a few times; behind one address sits a whole office. */
const LIMIT = { account: 5, address: 20 }

/** What attempts are counted by. */
export interface Counted {
  kind: keyof typeof LIMIT
  key: string
}

const hashed = (text: string) => createHash('sha256').update(text).digest('base64url')

export const accountCount = (userId: string): Counted => ({ kind: 'account', key: `user:${userId}` })
/** A login nobody has is counted like one that somebody has, so that the lock-out does not tell them apart. */
export const unknownLoginCount = (login: string): Counted => ({ kind: 'account', key: `login:${hashed(login)}` })
export const addressCount = (address: string): Counted => ({
  kind: 'address',
  key: `address:${hashed(network(address, 32))}`,
})

/**
 * The network of an address: IPv6 to /64 (one household has that many), IPv4 to `v4Bits` bits.
 * @param v4Bits 24 for showing, 32 for counting
 */
export const network = (address: string, v4Bits: 24 | 32): string => {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.(\d+)$/i.exec(address)
  if (v4) return v4Bits === 24 ? `${v4[1]}.0/24` : `${v4[1]}.${v4[2]}`
  if (!isIPv6(address)) return 'local'
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const front = head.split(':').filter(Boolean)
  const back = (tail ?? '').split(':').filter(Boolean)
  const middle = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0')
  const groups = [...front, ...middle, ...back].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${groups.join(':')}::/64`
}

/** Seconds of lock-out that the nth failure brings: the limit itself a minute, every further one twice as long, at most an hour. */
export const lockOutSeconds = (failures: number, limit: number): number =>
  failures < limit ? 0 : Math.min(FIRST_DELAY_SECONDS * 2 ** Math.min(failures - limit, 10), LONGEST_DELAY_SECONDS)

/**
 * Counts an attempt as failed before the password is looked at, so that a hundred attempts at once are no more than five
 * one after another. A success gives it back.
 * @returns whether this attempt, should it fail, locks one of the counts
 * @throws platform.lockedOut while one of them is locked; that attempt does not count
 */
export const takeAttempt = (ctx: Ctx, counts: readonly Counted[]): Promise<boolean> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    let locks = false
    // Accounts come before addresses everywhere, so that two attempts cannot wait for each other.
    for (const { kind, key } of counts) {
      // The update changes nothing but locks the row and returns it, in one statement: a success may delete it any time.
      const row = await ctx.pg
        .insertInto('platform.sign_in_attempt')
        .values({ key, failures: 0, locked_until: null, last_at: now })
        .onConflict((conflict) => conflict.column('key').doUpdateSet((eb) => ({ key: eb.ref('excluded.key') })))
        .returning(['failures', 'locked_until', 'last_at'])
        .executeTakeFirstOrThrow()
      const waitMs = row.locked_until ? row.locked_until.getTime() - now.getTime() : 0
      if (waitMs > 0) throw lockedOut(Math.ceil(waitMs / 1000))
      const forgotten = now.getTime() - row.last_at.getTime() > FORGOTTEN_AFTER_MS
      const failures = forgotten ? 1 : row.failures + 1
      const seconds = lockOutSeconds(failures, LIMIT[kind])
      if (seconds > 0) locks = true
      await ctx.pg
        .updateTable('platform.sign_in_attempt')
        .set({ failures, last_at: now, locked_until: seconds > 0 ? new Date(now.getTime() + seconds * 1000) : null })
        .where('key', '=', key)
        .execute()
    }
    return locks
  })

const lockedOut = (retryAfterSeconds: number) =>
  new Problem(
    'platform.lockedOut',
    { status: 423, title: 'Too many failed attempts; try again later', retryAfterSeconds },
    { retryAfterSeconds },
  )

/** Takes back one attempt that was no failure. A lock that others' failures have brought meanwhile stays. */
export const giveBackAttempt = async (ctx: Ctx, counts: readonly Counted[]): Promise<void> => {
  for (const { kind, key } of counts) {
    await ctx.pg
      .updateTable('platform.sign_in_attempt')
      .set(({ eb, ref, case: when }) => ({
        failures: eb('failures', '-', 1),
        locked_until: when().when('failures', '<=', LIMIT[kind]).then(null).else(ref('locked_until')).end(),
      }))
      .where('key', '=', key)
      .where('failures', '>', 0)
      .execute()
  }
}

/** Starts the count of an account anew, after a success or by an administrator. */
export const forgetAttempts = async (ctx: Ctx, { key }: Counted): Promise<void> => {
  await ctx.pg.deleteFrom('platform.sign_in_attempt').where('key', '=', key).execute()
}

/** Drops counts that no longer matter. */
export const pruneAttempts = async (ctx: Ctx): Promise<void> => {
  const before = new Date(ctx.now().getTime() - FORGOTTEN_AFTER_MS)
  await ctx.pg.deleteFrom('platform.sign_in_attempt').where('last_at', '<', before).execute()
}
