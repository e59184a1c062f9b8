import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dayOf, startOfDay } from './calendar.ts'
import { messagesOf, simulate, truthsOf } from './company.ts'
import { customerRowOf } from './customer-rows.ts'
import { consentsMapping, customersMapping, eventsMapping, loansMapping } from './mappings.ts'
import { eventRowOf } from './messages.ts'
import type { Happening } from './sessions.ts'

export interface WriteOptions {
  customers: number
  seed: string
  months: number
  /** Folder for the files; made when missing, files in it are overwritten. */
  dir: string
  /** Default: 25 for each customer in six months. */
  events?: number | undefined
  /**
   * Exclusive end of the period, milliseconds since 1970. Default: the last midnight in Shanghai, so that files made on
   * the same day are the same; give it when they must be the same on any day.
   */
  endAt?: number | undefined
  onProgress?: ((progress: WriteProgress) => void) | undefined
  /** Told of every account as it is written, with its last sign of life; undefined when there was none in the period. */
  onAccount?: ((account: { accountId: string; lastSeenMs: number | undefined }) => void) | undefined
  /** Stops between two chunks of customers and leaves what was written. */
  signal?: AbortSignal | undefined
}

export interface WriteProgress {
  /** Rows written so far. */
  customers: number
  events: number
  consents: number
  /** 0 to 1. */
  share: number
}

export interface Written {
  customers: number
  events: number
  consents: number
  loans: number
  persons: number
  endAt: number
  files: Record<'customers' | 'loans' | 'events' | 'consents' | 'truth', string>
  mappings: Record<'customers' | 'loans' | 'events' | 'consents', string>
}

const special = /[",\r\n]/

const field = (value: string | number): string => {
  const text = String(value)
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One line of RFC 4180 CSV with its line end. */
export const csvLine = (values: readonly (string | number)[]): string => `${values.map(field).join(',')}\n`

// One write a megabyte: at 100 kB the system calls cost a tenth of the time, at 10 MB the strings left the young heap.
const flushAt = 1_000_000

const linesTo = (handle: FileHandle) => {
  let waiting = ''
  const flush = async (): Promise<void> => {
    const text = waiting
    waiting = ''
    if (text !== '') await handle.writeFile(text)
  }
  return {
    /** A promise only when enough has gathered: awaiting every line took longer than making it. */
    put: (line: string): Promise<void> | undefined => {
      waiting += line
      return waiting.length < flushAt ? undefined : flush()
    },
    flush,
  }
}

const lastSeenMs = (happenings: readonly Happening[]): number | undefined => {
  let last: number | undefined
  for (const { event, atMs } of happenings) if (event === 'Session Started' && atMs > (last ?? 0)) last = atMs
  return last
}

/**
 * Writes customers.csv, loans.csv, events.jsonl, consents.csv, a mapping for each, truth.jsonl and simulation.json with the
 * arguments. Memory does not grow with the number of customers.
 * @throws RangeError when a number lies outside its bounds; errors of the file system as they come; the signal's reason
 */
export const writeFiles = async (asked: WriteOptions): Promise<Written> => {
  const { customers, seed, months, dir, events, onProgress, onAccount, signal } = asked
  const endAt = asked.endAt ?? startOfDay(dayOf(Date.now()))
  const company = simulate({ customers, seed, months, endAt, events })
  await mkdir(dir, { recursive: true })
  const files = {
    customers: join(dir, 'customers.csv'),
    loans: join(dir, 'loans.csv'),
    events: join(dir, 'events.jsonl'),
    consents: join(dir, 'consents.csv'),
    truth: join(dir, 'truth.jsonl'),
  }
  const mappings = {
    customers: join(dir, 'customers.mapping.json'),
    loans: join(dir, 'loans.mapping.json'),
    events: join(dir, 'events.mapping.json'),
    consents: join(dir, 'consents.mapping.json'),
  }
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`
  await writeFile(mappings.customers, json(customersMapping))
  await writeFile(mappings.loans, json(loansMapping))
  await writeFile(mappings.events, json(eventsMapping))
  await writeFile(mappings.consents, json(consentsMapping))
  await writeFile(join(dir, 'simulation.json'), json({ ...company.options, endAt: new Date(endAt).toISOString() }))

  await using customersFile = await open(files.customers, 'w')
  await using loansFile = await open(files.loans, 'w')
  await using eventsFile = await open(files.events, 'w')
  await using consentsFile = await open(files.consents, 'w')
  await using truthFile = await open(files.truth, 'w')
  const customerLines = linesTo(customersFile)
  const loanLines = linesTo(loansFile)
  const eventLines = linesTo(eventsFile)
  const consentLines = linesTo(consentsFile)
  const truthLines = linesTo(truthFile)

  await customerLines.put(csvLine(Object.keys(customersMapping.columns)))
  await loanLines.put(csvLine(Object.keys(loansMapping.columns)))
  await consentLines.put(csvLine(Object.keys(consentsMapping.columns)))
  const count = { customers: 0, loans: 0, events: 0, consents: 0, persons: 0 }
  for (const chunk of company.chunks()) {
    signal?.throwIfAborted()
    for (const { account, consents, owed, happenings } of chunk) {
      onAccount?.({ accountId: account.accountId, lastSeenMs: lastSeenMs(happenings) })
      const full = customerLines.put(csvLine(Object.values(customerRowOf(account))))
      if (full) await full
      for (const { purpose, channel, status, atMs, noticeVersion, evidence } of consents) {
        const at = new Date(atMs).toISOString()
        const full = consentLines.put(
          csvLine([account.accountId, purpose, channel, status, at, noticeVersion, evidence]),
        )
        if (full) await full
      }
      if (owed) {
        const full = loanLines.put(csvLine(Object.values(owed)))
        if (full) await full
        count.loans++
      }
      count.customers++
      count.consents += consents.length
    }
    for (const message of messagesOf(company.world, chunk)) {
      const full = eventLines.put(`${JSON.stringify(eventRowOf(message))}\n`)
      if (full) await full
      count.events++
    }
    for (const truth of truthsOf(company.world, chunk)) {
      const full = truthLines.put(`${JSON.stringify(truth)}\n`)
      if (full) await full
      count.persons++
    }
    onProgress?.({
      customers: count.customers,
      events: count.events,
      consents: count.consents,
      share: count.customers / customers,
    })
  }
  for (const lines of [customerLines, loanLines, eventLines, consentLines, truthLines]) await lines.flush()
  return { ...count, endAt, files, mappings }
}
