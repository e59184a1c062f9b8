import type { LoanCost } from '#compliance'
import { DisclosureSheet } from './disclosure-contract.ts'
import type { OfferContent } from './offer-contract.ts'

/** Ways of repaying and times of fees as the sheet prints them: it is a Chinese document by law. */
export const repaymentNames = {
  equalInstalment: '等额本息',
  equalPrincipal: '等额本金',
  interestFirst: '先息后本',
  bullet: '一次性还本付息',
  feeOnOriginal: '本金均摊，费用按初始本金计收',
} as const
const timingNames = {
  upfront: '放款时一次性扣收',
  signing: '签约时一次性支付',
  monthly: '随每期还款收取',
  final: '随最后一期收取',
} as const
const basisNames = { original: '按初始本金', outstanding: '按剩余本金', fixed: '固定金额' } as const

/** What the sheet still lacks, as paths of its fields; empty when it is whole. */
export type SheetGaps = readonly string[]

/**
 * The sheet of all costs of an offer, generated from it, so that it cannot say anything else (R2, R3).
 * @returns the sheet, or the fields that are missing
 */
export const disclosureOf = (
  name: string,
  content: OfferContent,
  cost: LoanCost,
  capped: boolean,
): { sheet: DisclosureSheet } | { gaps: SheetGaps } => {
  const { lender, partner, example, fees } = content
  const paid = (kind: string, fee: string) =>
    cost.byPayee.find((one) => one.kind === kind && one.name === fee)?.fen ?? 0
  const rate = ({ basis, rate }: OfferContent['fees'][number]) => (basis === 'fixed' ? null : rate)
  const mode = ({ basis, timing }: OfferContent['fees'][number]) => `${basisNames[basis]}，${timingNames[timing]}`
  const guarantee = fees.find(({ kind }) => kind === 'guarantee')
  const found = DisclosureSheet.safeParse({
    offerName: name,
    lender: { name: lender.name, licence: lender.licence, address: lender.address, contact: lender.contact },
    partner: partner?.name ?? null,
    ...example,
    costRateSimple: cost.simple,
    costRateCompound: cost.compound,
    totalCostFen: cost.totalCostFen,
    loanInterestRate: content.annualRate,
    loanInterestType: 'fixed',
    loanInterestRepayMode: repaymentNames[content.repayment],
    loanInterestCollector: lender.name,
    loanInterestFen: cost.byPayee.find(({ kind }) => kind === 'interest')?.fen ?? 0,
    guaranteeFee: guarantee
      ? {
          rate: rate(guarantee),
          amountFen: paid('guarantee', guarantee.name),
          type: guarantee.name,
          mode: mode(guarantee),
          collector: guarantee.payee,
        }
      : null,
    fees: fees
      .filter((fee) => fee !== guarantee)
      .map((fee) => ({
        name: fee.name,
        rate: rate(fee),
        amountFen: paid(fee.kind, fee.name),
        mode: mode(fee),
        collector: fee.payee,
      })),
    capped,
    overduePenaltyText: content.overdue.text,
    overduePenaltyCollector: content.overdue.collector,
    misusePenaltyText: content.misuse.text,
    misusePenaltyCollector: content.misuse.collector,
    prepaymentFeeName: '提前还款费用',
    prepaymentFeeText: content.prepayment.text,
    prepaymentFeeCollector: content.prepayment.collector,
    otherFees: content.other,
    risk: content.risk,
    afterSales: content.afterSales,
  } satisfies Record<keyof DisclosureSheet, unknown>)
  if (found.success) return { sheet: found.data }
  return { gaps: [...new Set(found.error.issues.map(({ path }) => path.join('.')))] }
}
