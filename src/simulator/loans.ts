import type { Account, World } from './accounts.ts'
import {
  addMonths,
  civilOf,
  dayMs,
  dayOf,
  hourMs,
  minuteMs,
  momentOfDay,
  officeMomentOfDay,
  paydays,
} from './calendar.ts'
import { choose, clamp, type Random } from './random.ts'
import { amountOf, type Happening, type Product, productOf, terms, touchpointOf } from './sessions.ts'

export interface Loan {
  loanId: string
  product: Product
  amountFen: number
  termMonths: number
  /** Simple yearly rate in basis points. */
  annualRateBp: number
  drawnAtMs: number
}

/**
 * Equal installments of an annuity, in fen; the last one takes the rounding.
 * @returns what is due each month, interest included
 */
export const installmentFen = (amountFen: number, termMonths: number, annualRateBp: number): number => {
  const monthly = annualRateBp / 10_000 / 12
  return Math.round((amountFen * monthly) / (1 - (1 + monthly) ** -termMonths))
}

// Never above 24 % a year, the ceiling the company holds itself to.
const rateOf = (random: Random, account: Account): number =>
  clamp(
    Math.round((900 + 5500 * account.person.latent.defaultProbability + 250 * random.normal()) / 10) * 10,
    720,
    2390,
  )

const system = (atMs: number, event: string, properties: Happening['properties']): Happening => ({
  atMs: Math.floor(atMs),
  event,
  properties,
  by: undefined,
  known: true,
})

const paidAt = (random: Random, dueDay: number): number => {
  const draw = random.float()
  if (draw < 0.4) return momentOfDay(random, dueDay)
  // Many pay on the day the wage arrives, when that lies in the ten days before.
  for (let day = dueDay; day > dueDay - 10; day--) {
    if (paydays.includes(civilOf(day).date) && draw < 0.9) return momentOfDay(random, day)
  }
  return momentOfDay(random, dueDay - random.int(5))
}

const chaseOf = (random: Random, dueDay: number, loan: Loan, daysLate: number): Happening[] => {
  const calls: Happening[] = []
  const first = 2 + random.int(4)
  if (first < daysLate && random.chance(0.7)) {
    calls.push(
      system(officeMomentOfDay(random, dueDay + first), 'Call Connected', {
        channel: 'call',
        reason: 'collection',
        loan_id: loan.loanId,
        duration_seconds: 20 + random.int(280),
      }),
    )
  }
  return calls
}

/** What is paid and what is missed from a loan between its drawing and the end of the period. */
export const installmentsOf = (random: Random, world: World, account: Account, loan: Loan): Happening[] => {
  const { startMs, endMs } = world.period
  const { latent } = account.person
  const dueFen = installmentFen(loan.amountFen, loan.termMonths, loan.annualRateBp)
  const stopsAt = latent.defaults
    ? 1 + random.int(Math.max(1, Math.ceil(loan.termMonths * 0.7)))
    : Number.POSITIVE_INFINITY
  const slips = 0.015 + 0.25 * latent.defaultProbability
  const happenings: Happening[] = []
  for (let number = 1; number <= loan.termMonths; number++) {
    const dueMs = addMonths(loan.drawnAtMs, number)
    if (dueMs - 12 * dayMs > endMs) break
    const dueDay = dayOf(dueMs)
    const stopped = number >= stopsAt
    const late = stopped || random.chance(slips)
    const daysLate = late ? 1 + Math.floor(Math.min(28, random.exponential(7))) : 0
    const about = { product: loan.product, loan_id: loan.loanId, installment: number, amount_fen: dueFen }
    if (late) {
      const night = (dueDay + 1) * dayMs - 8 * hourMs + 20 * minuteMs + random.float() * 40 * minuteMs
      happenings.push(
        system(night, 'Installment Missed', about),
        ...chaseOf(random, dueDay, loan, stopped ? 30 : daysLate),
      )
    }
    if (stopped) continue
    const online = random.chance(0.55)
    const by = online ? touchpointOf(random, account) : undefined
    happenings.push({
      atMs: Math.floor(late ? momentOfDay(random, dueDay + daysLate) : paidAt(random, dueDay)),
      event: 'Installment Paid',
      properties: { channel: by ? by.channel : 'auto_debit', ...about, days_late: daysLate },
      by,
      known: true,
    })
  }
  return happenings.filter(({ atMs }) => atMs >= Math.max(startMs, loan.drawnAtMs) && atMs < endMs)
}

