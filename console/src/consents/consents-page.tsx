import './consents.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Checkbox, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Notice, Tabs } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { createPurpose, listPurposes } from './consent-calls.ts'
import { type ConsentChannel, channels, type LegalBasis, type Purpose } from './consent-shapes.ts'
import { MapDialog } from './map-dialog.tsx'
import { purposeName } from './purpose-name.ts'
import { SettingsPanel } from './settings-panel.tsx'

/** All purposes with the notice in force, and the numbers that consents and exclusions follow. */
export const ConsentsPage = () => {
  const t = useText()
  const can = useCan()
  const [tab, setTab] = useState<'purposes' | 'settings'>('purposes')
  const [creating, setCreating] = useState(false)
  return (
    <Page
      title={t.consents.title}
      subtitle={t.consents.subtitle}
      actions={
        can('notices.write') && (
          <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setCreating(true)}>
            {t.consents.newPurpose}
          </Button>
        )
      }
    >
      {can('limits.read') && (
        <Tabs
          label={t.consents.title}
          value={tab}
          onChange={setTab}
          items={[
            { key: 'purposes', label: t.consents.purposes },
            { key: 'settings', label: t.consents.settings },
          ]}
        />
      )}
      {tab === 'purposes' ? <Purposes /> : <SettingsPanel />}
      {creating && <NewPurposeDialog onClose={() => setCreating(false)} />}
    </Page>
  )
}

