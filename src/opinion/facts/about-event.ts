import type { Ctx } from '#platform'
import type { FactsAbout } from './facts-contract.ts'
import { factsByIds } from './store.ts'
import './tables.ts'
import '../events/tables.ts'

/** Facts that the posts of an event are about, the most alike first; rejected ones left out. */
export const factsOfEvent = async (ctx: Ctx, { id }: { id: number }): Promise<FactsAbout> => {
  const links = await ctx.pg
    .selectFrom('opinion.fact_link as k')
    .innerJoin('opinion.event_cluster as c', (join) =>
      join.onRef('c.cluster_id', '=', 'k.cluster_id').onRef('c.drill_id', '=', 'k.drill_id'),
    )
    .select((eb) => ['k.fact_id', eb.fn.max('k.likeness').as('likeness'), eb.fn.min('k.state').as('state')])
    .where('c.event_id', '=', id)
    .where('k.state', '!=', 'rejected')
    .groupBy('k.fact_id')
    .execute()
  const facts = await factsByIds(
    ctx,
    links.map(({ fact_id }) => fact_id),
  )
  return {
    items: facts
      .map((fact) => {
        const link = links.find(({ fact_id }) => fact_id === fact.id)
        // 'confirmed' sorts before 'suggested': one confirmed post is enough.
        return { ...fact, likeness: link?.likeness ?? 0, link: link?.state ?? 'suggested' }
      })
      .sort((a, b) => b.likeness - a.likeness),
  }
}
