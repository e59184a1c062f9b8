import { ownOrigin } from '#compliance'
import type { Ctx } from '#platform'
import { usableChannels } from '../alerts/compose.ts'
import { peopleOf } from '../alerts/people.ts'
import { type Labelled, mutedAt, waysOf } from '../alerts/routing.ts'
import { currentRouting } from '../alerts/routing-store.ts'
import { harmless, localTime } from '../alerts/text.ts'
import { inForce } from '../grading/policies.ts'
import { platformNames } from '../terms-contract.ts'
import { type SourceRow, settingsOf } from './store.ts'
import '../alerts/tables.ts'

/**
 * A blind source is told to whoever the routing tree of alerts names for its platform, as something moderate: a crisis that begins
 * there would be missed. No event stands behind it, so nobody has to acknowledge it and nothing is repeated.
 */

const causes = {
  failing: '连续读取失败',
  silent: '能读取，但远超平时间隔没有新内容',
} as const
type BlindCause = keyof typeof causes

interface Telling {
  row: SourceRow
  from: Date
  /** `seen`: it sees again. */
  what: BlindCause | 'seen'
  fault: string
}

const titleOf = ({ row, what }: Telling): string =>
  what === 'seen' ? `【信源恢复】${harmless(row.name)}` : `【信源失明】${harmless(row.name)}`

const bodyOf = (ctx: Ctx, { row, from, what, fault }: Telling): string => {
  const { platform } = settingsOf(row)
  return [
    `**平台**：${platformNames[platform]?.[0] ?? platform}`,
    ...(what === 'seen'
      ? [`**失明时段**：${localTime(from)} 至 ${localTime(ctx.now())}，期间的帖文可能没有采集到`]
      : [
          `**原因**：${causes[what]}${fault === '' ? '' : `（${harmless(fault).slice(0, 120)}）`}`,
          `**自**：${localTime(from)} 起看不到新内容`,
        ]),
    `[查看信源](${ownOrigin(ctx)}/opinion/sources/${row.id})`,
  ].join('\n')
}

/**
 * Writes the messages, in the transaction of `ctx`; the post box of alerts sends them. What an interval mutes leaves when it ends.
 * @returns how many were written; 0 where no channel is on
 */
export const tellBlind = async (ctx: Ctx, told: Telling): Promise<number> => {
  const { document } = await currentRouting(ctx)
  const labelled: Labelled = {
    eventId: 0,
    drillId: 0,
    level: 'moderate',
    subjects: [],
    aspects: [],
    platforms: [settingsOf(told.row).platform],
  }
  const now = ctx.now()
  const { document: work } = await inForce(ctx, 'workTime')
  const channels = new Map((await usableChannels(ctx, 0)).map((channel) => [channel.id, channel]))
  const readers = new Map<string, { channelId: number; person: { id: string; name: string } | null; at: Date }>()
  for (const way of waysOf(document, labelled)) {
    const receiver = document.receivers.find(({ name }) => name === way.receiver)
    if (!receiver) continue
    const at = mutedAt(way, document.intervals, now, work)?.until ?? now
    for (const id of receiver.channels) if (channels.has(id)) readers.set(`${id}`, { channelId: id, person: null, at })
    for (const { channelId, to } of receiver.people) {
      if (!channels.has(channelId)) continue
      for (const { id, name } of await peopleOf(ctx, to))
        readers.set(`${channelId} ${id}`, { channelId, person: { id, name }, at })
    }
  }
  for (const { channelId, person, at } of readers.values())
    await ctx.pg
      .insertInto('opinion.notice')
      .values({
        drill_id: 0,
        channel_id: channelId,
        group_id: null,
        alert_ids: [],
        why: told.what === 'seen' ? 'resolved' : 'first',
        person: person?.id ?? null,
        person_name: person?.name ?? null,
        calls: '[]',
        title: titleOf(told),
        body: bodyOf(ctx, told),
        state: 'queued',
        next_at: at,
        made_at: now,
      })
      .execute()
  return readers.size
}
