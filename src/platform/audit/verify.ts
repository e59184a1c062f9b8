import { type RawBuilder, sql } from 'kysely'
import type { Pg } from '../ctx.ts'
import type { Vault } from '../vault/vault.ts'
import { anchorsInDatabase, anchorsInFile, checkedAnchor, verifyingKey } from './anchors.ts'
import { chainHash, chainStart, merkleTree } from './chain.ts'
import type { Fault, Tampering, Verification } from './contract.ts'
import type { Anchor, VerifyOptions } from './shapes.ts'
import './tables.ts'

const pageRows = 10_000
const faultLimit = 100

/**
 * Walks the chain once, in pages, beside the signed anchors of both stores.
 *
 * Alone the chain shows a record that was changed, removed from the middle, or put in. The anchors show a tail that was cut
 * off and a chain that was computed anew from some record on. Whatever came after the last anchor can be rewritten by
 * somebody who owns the database without a trace; its size is `unanchored`.
 */
export const verifyAudit = async (
  pg: Pg,
  { vault, dir }: { vault: Vault; dir: string },
  { startAfter = 0, onProgress }: VerifyOptions = {},
): Promise<Verification> => {
  const faults: Fault[] = []
  const report = (what: Tampering, seq: number, toSeq: number, text: string) => {
    if (faults.length < faultLimit) faults.push({ what, seq, toSeq, text })
  }

  const anchors = await trustedAnchors(pg, { vault, dir }, report)
  await checkColumns(pg, report)
  const head = await readHead(pg)
  const highest = await highestSeq(pg)
  if (highest > head.seq && highest > (await readHead(pg)).seq)
    report('inserted', head.seq + 1, highest, `The chain ends at ${head.seq}, but there are records up to ${highest}`)

  const walk = anchorWalk(anchors, startAfter, report, faults)
  const start = anchors.find(({ to }) => to === startAfter)?.head
  if (startAfter > 0 && start === undefined)
    report(
      'anchor',
      startAfter,
      startAfter,
      `No anchor ends at ${startAfter}, so nothing vouches for where the rest starts`,
    )

  // Hashes that may stand before the next record: the one stored with the record before and, when that record did not match
  // it, the one it should have. Undefined after a gap.
  let before: readonly string[] | undefined =
    startAfter === 0 ? [chainStart] : start === undefined ? undefined : [start]
  let last = startAfter
  let lastHash = start ?? chainStart
  let records = 0
  for await (const page of pages(pg, startAfter, head.seq)) {
    for (const { seq, record, hash } of page) {
      records += 1
      if (seq <= last) {
        report('inserted', seq, seq, `Record ${seq} is there a second time or comes before the first`)
        continue
      }
      if (seq > last + 1) {
        report('removed', last + 1, seq - 1, `${named(last + 1, seq - 1)} missing`)
        before = undefined
        walk.gap()
      }
      const computed = before?.map((previous) => chainHash(previous, record)) ?? [hash]
      const matches = computed.includes(hash)
      if (!matches)
        report('changed', seq, seq, `Record ${seq} does not match its hash: it was changed, exchanged or put in`)
      before = matches ? [hash] : [hash, ...computed]
      last = seq
      lastHash = hash
      walk.record(seq, hash)
    }
    onProgress?.(records)
  }

  const end = Math.max(head.seq, anchors.at(-1)?.to ?? 0)
  if (end > last) report('truncated', last + 1, end, `${named(last + 1, end)} missing from the end`)
  else if (lastHash !== head.hash && faults.length === 0)
    report('rewritten', last, last, `The chain should end with another hash than that of record ${last}`)
  const counted = await countUpTo(pg, startAfter, head.seq)
  if (counted > records)
    report('inserted', ...(await firstTwice(pg)), `${counted - records} records share a number with another`)

  faults.sort((a, b) => a.seq - b.seq)
  const [firstBad] = faults
  return {
    ok: faults.length === 0,
    records,
    anchors: anchors.length,
    unanchored: Math.max(0, last - Math.max(startAfter, walk.covered())),
    ...(firstBad && { firstBad }),
    faults,
  }
}

interface StoredRecord {
  seq: number
  hash: string
  record: string
}

/**
 * The records by number up to `end`, whatever stands before the first included. Each page asks for a range of numbers: with
 * `limit` instead, a database without statistics sorts all that is left for every page. A page arrives as one text, a
 * record a line, which takes a quarter of the time of rows. No canonical record has a line break; one that was given a line
 * break loses it here and so fails its hash.
 */
async function* pages(pg: Pg, startAfter: number, end: number): AsyncGenerator<StoredRecord[]> {
  const lines = sql<
    string | null
  >`string_agg(seq || ' ' || encode(hash, 'hex') || replace(record, chr(10), ' '), chr(10) order by seq)`
  const page = async (range: RawBuilder<unknown>) => {
    const { rows } = await sql<{
      lines: string | null
    }>`select ${lines} as lines from platform.audit where ${range}`.execute(pg)
    return rows[0]?.lines?.split('\n').map(storedRecord) ?? []
  }
  if (startAfter === 0) yield await page(sql`seq <= 0`)
  for (let after = startAfter; after < end; ) {
    const to = Math.min(end, after + pageRows)
    const records = await page(sql`seq > ${after} and seq <= ${to}`)
    yield records
    // A long gap is crossed in one step.
    after = records.length > 0 ? to : Math.max(to, (await nextSeq(pg, to)) - 1)
  }
}

const hashDigits = 64

