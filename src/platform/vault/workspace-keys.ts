import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Pg } from '../ctx.ts'
import { inTransaction } from '../postgres/in-transaction.ts'
import { problem } from './problem.ts'
import './tables.ts'

type Purpose = 'seal' | 'index'

/** Unwrapped, in memory only. */
export interface WorkspaceKeys {
  /** By version, oldest first. New seals use the first that is not retired. */
  seal: ReadonlyMap<number, { key: Buffer; retiredAtMs: number }>
  index: Buffer
}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const rotationLock = 7_261_002

const aadFor = (purpose: Purpose, version: number) =>
  Buffer.from(`platform.workspace_key|wrapped|${purpose}|${version}`)

const wrap = (master: KeyObject, purpose: Purpose, version: number, key: Uint8Array): Buffer => {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', master, nonce, { authTagLength: tagBytes })
  cipher.setAAD(aadFor(purpose, version))
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()])
}

const unwrap = (master: KeyObject, purpose: Purpose, version: number, wrapped: Uint8Array): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', master, wrapped.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(aadFor(purpose, version))
  decipher.setAuthTag(wrapped.subarray(nonceBytes + keyBytes))
  const key = decipher.update(wrapped.subarray(nonceBytes, nonceBytes + keyBytes))
  try {
    decipher.final()
  } catch {
    throw problem.masterKeyWrong({ purpose, version })
  }
  return key
}

const readKeys = (pg: Pg) =>
  pg.selectFrom('platform.workspace_key').selectAll().orderBy('purpose').orderBy('version').execute()

/**
 * All workspace keys; makes version 1 of both in an empty database. Two first starts at once end with the same keys.
 * @throws vault.masterKeyWrong
 */
export const loadWorkspaceKeys = async (pg: Pg, master: KeyObject): Promise<WorkspaceKeys> => {
  let rows = await readKeys(pg)
  if (rows.length === 0) {
    const purposes: Purpose[] = ['seal', 'index']
    await pg
      .insertInto('platform.workspace_key')
      .values(
        purposes.map((purpose) => ({
          purpose,
          version: 1,
          wrapped: wrap(master, purpose, 1, randomBytes(keyBytes)),
          retired_at: null,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    rows = await readKeys(pg)
  }
  const seal = new Map<number, { key: Buffer; retiredAtMs: number }>()
  let index: Buffer | undefined
  for (const { purpose, version, wrapped, retired_at } of rows) {
    const key = unwrap(master, purpose, version, wrapped)
    if (purpose === 'seal') seal.set(version, { key, retiredAtMs: retired_at?.getTime() ?? Number.POSITIVE_INFINITY })
    else index = key
  }
  if (!index || seal.size === 0) throw problem.masterKeyWrong({ missing: index ? 'seal' : 'index' })
  return { seal, index }
}

/** Adds the next seal key, which takes over at `activeAt`. @returns its version */
export const addSealKey = (pg: Pg, master: KeyObject, activeAt: Date): Promise<number> =>
  inTransaction(pg, async (pg) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(rotationLock)})`.execute(pg)
    const { version: newest } = await pg
      .selectFrom('platform.workspace_key')
      .select('version')
      .where('purpose', '=', 'seal')
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    const version = newest + 1
    await pg
      .updateTable('platform.workspace_key')
      .set({ retired_at: activeAt })
      .where('purpose', '=', 'seal')
      .where('retired_at', 'is', null)
      .execute()
    await pg
      .insertInto('platform.workspace_key')
      .values({
        purpose: 'seal',
        version,
        wrapped: wrap(master, 'seal', version, randomBytes(keyBytes)),
        retired_at: null,
      })
      .execute()
    return version
  })

/** @throws vault.masterKeyWrong when `master` is not the one in force; nothing is changed then */
export const rewrapWorkspaceKeys = (pg: Pg, master: KeyObject, next: KeyObject): Promise<void> =>
  inTransaction(pg, async (pg) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(rotationLock)})`.execute(pg)
    for (const { purpose, version, wrapped } of await readKeys(pg))
      await pg
        .updateTable('platform.workspace_key')
        .set({ wrapped: wrap(next, purpose, version, unwrap(master, purpose, version, wrapped)) })
        .where('purpose', '=', purpose)
        .where('version', '=', version)
        .execute()
  })
