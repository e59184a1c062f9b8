import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Input, InputNumber, Modal, Segmented, Select } from 'antd'
import { useState } from 'react'
import { problemParticulars, problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { CampaignSelect } from '../refusals/campaign-select.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { getChannels } from './channel-calls.ts'
import { createQrCode } from './qr-calls.ts'

const sceneForm = /^[\w-]{0,64}$/

/** Makes a code for one place. */
export const QrDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const { message } = App.useApp()
  const words = t.qrCodes
  const channels = useQuery({ queryKey: ['channels'], queryFn: ({ signal }) => getChannels(signal) })
  const accounts = (channels.data?.providers ?? []).filter(({ channel }) => channel === 'wechat')
  const [chosen, setAccount] = useState<number>()
  const account = chosen ?? accounts[0]?.id
  const [name, setName] = useState('')
  const [place, setPlace] = useState('')
  const [scene, setScene] = useState('')
  const [campaignId, setCampaign] = useState<number>()
  const [life, setLife] = useState<'forever' | 'days'>('forever')
  const [days, setDays] = useState<number | null>(30)
  const make = useMutation({
    mutationFn: () =>
      createQrCode({
        providerId: account ?? 0,
        name: name.trim(),
        place: place.trim(),
        ...(scene !== '' && { scene }),
        ...(campaignId !== undefined && { campaignId }),
        ...(life === 'days' && days !== null && { days }),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['qrCodes'] })
      message.success(words.created)
      onClose()
    },
  })
  const complete =
    account !== undefined && name.trim() !== '' && sceneForm.test(scene) && (life === 'forever' || days !== null)
  return (
    <Modal
      open
      title={words.create}
      okText={words.create}
      okButtonProps={{ disabled: !complete, loading: make.isPending }}
      onOk={() => make.mutate()}
      onCancel={onClose}
    >
      <div className="stack-16">
        {channels.data && accounts.length === 0 && <Notice tone="warn">{words.noAccount}</Notice>}
        <Field label={words.account}>
          <Select
            style={{ width: '100%' }}
            aria-label={words.account}
            loading={channels.isPending}
            {...(account !== undefined && { value: account })}
            onChange={setAccount}
            options={accounts.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <Field label={words.name}>
          <Input
            autoFocus
            value={name}
            maxLength={100}
            placeholder={words.nameHint}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label={words.place}>
          <Input value={place} maxLength={100} onChange={(event) => setPlace(event.target.value)} />
        </Field>
        <Field label={words.campaign}>
          <CampaignSelect value={campaignId} onChange={setCampaign} />
        </Field>
        <Field label={words.life} hint={life === 'forever' ? words.foreverHint : words.daysHint}>
          <span className="row">
            <Segmented
              value={life}
              onChange={setLife}
              options={[
                { value: 'forever' as const, label: words.forever },
                { value: 'days' as const, label: words.days },
              ]}
            />
            {life === 'days' && (
              <InputNumber aria-label={words.days} min={1} max={30} precision={0} value={days} onChange={setDays} />
            )}
          </span>
        </Field>
        <Field label={words.scene} hint={words.sceneHint} {...(!sceneForm.test(scene) && { error: words.sceneHint })}>
          <Input value={scene} maxLength={64} onChange={(event) => setScene(event.target.value)} />
        </Field>
        {make.isError && (
          <Notice tone="bad">
            {problemText(t, make.error)} {problemParticulars(make.error)}
          </Notice>
        )}
      </div>
    </Modal>
  )
}
