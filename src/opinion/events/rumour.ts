import { type RumourFile, readShipped, rumourReader } from '#models'
import { type Ctx, ch } from '#platform'
import type { AuthorClass } from '../contract.ts'
import { clustersOfEvents } from './count.ts'
import type { RumourStage } from './events-contract.ts'

/**
 * How suspicious an event is, told from how its posts were reposted: how fast, how deep, by whom and with which words. On
 * the CED stories .860 are told rightly from the text, .941 from reposts of an hour, .956 from those of a day.
 */
export interface Suspicion {
  /** Probability of being a rumour, 0 to 1. */
  rumour: number
  stage: RumourStage
  /** Reposts of the event that were known then. */
  reposts: number
}

/** So few reposts say little of how a story spreads. */
const fewestReposts = 10
/** Of an event's posts those reposted most are looked at. */
const mostRoots = 3
/** As many as the stories had that the model learnt from. */
const mostReposts = 400
const hourMs = 3_600_000

/** What can be told of a story of this age; undefined before its first hour is over. */
const stageAt = (ageMs: number): 'hour' | 'day' | undefined =>
  ageMs >= 24 * hourMs ? 'day' : ageMs >= hourMs ? 'hour' : undefined

/**
 * Whether reposts tell more than what is known: a later stage, or a quarter more reposts.
 * @param firstAt of the event
 */
export const worthReading = (
  now: Date,
  { firstAt, reposts, known }: { firstAt: Date; reposts: number; known: Suspicion },
): boolean => {
  const stage = stageAt(now.getTime() - firstAt.getTime())
  return reposts >= fewestReposts && stage !== undefined && (stage !== known.stage || reposts >= known.reposts * 1.25)
}

let held: ReturnType<typeof rumourReader> | undefined

/** The model takes some 50 ms to open: when the first story is read. */
const reader = () => {
  held ??= rumourReader(readShipped<RumourFile['extra']>('rumour-1'))
  return held
}

interface Row {
  event: number
  root: string
  id: string
  parent: string
  author: string
  class: AuthorClass
  followers: number
  text: string
  at: string
}

const seconds = (at: string) => new Date(at).getTime() / 1_000

/** What the author of a repost adds: what he reposts stands behind it. */
const added = (text: string): string => text.split('//@', 1)[0]?.trim() ?? ''

/**
 * Suspicion of events by the reposts of their most reposted posts, each by what its age lets be told: reposts of its first
 * hour, or of its first day. The highest counts. Events without such posts are left out.
 */
export const suspicionByReposts = async (
  ctx: Ctx,
  { drillId, events, from }: { drillId: number; events: readonly number[]; from: Date },
): Promise<Map<number, Omit<Suspicion, 'reposts'>>> => {
  const told = new Map<number, Omit<Suspicion, 'reposts'>>()
  if (events.length === 0) return told
  const within = ch.sql`drill_id = ${ch.u32(drillId)} and published_at >= ${ch.moment(from)}`
  const roots = await ctx.ch.rows<{ event: number; root: string }>(
    ch.sql`select event_id as event, toString(root_id) as root
      from posts final inner join ${clustersOfEvents(drillId, events)} as e using cluster_id
      where ${within} and kind = 'repost' and root_id != 0
      group by event_id, root_id having count() >= ${ch.u32(fewestReposts)} order by count() desc, root limit ${ch.u32(mostRoots)} by event_id`,
  )
  if (roots.length === 0) return told
  const ids = ch.u64s(roots.map(({ root }) => BigInt(root)))
  const rows = await ctx.ch.rows<Omit<Row, 'event'>>(
    ch.sql`select toString(if(root_id = 0, post_id, root_id)) as root, toString(post_id) as id, toString(parent_id) as parent,
        toString(author) as author, author_class as class, followers, substringUTF8(text, 1, 1500) as text, published_at as at
      from posts final where ${within} and ((root_id in ${ids} and kind = 'repost') or post_id in ${ids})
      order by id != root, published_at, post_id limit ${ch.u32(mostReposts + 1)} by root`,
  )
  const byRoot = Map.groupBy(rows, ({ root }) => root)
  const now = ctx.now().getTime()
  for (const { event, root } of roots) {
    const [post, ...reposts] = byRoot.get(root) ?? []
    // A root that was not collected: nothing is known of what was said.
    if (!post || post.id !== root) continue
    const stage = stageAt(now - new Date(post.at).getTime())
    if (!stage) continue
    const rumour = reader()(
      {
        text: post.text,
        at: seconds(post.at),
        author: { verified: post.class !== 'person', followers: post.followers },
        reposts: reposts.map(({ id, parent, author, text, at }) => ({
          id,
          parent: parent === root || parent === '0' ? undefined : parent,
          author,
          text: added(text),
          at: seconds(at),
        })),
      },
      stage,
    )
    const before = told.get(event)
    if (!before || rumour > before.rumour) told.set(event, { rumour, stage })
  }
  return told
}
