import { z } from 'zod'
import { Definition } from '../definition-contract.ts'

/** Schemas of portraits, overlaps and look-alikes, shared with the console. No I/O. */

const Instant = z.iso.datetime()
export const SetRef = z.union([z.strictObject({ audience: z.uuid() }), z.strictObject({ list: z.uuid() })])
export type SetRef = z.infer<typeof SetRef>

/** A trait, a tag, or how often an event happened in 90 days: `trait:age`, `tag:value_level`, `event:loan_viewed`. */
export const FieldKey = z.string().regex(/^(trait|tag|event):.{1,256}$/)
export const PortraitField = z.object({
  key: FieldKey,
  title: z.string(),
  kind: z.enum(['trait', 'tag', 'event']),
  type: z.string(),
  unit: z.string().nullable(),
})
export type PortraitField = z.infer<typeof PortraitField>
export const PortraitFields = z.object({ items: z.array(PortraitField) })

export const portraitLimits = { sets: 5, fields: 40, overlapSets: 10 } as const
/** Fewer people than this are told as "<10" to who may not see customers. Source: risk-and-law 3.20. */
export const fewest = 10

export const PortraitRequest = z.strictObject({
  of: z.array(SetRef).min(1).max(portraitLimits.sets),
  /** What they are compared with; everybody unless given. */
  base: SetRef.nullable().default(null),
  /** The most telling forty unless given. */
  fields: z.array(FieldKey).min(1).max(portraitLimits.fields).optional(),
})
export type PortraitRequest = z.output<typeof PortraitRequest>

const Words = z.object({ zh: z.string(), en: z.string() })
export type Words = z.infer<typeof Words>

/** null: fewer than ten, and not told. */
const Count = z.int().nullable()

export const ClassOfSet = z.object({
  count: Count,
  /** Of all of the set, those without a value included. */
  share: z.number().nullable(),
  /** Wilson 95 % interval of the share. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Share in the set / share in the base × 100; null where the base has none. */
  tgi: z.number().nullable(),
  /** Whether the share differs from that of the rest of the base beyond chance (two proportions, 5 %). */
  significant: z.boolean(),
})
export type ClassOfSet = z.infer<typeof ClassOfSet>
export const PortraitClass = z.object({
  key: z.string(),
  kind: z.enum(['value', 'band', 'others', 'missing']),
  label: Words,
  /** Who is in the class, as a condition; null where none says it. */
  condition: z.custom<Definition>().nullable(),
  base: z.object({ count: Count, share: z.number().nullable() }),
  sets: z.array(ClassOfSet),
})
export type PortraitClass = z.infer<typeof PortraitClass>

export const FieldPortrait = PortraitField.extend({
  /** Whether a customer may be in several classes. */
  multi: z.boolean(),
  classes: z.array(PortraitClass),
  /** Per set: how much the field tells the set from the rest of the base: Cramér's V, bias corrected, 0 to 1. */
  differences: z.array(z.number().nullable()),
  /** Per set: whether its own definition names the field, so that it differs by design. */
  byDesign: z.array(z.boolean()),
})
export type FieldPortrait = z.infer<typeof FieldPortrait>

export const PortraitSet = z.object({
  kind: z.enum(['audience', 'list', 'all']),
  id: z.string().nullable(),
  name: z.string(),
  size: Count,
  asOf: Instant,
})
export type PortraitSet = z.infer<typeof PortraitSet>

export const Portrait = z.object({
  base: PortraitSet,
  sets: z.array(PortraitSet),
  /** What tells most first. */
  fields: z.array(FieldPortrait),
  /** Fields that were not looked at, for there are too many. */
  fieldsLeft: z.int(),
  /** Of each set: the five largest differences, in words. */
  summaries: z.array(z.object({ zh: z.array(z.string()), en: z.array(z.string()) })),
  tookMs: z.number(),
})
export type Portrait = z.infer<typeof Portrait>

/** People of a bar: those of the set for whom the condition holds. */
export const NewPeople = z.strictObject({
  name: z.string().trim().min(1).max(100),
  why: z.string().trim().max(1000).default(''),
  of: SetRef.nullable(),
  condition: Definition,
})
export type NewPeople = z.output<typeof NewPeople>

export const OverlapRequest = z.strictObject({ of: z.array(SetRef).min(2).max(portraitLimits.overlapSets) })
export type OverlapRequest = z.output<typeof OverlapRequest>
export const Overlap = z.object({
  sets: z.array(PortraitSet),
  /** Everybody who is in one of them. */
  union: Count,
  /** People who are in exactly these sets (places in `sets`) and no other, the most first. */
  intersections: z.array(z.object({ sets: z.array(z.int()), size: Count })),
  /** Intersections beyond the hundred largest, and how many people they hold. */
  left: z.object({ intersections: z.int(), people: z.int() }),
  /** Of each two: people in both, and the share of those in either. */
  pairs: z.array(z.object({ a: z.int(), b: z.int(), both: Count, jaccard: z.number().nullable() })),
  tookMs: z.number(),
})
export type Overlap = z.infer<typeof Overlap>
