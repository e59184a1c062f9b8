import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { customersLent, type PersonFacts } from '../consent/lent.ts'
import { familyOf } from '../consent/people.ts'
import { consentSettings } from '../consent/settings.ts'
import type { ConsentSettings } from '../consent/settings-contract.ts'
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
  const { rows } = await sql<{ asked: number; root: number; stated: string | null }>`
    with ${familyOf(nos)}
    select a.no as asked, a.root, x.stated from asked a left join (
      select f.asked, json_agg(json_build_object('id', x.id::text, 'kind', x.kind) order by x.id)::text as stated from family f
      join compliance.exclusion x on x.customer_no = f.no and x.ended_at is null and x.since <= ${at} and (x.until is null or x.until > ${at})
      group by f.asked) x on x.asked = a.no`.execute(ctx.pg)
  return rows.map(({ stated, ...row }) => ({
    ...row,
    stated: stated === null ? [] : (JSON.parse(stated) as StatedExclusion[]),
  }))
}

interface Person extends Standing {
  facts: PersonFacts | undefined
  found: FoundExclusion[]
}

/** Three statements for all of them; values in clear stay in here. */
const peopleOf = async (
  ctx: Ctx,
  nos: readonly number[],
  at: Date,
): Promise<{ people: Person[]; settings: ConsentSettings }> => {
  const settings = await consentSettings(ctx, at)
  const standing = await standingOf(ctx, nos, at)
  const facts = await customersLent().facts(ctx, [...new Set(standing.map(({ root }) => root))])
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
 * Why people must not be reached with a message, by the number asked for; every number has an answer. Three statements for
 * 1,000 people. Age counts in the calendar of where a person lives.
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
