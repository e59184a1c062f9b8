import { z } from 'zod'
import { ClockTime } from '../clocks/clock-contract.ts'

/** Who is on call when, shared with the console. No I/O. */

const Name = z.string().trim().min(1).max(60)
const Members = z.array(z.uuid()).max(30)

/** Members take turns by the week; holidays may have a turn of their own, by the day. */
export const RotaRules = z.strictObject({
  members: Members,
  /** The Monday … of the first week of the first member: a date; the hand-over is on its weekday. */
  firstDay: z.iso.date(),
  handOver: ClockTime.refine((time) => time !== '24:00', { error: 'a time of the day' }),
  weeksEach: z.int().min(1).max(8).default(1),
  /** `same`: as on other days; `own`: the members below, a day each; `nobody`. */
  holidays: z.enum(['same', 'own', 'nobody']).default('same'),
  holidayMembers: Members.default([]),
})
export type RotaRules = z.output<typeof RotaRules>

export const NewRota = z.strictObject({ name: Name, rules: RotaRules })
export const RotaChange = NewRota.extend({ basedOn: z.int() })
const Reason = z.string().trim().min(2).max(300)
const Instant = z.iso.datetime()
/** Somebody else, or nobody, for a time. */
export const NewOverride = z
  .strictObject({ person: z.uuid().nullable(), from: Instant, until: Instant, reason: Reason })
  .refine(({ from, until }) => until > from, { path: ['until'], error: 'after the beginning' })
export type NewOverride = z.output<typeof NewOverride>

export const Shift = z.object({
  from: Instant,
  until: Instant,
  /** Null: a gap. */
  person: z.string().nullable(),
  name: z.string().nullable(),
  why: z.enum(['turn', 'holiday', 'exchange', 'gap']),
})
export type Shift = z.infer<typeof Shift>
export const Rota = z.object({
  id: z.int(),
  name: z.string(),
  rules: RotaRules,
  version: z.int(),
  now: Shift.nullable(),
  shifts: z.array(Shift),
  /** Of the days asked for, where nobody is on call. */
  gaps: z.int(),
  overrides: z.array(
    z.object({
      id: z.int(),
      person: z.string().nullable(),
      name: z.string().nullable(),
      from: Instant,
      until: Instant,
      reason: z.string(),
      by: z.string(),
    }),
  ),
})
export type Rota = z.infer<typeof Rota>
export const Rotas = z.object({ rotas: z.array(Rota) })
export const RotaQuery = z.object({
  from: z.iso.date().optional(),
  days: z.coerce.number().int().min(1).max(92).default(28),
})
