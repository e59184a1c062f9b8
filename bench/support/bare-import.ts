import { createReadStream } from 'node:fs'
import { runPeer } from './processes.ts'

/**
 * The least a store of customers can do with the file: COPY it as it is, Postgres doing the parsing, into one table of
 * text columns with a primary key, in the same embedded Postgres. No identities, no types, no encryption, no second store.
 */
export const bareImport = (file: string, dir: string): Promise<{ rows: number; seconds: number }> =>
  runPeer(import.meta.filename, [file, dir])

/** Rows in one COPY. */
const chunkBytes = 2_000_000

const copy = async (file: string, dir: string): Promise<{ rows: number; seconds: number }> => {
  const { PGlite } = await import('@electric-sql/pglite')
  const pg = await PGlite.create(dir)
  const startedAt = performance.now()
  let rest = ''
  let table = false
  const store = async (text: string) => {
    let body = text
    if (!table) {
      const end = text.indexOf('\n')
      const [key, ...others] = text.slice(0, end).trim().split(',')
      await pg.exec(`create table bare (${key} text primary key, ${others.map((name) => `${name} text`).join(', ')})`)
      table = true
      body = text.slice(end + 1)
    }
    await pg.query("copy bare from '/dev/blob' with (format csv)", [], { blob: new Blob([body]) })
  }
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: chunkBytes })) {
    const text = rest + String(chunk)
    // The made-up company has no line breaks inside its values.
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    if (end > 0) await store(text.slice(0, end))
  }
  if (rest !== '') await store(rest)
  const seconds = (performance.now() - startedAt) / 1_000
  const { rows } = await pg.query<{ count: number }>('select count(*)::int as count from bare')
  await pg.close()
  return { rows: rows[0]?.count ?? 0, seconds }
}

const [file, dir] = process.argv.slice(2)
if (import.meta.main && file !== undefined && dir !== undefined)
  process.stdout.write(`${JSON.stringify(await copy(file, dir))}\n`)
