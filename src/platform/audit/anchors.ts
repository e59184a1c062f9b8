import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Pg } from '../ctx.ts'
import { inTransaction } from '../postgres/in-transaction.ts'
import { readSecret, secretOrNew } from '../vault/secrets.ts'
import type { Vault } from '../vault/vault.ts'
import { canonicalJson } from './canonical-json.ts'
import { merkleTree } from './chain.ts'
import { problem } from './problem.ts'
import type { Anchor } from './shapes.ts'
import './tables.ts'

/** The second store: one signed anchor a line. Copy it off the machine, print it. */
export const anchorsFile = 'audit-anchors.jsonl'
const signingKeyName = 'audit.anchor'
const anchorLock = 7_261_003
const pageRows = 20_000

const Statement = z.object({
  from: z.int().min(1),
  to: z.int().min(1),
  root: z.string().regex(/^[0-9a-f]{64}$/),
  head: z.string().regex(/^[0-9a-f]{64}$/),
  ts: z.string(),
})
const Line = z.object({ statement: z.string(), signature: z.string() })

export interface SignedAnchor {
  statement: string
  signature: string
}

// The prefix keeps a signature under an anchor from passing as one under anything else.
const signedBytes = (statement: string) => Buffer.from(`zhiyin audit anchor\n${statement}`)

const newSigningKey = () =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')

const privateKeyOf = (secret: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(secret, 'base64'), format: 'der', type: 'pkcs8' })

/** The key that anchors are checked with, or undefined when nothing was ever signed. */
export const verifyingKey = async (vault: Vault, pg: Pg): Promise<KeyObject | undefined> => {
  const secret = await readSecret(vault, pg, signingKeyName)
  return secret === undefined ? undefined : createPublicKey(privateKeyOf(secret))
}

/** @throws audit.signingKeyMissing when there are anchors but no key: a new one would hide that the old one is gone */
const signingKey = async (vault: Vault, pg: Pg, anchored: boolean): Promise<KeyObject> => {
  if (!anchored) return privateKeyOf(await secretOrNew(vault, pg, signingKeyName, newSigningKey))
  const secret = await readSecret(vault, pg, signingKeyName)
  if (secret === undefined) throw problem.signingKeyMissing()
  return privateKeyOf(secret)
}

/** What an anchor says, or undefined when it is malformed or not signed by this key. */
export const checkedAnchor = ({ statement, signature }: SignedAnchor, key: KeyObject): Anchor | undefined => {
  const parsed = Statement.safeParse(parseJson(statement))
  if (!parsed.success || !verify(null, signedBytes(statement), key, Buffer.from(signature, 'base64'))) return undefined
  return parsed.data
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const anchorsInDatabase = async (pg: Pg): Promise<(SignedAnchor & { to: number })[]> => {
  const rows = await pg.selectFrom('platform.audit_anchor').selectAll().orderBy('to_seq').execute()
  return rows.map(({ to_seq, statement, signature }) => ({ to: to_seq, statement, signature }))
}

/** The lines of the file in order; a line that is none (cut off by a crash, or written by hand) is undefined. */
export const anchorsInFile = (dir: string): (SignedAnchor | undefined)[] => {
  let text: string
  try {
    text = readFileSync(join(dir, anchorsFile), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Line.safeParse(parseJson(line)).data)
}

const appendToFile = (dir: string, anchor: SignedAnchor) => {
  mkdirSync(dir, { recursive: true })
  const file = openSync(join(dir, anchorsFile), 'a', 0o600)
  try {
    // The newline comes first as well: a line that a crash cut off must not swallow this one.
    writeSync(file, `\n${JSON.stringify(anchor)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Signs the records since the last anchor. The file is written before the database; an anchor that a crash left in the
 * file only is taken over by the next run. Two processes at once make one anchor.
 * @returns undefined when there is nothing new
 */
export const writeAnchor = async (
  { pg, now }: { pg: Pg; now: () => Date },
  { vault, dir }: { vault: Vault; dir: string },
): Promise<Anchor | undefined> => {
  const lastTo = async (pg: Pg) => (await anchorsInDatabase(pg)).at(-1)?.to ?? 0
  const stored = await lastTo(pg)
  const inFile = anchorsInFile(dir)
  const key = await signingKey(vault, pg, stored > 0 || inFile.length > 0)
  const publicKey = createPublicKey(key)
  const insert = (pg: Pg, to: number, { statement, signature }: SignedAnchor) =>
    pg.insertInto('platform.audit_anchor').values({ to_seq: to, statement, signature }).execute()

  // The lock is held only around the end: reading many records must not stop the writers of an embedded database.
  const onceFrom = <T>(from: number, run: (pg: Pg) => Promise<T>) =>
    inTransaction(pg, async (pg) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(anchorLock)})`.execute(pg)
      return (await lastTo(pg)) === from ? run(pg) : undefined
    })

  let last = stored
  for (const signed of inFile) {
    const anchor = signed && checkedAnchor(signed, publicKey)
    if (!anchor || anchor.from !== last + 1) continue
    await onceFrom(last, (pg) => insert(pg, anchor.to, signed))
    last = anchor.to
  }

  const { tree, to, head } = await treeAfter(pg, last)
  if (to === last) return undefined
  const anchor: Anchor = { from: last + 1, to, root: tree.root(), head, ts: now().toISOString() }
  const statement = canonicalJson({ ...anchor })
  const signed = { statement, signature: sign(null, signedBytes(statement), key).toString('base64') }
  return onceFrom(last, async (pg) => {
    appendToFile(dir, signed)
    await insert(pg, to, signed)
    return anchor
  })
}

/** The records after `last` as a tree; in pages by number for the reason given in verify.ts. */
const treeAfter = async (pg: Pg, last: number) => {
  const tree = merkleTree()
  const end = (await pg.selectFrom('platform.audit_head').select('seq').executeTakeFirst())?.seq ?? 0
  let to = last
  let head = ''
  for (let after = last; after < end; after += pageRows) {
    const { rows } = await sql<{ hashes: string | null; highest: number }>`
      select string_agg(encode(hash, 'hex'), ' ' order by seq) as hashes, max(seq) as highest
      from platform.audit where seq > ${after} and seq <= ${Math.min(end, after + pageRows)}`.execute(pg)
    const [page] = rows
    if (!page?.hashes) continue
    for (const hash of page.hashes.split(' ')) {
      tree.add(hash)
      head = hash
    }
    to = page.highest
  }
  return { tree, to, head }
}
