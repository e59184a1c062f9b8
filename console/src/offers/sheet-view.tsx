import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { percent } from './figures.ts'
import type { DisclosureSheet } from './offer-shapes.ts'

/** The sheet as customers read it: its words are Chinese by law, so they are not translated. */
export const SheetView = ({ sheet }: { sheet: DisclosureSheet }) => {
  const t = useText()
  const format = useFormats()
  const yuan = (fen: number) => format.amount('Fen', fen)
  const price = (rate: number | null, fen: number) => (rate === null ? yuan(fen) : `${percent(rate)}（${yuan(fen)}）`)
  const rows: [string, string, string][] = [
    ['年化综合融资成本', `单利 ${percent(sheet.costRateSimple)} · 复利 ${percent(sheet.costRateCompound)}`, ''],
    ['贷款利息', `${percent(sheet.loanInterestRate)} · ${sheet.loanInterestRepayMode}`, sheet.loanInterestCollector],
    ...(sheet.guaranteeFee
      ? [
          [
            sheet.guaranteeFee.type,
            `${price(sheet.guaranteeFee.rate, sheet.guaranteeFee.amountFen)} · ${sheet.guaranteeFee.mode}`,
            sheet.guaranteeFee.collector,
          ] as [string, string, string],
        ]
      : []),
    ...sheet.fees.map((fee): [string, string, string] => [
      fee.name,
      `${price(fee.rate, fee.amountFen)} · ${fee.mode}`,
      fee.collector,
    ]),
    ['逾期', sheet.overduePenaltyText, sheet.overduePenaltyCollector],
    ['挪用', sheet.misusePenaltyText, sheet.misusePenaltyCollector],
    [sheet.prepaymentFeeName, sheet.prepaymentFeeText, sheet.prepaymentFeeCollector],
    ...sheet.otherFees.map(({ text, collector }): [string, string, string] => ['其他', text, collector]),
  ]
  return (
    <dl className="sheet-rows">
      {rows.map(([name, value, collector]) => (
        <div key={`${name} ${value}`} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>
            {value}
            {collector && (
              <span className="muted small">
                {' '}
                · {t.offers.collector} {collector}
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
