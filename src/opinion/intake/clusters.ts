import type { Ctx } from '#platform'
import { clusterOf } from '../events/near.ts'
import type { Prepared } from './prepare.ts'

/** The cluster of near-duplicates that each post belongs to, in the order given: the id of its first post. */
export const clustersOf = (ctx: Ctx, drillId: number, posts: readonly Prepared[]): Promise<string[]> =>
  clusterOf(
    ctx,
    drillId,
    posts.map(({ id, rootId, item }) => ({
      id,
      rootId,
      title: item.title,
      text: item.text || (item.complaint?.summary ?? ''),
      publishedAt: new Date(item.publishedAt),
    })),
  )
