import type { Account } from './accounts.ts'
import { addMonths, dayOf, startOfDay } from './calendar.ts'
import { installmentFen, type Loan } from './loans.ts'
import type { Happening } from './sessions.ts'

/** A line of `loans.csv`: what the core system knows of an account that owes something. */
export interface LoanRow {
  account_id: string
  /** The day in Shanghai. */
  next_due_date: string
  /** Due on that day, on all loans. */
  next_due_fen: number
  /** Installments that were missed and not paid since. */
  overdue_installments: number
}

const drawnOf = ({ event, properties, atMs }: Happening): Loan[] =>
  event === 'Loan Drawn'
    ? [
        {
          loanId: String(properties.loan_id),
          product: properties.product as Loan['product'],
          amountFen: Number(properties.amount_fen),
          termMonths: Number(properties.term_months),
          annualRateBp: Number(properties.annual_rate_bp),
          drawnAtMs: atMs,
        },
      ]
    : []

const shanghaiDate = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10)

/** The first installment that falls on the day of `endMs` or later; undefined when all lie before. */
const nextOf = (
  { drawnAtMs, termMonths, ...loan }: Loan,
  endMs: number,
): { dayMs: number; fen: number } | undefined => {
  for (let number = 1; number <= termMonths; number++) {
    const dayMs = startOfDay(dayOf(addMonths(drawnAtMs, number)))
    if (dayMs >= endMs) return { dayMs, fen: installmentFen(loan.amountFen, termMonths, loan.annualRateBp) }
  }
  return undefined
}

/**
 * What an account owes when the period ends.
 * @param running loans drawn before the period; those drawn in it are among the happenings
 * @returns undefined when nothing is due any more
 */
export const loanRowOf = (
  account: Account,
  running: readonly Loan[],
  happenings: readonly Happening[],
  endMs: number,
): LoanRow | undefined => {
  const dues = [...running, ...happenings.flatMap(drawnOf)].flatMap((loan) => nextOf(loan, endMs) ?? [])
  if (dues.length === 0) return undefined
  const first = Math.min(...dues.map(({ dayMs }) => dayMs))
  const missed = new Set<string>()
  const paid = new Set<string>()
  for (const { event, properties } of happenings) {
    const named = `${properties.loan_id}/${properties.installment}`
    if (event === 'Installment Missed') missed.add(named)
    else if (event === 'Installment Paid') paid.add(named)
  }
  return {
    account_id: account.accountId,
    next_due_date: shanghaiDate(first),
    next_due_fen: dues.reduce((sum, { dayMs, fen }) => sum + (dayMs === first ? fen : 0), 0),
    overdue_installments: [...missed].filter((named) => !paid.has(named)).length,
  }
}
