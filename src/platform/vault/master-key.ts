import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { problem } from './problem.ts'

const keyBytes = 32
export const masterKeyFile = 'master.key'

/**
 * The key that wraps all others. Comes from the setting when there is one, else from `master.key` in the data folder,
 * which is made at first start, readable by its owner only.
 * @param given value of ZHIYIN_MASTER_KEY: 64 hexadecimal digits, or 32 bytes in base64 or base64url
 * @param dir data folder; made when missing
 * @returns a KeyObject, which shows nothing when printed or logged
 * @throws vault.masterKeyShape, vault.masterKeyExposed (the file's mode is wider than 0600)
 */
export const loadMasterKey = ({ given, dir }: { given?: string | undefined; dir: string }): KeyObject => {
  if (given) return createSecretKey(decode(given, 'ZHIYIN_MASTER_KEY'))
  const path = join(dir, masterKeyFile)
  if (!exists(path)) {
    mkdirSync(dir, { recursive: true })
    create(path, randomBytes(keyBytes))
  }
  const mode = statSync(path).mode & 0o777
  if (mode & 0o077) throw problem.masterKeyExposed({ file: path, mode: mode.toString(8) })
  return createSecretKey(decode(readFileSync(path, 'utf8').trim(), path))
}

/**
 * Replaces the key file. The new key is first written beside it as `master.key.next`, then `rewrap` runs (rotateMaster),
 * then the file takes its name: a crash in between leaves both keys on disk, and the next start finishes it (openVaultOf).
 */
export const replaceMasterKeyFile = async (dir: string, rewrap: (next: KeyObject) => Promise<void>): Promise<void> => {
  const path = join(dir, masterKeyFile)
  const nextPath = `${path}.next`
  const next = randomBytes(keyBytes)
  write(nextPath, next)
  await rewrap(createSecretKey(next))
  renameSync(nextPath, path)
}

/** The key that a change of the key file was about to put in force when the process ended; undefined when there is none. */
export const nextMasterKey = (dir: string): KeyObject | undefined => {
  const path = `${join(dir, masterKeyFile)}.next`
  return exists(path) ? createSecretKey(decode(readFileSync(path, 'utf8').trim(), path)) : undefined
}

/** Gives that key the file's name. */
export const adoptNextMasterKey = (dir: string): void =>
  renameSync(`${join(dir, masterKeyFile)}.next`, join(dir, masterKeyFile))

const decode = (text: string, from: string): Buffer => {
  const key = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, 'hex')
    : /^[\w+/-]{43}=?$/.test(text)
      ? Buffer.from(text, 'base64')
      : undefined
  if (key?.length !== keyBytes) throw problem.masterKeyShape({ from })
  return key
}

const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined

/** Whole or not at all: two first starts at once end with one key, and a crash leaves no half of one. */
const create = (path: string, key: Buffer) => {
  const draft = `${path}.${process.pid}`
  write(draft, key)
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!exists(path)) throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

const write = (path: string, key: Buffer) => {
  rmSync(path, { force: true })
  const file = openSync(path, 'wx', 0o600)
  writeSync(file, `${key.toString('base64')}\n`)
  fsyncSync(file)
  closeSync(file)
}
