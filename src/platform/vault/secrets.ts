import type { Pg } from '../ctx.ts'
import type { Place } from './envelope.ts'
import './tables.ts'
import type { Vault } from './vault.ts'

const placeOf = (name: string): Place => `platform.secret|sealed|${name}`

/** A secret of the system by name, or undefined when there is none. */
export const readSecret = async (vault: Vault, pg: Pg, name: string): Promise<string | undefined> => {
  const row = await pg.selectFrom('platform.secret').select('sealed').where('name', '=', name).executeTakeFirst()
  return row && vault.openSecret(placeOf(name), row.sealed)
}

/** Stores a secret, in place of the one by that name. */
export const writeSecret = async (vault: Vault, pg: Pg, name: string, secret: string): Promise<void> => {
  const sealed = vault.sealSecret(placeOf(name), secret)
  await pg
    .insertInto('platform.secret')
    .values({ name, sealed })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ sealed }))
    .execute()
}

/** The secret by that name; when there is none, stores the one that `make` gives. First of two callers wins. */
export const secretOrNew = async (vault: Vault, pg: Pg, name: string, make: () => string): Promise<string> => {
  const known = await readSecret(vault, pg, name)
  if (known !== undefined) return known
  const made = make()
  const inserted = await pg
    .insertInto('platform.secret')
    .values({ name, sealed: vault.sealSecret(placeOf(name), made) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('name')
    .executeTakeFirst()
  return inserted ? made : ((await readSecret(vault, pg, name)) ?? made)
}

/** Brings all secrets of platform.secret under the newest workspace key. @returns how many */
export const resealSecrets = async (vault: Vault, pg: Pg): Promise<number> => {
  const rows = await pg.selectFrom('platform.secret').select(['name', 'sealed']).execute()
  const stale = rows.filter(({ sealed }) => vault.isStale(Buffer.from(sealed, 'base64url')))
  for (const { name, sealed } of stale) await writeSecret(vault, pg, name, vault.openSecret(placeOf(name), sealed))
  return stale.length
}
