import { z } from 'zod'
import { WorkPeriod } from '../clocks/clock-contract.ts'
import { Level } from '../contract.ts'
import { Target } from '../grading/policy-contract.ts'
import { Match } from './alert-contract.ts'

/**
 * The routing tree, as Alertmanager means it: an alert goes down to the first child that matches (and on to its siblings where that
 * child says `continue`); where no child matches the node itself receives it. Left out, a setting is that of the parent. No I/O.
 */

const Id = z.string().regex(/^[a-zA-Z][\w-]{0,39}$/, { error: 'letters, digits and hyphens' })
const Title = z.string().trim().min(1).max(60)

export const groupLabels = ['event', 'subject', 'aspect', 'platform', 'level'] as const
export const GroupLabel = z.enum(groupLabels)
export type GroupLabel = (typeof groupLabels)[number]

const settings = {
  receiver: Id.nullable().default(null),
  groupBy: z.array(GroupLabel).max(5).nullable().default(null),
  /** Before the first message of a group, so that what comes together is told together. Severe alerts do not wait. */
  groupWaitSeconds: z.int().min(0).max(3_600).nullable().default(null),
  /** Between messages of a group when something in it changed. */
  groupIntervalSeconds: z.int().min(10).max(86_400).nullable().default(null),
  /** Between messages of a group in which nothing changed and nobody acknowledged. */
  repeatMinutes: z.int().min(5).max(20_160).nullable().default(null),
  /** Names of intervals: silent in these, or only in those. */
  mute: z.array(Id).max(10).default([]),
  active: z.array(Id).max(10).default([]),
}

export interface RouteNode {
  id: string
  name: string
  match: z.output<typeof Match>
  continue: boolean
  receiver: string | null
  groupBy: GroupLabel[] | null
  groupWaitSeconds: number | null
  groupIntervalSeconds: number | null
  repeatMinutes: number | null
  mute: string[]
  active: string[]
  routes: RouteNode[]
}

export const RouteNode: z.ZodType<RouteNode> = z.strictObject({
  id: Id,
  name: Title,
  match: Match,
  continue: z.boolean().default(false),
  ...settings,
  get routes(): z.ZodDefault<z.ZodArray<z.ZodType<RouteNode>>> {
    return z.array(RouteNode).max(30).default([])
  },
})

export const Receiver = z.strictObject({
  name: Id,
  title: Title,
  /** Bots and web hooks: everybody there reads it. */
  channels: z.array(z.int()).max(20).default([]),
  /** One message to each person, by mail or SMS, with a link of his own to acknowledge. */
  people: z
    .array(z.strictObject({ channelId: z.int(), to: Target }))
    .max(20)
    .default([]),
})
export type Receiver = z.output<typeof Receiver>

/** Times of the week in Beijing. */
export const Interval = z.strictObject({
  name: Id,
  title: Title,
  /** 1 Monday … 7 Sunday; empty: every day. */
  weekdays: z.array(z.int().min(1).max(7)).max(7).default([]),
  /** Kinds of days by the calendar of work time; empty: all. */
  dayKinds: z
    .array(z.enum(['workday', 'weekend', 'holiday', 'makeUpWorkday']))
    .max(4)
    .default([]),
  /** Empty: the whole day. */
  times: z.array(WorkPeriod).max(6).default([]),
})
export type Interval = z.output<typeof Interval>

/** While a source fires, targets with equal labels are not told. */
export const Inhibition = z.strictObject({
  id: Id,
  name: Title,
  source: Match,
  target: Match,
  equal: z
    .array(z.enum(['subject', 'aspect', 'platform']))
    .max(3)
    .default([]),
})
export type Inhibition = z.output<typeof Inhibition>

const namesOf = (node: RouteNode): RouteNode[] => [node, ...node.routes.flatMap(namesOf)]

export const Routing = z
  .strictObject({
    root: RouteNode,
    receivers: z.array(Receiver).min(1).max(50),
    intervals: z.array(Interval).max(50).default([]),
    inhibit: z.array(Inhibition).max(50).default([]),
  })
  .superRefine(({ root, receivers, intervals, inhibit }, check) => {
    const nodes = namesOf(root)
    const wrong = (path: (string | number)[], message: string) => check.addIssue({ code: 'custom', path, message })
    if (root.receiver === null) wrong(['root', 'receiver'], 'the root needs a receiver')
    if (Object.keys(root.match).length > 0) wrong(['root', 'match'], 'the root matches everything')
    for (const key of ['groupBy', 'groupWaitSeconds', 'groupIntervalSeconds', 'repeatMinutes'] as const)
      if (root[key] === null) wrong(['root', key], 'the root says it for all')
    if (new Set(nodes.map(({ id }) => id)).size !== nodes.length) wrong(['root'], 'each id once')
    const held = new Set(receivers.map(({ name }) => name))
    if (held.size !== receivers.length) wrong(['receivers'], 'each name once')
    const times = new Set(intervals.map(({ name }) => name))
    if (times.size !== intervals.length) wrong(['intervals'], 'each name once')
    if (new Set(inhibit.map(({ id }) => id)).size !== inhibit.length) wrong(['inhibit'], 'each id once')
    for (const { id, receiver, mute, active } of nodes) {
      if (receiver !== null && !held.has(receiver)) wrong(['root', id, 'receiver'], `there is no receiver ${receiver}`)
      for (const name of [...mute, ...active]) if (!times.has(name)) wrong(['root', id], `there is no interval ${name}`)
    }
  })
export type Routing = z.output<typeof Routing>

export const RoutingVersion = z.object({
  version: z.int(),
  document: Routing,
  reason: z.string(),
  by: z.string(),
  at: z.iso.datetime(),
})
export type RoutingVersion = z.infer<typeof RoutingVersion>
export const RoutingVersions = z.object({
  current: RoutingVersion,
  past: z.array(RoutingVersion.omit({ document: true })),
})
export const RoutingChange = z.strictObject({
  document: z.record(z.string(), z.unknown()),
  reason: z.string().trim().min(2).max(500),
  basedOn: z.int(),
})

/** An event that is made up, or one there is. */
export const PreviewAsked = z.strictObject({
  /** Left out: the tree in force. */
  document: z.record(z.string(), z.unknown()).optional(),
  eventId: z.int().optional(),
  made: z
    .strictObject({
      level: Level,
      subjects: z.array(z.int()).max(10).default([]),
      subjectKinds: z.array(z.string()).max(10).default([]),
      aspects: z.array(z.string()).max(20).default([]),
      platforms: z.array(z.string()).max(20).default([]),
      drill: z.boolean().default(false),
    })
    .optional(),
  at: z.iso.datetime().optional(),
})
export const Preview = z.object({
  ways: z.array(
    z.object({
      route: z.string(),
      /** Names from the root on. */
      path: z.array(z.string()),
      /** What each node on the way asks for, and found. */
      because: z.array(Match),
      receiver: z.string(),
      groupKey: z.string(),
      waitSeconds: z.int(),
      groupIntervalSeconds: z.int(),
      repeatMinutes: z.int(),
      /** Name of the interval that mutes it at this time. */
      mutedBy: z.string().nullable(),
      silencedBy: z.array(z.object({ id: z.int(), reason: z.string() })),
      targets: z.array(
        z.object({
          channelId: z.int(),
          channel: z.string(),
          kind: z.string(),
          person: z.string().nullable(),
          /** Why nothing would leave: `off`, `realOnly`, `drillOnly`, `noAddress`. */
          barred: z.string().nullable(),
        }),
      ),
    }),
  ),
})
export type Preview = z.infer<typeof Preview>
