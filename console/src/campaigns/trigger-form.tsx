import { useQuery } from '@tanstack/react-query'
import { Radio, Select } from 'antd'
import { getFields, listAudiences } from '../audiences/audience-calls.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { MomentInput } from '../ui/day-input.tsx'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import type { Trigger } from './campaign-shapes.ts'
import { Group, OffsetInput, TimeInput, TraitSelect, WeekdaysInput } from './form-parts.tsx'
import { localInput, localInstant } from './local-moment.ts'
import { TriggerEventFields } from './trigger-event-fields.tsx'

/** What lets people in. */

const kinds = ['event', 'audience', 'once', 'recurring', 'date', 'list', 'api'] as const

const emptyTrigger = (kind: Trigger['kind']): Trigger => {
  switch (kind) {
    case 'once':
      return { kind, audienceId: '' }
    case 'recurring':
      return { kind, audienceId: '', timetable: { at: '10:00', days: [1] } }
    case 'event':
      return { kind, event: '', count: 1, without: [] }
    case 'audience':
      return { kind, audienceId: '', on: 'entered' }
    case 'date':
      return { kind, trait: '', offsetDays: 0, at: '10:00', yearly: true }
    case 'api':
      return { kind }
    case 'list':
      return { kind, listId: '' }
  }
}

export const TriggerForm = ({
  value,
  disabled,
  onChange,
}: {
  value: Trigger
  disabled: boolean
  onChange: (trigger: Trigger) => void
}) => {
  const t = useText()
  const words = t.campaigns
  return (
    <div className="stack-16">
      <div className="j-trigger-kinds" role="radiogroup" aria-label={words.trigger}>
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            role="radio"
            aria-checked={value.kind === kind}
            disabled={disabled}
            className="j-trigger-kind"
            onClick={() => value.kind !== kind && onChange(withKept(value, emptyTrigger(kind)))}
          >
            <span className="strong">{words.triggers[kind]}</span>
            <span className="muted small">{words.triggerHints[kind]}</span>
          </button>
        ))}
      </div>
      <Particulars value={value} disabled={disabled} onChange={onChange} />
    </div>
  )
}

/** The audience stays when one kind of trigger by audience takes the place of another. */
const withKept = (before: Trigger, next: Trigger): Trigger =>
  'audienceId' in before && 'audienceId' in next ? { ...next, audienceId: before.audienceId } : next

interface PartProps<K extends Trigger['kind']> {
  value: Extract<Trigger, { kind: K }>
  disabled: boolean
  onChange: (trigger: Trigger) => void
}

const Particulars = ({ value, disabled, onChange }: PartProps<Trigger['kind']>) => {
  const t = useText()
  const words = t.campaigns.triggerForm
  const rest = { disabled, onChange }
  switch (value.kind) {
    case 'once':
      return <OnceFields value={value} {...rest} />
    case 'recurring':
      return <RecurringFields value={value} {...rest} />
    case 'event':
      return <TriggerEventFields value={value} {...rest} />
    case 'audience':
      return (
        <div className="fields-2">
          <AudienceSelect
            value={value.audienceId}
            disabled={disabled}
            onChange={(audienceId) => onChange({ ...value, audienceId })}
          />
          <Group label={words.enteredOrLeft}>
            <Radio.Group
              disabled={disabled}
              value={value.on}
              onChange={({ target }) => onChange({ ...value, on: target.value === 'left' ? 'left' : 'entered' })}
              options={[
                { value: 'entered', label: words.entered },
                { value: 'left', label: words.left },
              ]}
            />
          </Group>
        </div>
      )
    case 'date':
      return <DateFields value={value} {...rest} />
    case 'api':
      return <p className="muted">{words.apiHint}</p>
    case 'list':
      return <ListFields value={value} {...rest} />
  }
}

