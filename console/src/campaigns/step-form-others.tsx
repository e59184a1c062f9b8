import { useQuery } from '@tanstack/react-query'
import { AutoComplete, Checkbox, Input, InputNumber, Radio, Select } from 'antd'
import { getFields } from '../audiences/audience-calls.ts'
import { useText } from '../i18n/text.ts'
import { DayInput } from '../ui/day-input.tsx'
import { Field } from '../ui/page.tsx'
import { Group, TagSelect, TraitSelect } from './form-parts.tsx'
import type { StepFormProps } from './step-form-waits.tsx'

/** Forms of updates, goals and exits. */

export const UpdateForm = ({ step, disabled, onChange }: StepFormProps<'update'>) => {
  const t = useText()
  const { form } = t.campaigns
  const fields = useQuery({
    queryKey: ['audiences', 'fields'],
    queryFn: ({ signal }) => getFields(signal),
    staleTime: 60_000,
  })
  const { set } = step
  const put = (next: typeof set) => onChange({ ...step, set: next })
  const trait = 'trait' in set ? fields.data?.traits.find(({ name }) => name === set.trait) : undefined
  const tag = 'tag' in set ? fields.data?.tags.find(({ key }) => key === set.tag) : undefined
  const value = set.value
  const setValue = (next: typeof value) =>
    'trait' in set
      ? put({ trait: set.trait, value: next })
      : put({ tag: set.tag, value: next === null ? null : String(next) })
  return (
    <>
      <Group label={form.what}>
        <Radio.Group
          disabled={disabled}
          value={'trait' in set ? 'trait' : 'tag'}
          onChange={({ target }) => put(target.value === 'trait' ? { trait: '', value: '' } : { tag: '', value: '' })}
          options={[
            { value: 'tag', label: form.tag },
            { value: 'trait', label: form.traitKind },
          ]}
        />
      </Group>
      <Field label={'trait' in set ? form.traitKind : form.tag}>
        {'trait' in set ? (
          <TraitSelect
            value={set.trait}
            label={form.traitKind}
            disabled={disabled}
            onChange={(name) => put({ trait: name, value: '' })}
          />
        ) : (
          <TagSelect
            value={set.tag}
            label={form.tag}
            disabled={disabled}
            onChange={(key) => put({ tag: key, value: '' })}
          />
        )}
      </Field>
      <Group label={form.value}>
        <div className="stack">
          {value !== null &&
            (trait?.type === 'boolean' ? (
              <Select
                style={{ width: '100%' }}
                aria-label={form.value}
                disabled={disabled}
                value={value === true}
                onChange={setValue}
                options={[true, false].map((one) => ({ value: one, label: t.ui.yesNo(one) }))}
              />
            ) : trait?.type === 'number' || trait?.type === 'integer' ? (
              <InputNumber
                style={{ width: '100%' }}
                aria-label={form.value}
                disabled={disabled}
                value={typeof value === 'number' ? value : null}
                onChange={(next) => setValue(next ?? 0)}
              />
            ) : trait?.type === 'date' ? (
              <DayInput aria-label={form.value} disabled={disabled} value={String(value)} onChange={setValue} />
            ) : (
              <AutoComplete
                style={{ width: '100%' }}
                aria-label={form.value}
                disabled={disabled}
                value={String(value)}
                onChange={(next: string) => setValue(next.slice(0, 200))}
                options={(tag?.samples ?? trait?.samples ?? []).map((one) => ({ value: one }))}
              />
            ))}
          <Checkbox
            disabled={disabled}
            checked={value === null}
            onChange={({ target }) => setValue(target.checked ? null : '')}
          >
            {form.clearValue}
          </Checkbox>
        </div>
      </Group>
    </>
  )
}

export const GoalForm = () => <p className="muted">{useText().campaigns.form.goalHint}</p>

export const ExitForm = ({ step, disabled, onChange }: StepFormProps<'exit'>) => {
  const { form } = useText().campaigns
  return (
    <Field label={form.exitReason}>
      <Input
        maxLength={60}
        placeholder={form.exitReasonHint}
        disabled={disabled}
        value={step.reason ?? ''}
        onChange={(event) => {
          const { reason: _, ...rest } = step
          onChange(event.target.value === '' ? rest : { ...rest, reason: event.target.value })
        }}
      />
    </Field>
  )
}
