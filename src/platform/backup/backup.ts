import { constants } from 'node:fs'
import { cp, mkdir, readdir, readFile, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quoted } from '../clickhouse/literal.ts'
import type { Ctx } from '../ctx.ts'
import { listFiles, type Manifest, manifestName, newManifest } from './manifest.ts'
import { whileHeld } from './pause.ts'
import { problem } from './problem.ts'

/** In the data folder and never in a backup: they belong to the running process, or are taken apart from it. */
const left = /^(?:postgres|clickhouse|zhiyin\.sock|\.?zhiyin\.lock.*|master\.key.*)$/
/** A copy on a file system that can share blocks takes no time and no room; elsewhere it is an ordinary one. */
const copyOptions = { recursive: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE } as const

const bytesBelow = async (dir: string): Promise<number> => (await sizes(dir)).reduce((sum, bytes) => sum + bytes, 0)

const sizes = async (dir: string): Promise<number[]> => {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0),
  )
}

/**
 * A consistent copy of both embedded stores and the files while the program runs. Writers hold still while the stores are
 * copied (their requests wait), so every event has its customer; sizes and hashes are taken afterwards.
 * @param dir folder to make; it must not exist or be empty
 * @param withKeys also the master key: whoever has the copy can then read everything in it
 * @throws backup.ofServers, backup.notEmpty, backup.noRoom
 */
export const makeBackup = async (
  ctx: Ctx,
  { dir, withKeys, program }: { dir: string; withKeys: boolean; program: string },
): Promise<Manifest> => {
  if (ctx.store.mode !== 'embedded' || ctx.ch.mode !== 'embedded') {
    throw problem.ofServers({
      remedy:
        'Stop the processes or their traffic, then run pg_dump -Fc for PostgreSQL and BACKUP DATABASE … TO … for ClickHouse, PostgreSQL first; copy the data folder (master.key, files) as well',
    })
  }
  await mkdir(dir, { recursive: true, mode: 0o700 })
  if ((await readdir(dir)).length > 0) throw problem.notEmpty({ dir })
  const needed = await bytesBelow(ctx.dataDir.root)
  const { bavail, bsize } = await statfs(dir)
  if (bavail * bsize < needed * 1.1)
    throw problem.noRoom({ neededBytes: Math.ceil(needed * 1.1), freeBytes: bavail * bsize })

  const { database } = ctx.ch.topology
  const at = ctx.now()
  await ctx.store.script('checkpoint')
  const heldMs = await whileHeld(ctx, async () => {
    const from = performance.now()
    // The open transaction keeps the one connection of the embedded Postgres, so nothing changes its files. What it commits
    // is in its log on disk by then; the copy is what a crash at this moment would leave, from which Postgres recovers.
    await ctx.pg.transaction().execute(async () => {
      await Promise.all([
        cp(ctx.dataDir.postgres, join(dir, 'postgres'), copyOptions),
        // Where a backup goes is no place for a parameter; the name comes from the settings, the path is quoted.
        ctx.ch.command(`backup database \`${database}\` to File(${quoted(join(dir, 'clickhouse'))})`),
      ])
    })
    return performance.now() - from
  })
  for (const name of await readdir(ctx.dataDir.root)) {
    if (!left.test(name)) await cp(join(ctx.dataDir.root, name), join(dir, 'root', name), copyOptions)
  }
  if (withKeys) {
    await mkdir(join(dir, 'keys'), { mode: 0o700 })
    await writeFile(
      join(dir, 'keys', 'master.key'),
      ctx.config.masterKey ?? (await readFile(join(ctx.dataDir.root, 'master.key'))),
      { mode: 0o600 },
    )
  }
  const manifest = newManifest({
    program,
    postgres: await ctx.store.version(),
    clickhouse: await ctx.ch.version(),
    database,
    at: at.toISOString(),
    heldMs: Math.round(heldMs),
    withKeys,
    files: await listFiles(dir),
  })
  // Last: a folder without it is no backup.
  await writeFile(join(dir, manifestName), JSON.stringify(manifest, undefined, 1), { mode: 0o600 })
  await ctx.audit.record(ctx, {
    action: 'backup.make',
    detail: {
      files: manifest.files.length,
      bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
      heldMs: manifest.heldMs,
      withKeys,
    },
  })
  return manifest
}
