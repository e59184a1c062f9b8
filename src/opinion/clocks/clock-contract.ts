import { z } from 'zod'

/** Work time and deadlines, shared with the console. No I/O. */

/** `09:00`; `24:00` is the end of the day. */
export const ClockTime = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'a time like 09:00' })

/** A period of work within one day, `from` included, `to` excluded. */
export const WorkPeriod = z
  .strictObject({ from: ClockTime, to: ClockTime })
  .refine(({ from, to }) => from < to, { error: 'the end is after the beginning' })
export type WorkPeriod = z.infer<typeof WorkPeriod>

/** Several periods a day leave room for lunch; they are in order and do not meet. */
const Periods = z
  .array(WorkPeriod)
  .max(6)
  .refine((periods) => periods.every(({ from }, at) => at === 0 || from >= (periods[at - 1]?.to ?? '')), {
    error: 'periods are in order and do not overlap',
  })

const OwnDay = z.strictObject({ date: z.iso.date(), name: z.string().trim().min(1).max(60) })

/** When there is work, in Beijing time. */
export const WorkTime = z.strictObject({
  /** Monday … Sunday. A day without periods is off. */
  week: z.array(Periods).length(7),
  /** On a statutory holiday. */
  holiday: Periods.default([]),
  /** On a Saturday or Sunday worked to make up for a holiday; null: as on a Monday. */
  makeUpWorkday: Periods.nullable().default(null),
  /** Days besides the arrangement of the State Council. */
  holidays: z.array(OwnDay).max(200).default([]),
  workdays: z.array(OwnDay).max(200).default([]),
})
export type WorkTime = z.output<typeof WorkTime>

export const dayKinds = ['workday', 'weekend', 'holiday', 'makeUpWorkday'] as const
export type DayKind = (typeof dayKinds)[number]

/** A clock stands still from `from` to `to`; while `to` is null it has not gone on yet. */
export interface Pause {
  from: Date
  to: Date | null
}

/** A stretch of time in which a clock ran. */
export const Stretch = z.object({ from: z.iso.datetime(), to: z.iso.datetime() })
export type Stretch = z.infer<typeof Stretch>
