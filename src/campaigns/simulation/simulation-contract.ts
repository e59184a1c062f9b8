import { z } from 'zod'
import { Channel, Refusal } from '../channels-contract.ts'
import { StepId } from '../journeys/journey-contract.ts'

/** Schemas of simulations and dry runs, shared with the console. No I/O. */

const Instant = z.iso.datetime()

export const simulationLimits = { people: 1_000, shownPaths: 50, days: 400, dryRunPeople: 5_000 } as const

/** What is taken to happen at a step that waits for the outside: `event` at a waitEvent, an outcome at a task. */
const Assumption = z.strictObject({
  what: z.string().min(1).max(40),
  /** For this share of the people, drawn by the seed; the others run into the time-out. */
  share: z.number().min(0).max(1).default(1),
})

const shared = {
  /** A published version; left out: the draft as it stands. */
  version: z.int().min(1).optional(),
  /** The same seed draws the same people, arms and assumptions. */
  seed: z.string().min(1).max(60).default('1'),
  /** When they enter; now unless given. */
  startAt: Instant.optional(),
}

export const SimulationRequest = z.strictObject({
  ...shared,
  who: z.union([
    z.strictObject({ customerId: z.string().regex(/^\d{1,10}$/) }),
    z.strictObject({ sample: z.int().min(1).max(simulationLimits.people) }),
  ]),
  assume: z.record(StepId, Assumption).default({}),
  /** The clock goes on for so long at most. */
  days: z.int().min(1).max(simulationLimits.days).default(90),
})
export type SimulationRequest = z.output<typeof SimulationRequest>

const Verdict = z.object({
  decision: z.enum(['planned', 'refused']),
  channel: Channel.nullable(),
  creativeId: z.int().nullable(),
  /** Held back by hours until then. */
  notBefore: Instant.nullable(),
  /** null where it is planned, and where the reader may not know which reason it is. */
  refusal: Refusal.nullable(),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type ShownVerdict = z.infer<typeof Verdict>

export const simulationEnds = ['finished', 'exited', 'failed', 'beyond', 'waiting', 'notAllowed'] as const
/** `beyond`: still under way when the clock stopped; `waiting`: held by something that never comes; `notAllowed`: stopped at the door. */
export const SimulationEnd = z.enum(simulationEnds)

/** One passage through a step. */
export const SimulatedVisit = z.object({
  step: StepId,
  at: Instant,
  leftAt: Instant.nullable(),
  /** The way he took: `next`, `refused`, `timeout`, `arm:…`, `outcome:…`; null where he still stands. */
  edge: z.string().nullable(),
  /** Of messages and tasks. */
  verdict: Verdict.nullable(),
})
export type SimulatedVisit = z.infer<typeof SimulatedVisit>

export const SimulatedPath = z.object({
  customerId: z.string(),
  /** Masked. */
  display: z.record(z.string(), z.string()),
  visits: z.array(SimulatedVisit),
  end: SimulationEnd,
  endedAt: Instant,
  /** Why he failed or left. */
  reason: z.string().nullable(),
})

const Counts = z.record(z.string(), z.int())
export const SimulatedStep = z.object({
  entered: z.int(),
  /** How many took each way out. */
  edges: Counts,
  /** Of messages and tasks: planned by channel, refused by code. */
  planned: Counts,
  refused: Counts,
})
export type SimulatedStep = z.infer<typeof SimulatedStep>

/**
 * What a simulation takes for granted: conditions, scores and dates are those of now, whatever the clock of the simulation
 * shows (`conditionsNow`); nobody does what ends the journey early (`noExits`); updates change nothing (`noUpdates`); other
 * campaigns plan nothing further (`othersStill`); the campaign counts as running and approved (`asIfRunning`).
 */
export const simulationNotes = ['conditionsNow', 'noExits', 'noUpdates', 'othersStill', 'asIfRunning'] as const

export const Simulation = z.object({
  version: z.int().nullable(),
  draftVersion: z.int().nullable(),
  startAt: Instant,
  seed: z.string(),
  people: z.int(),
  notes: z.array(z.enum(simulationNotes)),
  steps: z.record(StepId, SimulatedStep),
  ends: Counts,
  /** What the sends would cost, thousandths of a fen. */
  costMillifen: z.int(),
  /** Of the first people; only for who may see customers. */
  paths: z.array(SimulatedPath),
})
export type Simulation = z.infer<typeof Simulation>

export const DryRunRequest = z.strictObject(shared)
export type DryRunRequest = z.output<typeof DryRunRequest>

/** Who would receive what if everybody entered at once. */
export const DryRun = z.object({
  version: z.int().nullable(),
  draftVersion: z.int().nullable(),
  startAt: Instant,
  seed: z.string(),
  notes: z.array(z.enum(simulationNotes)),
  /** Who may enter now; for events and programs, who did or could lately. */
  total: z.int(),
  /** Of those, walked through the journey. The other figures are of them; fewer than the total are a sample. */
  people: z.int(),
  /** People who get at least one message or task, and people who get none, by the first reason. */
  reached: z.int(),
  unreached: Counts,
  /** Sends by step: planned by channel, refused by code. */
  steps: z.record(StepId, SimulatedStep.pick({ entered: true, planned: true, refused: true })),
  sends: Counts,
  ends: Counts,
  cost: z.object({
    /** Of the people walked, scaled to all. */
    expectedMillifen: z.int(),
    /** No more than this, whatever happens: the dearest way through for everybody, or the budget; null: a loop has no bound. */
    upToMillifen: z.int().nullable(),
    bound: z.enum(['path', 'budget', 'none']),
  }),
  /** Some of those who would be reached and of those who would not; masked; only for who may see customers. */
  sample: z.array(
    z.object({
      customerId: z.string(),
      display: z.record(z.string(), z.string()),
      sends: z.array(z.object({ step: StepId, at: Instant, verdict: Verdict })),
    }),
  ),
})
export type DryRun = z.infer<typeof DryRun>
