import { type Ctx, ch } from '#platform'
import type { Head } from '../contract.ts'
import { placesOf, postsAt } from '../posts/rows.ts'
import type { Queue } from './label-contract.ts'

const { sql, str } = ch

/** Posts shown at once; the next come when these are answered. */
const page = 30
/** Older ones are history: nobody acts on them any more. */
const days = 30

/** Posts that the model leaves to a person: the newest first, those about our subjects before others. */
export const labelQueue = async (ctx: Ctx, { head }: { head?: Head | undefined }): Promise<Queue> => {
  const recent = sql`drill_id = 0 and published_at >= now64(3) - toIntervalDay(${ch.u32(days)})`
  const open = sql`arrayFilter(one -> not has(corrected, one), unsure)`
  const wanted = head === undefined ? sql`notEmpty(${open})` : sql`has(${open}, ${str(head)})`
  const [counts, ids] = await Promise.all([
    ctx.ch.rows<{ head: Head; count: string }>(
      sql`select arrayJoin(${open}) as head, toString(count()) as count from posts final where ${recent} and notEmpty(unsure) group by head`,
    ),
    ctx.ch.rows<{ id: string }>(
      sql`select toString(post_id) as id from posts final where ${recent} and notEmpty(unsure) and ${wanted}
        order by notEmpty(subjects) desc, has(unsure, 'urgency') desc, published_at desc, post_id limit ${ch.u32(page)}`,
    ),
  ])
  const places = await placesOf(
    ctx,
    0,
    ids.map(({ id }) => id),
  )
  const byId = new Map(places.map((place) => [place.id, place]))
  const items = await postsAt(
    ctx,
    0,
    ids.flatMap(({ id }) => byId.get(id) ?? []),
  )
  return {
    items,
    waiting: Object.fromEntries(counts.map(({ head, count }) => [head, Number(count)])),
    total: counts.reduce((sum, { count }) => sum + Number(count), 0),
  }
}
