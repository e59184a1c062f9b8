import { Checkbox, Select } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { EventField } from './event-field.tsx'
import { Add, type FormProps, Optional, replaced, without } from './form-parts.tsx'
import { Choice, LengthField, Part, Remove } from './pickers.tsx'

/** Steps, window, order, exclusions. */
export const FunnelFields = ({ draft, onChange }: FormProps<'funnel'>) => {
  const t = useText()
  const words = t.insights
  const { steps, exclusions = [], hold } = draft
  const move = (from: number, to: number) => {
    const [one] = steps.slice(from, from + 1)
    if (one && to >= 0 && to < steps.length) onChange({ ...draft, steps: without(steps, from).toSpliced(to, 0, one) })
  }
  return (
    <>
      <Part label={words.kinds.funnel}>
        {steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are known by their place
          <div className="q-step" key={i}>
            <span className="q-number">{i + 1}</span>
            <EventField
              value={step}
              label={words.step(i + 1)}
              onChange={(next) => onChange({ ...draft, steps: replaced(steps, i, next) })}
              tools={
                <>
                  {i > 0 && (
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={`${words.step(i + 1)}: ${words.earlier}`}
                      onClick={() => move(i, i - 1)}
                    >
                      <Icon name="up" size={16} />
                    </button>
                  )}
                  {steps.length > 2 && (
                    <Remove
                      onClick={() => {
                        const { exclusions: _, ...rest } = draft
                        onChange({ ...rest, steps: without(steps, i) })
                      }}
                    />
                  )}
                </>
              }
            >
              {i > 0 && (
                <Checkbox
                  checked={step.optional ?? false}
                  onChange={({ target }) =>
                    onChange({ ...draft, steps: replaced(steps, i, { ...step, optional: target.checked }) })
                  }
                >
                  {words.optional}
                </Checkbox>
              )}
            </EventField>
          </div>
        ))}
        {steps.length < 10 && (
          <Add label={words.addStep} onClick={() => onChange({ ...draft, steps: [...steps, { event: '' }] })} />
        )}
      </Part>
      <Part half label={words.window}>
        <LengthField label={words.window} value={draft.window} onChange={(window) => onChange({ ...draft, window })} />
      </Part>
      <Part label={words.order}>
        <Choice
          label={words.order}
          value={draft.order ?? 'loose'}
          options={words.orders}
          onChange={(order) => onChange({ ...draft, order })}
        />
      </Part>
      <Part label={words.exclusions}>
        {exclusions.map((one, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: exclusions have no names of their own
          <div className="q-step" key={i}>
            <EventField
              value={one}
              label={words.exclusions}
              onChange={(next) => onChange({ ...draft, exclusions: replaced(exclusions, i, next) })}
              tools={<Remove onClick={() => onChange({ ...draft, exclusions: without(exclusions, i) })} />}
            >
              <Select
                className="q-choice"
                aria-label={words.exclusions}
                popupMatchSelectWidth={false}
                value={one.after}
                onChange={(after) => onChange({ ...draft, exclusions: replaced(exclusions, i, { ...one, after }) })}
                options={steps
                  .slice(0, -1)
                  .flatMap((step, at) =>
                    step.optional ? [] : [{ value: at + 1, label: words.exclusionAfter(at + 1) }],
                  )}
              />
            </EventField>
          </div>
        ))}
        {exclusions.length < 5 && (
          <Add
            label={words.addExclusion}
            onClick={() => onChange({ ...draft, exclusions: [...exclusions, { event: '', after: 1 }] })}
          />
        )}
      </Part>
      <Part label={words.hold}>
        <Optional
          off={words.noHold}
          label={words.hold}
          events={steps.map(({ event }) => event)}
          value={hold}
          onChange={(next) => {
            const { hold: _, ...rest } = draft
            onChange(next === undefined ? rest : { ...rest, hold: next })
          }}
        />
        <Checkbox
          checked={draft.timing ?? false}
          onChange={({ target }) => onChange({ ...draft, timing: target.checked })}
        >
          {words.timing}
        </Checkbox>
      </Part>
    </>
  )
}
