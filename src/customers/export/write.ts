import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Ctx, mask } from '#platform'
import { identifierKinds, isKind, rulesOf } from '../identity/kinds.ts'
import { type TableRow, writeTable } from '../import/write-table.ts'
import { maskTrait, type UnmaskedPerson, unmaskedPeople } from '../profile.ts'
import { problem } from './problem.ts'
import type { ExportFormat } from './store.ts'

export interface ExportOptions {
  /** Customer numbers in blocks; merged ones are written as the person they belong to. */
  people: AsyncIterable<readonly number[]>
  format: ExportFormat
  /** Kinds of identifiers and names of traits; null: all there are. */
  columns: readonly string[] | null
  unmasked: boolean
  path: string
  onProgress?: (written: number) => Promise<void>
  signal?: AbortSignal | undefined
}

/** Several values of one kind stand in one cell. */
const between = '; '
const blockSize = 500
const progressEvery = 2_000

/**
 * Writes customers into a file (mode 0600), masked unless asked otherwise. Bounded memory. Whoever passes `unmasked` has
 * checked the right to it and records it.
 * @param traitNames the dictionary's names
 * @returns rows, bytes and SHA-256 of the file
 * @throws customers.exportColumnUnknown
 */
export const writeCustomers = async (
  ctx: Ctx,
  { people, format, columns, unmasked, path, onProgress, signal }: ExportOptions,
  traitNames: readonly string[],
): Promise<{ written: number; bytes: number; sha256: string }> => {
  const unknown = columns?.filter((column) => !isKind(column) && !traitNames.includes(column)) ?? []
  if (unknown.length > 0) throw problem.exportColumnUnknown({ columns: unknown })
  const chosen = columns ?? [...identifierKinds, ...traitNames]
  const hash = createHash('sha256')
  let bytes = 0
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const rows = async function* (): AsyncGenerator<TableRow> {
    let written = 0
    for await (const block of people) {
      for (let at = 0; at < block.length; at += blockSize) {
        signal?.throwIfAborted()
        for (const person of await unmaskedPeople(ctx, block.slice(at, at + blockSize))) {
          yield rowOf(person, chosen, unmasked)
          written += 1
          if (written % progressEvery === 0) await onProgress?.(written)
        }
      }
    }
  }
  const written = pipeline(counted, createWriteStream(path, { mode: 0o600 }))
  const [count] = await Promise.all([
    writeTable(format, ['customerId', 'createdAt', ...chosen], rows(), counted, { sheet: 'Customers' }),
    written,
  ])
  return { written: count, bytes, sha256: hash.digest('hex') }
}

const rowOf = (
  { no, createdAt, identifiers, traits }: UnmaskedPerson,
  columns: readonly string[],
  unmasked: boolean,
): TableRow => {
  const cells: [string, string | number | boolean][] = []
  for (const column of columns) {
    if (isKind(column)) {
      const values = identifiers.flatMap(({ kind, value }) =>
        kind === column ? [unmasked || !rulesOf[kind].personal ? value : mask(kind, value)] : [],
      )
      if (values.length > 0) cells.push([column, values.join(between)])
      continue
    }
    const trait = traits.get(column)
    if (trait) cells.push([column, trait.personal && !unmasked ? maskTrait(column, trait.value) : trait.value])
  }
  return { customerId: no, createdAt: createdAt.toISOString(), ...Object.fromEntries(cells) }
}
