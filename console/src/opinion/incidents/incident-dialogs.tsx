import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Segmented, Select } from 'antd'
import { useId, useState } from 'react'
import { fileUrl } from '../../api.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Notice } from '../../ui/marks.tsx'
import { Field } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { changeLevel, type changeState, readRegulatorReport } from './incident-calls.ts'
import { type Incident, type Level, levels, outcomes } from './incident-shapes.ts'

/** How it ended, and what it comes to. */
export const CloseDialog = ({
  incident,
  busy,
  onClose,
  onConfirm,
}: {
  incident: Incident
  busy: boolean
  onClose: () => void
  onConfirm: (given: Parameters<typeof changeState>[1]) => void
}) => {
  const t = useText()
  const words = t.incidents
  const form = useId()
  const [outcome, setOutcome] = useState<(typeof outcomes)[number]>('resolved')
  const [reason, setReason] = useState('')
  const [conclusion, setConclusion] = useState(incident.conclusion)
  return (
    <Modal
      open
      title={words.close}
      onCancel={onClose}
      okText={words.close}
      okButtonProps={{ htmlType: 'submit', form, loading: busy, disabled: reason.trim().length < 2 }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          onConfirm({ to: 'closed', outcome, reason: reason.trim(), conclusion: conclusion.trim() })
        }}
      >
        <Obstacles incident={incident} />
        <Field label={words.outcome}>
          <Select
            style={{ width: '100%' }}
            aria-label={words.outcome}
            value={outcome}
            onChange={setOutcome}
            options={outcomes.map((value) => ({ value, label: words.outcomes[value] }))}
          />
        </Field>
        <Field label={words.closeReason}>
          <Input autoFocus maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <Field label={words.conclusion} hint={words.conclusionHint}>
          <Input.TextArea
            rows={4}
            maxLength={4000}
            value={conclusion}
            onChange={(event) => setConclusion(event.target.value)}
          />
        </Field>
      </form>
    </Modal>
  )
}

/** What is missing before it can close. */
export const Obstacles = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  if (incident.obstacles.length === 0 || incident.state === 'closed') return null
  return (
    <Notice tone="warn">
      {words.obstacles.title}：
      {incident.obstacles
        .map(({ code, party, count }) =>
          code === 'signature'
            ? words.obstacles.signature(words.parties[party])
            : words.obstacles.task(words.parties[party], count),
        )
        .join('、')}
    </Notice>
  )
}

/** Another level, with the reason. */
export const LevelDialog = ({ incident, onClose }: { incident: Incident; onClose: () => void }) => {
  const t = useText()
  const words = t.incidents
  const form = useId()
  const fail = useFailureToast()
  const client = useQueryClient()
  const [level, setLevel] = useState<Level>(incident.level)
  const [reason, setReason] = useState('')
  const change = useMutation({
    mutationFn: () => changeLevel(incident.id, { level, reason: reason.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['incidents'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={words.changeLevel}
      onCancel={onClose}
      okText={t.ui.confirm}
      okButtonProps={{
        htmlType: 'submit',
        form,
        loading: change.isPending,
        disabled: reason.trim().length < 2 || level === incident.level,
      }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <Notice tone="warn">{words.levelWarning}</Notice>
        <Field label={words.level}>
          <Segmented
            value={level}
            onChange={setLevel}
            options={levels.map((value) => ({ value, label: words.levels[value] }))}
          />
        </Field>
        <Field label={words.reasonLabel}>
          <Input autoFocus maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}

/** The report for the regulator as it would be now. */
export const ReportDialog = ({ id, onClose }: { id: number; onClose: () => void }) => {
  const t = useText()
  const words = t.incidents
  const can = useCan()
  const report = useQuery({
    queryKey: ['incidents', 'regulator', id],
    queryFn: ({ signal }) => readRegulatorReport(id, signal),
  })
  return (
    <Modal
      open
      width={720}
      title={words.regulator}
      onCancel={onClose}
      footer={
        can('opinion.handle') && (
          <Button
            type="primary"
            icon={<Icon name="download" size={16} />}
            href={fileUrl(`/opinion/incidents/${id}/regulator-report/file`)}
          >
            {words.regulatorFile}
          </Button>
        )
      }
    >
      <Loaded query={report} lines={8} compact>
        {({ facts, sections }) => (
          <div className="stack-16">
            <p className="muted small">{words.regulatorHint}</p>
            <dl className="facts">
              {facts.map(({ label, value }) => (
                <div key={label} style={{ display: 'contents' }}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
            {sections.map(({ title, text }) => (
              <section key={title}>
                <h3 className="strong">{title}</h3>
                <p className="report-text">{text}</p>
              </section>
            ))}
          </div>
        )}
      </Loaded>
    </Modal>
  )
}
