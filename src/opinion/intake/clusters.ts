import type { Ctx } from '#platform'
import type { Prepared } from './prepare.ts'

/** The cluster of near-duplicates that each post belongs to, in the order given: the id of its first post. */
export const clustersOf = async (_ctx: Ctx, _drillId: number, posts: readonly Prepared[]): Promise<string[]> =>
  posts.map(({ id, rootId }) => (rootId === '0' ? id : rootId))
