import { Button, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import type { Fields } from './audience-shapes.ts'
import { Choice, known, Named, Unit, useTools, useUpdate } from './builder-tools.tsx'
import {
  ComparisonField,
  firstOperator,
  momentOperators,
  numberOperators,
  type ValueType,
} from './comparison-field.tsx'
import { type EventDraft, emptyProperty, type Measure, measures, needsProperty, type PropertyDraft } from './draft.ts'
import { WindowFields } from './window-fields.tsx'

export type Property = Fields['events'][number]['properties'][number]

export const useProperties = (event: string): readonly Property[] => {
  const { fields } = useTools()
  return fields.events.find((one) => one.name === event)?.properties ?? []
}

// Properties have no declared type: one that was always of one type so far is taken to be of it.
const propertyType = (property: Property | undefined): ValueType => {
  const [type, ...others] = property?.types ?? []
  if (!type || others.length > 0 || type === 'other') return 'unknown'
  return type === 'text' ? 'string' : type
}

export const numbersFirst = (properties: readonly Property[]) =>
  properties.toSorted((a, b) => Number(b.types.includes('number')) - Number(a.types.includes('number')))

export const EventFields = ({ draft }: { draft: EventDraft }) => {
  const t = useText()
  const properties = useProperties(draft.event)
  const update = useUpdate(draft)
  const typeOf = (name: string) => propertyType(properties.find((one) => one.name === name))
  const timed = draft.measure === 'first' || draft.measure === 'last'
  return (
    <>
      <Choice
        label={t.builder.didOrNot}
        value={draft.negated ? 'not' : 'did'}
        onChange={(did) => update({ negated: did === 'not' })}
        options={[
          { value: 'did', label: t.builder.did },
          { value: 'not', label: t.builder.didNot },
        ]}
      />
      <EventSelect value={draft.event} onChange={(event) => update({ event, where: [], property: '', by: '' })} />
      <Choice
        className="b-measure"
        label={t.builder.measure}
        value={draft.measure}
        onChange={(measure: Measure) =>
          update({
            measure,
            property: needsProperty(measure) ? draft.property : '',
            compare:
              measure === 'first' || measure === 'last'
                ? { operator: 'withinLast', value: '30 days' }
                : { operator: 'gte', value: measure === 'count' ? 2 : undefined },
          })
        }
        options={measures.map((measure) => ({ value: measure, label: t.measures[measure] }))}
      />
      {(needsProperty(draft.measure) || (timed && draft.property !== '')) && (
        <PropertySelect
          value={draft.property}
          properties={needsProperty(draft.measure) ? numbersFirst(properties) : properties}
          onChange={(property) => update({ property })}
        />
      )}
      {draft.measure !== 'did' && (
        <ComparisonField
          draft={draft.compare}
          type={
            timed
              ? draft.property === ''
                ? 'datetime'
                : typeOf(draft.property)
              : draft.measure === 'count'
                ? 'integer'
                : 'number'
          }
          {...(timed ? (draft.property === '' ? { only: momentOperators } : {}) : { only: numberOperators })}
          onChange={(compare) => update({ compare })}
        />
      )}
      <Unit name={draft.property} unit={undefined} />
      <WindowFields window={draft.window} onChange={(window) => update({ window })} />
      <WhereFields event={draft.event} where={draft.where} onChange={(where) => update({ where })}>
        {draft.by === '' && (
          <Button
            size="small"
            type="text"
            className="b-filter"
            icon={<Icon name="key" size={14} />}
            title={t.conditions.byEventHint}
            onClick={() => update({ by: properties[0]?.name ?? 'id' })}
          >
            {t.conditions.addBy}
          </Button>
        )}
      </WhereFields>
      {draft.by !== '' && <KeyFields draft={draft} properties={properties} />}
    </>
  )
}

/** The rule taken for each value of a property, and how many values it has to hold for. */
const KeyFields = ({ draft, properties }: { draft: EventDraft; properties: readonly Property[] }) => {
  const t = useText()
  const update = useUpdate(draft)
  return (
    <div className="b-where" title={t.conditions.byEventHint}>
      <span className="muted">{t.conditions.by}</span>
      <PropertySelect value={draft.by} properties={properties} onChange={(by) => update({ by })} />
      {draft.keys ? (
        <>
          <span className="muted">{t.conditions.keys}</span>
          <ComparisonField
            draft={draft.keys}
            type="integer"
            only={numberOperators}
            onChange={(keys) => update({ keys })}
          />
        </>
      ) : (
        <Button
          size="small"
          type="text"
          className="b-filter"
          onClick={() => update({ keys: { operator: 'gte', value: 2 } })}
        >
          {t.conditions.addKeys}
        </Button>
      )}
      <button
        type="button"
        className="icon-button danger"
        aria-label={t.ui.remove}
        onClick={() => update(draft.keys ? { keys: undefined } : { by: '' })}
      >
        <Icon name="close" size={15} />
      </button>
    </div>
  )
}

/** An event by name; one may be named before the first of it has arrived. */
export const EventSelect = ({ value, onChange }: { value: string; onChange: (event: string) => void }) => {
  const t = useText()
  const format = useFormats()
  const { fields } = useTools()
  const names: Readonly<Record<string, string>> = t.eventNames
  const [typed, setTyped] = useState('')
  return (
    <Select
      className="b-subject"
      showSearch={{ optionFilterProp: 'search', onSearch: setTyped }}
      aria-label={t.builder.event}
      placeholder={t.builder.event}
      status={value === '' ? 'warning' : ''}
      popupMatchSelectWidth={false}
      value={value === '' ? null : value}
      onChange={onChange}
      options={known(
        known(
          fields.events.map((one) => ({
            value: one.name,
            search: `${one.name} ${names[one.name] ?? ''}`,
            label: <Named title={names[one.name] ?? one.name} name={one.name} note={format.short(one.count)} />,
          })),
          value,
        ),
        typed.trim(),
      )}
    />
  )
}

/** Filters on the properties of an event, and the button that adds one. */
export const WhereFields = ({
  event,
  where,
  children,
  onChange,
}: {
  event: string
  where: readonly PropertyDraft[]
  /** More buttons beside it. */
  children?: React.ReactNode
  onChange: (where: PropertyDraft[]) => void
}) => {
  const t = useText()
  const properties = useProperties(event)
  const propertyOf = (name: string) => properties.find((one) => one.name === name)
  const change = (id: string, next: PropertyDraft | undefined) =>
    onChange(where.flatMap((filter) => (filter.id === id ? (next ?? []) : filter)))
  return (
    <>
      {where.map((filter) => (
        <div key={filter.id} className="b-where">
          <span className="muted">{t.builder.where}</span>
          <PropertySelect
            value={filter.property}
            properties={properties}
            onChange={(property) =>
              change(filter.id, {
                ...filter,
                property,
                operator: firstOperator(propertyType(propertyOf(property))),
                value: undefined,
              })
            }
          />
          <ComparisonField
            draft={filter}
            type={propertyType(propertyOf(filter.property))}
            values={propertyOf(filter.property)?.samples.map(String)}
            onChange={(next) => change(filter.id, { ...filter, ...next })}
          />
          <Unit name={filter.property} unit={undefined} />
          <button
            type="button"
            className="icon-button danger"
            aria-label={t.ui.remove}
            onClick={() => change(filter.id, undefined)}
          >
            <Icon name="close" size={15} />
          </button>
        </div>
      ))}
      {event !== '' && (
        <span className="b-pair">
          <Button
            size="small"
            type="text"
            className="b-filter"
            icon={<Icon name="plus" size={14} />}
            onClick={() => onChange([...where, emptyProperty()])}
          >
            {t.builder.addFilter}
          </Button>
          {children}
        </span>
      )}
    </>
  )
}

export const PropertySelect = ({
  value,
  properties,
  onChange,
}: {
  value: string
  properties: readonly Property[]
  onChange: (property: string) => void
}) => {
  const t = useText()
  const [typed, setTyped] = useState('')
  const options = properties.map((one) => ({ value: one.name, label: one.name }))
  const extra = [value, typed].filter((name) => name !== '' && !options.some((option) => option.value === name))
  return (
    <Select
      className="b-property"
      showSearch={{ onSearch: setTyped }}
      aria-label={t.builder.property}
      placeholder={t.builder.property}
      status={value === '' ? 'warning' : ''}
      popupMatchSelectWidth={false}
      value={value === '' ? null : value}
      onChange={onChange}
      options={[...options, ...new Set(extra)].map((one) =>
        typeof one === 'string' ? { value: one, label: one } : one,
      )}
    />
  )
}
