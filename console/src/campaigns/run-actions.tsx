import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Radio } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { pauseCampaign, resumeCampaign, stopCampaign } from './campaign-calls.ts'
import type { Campaign } from './campaign-shapes.ts'

/** Pausing, resuming and stopping, each saying what it does to those inside. */
export const RunActions = ({ campaign }: { campaign: Campaign }) => {
  const t = useText()
  const words = t.campaigns
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const [open, setOpen] = useState<'pause' | 'stop'>()
  const done = async () => {
    setOpen(undefined)
    await client.invalidateQueries({ queryKey: ['campaigns'] })
  }
  const pause = useMutation({
    mutationFn: (reason: string) => pauseCampaign(campaign.id, reason),
    onSuccess: done,
    onError: fail,
  })
  const resume = useMutation({ mutationFn: () => resumeCampaign(campaign.id), onSuccess: done, onError: fail })
  const stop = useMutation({
    mutationFn: ({ reason, atOnce }: { reason: string; atOnce: boolean }) => stopCampaign(campaign.id, reason, atOnce),
    onSuccess: done,
    onError: fail,
  })
  if (!can('campaigns.run')) return null
  const { state } = campaign
  return (
    <>
      {(state === 'running' || state === 'stopping') && <Button onClick={() => setOpen('pause')}>{words.pause}</Button>}
      {state === 'paused' && (
        <Button
          type="primary"
          icon={<Icon name="play" size={15} />}
          loading={resume.isPending}
          onClick={() =>
            confirm({
              title: words.resumeTitle,
              content: words.resumeWarning,
              okText: words.resume,
              run: () => resume.mutateAsync(),
            })
          }
        >
          {words.resume}
        </Button>
      )}
      {(state === 'running' || state === 'paused' || state === 'stopping') && (
        <Button danger icon={<Icon name="stop" size={15} />} onClick={() => setOpen('stop')}>
          {words.stop}
        </Button>
      )}
      {open === 'pause' && (
        <ReasonDialog
          title={words.pauseTitle}
          warning={words.pauseWarning}
          label={words.reasonLabel}
          placeholder={words.reasonHint}
          suggestions={words.reasons.pause}
          confirm={words.pause}
          busy={pause.isPending}
          onConfirm={(reason) => pause.mutate(reason)}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === 'stop' && (
        <StopDialog
          busy={stop.isPending}
          onConfirm={(choice) => stop.mutate(choice)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  )
}

const StopDialog = ({
  busy,
  onConfirm,
  onClose,
}: {
  busy: boolean
  onConfirm: (choice: { reason: string; atOnce: boolean }) => void
  onClose: () => void
}) => {
  const t = useText()
  const words = t.campaigns
  const [reason, setReason] = useState('')
  const [atOnce, setAtOnce] = useState(false)
  return (
    <Modal
      open
      title={words.stopTitle}
      okText={words.stop}
      okButtonProps={{ danger: true, disabled: reason.trim().length < 2, loading: busy }}
      onOk={() => onConfirm({ reason: reason.trim(), atOnce })}
      onCancel={onClose}
    >
      <div className="stack-16">
        <Notice tone="warn">{words.stopWarning}</Notice>
        <Radio.Group
          className="c-choices"
          value={atOnce}
          onChange={({ target }) => setAtOnce(target.value === true)}
          options={[
            { value: false, label: words.stopDrain },
            { value: true, label: words.stopAtOnce },
          ]}
        />
        <Field label={words.reasonLabel} hint={words.reasonHint}>
          <Input.TextArea
            autoFocus
            rows={2}
            maxLength={300}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        <div className="row" role="group" aria-label={t.ui.suggestions}>
          {words.reasons.stop.map((one) => (
            <Button key={one} size="small" onClick={() => setReason(one)}>
              {one}
            </Button>
          ))}
        </div>
      </div>
    </Modal>
  )
}
