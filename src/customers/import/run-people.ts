import { sql } from 'kysely'
import { type RefusedWord, recordConsents, type StoredWord, type Word } from '#compliance'
import type { Ctx } from '#platform'
import {
  type Applied,
  applySightings,
  keyIdentifiers,
  type NewPeople,
  planNew,
  type Sighting,
  takeNumbers,
  writeNew,
} from '../identity/apply.ts'
import { joinParts, partNew } from '../identity/part-new.ts'
import type { Keyed } from '../identity/resolve.ts'
import { loadSeenBefore } from '../identity/seen-before.ts'
import { traitLines } from '../mirror.ts'
import { countLines, type Found, findingLine, rowInspector } from '../quality/arrival.ts'
import { mappedFields } from '../quality/mapped-fields.ts'
import { reachLines } from '../reach.ts'
import { withRetry } from '../tracking/commit.ts'
import { rowConverter } from './convert-row.ts'
import { assertColumnsFit } from './mapping.ts'
import { readRows } from './read-rows.ts'
import type { Batch, ConsentRecord, Converted, CustomerRecord, RawRow, Reject } from './record.ts'
import { openCleaning, type WashedPiece } from './run-cleaning.ts'
import { openCopier } from './run-copy.ts'
import { giveWay, type Outcome, openMeter, outcomeOf, type Run, rejectLine, rowsPerTurn } from './run-scope.ts'
import { identifierReader, traitWriter, type ValueProblem } from './run-traits.ts'
import { advance } from './store.ts'

/** Rows that are stored in one transaction. */
interface Piece {
  columns: readonly string[]
  rows: RawRow[]
  /** Stored and counted before a crash; only the copy in ClickHouse is made again. */
  again: boolean
  bytesRead: number
}

/** A piece as records and sightings, before it is stored. */
interface Prepared {
  line: number
  bytesRead: number
  again: boolean
  read: number
  sightings: Sighting[]
  keyed: Keyed[][]
  records: (CustomerRecord | ConsentRecord)[]
  rejectedRows: number
  rejectedFields: number
  rejects: string[]
  /** What the quality rules found; `record` undefined when the row was left out. */
  found: { record: number | undefined; line: number; found: readonly Found[] }[]
  counts: string
  /** What cleaning changed; undefined when the mapping asks for none. */
  washed: WashedPiece | undefined
  atMs: number
  /** People nobody knows, laid out ahead, with the places of their sightings; the other sightings are `rest`. */
  newPeople: { people: NewPeople; fresh: readonly number[]; rest: readonly number[] } | undefined
  unused: number[]
}

/** A piece that is durable in Postgres. */
interface Stored {
  prepared: Prepared
  applied: Applied
  consents: readonly StoredWord[]
  /** Words of consent that were not recorded. */
  refused: readonly { line: number; code: RefusedWord }[]
  wish: 'cancel' | 'pause' | null
}

/**
 * Rows per transaction follow the clock: others wait for the embedded store's one connection about this long. Below 1,000
 * rows the five statements around them cost more than the rows; on an idle machine 1,000 rows take about this time.
 */
const targetMs = 70
const fewest = 1_000
const most = 4_000
/** In a file of customers; a guess, for the size of a filter. */
const bytesPerIdentifier = 30
/** Somebody was known after all; or another process wrote the same people and one of the two had to give way. */
const lookUpCodes: ReadonlySet<unknown> = new Set(['23505', '40001', '40P01'])

