import { type Ctx, Problem } from '#platform'
import { calendarOf } from '../gate/calendar.ts'
import type { PersonFacts } from '../gate/gate.ts'
import { askedKey, peopleFacts } from '../gate/people.ts'
import { textTraits } from '../journeys/facts.ts'
import { scoresOf } from '../journeys/scores.ts'
import type { Fact } from '../journeys/walk.ts'
import { limitsInForce } from '../limits/store.ts'
import { OfferContent } from '../offers/offer-contract.ts'
import { freeze } from '../plans/freeze.ts'
import type { Frozen } from '../plans/frozen.ts'
import { problem } from '../plans/problem.ts'
import { rowOf } from '../plans/store.ts'
import { among } from '../triggers/among.ts'
import { familiesOf } from '../triggers/families.ts'
import type { SimulationRequest } from './simulation-contract.ts'
import type { World } from './walk-person.ts'

/** What is simulated: a version as it was frozen, or the draft as it would be. */
export interface Subject {
  frozen: Frozen
  version: number | null
  draftVersion: number | null
}

/** @throws problem.unknown, problem.unknownVersion */
export const subjectOf = async (ctx: Ctx, id: number, version: number | undefined): Promise<Subject> => {
  const row = await rowOf(ctx, id)
  if (version === undefined) {
    const { frozen } = await freeze(ctx, row)
    return { frozen, version: null, draftVersion: row.draft_version }
  }
  const found = await ctx.pg
    .selectFrom('campaigns.version')
    .select('frozen')
    .where('campaign_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
  if (!found) throw problem.unknownVersion({ campaign: id, version })
  return { frozen: found.frozen, version, draftVersion: null }
}

type FactKey = `${number} ${string}`

/** Branches, scores and dates of these people as of now, asked once for all of them. */
const factsNow = async (
  ctx: Ctx,
  { definition, audiences }: Frozen,
  nos: readonly number[],
): Promise<Map<FactKey, Fact>> => {
  const facts = new Map<FactKey, Fact>()
  const families = await familiesOf(ctx, nos)
  const people = nos.map((customerNo) => ({ customerNo }))
  for (const [id, step] of Object.entries(definition.journey.steps)) {
    try {
      if (step.kind === 'branch') {
        const armOf = new Map<number, string>()
        for (const { name, when } of step.arms) {
          const open = nos.filter((no) => !armOf.has(no))
          for (const no of await among(ctx, when, open, audiences)) armOf.set(no, name)
        }
        for (const no of nos) facts.set(`${no} ${id}`, { arm: armOf.get(no) ?? null })
      } else if (step.kind === 'best') {
        const scores = await scoresOf(ctx, step, nos, families)
        for (const no of nos) facts.set(`${no} ${id}`, { arm: scores.get(no) ?? null })
      } else if (step.kind === 'waitDate') {
        const traits = await textTraits(ctx, families, [step.trait], people)
        for (const no of nos) {
          const said = traits.get(no)?.get(step.trait)?.slice(0, 10)
          facts.set(`${no} ${id}`, { date: said !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(said) ? said : null })
        }
      }
    } catch (error) {
      // What it would be for everybody: a trait, tag or audience that is gone.
      if (!(error instanceof Problem) || error.status >= 500) throw error
      for (const no of nos) facts.set(`${no} ${id}`, { fault: error.code })
    }
  }
  return facts
}

export interface Wish {
  campaignId: number
  seed: string
  startAt: Date
  days: number
  assume: SimulationRequest['assume']
}

/** People with their facts, and the world they walk through. Some twenty questions, however many people. */
export const worldFor = async (
  ctx: Ctx,
  { frozen, version }: Subject,
  nos: readonly number[],
  { campaignId, seed, startAt, days, assume }: Wish,
): Promise<{ world: World; people: PersonFacts[] }> => {
  const { definition, category } = frozen
  const limits = await limitsInForce(ctx)
  const asked = nos.map((customerNo) => ({ customerNo, category, product: definition.product }))
  const [found, facts] = await Promise.all([
    peopleFacts(ctx, asked, limits, { turns: false }),
    factsNow(ctx, frozen, nos),
  ])
  const offers = new Map(
    Object.entries(frozen.offers).map(([id, { content }]) => [Number(id), OfferContent.parse(content)]),
  )
  const declines = new Set([...found.values()].filter(({ personalised }) => !personalised).map(({ no }) => no))
  return {
    world: {
      campaignId,
      version: version ?? 0,
      frozen,
      offers,
      rules: { limits, calendar: calendarOf(limits.calendar), now: startAt },
      seed,
      startAt,
      until: new Date(startAt.getTime() + days * 86_400_000),
      assume,
      factOf: (no, step) => {
        // Who declined to be chosen by his profile goes the way of those without a score, as in the engine.
        if (definition.journey.steps[step]?.kind === 'best' && declines.has(no)) return { arm: null }
        return facts.get(`${no} ${step}`)
      },
    },
    people: asked.flatMap((one) => {
      const person = found.get(askedKey(one))
      return person ? [person] : []
    }),
  }
}
