import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { z } from 'zod'
import { problem } from './problem.ts'

export const manifestName = 'manifest.json'
const format = 1

const Manifest = z.object({
  format: z.number().int(),
  program: z.string(),
  postgres: z.string(),
  clickhouse: z.string(),
  database: z.string().regex(/^\w+$/),
  at: z.iso.datetime(),
  /** How long writes waited. */
  heldMs: z.number(),
  withKeys: z.boolean(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
})
export type Manifest = z.infer<typeof Manifest>

export const newManifest = (given: Omit<Manifest, 'format'>): Manifest => ({ format, ...given })

const streamBytes = 1_048_576

/** Of thousands of small files each is read at once: a stream's buffer for each of them keeps the collector busy for seconds. */
const sha256Of = async (path: string, bytes: number): Promise<string> => {
  const hash = createHash('sha256')
  if (bytes <= streamBytes) hash.update(await readFile(path))
  else for await (const chunk of createReadStream(path, { highWaterMark: streamBytes })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** All files below a folder with size and hash, by path; the manifest itself is left out. */
export const listFiles = async (dir: string): Promise<Manifest['files']> => {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => relative(dir, path) !== manifestName)
    .sort()
  const files: Manifest['files'] = []
  for (const path of paths) {
    const bytes = (await stat(path)).size
    files.push({ path: relative(dir, path).split(sep).join('/'), bytes, sha256: await sha256Of(path, bytes) })
  }
  return files
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @throws backup.notABackup, backup.newer */
export const readManifest = async (dir: string): Promise<Manifest> => {
  const text = await readFile(join(dir, manifestName), 'utf8').catch(() => undefined)
  if (text === undefined) throw problem.notABackup({ dir, remedy: 'a backup that was cut off has no manifest.json' })
  const parsed = Manifest.safeParse(jsonOf(text))
  if (!parsed.success) throw problem.notABackup({ dir })
  if (parsed.data.format > format) throw problem.newer({ program: parsed.data.program })
  return parsed.data
}

/** Compares every file with the list. @throws backup.damaged naming the first ten that differ, lack or are too many */
export const verifyFiles = async (dir: string, { files }: Manifest): Promise<void> => {
  const found = new Map((await listFiles(dir)).map((file) => [file.path, file]))
  const wrong: string[] = []
  for (const { path, bytes, sha256 } of files) {
    const now = found.get(path)
    if (!now) wrong.push(`${path} is missing`)
    else if (now.bytes !== bytes || now.sha256 !== sha256) wrong.push(`${path} was changed`)
    found.delete(path)
  }
  for (const path of found.keys()) wrong.push(`${path} does not belong to it`)
  if (wrong.length > 0) throw problem.damaged({ files: wrong.slice(0, 10), count: wrong.length })
}
