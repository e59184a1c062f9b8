import '../audiences/builder.css'
import { useQuery } from '@tanstack/react-query'
import { InputNumber, Select } from 'antd'
import { createContext, type ReactNode, use, useState } from 'react'
import { getFields, listAudiences } from '../audiences/audience-calls.ts'
import type { Fields } from '../audiences/audience-shapes.ts'
import { SpanField } from '../audiences/comparison-field.tsx'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { type Text, useText } from '../i18n/text.ts'
import { DayInput } from '../ui/day-input.tsx'
import { Icon } from '../ui/icon.tsx'
import type { AskedQuestion } from './insight-shapes.ts'

/** What there is to choose from. */
export const useFields = () =>
  useQuery({ queryKey: ['audiences', 'fields'], queryFn: ({ signal }) => getFields(signal), staleTime: 60_000 })

const FieldsContext = createContext<Pick<Fields, 'traits' | 'events' | 'tags' | 'lists'>>({
  traits: [],
  events: [],
  tags: [],
  lists: [],
})
export const FieldsGiven = ({ fields, children }: { fields: Fields; children: ReactNode }) => (
  <FieldsContext value={fields}>{children}</FieldsContext>
)

/** What an event is called. */
export const eventNameIn = (t: Text) => {
  const names: Readonly<Record<string, string>> = t.eventNames
  return (name: string) => names[name] ?? name
}
export const useEventName = () => eventNameIn(useText())

/** One part of a question: its name, what is chosen. Two halves stand side by side. */
export const Part = ({ label, half, children }: { label: string; half?: boolean; children: ReactNode }) => (
  <fieldset className={half ? 'q-part q-half' : 'q-part'}>
    <legend className="q-label">{label}</legend>
    <div className="q-fields">{children}</div>
  </fieldset>
)

const Named = ({ title, name, note }: { title: string; name: string; note?: string }) => (
  <span className="b-named">
    {title}
    {title !== name && <small>{name}</small>}
    {note && <small>{note}</small>}
  </span>
)

export const EventSelect = ({
  value,
  label,
  onChange,
}: {
  value: string
  label: string
  onChange: (event: string) => void
}) => {
  const t = useText()
  const format = useFormats()
  const { events } = use(FieldsContext)
  const eventName = useEventName()
  // An event may be named before the first one of it has arrived.
  const [typed, setTyped] = useState('')
  const options = events.map((one) => ({
    value: one.name,
    search: `${one.name} ${eventName(one.name)}`,
    label: <Named title={eventName(one.name)} name={one.name} note={format.short(one.count)} />,
  }))
  const extra = [value, typed.trim()].filter((name) => name !== '' && !events.some((one) => one.name === name))
  return (
    <Select
      className="q-event"
      showSearch={{ optionFilterProp: 'search', onSearch: setTyped }}
      aria-label={label}
      placeholder={t.insights.chooseEvent}
      status={value === '' ? 'warning' : ''}
      popupMatchSelectWidth={false}
      value={value === '' ? null : value}
      onChange={onChange}
      options={[
        ...options,
        ...[...new Set(extra)].map((name) => ({ value: name, search: name, label: eventName(name) })),
      ]}
    />
  )
}

export type Property = Fields['events'][number]['properties'][number]

/** Properties of these events, those of the first first. */
export const useProperties = (names: readonly string[]): Property[] => {
  const { events } = use(FieldsContext)
  const found = new Map<string, Property>()
  for (const name of names)
    for (const property of events.find((one) => one.name === name)?.properties ?? [])
      if (!found.has(property.name)) found.set(property.name, property)
  return [...found.values()]
}

