import { Button, Input, InputNumber, Select } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../i18n/text.ts'
import { DayInput } from '../ui/day-input.tsx'
import { Icon } from '../ui/icon.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { fromPercent, fromYuan, toPercent, toYuan } from './figures.ts'
import { feeKinds, feeTimings, type OfferContent } from './offer-shapes.ts'

export interface PartProps {
  content: OfferContent
  set: (change: Partial<OfferContent>) => void
}

/** A list of items that can be added to and taken from. */
const Items = <T,>({
  items,
  blank,
  add,
  onAdd,
  onRemove,
  children,
}: {
  items: readonly T[]
  blank: string
  add: string
  onAdd: () => void
  onRemove: (index: number) => void
  children: (item: T, index: number) => ReactNode
}) => {
  const t = useText()
  return (
    <>
      {items.length === 0 && <p className="muted">{blank}</p>}
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items have no name of their own and are not reordered
        <div key={index} className="offer-item">
          <div className="fields">{children(item, index)}</div>
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            <button
              type="button"
              className="icon-button danger"
              aria-label={`${t.ui.remove} ${index + 1}`}
              onClick={() => onRemove(index)}
            >
              <Icon name="trash" size={16} />
            </button>
          </div>
        </div>
      ))}
      <Button style={{ marginTop: 12 }} icon={<Icon name="plus" size={16} />} onClick={onAdd}>
        {add}
      </Button>
    </>
  )
}

const without = <T,>(items: readonly T[], index: number): T[] => items.filter((_, i) => i !== index)
const withChange = <T,>(items: readonly T[], index: number, change: Partial<T>): T[] =>
  items.map((item, i) => (i === index ? { ...item, ...change } : item))

const options = <K extends string>(keys: readonly K[], names: Readonly<Record<K, string>>) =>
  keys.map((value) => ({ value, label: names[value] }))

export const FeesPart = ({ content, set }: PartProps) => {
  const t = useText()
  const words = t.offers
  const { fees } = content
  type Fee = OfferContent['fees'][number]
  const change = (index: number, more: Partial<Fee>) => set({ fees: withChange(fees, index, more) })
  return (
    <Panel title={words.fees} note={words.feesHint}>
      <Items
        items={fees}
        blank={words.noFees}
        add={words.addFee}
        onAdd={() =>
          set({
            fees: [
              ...fees,
              {
                kind: 'service',
                name: words.feeKinds.service,
                payee: content.lender.name,
                timing: 'monthly',
                basis: 'original',
                rate: 0,
                amountFen: 0,
              },
            ],
          })
        }
        onRemove={(index) => set({ fees: without(fees, index) })}
      >
        {(fee, index) => (
          <>
            <Field label={words.feeName}>
              <Input
                value={fee.name}
                maxLength={60}
                onChange={(event) => change(index, { name: event.target.value })}
              />
            </Field>
            <Field label={words.feeKind}>
              <Select
                aria-label={words.feeKind}
                value={fee.kind}
                onChange={(kind) => change(index, { kind })}
                options={options(feeKinds, words.feeKinds)}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.payee}>
              <Input
                value={fee.payee}
                maxLength={100}
                onChange={(event) => change(index, { payee: event.target.value })}
              />
            </Field>
            <Field label={words.timing}>
              <Select
                aria-label={words.timing}
                value={fee.timing}
                onChange={(timing) =>
                  change(index, {
                    timing,
                    ...(fee.basis === 'outstanding' && timing !== 'monthly' && { basis: 'original' as const }),
                  })
                }
                options={options(feeTimings, words.timings)}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.basis}>
              <Select
                aria-label={words.basis}
                value={fee.basis}
                onChange={(basis) => change(index, { basis })}
                options={options(
                  fee.timing === 'monthly'
                    ? (['original', 'outstanding', 'fixed'] as const)
                    : (['original', 'fixed'] as const),
                  words.bases,
                )}
                style={{ width: '100%' }}
              />
            </Field>
            {fee.basis === 'fixed' ? (
              <Field label={words.feeAmount}>
                <InputNumber
                  min={0}
                  precision={2}
                  value={toYuan(fee.amountFen)}
                  onChange={(typed) => change(index, { amountFen: fromYuan(typed) })}
                />
              </Field>
            ) : (
              <Field label={words.feeRate}>
                <InputNumber
                  min={0}
                  max={100}
                  step={0.1}
                  value={toPercent(fee.rate)}
                  onChange={(typed) => change(index, { rate: fromPercent(typed) })}
                />
              </Field>
            )}
          </>
        )}
      </Items>
    </Panel>
  )
}

