import { randomUUID } from 'node:crypto'
import type { Ctx, Role } from '#platform'
import { findByIdentifiers } from '../../src/customers/profile.ts'
import { runningOf } from '../../src/customers/running.ts'
import { type Prepared, readMessage } from '../../src/customers/tracking/message.ts'
import { createSource } from '../../src/customers/tracking/sources.ts'
import { createKey } from '../../src/platform/auth/keys.ts'
import { startSession } from '../../src/platform/auth/sessions.ts'
import { cheapHash } from './cheap-hash.ts'

/** An API key with these roles. */
export const anApiKey = async (ctx: Ctx, ...roles: Role[]): Promise<string> =>
  (await createKey(ctx, { name: `test ${randomUUID()}`, roles })).key

/** A user who is signed in. @returns his id and the value of his session's cookie */
export const aSignedInUser = async (
  ctx: Ctx,
  {
    login = `user-${randomUUID().slice(0, 8)}`,
    name = `${login} 同学`,
    password,
    roles,
  }: { login?: string; name?: string; password: string; roles: readonly Role[] },
): Promise<{ id: string; login: string; token: string }> => {
  const id = randomUUID()
  const now = ctx.now()
  await ctx.pg
    .insertInto('platform.app_user')
    .values({
      id,
      login,
      name,
      email: null,
      roles: [...roles],
      password_hash: cheapHash(password),
      must_change_password: false,
      password_changed_at: now,
      disabled_at: null,
      totp_seed: null,
      totp_confirmed_at: null,
      totp_last_step: null,
      last_sign_in_at: now,
      created_at: now,
      created_by: 'test',
    })
    .execute()
  return { id, login, token: await startSession(ctx, id, { ip: '127.0.0.1', headers: {} }) }
}

export interface TestSource {
  id: string
  name: string
  writeKey: string
}

/** A tracking source with its write key. */
export const aSource = (
  ctx: Ctx,
  {
    name = `source ${randomUUID()}`,
    quotaPerSecond = 1_000_000,
    personalRule = 'mask',
  }: { name?: string; quotaPerSecond?: number; personalRule?: 'mask' | 'identify' } = {},
): Promise<TestSource> => createSource(ctx, { name, kind: 'server', quotaPerSecond, personalRule, basis: 'contract' })

export interface MadeUpCustomer {
  /** Account id; a new one unless given. */
  userId?: string
  /** As an identify call has them: identifiers by their usual names (phone, email, idCard) and other traits. */
  traits?: Record<string, unknown>
  /** Instant of the identify call; now unless given. */
  at?: Date | string
  events?: readonly { event: string; at?: Date | string; properties?: Record<string, unknown>; messageId?: string }[]
}

export interface Customer {
  /** As the API has it. */
  id: string
  no: number
  userId: string
}

/** A customer with traits and events, stored by the same code as tracking calls. */
export const aCustomer = async (ctx: Ctx, made: MadeUpCustomer = {}): Promise<Customer> => {
  const [customer] = await someCustomers(ctx, [made])
  if (!customer) throw new Error('no customer was made')
  return customer
}

/** Many customers in one group, in the order given. */
export const someCustomers = async (ctx: Ctx, made: readonly MadeUpCustomer[]): Promise<Customer[]> => {
  const now = ctx.now()
  const instant = (at: Date | string | undefined) => (at === undefined ? now : new Date(at)).toISOString()
  const named = made.map((one) => ({ ...one, userId: one.userId ?? `account-${randomUUID()}` }))
  const messages = named.flatMap(({ userId, traits = {}, at, events = [] }) => [
    { type: 'identify', messageId: randomUUID(), userId, traits, timestamp: instant(at) },
    ...events.map((one) => ({
      type: 'track',
      messageId: one.messageId ?? randomUUID(),
      userId,
      event: one.event,
      properties: one.properties ?? {},
      timestamp: instant(one.at),
    })),
  ])
  const prepared = messages.map((message): Prepared => {
    const read = readMessage(message, {
      receivedAtMs: now.getTime(),
      source: { id: 0, personalRule: 'mask' },
      historical: true,
      pseudonym: (text) => ctx.vault.blindIndex('messageId', text),
    })
    if ('code' in read) throw new Error(`${read.code}: ${read.reason}`)
    return read
  })
  await runningOf(ctx).committer.add(prepared)
  return Promise.all(
    named.map(async ({ userId }) => {
      const [no] = await findByIdentifiers(ctx, [{ kind: 'accountId', value: userId }])
      if (no === undefined) throw new Error(`no customer has the account ${userId}`)
      return { id: String(no), no, userId }
    }),
  )
}
