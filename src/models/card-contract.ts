import { z } from 'zod'

/** What a set of weights is told about itself: shipped beside it, shown in the console. */
export const Card = z.object({
  /** `reviews-1`, unique. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/),
  /** What it does. */
  task: z.enum(['reviews', 'rumour', 'posts', 'texts']),
  made: z.iso.date(),
  form: z.string(),
  /** Number of the way a text becomes features: weights made for another one read nonsense. */
  features: z.int().default(1),
  sources: z.array(z.object({ name: z.string(), rows: z.int(), licence: z.string(), note: z.string().default('') })),
  /** SHA-256 over the training texts and labels in their order. */
  dataHash: z.string().regex(/^[0-9a-f]{64}$/),
  figures: z.array(
    z.object({
      name: z.string(),
      value: z.number(),
      /** What was aimed at. */
      aim: z.number().optional(),
      /** How many texts were judged. */
      count: z.int(),
      note: z.string().default(''),
    }),
  ),
  limits: z.array(z.string()),
  bytes: z.int(),
})
export type Card = z.infer<typeof Card>

/** What a maker says of its weights. Without a number of features they are the first that there were. */
export type GivenCard = Omit<Card, 'bytes' | 'features'> & { features?: number }
