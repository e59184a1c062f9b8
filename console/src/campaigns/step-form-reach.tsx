import { Button, Dropdown, Input, Radio, Select, Switch } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import type { Channel, Step } from './campaign-shapes.ts'
import { CreativeSelect, OfferSelect } from './creative-select.tsx'
import { Group, SpanInput } from './form-parts.tsx'
import { withExit } from './journey-exits.ts'
import type { StepFormProps } from './step-form-waits.tsx'

/** Forms of the steps that reach somebody. */

const messageChannels = ['sms', 'email', 'wechat', 'wecom', 'push', 'inApp', 'webhook'] as const

export const MessageForm = ({ step, disabled, onChange }: StepFormProps<'message'>) => {
  const t = useText()
  const { form, channels: names } = t.campaigns
  const { channels } = step
  const set = (next: typeof channels) => onChange({ ...step, channels: next })
  const free = messageChannels.filter((one) => !channels.some(({ channel }) => channel === one))
  return (
    <>
      <Group label={form.channelsInOrder} hint={form.channelsHint}>
        {channels.map(({ channel, creativeId }, at) => (
          <div key={channel} className="j-arm">
            <div className="j-arm-head">
              <span className="j-channel">
                <span className="j-number">{at + 1}</span>
                <span className="strong">{names[channel]}</span>
              </span>
              {!disabled && (
                <span className="j-arm-tools">
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={`${names[channel]} ${form.moveUp}`}
                    title={form.moveUp}
                    disabled={at === 0}
                    onClick={() => set(swapped(channels, at, at - 1))}
                  >
                    <Icon name="up" size={15} />
                  </button>
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={`${names[channel]} ${form.moveDown}`}
                    title={form.moveDown}
                    disabled={at === channels.length - 1}
                    onClick={() => set(swapped(channels, at, at + 1))}
                  >
                    <Icon name="down" size={15} />
                  </button>
                  <button
                    type="button"
                    className="icon-button danger"
                    aria-label={`${t.ui.remove} ${names[channel]}`}
                    title={t.ui.remove}
                    onClick={() => set(channels.toSpliced(at, 1))}
                  >
                    <Icon name="trash" size={15} />
                  </button>
                </span>
              )}
            </div>
            <CreativeSelect
              channel={channel}
              value={creativeId}
              disabled={disabled}
              onChange={(id) => set(channels.map((one, i) => (i === at ? { ...one, creativeId: id } : one)))}
            />
          </div>
        ))}
        {!disabled && channels.length < 5 && free.length > 0 && (
          <Dropdown
            trigger={['click']}
            menu={{
              items: free.map((channel) => ({ key: channel, label: names[channel] })),
              onClick: ({ key }) => set([...channels, { channel: key as Channel, creativeId: 0 }]),
            }}
          >
            <Button size="small" icon={<Icon name="plus" size={14} />}>
              {form.addChannel}
            </Button>
          </Dropdown>
        )}
      </Group>
      <Field label={form.offer} hint={form.offerHint}>
        <OfferSelect value={step.offerId} disabled={disabled} onChange={(id) => onChange(withOffer(step, id))} />
      </Field>
      <Group label={form.goodFor} hint={form.goodForHint}>
        <div className="row">
          <Switch
            aria-label={form.goodFor}
            disabled={disabled}
            checked={step.goodFor !== undefined}
            onChange={(on) => {
              const { goodFor: _, ...rest } = step
              onChange(on ? { ...rest, goodFor: { amount: 12, unit: 'hours' } } : rest)
            }}
          />
          {step.goodFor ? (
            <SpanInput
              value={step.goodFor}
              label={form.goodFor}
              disabled={disabled}
              onChange={(goodFor) => onChange({ ...step, goodFor })}
            />
          ) : (
            <span className="muted">{form.goodForOff}</span>
          )}
        </div>
      </Group>
      <RefusedField step={step} disabled={disabled} onChange={onChange} />
    </>
  )
}

const swapped = <A,>(list: readonly A[], a: number, b: number): A[] => {
  const [one, other] = [list[a], list[b]]
  return one === undefined || other === undefined ? [...list] : list.with(a, other).with(b, one)
}

const withOffer = <S extends { offerId?: number | undefined }>(step: S, id: number | undefined): S => {
  const { offerId: _, ...rest } = step
  return (id === undefined ? rest : { ...rest, offerId: id }) as S
}

