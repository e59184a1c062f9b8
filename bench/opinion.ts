/*
 * Public opinion: how fast posts are understood, stored, told of and reported.
 *
 *   npm run bench -- opinion [--json] [--analysed 50000] [--stored 50000] [--alerts 30] [--posts 1000000] [--more 0]
 *
 * Understanding: posts of 58 characters, matched against 200 subjects of ten words, read by all heads in two threads, looked
 * up among near-duplicates. Storing: the same through the one way in, beside the bare engine given the same rows in the same
 * run. Alerts: the whole program with its loops, from giving a post to its arrival at a bot. Reports: daily briefs over days
 * of a tenth of `posts` and of `posts`, with facts, and each format drawn. The sizes may also come from the environment
 * (OPINION_ANALYSED, …), so that a small run fits into a check.
 */
import { join } from 'node:path'
import { comparable, gramsOf } from '../src/opinion/events/grams.ts'
import { openNearIndex } from '../src/opinion/events/near-index.ts'
import { readInThreads } from '../src/opinion/reading/workers.ts'
import { compileRules } from '../src/opinion/subjects/compile.ts'
import { matchSubjects } from '../src/opinion/subjects/match.ts'
import { openReport, percentile } from './support/figures.ts'
import { postsOf, rulesOf } from './support/made-up-posts.ts'
import { measureLatency } from './support/opinion-latency.ts'
import { measureReading } from './support/opinion-reports.ts'
import { timed } from './support/opinion-stage.ts'
import { measureStoring } from './support/opinion-storing.ts'
import { readOptions } from './support/options.ts'
import { scratchDir } from './support/scratch.ts'

const size = (name: string, usual: number) => Number(process.env[`OPINION_${name}`] ?? usual)
const { analysed, stored, alerts, posts, more, json } = readOptions('opinion', {
  analysed: [size('ANALYSED', 50_000), 'posts that are understood'],
  stored: [size('STORED', 50_000), 'posts that are stored'],
  alerts: [size('ALERTS', 30), 'alerts waited for'],
  posts: [size('POSTS', 1_000_000), 'posts of the larger day'],
  more: [size('MORE', 1), 'posts beside them when the explorer is asked'],
})
const report = openReport('opinion', { json })
const subjects = 200
const characters = 58
const dir = scratchDir()

report.say(`making ${analysed} posts`)
const made = postsOf(analysed, { characters, until: new Date(), series: 'analysis' })
const matcher = compileRules({ version: 1, rules: rulesOf(subjects), filters: [] })
const matchable = made.map(({ title, text, platform }) => ({ title, text, platform, sourceId: 1 }))
const readableOf = (from: number, to: number) =>
  matchable.slice(from, to).map((post) => ({
    title: post.title,
    text: post.text,
    authorClass: 'person' as const,
    subjects: matchSubjects(matcher, post).map(({ spans }) => spans),
  }))
const placeAll = (index: ReturnType<typeof openNearIndex>, from: number, to: number) => {
  for (let n = from; n < to; n++) {
    const plain = comparable(made[n]?.text ?? '')
    index.place(gramsOf(plain), plain, String(n), 0)
  }
}
const speed = async (figure: string, work: () => unknown, least?: number) => {
  const { seconds, processor } = await timed(work)
  report.add({
    figure,
    value: analysed / seconds,
    unit: 'posts/s',
    ...(least !== undefined && { target: { of: 'value', least } }),
  })
  report.add({ figure: `${figure}, processor time`, value: (processor / analysed) * 1e6, unit: 'µs/post' })
}

// Threads start and open their models; everything is compiled.
await readInThreads(readableOf(0, Math.min(analysed, 2_000)), { version: 0 })
placeAll(openNearIndex(4_096), 0, Math.min(analysed, 2_000))
report.say('understanding')
await speed('matching, 200 subjects × 10 words', () => void readableOf(0, analysed))
const ready = readableOf(0, analysed)
await speed('all heads, two threads', () => readInThreads(ready, { version: 0 }))
await speed('near-duplicates', () => placeAll(openNearIndex(), 0, analysed))
const atOnce = 5_000
await speed(
  'all of it, 58 characters',
  async () => {
    // As the way in does it: while threads read one part, the next is matched and the last is placed.
    const index = openNearIndex()
    const reading: Promise<unknown>[] = []
    for (let from = 0; from < analysed; from += atOnce) {
      const to = Math.min(analysed, from + atOnce)
      reading.push(readInThreads(readableOf(from, to), { version: 0 }))
      placeAll(index, from, to)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(reading)
  },
  20_000,
)

report.say('storing')
const storing = await measureStoring(join(dir, 'store'), { posts: stored, batch: Math.min(1_000, stored), subjects })
report.add({ figure: 'bare insert of the same rows', value: storing.bare, unit: 'posts/s' })
report.add({
  figure: 'stored end to end',
  value: storing.ours,
  unit: 'posts/s',
  target: { of: 'value', least: 5_000 },
  against: 'bare insert',
  ratio: storing.ours / storing.bare,
})
report.add({ figure: 'stored end to end, processor time', value: storing.processorMicros, unit: 'µs/post' })
report.add({
  figure: 'posts stored',
  value: storing.posts,
  unit: 'posts',
  target: { of: 'value', least: stored, most: stored },
})

report.say('alerts')
const latency = await measureLatency(join(dir, 'alerts'), { alerts, usual: 20 })
for (const rank of [50, 95])
  report.add({
    figure: `post → alert, p${rank}`,
    value: percentile(latency.ms, rank) / 1_000,
    unit: 's',
    ...(rank === 95 && { target: { of: 'value', most: 5 } }),
  })
report.add({
  figure: 'alerts that did not come',
  value: latency.missing,
  unit: 'alerts',
  target: { of: 'value', most: 0 },
})

report.say('reports')
const reading = await measureReading(join(dir, 'reports'), {
  days: [Math.ceil(posts / 10), posts],
  subjects: 40,
  more: more > 1 ? more : 0,
})
const shown = (count: number) => count.toLocaleString('en-US')
for (const [index, one] of reading.reports.entries()) {
  report.add({
    figure: `daily brief of ${shown(one.posts)} posts, facts included`,
    value: one.brief,
    unit: 's',
    target: { of: 'value', most: index === 0 ? 3 : 10 },
  })
  for (const [format, seconds] of Object.entries(one.files))
    report.add({ figure: `the same as ${format}`, value: seconds, unit: 's' })
}
const all = posts + Math.ceil(posts / 10) + (more > 1 ? more : 0)
for (const [page, ms] of Object.entries(reading.pages))
  report.add({ figure: `explorer over ${shown(all)} posts: ${page}`, value: ms, unit: 'ms' })
report.end()
// Threads that read wait for more.
process.exit(0)
