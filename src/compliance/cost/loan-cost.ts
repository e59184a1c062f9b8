import { annualCost } from './annual-cost.ts'
import { brent } from './brent.ts'
import type { Fee, Instalment, LoanCost, LoanTerms } from './cost-contract.ts'

/** Half a fen and more is rounded up, as contracts do. */
const whole = (fen: number): number => Math.floor(fen + 0.5 + 1e-9)

/** What a fee takes once, fen. */
const once = (fee: Fee, amountFen: number, owedFen: number): number =>
  fee.basis === 'fixed' ? fee.amountFen : whole(fee.rate * (fee.basis === 'original' ? amountFen : owedFen))

const due = (fee: Fee, no: number, last: number): boolean =>
  fee.timing === 'monthly' || (fee.timing === 'final' && no === last)

/**
 * The instalments of a loan. Each amount is rounded to the fen where it arises; the last instalment takes what rounding
 * left of the principal, so the parts always add up to the amount borrowed.
 */
export const schedule = ({ amountFen, instalments, repayment, annualRate, fees }: LoanTerms): Instalment[] => {
  const monthly = annualRate / 12
  const level =
    repayment !== 'equalInstalment'
      ? 0
      : monthly === 0
        ? whole(amountFen / instalments)
        : whole((amountFen * monthly) / (1 - (1 + monthly) ** -instalments))
  const share = whole(amountFen / instalments)
  const rows: Instalment[] = []
  let owed = amountFen
  for (let no = 1; no <= instalments; no++) {
    const last = no === instalments
    const onOriginal = repayment === 'feeOnOriginal'
    const interestFen =
      repayment === 'bullet'
        ? last
          ? whole(amountFen * monthly * instalments)
          : 0
        : whole((onOriginal ? amountFen : owed) * monthly)
    const wanted =
      repayment === 'equalInstalment' ? level - interestFen : repayment === 'equalPrincipal' || onOriginal ? share : 0
    const principalFen = last ? owed : Math.min(owed, Math.max(0, wanted))
    const feesFen = fees.map((fee) => (due(fee, no, instalments) ? once(fee, amountFen, owed) : 0))
    owed -= principalFen
    const paymentFen = principalFen + interestFen + feesFen.reduce((sum, fen) => sum + fen, 0)
    rows.push({ no, principalFen, interestFen, feesFen, paymentFen, balanceFen: owed })
  }
  return rows
}

/**
 * What a loan really costs: schedule, cash flows, who receives what, and the annual rates with everything in.
 * @throws problem.noSingleRate when fees eat up what is paid out
 */
export const loanCost = (loan: LoanTerms, lender = ''): LoanCost => {
  const rows = schedule(loan)
  const atStart = loan.fees.map((fee) =>
    fee.timing === 'upfront' || fee.timing === 'signing' ? once(fee, loan.amountFen, loan.amountFen) : 0,
  )
  const receivedFen = loan.amountFen - atStart.reduce((sum, fen) => sum + fen, 0)
  const flowsFen = [receivedFen, ...rows.map(({ paymentFen }) => -paymentFen)]
  const paidLater = rows.reduce((sum, { paymentFen }) => sum + paymentFen, 0)
  const interest = rows.reduce((sum, { interestFen }) => sum + interestFen, 0)
  const byPayee = [
    { payee: lender, kind: 'interest' as const, name: '', fen: interest },
    ...loan.fees.map((fee, i) => ({
      payee: fee.payee,
      kind: fee.kind,
      name: fee.name,
      fen: (atStart[i] ?? 0) + rows.reduce((sum, { feesFen }) => sum + (feesFen[i] ?? 0), 0),
    })),
  ].filter(({ fen }) => fen > 0)
  return {
    ...annualCost(flowsFen),
    receivedFen,
    totalPaidFen: paidLater + loan.amountFen - receivedFen,
    totalCostFen: paidLater - receivedFen,
    byPayee,
    schedule: rows,
    flowsFen,
  }
}

/**
 * The monthly fee on the original principal that brings a loan to a simple annual cost: 24 % over twelve instalments without
 * interest is 1.1226 % a month.
 * @param loan without that fee; its other costs stay in
 * @returns share of the original principal, a month; not rounded to the fen
 */
export const monthlyFeeFor = (loan: LoanTerms, simple: number): number => {
  const base = loanCost({ ...loan, fees: [...loan.fees] })
  const at = (rate: number) => {
    const flows = base.flowsFen.map((fen, i) => (i === 0 ? fen : fen - rate * loan.amountFen))
    return annualCost(flows).simple - simple
  }
  return brent(at, 0, 1, 1e-12)
}