/** Whether those who are refused go on like everybody else, or a way of their own. */
const RefusedField = <S extends Extract<Step, { kind: 'message' | 'task' }>>({
  step,
  disabled,
  onChange,
}: {
  step: S
  disabled: boolean
  onChange: (step: S) => void
}) => {
  const { form } = useText().campaigns
  return (
    <Group label={form.refusedWay}>
      <Radio.Group
        disabled={disabled}
        value={step.onRefused === undefined ? 'same' : 'own'}
        onChange={({ target }) =>
          onChange(withExit(step, 'onRefused', target.value === 'own' ? (step.onRefused ?? null) : undefined) as S)
        }
        options={[
          { value: 'same', label: form.refusedSame },
          { value: 'own', label: form.refusedOwn },
        ]}
      />
    </Group>
  )
}

export const TaskForm = ({ step, disabled, onChange }: StepFormProps<'task'>) => {
  const t = useText()
  const { form, channels } = t.campaigns
  const outcomes = Object.entries(step.outcomes ?? {})
  const setOutcomes = (next: readonly (readonly [string, string | null])[]) => {
    const { outcomes: _, ...rest } = step
    onChange(next.length === 0 ? rest : { ...rest, outcomes: Object.fromEntries(next) })
  }
  return (
    <>
      <Field label={form.channel}>
        <Select
          style={{ width: '100%' }}
          aria-label={form.channel}
          disabled={disabled}
          value={step.channel}
          onChange={(channel) => onChange({ ...step, channel, creativeId: 0 })}
          options={(['call', 'branch'] as const).map((value) => ({ value, label: channels[value] }))}
        />
      </Field>
      <Group label={form.script}>
        <CreativeSelect
          channel={step.channel}
          value={step.creativeId}
          disabled={disabled}
          onChange={(creativeId) => onChange({ ...step, creativeId })}
        />
      </Group>
      <Group label={form.dueIn}>
        <SpanInput
          value={step.dueIn}
          label={form.dueIn}
          disabled={disabled}
          onChange={(dueIn) => onChange({ ...step, dueIn })}
        />
      </Group>
      <Field label={form.team}>
        <Input
          maxLength={60}
          placeholder={form.teamHint}
          disabled={disabled}
          value={step.team ?? ''}
          onChange={(event) => {
            const { team: _, ...rest } = step
            onChange(event.target.value === '' ? rest : { ...rest, team: event.target.value })
          }}
        />
      </Field>
      <Group label={form.outcomes} hint={form.outcomesHint}>
        {outcomes.map(([name, target], at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an outcome is renamed under the writer's hands
          <div key={at} className="j-arm-head">
            <Input
              aria-label={`${form.outcomeName} ${at + 1}`}
              maxLength={40}
              disabled={disabled}
              status={name.trim() === '' ? 'warning' : ''}
              value={name}
              onChange={(event) => {
                const renamed = event.target.value
                if (outcomes.some(([other], i) => i !== at && other === renamed)) return
                setOutcomes(outcomes.map((one, i) => (i === at ? ([renamed, target] as const) : one)))
              }}
            />
            {!disabled && (
              <button
                type="button"
                className="icon-button danger"
                aria-label={`${t.ui.remove} ${name}`}
                title={t.ui.remove}
                onClick={() => setOutcomes(outcomes.toSpliced(at, 1))}
              >
                <Icon name="trash" size={15} />
              </button>
            )}
          </div>
        ))}
        {!disabled && outcomes.length < 10 && (
          <Button
            size="small"
            icon={<Icon name="plus" size={14} />}
            onClick={() => {
              const word = form.outcomesDefault.find((one) => !outcomes.some(([name]) => name === one))
              setOutcomes([...outcomes, [word ?? `${form.outcomeName} ${outcomes.length + 1}`, null]])
            }}
          >
            {form.addOutcome}
          </Button>
        )}
      </Group>
      <Field label={form.offer} hint={form.offerHint}>
        <OfferSelect value={step.offerId} disabled={disabled} onChange={(id) => onChange(withOffer(step, id))} />
      </Field>
      <RefusedField step={step} disabled={disabled} onChange={onChange} />
    </>
  )
}
