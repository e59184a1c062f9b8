import { z } from 'zod'
import { Month } from '../review/review-contract.ts'

/** Shapes of brand awareness, shared with the console. No I/O. */

/** A figure with its 95 % interval; null where there is nothing to reckon from. */
export const Measured = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  of: z.int(),
})
export type Measured = z.infer<typeof Measured>

export const VoiceMonth = z.object({
  month: Month,
  mentions: z.int(),
  brands: z.array(
    z.object({
      subjectId: z.int(),
      name: z.string(),
      own: z.boolean(),
      mentions: z.int(),
      /** Share of all mentions of brands and competitors. */
      share: Measured,
      /** (positive − negative) ÷ all mentions, −1 to 1. */
      net: Measured,
    }),
  ),
})
export type VoiceMonth = z.infer<typeof VoiceMonth>

export const SurveyBrand = z.strictObject({
  brand: z.string().trim().min(1).max(80),
  /** Named it without help; of these, named it first; knew it when shown. */
  unaided: z.int().min(0),
  first: z.int().min(0),
  aided: z.int().min(0),
})
export type SurveyBrand = z.infer<typeof SurveyBrand>

export const NewSurvey = z
  .strictObject({
    name: z.string().trim().min(2).max(120),
    /** Who was asked, how, by whom: without it a figure says nothing. */
    method: z.string().trim().min(10).max(2_000),
    from: z.iso.date(),
    to: z.iso.date(),
    asked: z.int().min(1).max(10_000_000),
    /** Rows of `brand, unaided, first, aided`, with a line of names; comma, semicolon or tab between. */
    table: z.string().min(1).max(100_000),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'the end comes after the beginning' })
export const Survey = z.object({
  id: z.int(),
  name: z.string(),
  method: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  asked: z.int(),
  brands: z.array(z.object({ brand: z.string(), unaided: Measured, first: Measured, aided: Measured })),
})
export type Survey = z.infer<typeof Survey>

export const SearchImport = z.strictObject({
  /** Which index: 百度指数, 微信指数 … */
  name: z.string().trim().min(2).max(60),
  /** Rows of `day, brand, value`. */
  table: z.string().min(1).max(1_000_000),
})

export const LoanCount = z.strictObject({
  month: Month,
  product: z.string().trim().max(60).default(''),
  loans: z.int().min(0),
  source: z.string().trim().max(200).default(''),
})
export type LoanCount = z.output<typeof LoanCount>

export const Awareness = z.object({
  voice: z.array(VoiceMonth),
  surveys: z.array(Survey),
  search: z.array(
    z.object({
      name: z.string(),
      brands: z.array(
        z.object({ brand: z.string(), months: z.array(z.object({ month: Month, mean: z.number(), days: z.int() })) }),
      ),
    }),
  ),
  complaints: z.array(
    z.object({
      month: Month,
      complaints: z.int(),
      loans: z.int().nullable(),
      /** Complaints per 10,000 loans. */
      rate: Measured,
      source: z.string(),
    }),
  ),
})
export type Awareness = z.infer<typeof Awareness>

export const Imported = z.object({ rows: z.int() })
