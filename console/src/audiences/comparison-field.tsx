import { Input, InputNumber, Select } from 'antd'
import { type TraitType, traitTypes } from '../customers/customer-shapes.ts'
import { useText } from '../i18n/text.ts'
import { DayInput } from '../ui/day-input.tsx'
import type { ComparisonDraft, Operator, Scalar } from './draft.ts'
import { calendarWindows, type SpanUnit, spanUnits } from './spans.ts'

/** What is compared decides how. `unknown`: nothing is known about the property yet. */
export type ValueType = TraitType | 'unknown'

export const asValueType = (type: string | undefined): ValueType =>
  traitTypes.find((known) => known === type) ?? 'unknown'

const operatorsOf: Record<ValueType, readonly Operator[]> = {
  string: ['is', 'isNot', 'in', 'notIn', 'contains', 'notContains', 'startsWith', 'endsWith', 'exists', 'missing'],
  integer: ['is', 'isNot', 'gte', 'gt', 'lte', 'lt', 'between', 'exists', 'missing'],
  number: ['is', 'isNot', 'gte', 'gt', 'lte', 'lt', 'between', 'exists', 'missing'],
  boolean: ['is', 'exists', 'missing'],
  date: ['between', 'before', 'after', 'withinLast', 'olderThan', 'withinNext', 'is', 'exists', 'missing'],
  datetime: ['between', 'before', 'after', 'withinLast', 'olderThan', 'withinNext', 'exists', 'missing'],
  unknown: ['is', 'isNot', 'in', 'gte', 'gt', 'lte', 'lt', 'between', 'contains', 'exists', 'missing'],
}
/** For counts and sums: always there, so `exists` says nothing. */
export const numberOperators: readonly Operator[] = ['gte', 'is', 'lte', 'gt', 'lt', 'between', 'isNot']
/** For when something happened. */
export const momentOperators: readonly Operator[] = ['withinLast', 'olderThan', 'between', 'before', 'after']

export const firstOperator = (type: ValueType): Operator => operatorsOf[type][0] ?? 'is'

const spanOperators: readonly Operator[] = ['withinLast', 'withinNext', 'olderThan']

type Shape = 'none' | 'list' | 'pair' | 'span' | 'one'
const shapeOf = (operator: Operator): Shape => {
  if (operator === 'exists' || operator === 'missing') return 'none'
  if (operator === 'in' || operator === 'notIn') return 'list'
  if (operator === 'between') return 'pair'
  return spanOperators.includes(operator) ? 'span' : 'one'
}

/** The operator and its value: a number, a date, a list, a span — whatever the compared thing needs. */
export const ComparisonField = ({
  draft,
  type,
  values,
  only,
  onChange,
}: {
  draft: ComparisonDraft
  type: ValueType
  /** Known values to choose from. */
  values?: readonly string[] | undefined
  /** These operators instead of the type's own. */
  only?: readonly Operator[]
  onChange: (draft: ComparisonDraft) => void
}) => {
  const t = useText()
  const allowed = only ?? operatorsOf[type]
  // An operator that a saved definition uses is offered even where we would not suggest it.
  const offered = allowed.includes(draft.operator) ? allowed : [...allowed, draft.operator]
  return (
    <>
      <Select
        className="b-operator"
        aria-label={t.builder.operator}
        value={draft.operator}
        popupMatchSelectWidth={false}
        onChange={(operator) =>
          onChange({ operator, value: shapeOf(operator) === shapeOf(draft.operator) ? draft.value : startOf(operator) })
        }
        options={offered.map((operator) => ({ value: operator, label: t.operators[operator] }))}
      />
      <ValueField draft={draft} type={type} values={values} onChange={(value) => onChange({ ...draft, value })} />
    </>
  )
}

const startOf = (operator: Operator): ComparisonDraft['value'] => {
  const shape = shapeOf(operator)
  if (shape === 'list') return []
  if (shape === 'pair') return [undefined, undefined]
  return shape === 'span' ? '30 days' : undefined
}

