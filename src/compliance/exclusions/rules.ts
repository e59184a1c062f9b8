import type { PersonFacts } from '../consent/lent.ts'
import type { ConsentSettings } from '../consent/settings-contract.ts'
import { type ExclusionCode, type ExclusionGround, type ExclusionKind, exclusionCodes } from './contract.ts'

/** Who is not reached with what: pure. */

/** What a message is, as far as exclusions differ. */
export interface ExclusionQuestion {
  category: 'marketing' | 'service'
  product: 'loan' | 'insurance' | 'wealth' | 'card' | 'other'
}

/** From what a reason keeps a person; `loanMarketing` is that of the products which the settings name as credit. */
export type ExclusionReach = 'everything' | 'marketing' | 'loanMarketing'

export interface FoundExclusion {
  code: ExclusionCode
  ground: ExclusionGround
  from: ExclusionReach
  /** Row of compliance.exclusion when it was stated. */
  exclusionId: string | null
}

const ofKind: Record<Exclude<ExclusionKind, 'notPersonalised'>, { code: ExclusionCode; from: ExclusionReach }> = {
  deceased: { code: 'DECEASED', from: 'everything' },
  inCollection: { code: 'IN_COLLECTION', from: 'marketing' },
  hardship: { code: 'HARDSHIP', from: 'marketing' },
  complaint: { code: 'OPEN_COMPLAINT', from: 'marketing' },
  selfExcluded: { code: 'SELF_EXCLUDED', from: 'marketing' },
  student: { code: 'STUDENT', from: 'loanMarketing' },
  minor: { code: 'MINOR', from: 'marketing' },
  warningTier: { code: 'RISK_WARNING', from: 'loanMarketing' },
}

export const defaultZone = 'Asia/Shanghai'
const calendars = new Map<string, Intl.DateTimeFormat>()
const calendarOf = (zone: string): Intl.DateTimeFormat => {
  const known = calendars.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  calendars.set(zone, made)
  return made
}

/** Days told last, by zone: a set of people is asked about at one instant. */
const told = new Map<string, { atMs: number; day: string }>()

/** The calendar day somewhere, `2026-03-01`; of a zone that does not exist, that of Shanghai. */
export const dayIn = (at: Date, zone: string): string => {
  const atMs = at.getTime()
  const before = told.get(zone)
  if (before?.atMs === atMs) return before.day
  const day = formatted(at, zone)
  // Zones are texts that people gave.
  if (told.size > 500) told.clear()
  told.set(zone, { atMs, day })
  return day
}

const formatted = (at: Date, zone: string): string => {
  try {
    return calendarOf(zone).format(at)
  } catch (error) {
    if (error instanceof RangeError) return calendarOf(defaultZone).format(at)
    throw error
  }
}

/** Dates read, as written: each is asked for several times. In memory only. */
const readDays = new Map<string | number | boolean, string | undefined>()
const mostDays = 20_000

/** `1990-12-31` from how dates are written; undefined when it is none. */
export const readDay = (value: string | number | boolean): string | undefined => {
  const before = readDays.get(value)
  if (before !== undefined || readDays.has(value)) return before
  const day = parseDay(value)
  if (readDays.size >= mostDays) readDays.clear()
  readDays.set(value, day)
  return day
}

const parseDay = (value: string | number | boolean): string | undefined => {
  const found = /^\s*(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})(?:日|[T ].*)?\s*$/u.exec(String(value))
  if (!found) return undefined
  const [, year = '', month = '', day = ''] = found
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : undefined
}

/** Whole years on a day; a person born on 29 February is a year older on 1 March of other years. */
export const ageOn = (birth: string, day: string): number =>
  Number(day.slice(0, 4)) - Number(birth.slice(0, 4)) - (day.slice(5) < birth.slice(5) ? 1 : 0)

const oldest = 130

/** Age in the calendar of where the person lives; undefined when no date of birth is known or none can be true. */
export const ageOf = (facts: PersonFacts, settings: ConsentSettings, now: Date): number | undefined => {
  const named = settings.birthTraits.flatMap((name) => {
    const value = facts.traits.get(name)
    return value === undefined ? [] : (readDay(value) ?? [])
  })
  const birth = named[0] ?? facts.idCardBirthday
  if (birth === undefined) return undefined
  const zone = settings.zoneTraits.flatMap((name) => facts.traits.get(name) ?? [])[0]
  const age = ageOn(birth, dayIn(now, String(zone ?? defaultZone)))
  return age >= 0 && age <= oldest ? age : undefined
}

