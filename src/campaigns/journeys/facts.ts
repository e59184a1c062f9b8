import { sql } from 'kysely'
import { zone as companyZone, compare, propertySubject } from '#audiences'
import { type Ctx, ch, Problem } from '#platform'
import type { EventMatch } from '../contract.ts'
import { limitsInForce } from '../limits/store.ts'
import { among } from '../triggers/among.ts'
import { type Families, familiesOf } from '../triggers/families.ts'
import type { Step } from './journey-contract.ts'
import { exitsOf } from './journey-exits-contract.ts'
import { isZone } from './local-time.ts'
import { scoresOf } from './scores.ts'
import { makeUpdates } from './updates.ts'
import type { RunningVersion } from './versions.ts'
import { asks, type Fact, lookBackMs, passesOn } from './walk.ts'

/** Somebody whose next move is looked at. */
export interface Asked {
  id: string
  customerNo: number
  step: string
  arrivedAt: Date
  enteredAt: Date
}

/** What was found out about a set of people. */
export interface Facts {
  of(entryId: string, step: string): Fact | undefined
  zoneOf(customerNo: number): string
  /** Who did the goal or an exit event since he entered, and when. */
  over: ReadonlyMap<string, { role: 'goal' | 'exit'; at: Date }>
}

/** Who declined to be treated by his profile (PIPL 24). */
export type NotPersonalised = (ctx: Ctx, nos: readonly number[]) => Promise<ReadonlySet<number>>

/**
 * Finds out what a set of people of one version needs to move: for each the step he stands at and those he comes to without
 * waiting. Outside any transaction, since most of it is asked of ClickHouse and one asks for the whole set at once: so a trait,
 * tag or consent may be as old as the look, some tens of milliseconds. Where somebody stands and whether he may be sent to is
 * decided in the transaction, from Postgres.
 */
export const findOut = async (
  ctx: Ctx,
  version: RunningVersion,
  people: readonly Asked[],
  notPersonalised: NotPersonalised,
): Promise<Facts> => {
  const { steps } = version.definition.journey
  const wanted = new Map<string, Asked[]>()
  const ahead = new Map<string, ReadonlySet<string>>()
  for (const person of people) {
    const coming = ahead.get(person.step) ?? comingTo(steps, person.step)
    ahead.set(person.step, coming)
    for (const id of coming) {
      const step = steps[id]
      // An update is made only for whom it is his turn: one that is made ahead could be one too many.
      if (!step || !asks(step) || (id !== person.step && (step.kind === 'update' || step.kind === 'waitEvent')))
        continue
      const held = wanted.get(id)
      if (held) held.push(person)
      else wanted.set(id, [person])
    }
  }
  const sending = people.filter(({ step }) =>
    [...(ahead.get(step) ?? [])].some((id) => steps[id]?.kind === 'message' || steps[id]?.kind === 'task'),
  )
  const clocked = people.filter(({ step }) =>
    [...(ahead.get(step) ?? [])].some((id) => steps[id] && readsClock(steps[id])),
  )
  // A message alone asks nothing of the person here: the gate finds out for itself.
  const asking = wanted.size > 0 || clocked.length > 0 || mayBeOver(ctx, version, sending).length > 0
  const families = await familiesOf(ctx, asking ? people.map(({ customerNo }) => customerNo) : [])
  // The same trait as for quiet hours.
  const { zone: home } = await limitsInForce(ctx)
  const zones = await textTraits(ctx, families, [home.trait], clocked)
  const facts = new Map<string, Fact>()
  for (const [id, ones] of wanted) {
    const step = steps[id]
    if (!step) continue
    try {
      for (const [entryId, fact] of await factsAt(ctx, version, { id, step, ones, families, notPersonalised }))
        facts.set(`${entryId} ${id}`, fact)
    } catch (error) {
      if (!isLasting(error)) throw error
      for (const one of ones) facts.set(`${one.id} ${id}`, { fault: error.code })
    }
  }
  return {
    of: (entryId, step) => facts.get(`${entryId} ${step}`),
    zoneOf: (no) => {
      const named = zones.get(no)?.get(home.trait)
      return named !== undefined && isZone(named) ? named : home.standard
    },
    over: await overBefore(ctx, version, sending, families),
  }
}

