import { lookUp, readRows } from '#customers'
import { type Ctx, problem as platformProblem } from '#platform'
import { Refusal } from '../channels-contract.ts'
import type { GateVerdict, PersonFacts } from '../gate/gate.ts'
import { maySee, shownCount } from '../gate/shown.ts'
import { among } from '../triggers/among.ts'
import { costBound } from './cost-bound.ts'
import { whoMayEnter } from './people.ts'
import type {
  DryRun,
  DryRunRequest,
  ShownVerdict,
  SimulatedStep,
  Simulation,
  SimulationRequest,
} from './simulation-contract.ts'
import { simulationLimits, simulationNotes } from './simulation-contract.ts'
import { type Path, type Used, type Visit, type World, walkPerson } from './walk-person.ts'
import { type Subject, subjectOf, worldFor } from './world.ts'

/** Why somebody is excluded or unsuitable is told only to those who may read exclusions, as of sends that were made. */
const shownVerdict = (ctx: Ctx, verdict: GateVerdict): ShownVerdict =>
  verdict.decision === 'planned'
    ? {
        decision: 'planned',
        channel: verdict.channel,
        creativeId: verdict.creativeId,
        notBefore: verdict.notBefore.toISOString(),
        refusal: null,
        values: {},
      }
    : {
        decision: 'refused',
        channel: null,
        creativeId: null,
        notBefore: null,
        ...(maySee(ctx.actor, verdict.reason.refusal)
          ? { refusal: verdict.reason.refusal, values: verdict.reason.values ?? {} }
          : { refusal: null, values: {} }),
      }

const add = (counts: Record<string, number>, key: string, n = 1): void => {
  counts[key] = (counts[key] ?? 0) + n
}

/** What happened at each step, over all paths. */
const stepsOf = (paths: readonly Path[]): Record<string, SimulatedStep> => {
  const steps: Record<string, SimulatedStep> = {}
  for (const { visits } of paths)
    for (const { step, edge, verdict } of visits) {
      const held = steps[step] ?? { entered: 0, edges: {}, planned: {}, refused: {} }
      steps[step] = held
      held.entered++
      if (edge !== null) add(held.edges, edge)
      if (verdict?.decision === 'planned') add(held.planned, verdict.channel)
      if (verdict?.decision === 'refused') add(held.refused, verdict.reason.refusal)
    }
  return steps
}

const endsOf = (paths: readonly Path[]): Record<string, number> => {
  const ends: Record<string, number> = {}
  for (const { end } of paths) add(ends, end)
  return ends
}

const costOf = (paths: readonly Path[]): number =>
  paths
    .flatMap(({ visits }) => visits)
    .reduce((sum, { verdict }) => sum + (verdict?.decision === 'planned' ? verdict.costMillifen : 0), 0)

/** People walked between two looks at whether others wait. */
const breath = 200

