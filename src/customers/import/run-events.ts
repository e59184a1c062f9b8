import { type Ctx, ch } from '#platform'
import type { Identifier } from '../identity/kinds.ts'
import { seenBefore } from '../identity/seen-before.ts'
import type { Prepared } from '../tracking/message.ts'
import { messageHash } from '../tracking/seen.ts'
import { rowConverter } from './convert-row.ts'
import { assertColumnsFit } from './mapping.ts'
import { readRows } from './read-rows.ts'
import type { Converted, EventRecord, Reject } from './record.ts'
import { type ImportCleaning, openCleaning, type WashedPiece } from './run-cleaning.ts'
import { storeRejects } from './run-copy.ts'
import { giveWay, type Outcome, openMeter, outcomeOf, type Run, rejectLine, rowsPerTurn } from './run-scope.ts'
import { identifierReader } from './run-traits.ts'
import { advance, type Progress } from './store.ts'

/** Rows and characters of one block. Where blocks end depends on the file alone, so a block has the same rows at every attempt. */
const blockRows = 5_000
const blockCharacters = 8_000_000
const longestEvent = 256

interface Block {
  messages: Prepared[]
  read: number
  rejectedRows: number
  rejectedFields: number
  rejects: string[]
  line: number
  bytesRead: number
  characters: number
  /** What cleaning changed; undefined when the mapping asks for none. */
  washed?: WashedPiece
}

const emptyBlock = (): Block => ({
  messages: [],
  read: 0,
  rejectedRows: 0,
  rejectedFields: 0,
  rejects: [],
  line: 0,
  bytesRead: 0,
  characters: 0,
})

/**
 * Imports events through the same committer as the tracking API: a message id counts once, whoever brought it first.
 * The counts stay right after a crash because each block is announced before it is stored, with an instant that its rows
 * carry as received: what a second attempt finds stored with that instant was this import's own, not somebody else's.
 */
export const importEvents = async (run: Run): Promise<Outcome> => {
  const { ctx, row, mapping, owner, committer } = run
  const source = run.open()
  const batches = readRows(source, mapping.format, { startAfterLine: row.line, batchRows: blockRows })
  const meter = openMeter()
  const cleaning = await openCleaning(run, 'events')
  const announced =
    row.intent_line !== null && row.intent_at !== null ? { line: row.intent_line, at: row.intent_at } : undefined
  let lastAt = announced?.at.getTime() ?? 0
  let storing: Promise<Outcome | undefined> = Promise.resolve(undefined)
  let counted: Progress | undefined

  const store = async (block: Block): Promise<Outcome | undefined> => {
    const resumed = announced && block.line <= announced.line ? announced : undefined
    lastAt = resumed ? lastAt : Math.max(ctx.now().getTime(), lastAt + 1)
    const at = resumed?.at ?? new Date(lastAt)
    // One statement: counts of the block before, and that this one begins.
    const wish = await advance(ctx, row.id, owner, {
      ...(counted ?? nothingYet(row)),
      intent: { line: block.line, at },
    })
    counted = undefined
    const outcome = outcomeOf(wish)
    if (outcome) return outcome
    for (const message of block.messages) message.receivedAtMs = at.getTime()
    const own = resumed ? await ownHashes(ctx, row.id, at, block.messages) : new Set<bigint>()
    const fates = await committer.add(block.messages)
    await storeRejects(ctx, block.rejects.join(''))
    const { washed } = block
    // Who became whose is not known here: originals are kept by their line.
    if (washed) await ctx.tx(async (tx) => cleaning?.store(tx, washed, () => 0))
    let accepted = 0
    fates.forEach((fate, index) => {
      const hash = messageHash(block.messages[index]?.messageId ?? '')
      // `delete` tells the first row with this id from its repetitions.
      if (fate === 'stored' || own.delete(hash)) accepted += 1
    })
    counted = {
      accepted,
      merged: block.messages.length - accepted,
      rejected: block.rejectedRows,
      fieldsRejected: block.rejectedFields,
      line: block.line,
      copiedLine: block.line,
      bytesRead: block.bytesRead,
      ...meter.add(block.read),
    }
    return run.isStopping() ? 'released' : undefined
  }
  const finish = async (outcome: Outcome): Promise<Outcome> => {
    if (counted) await advance(ctx, row.id, owner, counted)
    counted = undefined
    return outcome
  }

  try {
    const ordinals = openOrdinals()
    if (row.line > 0) await meetAgain(run, ordinals)
    // Half met, they would give wrong ids.
    if (run.isStopping()) return 'released'
    for await (const block of blocks(run, batches, cleaning, ordinals)) {
      const outcome = await storing
      if (outcome) return await finish(outcome)
      if (run.gate.isHeld()) await run.gate.park()
      storing = store(block)
      storing.catch(() => undefined)
    }
    return await finish((await storing) ?? 'done')
  } finally {
    source.destroy()
    await storing.catch(() => undefined)
  }
}

const nothingYet = (row: Run['row']): Progress => ({
  accepted: 0,
  merged: 0,
  rejected: 0,
  fieldsRejected: 0,
  line: row.line,
  copiedLine: row.line,
  bytesRead: row.bytes_read,
  rowsPerSecond: 0,
  seconds: 0,
})

