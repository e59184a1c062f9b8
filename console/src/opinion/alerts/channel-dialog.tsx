import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { channelKinds, channelLimits, channelSecrets } from '../../../../src/opinion/alerts/channel-contract.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Field } from '../../ui/page.tsx'
import { useTargets } from '../grading/targets.tsx'
import { type AlertChannel, type ChannelKind, changeChannel, createChannel } from './alert-calls.ts'

type Settings = AlertChannel['settings']

const settingFields = {
  dingtalk: [],
  wecom: [],
  feishu: [],
  webhook: [],
  sms: ['signature'],
  email: ['host', 'port', 'security', 'user', 'fromAddress', 'fromName'],
} as const satisfies Record<ChannelKind, readonly string[]>
const initial: Record<ChannelKind, Settings> = {
  dingtalk: {},
  wecom: {},
  feishu: {},
  webhook: {},
  sms: { signature: '' },
  email: { host: '', port: 465, security: 'tls', user: '', fromAddress: '', fromName: '知音舆情' },
}
const optional: readonly string[] = ['user']

/** Makes a channel, or changes one. Secrets are only ever sent, never shown. */
export const ChannelDialog = ({ channel, onClose }: { channel?: AlertChannel; onClose: () => void }) => {
  const t = useText()
  const words = t.alerts
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const { people } = useTargets()
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? 'dingtalk')
  const [name, setName] = useState(channel?.name ?? '')
  const [serves, setServes] = useState<AlertChannel['serves']>(channel?.serves ?? 'real')
  const [person, setPerson] = useState<string | null>(channel?.person ?? null)
  const [settings, setSettings] = useState<Settings>(channel?.settings ?? initial.dingtalk)
  const [secrets, setSecrets] = useState<Record<string, string>>({})
  const [perMinute, setPerMinute] = useState(channel?.perMinute ?? channelLimits[kind].perMinute)
  const [mostBytes, setMostBytes] = useState(channel?.mostBytes ?? channelLimits[kind].mostBytes)
  const choose = (next: ChannelKind) => {
    setKind(next)
    setSettings(initial[next])
    setSecrets({})
    setPerMinute(channelLimits[next].perMinute)
    setMostBytes(channelLimits[next].mostBytes)
  }
  const save = useMutation({
    mutationFn: () => {
      const given = { name: name.trim(), serves, person, perMinute, mostBytes, settings, secrets }
      return channel
        ? changeChannel(channel.id, { ...given, basedOn: channel.version })
        : createChannel({ ...given, kind })
    },
    onSuccess: async () => {
      message.success(words.savedDone)
      await client.invalidateQueries({ queryKey: ['opinion', 'channels'] })
      onClose()
    },
    onError: fail,
  })
  const complete =
    name.trim() !== '' &&
    settingFields[kind].every((field) => optional.includes(field) || settings[field] !== '') &&
    channelSecrets[kind].every(
      (secret) => secret.optional || secrets[secret.name] || channel?.secrets.includes(secret.name),
    )
  const secretHint = (field: string): string =>
    channel?.secrets.includes(field)
      ? words.secretKept
      : field === 'url'
        ? words.urlHints[kind]
        : field === 'secret'
          ? words.secretHints[kind]
          : ''
  return (
    <Modal
      open
      width={640}
      title={channel ? words.editChannel : words.newChannel}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ disabled: !complete, loading: save.isPending }}
      onOk={() => save.mutate()}
    >
      <div className="form-grid">
        {!channel && (
          <div className="form-wide">
            <Field label={words.kind}>
              <Select
                aria-label={words.kind}
                value={kind}
                onChange={choose}
                options={channelKinds.map((value) => ({ value, label: words.kinds[value] }))}
              />
            </Field>
          </div>
        )}
        <Field label={words.name}>
          <Input
            maxLength={60}
            aria-label={words.name}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label={words.serves} hint={words.servesNote}>
          <Select
            aria-label={words.serves}
            value={serves}
            onChange={setServes}
            options={(['real', 'drill', 'both'] as const).map((value) => ({ value, label: words.servesOf[value] }))}
          />
        </Field>
        {channelSecrets[kind].map(({ name: field }) => (
          <div key={field} className="form-wide">
            <Field
              label={field === 'url' ? words.url : field === 'secret' ? words.secret : words.password}
              hint={secretHint(field)}
            >
              <Input.Password
                autoComplete="off"
                visibilityToggle={false}
                aria-label={field === 'url' ? words.url : field === 'secret' ? words.secret : words.password}
                value={secrets[field] ?? ''}
                onChange={(event) => setSecrets({ ...secrets, [field]: event.target.value.trim() })}
              />
            </Field>
          </div>
        ))}
        {settingFields[kind].map((field) => (
          <Field key={field} label={words[field]}>
            {field === 'port' ? (
              <InputNumber
                min={1}
                max={65_535}
                aria-label={words.port}
                value={Number(settings.port)}
                onChange={(port) => setSettings({ ...settings, port: port ?? 465 })}
              />
            ) : field === 'security' ? (
              <Select
                aria-label={words.security}
                value={String(settings.security)}
                onChange={(security) => setSettings({ ...settings, security })}
                options={['tls', 'starttls', 'none'].map((value) => ({ value, label: value }))}
              />
            ) : (
              <Input
                aria-label={words[field]}
                value={String(settings[field] ?? '')}
                onChange={(event) => setSettings({ ...settings, [field]: event.target.value })}
              />
            )}
          </Field>
        ))}
        {kind !== 'email' && kind !== 'sms' && (
          <div className="form-wide">
            <Field label={words.person} hint={words.personNote}>
              <Select
                allowClear
                showSearch={{ optionFilterProp: 'label' }}
                aria-label={words.person}
                {...(person !== null && { value: person })}
                onChange={(value?: string) => setPerson(value ?? null)}
                options={people.map(({ id, name: label }) => ({ value: id, label }))}
              />
            </Field>
          </div>
        )}
        <Field label={words.perMinute}>
          <InputNumber
            min={1}
            max={10_000}
            aria-label={words.perMinute}
            value={perMinute}
            onChange={(value) => setPerMinute(value ?? 20)}
          />
        </Field>
        <Field label={words.mostBytes}>
          <InputNumber
            min={200}
            max={1_000_000}
            aria-label={words.mostBytes}
            value={mostBytes}
            onChange={(value) => setMostBytes(value ?? 4_096)}
          />
        </Field>
      </div>
    </Modal>
  )
}
