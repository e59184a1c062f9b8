/*
 * Events of public opinion: how far one story stays one event, and what is mixed up. Posts of made-up weeks are matched, read
 * and put to clusters and events as when they come in; what is true of each is known.
 *
 *   npm run bench -- events [--json] [--weeks 3] [--background 1900] [--crowd 800]
 *
 * Of each story: `events` of three posts and more that are mostly its posts; `in its event`, which share of its posts its
 * largest event holds; `strangers`, which share of that event belongs to other stories. The stories are the crisis of the week,
 * each drill of the library among a week of usual talk, and two crises of one brand three hours apart. Of made-up stories of one
 * brand, each in turn passed on ninety times, `precision` and `recall` of pairs of posts. `purity` says which share
 * of the posts in events are of the kind that most of their event are: same subject, same aspects, same feeling.
 */
import { opinionWeek } from '#simulator'
import { planOf } from '../src/opinion/events/plan.ts'
import { openStories } from '../src/opinion/events/stories.ts'
import { openReport } from './support/figures.ts'
import {
  drillNames,
  goldNames,
  goldWith,
  heardPosts,
  judgeStory,
  pairsOf,
  purityOf,
  putInTurns,
  type Telling,
  tellingsOf,
  withDrill,
} from './support/opinion-week.ts'
import { readOptions } from './support/options.ts'

const { weeks, background, crowd, json } = readOptions('events', {
  weeks: [3, 'made-up weeks'],
  background: [1_900, 'posts of usual talk in each'],
  crowd: [800, 'voices of the crisis in each'],
})
const report = openReport('events', { json })
const now = new Date('2026-11-20T06:00:00Z')
const hoursBack = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
const weekOf = (seed: string, voices: number) => tellingsOf(opinionWeek({ seed, now, background, crowd: voices }))

const tell = async (where: string, said: readonly Telling[], stories: readonly string[]) => {
  const posts = await heardPosts(said)
  const startedAt = process.cpuUsage()
  const { events, clusters } = putInTurns(posts, openStories(), planOf)
  const { user, system } = process.cpuUsage(startedAt)
  for (const story of stories) {
    const told = judgeStory(said, posts, events, story)
    const name = story === 'crisis' ? where : `${where}, ${story}`
    report.add({ figure: `${name}: events`, value: told.events, unit: '' })
    report.add({ figure: `${name}: in its event`, value: told.share, unit: '%' })
    report.add({ figure: `${name}: strangers`, value: told.strangers, unit: '%' })
  }
  const { events: count, purity } = purityOf(said, posts, events)
  report.add({ figure: `${where}: events of three posts and more`, value: count, unit: '' })
  report.add({ figure: `${where}: purity`, value: purity, unit: '%' })
  report.add({ figure: `${where}: processor time`, value: (user + system) / clusters, unit: 'µs/cluster' })
}

for (let week = 0; week < weeks; week++) await tell(`week ${week + 1}`, weekOf(`week${week}`, crowd), ['crisis'])
const usual = weekOf('usual', 0).filter(({ story }) => story !== 'crisis')
for (const name of drillNames) await tell('drill', withDrill(usual, name, hoursBack(30)), [name])
const [, leak = ''] = drillNames
await tell('two crises', withDrill(weekOf('week0', crowd), leak, hoursBack(28)), ['crisis', leak])

const pairs = { made: 0, real: 0, right: 0 }
for (const loud of goldNames) {
  const said = goldWith(loud, now)
  const posts = await heardPosts(said)
  const { made, real, right } = pairsOf(said, posts, putInTurns(posts, openStories(), planOf).events)
  pairs.made += made
  pairs.real += real
  pairs.right += right
}
report.add({ figure: 'stories of one brand: precision', value: (100 * pairs.right) / pairs.made, unit: '%' })
report.add({ figure: 'stories of one brand: recall', value: (100 * pairs.right) / pairs.real, unit: '%' })
report.end()
