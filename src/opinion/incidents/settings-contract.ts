import { z } from 'zod'
import { Level } from '../contract.ts'

/** Figures of handling, each with the day from which it counts, shared with the console. No I/O. */

export const HandlingSettings = z.object({
  opening: z.strictObject({ levels: z.array(Level) }),
  /** How long alerts may be kept quiet at most, minutes: all of them, and severe ones, which a second person agrees to. */
  silence: z.strictObject({
    longestMinutes: z.int().min(5).max(44_640),
    severeLongestMinutes: z.int().min(5).max(44_640),
  }),
  /** Posts that a version of the model has read beside the one in force before it may take over. */
  takeover: z.strictObject({ comparedPosts: z.int().min(0).max(10_000_000) }),
})
export type HandlingSettings = z.output<typeof HandlingSettings>
export const DatedSetting = z.object({
  name: z.string(),
  fromDay: z.iso.date(),
  value: z.json(),
  source: z.string(),
  changedAt: z.iso.datetime(),
  changedBy: z.string(),
  inForce: z.boolean(),
})
export const SettingPage = z.object({ items: z.array(DatedSetting) })
export type SettingPage = z.output<typeof SettingPage>
export const SettingChange = z.strictObject({
  name: z.enum(['opening', 'tickets', 'silence', 'takeover']),
  fromDay: z.iso.date(),
  value: z.json(),
  source: z.string().trim().min(2).max(500),
})