const loanIdOf = (account: Account, number: number): string => `LN-${account.index.toString(36)}-${number}`

/** A loan drawn before the period began that is still running in it, with what was paid on it. */
export const runningLoanOf = (
  random: Random,
  world: World,
  account: Account,
): { loan: Loan; happenings: Happening[] } => {
  const termMonths = choose(random, terms)
  const { startMs } = world.period
  const drawnAtMs = Math.max(account.registeredAtMs, startMs - random.float() * Math.min(termMonths, 11) * 30 * dayMs)
  const loan = {
    loanId: loanIdOf(account, 0),
    product: productOf(random),
    amountFen: amountOf(random, account),
    termMonths,
    annualRateBp: rateOf(random, account),
    drawnAtMs,
  }
  return { loan, happenings: installmentsOf(random, world, account, loan) }
}

const declineReasons = ['income', 'credit_history', 'too_many_lenders', 'documents'] as const

/**
 * An application from first look to the end of the period: looked at, started, perhaps submitted, decided, drawn, repaid.
 * @param number tells the account's loans apart, 1 and up
 * @param coupon redeemed when the loan is drawn
 */
export const applicationOf = (
  random: Random,
  world: World,
  account: Account,
  { atMs, number, coupon }: { atMs: number; number: number; coupon?: string | undefined },
): Happening[] => {
  const by = touchpointOf(random, account)
  const { channel } = by
  const product = productOf(random)
  const amountFen = amountOf(random, account)
  const termMonths = choose(random, terms)
  const wish = { channel, product, amount_fen: amountFen, term_months: termMonths }
  const application = { ...wish, application_id: `AP-${account.index.toString(36)}-${number}` }
  const happenings: Happening[] = []
  let reachedMs = Math.floor(atMs)
  const next = (event: string, properties: Happening['properties'], afterMs: number, seen = true): void => {
    reachedMs += Math.floor(afterMs)
    happenings.push({ atMs: reachedMs, event, properties, by: seen ? by : undefined, known: true })
  }
  next('Quota Queried', { channel, quota_fen: account.creditLimitFen }, 0)
  next('Loan Viewed', wish, random.between(8_000, 60_000))
  next('Application Started', application, random.between(10_000, 90_000))
  if (random.chance(0.76)) {
    next('Application Submitted', application, random.between(90_000, 420_000))
    const { latent } = account.person
    const approved =
      account.creditLimitFen > 0 && random.chance(clamp(0.86 - 2.1 * latent.defaultProbability, 0.08, 0.9))
    const decisionMs = random.chance(0.8) ? random.between(15_000, 240_000) : random.between(hourMs, 20 * hourMs)
    if (!approved) {
      next('Application Declined', { ...application, reason: random.pick(declineReasons) }, decisionMs, false)
    } else {
      const annualRateBp = rateOf(random, account)
      const granted = { ...application, annual_rate_bp: annualRateBp }
      next('Application Approved', granted, decisionMs, false)
      if (random.chance(0.83)) {
        const loanId = loanIdOf(account, number)
        next(
          'Loan Drawn',
          { ...granted, loan_id: loanId },
          random.between(2 * minuteMs, random.chance(0.8) ? hourMs : dayMs),
        )
        if (coupon) next('Coupon Redeemed', { channel, coupon_id: coupon, loan_id: loanId }, 1_000)
        const loan = { loanId, product, amountFen, termMonths, annualRateBp, drawnAtMs: reachedMs }
        happenings.push(...installmentsOf(random, world, account, loan))
      }
    }
  }
  return happenings.filter((happening) => happening.atMs < world.period.endMs)
}
