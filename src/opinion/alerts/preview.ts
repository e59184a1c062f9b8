import type { z } from 'zod'
import type { Ctx } from '#platform'
import { lastFacts, levelRow } from '../grading/grades.ts'
import { inForce } from '../grading/policies.ts'
import { carries } from './compose.ts'
import { peopleOf, type Reachable } from './people.ts'
import { problem } from './problem.ts'
import { groupKeyOf, type Labelled, mutedAt, waysOf } from './routing.ts'
import type { Preview, PreviewAsked } from './routing-contract.ts'
import { checkRouting, currentRouting } from './routing-store.ts'
import type { ChannelRow } from './send.ts'
import { activeSilences, quietUntil } from './silences.ts'
import './tables.ts'

/** Where an alert would go by a tree, and why: nothing is sent. */

const madeUp = async (ctx: Ctx, made: NonNullable<z.output<typeof PreviewAsked>['made']>): Promise<Labelled> => {
  const known =
    made.subjects.length === 0
      ? []
      : await ctx.pg
          .selectFrom('opinion.subject')
          .select(['id', 'name', 'kind'])
          .where('id', 'in', made.subjects)
          .execute()
  return {
    eventId: 0,
    drillId: made.drill ? 1 : 0,
    level: made.level,
    subjects: [
      ...known.map(({ id, name, kind }) => ({ id, name, kind })),
      ...made.subjectKinds.map((kind) => ({ id: 0, name: '', kind })),
    ],
    aspects: made.aspects,
    platforms: made.platforms,
  }
}

const ofEvent = async (ctx: Ctx, eventId: number): Promise<Labelled> => {
  const [level, facts] = await Promise.all([levelRow(ctx, eventId), lastFacts(ctx, eventId)])
  if (!level || !facts) throw problem.unknown({ event: eventId })
  return {
    eventId,
    drillId: level.drill_id,
    level: level.level,
    subjects: facts.subjects,
    aspects: facts.aspects.map(({ aspect }) => aspect),
    platforms: facts.platforms,
  }
}

const barredBy = (channel: ChannelRow, drillId: number, person: Reachable | null): string | null => {
  if (channel.state === 'off') return 'off'
  if (!carries(channel, drillId)) return drillId > 0 ? 'realOnly' : 'drillOnly'
  return person && channel.kind === 'email' && person.email === null ? 'noAddress' : null
}

/** @throws problem.unknown, problem.routingWrong */
export const previewRouting = async (ctx: Ctx, asked: z.output<typeof PreviewAsked>): Promise<Preview> => {
  const document = asked.document === undefined ? (await currentRouting(ctx)).document : checkRouting(asked.document)
  const alert =
    asked.eventId === undefined
      ? await madeUp(
          ctx,
          asked.made ?? { level: 'severe', subjects: [], subjectKinds: [], aspects: [], platforms: [], drill: false },
        )
      : await ofEvent(ctx, asked.eventId)
  const at = asked.at === undefined ? ctx.now() : new Date(asked.at)
  const [work, silences, rows] = await Promise.all([
    inForce(ctx, 'workTime'),
    activeSilences(ctx),
    ctx.pg.selectFrom('opinion.alert_channel').selectAll().where('deleted_at', 'is', null).execute(),
  ])
  const channels = new Map(rows.map((row) => [row.id, row]))
  const ways: Preview['ways'] = []
  for (const way of waysOf(document, alert)) {
    const receiver = document.receivers.find(({ name }) => name === way.receiver)
    const targets: Preview['ways'][number]['targets'] = []
    const add = (channelId: number, person: Reachable | null) => {
      const channel = channels.get(channelId)
      if (!channel) return
      targets.push({
        channelId,
        channel: channel.name,
        kind: channel.kind,
        person: person?.name ?? null,
        barred: barredBy(channel, alert.drillId, person),
      })
    }
    for (const id of receiver?.channels ?? []) add(id, null)
    for (const { channelId, to } of receiver?.people ?? [])
      for (const person of await peopleOf(ctx, to)) add(channelId, person)
    ways.push({
      route: way.id,
      path: way.path.map(({ name }) => name),
      because: way.path.map(({ match }) => match),
      receiver: receiver?.title ?? way.receiver,
      groupKey: groupKeyOf(way.groupBy, alert),
      waitSeconds: way.waitSeconds,
      groupIntervalSeconds: way.groupIntervalSeconds,
      repeatMinutes: way.repeatMinutes,
      mutedBy: mutedAt(way, document.intervals, at, work.document)?.name ?? null,
      silencedBy: silences.filter((quiet) => quietUntil(quiet, alert, at)).map(({ id, reason }) => ({ id, reason })),
      targets,
    })
  }
  return { ways }
}
