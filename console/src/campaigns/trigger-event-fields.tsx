import { Button, InputNumber } from 'antd'
import { useText } from '../i18n/text.ts'
import { EventField } from '../insights/event-field.tsx'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import type { Trigger } from './campaign-shapes.ts'
import { Group, SpanInput } from './form-parts.tsx'

/** Something somebody does: how often, within how long, and without what. */
export const TriggerEventFields = ({
  value,
  disabled,
  onChange,
}: {
  value: Extract<Trigger, { kind: 'event' }>
  disabled: boolean
  onChange: (trigger: Trigger) => void
}) => {
  const t = useText()
  const words = t.campaigns.triggerForm
  return (
    <div className="stack-16">
      <Group label={words.event}>
        <fieldset className="j-bare" disabled={disabled}>
          <EventField value={value} label={words.event} onChange={onChange} />
        </fieldset>
      </Group>
      <div className="fields-2">
        <Field label={words.count}>
          <InputNumber
            style={{ width: '100%' }}
            aria-label={words.count}
            suffix={t.campaigns.times}
            min={1}
            max={100}
            precision={0}
            disabled={disabled}
            value={value.count}
            onChange={(count) => {
              const next = { ...value, count: count ?? 1 }
              onChange(next.count > 1 && !next.within ? { ...next, within: { amount: 30, unit: 'minutes' } } : next)
            }}
          />
        </Field>
        <Group label={words.timesWithin}>
          {value.within ? (
            <SpanInput
              value={value.within}
              label={words.timesWithin}
              disabled={disabled}
              onChange={(within) => onChange({ ...value, within })}
            />
          ) : (
            <div className="row">
              <span className="muted">{words.always}</span>
              {!disabled && (
                <Button size="small" onClick={() => onChange({ ...value, within: { amount: 30, unit: 'minutes' } })}>
                  {words.timesWithin}
                </Button>
              )}
            </div>
          )}
        </Group>
      </div>
      <Group label={words.without}>
        <fieldset className="j-bare stack" disabled={disabled}>
          {value.without.map((match, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: matches have no names of their own
            <div key={at} className="j-removable">
              <EventField
                value={match}
                label={`${words.without} ${at + 1}`}
                onChange={(next) => onChange({ ...value, without: value.without.with(at, next) })}
              />
              {!disabled && (
                <button
                  type="button"
                  className="icon-button danger"
                  aria-label={t.ui.remove}
                  title={t.ui.remove}
                  onClick={() => onChange({ ...value, without: value.without.toSpliced(at, 1) })}
                >
                  <Icon name="close" size={15} />
                </button>
              )}
            </div>
          ))}
          {!disabled && value.without.length < 5 && (
            <Button
              size="small"
              icon={<Icon name="plus" size={14} />}
              onClick={() =>
                onChange({
                  ...value,
                  without: [...value.without, { event: '' }],
                  within: value.within ?? { amount: 30, unit: 'minutes' },
                })
              }
            >
              {words.addWithout}
            </Button>
          )}
        </fieldset>
      </Group>
    </div>
  )
}