/** Whether it will fail tomorrow too: a trait, tag or audience is gone. Anything else is a store that is away, a lease, a bug. */
const isLasting = (error: unknown): error is Problem =>
  error instanceof Problem && error.status < 500 && !/\.(running|overtaken)$/.test(error.code)

/** The step itself and those somebody may come to from it without waiting. */
const comingTo = (steps: Readonly<Record<string, Step>>, from: string): Set<string> => {
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = steps[id]
    if (!step || seen.has(id)) continue
    seen.add(id)
    // A wait that he stands at is over, or it will turn out that it is not; one further on holds him.
    if (passesOn(step) || id === from) for (const { to } of exitsOf(step)) if (to !== null) open.push(to)
  }
  return seen
}

const readsClock = (step: Step): boolean =>
  step.kind === 'waitDate' ||
  step.kind === 'waitWindow' ||
  (step.kind === 'wait' && step.for.unit === 'days') ||
  (step.kind === 'waitEvent' && step.within.unit === 'days') ||
  (step.kind === 'task' && step.dueIn.unit === 'days')

interface Question {
  id: string
  step: Step
  ones: readonly Asked[]
  families: Families
  notPersonalised: NotPersonalised
}

const factsAt = async (ctx: Ctx, version: RunningVersion, question: Question): Promise<Map<string, Fact>> => {
  const { id, step, ones, families, notPersonalised } = question
  const nos = [...new Set(ones.map(({ customerNo }) => customerNo))]
  const found = new Map<string, Fact>()
  switch (step.kind) {
    case 'branch': {
      const armOf = new Map<number, string>()
      for (const { name, when } of step.arms) {
        const open = nos.filter((no) => !armOf.has(no))
        if (open.length === 0) break
        for (const no of await among(ctx, when, open, version.audiences)) armOf.set(no, name)
      }
      for (const one of ones) found.set(one.id, { arm: armOf.get(one.customerNo) ?? null })
      return found
    }
    case 'best': {
      const [scores, declined] = await Promise.all([scoresOf(ctx, step, nos, families), notPersonalised(ctx, nos)])
      for (const one of ones) {
        const scored = declined.has(one.customerNo) ? undefined : scores.get(one.customerNo)
        found.set(one.id, { arm: scored ?? null })
      }
      return found
    }
    case 'waitDate': {
      const [traits, triggers] = await Promise.all([
        textTraits(ctx, families, [step.trait], ones),
        triggerDates(ctx, ones, step.trait),
      ])
      for (const one of ones) {
        const said = triggers.get(one.id) ?? traits.get(one.customerNo)?.get(step.trait)
        found.set(one.id, { date: said !== undefined && isDay(said.slice(0, 10)) ? said.slice(0, 10) : null })
      }
      return found
    }
    case 'waitEvent': {
      // Those who have only just come are not looked up yet: see `lookBackMs`.
      const due = ones.filter(({ arrivedAt }) => ctx.now().getTime() - arrivedAt.getTime() >= lookBackMs)
      const last = await lastOf(
        ctx,
        { event: step.event, where: step.where },
        due,
        families,
        ({ arrivedAt }) => arrivedAt,
      )
      for (const one of due) {
        const at = last.get(one.customerNo)
        found.set(one.id, { came: at !== undefined && at >= one.arrivedAt })
      }
      return found
    }
    case 'update': {
      const faults = await makeUpdates(ctx, version, { id, step, ones })
      for (const one of ones) {
        const fault = faults.get(one.customerNo)
        found.set(one.id, fault === undefined ? { done: true } : { fault })
      }
      return found
    }
    default:
      return found
  }
}

const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))

/** Latest values of traits as text, over all numbers of a person; personal ones are sealed and missing. */
export const textTraits = async (
  ctx: Ctx,
  families: Families,
  names: readonly string[],
  people: readonly Pick<Asked, 'customerNo'>[],
): Promise<Map<number, Map<string, string>>> => {
  const wanted = new Set(people.map(({ customerNo }) => customerNo))
  if (wanted.size === 0) return new Map()
  const nos = families.nos.filter((no) => wanted.has(families.rootOf(no) ?? 0))
  const { rows } = await sql<{ no: number; name: string; value: string; at: number }>`
    select c.no, t.name, c.traits -> t.name ->> 0 as value, (c.traits -> t.name ->> 1)::float8 as at
    from customers.customer c cross join unnest(${names}::text[]) as t (name)
    where c.no = any(${nos}::int[]) and c.traits ? t.name`.execute(ctx.pg)
  const found = new Map<number, Map<string, string>>()
  for (const { no, name, value } of rows.sort((a, b) => a.at - b.at)) {
    const root = families.rootOf(no) ?? no
    const held = found.get(root) ?? new Map<string, string>()
    found.set(root, held.set(name, value))
  }
  return found
}

