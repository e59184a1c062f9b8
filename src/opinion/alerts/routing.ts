import type { WorkTime } from '../clocks/clock-contract.ts'
import { dayKindOf, dayOf, startOfDay, weekdayOf } from '../clocks/work-days.ts'
import type { Level } from '../contract.ts'
import type { AlertLabels, Match } from './alert-contract.ts'
import type { GroupLabel, Inhibition, Interval, RouteNode, Routing } from './routing-contract.ts'

/** Where an alert goes, and whether it is told now. Pure. */

/** What an alert is matched and grouped by. */
export interface Labelled extends AlertLabels {
  eventId: number
  drillId: number
  level: Level
}

const meet = <T>(wanted: readonly T[] | undefined, found: readonly T[]): boolean =>
  wanted === undefined || wanted.some((one) => found.includes(one))

/** The parts of a match that keep an alert out; empty when it fits. */
export const misfits = (match: Match, alert: Labelled): (keyof Match)[] => {
  const fits: Record<keyof Match, boolean> = {
    subjects: meet(
      match.subjects,
      alert.subjects.map(({ id }) => id),
    ),
    subjectKinds: meet(
      match.subjectKinds,
      alert.subjects.map(({ kind }) => kind),
    ),
    aspects: meet(match.aspects, alert.aspects),
    platforms: meet(match.platforms, alert.platforms),
    levels: meet(match.levels, [alert.level]),
    drill: match.drill === undefined || match.drill === alert.drillId > 0,
    event: match.event === undefined || match.event === alert.eventId,
  }
  return (Object.keys(fits) as (keyof Match)[]).filter((key) => !fits[key])
}

export const matches = (match: Match, alert: Labelled): boolean => misfits(match, alert).length === 0

/** A node that receives an alert, with all it inherits. */
export interface Way {
  id: string
  path: RouteNode[]
  receiver: string
  groupBy: GroupLabel[]
  waitSeconds: number
  groupIntervalSeconds: number
  repeatMinutes: number
  mute: string[]
  active: string[]
}

type Inherited = Omit<Way, 'id' | 'path'>

/** Nodes that receive an alert, in the order of the tree. */
export const waysOf = ({ root }: Routing, alert: Labelled): Way[] => {
  const below = (node: RouteNode, above: Inherited, path: RouteNode[]): Way[] => {
    const own: Inherited = {
      receiver: node.receiver ?? above.receiver,
      groupBy: node.groupBy ?? above.groupBy,
      waitSeconds: node.groupWaitSeconds ?? above.waitSeconds,
      groupIntervalSeconds: node.groupIntervalSeconds ?? above.groupIntervalSeconds,
      repeatMinutes: node.repeatMinutes ?? above.repeatMinutes,
      // Intervals are not inherited: as in Alertmanager, each node says its own.
      mute: node.mute,
      active: node.active,
    }
    const here = [...path, node]
    const found: Way[] = []
    for (const child of node.routes) {
      if (!matches(child.match, alert)) continue
      found.push(...below(child, own, here))
      if (!child.continue) break
    }
    if (found.length > 0) return found
    // What is severe is told at once.
    return [{ id: node.id, path: here, ...own, waitSeconds: alert.level === 'severe' ? 0 : own.waitSeconds }]
  }
  const standard: Inherited = {
    receiver: root.receiver ?? '',
    groupBy: [],
    waitSeconds: 30,
    groupIntervalSeconds: 300,
    repeatMinutes: 240,
    mute: [],
    active: [],
  }
  return below(root, standard, [])
}

const labelOf = (label: GroupLabel, alert: Labelled): string => {
  switch (label) {
    case 'event':
      return String(alert.eventId)
    case 'subject':
      return String(alert.subjects[0]?.id ?? '')
    case 'aspect':
      return alert.aspects[0] ?? ''
    case 'platform':
      return alert.platforms[0] ?? ''
    case 'level':
      return alert.level
  }
}

/** Alerts with the same key are told together. */
export const groupKeyOf = (groupBy: readonly GroupLabel[], alert: Labelled): string =>
  groupBy.map((label) => `${label}=${labelOf(label, alert)}`).join(',')

const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

/** Whether an instant lies in an interval. */
export const isWithin = (interval: Interval, at: Date, work: WorkTime): boolean => {
  const day = dayOf(at.getTime())
  if (interval.weekdays.length > 0 && !interval.weekdays.includes(weekdayOf(day))) return false
  if (interval.dayKinds.length > 0 && !interval.dayKinds.includes(dayKindOf(work)(day))) return false
  const minute = (at.getTime() - startOfDay(day)) / 60_000
  return (
    interval.times.length === 0 ||
    interval.times.some(({ from, to }) => minute >= minutes(from) && minute < minutes(to))
  )
}

/**
 * The interval that mutes a way at an instant, and until when at least; nothing when it may speak.
 * Looked at again by the quarter of an hour at the latest, so that a changed tree takes hold.
 */
export const mutedAt = (
  way: Pick<Way, 'mute' | 'active'>,
  intervals: readonly Interval[],
  at: Date,
  work: WorkTime,
): { name: string; until: Date } | undefined => {
  const named = (name: string) => intervals.find((one) => one.name === name)
  const mutedBy = (when: Date): string | undefined => {
    const muting = way.mute.find((name) => {
      const interval = named(name)
      return interval !== undefined && isWithin(interval, when, work)
    })
    if (muting !== undefined) return muting
    const isActive = way.active.some((name) => {
      const interval = named(name)
      return interval !== undefined && isWithin(interval, when, work)
    })
    return way.active.length > 0 && !isActive ? (way.active[0] ?? '') : undefined
  }
  const name = mutedBy(at)
  if (name === undefined) return undefined
  const minuteMs = 60_000
  const first = Math.floor(at.getTime() / minuteMs) * minuteMs
  for (let step = 1; step <= 15; step++) {
    const when = new Date(first + step * minuteMs)
    if (mutedBy(when) === undefined) return { name, until: when }
  }
  return { name, until: new Date(first + 15 * minuteMs) }
}

/**
 * The rule and the firing alert by which another one is not told. An alert that both source and target match does not inhibit itself.
 */
export const inhibitedBy = (
  rules: readonly Inhibition[],
  alert: Labelled,
  firing: readonly Labelled[],
): { rule: Inhibition; source: Labelled } | undefined => {
  for (const rule of rules) {
    if (!matches(rule.target, alert)) continue
    const source = firing.find(
      (one) =>
        one.eventId !== alert.eventId &&
        one.drillId === alert.drillId &&
        matches(rule.source, one) &&
        // Two that match both sides would silence each other for ever.
        !(matches(rule.source, alert) && matches(rule.target, one)) &&
        rule.equal.every((label) => labelOf(label, one) === labelOf(label, alert)),
    )
    if (source) return { rule, source }
  }
  return undefined
}
