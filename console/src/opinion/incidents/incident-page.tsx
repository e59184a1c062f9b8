import './incidents.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Button, Dropdown, Input, Modal, Segmented, Select } from 'antd'
import { useId, useState } from 'react'
import { fileUrl } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Loaded } from '../../ui/states.tsx'
import { StatementsOfIncident } from '../statements/statements-of-incident.tsx'
import { TicketsOfIncident } from '../tickets/tickets-of-incident.tsx'
import { ClockStrip } from './clock-strip.tsx'
import { EffectPanel } from './effect-panel.tsx'
import { EventsPanel } from './events-panel.tsx'
import { FilesPanel } from './files-panel.tsx'
import { changeIncident, changeLevel, changeState, getIncident, readRegulatorReport } from './incident-calls.ts'
import { IncidentState, LevelMark } from './incident-marks.tsx'
import { type Incident, type Level, levels, outcomes } from './incident-shapes.ts'
import { Lanes } from './lanes.tsx'
import { PacksPanel } from './packs-panel.tsx'
import { ProductsPanel } from './products-panel.tsx'
import { Timeline } from './timeline.tsx'

/** One incident: clocks, three lanes side by side, the timeline, and all that belongs to it. */
export const IncidentPage = () => {
  const t = useText()
  const words = t.incidents
  const id = Number(useParams({ strict: false }).id)
  const incident = useQuery({
    queryKey: ['incidents', 'one', id],
    queryFn: ({ signal }) => getIncident(id, signal),
    refetchInterval: 10_000,
  })
  const title = incident.data ? `#${id} ${incident.data.title}` : `${words.title} #${id}`
  return (
    <Page
      title={title}
      back={{ to: '/opinion/incidents', label: words.back }}
      {...(incident.data && {
        subtitle: <Head incident={incident.data} />,
        actions: <Actions incident={incident.data} />,
      })}
    >
      <Loaded query={incident} lines={10}>
        {(data) => <Body incident={data} />}
      </Loaded>
    </Page>
  )
}

const Head = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  return (
    <span className="row">
      <LevelMark level={incident.level} />
      <IncidentState state={incident.state} />
      {incident.drillId > 0 && <Badge>{words.drill}</Badge>}
      {incident.outcome && <Badge>{words.outcomes[incident.outcome]}</Badge>}
      {incident.reopened > 0 && <Badge tone="warn">{words.reopenedTimes(incident.reopened)}</Badge>}
      <span className="small">
        {words.opened[incident.openedHow]} {words.openedAt(format.dayHour(incident.openedAt), incident.openedBy)}
      </span>
      {incident.plan && <span className="small">{words.plan(incident.plan.name, incident.plan.version)}</span>}
    </span>
  )
}

type Asking = 'close' | 'falseAlarm' | 'reopen' | 'back' | 'level' | 'report'

