import { type Selectable, sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import { inForce } from '../grading/policies.ts'
import { LevelContract } from '../grading/policy-contract.ts'
import type { NoticeReason } from './alert-contract.ts'
import { type AlertRow, labelled } from './alert-rows.ts'
import { postToReceiver } from './compose.ts'
import { inhibitedBy, mutedAt } from './routing.ts'
import { currentRouting } from './routing-store.ts'
import { activeSilences, quietUntil } from './silences.ts'
import type { GroupState, MemberState } from './tables.ts'
import './tables.ts'

/**
 * Groups whose time has come are looked at, one transaction each: what is silenced, inhibited or muted is marked so and not told; what
 * is new, changed, or unacknowledged for too long is. The next look is stored with the group.
 */

type GroupRow = Selectable<Tables['opinion.alert_group']>

interface Member {
  alert: AlertRow
  before: MemberState
  toldEdition: number
  state: MemberState
  reason: string
}

const setSize = 20
const inhibitedLookMs = 30_000

const membersOf = async (ctx: Ctx, groupId: string): Promise<Member[]> => {
  const rows = await ctx.pg
    .selectFrom('opinion.alert_group_member as member')
    .innerJoin('opinion.alert as alert', 'alert.id', 'member.alert_id')
    .selectAll('alert')
    .select(['member.state as member_state', 'member.told_edition'])
    .where('member.group_id', '=', groupId)
    .where('member.state', '<>', 'left')
    .orderBy('alert.id')
    .execute()
  return rows.map(({ member_state, told_edition, ...alert }) => ({
    alert,
    before: member_state,
    toldEdition: told_edition,
    state: member_state,
    reason: '',
  }))
}

const keepMembers = async (ctx: Ctx, groupId: string, members: readonly Member[]): Promise<void> => {
  for (const { alert, state, reason, toldEdition } of members)
    await sql`update opinion.alert_group_member set state = ${state}, reason = ${reason}, told_edition = ${toldEdition}
      where group_id = ${groupId}::bigint and alert_id = ${alert.id}`.execute(ctx.pg)
}

const keepGroup = (
  ctx: Ctx,
  id: string,
  set: { state: GroupState; reason: string; next_at: Date | null; told?: Date; tell_at?: Date },
) =>
  sql`update opinion.alert_group set state = ${set.state}, reason = ${set.reason}, next_at = ${set.next_at},
    tell_at = coalesce(${set.tell_at ?? null}::timestamptz, tell_at), told_at = coalesce(${set.told ?? null}::timestamptz, told_at),
    told_times = told_times + ${set.told ? 1 : 0} where id = ${id}::bigint`.execute(ctx.pg)

const ownersOf = async (ctx: Ctx, alerts: readonly AlertRow[]) => {
  const { rows } = await sql<{ contract: unknown }>`
    select g.contract from opinion.event_level l join opinion.grade g on g.id = l.grade_id
    where l.event_id = any(${alerts.map(({ event_id }) => event_id)}::int[])`.execute(ctx.pg)
  const owners = rows.map(({ contract }) => LevelContract.parse(contract).owner)
  return [...new Map(owners.map((owner) => [JSON.stringify(owner), owner])).values()]
}

const earliest = (...times: (Date | undefined)[]): Date | null => {
  const known = times.filter((one) => one !== undefined)
  return known.length === 0 ? null : new Date(Math.min(...known.map((one) => one.getTime())))
}

const look = async (ctx: Ctx, group: GroupRow): Promise<void> => {
  const now = ctx.now()
  const [{ document }, silences, members, work] = await Promise.all([
    currentRouting(ctx),
    activeSilences(ctx),
    membersOf(ctx, group.id),
    inForce(ctx, 'workTime'),
  ])
  const others =
    document.inhibit.length === 0
      ? []
      : (await ctx.pg.selectFrom('opinion.alert').selectAll().where('state', '<>', 'resolved').execute()).map(labelled)
  let silencedUntil: Date | undefined
  const gone: Member[] = []
  for (const member of members) {
    const one = labelled(member.alert)
    const silence = silences.find((quiet) => quietUntil(quiet, one, now))
    const inhibition = silence ? undefined : inhibitedBy(document.inhibit, one, others)
    if (member.alert.state === 'resolved') {
      if (member.before !== 'resolved' && member.toldEdition > 0) gone.push(member)
      member.state = 'resolved'
    } else if (silence) {
      member.state = 'silenced'
      member.reason = `silence ${silence.id}`
      silencedUntil = earliest(silencedUntil, quietUntil(silence, one, now)) ?? undefined
    } else if (inhibition) {
      member.state = 'inhibited'
      member.reason = `rule ${inhibition.rule.id}, event ${inhibition.source.eventId}`
    } else if (member.alert.state === 'acknowledged') member.state = 'acknowledged'
    else member.state = member.toldEdition >= member.alert.edition ? 'told' : 'new'
  }
  const active = members.filter(({ state }) => state === 'new' || state === 'told' || state === 'acknowledged')
  const firing = active.filter(({ state }) => state !== 'acknowledged')
  // A lower level of what was acknowledged is told too, once.
  const fresh = active.filter(
    ({ alert, toldEdition, before }) =>
      toldEdition < alert.edition || (before === 'silenced' && alert.state === 'firing'),
  )
  const held = members.some(({ state }) => state === 'silenced')
    ? 'silenced'
    : members.some(({ state }) => state === 'inhibited')
      ? 'inhibited'
      : undefined
  const lookAt = earliest(
    silencedUntil,
    members.some(({ state }) => state === 'inhibited') ? new Date(now.getTime() + inhibitedLookMs) : undefined,
  )
  if (active.length === 0 && gone.length === 0) {
    await keepMembers(ctx, group.id, members)
    await keepGroup(ctx, group.id, {
      state: held ?? 'over',
      reason: members.find(({ state }) => state === held)?.reason ?? '',
      next_at: held ? lookAt : null,
    })
    return
  }
  const muted = mutedAt(group, document.intervals, now, work.document)
  if (muted) {
    // What it held back stays as it was, so that it is told when the interval ends.
    await keepMembers(
      ctx,
      group.id,
      members.map((one) => (one.state === 'resolved' && gone.includes(one) ? { ...one, state: one.before } : one)),
    )
    await keepGroup(ctx, group.id, { state: 'muted', reason: `interval ${muted.name}`, next_at: muted.until })
    return
  }
  const repeatMs = group.repeat_minutes * 60_000
  const repeats = firing.length > 0 && group.told_at !== null && now.getTime() - group.told_at.getTime() >= repeatMs
  if (fresh.length === 0 && gone.length === 0 && !repeats) {
    await keepMembers(ctx, group.id, members)
    const repeatAt = firing.length > 0 && group.told_at ? new Date(group.told_at.getTime() + repeatMs) : undefined
    await keepGroup(ctx, group.id, {
      state: firing.length > 0 ? 'told' : (held ?? 'quiet'),
      reason: '',
      next_at: earliest(repeatAt, lookAt ?? undefined),
    })
    return
  }
  // A silence that ended does not wait for the interval of the group.
  const ended = fresh.length > 0 && fresh.every(({ before }) => before === 'silenced')
  if (now < group.tell_at && !ended && !(repeats && fresh.length === 0)) {
    await keepMembers(
      ctx,
      group.id,
      members.map((one) => ({
        ...one,
        state: gone.includes(one) || one.before === 'silenced' ? one.before : one.state,
      })),
    )
    await keepGroup(ctx, group.id, {
      state: 'waiting',
      reason: '',
      next_at: earliest(group.tell_at, lookAt ?? undefined),
    })
    return
  }
  const receiver = document.receivers.find(({ name }) => name === group.receiver)
  const tell = async (told: readonly Member[], why: NoticeReason): Promise<number> => {
    if (!receiver || told.length === 0) return 0
    const alerts = told.map(({ alert }) => alert)
    const calls = why === 'resolved' ? [] : await ownersOf(ctx, alerts)
    return postToReceiver(ctx, { receiver, alerts, why, groupId: group.id, calls })
  }
  const why: NoticeReason = ended
    ? group.told_times > 0 || fresh.some(({ toldEdition }) => toldEdition > 0)
      ? 'silenceEnded'
      : 'first'
    : fresh.length === 0
      ? 'repeat'
      : fresh.every(({ toldEdition }) => toldEdition === 0)
        ? 'first'
        : 'changed'
  let posted = 0
  if (fresh.length > 0 || repeats) posted += await tell(fresh.length > 0 ? fresh : firing, why)
  if (gone.length > 0) posted += await tell(gone, 'resolved')
  for (const member of fresh) {
    member.toldEdition = member.alert.edition
    if (member.state === 'new') member.state = 'told'
  }
  await keepMembers(ctx, group.id, members)
  const over = active.length === 0 && held === undefined
  await keepGroup(ctx, group.id, {
    state: over ? 'over' : firing.length > 0 ? 'told' : (held ?? 'quiet'),
    reason: posted === 0 ? 'no channel' : '',
    next_at: over
      ? null
      : earliest(firing.length > 0 ? new Date(now.getTime() + repeatMs) : undefined, lookAt ?? undefined),
    told: now,
    tell_at: new Date(now.getTime() + group.group_interval_s * 1_000),
  })
}

/** Looks at groups whose time has come. Any number of processes may. @returns how many */
export const flushGroups = async (ctx: Ctx): Promise<number> => {
  let looked = 0
  while (looked < setSize) {
    const found = await ctx.tx(async (ctx) => {
      const group = await ctx.pg
        .selectFrom('opinion.alert_group')
        .selectAll()
        .where('next_at', '<=', ctx.now())
        .orderBy('next_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst()
      if (!group) return false
      await look(ctx, group)
      return true
    })
    if (!found) return looked
    looked += 1
  }
  return looked
}