const Purposes = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const [mapping, setMapping] = useState<{ purpose: Purpose; said: string }>()
  const purposes = useQuery({
    queryKey: ['consents', 'purposes'],
    queryFn: ({ signal }) => listPurposes(signal),
  })
  const unknown = (purposes.data?.items ?? []).flatMap((purpose) =>
    purpose.retired ? [] : purpose.unknownVersions.map((one) => ({ purpose, ...one })),
  )
  return (
    <div className="stack-16">
      {unknown.length > 0 && (
        <Notice tone="warn">
          <div className="strong">{t.consents.unknownTitle}</div>
          <ul className="unknown-versions">
            {unknown.map(({ purpose, said, words }) => (
              <li key={`${purpose.key} ${said}`}>
                <span className="wrap">
                  {purposeName(t, purpose)}：{t.consents.unknownText(said, format.count(words))}
                </span>
                {can('notices.write') && said !== '' && purpose.current && (
                  <Button size="small" onClick={() => setMapping({ purpose, said })}>
                    {t.consents.map}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {(purposes.data?.unknown.length ?? 0) > 0 && (
        <Notice tone="warn">
          <div className="strong">{t.consents.unknownPurposes}</div>
          <div className="wrap">
            {purposes.data?.unknown
              .map(({ said, words }) => t.consents.unknownText(said, format.count(words)))
              .join('；')}
          </div>
        </Notice>
      )}
      <Panel flush>
        <Loaded query={purposes} lines={6}>
          {({ items }) => (
            <Table
              label={t.consents.purposes}
              rows={items}
              rowKey={({ key }) => key}
              blank={<Blank icon="consent" title={t.consents.none} />}
              columns={[
                {
                  key: 'title',
                  title: t.consents.purpose,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/consents/$key" params={{ key: row.key }}>
                        {purposeName(t, row)}
                      </Link>{' '}
                      {row.retired && <Badge>{t.consents.retired}</Badge>}
                      <div className="muted small clamp-2">{row.description || row.key}</div>
                    </>
                  ),
                },
                {
                  key: 'basis',
                  title: t.consents.basis,
                  fit: true,
                  cell: (row) => (
                    <span className="row">
                      {t.consents.bases[row.basis]}
                      {row.separate && (
                        <Badge tone="blue">
                          {t.consents.separate}
                          {row.recipient && ` · ${row.recipient}`}
                        </Badge>
                      )}
                    </span>
                  ),
                },
                {
                  key: 'channels',
                  title: t.consents.channels,
                  cell: (row) =>
                    row.channels.map((channel) => t.consents.channelNames[channel] ?? channel).join('、') || '—',
                },
                {
                  key: 'current',
                  title: t.consents.inForce,
                  fit: true,
                  cell: (row) =>
                    row.current ? (
                      <span className="row">
                        <Badge tone="good">{row.current.label}</Badge>
                        <Ago at={row.current.publishedAt} />
                        {row.draft && <Badge tone="warn">{t.consents.draft}</Badge>}
                      </span>
                    ) : row.basis === 'consent' ? (
                      <Badge tone="bad">{t.consents.noNotice}</Badge>
                    ) : (
                      <span className="muted">{t.consents.notNeeded}</span>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {mapping && <MapDialog {...mapping} onClose={() => setMapping(undefined)} />}
    </div>
  )
}

const bases: readonly LegalBasis[] = [
  'consent',
  'contract',
  'legalDuty',
  'emergency',
  'publicInterest',
  'selfDisclosed',
  'other',
]

const NewPurposeDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const form = useId()
  const [key, setKey] = useState('')
  const [title, setTitle] = useState('')
  const [description, setDescription] = useState('')
  const [basis, setBasis] = useState<LegalBasis>('consent')
  const [separate, setSeparate] = useState<'none' | 'sensitive' | 'recipient'>('none')
  const [recipient, setRecipient] = useState('')
  const [chosen, setChosen] = useState<ConsentChannel[]>(['sms', 'email'])
  const keyFits = /^[a-z][A-Za-z0-9_-]{0,63}$/.test(key)
  const ready = keyFits && title.trim() !== '' && (separate !== 'recipient' || recipient.trim() !== '')
  const create = useMutation({
    mutationFn: () =>
      createPurpose({
        key,
        title: title.trim(),
        description: description.trim(),
        basis,
        separate: basis !== 'consent' || separate === 'none' ? null : separate,
        recipient: basis === 'consent' && separate === 'recipient' ? recipient.trim() : null,
        channels: chosen,
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.consents.newPurpose}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: create.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) create.mutate()
        }}
      >
        <Field label={t.consents.purposeTitle} hint={t.consents.purposeTitleHint}>
          <Input autoFocus value={title} maxLength={100} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <Field
          label={t.consents.purposeKey}
          hint={t.consents.purposeKeyHint}
          error={key !== '' && !keyFits ? t.consents.purposeKeyHint : undefined}
        >
          <Input value={key} maxLength={64} onChange={(event) => setKey(event.target.value)} />
        </Field>
        <Field label={t.consents.description} hint={t.consents.descriptionHint}>
          <Input value={description} maxLength={300} onChange={(event) => setDescription(event.target.value)} />
        </Field>
        <Field label={t.consents.basis}>
          <Select
            style={{ width: '100%' }}
            aria-label={t.consents.basis}
            value={basis}
            onChange={setBasis}
            options={bases.map((value) => ({ value, label: t.consents.bases[value] }))}
          />
        </Field>
        {basis === 'consent' && (
          <Field label={t.consents.separate}>
            <Select
              style={{ width: '100%' }}
              aria-label={t.consents.separate}
              value={separate}
              onChange={setSeparate}
              options={(['none', 'sensitive', 'recipient'] as const).map((value) => ({
                value,
                label: t.consents.separates[value],
              }))}
            />
          </Field>
        )}
        {basis === 'consent' && separate === 'recipient' && (
          <Field label={t.consents.recipient} hint={t.consents.recipientHint}>
            <Input value={recipient} maxLength={100} onChange={(event) => setRecipient(event.target.value)} />
          </Field>
        )}
        <div className="field">
          <span className="field-label">{t.consents.channels}</span>
          <Checkbox.Group
            value={chosen}
            onChange={(values) => setChosen(values)}
            options={channels.map((value) => ({ value, label: t.consents.channelNames[value] ?? value }))}
          />
        </div>
      </form>
    </Modal>
  )
}
