import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Input, InputNumber, Modal, Select, Switch } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { usePreferences } from '../preferences.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import { type AdapterInfo, type AdapterInput, changeProvider, createProvider, type Provider } from './channel-calls.ts'

type Value = string | number | boolean

const initialOf = (adapter: AdapterInfo | undefined, provider: Provider | undefined): Record<string, Value> =>
  Object.fromEntries(
    (adapter?.fields ?? []).flatMap(({ name, type, initial }) => {
      const held = provider?.settings[name] ?? initial
      return type === 'secret' || held === null || held === undefined ? [] : [[name, held]]
    }),
  )

/** Makes an account, or changes one. */
export const ProviderDialog = ({
  adapters,
  provider,
  onClose,
  onDone,
}: {
  adapters: readonly AdapterInfo[]
  provider?: Provider
  onClose: () => void
  onDone?: (made: Provider) => void
}) => {
  const t = useText()
  const { language } = usePreferences()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [kind, setKind] = useState(provider?.kind ?? adapters[0]?.kind ?? '')
  const adapter = adapters.find((one) => one.kind === kind)
  const [name, setName] = useState(provider?.name ?? '')
  const [settings, setSettings] = useState(() => initialOf(adapter, provider))
  const [secrets, setSecrets] = useState<Record<string, string>>({})
  const [carries, setCarries] = useState<Provider['carries']>(provider?.carries ?? 'all')
  const [costFen, setCostFen] = useState<number | null>((provider?.unitCostMillifen ?? 0) / 1_000)
  const [limits, setLimits] = useState({
    perSecond: provider?.perSecond ?? null,
    perMinute: provider?.perMinute ?? null,
    perDay: provider?.perDay ?? null,
  })
  const save = useMutation({
    mutationFn: () => {
      const given = {
        name: name.trim(),
        settings,
        secrets: Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== '')),
        carries,
        unitCostMillifen: Math.round((costFen ?? 0) * 1_000),
        ...limits,
      }
      return provider
        ? changeProvider(provider.id, { ...given, basedOn: provider.version })
        : createProvider({ ...given, kind })
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ['channels'] })
      message.success(t.channels.saved)
      onDone?.(made)
      onClose()
    },
    onError: fail,
  })
  const complete =
    name.trim() !== '' &&
    (adapter?.fields ?? []).every(
      ({ name: field, type, required }) =>
        !required ||
        (type === 'secret'
          ? Boolean(secrets[field]) || provider?.secrets.includes(field)
          : settings[field] !== undefined && settings[field] !== ''),
    )
  return (
    <Modal
      open
      width={640}
      title={provider ? t.channels.editTitle : t.channels.add}
      onCancel={onClose}
      okText={t.ui.save}
      cancelText={t.ui.cancel}
      okButtonProps={{ disabled: !complete, loading: save.isPending }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        {!provider && (
          <Field label={t.channels.kind}>
            <Select
              aria-label={t.channels.kind}
              value={kind}
              onChange={(value: string) => {
                setKind(value)
                setSettings(
                  initialOf(
                    adapters.find((one) => one.kind === value),
                    undefined,
                  ),
                )
                setSecrets({})
              }}
              options={adapters.map((one) => ({
                value: one.kind,
                label: `${t.channels.channel[one.channel]} · ${one.title[language]}`,
              }))}
            />
          </Field>
        )}
        <Field label={t.channels.name}>
          <Input value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        </Field>
        {(adapter?.fields ?? []).map((field) => (
          <Field
            key={`${kind} ${field.name}`}
            label={field.title[language]}
            hint={
              field.type === 'secret' && provider?.secrets.includes(field.name)
                ? t.channels.secretKept
                : field.help?.[language]
            }
          >
            <FieldInput
              field={field}
              value={field.type === 'secret' ? secrets[field.name] : settings[field.name]}
              onChange={(value) =>
                field.type === 'secret'
                  ? setSecrets({ ...secrets, [field.name]: String(value ?? '') })
                  : setSettings(
                      value === undefined
                        ? Object.fromEntries(Object.entries(settings).filter(([key]) => key !== field.name))
                        : { ...settings, [field.name]: value },
                    )
              }
            />
          </Field>
        ))}
        <Field label={t.channels.carries}>
          <Select
            aria-label={t.channels.carries}
            value={carries}
            onChange={setCarries}
            options={(['all', 'marketing', 'service'] as const).map((value) => ({
              value,
              label: t.channels.carriesOf[value],
            }))}
          />
        </Field>
        <Field label={t.channels.unitCost} hint={t.channels.unitCostHint}>
          <InputNumber min={0} max={100_000} step={0.1} value={costFen} onChange={setCostFen} />
        </Field>
        <div className="channel-limits">
          {(['perSecond', 'perMinute', 'perDay'] as const).map((span) => (
            <Field key={span} label={`${t.channels.limits} · ${t.channels[span]}`} hint={t.channels.limitHint}>
              <InputNumber
                min={1}
                max={1_000_000_000}
                precision={0}
                value={limits[span]}
                onChange={(value) => setLimits({ ...limits, [span]: value })}
              />
            </Field>
          ))}
        </div>
      </div>
    </Modal>
  )
}

const FieldInput = ({
  field,
  value,
  onChange,
}: {
  field: AdapterInput
  value: Value | undefined
  onChange: (value: Value | undefined) => void
}) => {
  switch (field.type) {
    case 'secret':
      return (
        <Input.Password
          autoComplete="new-password"
          value={String(value ?? '')}
          onChange={(event) => onChange(event.target.value)}
        />
      )
    case 'number':
      return (
        <InputNumber
          precision={0}
          value={typeof value === 'number' ? value : null}
          onChange={(given) => onChange(given ?? undefined)}
        />
      )
    case 'boolean':
      return <Switch checked={value === true} onChange={onChange} />
    case 'choice':
      return (
        <Select
          value={String(value ?? '')}
          onChange={(given: string) => onChange(given)}
          options={field.choices.map((choice) => ({ value: choice, label: choice }))}
        />
      )
    default:
      return <Input value={String(value ?? '')} onChange={(event) => onChange(event.target.value)} />
  }
}
