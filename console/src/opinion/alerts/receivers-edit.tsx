import { useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { keyed } from '../../ui/keyed.ts'
import { TargetInput } from '../grading/targets.tsx'
import { getChannels, type Receiver, type Routing } from './alert-calls.ts'
import { CardList, newKey } from './card-list.tsx'

/** Receivers: groups that all read, and people one by one. */
export const ReceiversEdit = ({ value, onChange }: { value: Routing; onChange: (routing: Routing) => void }) => {
  const words = useText().alerts
  const channels = useQuery({ queryKey: ['opinion', 'channels'], queryFn: ({ signal }) => getChannels(signal) })
  const all = channels.data?.channels ?? []
  const groups = all.filter(({ kind }) => kind !== 'email' && kind !== 'sms')
  const personal = all.filter(({ kind }) => kind === 'email' || kind === 'sms')
  return (
    <CardList<Receiver>
      title={words.receivers}
      items={value.receivers}
      keyOf={({ name }) => name}
      nameOf={({ title }) => title}
      named={(one, title) => ({ ...one, title })}
      nameLabel={words.receiverTitle}
      addLabel={words.addReceiver}
      removeLabel={words.removeReceiver}
      fewest={1}
      make={() => ({ name: newKey('r'), title: words.receiver, channels: [], people: [] })}
      onChange={(receivers) => onChange({ ...value, receivers })}
    >
      {(one, change) => (
        <>
          <Select
            mode="multiple"
            aria-label={`${words.groups} ${one.title}`}
            placeholder={words.groups}
            style={{ width: '100%' }}
            value={one.channels}
            onChange={(ids: number[]) => change({ ...one, channels: ids })}
            options={groups.map(({ id, name }) => ({ value: id, label: name }))}
          />
          {keyed(one.people).map(({ item, i, key }) => (
            <div key={key} className="row">
              <Select
                aria-label={words.channel}
                style={{ minWidth: 120 }}
                value={item.channelId}
                onChange={(channelId: number) =>
                  change({ ...one, people: one.people.map((two, j) => (j === i ? { ...two, channelId } : two)) })
                }
                options={personal.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <TargetInput
                label={words.to}
                value={item.to}
                onChange={(to) =>
                  change({ ...one, people: one.people.map((two, j) => (j === i ? { ...two, to } : two)) })
                }
              />
              <Button
                size="small"
                type="text"
                aria-label={words.remove}
                icon={<Icon name="close" size={14} />}
                onClick={() => change({ ...one, people: one.people.filter((_, j) => j !== i) })}
              />
            </div>
          ))}
          {personal[0] && (
            <Button
              size="small"
              onClick={() =>
                change({
                  ...one,
                  people: [...one.people, { channelId: personal[0]?.id ?? 0, to: { kind: 'role', role: 'pr' } }],
                })
              }
            >
              {words.addPersonal}
            </Button>
          )}
        </>
      )}
    </CardList>
  )
}
