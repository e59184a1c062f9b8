import { Input, InputNumber, Select } from 'antd'
import type { ReactNode } from 'react'
import type { Fields } from '../audiences/audience-shapes.ts'
import { useText } from '../i18n/text.ts'
import { EventField } from '../insights/event-field.tsx'
import { useAudienceOptions, useProperties } from '../insights/pickers.tsx'
import { DayInput } from '../ui/day-input.tsx'
import { Field } from '../ui/page.tsx'
import type { QuestionInput, QuestionOf } from './mining-shapes.ts'

type Scope = Pick<QuestionInput, 'title' | 'who' | 'asOf'>
type Change<T> = (change: Partial<T>) => void

/** Name, whom it is about, and up to when facts are read. */
export const ScopeFields = <T extends Scope>({
  value,
  lists,
  onChange,
}: {
  value: T
  lists: Fields['lists']
  onChange: Change<Scope>
}) => {
  const t = useText()
  const audiences = useAudienceOptions()
  const who = value.who ?? { all: [] }
  const chosen =
    'audience' in who ? `audience ${who.audience}` : 'list' in who ? `list ${who.list}` : isEverybody(who) ? '' : 'own'
  return (
    <>
      <Field label={t.mining.name} hint={t.mining.nameHint}>
        <Input maxLength={100} value={value.title ?? ''} onChange={({ target }) => onChange({ title: target.value })} />
      </Field>
      <Field label={t.mining.who}>
        <Select
          aria-label={t.mining.who}
          showSearch={{ optionFilterProp: 'label' }}
          value={chosen}
          onChange={(next: string) => {
            const [kind, id = ''] = next.split(' ')
            if (kind === 'own') return
            onChange({ who: kind === 'audience' ? { audience: id } : kind === 'list' ? { list: id } : { all: [] } })
          }}
          options={[
            { value: '', label: t.mining.everyone },
            ...audiences.map((one) => ({ value: `audience ${one.value}`, label: one.label })),
            ...lists.map(({ id, name }) => ({ value: `list ${id}`, label: name })),
            ...(chosen === 'own' ? [{ value: 'own', label: t.mining.ownDefinition }] : []),
          ]}
        />
      </Field>
      <Field label={t.mining.asOf} hint={t.mining.asOfHint}>
        <DayInput
          value={value.asOf?.slice(0, 10) ?? ''}
          onChange={(day) => onChange({ asOf: day === '' ? null : day })}
        />
      </Field>
    </>
  )
}

const isEverybody = (who: NonNullable<Scope['who']>) => 'all' in who && Array.isArray(who.all) && who.all.length === 0

/** A property of events, or none. */
export const OptionalProperty = ({
  label,
  hint,
  events,
  value,
  numeric,
  onChange,
}: {
  label: string
  hint?: ReactNode
  events: readonly string[]
  value: string | null | undefined
  numeric?: boolean
  onChange: (property: string | null) => void
}) => {
  const t = useText()
  const found = useProperties(events)
  const sorted = numeric
    ? found.toSorted((a, b) => Number(b.types.includes('number')) - Number(a.types.includes('number')))
    : found
  const names = sorted.map(({ name }) => name)
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      <Select
        aria-label={label}
        allowClear
        showSearch
        placeholder={t.mining.property}
        value={value ? value : null}
        onChange={(name: string | undefined) => onChange(name ?? null)}
        options={[...new Set([...names, ...(value ? [value] : [])])].map((name) => ({ value: name, label: name }))}
      />
    </Field>
  )
}

export const DaysField = ({
  label,
  hint,
  value,
  onChange,
}: {
  label: string
  hint?: ReactNode
  value: number | null | undefined
  onChange: (days: number | null) => void
}) => (
  <Field label={label} {...(hint ? { hint } : {})}>
    <InputNumber aria-label={label} min={1} max={36_500} precision={0} value={value ?? null} onChange={onChange} />
  </Field>
)

type Purchases = Pick<QuestionOf<'value'>, 'event' | 'where' | 'amount' | 'quantity' | 'invoice'>

/** Which events are purchases and what one of them brought. */
export const PurchaseFields = ({ value, onChange }: { value: Purchases; onChange: Change<Purchases> }) => {
  const t = useText()
  const events = value.event === '' ? [] : [value.event]
  return (
    <>
      <div className="wide">
        <div className="field-label">{t.mining.event}</div>
        <EventField
          label={t.mining.event}
          value={{ event: value.event, where: value.where }}
          onChange={({ event, where }) => onChange({ event, where: where ?? [] })}
        />
      </div>
      <OptionalProperty
        numeric
        label={t.mining.amount}
        events={events}
        value={value.amount}
        onChange={(amount) => onChange({ amount })}
      />
      {value.amount && (
        <OptionalProperty
          numeric
          label={t.mining.quantity}
          hint={t.mining.quantityHint}
          events={events}
          value={value.quantity}
          onChange={(quantity) => onChange({ quantity })}
        />
      )}
    </>
  )
}
