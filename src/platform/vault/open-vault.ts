import type { Pg } from '../ctx.ts'
import { Problem } from '../problem.ts'
import { adoptNextMasterKey, loadMasterKey, nextMasterKey } from './master-key.ts'
import { openVault, type Vault } from './vault.ts'

/**
 * Opens the vault with the master key of the setting, or of the data folder. A change of the key file that a crash
 * interrupted after the keys were wrapped anew is carried to its end.
 * @throws vault.masterKeyWrong, vault.masterKeyShape, vault.masterKeyExposed
 */
export const openVaultOf = async ({
  pg,
  given,
  dir,
}: {
  pg: Pg
  given: string | undefined
  dir: string
}): Promise<Vault> => {
  try {
    return await openVault({ pg, masterKey: loadMasterKey({ given, dir }) })
  } catch (error) {
    const next = given ? undefined : nextMasterKey(dir)
    if (!next || !(error instanceof Problem && error.code === 'vault.masterKeyWrong')) throw error
    const vault = await openVault({ pg, masterKey: next })
    adoptNextMasterKey(dir)
    return vault
  }
}
