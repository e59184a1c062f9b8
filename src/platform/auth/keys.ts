import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Actor, Ctx } from '../ctx.ts'
import { type Permission, permissionsOf, type Role } from '../permissions.ts'
import type { KeyItem } from './contract.ts'
import { problem } from './problem.ts'
import './tables.ts'

/** How long a verified key is believed without asking Postgres: the longest a revoked one still works in another process. */
const BELIEVED_MS = 5_000
const TOUCH_EVERY_MS = 60_000
const REMEMBERED_AT_MOST = 10_000

interface KnownKey {
  actor: Actor
  expiresAt: Date | null
  loadedAt: number
}

// Per store, so that two programs in one process (tests) never share a key.
const known = new WeakMap<object, Map<string, KnownKey>>()

const knownTo = ({ store }: Ctx) => {
  const keys = known.get(store) ?? new Map<string, KnownKey>()
  known.set(store, keys)
  return keys
}

const keyHash = (key: string) => createHash('sha256').update(key).digest('base64url')

/**
 * Who an API key stands for; undefined when it is unknown, revoked or expired. A key in use costs one question every 5 s
 * and a write once a minute, not per request.
 */
export const keyActor = async (ctx: Ctx, key: string): Promise<Actor | undefined> => {
  if (!/^zk_[\w-]{43}$/.test(key)) return undefined
  const hash = keyHash(key)
  const now = ctx.now().getTime()
  const keys = knownTo(ctx)
  const remembered = keys.get(hash)
  const age = remembered ? now - remembered.loadedAt : -1
  if (remembered && age >= 0 && age < BELIEVED_MS) return notExpired(remembered, now)
  const loaded = await loadKey(ctx, hash)
  // A key nobody has is not remembered: it may be made the next moment, and guesses would fill the memory.
  if (!loaded) {
    keys.delete(hash)
    return undefined
  }
  if (keys.size >= REMEMBERED_AT_MOST) keys.clear()
  keys.set(hash, loaded)
  return notExpired(loaded, now)
}

const notExpired = ({ actor, expiresAt }: KnownKey, now: number) =>
  expiresAt !== null && expiresAt.getTime() <= now ? undefined : actor

const loadKey = async (ctx: Ctx, hash: string): Promise<KnownKey | undefined> => {
  const now = ctx.now()
  const row = await ctx.pg
    .selectFrom('platform.api_key')
    .select(['id', 'name', 'roles', 'scope', 'expires_at', 'last_used_at'])
    .where('key_hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (!row) return undefined
  if (!row.last_used_at || now.getTime() - row.last_used_at.getTime() > TOUCH_EVERY_MS)
    await ctx.pg.updateTable('platform.api_key').set({ last_used_at: now }).where('id', '=', row.id).execute()
  const all = permissionsOf(row.roles)
  const permissions = row.scope ? new Set(row.scope.filter((permission) => all.has(permission))) : all
  return {
    actor: { kind: 'key', id: row.id, name: row.name, roles: row.roles, permissions },
    expiresAt: row.expires_at,
    loadedAt: now.getTime(),
  }
}

/**
 * Makes a key. It is stored as a hash only: the returned text is the one time it can be read.
 * @param scope permissions to narrow the key to; without it the key may do all that its roles may
 * @throws platform.scopeBeyondRoles, platform.expiryPast
 */
export const createKey = (
  ctx: Ctx,
  input: { name: string; roles: readonly Role[]; scope?: readonly Permission[] | null; expiresAt?: Date | null },
): Promise<{ id: string; key: string }> =>
  ctx.tx(async (ctx) => {
    const { name, scope = null, expiresAt = null } = input
    const roles = [...new Set(input.roles)]
    const allowed = permissionsOf(roles)
    const beyond = scope?.filter((permission) => !allowed.has(permission)) ?? []
    if (beyond.length > 0) throw problem.scopeBeyondRoles({ beyond })
    if (expiresAt && expiresAt <= ctx.now()) throw problem.expiryPast()
    const key = `zk_${randomBytes(32).toString('base64url')}`
    const id = randomUUID()
    await ctx.pg
      .insertInto('platform.api_key')
      .values({
        id,
        name,
        key_hash: keyHash(key),
        prefix: key.slice(0, 9),
        roles,
        scope: scope && [...new Set(scope)],
        created_at: ctx.now(),
        created_by: ctx.actor.name,
        expires_at: expiresAt,
        revoked_at: null,
        last_used_at: null,
      })
      .execute()
    await ctx.audit.record(ctx, {
      action: 'key.create',
      subject: `key:${id}`,
      detail: { roles, ...(scope && { scope: [...scope] }), ...(expiresAt && { expiresAt: expiresAt.toISOString() }) },
    })
    return { id, key }
  })

/** All keys, the newest first, revoked ones too. */
export const listKeys = async (ctx: Ctx): Promise<z.output<typeof KeyItem>[]> => {
  const rows = await ctx.pg
    .selectFrom('platform.api_key')
    .select(['id', 'name', 'prefix', 'roles', 'scope', 'expires_at', 'revoked_at', 'last_used_at'])
    .select(['created_at', 'created_by'])
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    roles: row.roles,
    scope: row.scope,
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
  }))
}

/** Revokes a key: here at once, in other processes within 5 s. @throws platform.notFound also when revoked before */
export const revokeKey = async (ctx: Ctx, id: string): Promise<void> => {
  await ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('platform.api_key')
      .set({ revoked_at: ctx.now() })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.notFound()
    await ctx.audit.record(ctx, { action: 'key.revoke', subject: `key:${id}` })
  })
  const keys = knownTo(ctx)
  for (const [hash, { actor }] of keys) if (actor.id === id) keys.delete(hash)
}
