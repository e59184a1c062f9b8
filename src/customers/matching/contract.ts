import { z } from 'zod'

/** Schemas of matching shared with the console. No I/O. */

export const comparisonNames = ['exact', 'name', 'text', 'digits', 'date', 'number', 'chineseName', 'address'] as const
export const ComparisonName = z.enum(comparisonNames)
export type ComparisonName = z.infer<typeof ComparisonName>

/** How a part of a blocking key is made of a value. */
export const keyForms = ['whole', 'first3', 'last4', 'sound', 'nameKey', 'year', 'monthDay', 'road'] as const
export const KeyForm = z.enum(keyForms)
export type KeyForm = z.infer<typeof KeyForm>

export const MatchField = z
  .object({
    /** A trait's name, or an identifier kind after `identifier:`. */
    field: z.string().min(1).max(140),
    comparison: ComparisonName,
    /** Agreeing on a rare value says more than on a common one. */
    termFrequency: z.boolean().default(false),
    /** Two people with different values are never one: an ID card number. */
    strong: z.boolean().default(false),
    /** A person's alone, as name and birthday are; address and phone are a family's. Two people who share none are two. */
    own: z.boolean().default(false),
  })
  .strict()
export type MatchField = z.infer<typeof MatchField>

export const BlockPart = z.object({ field: z.string().min(1).max(140), form: KeyForm.default('whole') }).strict()
/** Two customers are compared when all parts of one of the rules are equal. */
export const BlockRule = z.array(BlockPart).min(1).max(4)
export type BlockRule = z.infer<typeof BlockRule>
