import { z } from 'zod'
import { Channel, Refusal } from '../channels-contract.ts'
import { RefusalGroupName } from '../gate/gate-contract.ts'

/** What a campaign brought, shared with the console. Shares between 0 and 1, money in fen. */

const Instant = z.iso.datetime()
export const Estimate = z.object({ value: z.number(), low: z.number(), high: z.number() })
export type Estimate = z.infer<typeof Estimate>

const Share = z.object({ people: z.int(), did: z.int() })
/** A share that does not exist, of nobody, is null. */
const Group = Share.extend({ share: Estimate.nullable() })
export type Group = z.infer<typeof Group>

const Comparison = z.object({
  difference: Estimate,
  lift: Estimate.nullable(),
  z: z.number(),
  p: z.number(),
  method: z.enum(['wald', 'newcombe']),
})
export type Comparison = z.infer<typeof Comparison>

/** Whether people fell into the groups as planned. null: too few to say. */
const Ratio = z.object({ chi2: z.number(), df: z.int(), p: z.number(), alarm: z.boolean() }).nullable()

/** Sends by how far they came; each later one is among the earlier. */
export const Stages = z.object({
  /** Every wish to send that the gate answered. */
  asked: z.int(),
  refused: z.int(),
  /** Decided, and not sent yet. */
  waiting: z.int(),
  sent: z.int(),
  delivered: z.int(),
  read: z.int(),
  clicked: z.int(),
  failed: z.int(),
  /** Handed over, and nobody can say yet whether it went out. */
  unknown: z.int(),
  costFen: z.number(),
})
export type Stages = z.infer<typeof Stages>

export const Effects = z.object({
  campaignId: z.int(),
  version: z.int().nullable(),
  asOf: Instant,
  /** Conversions count this long after the first decision about a person. null: the campaign has no goal. */
  goal: z.object({ event: z.string(), withinDays: z.int() }).nullable(),
  total: Stages,
  /** People: decided about, reached at least once. */
  people: z.object({ asked: z.int(), sent: z.int(), delivered: z.int(), clicked: z.int() }),
  refusals: z.array(z.object({ code: Refusal, group: RefusalGroupName, sends: z.int(), people: z.int() })),
  steps: z.array(
    Stages.extend({
      step: z.string(),
      /** What its author called it, in the newest version that has it; null where he did not. */
      name: z.string().nullable(),
      kind: z.string().nullable(),
      channel: Channel,
    }),
  ),
  /**
   * Those whom chance let through against those it left alone. Everybody counts whom the gate let come as far as that draw,
   * whatever became of his send: so nothing but the draw tells the groups apart.
   */
  holdout: z
    .object({
      scope: z.enum(['campaign', 'global']),
      treated: Group,
      control: Group,
      comparison: Comparison.nullable(),
      ratio: Ratio,
      /** Conversions that would not have been without the campaign. */
      incremental: Estimate.nullable(),
      /** Share of people whose time for a conversion is over. */
      matured: z.number(),
    })
    .nullable(),
  experiments: z.array(
    z.object({
      key: z.string(),
      /** What its author called the step. */
      name: z.string().nullable(),
      arms: z.array(Group.extend({ name: z.string(), planned: z.number(), reached: z.int() })),
      /** Each arm against the first, in the order of `arms` from the second. */
      comparisons: z.array(Comparison.nullable()),
      ratio: Ratio,
      /** People met in more than one arm: merged meanwhile, or the step changed. */
      mixed: z.int(),
    }),
  ),
  cost: z.object({
    costFen: z.number(),
    perConversionFen: z.number().nullable(),
    /** null while the number of incremental conversions may be nought. `high` is null where it has no bound. */
    perIncrementalFen: z.object({ value: z.number(), low: z.number(), high: z.number().nullable() }).nullable(),
    /** Worth of the incremental conversions less the cost. */
    gainFen: Estimate.nullable(),
  }),
  guardrails: z.object({
    /** People who withdrew within seven days of a send that reached them, and who complained. */
    optOuts: Group,
    complaints: Group,
  }),
  days: z.array(
    z.object({ day: z.iso.date(), sent: z.int(), delivered: z.int(), treatedDid: z.int(), controlDid: z.int() }),
  ),
})
export type Effects = z.infer<typeof Effects>

export const EffectsQuery = z.object({ version: z.coerce.number().int().min(1).optional() })
