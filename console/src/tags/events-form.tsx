import '../audiences/builder.css'
import './tags.css'
import { AutoComplete, Button, Select } from 'antd'
import type { Fields } from '../audiences/audience-shapes.ts'
import { asValueType, ComparisonField } from '../audiences/comparison-field.tsx'
import { emptyProperty } from '../audiences/draft.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import type { EventsDraft, TagDraft } from './tag-draft.ts'

export interface FormProps {
  draft: TagDraft
  fields: Fields
  traitTitle: (name: string) => string
  /** The tag itself, which cannot be made from itself. */
  ownKey: string | undefined
  set: (change: Partial<TagDraft>) => void
}

export const IconButton = ({
  icon,
  label,
  disabled,
  onClick,
}: {
  icon: 'up' | 'down' | 'trash'
  label: string
  disabled: boolean
  onClick: () => void
}) => (
  <button type="button" className="icon-button" aria-label={label} title={label} disabled={disabled} onClick={onClick}>
    <Icon name={icon} size={16} />
  </button>
)

/** A property by name; those met in samples of the event are offered. */
export const PropertyField = ({
  label,
  hint,
  event,
  fields,
  value,
  onChange,
}: {
  label: string
  hint?: string
  event: string
  fields: Fields
  value: string
  onChange: (value: string) => void
}) => {
  const known = fields.events.find(({ name }) => name === event)?.properties ?? []
  return (
    <Field label={label} hint={hint}>
      <AutoComplete
        aria-label={label}
        style={{ width: '100%' }}
        value={value}
        onChange={onChange}
        options={known
          .filter(({ name }) => name.includes(value) || known.some((one) => one.name === value))
          .map(({ name }) => ({ value: name }))}
      />
    </Field>
  )
}

const windowOf = (value: string): EventsDraft['window'] =>
  value === 'ever' ? { kind: 'ever' } : { kind: 'within', within: value }

/** Which events count: the event, the time, and filters on properties. */
export const EventsForm = ({ draft, fields, set }: Pick<FormProps, 'draft' | 'fields' | 'set'>) => {
  const t = useText()
  const { events } = draft
  const change = (next: Partial<EventsDraft>) => set({ events: { ...events, ...next } })
  const windows = [
    { value: 'ever', label: t.tags.windows.ever },
    ...[7, 30, 60, 90, 180, 365].map((days) => ({ value: `${days} days`, label: t.tags.windows.days(days) })),
    { value: 'this month', label: t.tags.windows.month },
    { value: 'last month', label: t.tags.windows.lastMonth },
    { value: 'this year', label: t.tags.windows.year },
  ]
  const { window } = events
  const chosen = window.kind === 'within' ? window.within : window.kind
  const known = fields.events.find(({ name }) => name === events.event)?.properties ?? []
  return (
    <div className="stack tag-filters">
      <div className="fields-2">
        <Field label={t.tags.event}>
          <Select
            showSearch
            aria-label={t.tags.event}
            placeholder={t.tags.chooseEvent}
            style={{ width: '100%' }}
            {...(events.event !== '' && { value: events.event })}
            onChange={(event: string) => change({ event, where: [] })}
            options={fields.events.map(({ name }) => ({ value: name, label: name }))}
          />
        </Field>
        <Field label={t.tags.window}>
          <Select
            aria-label={t.tags.window}
            style={{ width: '100%' }}
            value={chosen}
            onChange={(value: string) => change({ window: windowOf(value) })}
            options={
              windows.some(({ value }) => value === chosen) ? windows : [...windows, { value: chosen, label: chosen }]
            }
          />
        </Field>
      </div>
      {events.where.map((filter) => {
        const property = known.find(({ name }) => name === filter.property)
        const [type] = property?.types ?? []
        const update = (next: Partial<typeof filter>) =>
          change({ where: events.where.map((one) => (one.id === filter.id ? { ...one, ...next } : one)) })
        return (
          <div key={filter.id} className="b-where">
            <span className="muted">{t.tags.filter}</span>
            <AutoComplete
              className="b-property"
              aria-label={t.tags.property}
              placeholder={t.tags.property}
              value={filter.property}
              onChange={(name: string) => update({ property: name })}
              options={known.map(({ name }) => ({ value: name }))}
            />
            <ComparisonField
              draft={filter}
              type={
                type === 'number' || type === 'boolean' ? type : asValueType(type === 'text' ? 'string' : undefined)
              }
              values={property?.samples.map(String)}
              onChange={(comparison) => update(comparison)}
            />
            <IconButton
              icon="trash"
              label={t.ui.remove}
              disabled={false}
              onClick={() => change({ where: events.where.filter(({ id }) => id !== filter.id) })}
            />
          </div>
        )
      })}
      {events.event !== '' && events.where.length < 20 && (
        <Button
          type="text"
          size="small"
          icon={<Icon name="plus" size={14} />}
          onClick={() => change({ where: [...events.where, emptyProperty()] })}
        >
          {t.tags.addFilter}
        </Button>
      )}
    </div>
  )
}