/** Imports customers or consents: each row is about a person, who is found or made. */
export const importPeople = async (run: Run, kind: 'customers' | 'consents'): Promise<Outcome> => {
  const { ctx, row, mapping, owner } = run
  const appliedLine = row.line
  const source = run.open()
  const batches = readRows(source, mapping.format, { startAfterLine: row.copied_line, batchRows: 2_000 })
  const copier = openCopier(ctx, row.copied_line)
  const meter = openMeter()
  const traits = traitWriter(mapping, run.dictionary)
  const identifiersOf = identifierReader(mapping)
  const numbers = openNumbers(ctx)
  const rules = await run.quality.rules.current(ctx)
  const cleaning = await openCleaning(run, kind)
  let size = 1_000
  // Most of a file are people nobody knows, who need no look-up; should somebody become known meanwhile, the unique key says so.
  const seen = await loadSeenBefore(ctx, row.file_bytes / bytesPerIdentifier)
  let convert: ReturnType<typeof rowConverter> | undefined
  let mapped = mappedFields(mapping, [])
  let storing: Promise<Stored | undefined> = Promise.resolve(undefined)
  let lastAtMs = 0

  const prepare = async ({ columns, rows, again, bytesRead }: Piece): Promise<Prepared> => {
    if (!convert) {
      if (mapping.format.type !== 'jsonl') assertColumnsFit(mapping, columns)
      const cleaned = await cleaning?.begin(columns)
      convert = rowConverter(cleaned?.mapping ?? mapping, kind, cleaned?.columns ?? columns)
      mapped = mappedFields(cleaned?.mapping ?? mapping, columns)
    }
    // Pieces have different instants, so that the later of two rows about one person counts.
    lastAtMs = Math.max(ctx.now().getTime(), lastAtMs + 1)
    const atMs = lastAtMs
    const prepared: Prepared = {
      line: rows.at(-1)?.line ?? 0,
      bytesRead,
      again,
      read: rows.length,
      sightings: [],
      keyed: [],
      records: [],
      rejectedRows: 0,
      rejectedFields: 0,
      rejects: [],
      found: [],
      counts: '',
      atMs,
      washed: undefined,
      newPeople: undefined,
      unused: [],
    }
    const reject = (told: Omit<Reject, 'number' | 'code'> & { code: string }, isRow: boolean) =>
      prepared.rejects.push(rejectLine(row.id, atMs, told, isRow))
    const inspector = rules.traits.size > 0 ? rowInspector(rules, mapped) : undefined
    for (let at = 0; at < rows.length; at += rowsPerTurn) {
      for (const raw of rows.slice(at, at + rowsPerTurn)) {
        const washed = cleaning?.wash(raw)
        if (washed && 'reject' in washed) {
          prepared.rejectedRows += 1
          reject(washed.reject, true)
          continue
        }
        const converted = convert(washed?.row ?? raw)
        if (inspector && !(converted.ok && converted.record.kind === 'event')) {
          const { found, rejects } = inspector.inspect(converted as Converted<CustomerRecord | ConsentRecord>)
          const record = converted.ok ? prepared.records.length : undefined
          if (found.length > 0) prepared.found.push({ record, line: raw.line, found })
          converted.fields.push(...rejects)
        }
        prepared.rejectedFields += converted.fields.length
        for (const field of converted.fields) reject(field, false)
        if (converted.ok && converted.record.kind !== 'event') prepared.records.push(converted.record)
        else if (!converted.ok) {
          prepared.rejectedRows += 1
          reject(converted.reject, true)
        }
      }
      await giveWay()
    }
    prepared.washed = cleaning?.takePiece(prepared.line, rows.length)
    if (inspector)
      prepared.counts = countLines(inspector.tally, { atMs, sourceId: 0, importId: row.id, line: prepared.line })
    const { records } = prepared
    await traits.learn(
      ctx,
      records.flatMap((record) => (record.kind === 'customer' ? [record] : [])),
    )
    for (let at = 0; at < records.length; at += rowsPerTurn) {
      for (const record of records.slice(at, at + rowsPerTurn)) {
        const problems: ValueProblem[] = []
        const sighting: Sighting = {
          identifiers: record.identifiers.flatMap(identifiersOf),
          mayMerge: true,
          traits: record.kind === 'customer' ? traits.write(record.traits, problems) : [],
          atMs,
          sourceId: 0,
          importId: row.id,
        }
        prepared.rejectedFields += problems.length
        for (const problem of problems) reject({ line: record.line, ...problem }, false)
        prepared.sightings.push(sighting)
        prepared.keyed.push(keyIdentifiers(ctx, sighting.identifiers))
      }
      await giveWay()
    }
    if (seen) {
      const { fresh, rest } = partNew(prepared.sightings, prepared.keyed, seen)
      if (fresh.length > 0 && !again) {
        prepared.unused = await numbers.take(fresh.length)
        const people = await planNew(
          ctx,
          itemsAt(prepared.sightings, fresh),
          itemsAt(prepared.keyed, fresh),
          () => prepared.unused.pop() ?? 0,
          giveWay,
        )
        prepared.newPeople = { people, fresh, rest }
      }
    }
    return prepared
  }

  const applyParts = async (
    tx: Ctx,
    { sightings, keyed }: Prepared,
    { people, fresh, rest }: NonNullable<Prepared['newPeople']>,
  ): Promise<Applied> => {
    const parts = [{ places: fresh, applied: await writeNew(tx, people) }]
    if (rest.length > 0)
      parts.push({ places: rest, applied: await applySightings(tx, itemsAt(sightings, rest), itemsAt(keyed, rest)) })
    return joinParts(sightings.length, parts)
  }

  const apply = async (tx: Ctx, prepared: Prepared, newPeople: Prepared['newPeople']) => {
    const applied = newPeople
      ? await applyParts(tx, prepared, newPeople)
      : await applySightings(tx, prepared.sightings, prepared.keyed)
    const nobody = applied.nos.filter((no) => no === undefined).length
    const { stored: consents, refused } =
      kind === 'consents' ? await storeConsents(tx, row.id, prepared, applied) : { stored: [], refused: [] }
    const accepted = kind === 'consents' ? consents.length : applied.isNew.filter(Boolean).length
    const rejected = prepared.rejectedRows + nobody + refused.length
    if (prepared.again) return { applied, consents, refused, wish: null }
    if (cleaning && prepared.washed) {
      const nos = new Map(prepared.records.map(({ line }, index) => [line, applied.nos[index] ?? 0]))
      await cleaning.store(tx, prepared.washed, (line) => nos.get(line) ?? 0)
    }
    const wish = await advance(tx, row.id, owner, {
      accepted,
      merged: prepared.read - rejected - accepted,
      rejected,
      fieldsRejected: prepared.rejectedFields + applied.left.length,
      line: prepared.line,
      copiedLine: copier.copiedLine(),
      bytesRead: prepared.bytesRead,
      ...meter.add(prepared.read),
    })
    return { applied, consents, refused, wish }
  }

  const store = async (prepared: Prepared): Promise<Stored> => {
    const startedAt = performance.now()
    const { applied, consents, refused, wish } = await storeOrLookUp(prepared)
    run.committer.traitsWritten(
      applied.nos.flatMap((no, index) => (no === undefined || applied.isNew[index] ? [] : no)),
    )
    const tookMs = performance.now() - startedAt
    size = Math.round(Math.min(most, Math.max(fewest, size * Math.min(1.5, Math.max(0.5, targetMs / tookMs)))))
    numbers.giveBack(prepared.unused)
    return { prepared, applied, consents, refused, wish }
  }

  const copyOver = async ({ prepared, applied, consents, refused }: Stored): Promise<void> => {
    for (const { line, code } of refused)
      prepared.rejects.push(
        rejectLine(
          row.id,
          prepared.atMs,
          { line, column: null, value: null, code, reason: refusedReasons[code] },
          true,
        ),
      )
    applied.nos.forEach((no, index) => {
      const line = prepared.records[index]?.line ?? 0
      if (no === undefined)
        prepared.rejects.push(
          rejectLine(
            row.id,
            prepared.atMs,
            {
              line,
              column: null,
              value: null,
              code: 'noIdentifier',
              reason: 'Every identifier is a placeholder that stands for nobody',
            },
            true,
          ),
        )
    })
    for (const { sighting, identifier } of applied.left) {
      const line = prepared.records[sighting]?.line ?? 0
      prepared.rejects.push(
        rejectLine(
          row.id,
          prepared.atMs,
          {
            line,
            column: identifier.kind,
            value: '***',
            code: 'identifierLimit',
            reason: 'The customer has as many identifiers of this kind as one may have',
          },
          false,
        ),
      )
    }
    const { text, count } = traitLines(withoutOverwritten(prepared.sightings, applied.nos), applied.nos)
    await copier.add({
      traits: text,
      traitRows: count,
      nos: prepared.again ? [...new Set(applied.nos.flatMap((no) => no ?? []))] : applied.created,
      touched: applied.nos.flatMap((no) => no ?? []),
      overrides: applied.overrides,
      reach: reachLines(applied.reach),
      consents,
      rejects: prepared.rejects.join(''),
      findings: prepared.found
        .flatMap(({ record, line, found }) => {
          const customerNo = (record === undefined ? undefined : applied.nos[record]) ?? 0
          const place = { atMs: prepared.atMs, customerNo, sourceId: 0, importId: row.id, line, messageId: '' }
          return found.map((one) => findingLine(one, place))
        })
        .join(''),
      counts: prepared.counts,
      line: prepared.line,
    })
  }

  const storeOrLookUp = async (prepared: Prepared) => {
    if (prepared.newPeople) {
      try {
        return await ctx.tx((tx) => apply(tx, prepared, prepared.newPeople))
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && lookUpCodes.has(error.code))) throw error
      }
    }
    return await withRetry(() => ctx.tx((tx) => apply(tx, prepared, undefined)))
  }

  /** Everything stored so far is in ClickHouse as well. */
  const settle = async (): Promise<Stored | undefined> => {
    const last = await storing
    storing = Promise.resolve(undefined)
    if (last) await copyOver(last)
    await copier.drain()
    return last
  }

  try {
    for await (const piece of pieces(batches, appliedLine, () => size)) {
      const prepared = await prepare(piece)
      // The piece before was stored while this one was made; its failure, wish or end comes first.
      const before = await storing
      const outcome = outcomeOf(before?.wish ?? null)
      if (outcome || run.isStopping()) {
        await settle()
        return outcome ?? 'released'
      }
      if (run.gate.isHeld()) {
        await settle()
        await run.gate.park()
        storing = store(prepared)
      } else {
        // Postgres first: it works on this piece while the one before is made ready for ClickHouse.
        storing = store(prepared)
        storing.catch(() => undefined)
        if (before) await copyOver(before)
      }
      // Awaited above or below; until then a failure is not unhandled.
      storing.catch(() => undefined)
    }
    const last = await settle()
    return outcomeOf(last?.wish ?? null) ?? 'done'
  } finally {
    source.destroy()
    await storing.catch(() => undefined)
  }
}

