import type { AuthorClass, Platform } from '../contract.ts'
import type { Spread, SpreadNode } from './events-contract.ts'

/** A post as the tree needs it. `'0'` for no parent, root or known author. */
export interface SpreadPost {
  id: string
  parentId: string
  rootId: string
  author: string
  authorName: string
  authorClass: AuthorClass
  followers: number
  platform: Platform
  at: Date
  spam: number
}

const hourMs = 3_600_000
const mostNodes = 220
const mostHours = 72
const mostLayers = 6

/** Nobody copies before the original: such an edge is an error of a source, and would close a circle. */
const parentOf = (
  post: SpreadPost,
  byId: ReadonlyMap<string, SpreadPost>,
): { parent: string | null; guessed: boolean } => {
  const parent = byId.get(post.parentId)
  if (parent && parent.id !== post.id && parent.at <= post.at && post.parentId !== post.rootId)
    return { parent: parent.id, guessed: false }
  const root = byId.get(post.rootId)
  if (root && root.id !== post.id && root.at <= post.at) {
    // A source that names no way, only the origin: it stands under the origin, and is counted as such.
    return { parent: root.id, guessed: post.parentId === '0' || (post.parentId !== post.rootId && !parent) }
  }
  return { parent: null, guessed: false }
}

/**
 * How a story was passed on: a tree from who copied or answered whom.
 * @param posts all of an event in any order; those that nobody copied and that copy nobody are not part of it
 */
export const spreadOf = (posts: readonly SpreadPost[], cut = false): Spread => {
  const byId = new Map(posts.map((post) => [post.id, post]))
  const ordered = [...byId.values()].sort((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1))
  const parents = new Map<string, string | null>()
  const children = new Map<string, string[]>()
  let copies = 0
  let guessed = 0
  let rootless = 0
  for (const post of ordered) {
    const found = parentOf(post, byId)
    parents.set(post.id, found.parent)
    if (post.rootId !== '0' && post.rootId !== post.id) {
      copies++
      if (found.guessed) guessed++
      if (found.parent === null) rootless++
    }
    if (found.parent !== null) children.set(found.parent, [...(children.get(found.parent) ?? []), post.id])
  }
  // Parents stand before their children in time, so one pass each way is enough.
  const layers = new Map<string, number>()
  for (const { id } of ordered) {
    const parent = parents.get(id)
    layers.set(id, parent ? (layers.get(parent) ?? 0) + 1 : 0)
  }
  const below = new Map<string, number>()
  for (const { id } of ordered.toReversed()) {
    const own = below.get(id) ?? 0
    const parent = parents.get(id)
    if (parent) below.set(parent, (below.get(parent) ?? 0) + own + 1)
  }
  const isPart = ({ id }: SpreadPost) => parents.get(id) !== null || children.has(id)
  const part = ordered.filter(isPart)
  const nodeOf = (post: SpreadPost): SpreadNode => ({
    id: post.id,
    parent: parents.get(post.id) ?? null,
    layer: layers.get(post.id) ?? 0,
    platform: post.platform,
    author: post.authorName,
    authorClass: post.authorClass,
    followers: post.followers,
    at: post.at.toISOString(),
    below: below.get(post.id) ?? 0,
  })
  const byWeight = part.toSorted((a, b) => (below.get(b.id) ?? 0) - (below.get(a.id) ?? 0) || b.followers - a.followers)
  const spreaders = byWeight.filter(({ id }) => (layers.get(id) ?? 0) > 0 && (below.get(id) ?? 0) > 0).slice(0, 10)
  return {
    posts: part.length,
    roots: part.filter(({ id }) => parents.get(id) === null).length,
    depth: part.reduce((deepest, { id }) => Math.max(deepest, layers.get(id) ?? 0), 0),
    attachedToRoot: copies > 0 ? guessed / copies : 0,
    rootless,
    layers: layersOf(part, layers),
    hourly: hourlyOf(part, layers),
    spreaders: spreaders.map((post) => ({
      ...nodeOf(post),
      share: (below.get(post.id) ?? 0) / Math.max(1, part.length),
    })),
    nodes: drawn(byWeight, parents).map(nodeOf),
    audience: audienceOf(ordered),
    spam: ordered.length > 0 ? ordered.filter(({ spam }) => spam >= 0.5).length / ordered.length : 0,
    classes: [...Map.groupBy(ordered, ({ authorClass }) => authorClass)]
      .map(([authorClass, of]) => ({ authorClass, posts: of.length, followers: audienceOf(of) }))
      .sort((a, b) => b.posts - a.posts),
    cut,
  }
}

/** Followers of distinct accounts: an account that speaks twice has the same audience. */
const audienceOf = (posts: readonly SpreadPost[]): number => {
  const most = new Map<string, number>()
  for (const { id, author, followers } of posts) {
    const key = author === '0' ? id : author
    most.set(key, Math.max(most.get(key) ?? 0, followers))
  }
  return [...most.values()].reduce((sum, followers) => sum + followers, 0)
}

const layersOf = (part: readonly SpreadPost[], layers: ReadonlyMap<string, number>): Spread['layers'] =>
  [...Map.groupBy(part, ({ id }) => layers.get(id) ?? 0)]
    .sort(([a], [b]) => a - b)
    .map(([layer, of]) => ({
      layer,
      posts: of.length,
      authors: new Set(of.map(({ id, author }) => (author === '0' ? id : author))).size,
      followers: audienceOf(of),
    }))

/** Posts per hour by layer; layers from the fifth on are one. */
const hourlyOf = (part: readonly SpreadPost[], layers: ReadonlyMap<string, number>): Spread['hourly'] => {
  const first = part[0]?.at.getTime()
  if (first === undefined) return []
  const start = Math.floor(first / hourMs)
  const hours = new Map<number, number[]>()
  for (const { id, at } of part) {
    const hour = Math.floor(at.getTime() / hourMs)
    if (hour - start >= mostHours) continue
    const counts = hours.get(hour) ?? new Array<number>(mostLayers).fill(0)
    const layer = Math.min(mostLayers - 1, layers.get(id) ?? 0)
    counts[layer] = (counts[layer] ?? 0) + 1
    hours.set(hour, counts)
  }
  return [...hours]
    .sort(([a], [b]) => a - b)
    .map(([hour, counts]) => ({ at: new Date(hour * hourMs).toISOString(), layers: counts }))
}

/** The largest nodes with all that stand between them and their root. */
const drawn = (byWeight: readonly SpreadPost[], parents: ReadonlyMap<string, string | null>): SpreadPost[] => {
  const byId = new Map(byWeight.map((post) => [post.id, post]))
  const chosen = new Set<string>()
  for (const { id } of byWeight) {
    if (chosen.size >= mostNodes) break
    for (let at: string | null = id; at !== null && !chosen.has(at); at = parents.get(at) ?? null) chosen.add(at)
  }
  return [...chosen].flatMap((id) => byId.get(id) ?? [])
}

const weightOfClass: Readonly<Record<AuthorClass, number>> = {
  person: 0,
  verified: 12,
  organisation: 15,
  media: 25,
  'central-media': 40,
  regulator: 40,
}

/**
 * Influence of an account, 0 to 100: followers on a logarithmic scale (10 million: 60) and what it is. Whom people believe
 * counts beside how many see it.
 */
export const influenceOf = (authorClass: AuthorClass, followers: number): number =>
  Math.min(100, Math.round((Math.log10(1 + followers) / 7) * 60 + weightOfClass[authorClass]))
