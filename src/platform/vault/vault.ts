import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Pg } from '../ctx.ts'
import { openWith, type Place, sealWith, versionOf } from './envelope.ts'
import { keyedHash } from './keyed-hash.ts'
import { problem } from './problem.ts'
import { fillRandom } from './random-bytes.ts'
import { addSealKey, loadWorkspaceKeys, rewrapWorkspaceKeys, type WorkspaceKeys } from './workspace-keys.ts'

export type { Place } from './envelope.ts'
export { loadMasterKey } from './master-key.ts'

/** What a customer's key is derived from, together with the workspace key. A row of platform.customer_key. */
export interface CustomerKey {
  /** 32 random bytes. Deleting them shreds what was sealed for the customer. */
  readonly salt: Uint8Array
  /** Everything sealed for the customer is under this version of the workspace key or a later one. */
  readonly keyVersion: number
}

/** Seals and finds personal data. All but the last four work in memory, without waiting: use them on whole sets. */
export interface Vault {
  /** A key for a new customer; the caller stores it (`storeCustomerKeys`) in the transaction that makes the customer. */
  newCustomerKey(): CustomerKey
  /**
   * Seals a customer's value under the current workspace key, so values of one customer may be under different versions.
   * @returns format (1 byte) | key version (2) | nonce (12) | ciphertext | tag (16)
   */
  seal(key: Pick<CustomerKey, 'salt'>, place: Place, plaintext: string | Uint8Array): Buffer
  /**
   * @param key undefined or null when the row is gone: the customer was shredded
   * @throws vault.cannotOpen when shredded, changed or moved; vault.keyNotLoaded when another process has rotated
   */
  open(key: Pick<CustomerKey, 'salt'> | null | undefined, place: Place, sealed: Uint8Array): string
  /** As `open`, for what is not text. */
  openBytes(key: Pick<CustomerKey, 'salt'> | null | undefined, place: Place, sealed: Uint8Array): Buffer
  /**
   * Finds an equal value without storing it: HMAC-SHA-256 of `kind:value`, the first 16 bytes as a uuid.
   * @param kind identifier kind, no colon in it
   * @param value in its normal form: equal people must give equal text
   */
  blindIndex(kind: string, value: string): string
  /** How the audit trail calls a customer: the same each time, and of no meaning outside this installation. */
  pseudonym(customerNo: number): string
  /** Seals a secret of the system (TOTP seed, provider credential) as base64url text. */
  sealSecret(place: Place, plaintext: string): string
  openSecret(place: Place, sealed: string): string
  /** The version new values are sealed with. */
  keyVersion(): number
  /** Whether a value is under an older version than new ones. */
  isStale(sealed: Uint8Array): boolean
  /** Wraps the workspace keys with another master key, in one transaction; what is sealed stays as it is. */
  rotateMaster(pg: Pg, next: KeyObject): Promise<void>
  /**
   * Makes the next version of the seal key. Old versions still open; `resealBatch` brings values forward.
   * The index key stays: changing it would need every identifier in clear.
   * @param activeInMs how long until new seals use it; longer than the other processes' `refresh` interval
   * @returns the new version
   */
  rotateWorkspaceKey(pg: Pg, activeInMs?: number): Promise<number>
  /** Loads versions made by other processes. Call it every half minute when several share one Postgres. */
  refresh(pg: Pg): Promise<void>
}

const uuidFrom = (hex: string) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`

const saltBytes = 32

/**
 * Opens the vault; makes the first workspace keys in an empty database.
 * @throws vault.masterKeyWrong when the master key is not the one this database was made with
 */
export const openVault = async ({
  pg,
  masterKey,
  now = () => new Date(),
}: {
  pg: Pg
  masterKey: KeyObject
  now?: () => Date
}): Promise<Vault> => {
  // Everything secret stays in these variables; the vault itself is functions only and prints as such.
  let master = masterKey
  let keys: WorkspaceKeys = await loadWorkspaceKeys(pg, master)
  const derivers = new Map<number, { customer: (salt: Uint8Array) => string; secret: KeyObject }>()

  const derive = (version: number) => {
    const known = derivers.get(version)
    if (known) return known
    const key = keys.seal.get(version)?.key
    if (!key) throw problem.keyNotLoaded({ version })
    const made = {
      customer: keyedHash(key, 'zhiyin customer key'),
      secret: createSecretKey(keyedHash(key)('zhiyin system secret'), 'hex'),
    }
    derivers.set(version, made)
    return made
  }
  const index = keyedHash(Buffer.from(keyedHash(keys.index)('zhiyin blind index'), 'hex'))
  const alias = keyedHash(Buffer.from(keyedHash(keys.index)('zhiyin pseudonym'), 'hex'))

  const currentVersion = () => {
    const time = now().getTime()
    for (const [version, { retiredAtMs }] of keys.seal) if (retiredAtMs > time) return version
    throw problem.keyNotLoaded()
  }
  const customerKey = (version: number, salt: Uint8Array) => createSecretKey(derive(version).customer(salt), 'hex')
  const openBytes: Vault['openBytes'] = (key, place, sealed) => {
    if (!key) throw problem.cannotOpen({ place, reason: 'shredded' })
    return openWith(customerKey(versionOf(sealed), key.salt), place, sealed)
  }

  return Object.freeze<Vault>({
    newCustomerKey: () => {
      const salt = new Uint8Array(saltBytes)
      fillRandom(salt, 0, saltBytes)
      return { salt, keyVersion: currentVersion() }
    },
    seal: ({ salt }, place, plaintext) => {
      const version = currentVersion()
      return sealWith(customerKey(version, salt), version, place, plaintext)
    },
    open: (key, place, sealed) => openBytes(key, place, sealed).toString(),
    openBytes,
    blindIndex: (kind, value) => uuidFrom(index(`${kind}:${value}`)),
    pseudonym: (customerNo) => `customer:${alias(String(customerNo)).slice(0, 32)}`,
    sealSecret: (place, plaintext) => {
      const version = currentVersion()
      return sealWith(derive(version).secret, version, place, plaintext).toString('base64url')
    },
    openSecret: (place, sealed) => {
      const bytes = Buffer.from(sealed, 'base64url')
      return openWith(derive(versionOf(bytes)).secret, place, bytes).toString()
    },
    keyVersion: currentVersion,
    isStale: (sealed) => versionOf(sealed) < currentVersion(),
    rotateMaster: async (pg, next) => {
      await rewrapWorkspaceKeys(pg, master, next)
      master = next
    },
    rotateWorkspaceKey: async (pg, activeInMs = 0) => {
      const version = await addSealKey(pg, master, new Date(now().getTime() + activeInMs))
      keys = await loadWorkspaceKeys(pg, master)
      return version
    },
    refresh: async (pg) => {
      keys = await loadWorkspaceKeys(pg, master)
    },
  })
}