const AudienceSelect = ({
  value,
  disabled,
  onChange,
}: {
  value: string
  disabled: boolean
  onChange: (id: string) => void
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.campaigns.triggerForm
  const audiences = useQuery({ queryKey: ['audiences'], queryFn: ({ signal }) => listAudiences(signal) })
  const chosen = audiences.data?.items.find(({ id }) => id === value)
  return (
    <div>
      <Field label={words.audience}>
        <Select
          style={{ width: '100%' }}
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={words.audience}
          placeholder={words.chooseAudience}
          loading={audiences.isPending}
          status={value === '' ? 'warning' : ''}
          disabled={disabled}
          value={value === '' ? null : value}
          onChange={(id: string | null) => onChange(id ?? '')}
          options={[
            ...(audiences.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
            ...(value !== '' && audiences.data && !chosen ? [{ value, label: value }] : []),
          ]}
        />
      </Field>
      <div className="row small j-under">
        {chosen && chosen.size !== null && (
          <a className="strong" href={`/audiences/${chosen.id}`} target="_blank" rel="noreferrer">
            {words.size(format.count(chosen.size))}
          </a>
        )}
        {!disabled && (
          <a href="/audiences/new" target="_blank" rel="noreferrer">
            {words.newAudience} <Icon name="right" size={12} />
          </a>
        )}
      </div>
    </div>
  )
}

const OnceFields = ({ value, disabled, onChange }: PartProps<'once'>) => {
  const t = useText()
  const words = t.campaigns.triggerForm
  return (
    <div className="fields-2">
      <AudienceSelect
        value={value.audienceId}
        disabled={disabled}
        onChange={(audienceId) => onChange({ ...value, audienceId })}
      />
      <Group label={words.when}>
        <div className="stack">
          <Radio.Group
            disabled={disabled}
            value={value.at === undefined ? 'now' : 'at'}
            onChange={({ target }) => {
              const { at: _, ...rest } = value
              const hour = new Date(Math.ceil((Date.now() + 3_600_000) / 3_600_000) * 3_600_000)
              onChange(target.value === 'at' ? { ...rest, at: hour.toISOString() } : rest)
            }}
            options={[
              { value: 'now', label: words.atOnce },
              { value: 'at', label: words.atTime },
            ]}
          />
          {value.at !== undefined && (
            <MomentInput
              aria-label={words.when}
              disabled={disabled}
              value={localInput(value.at)}
              onChange={(moment) => {
                const at = localInstant(moment)
                if (at !== undefined) onChange({ ...value, at })
              }}
            />
          )}
        </div>
      </Group>
    </div>
  )
}

const RecurringFields = ({ value, disabled, onChange }: PartProps<'recurring'>) => {
  const t = useText()
  const words = t.campaigns.triggerForm
  const { at, days, dates } = value.timetable
  const repeat = days ? 'weekly' : dates ? 'monthly' : 'daily'
  return (
    <div className="fields-2">
      <AudienceSelect
        value={value.audienceId}
        disabled={disabled}
        onChange={(audienceId) => onChange({ ...value, audienceId })}
      />
      <Group label={words.repeat}>
        <div className="stack">
          <span className="j-pair">
            <Select
              aria-label={words.repeat}
              disabled={disabled}
              value={repeat}
              onChange={(next: 'daily' | 'weekly' | 'monthly') =>
                onChange({
                  ...value,
                  timetable: next === 'daily' ? { at } : next === 'weekly' ? { at, days: [1] } : { at, dates: [1] },
                })
              }
              options={(['daily', 'weekly', 'monthly'] as const).map((one) => ({ value: one, label: words[one] }))}
            />
            <TimeInput
              value={at}
              label={words.time}
              disabled={disabled}
              onChange={(time) => onChange({ ...value, timetable: { ...value.timetable, at: time } })}
            />
          </span>
          {days && (
            <WeekdaysInput
              value={days}
              label={t.campaigns.form.days}
              disabled={disabled}
              onChange={(next) => onChange({ ...value, timetable: { at, days: next } })}
            />
          )}
          {dates && (
            <Select
              mode="multiple"
              style={{ width: '100%' }}
              aria-label={words.monthly}
              disabled={disabled}
              status={dates.length === 0 ? 'warning' : ''}
              value={dates}
              onChange={(next: number[]) => onChange({ ...value, timetable: { at, dates: next } })}
              options={[...Array.from({ length: 31 }, (_, i) => i + 1), -1].map((date) => ({
                value: date,
                label: t.campaigns.dateOfMonth(date),
              }))}
            />
          )}
        </div>
      </Group>
    </div>
  )
}

const DateFields = ({ value, disabled, onChange }: PartProps<'date'>) => {
  const t = useText()
  const words = t.campaigns.triggerForm
  const { form } = t.campaigns
  return (
    <div className="fields-2">
      <Field label={words.trait}>
        <TraitSelect
          types={['date', 'datetime']}
          value={value.trait}
          label={words.trait}
          disabled={disabled}
          onChange={(trait) => onChange({ ...value, trait })}
        />
      </Field>
      <Group label={words.repeat}>
        <Radio.Group
          disabled={disabled}
          value={value.yearly}
          onChange={({ target }) => onChange({ ...value, yearly: target.value === true })}
          options={[
            { value: true, label: words.yearly },
            { value: false, label: words.onceOnly },
          ]}
        />
      </Group>
      <Group label={form.offset}>
        <OffsetInput
          value={value.offsetDays}
          disabled={disabled}
          onChange={(offsetDays) => onChange({ ...value, offsetDays })}
        />
      </Group>
      <Group label={form.at}>
        <TimeInput value={value.at} label={form.at} disabled={disabled} onChange={(at) => onChange({ ...value, at })} />
      </Group>
    </div>
  )
}

const ListFields = ({ value, disabled, onChange }: PartProps<'list'>) => {
  const t = useText()
  const format = useFormats()
  const words = t.campaigns.triggerForm
  const fields = useQuery({ queryKey: ['audiences', 'fields'], queryFn: ({ signal }) => getFields(signal) })
  const chosen = fields.data?.lists.find(({ id }) => id === value.listId)
  return (
    <div>
      <Field label={words.list}>
        <Select
          style={{ width: '100%' }}
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={words.list}
          placeholder={words.chooseList}
          loading={fields.isPending}
          status={value.listId === '' ? 'warning' : ''}
          disabled={disabled}
          value={value.listId === '' ? null : value.listId}
          onChange={(listId: string | null) => onChange({ ...value, listId: listId ?? '' })}
          options={(fields.data?.lists ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Field>
      {chosen && <div className="small strong j-under">{words.size(format.count(chosen.size))}</div>}
    </div>
  )
}