/** Ids of the block that this import stored before it died. */
const ownHashes = async (ctx: Ctx, importId: number, at: Date, messages: readonly Prepared[]): Promise<Set<bigint>> => {
  const hashes = [...new Set(messages.map(({ messageId }) => messageHash(messageId)))]
  if (hashes.length === 0) return new Set()
  const rows = await ctx.ch.rows<{ h: string }>(
    ch.sql`select distinct message_hash as h from events where message_hash in (${ch.u64s(hashes)}) and import_id = ${ch.u32(importId)} and received_at = ${ch.moment(at)}`,
  )
  return new Set(rows.map(({ h }) => BigInt(h)))
}

async function* blocks(
  { ctx, row, mapping }: Run,
  batches: ReturnType<typeof readRows>,
  cleaning: ImportCleaning | undefined,
  ordinals: Ordinals,
): AsyncGenerator<Block> {
  let convert: ReturnType<typeof rowConverter<'events'>> | undefined
  const identifiersOf = identifierReader(mapping)
  let block = emptyBlock()
  const atMs = (row.started_at ?? row.created_at).getTime()
  for await (const { columns, rows, bytesRead } of batches) {
    if (!convert) {
      if (mapping.format.type !== 'jsonl') assertColumnsFit(mapping, columns)
      const cleaned = await cleaning?.begin(columns)
      convert = rowConverter(cleaned?.mapping ?? mapping, 'events', cleaned?.columns ?? columns)
    }
    let turn = 0
    for (const raw of rows) {
      const washed = cleaning?.wash(raw)
      const converted: Converted<EventRecord> =
        washed && 'reject' in washed ? { ok: false, reject: washed.reject, fields: [] } : convert(washed?.row ?? raw)
      block.read += 1
      block.line = raw.line
      block.rejectedFields += converted.fields.length
      const reject = (told: Reject, isRow: boolean) => block.rejects.push(rejectLine(row.id, atMs, told, isRow))
      for (const field of converted.fields) reject(field, false)
      if (converted.ok) {
        const message = messageOf(
          ctx,
          row.id,
          converted.record,
          converted.record.identifiers.flatMap(identifiersOf),
          ordinals,
        )
        block.messages.push(message)
        block.characters += message.properties.length + 300
      } else {
        block.rejectedRows += 1
        reject(converted.reject, true)
      }
      if (block.read >= blockRows || block.characters >= blockCharacters) {
        block.bytesRead = bytesRead
        yield withWashed(block, cleaning)
        block = emptyBlock()
      }
      turn += 1
      if (turn % rowsPerTurn === 0) await giveWay()
    }
    block.bytesRead = bytesRead
  }
  if (block.read > 0) yield withWashed(block, cleaning)
}

const withWashed = (block: Block, cleaning: ImportCleaning | undefined): Block =>
  cleaning ? { ...block, washed: cleaning.takePiece(block.line, block.read) } : block

/** How often a key came before, in the order of the file. */
type Ordinals = (key: string) => number

/** Rows of a file for which a filter of 64 MB is right but for one in some ten thousand. */
const mostRows = 26_000_000

/**
 * Two equal rows of a file are two events, wherever they stand. A filter tells the first of its kind; only those that were
 * met before are counted. Its size is fixed, so that a longer version of the file gives its first rows the ids they had.
 */
const openOrdinals = (): Ordinals => {
  const seen = seenBefore(mostRows)
  const counts = new Map<string, number>()
  return (key) => {
    if (!seen.has(key)) {
      seen.add(key)
      return 0
    }
    const before = (counts.get(key) ?? 0) + 1
    counts.set(key, before)
    return before
  }
}

/** Blocks that were stored before the process died are met again, so that rows after them get the ids they would have had. */
const meetAgain = async (run: Run, ordinals: Ordinals): Promise<void> => {
  const { row, mapping } = run
  const fromStart = { ...run, row: { ...row, line: 0 } }
  const source = run.open()
  try {
    const batches = readRows(source, mapping.format, { batchRows: blockRows })
    for await (const { line } of blocks(fromStart, batches, await openCleaning(fromStart, 'events'), ordinals)) {
      if (line >= row.line || run.isStopping()) return
      if (run.gate.isHeld()) await run.gate.park()
    }
  } finally {
    source.destroy()
  }
}

/**
 * A row without a message id gets one from what it says and how often that was said before in the file, so importing the
 * file again, or a longer version of it, counts nothing twice. Keyed, because a plain hash of a phone can be found by trying.
 */
const rowMessageId = (
  ctx: Ctx,
  { identifiers, type, event, timestamp, properties }: EventRecord,
  ordinals: Ordinals,
): string => {
  const key = ctx.vault.blindIndex('importedEvent', JSON.stringify([identifiers, type, event, timestamp, properties]))
  const before = ordinals(key)
  return before === 0 ? `row-${key}` : `row-${key}-${before}`
}

const messageOf = (
  ctx: Ctx,
  importId: number,
  record: EventRecord,
  identifiers: Identifier[],
  ordinals: Ordinals,
): Prepared => ({
  type: record.type,
  event: record.event.slice(0, longestEvent),
  messageId: record.messageId ?? rowMessageId(ctx, record, ordinals),
  atMs: record.timestamp,
  receivedAtMs: 0,
  sentAtMs: undefined,
  identifiers,
  previousId: undefined,
  traits: record.traits.map(({ name, type, text, number, personal }) => ({
    name,
    value: type === 'boolean' ? number === 1 : type === 'integer' || type === 'number' ? number : text,
    personal: personal !== null,
  })),
  properties: JSON.stringify(record.properties),
  context: '{}',
  sourceId: 0,
  importId,
  line: record.line,
  problems: [],
})