export const PricesPart = ({ content, set }: PartProps) => {
  const t = useText()
  const words = t.offers
  const { prices } = content
  type Price = OfferContent['prices'][number]
  const change = (index: number, more: Partial<Price>) => set({ prices: withChange(prices, index, more) })
  const known = ['tier', 'amountFen', 'instalments'] as const
  const shown = ({ attribute, value }: Price) => (attribute === 'amountFen' ? toYuan(Number(value)) : Number(value))
  return (
    <Panel title={words.tierPrices} note={words.tierPricesHint}>
      <Items
        items={prices}
        blank={words.ownPrice}
        add={words.addPrice}
        onAdd={() => set({ prices: [...prices, { attribute: 'tier', value: '优质', annualRate: content.annualRate }] })}
        onRemove={(index) => set({ prices: without(prices, index) })}
      >
        {(price, index) => (
          <>
            <Field label={words.attribute}>
              <Select
                aria-label={words.attribute}
                value={price.attribute}
                onChange={(attribute) => change(index, { attribute, value: attribute === 'tier' ? '' : 0 })}
                options={[
                  ...options(known, words.attributes),
                  ...((known as readonly string[]).includes(price.attribute)
                    ? []
                    : [{ value: price.attribute, label: price.attribute }]),
                ]}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.value}>
              {typeof price.value === 'string' ? (
                <Input
                  value={price.value}
                  maxLength={60}
                  onChange={(event) => change(index, { value: event.target.value })}
                />
              ) : (
                <InputNumber
                  min={0}
                  value={shown(price)}
                  onChange={(typed) =>
                    change(index, { value: price.attribute === 'amountFen' ? fromYuan(typed) : (typed ?? 0) })
                  }
                />
              )}
            </Field>
            <Field label={words.annualRate}>
              <InputNumber
                min={0}
                max={1000}
                step={0.1}
                value={toPercent(price.annualRate)}
                onChange={(typed) => change(index, { annualRate: fromPercent(typed) })}
              />
            </Field>
          </>
        )}
      </Items>
    </Panel>
  )
}

