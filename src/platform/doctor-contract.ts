import { z } from 'zod'

/** What is set, what is wrong and how to mend it. No I/O. */
export const Diagnosis = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      blocking: z.boolean(),
      detail: z.string(),
      code: z.string().optional(),
      values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      remedy: z.string().optional(),
    }),
  ),
  settings: z.array(z.object({ name: z.string(), value: z.string(), set: z.boolean(), reason: z.string() })),
})
