import { useQuery } from '@tanstack/react-query'
import { InputNumber, Select } from 'antd'
import type { ReactNode } from 'react'
import { getFields } from '../audiences/audience-calls.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useText } from '../i18n/text.ts'
import { TimeInput as TimeOfDay } from '../ui/day-input.tsx'
import { type Span, spanUnits } from './campaign-shapes.ts'

/** Small fields that the forms of steps, triggers and goals share. */

const longest = { minutes: 525_600, hours: 8_760, days: 365 } as const

export const SpanInput = ({
  value,
  label,
  disabled,
  onChange,
}: {
  value: Span
  label: string
  disabled: boolean
  onChange: (span: Span) => void
}) => {
  const t = useText()
  return (
    <span className="j-pair">
      <InputNumber
        aria-label={label}
        min={1}
        max={longest[value.unit]}
        precision={0}
        disabled={disabled}
        value={value.amount}
        onChange={(amount) => onChange({ ...value, amount: amount ?? 1 })}
      />
      <Select
        aria-label={t.builder.unit}
        disabled={disabled}
        value={value.unit}
        onChange={(unit) => onChange({ unit, amount: Math.min(value.amount, longest[unit]) })}
        options={spanUnits.map((unit) => ({ value: unit, label: t.campaigns.units[unit] }))}
      />
    </span>
  )
}

export const TimeInput = ({
  value,
  label,
  disabled,
  onChange,
}: {
  value: string
  label: string
  disabled: boolean
  onChange: (time: string) => void
}) => (
  <TimeOfDay
    className="j-time"
    aria-label={label}
    disabled={disabled}
    value={value}
    status={value === '' ? 'warning' : ''}
    onChange={onChange}
  />
)

/** So many days before or after a day. */
export const OffsetInput = ({
  value,
  disabled,
  onChange,
}: {
  value: number
  disabled: boolean
  onChange: (days: number) => void
}) => {
  const t = useText()
  const words = t.campaigns.form
  const side = value === 0 ? 'on' : value < 0 ? 'before' : 'after'
  return (
    <span className="j-pair">
      <Select
        aria-label={words.offset}
        disabled={disabled}
        value={side}
        onChange={(next: 'on' | 'before' | 'after') => {
          const days = Math.max(1, Math.abs(value))
          onChange(next === 'on' ? 0 : next === 'before' ? -days : days)
        }}
        options={[
          { value: 'on', label: words.offsetOn },
          { value: 'before', label: words.offsetBefore },
          { value: 'after', label: words.offsetAfter },
        ]}
      />
      {side !== 'on' && (
        <InputNumber
          aria-label={words.offsetDays}
          suffix={t.campaigns.daysUnit}
          min={1}
          max={365}
          precision={0}
          disabled={disabled}
          value={Math.abs(value)}
          onChange={(days) => onChange((side === 'before' ? -1 : 1) * (days ?? 1))}
        />
      )}
    </span>
  )
}

export const WeekdaysInput = ({
  value,
  label,
  disabled,
  onChange,
}: {
  value: readonly number[]
  label: string
  disabled: boolean
  onChange: (days: number[]) => void
}) => {
  const t = useText()
  return (
    <div className="j-days" role="group" aria-label={label}>
      {t.campaigns.weekdays.map((name, at) => {
        const day = at + 1
        const on = value.includes(day)
        return (
          <button
            key={name}
            type="button"
            aria-pressed={on}
            disabled={disabled}
            onClick={() => onChange(on ? value.filter((one) => one !== day) : [...value, day].sort((a, b) => a - b))}
          >
            {name}
          </button>
        )
      })}
    </div>
  )
}

interface NameSelectProps {
  value: string
  label: string
  disabled: boolean
  onChange: (value: string) => void
}
const NameSelect = ({
  value,
  label,
  disabled,
  onChange,
  options,
}: NameSelectProps & { options: readonly { value: string; label: string; search: string }[] }) => {
  const offered =
    value === '' || options.some((one) => one.value === value)
      ? options
      : [...options, { value, label: value, search: value }]
  return (
    <Select
      style={{ width: '100%' }}
      showSearch={{ optionFilterProp: 'search' }}
      aria-label={label}
      placeholder={label}
      status={value === '' ? 'warning' : ''}
      disabled={disabled}
      value={value === '' ? null : value}
      onChange={(next: string | null) => onChange(next ?? '')}
      options={[...offered]}
    />
  )
}

const useKnown = () =>
  useQuery({ queryKey: ['audiences', 'fields'], queryFn: ({ signal }) => getFields(signal), staleTime: 60_000 })

/** A trait of these types. */
export const TraitSelect = ({ types, ...props }: NameSelectProps & { types?: readonly string[] }) => {
  const fields = useKnown()
  const titleOf = useTraitTitles()
  const traits = (fields.data?.traits ?? []).filter(({ type }) => !types || types.includes(type))
  const named = traits.map(({ name }) => ({ value: name, label: titleOf(name), search: `${name} ${titleOf(name)}` }))
  return <NameSelect {...props} options={named} />
}

/** @param numeric only tags by which people can be put in order */
export const TagSelect = ({ numeric = false, ...props }: NameSelectProps & { numeric?: boolean }) => {
  const fields = useKnown()
  const tags = (fields.data?.tags ?? []).filter(({ type }) => !numeric || type === 'number')
  return (
    <NameSelect
      {...props}
      options={tags.map(({ key, title }) => ({ value: key, label: title, search: `${key} ${title}` }))}
    />
  )
}

/** A caption and what belongs under it, closer together than `Field`. */
export const Group = ({ label, hint, children }: { label: ReactNode; hint?: ReactNode; children: ReactNode }) => (
  <fieldset className="j-group">
    <legend className="field-label">{label}</legend>
    {hint && <p className="field-hint j-group-hint">{hint}</p>}
    {children}
  </fieldset>
)
