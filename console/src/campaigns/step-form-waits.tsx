import { Select } from 'antd'
import { useText } from '../i18n/text.ts'
import { EventField } from '../insights/event-field.tsx'
import { Field } from '../ui/page.tsx'
import type { Step } from './campaign-shapes.ts'
import { Group, OffsetInput, SpanInput, TimeInput, TraitSelect, WeekdaysInput } from './form-parts.tsx'

/** Forms of the steps at which people wait. */

type Of<K extends Step['kind']> = Extract<Step, { kind: K }>
export interface StepFormProps<K extends Step['kind']> {
  step: Of<K>
  disabled: boolean
  onChange: (step: Of<K>) => void
}

export const WaitForm = ({ step, disabled, onChange }: StepFormProps<'wait'>) => {
  const { form } = useText().campaigns
  return (
    <Group label={form.waitFor}>
      <SpanInput
        value={step.for}
        label={form.waitFor}
        disabled={disabled}
        onChange={(span) => onChange({ ...step, for: span })}
      />
    </Group>
  )
}

export const WaitEventForm = ({ step, disabled, onChange }: StepFormProps<'waitEvent'>) => {
  const { form } = useText().campaigns
  return (
    <>
      <Group label={form.event}>
        <fieldset className="j-bare" disabled={disabled}>
          <EventField value={step} label={form.event} onChange={onChange} />
        </fieldset>
      </Group>
      <Group label={form.within}>
        <SpanInput
          value={step.within}
          label={form.within}
          disabled={disabled}
          onChange={(within) => onChange({ ...step, within })}
        />
      </Group>
    </>
  )
}

export const WaitDateForm = ({ step, disabled, onChange }: StepFormProps<'waitDate'>) => {
  const { form } = useText().campaigns
  return (
    <>
      <Field label={form.trait}>
        <TraitSelect
          types={['date', 'datetime']}
          value={step.trait}
          label={form.trait}
          disabled={disabled}
          onChange={(trait) => onChange({ ...step, trait })}
        />
      </Field>
      <Group label={form.offset}>
        <OffsetInput
          value={step.offsetDays}
          disabled={disabled}
          onChange={(offsetDays) => onChange({ ...step, offsetDays })}
        />
      </Group>
      <Group label={form.at}>
        <TimeInput value={step.at} label={form.at} disabled={disabled} onChange={(at) => onChange({ ...step, at })} />
      </Group>
    </>
  )
}

export const WaitWindowForm = ({ step, disabled, onChange }: StepFormProps<'waitWindow'>) => {
  const t = useText()
  const { form, onlyOn } = t.campaigns
  return (
    <>
      <Group label={form.at} hint={step.from > step.to ? form.overMidnight : undefined}>
        <span className="j-pair">
          <TimeInput
            value={step.from}
            label={form.fromTime}
            disabled={disabled}
            onChange={(from) => onChange({ ...step, from })}
          />
          <span className="muted">–</span>
          <TimeInput
            value={step.to}
            label={form.toTime}
            disabled={disabled}
            onChange={(to) => onChange({ ...step, to })}
          />
        </span>
      </Group>
      <Group label={form.days}>
        <WeekdaysInput
          value={step.days ?? [1, 2, 3, 4, 5, 6, 7]}
          label={form.days}
          disabled={disabled}
          onChange={(days) => {
            const { days: _, ...rest } = step
            // All of them is the same as none said.
            onChange(days.length === 0 || days.length === 7 ? rest : { ...rest, days })
          }}
        />
      </Group>
      <Field label={form.onlyOn}>
        <Select
          style={{ width: '100%' }}
          aria-label={form.onlyOn}
          disabled={disabled}
          value={step.onlyOn}
          onChange={(next) => onChange({ ...step, onlyOn: next })}
          options={(['any', 'workdays', 'holidays'] as const).map((value) => ({ value, label: onlyOn[value] }))}
        />
      </Field>
    </>
  )
}