const triggerDates = async (ctx: Ctx, ones: readonly Asked[], name: string): Promise<Map<string, string>> => {
  const { rows } = await sql<{ id: string; value: string }>`
    select id::text as id, trigger ->> ${name} as value from campaigns.entry
    where id = any(${ones.map(({ id }) => id)}::bigint[]) and trigger ? ${name}`.execute(ctx.pg)
  return new Map(rows.map(({ id, value }) => [id, value]))
}

/** When each did the event last, of those who did since the earliest of their times. */
const lastOf = async (
  ctx: Ctx,
  { event, where }: EventMatch,
  people: readonly Asked[],
  families: Families,
  since: (one: Asked) => Date,
): Promise<Map<number, Date>> => {
  const found = new Map<number, Date>()
  if (people.length === 0) return found
  const roots = new Set(people.map(({ customerNo }) => customerNo))
  const nos = families.nos.filter((no) => roots.has(families.rootOf(no) ?? 0))
  const from = new Date(Math.min(...people.map((one) => since(one).getTime())))
  const clock = { at: ctx.now(), zone: companyZone }
  const filters = (where ?? []).map(({ property, ...comparison }, i) =>
    compare(propertySubject(`where.${i}`, property, clock), comparison, clock),
  )
  const rows = await ctx.ch.rows<{ no: number; last: string }>(
    ch.sql`select customer_no as no, max(ts) as last from events where ${ch.join(
      [
        ch.sql`event = ${ch.str(event)}`,
        ch.sql`customer_no in ${ch.u32s(nos)}`,
        ch.sql`ts >= ${ch.moment(from)}`,
        ...filters,
      ],
      ' and ',
    )} group by no`,
  )
  for (const { no, last } of rows) {
    const root = families.rootOf(no) ?? no
    const at = new Date(last)
    const before = found.get(root)
    if (!before || before < at) found.set(root, at)
  }
  return found
}

/** Somebody who came in this short a time ago came by what he did: a look at what he did since finds nothing else. */
const freshMs = 2_000

const endsOf = ({
  definition: { goal, exits, exitOnGoal },
}: RunningVersion): { role: 'goal' | 'exit'; match: EventMatch }[] => [
  ...exits.map((match) => ({ role: 'exit' as const, match })),
  ...(goal && exitOnGoal ? [{ role: 'goal' as const, match: { event: goal.event, where: goal.where } }] : []),
]

/** Those of whom it has to be looked up whether the journey is over for them. */
const mayBeOver = (ctx: Ctx, version: RunningVersion, sending: readonly Asked[]): readonly Asked[] => {
  if (endsOf(version).length === 0) return []
  const now = ctx.now().getTime()
  return sending.filter(({ enteredAt }) => now - enteredAt.getTime() >= freshMs)
}

/**
 * Who did the goal or an exit event since he entered: told at once by whoever listens to events, and looked up again before
 * anything is sent, since a message about an application that was made a minute ago is worse than none.
 */
const overBefore = async (
  ctx: Ctx,
  version: RunningVersion,
  sending: readonly Asked[],
  families: Families,
): Promise<Map<string, { role: 'goal' | 'exit'; at: Date }>> => {
  const over = new Map<string, { role: 'goal' | 'exit'; at: Date }>()
  const older = mayBeOver(ctx, version, sending)
  if (older.length === 0) return over
  for (const { role, match } of endsOf(version)) {
    const last = await lastOf(ctx, match, older, families, ({ enteredAt }) => enteredAt)
    for (const one of older) {
      const at = last.get(one.customerNo)
      if (at && at >= one.enteredAt) over.set(one.id, { role, at })
    }
  }
  return over
}