const valuesOf = (facts: PersonFacts, traits: readonly string[]): string[] =>
  traits.flatMap((name) => {
    const value = facts.traits.get(name)
    return value === undefined ? [] : [String(value).trim().toLowerCase()]
  })

const isOneOf = (
  facts: PersonFacts,
  { traits, values }: { traits: readonly string[]; values: readonly string[] },
): boolean => {
  const wanted = new Set(values.map((value) => value.toLowerCase()))
  return valuesOf(facts, traits).some((value) => wanted.has(value))
}

/** How a person of student age shows a campus; undefined: not at all. */
const campusSignal = (facts: PersonFacts, { campusSignals }: ConsentSettings): ExclusionGround | undefined => {
  const domains = campusSignals.emailDomains.map((domain) => domain.toLowerCase())
  const isCampusMail = (email: string) => {
    const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
    return domains.some((end) => domain === end || domain.endsWith(`.${end}`))
  }
  if (facts.emails.some(isCampusMail)) return 'email'
  const holds = (traits: readonly string[], words: readonly string[]) =>
    valuesOf(facts, traits).some((value) => words.some((word) => value.includes(word.toLowerCase())))
  if (holds(campusSignals.addressTraits, campusSignals.addressWords)) return 'address'
  if (holds(campusSignals.apnTraits, campusSignals.apnWords)) return 'network'
  return undefined
}

/** What is found out of a person himself: his age, what he declared, where he seems to study, his tier. */
const inferred = (facts: PersonFacts, settings: ConsentSettings, now: Date): Omit<FoundExclusion, 'exclusionId'>[] => {
  const found: Omit<FoundExclusion, 'exclusionId'>[] = []
  const age = ageOf(facts, settings, now)
  if (age !== undefined && age < settings.adultAge)
    // PIPL 31: of a child nothing is processed but what deletes it.
    found.push({ code: 'MINOR', ground: 'birthDate', from: age < settings.childAge ? 'everything' : 'marketing' })
  const { from, to } = settings.studentAges
  const signal = age !== undefined && age >= from && age <= to ? campusSignal(facts, settings) : undefined
  if (isOneOf(facts, settings.declaredStudent)) found.push({ code: 'STUDENT', ground: 'trait', from: 'loanMarketing' })
  else if (signal) found.push({ code: 'STUDENT', ground: signal, from: 'loanMarketing' })
  if (isOneOf(facts, settings.warningTier)) found.push({ code: 'RISK_WARNING', ground: 'trait', from: 'loanMarketing' })
  return found
}

export interface StatedExclusion {
  id: string
  kind: ExclusionKind
}

/** Everything that keeps a person from something, in the order of `exclusionCodes`. */
export const everyExclusion = (
  stated: readonly StatedExclusion[],
  facts: PersonFacts | undefined,
  settings: ConsentSettings,
  now: Date,
): FoundExclusion[] => {
  const found: FoundExclusion[] = [
    ...stated.flatMap(({ id, kind }) =>
      kind === 'notPersonalised' ? [] : [{ ...ofKind[kind], ground: 'stated' as const, exclusionId: id }],
    ),
    ...(facts ? inferred(facts, settings, now).map((one) => ({ ...one, exclusionId: null })) : []),
  ]
  return found.sort((a, b) => exclusionCodes.indexOf(a.code) - exclusionCodes.indexOf(b.code))
}

/** What of it counts for a message: the first is the reason. */
export const exclusionsFor = (
  { category, product }: ExclusionQuestion,
  found: readonly FoundExclusion[],
  facts: PersonFacts | undefined,
  settings: ConsentSettings,
  now: Date,
): FoundExclusion[] => {
  const credit = settings.creditProducts.includes(product)
  const counts = found.filter(
    ({ from }) => from === 'everything' || (category === 'marketing' && (from === 'marketing' || credit)),
  )
  const ageNeeded = category === 'marketing' && settings.ageKnownFor.includes(product)
  const unknown = ageNeeded && (facts === undefined || ageOf(facts, settings, now) === undefined)
  if (!unknown || counts.some(({ code }) => code === 'MINOR')) return counts
  return [{ code: 'AGE_UNKNOWN', ground: 'birthDate', from: 'marketing', exclusionId: null }, ...counts]
}