export const PropertySelect = ({
  value,
  events,
  label,
  numeric,
  onChange,
}: {
  value: string
  events: readonly string[]
  label?: string
  /** Numbers first. */
  numeric?: boolean
  onChange: (property: string) => void
}) => {
  const t = useText()
  const [typed, setTyped] = useState('')
  const found = useProperties(events)
  const sorted = numeric
    ? found.toSorted((a, b) => Number(b.types.includes('number')) - Number(a.types.includes('number')))
    : found
  const names = sorted.map(({ name }) => name)
  const extra = [value, typed.trim()].filter((name) => name !== '' && !names.includes(name))
  return (
    <Select
      className="b-property"
      showSearch={{ onSearch: setTyped }}
      aria-label={label ?? t.insights.property}
      placeholder={t.insights.property}
      status={value === '' ? 'warning' : ''}
      popupMatchSelectWidth={false}
      value={value === '' ? null : value}
      onChange={onChange}
      options={[...new Set([...names, ...extra])].map((name) => ({ value: name, label: name }))}
    />
  )
}

export const Remove = ({ onClick, label }: { onClick: () => void; label?: string }) => {
  const t = useText()
  return (
    <button
      type="button"
      className="icon-button danger"
      aria-label={label ?? t.ui.remove}
      title={label ?? t.ui.remove}
      onClick={onClick}
    >
      <Icon name="trash" size={16} />
    </button>
  )
}

type Period = AskedQuestion['period']

export const PeriodField = ({ value, onChange }: { value: Period; onChange: (period: Period) => void }) => {
  const t = useText()
  const words = t.insights
  const kind =
    'within' in value ? (['7 days', '30 days', '90 days'].includes(value.within) ? value.within : 'within') : 'between'
  return (
    <>
      <Select
        className="q-choice"
        aria-label={words.period}
        popupMatchSelectWidth={false}
        value={kind}
        onChange={(next: string) => {
          if (next === 'between') {
            const day = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10)
            onChange({ from: day(Date.now() - 29 * 86_400_000), to: day(Date.now()) })
          } else onChange({ within: next === 'within' ? '14 days' : next })
        }}
        options={[
          ...[7, 30, 90].map((n) => ({ value: `${n} days`, label: words.lastDays(n) })),
          { value: 'within', label: words.within },
          { value: 'between', label: words.between },
        ]}
      />
      {kind === 'within' && 'within' in value && (
        <SpanField value={value.within} calendar onChange={(within) => onChange({ within })} />
      )}
      {'from' in value && (
        <span className="b-pair">
          <DayInput
            className="b-value"
            aria-label={t.ui.from}
            value={value.from}
            onChange={(day) => onChange({ ...value, from: day })}
          />
          <span className="muted">–</span>
          <DayInput
            className="b-value"
            aria-label={t.ui.to}
            value={value.to}
            onChange={(day) => onChange({ ...value, to: day })}
          />
        </span>
      )}
    </>
  )
}

type People = NonNullable<AskedQuestion['people']>

