import type { z } from 'zod'
import type { Ctx } from '#platform'
import { dayOf } from '../content/parameters.ts'
import { capAt, isAbove } from './cap.ts'
import {
  type CapInForce,
  type CapPage,
  type CostAnswer,
  type CostRequest,
  type LenderType,
  lenderTypes,
  type NewCap,
  type NewLpr,
} from './cost-contract.ts'
import { loanCost } from './loan-cost.ts'
import { problem } from './problem.ts'
import './tables.ts'

const readCaps = async (ctx: Pick<Ctx, 'pg'>) => {
  const caps = await ctx.pg
    .selectFrom('compliance.rate_cap')
    .selectAll()
    .orderBy('lender_type')
    .orderBy('valid_from', 'desc')
    .execute()
  const lprs = await ctx.pg.selectFrom('compliance.lpr').selectAll().orderBy('published_on', 'desc').execute()
  return {
    caps: caps.map((row) => ({
      lenderType: row.lender_type,
      validFrom: row.valid_from,
      kind: row.kind,
      value: row.value,
      compare: row.compare,
      source: row.source,
    })),
    lprs: lprs.map((row) => ({
      publishedOn: row.published_on,
      oneYear: row.one_year,
      fiveYear: row.five_year,
      source: row.source,
    })),
  }
}

/**
 * The highest annual cost that a kind of lender may charge on a day (Shanghai), by the method the rule compares.
 * @param facilitated with a partner's help: the rules on facilitated lending hold besides; the lower limit wins
 * @returns undefined when no rule is on record for that day
 */
export const capFor = async (
  ctx: Pick<Ctx, 'pg'>,
  lenderType: LenderType,
  day: string,
  facilitated = false,
): Promise<CapInForce | undefined> => {
  const { caps, lprs } = await readCaps(ctx)
  const found = [lenderType, ...(facilitated ? (['facilitated'] as const) : [])].flatMap(
    (type) => capAt(caps, lprs, type, day) ?? [],
  )
  return found.toSorted((a, b) => a.limit - b.limit)[0]
}

/** Every cap and LPR on record, and what holds today. */
export const readCapPage = async (ctx: Ctx): Promise<CapPage> => {
  const { caps, lprs } = await readCaps(ctx)
  const day = dayOf(ctx.now())
  return { caps, lprs, inForce: lenderTypes.flatMap((type) => capAt(caps, lprs, type, day) ?? []) }
}

/** What a loan costs, and whether its lender may charge that today. @throws problem.noSingleRate */
export const costOf = async (ctx: Ctx, request: z.output<typeof CostRequest>): Promise<CostAnswer> => {
  const { loan, lenderType, facilitated } = request
  const cost = loanCost(loan)
  const cap = lenderType && (await capFor(ctx, lenderType, dayOf(ctx.now()), facilitated))
  return { cost, cap: cap ?? null, aboveCap: cap !== undefined && isAbove(cost, cap) }
}

/** A cap from a day on; earlier ones stay on record. @throws problem.capTaken, problem.lprMissing */
export const addCap = (ctx: Ctx, input: z.output<typeof NewCap>): Promise<CapPage> =>
  ctx.tx(async (ctx) => {
    const { lenderType, validFrom, kind, value, compare, source } = input
    const { lprs } = await readCaps(ctx)
    if (kind === 'lpr' && !lprs.some(({ publishedOn }) => publishedOn <= validFrom)) throw problem.lprMissing()
    const row = await ctx.pg
      .insertInto('compliance.rate_cap')
      .values({
        lender_type: lenderType,
        valid_from: validFrom,
        kind,
        value,
        compare,
        source,
        added_at: ctx.now(),
        added_by: ctx.actor.name,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('lender_type')
      .executeTakeFirst()
    if (!row) throw problem.capTaken({ lenderType, validFrom })
    const page = await readCapPage(ctx)
    await ctx.audit.record(ctx, { action: 'cap.add', subject: `cap:${lenderType}`, detail: input })
    return page
  })

/** @throws problem.lprTaken */
export const addLpr = (ctx: Ctx, input: z.output<typeof NewLpr>): Promise<CapPage> =>
  ctx.tx(async (ctx) => {
    const { publishedOn, oneYear, fiveYear, source } = input
    const row = await ctx.pg
      .insertInto('compliance.lpr')
      .values({
        published_on: publishedOn,
        one_year: oneYear,
        five_year: fiveYear,
        source,
        added_at: ctx.now(),
        added_by: ctx.actor.name,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('published_on')
      .executeTakeFirst()
    if (!row) throw problem.lprTaken({ publishedOn })
    const page = await readCapPage(ctx)
    await ctx.audit.record(ctx, { action: 'lpr.add', subject: `lpr:${publishedOn}`, detail: input })
    return page
  })