/** Everybody through the journey, one after another; the budget is shared in that order. */
const walkAll = async (world: World, people: readonly PersonFacts[]): Promise<Path[]> => {
  const used: Used = { sends: 0, costMillifen: 0 }
  const paths: Path[] = []
  for (const [i, person] of people.entries()) {
    paths.push(walkPerson(world, person, used))
    if (i % breath === breath - 1) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return paths
}

const mayBeShown = (ctx: Ctx): boolean => ctx.actor.permissions.has('customers.read')

/** By tens for who may not see customers: a sample of one would tell what is known of a person. */
const coarse = (ctx: Ctx, counts: Record<string, number>): Record<string, number> =>
  mayBeShown(ctx) ? counts : Object.fromEntries(Object.entries(counts).map(([key, n]) => [key, n - (n % 10)]))

/** Counts of refusals: those by a reason that the reader may not know of a person, by tens to him as well. */
const byReason = (ctx: Ctx, counts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(coarse(ctx, counts)).map(([code, n]) => {
      const known = Refusal.safeParse(code)
      return [code, known.success ? shownCount(ctx.actor, known.data, n) : n]
    }),
  )

const tell = (ctx: Ctx, n: number): number => (mayBeShown(ctx) ? n : n - (n % 10))

const coarseStep = (ctx: Ctx, { entered, edges, planned, refused }: SimulatedStep): SimulatedStep => ({
  entered: tell(ctx, entered),
  edges: coarse(ctx, edges),
  planned: coarse(ctx, planned),
  refused: byReason(ctx, refused),
})

const named = ({ version, draftVersion }: Subject) => ({ version, draftVersion })

/** Masked display by number. */
const displaysOf = async (ctx: Ctx, nos: readonly number[]): Promise<Map<number, Record<string, string>>> => {
  const rows = await readRows(ctx, nos)
  return new Map(rows.map(({ id, display }) => [Number(id), display]))
}

const shownVisit = (ctx: Ctx, { step, at, leftAt, edge, verdict }: Visit) => ({
  step,
  at: at.toISOString(),
  leftAt: leftAt?.toISOString() ?? null,
  edge,
  verdict: verdict && shownVerdict(ctx, verdict),
})

/**
 * What would happen to one customer or a sample if they entered at an instant: nothing is written, nothing is sent. The same
 * seed gives the same answer as long as nothing changes.
 * @throws problem.unknown, problem.unknownVersion, platform.notFound, platform.forbidden for one customer by who may see none
 */
export const simulate = async (
  ctx: Ctx,
  { id, ...request }: SimulationRequest & { id: number },
): Promise<Simulation> => {
  const { who, seed, days, assume } = request
  const subject = await subjectOf(ctx, id, request.version)
  const startAt = request.startAt ? new Date(request.startAt) : ctx.now()
  const nos =
    'sample' in who
      ? (await whoMayEnter(ctx, subject.frozen, { seed, most: who.sample })).nos
      : [await oneOf(ctx, who.customerId)]
  const { world, people } = await worldFor(ctx, subject, nos, { campaignId: id, seed, startAt, days, assume })
  const { only } = subject.frozen.definition
  // A sample is drawn from those the door lets in; of one customer it is asked.
  const may = 'customerId' in who && only ? await among(ctx, only, nos, subject.frozen.audiences) : undefined
  const stopped = people
    .filter(({ no }) => may && !may.has(no))
    .map(({ no }): Path => ({ no, visits: [], end: 'notAllowed', endedAt: startAt, reason: null }))
  const paths = [
    ...stopped,
    ...(await walkAll(
      world,
      people.filter(({ no }) => !may || may.has(no)),
    )),
  ]
  const shown = mayBeShown(ctx) ? paths.slice(0, simulationLimits.shownPaths) : []
  const displays = await displaysOf(
    ctx,
    shown.map(({ no }) => no),
  )
  const steps = Object.entries(stepsOf(paths)).map(([step, counts]) => [step, coarseStep(ctx, counts)] as const)
  return {
    ...named(subject),
    startAt: startAt.toISOString(),
    seed,
    people: tell(ctx, paths.length),
    notes: [...simulationNotes],
    steps: Object.fromEntries(steps),
    ends: coarse(ctx, endsOf(paths)),
    // What a few cost says of each whether he would be reached.
    costMillifen: tell(ctx, paths.length) > 0 ? costOf(paths) : 0,
    paths: shown.map(({ no, visits, end, endedAt, reason }) => ({
      customerId: String(no),
      display: displays.get(no) ?? {},
      visits: visits.map((visit) => shownVisit(ctx, visit)),
      end,
      endedAt: endedAt.toISOString(),
      reason,
    })),
  }
}

const oneOf = async (ctx: Ctx, customerId: string): Promise<number> => {
  if (!mayBeShown(ctx)) throw platformProblem.forbidden({ needs: 'customers.read' })
  const [found] = await lookUp(ctx, 'customerId', [customerId])
  if (!found || found.no === null) throw platformProblem.notFound({ customer: customerId })
  return found.no
}

/** The longest a campaign may run for one person, for what it may cost. */
const dryRunDays = simulationLimits.days
const shownPeople = 20

const firstRefusal = ({ visits }: Path): string =>
  visits.flatMap(({ verdict }) => (verdict?.decision === 'refused' ? [verdict.reason.refusal] : []))[0] ?? 'noMessage'

const isReached = ({ visits }: Path): boolean => visits.some(({ verdict }) => verdict?.decision === 'planned')

/**
 * Who would receive what, and who nothing and why, if everybody whom the trigger means entered at once; with what it would
 * cost and what it could cost at most.
 * @throws problem.unknown, problem.unknownVersion
 */
export const dryRun = async (ctx: Ctx, { id, ...request }: DryRunRequest & { id: number }): Promise<DryRun> => {
  const { seed } = request
  const subject = await subjectOf(ctx, id, request.version)
  const startAt = request.startAt ? new Date(request.startAt) : ctx.now()
  const { total, nos } = await whoMayEnter(ctx, subject.frozen, { seed, most: simulationLimits.dryRunPeople })
  const { world, people } = await worldFor(ctx, subject, nos, {
    campaignId: id,
    seed,
    startAt,
    days: dryRunDays,
    assume: {},
  })
  const paths = await walkAll(world, people)
  const reached = paths.filter(isReached)
  const unreached: Record<string, number> = {}
  for (const path of paths) if (!isReached(path)) add(unreached, firstRefusal(path))
  const steps = stepsOf(paths)
  const sends: Record<string, number> = {}
  for (const { planned } of Object.values(steps))
    for (const [channel, n] of Object.entries(planned)) add(sends, channel, n)
  const expected = tell(ctx, paths.length) > 0 ? Math.round((costOf(paths) * total) / paths.length) : 0
  const shown = mayBeShown(ctx)
    ? [...reached.slice(0, shownPeople / 2), ...paths.filter((path) => !isReached(path)).slice(0, shownPeople / 2)]
    : []
  const displays = await displaysOf(
    ctx,
    shown.map(({ no }) => no),
  )
  return {
    ...named(subject),
    startAt: startAt.toISOString(),
    seed,
    notes: [...simulationNotes],
    total: tell(ctx, total),
    people: tell(ctx, paths.length),
    reached: tell(ctx, reached.length),
    unreached: byReason(ctx, unreached),
    steps: Object.fromEntries(
      Object.entries(steps).map(([step, counts]) => {
        const { entered, planned, refused } = coarseStep(ctx, counts)
        return [step, { entered, planned, refused }]
      }),
    ),
    sends: coarse(ctx, sends),
    ends: coarse(ctx, endsOf(paths)),
    cost: {
      expectedMillifen: expected,
      ...costBound(subject.frozen.definition, tell(ctx, total), world.rules.limits.costs.millifen),
    },
    sample: shown.map(({ no, visits }) => ({
      customerId: String(no),
      display: displays.get(no) ?? {},
      sends: visits.flatMap(({ step, at, verdict }) =>
        verdict ? [{ step, at: at.toISOString(), verdict: shownVerdict(ctx, verdict) }] : [],
      ),
    })),
  }
}