const itemsAt = <T>(items: readonly T[], places: readonly number[]): T[] =>
  places.flatMap((place) => {
    const item = items[place]
    return item === undefined ? [] : [item]
  })

/** Slices of a size that may change meanwhile; no slice holds both rows that were stored before a crash and others. */
async function* pieces(batches: AsyncIterable<Batch>, appliedLine: number, size: () => number): AsyncGenerator<Piece> {
  let bytesRead = 0
  for await (const { columns, rows, bytesRead: bytes } of batches) {
    for (let at = 0; at < rows.length; ) {
      const again = (rows[at]?.line ?? 0) <= appliedLine
      let end = Math.min(rows.length, at + size())
      // A remainder of a few rows is not worth a transaction of its own.
      if (rows.length - end < fewest) end = rows.length
      if (again) while ((rows[end - 1]?.line ?? 0) > appliedLine) end -= 1
      if (end === rows.length) bytesRead = bytes
      yield { columns, rows: rows.slice(at, end), again, bytesRead }
      at = end
    }
  }
}

const numbersAtOnce = 10_000

/** Customer numbers, asked for in thousands and ahead: the one connection is busy with the piece before. */
const openNumbers = (ctx: Ctx) => {
  let held: number[] = []
  let refilling: Promise<void> | undefined
  const refill = () => {
    refilling ??= takeNumbers(ctx, numbersAtOnce)
      .then((more) => {
        // Highest first, taken from the end: numbers rise along the file.
        held = [...more, ...held]
      })
      .finally(() => {
        refilling = undefined
      })
    return refilling
  }
  return {
    take: async (count: number): Promise<number[]> => {
      while (held.length < count) await refill()
      if (held.length < numbersAtOnce) refill().catch(() => undefined)
      return held.splice(held.length - count, count)
    },
    giveBack: (numbers: number[]) => {
      held.push(...numbers.splice(0))
    },
  }
}

