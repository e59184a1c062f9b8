import { z } from 'zod'

/** Schemas of loans and their true cost, shared with the console. Money in whole fen, rates in decimals. No I/O. */

/**
 * 等额本息 · 等额本金 · 先息后本 · 一次性还本付息 · 本金均摊、费用按初始本金. In the last the price is a fee on what was first
 * borrowed, however much has been paid back.
 */
export const repaymentModes = ['equalInstalment', 'equalPrincipal', 'interestFirst', 'bullet', 'feeOnOriginal'] as const
export const RepaymentMode = z.enum(repaymentModes)
export type RepaymentMode = z.infer<typeof RepaymentMode>

export const feeKinds = ['service', 'guarantee', 'insurance', 'membership', 'account', 'other'] as const
export const FeeKind = z.enum(feeKinds)

/**
 * upfront: kept back from what is paid out; signing: paid by the borrower on the day of the loan; monthly: with each
 * instalment; final: with the last one.
 */
export const feeTimings = ['upfront', 'signing', 'monthly', 'final'] as const
export const FeeTiming = z.enum(feeTimings)

/** A cost that the borrower cannot avoid, whoever takes it. */
export const Fee = z
  .strictObject({
    kind: FeeKind,
    name: z.string().trim().min(1).max(60),
    /** Who receives it. */
    payee: z.string().trim().max(100),
    timing: FeeTiming,
    /** original: what was first borrowed; outstanding: what is still owed before the instalment; fixed: an amount. */
    basis: z.enum(['original', 'outstanding', 'fixed']),
    /** Share of the basis, of each time it is taken. */
    rate: z.number().min(0).max(1).default(0),
    amountFen: z.int().min(0).max(1_000_000_00).default(0),
  })
  .refine(({ basis, timing }) => basis !== 'outstanding' || timing === 'monthly', {
    path: ['basis'],
    error: 'only a monthly fee can follow what is still owed',
  })
export type Fee = z.output<typeof Fee>

export const LoanTerms = z.strictObject({
  amountFen: z.int().min(100).max(1_000_000_000_00),
  /** Months; one instalment each. */
  instalments: z.int().min(1).max(360),
  repayment: RepaymentMode,
  /** Simple annual rate of the interest alone, decimal: 0.12. */
  annualRate: z.number().min(0).max(10),
  fees: z.array(Fee).max(20).default([]),
})
export type LoanTerms = z.output<typeof LoanTerms>
export type LoanTermsInput = z.input<typeof LoanTerms>

export const Instalment = z.object({
  no: z.int(),
  principalFen: z.int(),
  interestFen: z.int(),
  /** In the order of the loan's fees, 0 where one is not due. */
  feesFen: z.array(z.int()),
  paymentFen: z.int(),
  /** Owed after it. */
  balanceFen: z.int(),
})
export type Instalment = z.infer<typeof Instalment>

export const AnnualCost = z.object({
  /** Internal rate of return of one month. */
  monthlyIrr: z.number(),
  /** 12 × monthlyIrr (单利). */
  simple: z.number(),
  /** (1 + monthlyIrr)^12 − 1 (复利, IRR). */
  compound: z.number(),
})
export type AnnualCost = z.infer<typeof AnnualCost>

export const LoanCost = z.object({
  ...AnnualCost.shape,
  /** Paid out after what is kept back and paid at signing. */
  receivedFen: z.int(),
  totalPaidFen: z.int(),
  /** Everything paid beyond the amount borrowed. */
  totalCostFen: z.int(),
  byPayee: z.array(
    z.object({ payee: z.string(), kind: z.enum(['interest', ...feeKinds]), name: z.string(), fen: z.int() }),
  ),
  schedule: z.array(Instalment),
  /** Borrower's cash flows, fen, one a month; the first is what was received. */
  flowsFen: z.array(z.int()),
})
export type LoanCost = z.infer<typeof LoanCost>

export const lenderTypes = [
  'bank',
  'consumerFinance',
  'autoFinance',
  'trust',
  'microLender',
  'facilitated',
  'private',
] as const
export const LenderType = z.enum(lenderTypes)
export type LenderType = z.infer<typeof LenderType>

const Day = z.iso.date()

export const Cap = z.object({
  lenderType: LenderType,
  validFrom: Day,
  /** The rate itself, or that many times the one-year LPR in force. */
  kind: z.enum(['fixed', 'lpr']),
  value: z.number(),
  compare: z.enum(['simple', 'compound']),
  source: z.string(),
})
export type Cap = z.infer<typeof Cap>

/** A cap as it applies on a day. */
export const CapInForce = z.object({
  ...Cap.shape,
  /** Decimal per year. */
  limit: z.number(),
  /** The LPR it was computed from, when it was. */
  lpr: z.object({ publishedOn: Day, oneYear: z.number() }).nullable(),
})
export type CapInForce = z.infer<typeof CapInForce>

export const Lpr = z.object({
  publishedOn: Day,
  oneYear: z.number(),
  fiveYear: z.number().nullable(),
  source: z.string(),
})
export type Lpr = z.infer<typeof Lpr>

export const CostRequest = z.strictObject({
  loan: LoanTerms,
  lenderType: LenderType.optional(),
  facilitated: z.boolean().default(false),
})
export const CostAnswer = z.object({ cost: LoanCost, cap: CapInForce.nullable(), aboveCap: z.boolean() })
export type CostAnswer = z.infer<typeof CostAnswer>

export const NewCap = z.strictObject({
  lenderType: LenderType,
  validFrom: Day,
  kind: z.enum(['fixed', 'lpr']),
  value: z.number().positive().max(20),
  compare: z.enum(['simple', 'compound']),
  source: z.string().trim().min(2).max(300),
})
export const NewLpr = z.strictObject({
  publishedOn: Day,
  oneYear: z.number().positive().max(0.5),
  fiveYear: z.number().positive().max(0.5).nullable().default(null),
  source: z.string().trim().min(2).max(300),
})
export const CapPage = z.object({ caps: z.array(Cap), lprs: z.array(Lpr), inForce: z.array(CapInForce) })
export type CapPage = z.infer<typeof CapPage>