export const useAudienceOptions = () => {
  const audiences = useQuery({
    queryKey: ['audiences'],
    queryFn: ({ signal }) => listAudiences(signal),
    staleTime: 30_000,
  })
  return (audiences.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
}

/** Everybody, or an audience. A list or a definition that a saved question names is kept and shown as such. */
export const PeopleField = ({
  value,
  onChange,
}: {
  value: People | undefined
  onChange: (people: People | undefined) => void
}) => {
  const t = useText()
  const options = useAudienceOptions()
  const { lists } = use(FieldsContext)
  const chosen = !value ? '' : 'audience' in value ? value.audience : 'list' in value ? value.list : 'definition'
  const isList = (id: string) => lists.some((list) => list.id === id) || (value && 'list' in value && value.list === id)
  return (
    <Select
      className="q-choice"
      aria-label={t.insights.people}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      value={chosen}
      onChange={(next: string) => {
        if (next === 'definition') return
        onChange(next === '' ? undefined : isList(next) ? { list: next } : { audience: next })
      }}
      options={[
        { value: '', label: t.insights.everybody },
        ...options,
        ...lists.map(({ id, name }) => ({ value: id, label: `${t.insights.listOption}: ${name}` })),
        ...(chosen === 'definition' ? [{ value: 'definition', label: 'JSON' }] : []),
      ]}
    />
  )
}

type AskedBreakdown = { most?: number | undefined } & ({ property: string } | { trait: string } | { tag: string })

export const BreakdownField = ({
  value,
  events,
  onChange,
}: {
  value: AskedBreakdown | undefined
  events: readonly string[]
  onChange: (breakdown: AskedBreakdown | undefined) => void
}) => {
  const t = useText()
  const words = t.insights
  const { traits, tags } = use(FieldsContext)
  const traitTitle = useTraitTitles()
  const kind = !value ? 'none' : 'property' in value ? 'property' : 'trait' in value ? 'trait' : 'tag'
  const starts: Record<string, AskedBreakdown | undefined> = {
    none: undefined,
    property: { property: '' },
    trait: { trait: '' },
    tag: { tag: '' },
  }
  return (
    <>
      <Select
        className="q-choice"
        aria-label={words.breakdown}
        popupMatchSelectWidth={false}
        value={kind}
        onChange={(next: string) => onChange(starts[next])}
        options={[
          { value: 'none', label: words.noBreakdown },
          { value: 'property', label: words.byProperty },
          { value: 'trait', label: words.byTrait },
          { value: 'tag', label: words.byTag },
        ]}
      />
      {value && 'property' in value && (
        <PropertySelect
          value={value.property}
          events={events}
          onChange={(property) => onChange({ ...value, property })}
        />
      )}
      {value && 'trait' in value && (
        <Select
          className="b-property"
          showSearch={{ optionFilterProp: 'search' }}
          aria-label={words.byTrait}
          status={value.trait === '' ? 'warning' : ''}
          popupMatchSelectWidth={false}
          value={value.trait === '' ? null : value.trait}
          onChange={(trait) => onChange({ ...value, trait })}
          options={traits.map(({ name }) => ({
            value: name,
            search: `${name} ${traitTitle(name)}`,
            label: <Named title={traitTitle(name)} name={name} />,
          }))}
        />
      )}
      {value && 'tag' in value && (
        <Select
          className="b-property"
          showSearch={{ optionFilterProp: 'search' }}
          aria-label={words.byTag}
          status={value.tag === '' ? 'warning' : ''}
          popupMatchSelectWidth={false}
          value={value.tag === '' ? null : value.tag}
          onChange={(tag) => onChange({ ...value, tag })}
          options={tags.map(({ key, title }) => ({
            value: key,
            search: `${key} ${title}`,
            label: <Named title={title} name={key} />,
          }))}
        />
      )}
    </>
  )
}

/** A length such as "7 days", without months: they are not all alike. */
export const LengthField = ({
  value,
  label,
  onChange,
}: {
  value: string
  label: string
  onChange: (span: string) => void
}) => {
  const t = useText()
  const [amount = '7', unit = 'days'] = value.split(' ')
  const word = unit.replace(/s$/, '') as 'minute' | 'hour' | 'day' | 'week'
  const write = (count: number, name: string) => onChange(`${count} ${name}${count === 1 ? '' : 's'}`)
  return (
    <span className="b-pair">
      <InputNumber
        className="b-amount"
        aria-label={label}
        min={1}
        max={999}
        precision={0}
        value={Number(amount)}
        onChange={(next) => write(next ?? 1, word)}
      />
      <Select
        className="b-unit"
        aria-label={t.builder.unit}
        popupMatchSelectWidth={false}
        value={word}
        onChange={(next: string) => write(Number(amount), next)}
        options={(['minute', 'hour', 'day', 'week'] as const).map((name) => ({ value: name, label: t.units[name] }))}
      />
    </span>
  )
}

export const Choice = <K extends string>({
  value,
  label,
  options,
  onChange,
}: {
  value: K
  label: string
  options: Readonly<Record<K, string>>
  onChange: (value: K) => void
}) => (
  <Select
    className="q-choice"
    aria-label={label}
    popupMatchSelectWidth={false}
    value={value}
    onChange={onChange}
    options={(Object.entries(options) as [K, string][]).map(([key, name]) => ({ value: key, label: name }))}
  />
)
