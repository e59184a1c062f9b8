/*
 * Set algebra over ten audiences of a million customers each, through the API, beside the shortest SQL for the same question on
 * the same bitmaps, in the same run; then an overlap of the ten and a portrait of one.
 *
 *   npm run bench -- bitmaps [--json] [--customers 2000000] [--rounds 9]
 *
 * Each audience holds half of the customers, by a stable split. About a minute at full size.
 */
import { join } from 'node:path'
import { ch, openLog, readConfig } from '#platform'
import { openApp } from '../src/app.ts'
import { median, openReport, percentile } from './support/figures.ts'
import { makeFacts, settle, traits } from './support/made-up-facts.ts'
import { readOptions } from './support/options.ts'
import { scratchDir } from './support/scratch.ts'

const { sql } = ch
const sets = 10

const { customers, rounds, json } = readOptions('bitmaps', {
  customers: [2_000_000, 'customers; each audience holds half of them'],
  rounds: [9, 'times each question is asked'],
})
const report = openReport('bitmaps', { json })
const config = readConfig({ ZHIYIN_DATA_DIR: join(scratchDir(), 'data'), ZHIYIN_PORT: '0', ZHIYIN_LOG_LEVEL: 'warn' })
const at = new Date()
const app = await openApp(config, {
  work: false,
  log: openLog(config, { write: (line) => process.stderr.write(line) }),
})
const clickhouse = app.ctx.ch

const call = async <T>(method: 'POST' | 'PUT', url: string, payload: object): Promise<T> => {
  const answer = await app.http.app.inject({ method, url, payload, headers: app.http.localHeaders })
  if (answer.statusCode >= 400) throw new Error(`${method} ${url}: ${answer.body}`)
  return (answer.body === '' ? undefined : JSON.parse(answer.body)) as T
}

for (const { trait, type } of traits) await call('PUT', `/api/traits/${trait}`, { type })
report.say(`making ${customers} customers`)
await makeFacts(clickhouse, { customers, events: 1, at, say: report.say })
await settle(clickhouse, 60)

report.say(`making ${sets} audiences`)
const ids: string[] = []
let members = 0
for (let i = 0; i < sets; i++) {
  const { id } = await call<{ id: string }>('POST', '/api/audiences', {
    name: `half ${i}`,
    definition: { split: { seed: `half ${i}`, from: 0, to: 0.5 } },
  })
  const { size } = await call<{ size: number }>('POST', `/api/audiences/${id}/refresh`, {})
  members += size
  ids.push(id)
}
report.say(`${Math.round(members / sets)} members each`)

const leaves = ids.map((audience) => ({ audience }))
const questions = {
  'union of ten': { union: leaves },
  'intersection of ten': { intersect: leaves },
  'one without nine': { minus: leaves },
  'three of each': {
    minus: [{ union: leaves.slice(0, 4) }, { intersect: leaves.slice(4, 7) }, { union: leaves.slice(7) }],
  },
}

/** Bitmaps as scalar sub-queries, combined by nested calls: what the documentation of the engine shows. */
const bitmapOf = (id: string) =>
  sql`(select groupBitmapMergeState(members) from audience_membership where audience_id = ${ch.uuid(id)})`
const folded = (ids: readonly string[], combine: (a: ch.Sql, b: ch.Sql) => ch.Sql): ch.Sql =>
  ids.map(bitmapOf).reduce(combine)
const or = (a: ch.Sql, b: ch.Sql) => sql`bitmapOr(${a}, ${b})`
const and = (a: ch.Sql, b: ch.Sql) => sql`bitmapAnd(${a}, ${b})`
const without = (a: ch.Sql, b: ch.Sql) => sql`bitmapAndnot(${a}, ${b})`
const byHand: Record<keyof typeof questions, ch.Sql> = {
  'union of ten': folded(ids, or),
  'intersection of ten': folded(ids, and),
  'one without nine': folded(ids, without),
  'three of each': without(
    without(folded(ids.slice(0, 4), or), folded(ids.slice(4, 7), and)),
    folded(ids.slice(7), or),
  ),
}

const timed = async <T>(run: () => Promise<T>): Promise<{ ms: number; result: T }> => {
  const startedAt = performance.now()
  const result = await run()
  return { ms: performance.now() - startedAt, result }
}

for (const name of Object.keys(questions) as (keyof typeof questions)[]) {
  const ours: number[] = []
  const theirs: number[] = []
  let sizes: [number, number] = [0, 0]
  for (let round = -1; round < rounds; round++) {
    const our = await timed(() => call<{ size: number }>('POST', '/api/audiences/sets/size', { of: questions[name] }))
    const their = await timed(() =>
      clickhouse.one<{ size: number }>(sql`select toUInt32(bitmapCardinality(${byHand[name]})) as size`),
    )
    sizes = [our.result.size, their.result?.size ?? -1]
    if (round < 0) continue
    ours.push(our.ms)
    theirs.push(their.ms)
  }
  if (sizes[0] !== sizes[1]) throw new Error(`${name}: ${sizes[0]} here, ${sizes[1]} by hand`)
  report.add({
    figure: name,
    value: median(ours),
    unit: 'ms',
    target: { of: 'value', most: 200 },
    against: 'SQL by hand',
    ratio: median(ours) / median(theirs),
  })
  report.add({ figure: `${name}, slowest`, value: percentile(ours, 100), unit: 'ms' })
}

const once = async (figure: string, run: () => Promise<unknown>) => {
  const took: number[] = []
  for (let round = 0; round < 3; round++) took.push((await timed(run)).ms)
  report.add({ figure, value: median(took), unit: 'ms' })
}
await once('saved as a list, with its hash', () =>
  call('POST', '/api/audiences/lists', { name: 'saved', of: questions['three of each'] }),
)
await once('overlap of ten, everybody by exactly which', () => call('POST', '/api/audiences/overlaps', { of: leaves }))
await once(`portrait of one, ${traits.length} traits`, () =>
  call('POST', '/api/audiences/portraits', { of: leaves.slice(0, 1) }),
)
await once(`portraits of five side by side, ${traits.length} traits`, () =>
  call('POST', '/api/audiences/portraits', { of: leaves.slice(0, 5) }),
)
await app.stop()
report.end()
