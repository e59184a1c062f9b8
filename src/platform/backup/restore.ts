import { constants } from 'node:fs'
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openClickHouse } from '../clickhouse/clickhouse.ts'
import { quoted } from '../clickhouse/literal.ts'
import { takeDataDir } from '../data-dir.ts'
import { type Manifest, readManifest, verifyFiles } from './manifest.ts'
import { problem } from './problem.ts'

const copyOptions = { recursive: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE } as const

/**
 * Puts a backup into an empty data folder. The caller then opens the program on it once and disarms sending.
 * @param masterKey value of ZHIYIN_MASTER_KEY, or undefined
 * @param keyFile a saved `master.key`
 * @throws backup.notABackup, backup.damaged, backup.notEmpty, backup.keyMissing, platform.dataDirLocked
 */
export const restoreBackup = async ({
  from,
  dataDir: root,
  masterKey,
  keyFile,
  database,
}: {
  from: string
  dataDir: string
  masterKey: string | undefined
  keyFile: string | undefined
  /** Name of the ClickHouse database in the new place. */
  database: string
}): Promise<Manifest> => {
  const manifest = await readManifest(from)
  const held = await readdir(root).catch(() => [])
  if (held.length > 0)
    throw problem.notEmpty({ dir: root, remedy: 'restore into a new folder, then point ZHIYIN_DATA_DIR to it' })
  const key = await keyOf({ from, manifest, keyFile })
  if (key === undefined && masterKey === undefined) {
    throw problem.keyMissing({ remedy: 'Set ZHIYIN_MASTER_KEY, or give the saved master.key with --master-key' })
  }
  await verifyFiles(from, manifest)

  const dataDir = takeDataDir(root)
  try {
    if (key !== undefined) await writeFile(join(root, 'master.key'), key, { mode: 0o600 })
    await cp(join(from, 'postgres'), dataDir.postgres, copyOptions)
    if (await stat(join(from, 'root')).catch(() => undefined)) await cp(join(from, 'root'), root, copyOptions)
    await mkdir(dataDir.clickhouse, { recursive: true })
    const ch = await openClickHouse({ dir: dataDir.clickhouse, database })
    try {
      await ch.command(
        `restore database \`${manifest.database}\` as \`${database}\` from File(${quoted(join(from, 'clickhouse'))})`,
      )
    } finally {
      await ch.close()
    }
  } finally {
    dataDir.release()
  }
  return manifest
}

const keyOf = async ({
  from,
  manifest,
  keyFile,
}: {
  from: string
  manifest: Manifest
  keyFile: string | undefined
}): Promise<Buffer | undefined> => {
  if (keyFile !== undefined) return readFile(keyFile)
  return manifest.withKeys ? readFile(join(from, 'keys', 'master.key')) : undefined
}
