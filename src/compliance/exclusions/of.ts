import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { customersLent, type PersonFacts } from '../consent/lent.ts'
import { familyOf } from '../consent/people.ts'
import { consentSettings } from '../consent/settings.ts'
import type { ConsentSettings } from '../consent/settings-contract.ts'
import type { ExclusionKind } from './contract.ts'
import {
  ageOf,
  type ExclusionQuestion,
  everyExclusion,
  exclusionsFor,
  type FoundExclusion,
  type StatedExclusion,
} from './rules.ts'

interface Standing {
  asked: number
  root: number
  stated: StatedExclusion[]
}

/** What was stated of these people and counts at an instant, under any number of theirs. One statement. */
const standingOf = async (ctx: Ctx, nos: readonly number[], at: Date): Promise<Standing[]> => {
  const { rows } = await sql<{ people: string | null }>`
    with ${familyOf(nos)}
    select json_agg(json_build_array(p.asked, p.root, p.stated))::text as people from (
      select f.asked, f.root, json_agg(json_build_array(x.id::text, x.kind) order by x.id) filter (where x.id is not null) as stated
      from family f left join compliance.exclusion x on x.customer_no = f.no and x.ended_at is null
        and x.since <= ${at} and (x.until is null or x.until > ${at})
      group by f.asked, f.root) p`.execute(ctx.pg)
  const people = rows[0]?.people ? (JSON.parse(rows[0].people) as StandingRow[]) : []
  return people.map(([asked, root, stated]) => ({
    asked,
    root,
    stated: (stated ?? []).map(([id, kind]) => ({ id, kind })),
  }))
}

type StandingRow = [asked: number, root: number, stated: [id: string, kind: ExclusionKind][] | null]

/**
 * What has to be known of people, opening as few sealed documents as can be: a date of birth that stands open and lies
 * outside the ages at which a campus counts settles all that follows from a person. Opening 1,000 takes 65 ms, not 10.
 */
const factsOf = async (
  ctx: Ctx,
  roots: readonly number[],
  settings: ConsentSettings,
  at: Date,
): Promise<Map<number, PersonFacts>> => {
  const lent = customersLent()
  const { birthTraits, zoneTraits, declaredStudent, warningTier } = settings
  const names = [...birthTraits, ...zoneTraits, ...declaredStudent.traits, ...warningTier.traits]
  if ((await lent.sealedTraits(ctx, names)).length > 0) return lent.facts(ctx, roots)
  const plain = await lent.plainFacts(ctx, roots, names)
  const { from, to } = settings.studentAges
  const open = roots.filter((root) => {
    const known = plain.get(root)
    const age = known && ageOf(known, settings, at)
    return age === undefined || (age >= from && age <= to)
  })
  const opened = open.length > 0 ? await lent.facts(ctx, open) : new Map<number, PersonFacts>()
  return new Map([...plain, ...opened])
}

interface Person extends Standing {
  facts: PersonFacts | undefined
  found: FoundExclusion[]
}

/** Four statements at most for all of them; values in clear stay in here. */
const peopleOf = async (
  ctx: Ctx,
  nos: readonly number[],
  at: Date,
): Promise<{ people: Person[]; settings: ConsentSettings }> => {
  const settings = await consentSettings(ctx, at)
  const standing = await standingOf(ctx, nos, at)
  const facts = await factsOf(ctx, [...new Set(standing.map(({ root }) => root))], settings, at)
  return {
    settings,
    people: standing.map((one) => {
      const known = facts.get(one.root)
      return { ...one, facts: known, found: everyExclusion(one.stated, known, settings, at) }
    }),
  }
}

export interface Excluded {
  /** In the order that counts: the first is the reason of a refusal. Empty: may be reached. */
  reasons: FoundExclusion[]
  /** false: he chose content that does not follow his profile (PIPL 24). */
  personalised: boolean
  /** Whole years, in the calendar of where he lives; undefined when no date of birth is known. */
  age: number | undefined
}

/**
 * Why people must not be reached with a message, by the number asked for; every number has an answer. Four statements at
 * most for 1,000 people. Age counts in the calendar of where a person lives.
 */
export const exclusionsOf = async (
  ctx: Ctx,
  nos: readonly number[],
  question: ExclusionQuestion,
  { at = ctx.now() }: { at?: Date } = {},
): Promise<Map<number, Excluded>> => {
  if (nos.length === 0) return new Map()
  const { people, settings } = await peopleOf(ctx, nos, at)
  return new Map(
    people.map(({ asked, stated, facts, found }) => [
      asked,
      {
        reasons: exclusionsFor(question, found, facts, settings, at),
        personalised: stated.every(({ kind }) => kind !== 'notPersonalised'),
        age: facts && ageOf(facts, settings, at),
      },
    ]),
  )
}

/** All that stands between one customer and messages of any kind. */
export const everyExclusionOf = async (
  ctx: Ctx,
  no: number,
): Promise<{ found: FoundExclusion[]; personalised: boolean }> => {
  const { people } = await peopleOf(ctx, [no], ctx.now())
  const [person] = people
  return {
    found: person?.found ?? [],
    personalised: (person?.stated ?? []).every(({ kind }) => kind !== 'notPersonalised'),
  }
}
