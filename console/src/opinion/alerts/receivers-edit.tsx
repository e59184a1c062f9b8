import { useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { keyed } from '../../ui/keyed.ts'
import { Panel } from '../../ui/page.tsx'
import { TargetInput } from '../grading/targets.tsx'
import { getChannels, type Receiver, type Routing } from './alert-calls.ts'

/** Receivers: groups that all read, and people one by one. */
export const ReceiversEdit = ({ value, onChange }: { value: Routing; onChange: (routing: Routing) => void }) => {
  const t = useText()
  const words = t.alerts
  const channels = useQuery({ queryKey: ['opinion', 'channels'], queryFn: ({ signal }) => getChannels(signal) })
  const all = channels.data?.channels ?? []
  const groups = all.filter(({ kind }) => kind !== 'email' && kind !== 'sms')
  const personal = all.filter(({ kind }) => kind === 'email' || kind === 'sms')
  const change = (at: number, next: Receiver) =>
    onChange({ ...value, receivers: value.receivers.map((one, i) => (i === at ? next : one)) })
  const add = () =>
    onChange({
      ...value,
      receivers: [
        ...value.receivers,
        { name: `r${Date.now().toString(36)}`, title: words.receiver, channels: [], people: [] },
      ],
    })
  return (
    <Panel
      title={words.receivers}
      extra={
        <Button size="small" onClick={add}>
          {words.addReceiver}
        </Button>
      }
    >
      {value.receivers.map((one, at) => (
        <div key={one.name} className="receiver-card stack">
          <div className="row row-between">
            <Input
              aria-label={words.receiverTitle}
              maxLength={60}
              style={{ maxWidth: 220 }}
              value={one.title}
              onChange={(event) => change(at, { ...one, title: event.target.value })}
            />
            <Button
              size="small"
              type="text"
              danger
              disabled={value.receivers.length === 1}
              aria-label={`${words.removeReceiver} ${one.title}`}
              icon={<Icon name="trash" size={14} />}
              onClick={() => onChange({ ...value, receivers: value.receivers.filter((_, i) => i !== at) })}
            />
          </div>
          <Select
            mode="multiple"
            aria-label={`${words.groups} ${one.title}`}
            placeholder={words.groups}
            style={{ width: '100%' }}
            value={one.channels}
            onChange={(ids: number[]) => change(at, { ...one, channels: ids })}
            options={groups.map(({ id, name }) => ({ value: id, label: name }))}
          />
          {keyed(one.people).map(({ item, i, key }) => (
            <div key={key} className="row">
              <Select
                aria-label={words.channel}
                style={{ minWidth: 120 }}
                value={item.channelId}
                onChange={(channelId: number) =>
                  change(at, { ...one, people: one.people.map((two, j) => (j === i ? { ...two, channelId } : two)) })
                }
                options={personal.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <TargetInput
                label={words.to}
                value={item.to}
                onChange={(to) =>
                  change(at, { ...one, people: one.people.map((two, j) => (j === i ? { ...two, to } : two)) })
                }
              />
              <Button
                size="small"
                type="text"
                aria-label={words.remove}
                icon={<Icon name="close" size={14} />}
                onClick={() => change(at, { ...one, people: one.people.filter((_, j) => j !== i) })}
              />
            </div>
          ))}
          {personal[0] && (
            <Button
              size="small"
              onClick={() =>
                change(at, {
                  ...one,
                  people: [...one.people, { channelId: personal[0]?.id ?? 0, to: { kind: 'role', role: 'pr' } }],
                })
              }
            >
              {words.addPersonal}
            </Button>
          )}
        </div>
      ))}
    </Panel>
  )
}
