import { z } from 'zod'
import { List } from './contract.ts'

/** Set algebra over audiences (as of their last refresh) and lists. Shared with the console. No I/O. */
export type SetExpression =
  | { audience: string }
  | { list: string }
  | { union: SetExpression[] }
  | { intersect: SetExpression[] }
  /** The first without all others. */
  | { minus: SetExpression[] }

export const setLimits = { leaves: 10, depth: 5 } as const

const shape: z.ZodType<SetExpression> = z.lazy(() =>
  z.union([
    z.strictObject({ audience: z.uuid() }),
    z.strictObject({ list: z.uuid() }),
    z.strictObject({ union: z.array(shape).min(1).max(setLimits.leaves) }),
    z.strictObject({ intersect: z.array(shape).min(1).max(setLimits.leaves) }),
    z.strictObject({ minus: z.array(shape).min(2).max(setLimits.leaves) }),
  ]),
)

/** The parts of an operation, undefined for an audience or a list. */
export const partsOf = (expression: SetExpression): readonly SetExpression[] | undefined =>
  'union' in expression
    ? expression.union
    : 'intersect' in expression
      ? expression.intersect
      : 'minus' in expression
        ? expression.minus
        : undefined

type Leaf = Extract<SetExpression, { audience: string } | { list: string }>

/** Audiences and lists as they are written, repeated ones too. */
export const leavesOf = (expression: SetExpression): Leaf[] =>
  'audience' in expression || 'list' in expression ? [expression] : (partsOf(expression) ?? []).flatMap(leavesOf)

const depthOf = (expression: SetExpression): number => 1 + Math.max(0, ...(partsOf(expression) ?? []).map(depthOf))

export const SetExpression = shape
  .refine((expression) => leavesOf(expression).length <= setLimits.leaves, {
    error: `more than ${setLimits.leaves} audiences and lists`,
  })
  .refine((expression) => depthOf(expression) <= setLimits.depth, { error: `nested deeper than ${setLimits.depth}` })
  .meta({ type: 'object', description: 'union, intersect or minus over { audience } and { list }' })

export const SetSizeRequest = z.strictObject({ of: SetExpression })
export const SetSize = z.object({
  /** null: fewer than ten, and not told to who may not see customers. */
  size: z.int().nullable(),
  /** Of each audience and list, as they are written. */
  parts: z.array(
    z.object({
      kind: z.enum(['audience', 'list']),
      id: z.string(),
      name: z.string(),
      size: z.int().nullable(),
      asOf: z.iso.datetime(),
    }),
  ),
  tookMs: z.number(),
})
export type SetSize = z.infer<typeof SetSize>

export const NewSnapshot = z.strictObject({
  name: z.string().trim().min(1).max(100),
  why: z.string().trim().max(1000).default(''),
  of: SetExpression,
  /** Chosen by chance, by a stable hash of the number and the salt: the same salt chooses the same people. */
  sample: z.strictObject({ size: z.int().min(1).max(10_000_000), salt: z.string().max(100).default('') }).optional(),
})
export type NewSnapshot = z.output<typeof NewSnapshot>
export const SavedSnapshot = List
