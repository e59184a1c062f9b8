import { useMutation } from '@tanstack/react-query'
import { Button, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Badge, Notice } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { fromYuan, percent } from './figures.ts'
import { quote } from './offer-calls.ts'
import type { Offer } from './offer-shapes.ts'

/** The offer for one made-up person: its price, or the reasons why none is made. */
export const QuotePanel = ({ offer }: { offer: Offer }) => {
  const t = useText()
  const format = useFormats()
  const fail = useFailureToast()
  const words = t.offers
  const { example, terms } = offer.content
  const [amount, setAmount] = useState<number | null>(example.amountFen / 100)
  const [instalments, setInstalments] = useState(example.instalments)
  const [age, setAge] = useState<number | null>(30)
  const [tier, setTier] = useState('')
  const [income, setIncome] = useState<number | null>(8_000)
  const [debts, setDebts] = useState<number | null>(0)
  const [lenders, setLenders] = useState<number | null>(0)
  const ask = useMutation({
    mutationFn: () =>
      quote(offer.id, {
        amountFen: fromYuan(amount),
        instalments,
        facts: {
          ...(age !== null && { age }),
          ...(tier.trim() !== '' && { tier: tier.trim() }),
          ...(income !== null && { declaredIncomeFen: fromYuan(income) }),
          ...(debts !== null && { instalmentsFen: fromYuan(debts) }),
          ...(lenders !== null && { lenders }),
        },
      }),
    onError: fail,
  })
  const { data } = ask
  return (
    <Panel title={words.tryQuote} note={words.tryQuoteHint}>
      <form
        className="offer-form stack"
        onSubmit={(event) => {
          event.preventDefault()
          ask.mutate()
        }}
      >
        <div className="fields" style={{ gridTemplateColumns: 'repeat(2, minmax(0, 1fr))' }}>
          <Field label={words.exampleAmount}>
            <InputNumber min={1} value={amount} onChange={setAmount} />
          </Field>
          <Field label={words.terms}>
            <Select
              aria-label={words.terms}
              value={instalments}
              onChange={setInstalments}
              options={terms.map((value) => ({ value, label: value }))}
              style={{ width: '100%' }}
            />
          </Field>
          <Field label={words.age}>
            <InputNumber min={0} max={120} value={age} onChange={setAge} />
          </Field>
          <Field label={words.tier}>
            <Input value={tier} maxLength={60} onChange={(event) => setTier(event.target.value)} />
          </Field>
          <Field label={words.income}>
            <InputNumber min={0} value={income} onChange={setIncome} />
          </Field>
          <Field label={words.debts}>
            <InputNumber min={0} value={debts} onChange={setDebts} />
          </Field>
          <Field label={words.lendersNow}>
            <InputNumber min={0} value={lenders} onChange={setLenders} />
          </Field>
        </div>
        <Button htmlType="submit" loading={ask.isPending} disabled={amount === null}>
          {words.ask}
        </Button>
      </form>
      {data && (
        <div aria-live="polite" style={{ marginTop: 14 }}>
          {data.created ? (
            <Notice tone="good">
              {words.made}：{words.rate} {percent(data.annualRate)} · {words.cost} {percent(data.cost.simple)} ·{' '}
              {words.payment} {format.amount('Fen', data.cost.schedule[0]?.paymentFen ?? 0)}
              {data.debtBurden !== null && ` · ${words.burden} ${data.debtBurden.toFixed(4)}`}
            </Notice>
          ) : (
            <Notice tone="bad">
              <div>{words.notMade}</div>
              <ul>
                {data.reasons.map(({ code, fact, value, limit }) => (
                  <li key={`${code} ${fact}`}>
                    <Badge tone="bad">{words.reasons[code]}</Badge> {words.facts[fact] ?? fact}
                    {value !== null &&
                      limit !== null &&
                      ` ${words.reasonValues(format.amount(fact, value), format.amount(fact, limit))}`}
                  </li>
                ))}
              </ul>
            </Notice>
          )}
        </div>
      )}
    </Panel>
  )
}
