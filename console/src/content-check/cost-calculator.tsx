import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { CostPanels, ScheduleTable } from '../offers/cost-view.tsx'
import { fromPercent, fromYuan, toPercent, toYuan } from '../offers/figures.ts'
import { costOf } from '../offers/offer-calls.ts'
import { emptyOffer } from '../offers/offer-form.tsx'
import { FeesPart } from '../offers/offer-form-lists.tsx'
import { lenderTypes, type OfferContent, repaymentModes } from '../offers/offer-shapes.ts'
import { Field, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Loaded } from '../ui/states.tsx'

/** What a loan costs a year, whoever offers it: for holding an advertised rate against the true one. */
export const CostView = () => {
  const t = useText()
  const words = t.offers
  const [content, setContent] = useState<OfferContent>(() => ({
    ...emptyOffer(),
    annualRate: 0.072,
    repayment: 'feeOnOriginal',
  }))
  const [facilitated, setFacilitated] = useState(false)
  const set = (change: Partial<OfferContent>) => setContent((before) => ({ ...before, ...change }))
  const { example, lender } = content
  const settled = useSettled(
    JSON.stringify({
      loan: { ...example, repayment: content.repayment, annualRate: content.annualRate, fees: content.fees },
      lenderType: lender.type,
      facilitated,
    }),
    300,
  )
  const cost = useQuery({
    queryKey: ['cost', settled],
    queryFn: ({ signal }) => costOf(JSON.parse(settled) as object, signal),
    placeholderData: keepPreviousData,
    retry: false,
  })
  return (
    <div className="grid grid-main">
      <div className="offer-form stack-16">
        <Panel title={t.content.calculator} note={t.content.targetHint}>
          <div className="fields">
            <Field label={words.exampleAmount}>
              <InputNumber
                min={1}
                value={toYuan(example.amountFen)}
                onChange={(typed) => set({ example: { ...example, amountFen: Math.max(100, fromYuan(typed)) } })}
              />
            </Field>
            <Field label={words.exampleTerm}>
              <InputNumber
                min={1}
                max={360}
                precision={0}
                value={example.instalments}
                onChange={(typed) => set({ example: { ...example, instalments: typed ?? 1 } })}
              />
            </Field>
            <Field label={words.repayment}>
              <Select
                aria-label={words.repayment}
                value={content.repayment}
                onChange={(repayment) => set({ repayment })}
                options={repaymentModes.map((value) => ({ value, label: words.repayments[value] }))}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={content.repayment === 'feeOnOriginal' ? words.annualRateFee : words.annualRate}>
              <InputNumber
                min={0}
                max={1000}
                step={0.1}
                value={toPercent(content.annualRate)}
                onChange={(typed) => set({ annualRate: fromPercent(typed) })}
              />
            </Field>
            <Field label={words.lenderType}>
              <Select
                aria-label={words.lenderType}
                value={lender.type}
                onChange={(type) => set({ lender: { ...lender, type } })}
                options={lenderTypes.map((value) => ({ value, label: words.lenderTypes[value] }))}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={t.content.facilitated}>
              <Switch aria-label={t.content.facilitated} checked={facilitated} onChange={setFacilitated} />
            </Field>
          </div>
        </Panel>
        <FeesPart content={content} set={set} />
        {cost.data && (
          <Panel title={words.schedule} flush>
            <ScheduleTable cost={cost.data.cost} />
          </Panel>
        )}
      </div>
      <div className="stack-16">
        <Loaded query={cost}>{({ cost, cap }) => <CostPanels cost={cost} cap={cap} />}</Loaded>
      </div>
    </div>
  )
}
