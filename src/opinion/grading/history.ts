import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Level } from '../contract.ts'
import { EventFacts } from './facts-contract.ts'
import { checkDocument, inForce } from './policies.ts'
import type { GradingRules, HistoryAnswer } from './policy-contract.ts'
import { gradeOf, rankOf, type Verdict } from './score.ts'

/** What a draft of the rules would have done: the facts that were kept are graded again, by the rules in force and by the draft. */

const pageSize = 2_000
const mostChanged = 200

const none = () => ({ minor: 0, moderate: 0, severe: 0 })

interface Peak {
  title: string
  at: string
  before: Verdict
  after: Verdict
}

/** Facts of events of the last days, oldest first; drills are no history. */
async function* factsSince(ctx: Ctx, from: Date): AsyncGenerator<EventFacts[]> {
  let after = '0'
  for (;;) {
    const { rows } = await sql<{ id: string; facts: unknown }>`
      select id::text as id, facts from opinion.event_facts where drill_id = 0 and at >= ${from} and event_facts.id > ${after}::bigint
      order by event_facts.id limit ${pageSize}`.execute(ctx.pg)
    if (rows.length === 0) return
    yield rows.map(({ facts }) => EventFacts.parse(facts))
    after = rows.at(-1)?.id ?? after
  }
}

const isHigher = (a: Verdict, b: Verdict): boolean =>
  rankOf(a.level) > rankOf(b.level) || (a.level === b.level && a.score > b.score)

/**
 * Compares a draft with the rules in force on the events of the last days, each event by the highest level it would have reached.
 * @param days 1 to 365
 * @throws problem.wrong when the draft does not have its form
 */
export const tryOnHistory = async (
  ctx: Ctx,
  { document, days }: { document: Record<string, unknown>; days: number },
): Promise<HistoryAnswer> => {
  const draft: GradingRules = checkDocument('grading', document)
  const current = (await inForce(ctx, 'grading')).document
  const peaks = new Map<number, Peak>()
  const hits = new Map<string, { events: Set<number>; lastAt: string }>()
  for await (const page of factsSince(ctx, new Date(ctx.now().getTime() - days * 86_400_000)))
    for (const facts of page) {
      const [before, after] = [gradeOf(facts, current), gradeOf(facts, draft)]
      for (const { id } of after.held) {
        const hit = hits.get(id) ?? { events: new Set<number>(), lastAt: facts.at }
        hit.events.add(facts.eventId)
        if (facts.at > hit.lastAt) hit.lastAt = facts.at
        hits.set(id, hit)
      }
      const peak = peaks.get(facts.eventId)
      peaks.set(facts.eventId, {
        title: facts.title,
        at: peak?.at ?? facts.at,
        before: peak && !isHigher(before, peak.before) ? peak.before : before,
        after: peak && !isHigher(after, peak.after) ? peak.after : after,
      })
    }
  const counts = { before: none(), after: none() } satisfies Record<'before' | 'after', Record<Level, number>>
  const changed: HistoryAnswer['changed'] = []
  for (const [eventId, { title, at, before, after }] of peaks) {
    counts.before[before.level] += 1
    counts.after[after.level] += 1
    if (before.level !== after.level)
      changed.push({
        eventId,
        title,
        at,
        before: before.level,
        after: after.level,
        beforeScore: before.score,
        afterScore: after.score,
        rules: after.held.filter(({ level }) => level === after.level).map(({ name }) => name),
      })
  }
  changed.sort((a, b) => rankOf(b.after) - rankOf(a.after) || (a.at < b.at ? 1 : -1))
  return {
    days,
    events: peaks.size,
    ...counts,
    changed: changed.slice(0, mostChanged),
    hits: draft.rules.map(({ id, name }) => {
      const hit = hits.get(id)
      return { id, name, hits: hit?.events.size ?? 0, lastAt: hit?.lastAt ?? null }
    }),
  }
}