/** In a piece that names a person twice the later row counts, as in Postgres: both rows would carry the same instant. */
const withoutOverwritten = (sightings: readonly Sighting[], nos: Applied['nos']): readonly Sighting[] => {
  if (new Set(nos).size === nos.length) return sightings
  const written = new Set<string>()
  return sightings
    .map((sighting, index) => ({ sighting, no: nos[index] }))
    .reverse()
    .map(({ sighting, no }) => ({
      ...sighting,
      traits: sighting.traits.filter(({ name }) => {
        const key = `${no} ${name}`
        return !written.has(key) && written.add(key)
      }),
    }))
    .reverse()
}

/** @returns the words that had not been stored before, of a piece that is stored again all of them, for the copy; and refused ones */
const storeConsents = async (
  tx: Ctx,
  importId: number,
  { records, again }: Prepared,
  { nos }: Applied,
): Promise<{ stored: readonly StoredWord[]; refused: readonly { line: number; code: RefusedWord }[] }> => {
  const lines: number[] = []
  const words = records.flatMap((record, index): Word[] => {
    const no = nos[index]
    if (record.kind !== 'consent' || no === undefined) return []
    const { purpose, channel, status, at, noticeVersion, method, evidence, details } = record
    const { expiresAt, ...rest } = details
    lines.push(record.line)
    return [
      {
        customerNo: no,
        purpose,
        channel: channel ?? null,
        status,
        at: new Date(at),
        noticeVersion: noticeVersion ?? null,
        expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
        source: 'import',
        importId,
        evidence: { ...(method !== undefined && { method }), ...(evidence !== undefined && { evidence }), ...rest },
      },
    ]
  })
  // The copier brings them to ClickHouse with the rest of the piece.
  const { stored, refused } = await recordConsents(tx, words, { tell: false })
  const told = [...refused].map(([at, code]) => ({ line: lines[at] ?? 0, code }))
  if (!again || words.length === 0) return { stored, refused: told }
  const rows = words.map(({ customerNo, purpose, channel, status, at }) => ({
    no: customerNo,
    purpose,
    channel: channel ?? '',
    status,
    at: at.toISOString(),
  }))
  const { rows: known } = await sql<StoredWord>`
    select distinct c.id::text as id, c.customer_no, c.purpose, c.channel, c.status, c.at
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as given (no int, purpose text, channel text, status text, at timestamptz)
    join compliance.consent c
      on c.customer_no = given.no and c.purpose = given.purpose and c.channel = given.channel and c.at = given.at and c.status = given.status`.execute(
    tx.pg,
  )
  return { stored: known, refused: told }
}

const refusedReasons: Record<RefusedWord, string> = {
  separateTogether: 'One act cannot give several consents of which one must be separate',
  stopped: 'The number refused by reply; an import cannot subscribe it again',
}
