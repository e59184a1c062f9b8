import { z } from 'zod'

/**
 * The sheet of all costs that a borrower has to read before he signs (R2), with the fields that R3 lists. Each cost names who
 * collects it; without one the sheet is invalid. No I/O.
 */

const Collector = z.string().trim().min(1).max(100)
const Text = z.string().trim().min(1).max(500)

export const DisclosureSheet = z.strictObject({
  offerName: z.string().min(1),
  lender: z.strictObject({
    name: Collector,
    licence: z.string().trim().min(1),
    address: z.string().trim().min(1),
    contact: z.string().trim().min(1),
  }),
  partner: z.string().nullable(),
  /** The example the rates are of. */
  amountFen: z.int(),
  instalments: z.int(),
  /** Normal performance, all costs in: simple and compound, decimals per year. */
  costRateSimple: z.number(),
  costRateCompound: z.number(),
  totalCostFen: z.int(),
  loanInterestRate: z.number(),
  loanInterestType: z.literal('fixed'),
  loanInterestRepayMode: z.string(),
  loanInterestCollector: Collector,
  loanInterestFen: z.int(),
  guaranteeFee: z
    .strictObject({ rate: z.number().nullable(), amountFen: z.int(), type: Text, mode: Text, collector: Collector })
    .nullable(),
  /** Every other cost that cannot be avoided. */
  fees: z.array(
    z.strictObject({ name: Text, rate: z.number().nullable(), amountFen: z.int(), mode: Text, collector: Collector }),
  ),
  /** All of it stays below the cap in force. */
  capped: z.boolean(),
  overduePenaltyText: Text,
  overduePenaltyCollector: Collector,
  misusePenaltyText: Text,
  misusePenaltyCollector: Collector,
  prepaymentFeeName: Text,
  prepaymentFeeText: Text,
  prepaymentFeeCollector: Collector,
  otherFees: z.array(z.strictObject({ text: Text, collector: Collector })),
  risk: z.string(),
  afterSales: z.string(),
})
export type DisclosureSheet = z.infer<typeof DisclosureSheet>

const Instant = z.iso.datetime()

export const NewDisclosureLink = z.strictObject({
  customerNo: z.int().min(1).nullable().default(null),
  /** Version of the offer; the published one unless given. */
  version: z.int().min(1).optional(),
  validDays: z.int().min(1).max(90).default(7),
})
export const DisclosureLink = z.object({ id: z.uuid(), path: z.string(), expiresAt: Instant })
export type DisclosureLink = z.infer<typeof DisclosureLink>

export const DisclosureReading = z.object({
  id: z.uuid(),
  linkId: z.uuid(),
  version: z.int(),
  customerNo: z.int().nullable(),
  disclosureHash: z.string(),
  neededSeconds: z.int(),
  shownSeconds: z.number(),
  scrolled: z.boolean(),
  openedAt: Instant,
  confirmedAt: Instant.nullable(),
  /** phone, tablet, desktop, unknown. */
  device: z.string(),
})
export const DisclosureReadings = z.object({ items: z.array(DisclosureReading), confirmed: z.int() })
export type DisclosureReadings = z.infer<typeof DisclosureReadings>
