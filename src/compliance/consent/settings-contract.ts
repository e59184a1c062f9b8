import { z } from 'zod'

/** Numbers of the law and of the house, each with the day it holds from. Shared with the console. */

const Names = z.array(z.string().trim().min(1).max(100)).max(50)

/** Traits that say something about a person, and what their values mean. */
const traitValues = z.strictObject({ traits: Names, values: Names })

export const settingShapes = {
  /** After a no, nobody asks again for so many days. */
  askAgainDays: z.int().min(1).max(3_650),
  /** Below this age a person is quarantined. */
  childAge: z.int().min(1).max(18),
  /** Below this age nothing is marketed by automated means. */
  adultAge: z.int().min(14).max(25),
  /** Ages at which campus signals count, both included. */
  studentAges: z.strictObject({ from: z.int().min(14).max(40), to: z.int().min(14).max(40) }),
  /** Products that are credit: students and people in the warning tier are not told of them. */
  creditProducts: z.array(z.enum(['loan', 'insurance', 'wealth', 'card', 'other'])).max(5),
  /** Products whose marketing needs a known age. */
  ageKnownFor: z.array(z.enum(['loan', 'insurance', 'wealth', 'card', 'other'])).max(5),
  /** Traits with the date of birth, the first that has one counts; the ID card stands behind them. */
  birthTraits: Names,
  /** Traits with the IANA zone a person lives in. */
  zoneTraits: Names,
  /** Who declared himself a student. */
  declaredStudent: traitValues,
  /** Ends of e-mail domains, words in an address, words in the name of the mobile network's access point. */
  campusSignals: z.strictObject({
    emailDomains: Names,
    addressTraits: Names,
    addressWords: Names,
    apnTraits: Names,
    apnWords: Names,
  }),
  /** Who is in the warning tier, until risk says so itself. */
  warningTier: traitValues,
  /** A link to the preference centre opens for so many days; all later it can still do is to unsubscribe. */
  preferenceLinkDays: z.int().min(30).max(1_825),
} as const
export type SettingName = keyof typeof settingShapes
export const settingNames = Object.keys(settingShapes) as SettingName[]
export const SettingName = z.enum(settingNames as [SettingName, ...SettingName[]])
export type ConsentSettings = { [Name in SettingName]: z.output<(typeof settingShapes)[Name]> }

export const SettingView = z.object({
  name: SettingName,
  value: z.unknown(),
  /** null: as delivered. */
  validFrom: z.string().nullable(),
  source: z.string(),
  setBy: z.string().nullable(),
  /** Values that hold from a day to come, and those of before, newest first. */
  others: z.array(z.object({ validFrom: z.string(), value: z.unknown(), source: z.string(), setBy: z.string() })),
})
export type SettingView = z.infer<typeof SettingView>

export const SettingChange = z.strictObject({
  value: z.unknown(),
  validFrom: z.iso.date(),
  /** The rule it follows from. */
  source: z.string().trim().min(2).max(300),
})
export type SettingChange = z.output<typeof SettingChange>