const storedRecord = (line: string): StoredRecord => {
  const hashAt = line.indexOf(' ') + 1
  return {
    seq: Number(line.slice(0, hashAt)),
    hash: line.slice(hashAt, hashAt + hashDigits),
    record: line.slice(hashAt + hashDigits),
  }
}

const nextSeq = async (pg: Pg, after: number): Promise<number> => {
  const row = await pg
    .selectFrom('platform.audit')
    .select(({ fn }) => fn.min('seq').as('seq'))
    .where('seq', '>', after)
    .executeTakeFirst()
  return row?.seq ?? Number.MAX_SAFE_INTEGER
}

type Report = (what: Tampering, seq: number, toSeq: number, text: string) => void

const named = (from: number, to: number) => (from === to ? `Record ${from} is` : `Records ${from} to ${to} are`)

/** Follows the records past the anchors and compares what each anchor covers with what is there. */
const anchorWalk = (anchors: readonly Anchor[], startAfter: number, report: Report, faults: readonly Fault[]) => {
  const left = anchors.filter(({ to }) => to > startAfter)
  let at = 0
  let tree = merkleTree()
  let whole = true
  let covered = 0
  return {
    gap: () => {
      whole = false
    },
    record: (seq: number, hash: string) => {
      let anchor = left[at]
      // Only after a gap: the records that this anchor ends with are missing.
      while (anchor && anchor.to < seq) {
        at += 1
        tree = merkleTree()
        whole = false
        anchor = left[at]
      }
      if (!anchor) return
      if (seq < anchor.from) return
      if (seq === anchor.from) {
        tree = merkleTree()
        whole = true
      }
      tree.add(hash)
      if (seq < anchor.to) return
      const { from, to, root, ts } = anchor
      const explained = !whole || faults.some((fault) => fault.seq <= to && fault.toSeq >= from)
      if (tree.root() !== root && !explained)
        report('rewritten', from, to, `${named(from, to)} not what was signed at ${ts}: the chain was computed anew`)
      covered = to
      at += 1
    },
    covered: () => covered,
  }
}

/** The anchors that hold, from both stores, oldest first. Reports those that were forged or taken away. */
const trustedAnchors = async (
  pg: Pg,
  { vault, dir }: { vault: Vault; dir: string },
  report: Report,
): Promise<Anchor[]> => {
  const stored = await anchorsInDatabase(pg)
  const inFile = anchorsInFile(dir)
  const key = await verifyingKey(vault, pg)
  if (!key) {
    if (stored.length + inFile.length > 0)
      report('anchor', 1, stored.at(-1)?.to ?? 1, 'The key that signed the anchors is gone')
    return []
  }
  const trusted = new Map<number, Anchor>()
  const inDatabase = new Set<number>()
  for (const signed of stored) {
    const anchor = checkedAnchor(signed, key)
    inDatabase.add(signed.to)
    if (anchor?.to === signed.to) trusted.set(anchor.to, anchor)
    else
      report('anchor', signed.to, signed.to, `The anchor at ${signed.to} in the database does not carry our signature`)
  }
  inFile.forEach((signed, at) => {
    const anchor = signed && checkedAnchor(signed, key)
    // A line without JSON is what a crash in the middle of writing leaves; nothing can be read from it.
    if (anchor) trusted.set(anchor.to, anchor)
    else if (signed) report('anchor', 1, 1, `Line ${at + 1} of the anchor file does not carry our signature`)
  })
  const anchors = [...trusted.values()].sort((a, b) => a.to - b.to)
  let covered = 0
  for (const { from, to } of anchors) {
    if (from > covered + 1)
      report('anchor', covered + 1, from - 1, `The anchor over records ${covered + 1} to ${from - 1} was taken away`)
    // The newest may be in the file only, when a crash came between the two.
    else if (!inDatabase.has(to) && to !== anchors.at(-1)?.to)
      report('anchor', from, to, `The anchor at ${to} was taken out of the database`)
    covered = to
  }
  return anchors
}

/** The columns that lists filter by follow from the record only as long as the database computes them. */
const checkColumns = async (pg: Pg, report: Report) => {
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_attribute
    where attrelid = 'platform.audit'::regclass and attname in ('seq', 'ts', 'actor', 'action', 'subject', 'purpose') and attgenerated <> 's'`.execute(
    pg,
  )
  for (const { name } of rows)
    report('changed', 1, 1, `Column ${name} of platform.audit no longer follows from the record`)
}

const readHead = async (pg: Pg): Promise<{ seq: number; hash: string }> => {
  const row = await pg
    .selectFrom('platform.audit_head')
    .select(['seq', sql<string>`encode(hash, 'hex')`.as('hash')])
    .executeTakeFirst()
  return row ?? { seq: 0, hash: chainStart }
}

const highestSeq = async (pg: Pg): Promise<number> => {
  const row = await pg
    .selectFrom('platform.audit')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .executeTakeFirst()
  return row?.seq ?? 0
}

const countUpTo = async (pg: Pg, startAfter: number, to: number): Promise<number> => {
  const row = await pg
    .selectFrom('platform.audit')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('seq', '<=', to)
    .$if(startAfter > 0, (query) => query.where('seq', '>', startAfter))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

const firstTwice = async (pg: Pg): Promise<[number, number]> => {
  const row = await pg
    .selectFrom('platform.audit')
    .select('seq')
    .groupBy('seq')
    .having(({ fn }) => fn.countAll(), '>', 1)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  const seq = row?.seq ?? 0
  return [seq, seq]
}
