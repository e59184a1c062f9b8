import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Badge } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { changeSetting, listSettings } from './consent-calls.ts'
import type { SettingView } from './consent-shapes.ts'

/** A value as people read it: `18 – 22`, `a、b`. */
const reading = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 0 ? '—' : value.join('、')
  if (typeof value !== 'object' || value === null) return String(value)
  if ('from' in value && 'to' in value) return `${String(value.from)} – ${String(value.to)}`
  return Object.values(value)
    .map((one) => (Array.isArray(one) ? one.join('、') : String(one)))
    .join(' ｜ ')
}

const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

export const SettingsPanel = () => {
  const t = useText()
  const can = useCan()
  const [changing, setChanging] = useState<SettingView>()
  const settings = useQuery({ queryKey: ['consents', 'settings'], queryFn: ({ signal }) => listSettings(signal) })
  return (
    <Panel title={t.consents.settings} note={t.consents.settingsHint} flush>
      <Loaded query={settings} lines={8}>
        {({ items }) => (
          <Table
            label={t.consents.settings}
            rows={items}
            rowKey={({ name }) => name}
            blank={null}
            columns={[
              {
                key: 'name',
                title: t.consents.settings,
                card: 'lead',
                cell: (row) => <span className="strong">{t.consents.settingNames[row.name]}</span>,
              },
              {
                key: 'value',
                title: t.consents.settingValue,
                cell: (row) => (
                  <>
                    <span className="wrap">{reading(row.value)}</span>
                    {row.others
                      .filter(({ validFrom }) => validFrom > today())
                      .map((one) => (
                        <div key={one.validFrom} className="muted small wrap">
                          {t.consents.settingComing(one.validFrom)} {reading(one.value)}
                        </div>
                      ))}
                  </>
                ),
              },
              {
                key: 'source',
                title: t.consents.settingSource,
                cell: (row) => (
                  <span className="small">
                    {row.source === 'house' ? t.consents.settingAsDelivered : row.source}{' '}
                    {row.validFrom && <Badge>{t.consents.settingSince(row.validFrom)}</Badge>}
                  </span>
                ),
              },
              {
                key: 'change',
                title: '',
                fit: true,
                cell: (row) =>
                  can('limits.write') && (
                    <Button
                      size="small"
                      aria-label={`${t.consents.settingChange}: ${t.consents.settingNames[row.name]}`}
                      onClick={() => setChanging(row)}
                    >
                      {t.consents.settingChange}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      {changing && <ChangeDialog setting={changing} onClose={() => setChanging(undefined)} />}
    </Panel>
  )
}

const parsed = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

const ChangeDialog = ({ setting, onClose }: { setting: SettingView; onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const form = useId()
  const [text, setText] = useState(JSON.stringify(setting.value, undefined, 1))
  const [validFrom, setValidFrom] = useState(today())
  const [source, setSource] = useState('')
  const value = parsed(text)
  const change = useMutation({
    mutationFn: (to: unknown) => changeSetting(setting.name, { value: to, validFrom, source: source.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents', 'settings'] })
      onClose()
    },
    onError: fail,
  })
  const ready = value !== undefined && source.trim().length >= 2 && validFrom !== ''
  return (
    <Modal
      open
      title={t.consents.settingNames[setting.name]}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: change.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) change.mutate(value.value)
        }}
      >
        <Field
          label={t.consents.settingValue}
          hint={t.consents.settingJsonHint}
          error={value === undefined ? t.consents.settingJsonWrong : undefined}
        >
          <Input.TextArea
            className="mono"
            autoSize={{ minRows: 1, maxRows: 14 }}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        <Field label={t.consents.settingFrom}>
          <DayInput value={validFrom} onChange={setValidFrom} />
        </Field>
        <Field label={t.consents.settingSource}>
          <Input value={source} maxLength={300} onChange={(event) => setSource(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