const Actions = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [asking, setAsking] = useState<Asking>()
  const move = useMutation({
    mutationFn: (given: Parameters<typeof changeState>[1]) => changeState(incident.id, given),
    onSuccess: (data) => {
      setAsking(undefined)
      client.setQueryData(['incidents', 'one', incident.id], data)
      client.invalidateQueries({ queryKey: ['incidents'] })
    },
    onError: fail,
  })
  const { state } = incident
  const handles = incident.may.handle
  const main =
    state === 'open'
      ? { label: words.acknowledge, run: () => move.mutate({ to: 'acknowledged' }) }
      : state === 'acknowledged'
        ? { label: words.start, run: () => move.mutate({ to: 'acting' }) }
        : state === 'acting'
          ? { label: words.toClosing, run: () => move.mutate({ to: 'closing' }) }
          : state === 'closing'
            ? { label: words.close, run: () => setAsking('close') }
            : { label: words.reopen, run: () => setAsking('reopen') }
  const more = [
    ...(can('opinion.grade') && state !== 'closed' ? [{ key: 'level', label: words.changeLevel }] : []),
    ...(handles && state === 'closing' ? [{ key: 'back', label: words.backToActing }] : []),
    ...(handles && state !== 'closed' ? [{ key: 'falseAlarm', label: words.falseAlarm }] : []),
    { key: 'report', label: words.regulatorOpen },
  ]
  return (
    <>
      {handles && (
        <Button
          icon={<Icon name="download" size={16} />}
          href={fileUrl(`/opinion/incidents/${incident.id}/file`)}
          title={words.printHint}
        >
          {words.print}
        </Button>
      )}
      <Dropdown menu={{ items: more, onClick: ({ key }) => setAsking(key as Asking) }} trigger={['click']}>
        <Button icon={<Icon name="more" size={16} />} aria-label={t.ui.actions} />
      </Dropdown>
      {handles && (
        <Button type="primary" loading={move.isPending} onClick={main.run}>
          {main.label}
        </Button>
      )}
      {asking === 'close' && (
        <CloseDialog
          incident={incident}
          busy={move.isPending}
          onClose={() => setAsking(undefined)}
          onConfirm={(given) => move.mutate(given)}
        />
      )}
      {asking === 'level' && <LevelDialog incident={incident} onClose={() => setAsking(undefined)} />}
      {asking === 'report' && <ReportDialog id={incident.id} onClose={() => setAsking(undefined)} />}
      {(asking === 'falseAlarm' || asking === 'reopen' || asking === 'back') && (
        <ReasonDialog
          title={asking === 'falseAlarm' ? words.falseAlarm : asking === 'reopen' ? words.reopen : words.backToActing}
          warning={asking === 'reopen' ? words.reopenWarning : words.reasonHint}
          label={words.reasonLabel}
          placeholder={words.reasonHint}
          confirm={t.ui.confirm}
          busy={move.isPending}
          onConfirm={(reason) =>
            move.mutate(
              asking === 'falseAlarm' ? { to: 'closed', reason, outcome: 'false-alarm' } : { to: 'acting', reason },
            )
          }
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  )
}

const CloseDialog = ({
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

const Obstacles = ({ incident }: { incident: Incident }) => {
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

const LevelDialog = ({ incident, onClose }: { incident: Incident; onClose: () => void }) => {
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

const ReportDialog = ({ id, onClose }: { id: number; onClose: () => void }) => {
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

const Body = ({ incident }: { incident: Incident }) => (
  <>
    <ClockStrip incident={incident} />
    <Obstacles incident={incident} />
    <div className="incident-grid">
      <div>
        <SummaryPanel incident={incident} />
        <Lanes incident={incident} />
        <EffectPanel incident={incident} />
        <EventsPanel incident={incident} />
        <PacksPanel incident={incident} />
      </div>
      <div>
        <Timeline incident={incident} />
        <StatementsOfIncident incidentId={incident.id} />
        <TicketsOfIncident incidentId={incident.id} />
        <ProductsPanel incident={incident} />
        <FilesPanel incident={incident} />
      </div>
    </div>
  </>
)

const SummaryPanel = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const fail = useFailureToast()
  const client = useQueryClient()
  const [text, setText] = useState<string>()
  const change = useMutation({
    mutationFn: () => changeIncident(incident.id, { summary: text ?? '' }),
    onSuccess: (data) => {
      setText(undefined)
      client.setQueryData(['incidents', 'one', incident.id], data)
    },
    onError: fail,
  })
  return (
    <Panel
      title={words.summary}
      extra={
        incident.may.handle &&
        incident.state !== 'closed' &&
        text === undefined && (
          <Button size="small" onClick={() => setText(incident.summary)}>
            {words.editSummary}
          </Button>
        )
      }
    >
      {text === undefined ? (
        <div className="stack">
          <p className="report-text">{incident.summary || <span className="muted">{words.noSummary}</span>}</p>
          {incident.conclusion && (
            <p className="report-text">
              <span className="muted">{words.conclusion}</span> {incident.conclusion}
            </p>
          )}
        </div>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            change.mutate()
          }}
        >
          <Input.TextArea
            autoFocus
            aria-label={words.summary}
            rows={5}
            maxLength={4000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <div className="row">
            <Button type="primary" htmlType="submit" loading={change.isPending}>
              {words.save}
            </Button>
            <Button onClick={() => setText(undefined)}>{words.cancel}</Button>
          </div>
        </form>
      )}
    </Panel>
  )
}
