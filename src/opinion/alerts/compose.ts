import type { Ctx } from '#platform'
import { deadlinesOf } from '../grading/deadlines.ts'
import type { Target } from '../grading/policy-contract.ts'
import type { NoticeReason } from './alert-contract.ts'
import type { AlertRow } from './alert-rows.ts'
import { peopleOf, type Reachable } from './people.ts'
import type { Receiver } from './routing-contract.ts'
import type { ChannelRow } from './send.ts'
import { groupTitle, lineOf, linkMark, textOf } from './text.ts'
import './tables.ts'

/** Messages written into the post box, in the transaction of whoever decided on them. */

/** Links of acknowledging are good for so long; who comes later signs in. */
const linkHours = 72

/** Whether a channel carries what is real, or a drill. */
export const carries = ({ serves }: Pick<ChannelRow, 'serves'>, drillId: number): boolean =>
  serves === 'both' || serves === (drillId > 0 ? 'drill' : 'real')

/** Channels that are on and carry it. */
export const usableChannels = async (ctx: Ctx, drillId: number): Promise<ChannelRow[]> => {
  const rows = await ctx.pg
    .selectFrom('opinion.alert_channel')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where('state', '=', 'on')
    .orderBy('id')
    .execute()
  return rows.filter((row) => carries(row, drillId))
}

interface Letter {
  channel: ChannelRow
  alerts: readonly AlertRow[]
  why: NoticeReason
  groupId?: string | undefined
  person?: Reachable | undefined
  calls?: readonly Target[] | undefined
  /** Before what is said of the alerts. */
  said?: { title: string; text: string } | undefined
}

/** Stores one message, with a link of acknowledging for each alert where one person reads it. */
export const post = async (
  ctx: Ctx,
  { channel, alerts, why, groupId, person, calls = [], said }: Letter,
): Promise<void> => {
  const [first] = alerts
  if (!first) return
  const now = ctx.now()
  const reader = person ?? (channel.person ? (await peopleOf(ctx, { kind: 'user', id: channel.person }))[0] : undefined)
  const { id } = await ctx.pg
    .insertInto('opinion.notice')
    .values({
      drill_id: first.drill_id,
      channel_id: channel.id,
      group_id: groupId ?? null,
      alert_ids: alerts.map((alert) => alert.id),
      why,
      person: reader?.id ?? null,
      person_name: reader?.name ?? null,
      title: said?.title ?? groupTitle(alerts, why),
      body: '',
      calls: JSON.stringify(calls),
      state: 'queued',
      next_at: now,
      made_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const marks = new Map<number, string>()
  if (reader && why !== 'resolved')
    for (const alert of alerts) {
      if (alert.state !== 'firing') continue
      const link = await ctx.pg
        .insertInto('opinion.ack_link')
        .values({
          alert_id: alert.id,
          edition: alert.edition,
          person: reader.id,
          person_name: reader.name,
          notice_id: id,
          expires_at: new Date(now.getTime() + linkHours * 3_600_000),
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      marks.set(alert.id, linkMark(link.id))
    }
  const dues = await deadlinesOf(
    ctx,
    alerts.map(({ event_id }) => event_id),
  )
  const dueOf = (alert: AlertRow): Date | null => {
    const clock = dues.get(alert.event_id)?.find(({ kind, state }) => kind === 'acknowledge' && state === 'running')
    return clock?.dueAt ? new Date(clock.dueAt) : null
  }
  const described =
    alerts.length === 1
      ? textOf(ctx, first, dueOf(first), marks.get(first.id))
      : alerts.map((alert) => lineOf(ctx, alert, marks.get(alert.id))).join('\n')
  await ctx.pg
    .updateTable('opinion.notice')
    .set({ body: said ? `${said.text}\n${described}` : described })
    .where('id', '=', id)
    .execute()
}

/** Tells a receiver of alerts: its groups once each, its people one by one. @returns how many messages */
export const postToReceiver = async (
  ctx: Ctx,
  given: {
    receiver: Receiver
    alerts: readonly AlertRow[]
    why: NoticeReason
    groupId: string
    /** People called by name in the groups. */
    calls?: readonly Target[]
    said?: Letter['said']
  },
): Promise<number> => {
  const { receiver, alerts, why, groupId, calls = [], said } = given
  const channels = new Map((await usableChannels(ctx, alerts[0]?.drill_id ?? 0)).map((row) => [row.id, row]))
  let posted = 0
  for (const id of receiver.channels) {
    const channel = channels.get(id)
    if (!channel) continue
    await post(ctx, { channel, alerts, why, groupId, calls, said })
    posted += 1
  }
  for (const { channelId, to } of receiver.people) {
    const channel = channels.get(channelId)
    if (!channel) continue
    for (const person of await peopleOf(ctx, to)) {
      await post(ctx, { channel, alerts, why, groupId, person, said })
      posted += 1
    }
  }
  return posted
}

/**
 * Tells people of one alert by every way that reaches a single person: mail, bots of their own, and SMS where it is urgent.
 * @returns how many people there were
 */
export const postToPeople = async (
  ctx: Ctx,
  given: {
    alert: AlertRow
    targets: readonly Target[]
    why: NoticeReason
    urgent: boolean
    said?: { title: string; text: string } | undefined
  },
): Promise<number> => {
  const { alert, targets, why, urgent, said } = given
  const channels = await usableChannels(ctx, alert.drill_id)
  const people = new Map<string, Reachable>()
  for (const target of targets) for (const person of await peopleOf(ctx, target)) people.set(person.id, person)
  for (const person of people.values())
    for (const channel of channels) {
      const personal =
        channel.kind === 'email'
          ? person.email !== null
          : channel.kind === 'sms'
            ? urgent
            : channel.person === person.id
      if (personal) await post(ctx, { channel, alerts: [alert], why, person, said })
    }
  return people.size
}
