import './incidents.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Button, Dropdown, Input } from 'antd'
import { useState } from 'react'
import { fileUrl } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Loaded } from '../../ui/states.tsx'
import { StatementsOfIncident } from '../statements/statements-of-incident.tsx'
import { TicketsOfIncident } from '../tickets/tickets-of-incident.tsx'
import { ClockStrip } from './clock-strip.tsx'
import { EffectPanel } from './effect-panel.tsx'
import { EventsPanel } from './events-panel.tsx'
import { FilesPanel } from './files-panel.tsx'
import { changeIncident, changeState, getIncident } from './incident-calls.ts'
import { CloseDialog, LevelDialog, Obstacles, ReportDialog } from './incident-dialogs.tsx'
import { IncidentState, LevelMark } from './incident-marks.tsx'
import type { Incident } from './incident-shapes.ts'
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
      void client.invalidateQueries({ queryKey: ['incidents'] })
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
        <Dropdown
          trigger={['click']}
          menu={{
            items: (['html', 'docx', 'pdf'] as const).map((format) => ({
              key: format,
              label: (
                <a href={fileUrl(`/opinion/incidents/${incident.id}/file?format=${format}`)}>{words.formats[format]}</a>
              ),
            })),
          }}
        >
          <Button icon={<Icon name="download" size={16} />} title={words.printHint}>
            {words.print}
          </Button>
        </Dropdown>
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
