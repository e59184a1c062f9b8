import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { parse } from 'csv-parse/sync'
import { parseMapping } from '../customers/import/mapping.ts'
import { csvLine, writeFiles } from './files.ts'
import { consentsMapping, customersMapping, eventsMapping } from './mappings.ts'

const options = { customers: 600, seed: 'files', months: 3, events: 9_000, endAt: Date.UTC(2026, 8, 30, 16) }

const folder = async (t: { after: (run: () => Promise<void>) => void }): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'zhiyin-simulator-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}

const hashes = async (dir: string): Promise<Record<string, string>> => {
  const names = (await readdir(dir)).sort()
  const entries = names.map(async (name) => {
    return [
      name,
      createHash('sha256')
        .update(await readFile(join(dir, name)))
        .digest('hex'),
    ] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

test('the same arguments write the same bytes', async (t) => {
  const first = await folder(t)
  const second = await folder(t)
  await writeFiles({ ...options, dir: first })
  await writeFiles({ ...options, dir: second })
  const written = await hashes(first)
  assert.deepEqual(await hashes(second), written)
  assert.deepEqual(Object.keys(written), [
    'consents.csv',
    'consents.mapping.json',
    'customers.csv',
    'customers.mapping.json',
    'events.jsonl',
    'events.mapping.json',
    'loans.csv',
    'loans.mapping.json',
    'simulation.json',
    'truth.jsonl',
  ])
})

test('counts agree with the files, and every mapped column is there', async (t) => {
  const dir = await folder(t)
  const shares: number[] = []
  const written = await writeFiles({ ...options, dir, onProgress: ({ share }) => shares.push(share) })
  const text = (name: string): Promise<string> => readFile(join(dir, name), 'utf8')
  const table = async (name: string): Promise<Record<string, string>[]> => parse(await text(name), { columns: true })
  const columns = async (name: string): Promise<string[]> => {
    const { columns } = JSON.parse(await text(name)) as { columns: Record<string, unknown> }
    return Object.keys(columns)
  }

  const customers = await table('customers.csv')
  assert.equal(customers.length, written.customers)
  assert.equal(written.customers, 600)
  assert.deepEqual(Object.keys(customers[0] ?? {}), await columns('customers.mapping.json'))

  const consents = await table('consents.csv')
  assert.equal(consents.length, written.consents)
  assert.deepEqual(Object.keys(consents[0] ?? {}), await columns('consents.mapping.json'))
  const accounts = new Set(customers.map((row) => row.account_id))
  for (const { account_id, status } of consents) {
    assert.ok(accounts.has(account_id))
    assert.ok(['granted', 'refused', 'withdrawn'].includes(status ?? ''))
  }

  const events = (await text('events.jsonl')).trimEnd().split('\n')
  assert.equal(events.length, 9_000)
  assert.equal(written.events, 9_000)
  const mapped = await columns('events.mapping.json')
  const seen = new Set(events.flatMap((line) => Object.keys(JSON.parse(line) as object)))
  assert.deepEqual([...seen].sort(), mapped.sort(), 'every field of an event is a mapped column')
  const personal = customers.flatMap((row) => [row.phone, row.id_card, row.email, row.name].filter((value) => value))
  const everything = events.join('\n')
  for (const value of personal.slice(0, 400))
    assert.ok(!everything.includes(value ?? ''), 'no personal value in events')

  const truths = (await text('truth.jsonl')).trimEnd().split('\n')
  assert.equal(truths.length, written.persons)
  assert.equal(shares.at(-1), 1)
})

test('the import takes the mappings as they are', () => {
  assert.doesNotThrow(() => parseMapping(customersMapping, 'customers'))
  assert.doesNotThrow(() => parseMapping(eventsMapping, 'events'))
  assert.doesNotThrow(() => parseMapping(consentsMapping, 'consents'))
})

test('fields with separators, quotes and line ends are quoted', () => {
  assert.equal(csvLine(['a,b', 'say "hi"', 'two\nlines', 7, '']), '"a,b","say ""hi""","two\nlines",7,\n')
  assert.equal(csvLine(['', 'a']), ',a\n')
})

test('a stopped run ends with the reason of the signal', async (t) => {
  const dir = await folder(t)
  const stop = new AbortController()
  const run = writeFiles({
    ...options,
    customers: 5_000,
    dir,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  })
  await assert.rejects(run, /enough/)
})
