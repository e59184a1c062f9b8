import { z } from 'zod'

/** Cleaning steps, shared with the console and with import mappings. No I/O. */

const FieldName = z.string().min(1).max(200)
const Fields = z.array(FieldName).min(1).max(100)
const Scalar = z.union([z.string().max(500), z.number(), z.boolean()])
const Level = z.enum(['province', 'city']).default('city')
const Instant = z.iso.datetime()

/** Where a missing value comes from. */
export const FillWith = z.union([
  z.strictObject({ constant: Scalar }),
  /** Of the numbers the base holds when the cleaning begins; by group, of those whose other field is the same. */
  z.strictObject({ median: z.literal(true), by: FieldName.optional() }),
  z.strictObject({ field: FieldName }),
  z.strictObject({ regionOfPhone: FieldName, level: Level }),
  z.strictObject({ regionOfIdCard: FieldName, level: Level }),
  z.strictObject({ birthdayOfIdCard: FieldName }),
])
export type FillWith = z.infer<typeof FillWith>

/** In files a field is a column, or the trait, property or identifier it is mapped to; in the base it is a trait. */
export const Step = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('normalise'),
    fields: Fields,
    /** 張 → 张. */
    simplify: z.boolean().default(true),
    case: z.enum(['keep', 'upper', 'lower']).default('keep'),
    spaces: z.enum(['one', 'none']).default('one'),
  }),
  z.strictObject({
    do: z.literal('date'),
    fields: Fields,
    /** As in import mappings: auto, excelSerial, epochSeconds, M/d/yyyy … */
    format: z.string().min(1).max(64).default('auto'),
  }),
  z.strictObject({ do: z.literal('amount'), fields: Fields, unit: z.enum(['yuan', 'fen']).default('yuan') }),
  z.strictObject({
    do: z.literal('map'),
    fields: Fields,
    values: z.record(z.string().max(500), Scalar).refine((values) => Object.keys(values).length <= 1_000),
    others: z.enum(['keep', 'clear']).default('keep'),
  }),
  z.strictObject({ do: z.literal('fill'), field: FieldName, with: FillWith }),
  z.strictObject({ do: z.literal('correct'), fields: Fields, kind: z.enum(['phone', 'idCard', 'bankCard']) }),
  /** Files only: a row like one before it is left out, and told among the rejects. Without fields the whole row is compared. */
  z.strictObject({ do: z.literal('deduplicate'), by: z.array(FieldName).max(50).default([]) }),
])
export type Step = z.infer<typeof Step>
export const Steps = z.array(Step).min(1).max(50)

/** What a step looked up when the cleaning began, so that it says the same at every attempt. */
export const FrozenStep = z.object({
  step: Step,
  median: z.number().nullable().optional(),
  medians: z.record(z.string(), z.number()).optional(),
})
export type FrozenStep = z.infer<typeof FrozenStep>

/** `unable`: there was a value and the step could make nothing of it. */
export const StepCount = z.object({ tried: z.int(), changed: z.int(), unable: z.int() })
export type StepCount = z.infer<typeof StepCount>

const RecipeName = z.string().trim().min(1).max(100)
export const NewRecipe = z.strictObject({
  name: RecipeName,
  description: z.string().trim().max(1_000).default(''),
  steps: Steps,
})
export type NewRecipe = z.output<typeof NewRecipe>
export const Recipe = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  steps: z.array(Step),
  version: z.int(),
  changedAt: Instant,
  changedBy: z.string(),
})
export type Recipe = z.infer<typeof Recipe>
export const RecipeList = z.object({ items: z.array(Recipe) })

export const PreviewRequest = z.strictObject({ steps: Steps, sample: z.int().min(1).max(2_000).default(200) })
export type PreviewRequest = z.output<typeof PreviewRequest>
export const RecipePreview = z.object({
  read: z.int(),
  changed: z.int(),
  counts: z.array(StepCount),
  /** Customers of the sample whom it would change; personal values are masked. */
  rows: z.array(
    z.object({
      customer: z.string(),
      changes: z.array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
    }),
  ),
})
export type RecipePreview = z.infer<typeof RecipePreview>

export const CLEANING_STATES = ['queued', 'running', 'done', 'failed', 'cancelled', 'undoing', 'undone'] as const
export const Cleaning = z.object({
  id: z.string(),
  recipe: z.string(),
  importId: z.string().nullable(),
  state: z.enum(CLEANING_STATES),
  steps: z.array(Step),
  counts: z.array(StepCount),
  read: z.number(),
  changed: z.number(),
  total: z.number().nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  finishedAt: Instant.nullable(),
  undoneAt: Instant.nullable(),
  undoneBy: z.string().nullable(),
  error: z.string().nullable(),
})
export type Cleaning = z.infer<typeof Cleaning>
export const CleaningList = z.object({ items: z.array(Cleaning) })

export const OriginalsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(40).optional(),
})
/** What stood there before; personal values are masked. */
export const OriginalsPage = z.object({
  items: z.array(
    z.object({
      customer: z.string().nullable(),
      line: z.number().nullable(),
      before: z.record(z.string(), z.string().nullable()),
    }),
  ),
  next: z.string().nullable(),
})
export type OriginalsPage = z.infer<typeof OriginalsPage>