const ValueField = ({
  draft: { operator, value },
  type,
  values,
  onChange,
}: {
  draft: ComparisonDraft
  type: ValueType
  values?: readonly string[] | undefined
  onChange: (value: ComparisonDraft['value']) => void
}) => {
  const t = useText()
  switch (shapeOf(operator)) {
    case 'none':
      return null
    case 'list':
      return (
        <Select
          className="b-value b-wide"
          mode="tags"
          aria-label={t.builder.values}
          placeholder={t.builder.valuesHint}
          status={Array.isArray(value) && value.length > 0 ? '' : 'warning'}
          tokenSeparators={[',', '，', ';', '；']}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(list: string[]) => onChange(list.map((text) => typed(type, text)))}
          options={(values ?? []).map((one) => ({ value: one, label: one }))}
        />
      )
    case 'pair': {
      const [low, high] = Array.isArray(value) ? (value as readonly (Scalar | undefined)[]) : []
      return (
        <span className="b-pair">
          <One type={pairType(type)} label={t.ui.from} value={low} onChange={(next) => onChange([next, high])} />
          <span className="muted">–</span>
          <One type={pairType(type)} label={t.ui.to} value={high} onChange={(next) => onChange([low, next])} />
        </span>
      )
    }
    case 'span':
      return (
        <SpanField
          value={typeof value === 'string' ? value : '30 days'}
          calendar={operator === 'withinLast'}
          onChange={onChange}
        />
      )
    case 'one':
      return (
        <One
          type={type}
          values={values}
          label={t.builder.value}
          value={Array.isArray(value) ? undefined : (value as Scalar | undefined)}
          onChange={onChange}
        />
      )
  }
}

const pairType = (type: ValueType): ValueType => (type === 'unknown' || type === 'string' ? 'number' : type)

// A property of unknown type: what looks like a number is one, as in the JSON that brought it.
const typed = (type: ValueType, text: string): Scalar => {
  if (type === 'number' || type === 'integer') return Number(text)
  return type === 'unknown' && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

const One = ({
  type,
  values,
  label,
  value,
  onChange,
}: {
  type: ValueType
  values?: readonly string[] | undefined
  label: string
  value: Scalar | undefined
  onChange: (value: Scalar | undefined) => void
}) => {
  const t = useText()
  const missing = value === undefined || value === '' ? 'warning' : ''
  if (type === 'number' || type === 'integer') {
    return (
      <InputNumber
        className="b-value"
        aria-label={label}
        placeholder={label}
        status={missing}
        value={typeof value === 'number' ? value : null}
        {...(type === 'integer' ? { precision: 0 } : {})}
        onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
      />
    )
  }
  if (type === 'boolean') {
    return (
      <Select
        className="b-value"
        aria-label={label}
        status={missing}
        value={typeof value === 'boolean' ? value : undefined}
        onChange={onChange}
        options={[true, false].map((one) => ({ value: one, label: t.ui.yesNo(one) }))}
      />
    )
  }
  if (type === 'date' || type === 'datetime') {
    return (
      <DayInput
        className="b-value"
        aria-label={label}
        status={missing}
        value={String(value ?? '').slice(0, 10)}
        onChange={(day) => onChange(day === '' ? undefined : day)}
      />
    )
  }
  if (values && values.length > 0) {
    return (
      <Select
        className="b-value"
        showSearch
        aria-label={label}
        placeholder={label}
        status={missing}
        popupMatchSelectWidth={false}
        value={value === undefined ? undefined : String(value)}
        onChange={onChange}
        options={values.map((one) => ({ value: one, label: one }))}
      />
    )
  }
  return (
    <Input
      className="b-value"
      aria-label={label}
      placeholder={label}
      status={missing}
      value={value === undefined ? '' : String(value)}
      onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
      onBlur={(event) => event.target.value !== '' && onChange(typed(type, event.target.value))}
    />
  )
}

/** `30 days`, `this month`. */
export const SpanField = ({
  value,
  calendar = false,
  units = spanUnits,
  onChange,
}: {
  value: string
  /** Whether months, this week and so on are offered too. */
  calendar?: boolean
  units?: readonly SpanUnit[]
  onChange: (span: string) => void
}) => {
  const t = useText()
  const isCalendar = (calendarWindows as readonly string[]).includes(value)
  const [amountText = '30', unitText = 'days'] = isCalendar ? [] : value.split(' ')
  const unit = unitText.replace(/s$/, '')
  const amount = Number(amountText)
  const write = (count: number, name: string) => onChange(`${count} ${name}${count === 1 ? '' : 's'}`)
  return (
    <span className="b-pair">
      {!isCalendar && (
        <InputNumber
          className="b-amount"
          aria-label={t.builder.amount}
          min={1}
          max={99_999}
          precision={0}
          value={amount}
          onChange={(next) => write(next ?? 1, unit)}
        />
      )}
      <Select
        aria-label={t.builder.unit}
        className="b-unit"
        popupMatchSelectWidth={false}
        value={isCalendar ? value : unit}
        onChange={(next: string) =>
          (calendarWindows as readonly string[]).includes(next)
            ? onChange(next)
            : write(Number.isFinite(amount) ? amount : 30, next)
        }
        options={[
          ...units.map((name) => ({ value: name as string, label: t.units[name] })),
          ...(calendar
            ? calendarWindows.map((name) => ({ value: name as string, label: t.reading.calendar[name] }))
            : []),
        ]}
      />
    </span>
  )
}