export const PromotionsPart = ({ content, set }: PartProps) => {
  const t = useText()
  const words = t.offers
  const { promotions } = content
  type Promotion = OfferContent['promotions'][number]
  const change = (index: number, more: Partial<Promotion>) => set({ promotions: withChange(promotions, index, more) })
  const number = (label: string, value: number | null, onChange: (value: number | null) => void) => (
    <Field label={label}>
      <InputNumber min={1} max={365} precision={0} value={value} onChange={onChange} />
    </Field>
  )
  const rate = (label: string, value: number | null, onChange: (value: number | null) => void, hint?: string) => (
    <Field label={label} hint={hint}>
      <InputNumber
        min={0}
        max={1000}
        step={0.1}
        value={value === null ? null : toPercent(value)}
        onChange={(typed) => onChange(typed === null ? null : fromPercent(typed))}
      />
    </Field>
  )
  return (
    <Panel title={words.promotions}>
      <Items
        items={promotions}
        blank={words.noPromotions}
        add={words.addPromotion}
        onAdd={() =>
          set({
            promotions: [
              ...promotions,
              {
                name: words.promotionKinds.interestFree,
                kind: 'interestFree',
                days: null,
                instalments: 1,
                annualRate: null,
                condition: '',
                startsOn: null,
                endsOn: null,
                referenceRate: null,
              },
            ],
          })
        }
        onRemove={(index) => set({ promotions: without(promotions, index) })}
      >
        {(one, index) => (
          <>
            <Field label={words.name}>
              <Input
                value={one.name}
                maxLength={60}
                onChange={(event) => change(index, { name: event.target.value })}
              />
            </Field>
            <Field label={words.promotionKind}>
              <Select
                aria-label={words.promotionKind}
                value={one.kind}
                onChange={(kind) => change(index, { kind })}
                options={options(['interestFree', 'reducedRate'] as const, words.promotionKinds)}
                style={{ width: '100%' }}
              />
            </Field>
            {one.kind === 'interestFree' ? (
              <>
                {number(words.days, one.days, (days) => change(index, { days }))}
                {number(words.instalments, one.instalments, (instalments) => change(index, { instalments }))}
              </>
            ) : (
              <>
                {rate(words.promotionRate, one.annualRate, (annualRate) => change(index, { annualRate }))}
                {rate(
                  words.referenceRate,
                  one.referenceRate,
                  (referenceRate) => change(index, { referenceRate }),
                  words.referenceHint,
                )}
              </>
            )}
            <Field label={words.condition}>
              <Input
                value={one.condition}
                maxLength={500}
                onChange={(event) => change(index, { condition: event.target.value })}
              />
            </Field>
            {(['startsOn', 'endsOn'] as const).map((name) => (
              <Field key={name} label={words[name]}>
                <DayInput
                  value={one[name] ?? ''}
                  onChange={(day) => change(index, { [name]: day === '' ? null : day })}
                />
              </Field>
            ))}
          </>
        )}
      </Items>
    </Panel>
  )
}

export const ContingentPart = ({ content, set }: PartProps) => {
  const t = useText()
  const words = t.offers
  const one = (name: 'overdue' | 'misuse' | 'prepayment') => (
    <div className="offer-item" key={name}>
      <div className="fields">
        <Field label={words[name]}>
          <Input
            value={content[name].text}
            maxLength={500}
            onChange={(event) => set({ [name]: { ...content[name], text: event.target.value } })}
          />
        </Field>
        <Field label={`${words[name]} · ${words.collector}`}>
          <Input
            value={content[name].collector}
            maxLength={100}
            onChange={(event) => set({ [name]: { ...content[name], collector: event.target.value } })}
          />
        </Field>
      </div>
    </div>
  )
  return (
    <Panel title={words.disclosure}>
      {(['overdue', 'misuse', 'prepayment'] as const).map(one)}
      <div className="stack" style={{ marginTop: 14 }}>
        <Items
          items={content.other}
          blank=""
          add={words.addOther}
          onAdd={() => set({ other: [...content.other, { text: '', collector: content.lender.name }] })}
          onRemove={(index) => set({ other: without(content.other, index) })}
        >
          {({ text, collector }, index) => (
            <>
              <Field label={words.other}>
                <Input
                  value={text}
                  maxLength={500}
                  onChange={(event) => set({ other: withChange(content.other, index, { text: event.target.value }) })}
                />
              </Field>
              <Field label={words.collector}>
                <Input
                  value={collector}
                  maxLength={100}
                  onChange={(event) =>
                    set({ other: withChange(content.other, index, { collector: event.target.value }) })
                  }
                />
              </Field>
            </>
          )}
        </Items>
        <Field label={words.risk}>
          <Input.TextArea
            rows={3}
            maxLength={2_000}
            value={content.risk}
            onChange={(event) => set({ risk: event.target.value })}
          />
        </Field>
        <Field label={words.afterSales}>
          <Input.TextArea
            rows={2}
            maxLength={1_000}
            value={content.afterSales}
            onChange={(event) => set({ afterSales: event.target.value })}
          />
        </Field>
      </div>
    </Panel>
  )
}
