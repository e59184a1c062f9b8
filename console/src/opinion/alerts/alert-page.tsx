import './alerts.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Ago, Badge, Notice, type Tone } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { GradePanel } from '../grading/grade-panel.tsx'
import { LevelMark } from '../grading/level-mark.tsx'
import { type AlertDetail, acknowledge, getAlert } from './alert-calls.ts'
import { AlertDue, AlertState } from './alert-marks.tsx'
import { SilenceDialog } from './silence-dialog.tsx'

/** One alert: where it went, what each provider answered, who acknowledged. */
export const AlertPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/opinion/alerts/$id' })
  const alert = useQuery({
    queryKey: ['opinion', 'alert', Number(id)],
    queryFn: ({ signal }) => getAlert(Number(id), signal),
    refetchInterval: 5_000,
  })
  if (!alert.data)
    return (
      <Page title={t.alerts.title} back={{ to: '/opinion/alerts', label: t.alerts.back }}>
        <Panel>
          <Loaded query={alert}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  return <Shown alert={alert.data} />
}

const Shown = ({ alert }: { alert: AlertDetail }) => {
  const t = useText()
  const words = t.alerts
  const format = useFormats()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [silencing, setSilencing] = useState(false)
  const take = useMutation({
    mutationFn: () => acknowledge(alert.id),
    onSuccess: () => message.success(words.acknowledged),
    onSettled: () => client.invalidateQueries({ queryKey: ['opinion'] }),
    onError: fail,
  })
  return (
    <Page
      title={alert.title}
      back={{ to: '/opinion/alerts', label: words.back }}
      subtitle={
        <span className="row">
          {alert.drillId > 0 && <Badge tone="blue">{words.drill}</Badge>}
          <LevelMark level={alert.level} /> <AlertState alert={alert} /> <AlertDue alert={alert} />
        </span>
      }
      actions={
        <>
          <Link to="/opinion/events/$id" params={{ id: String(alert.eventId) }}>
            {words.openEvent}
          </Link>
          {alert.state !== 'resolved' && can('opinion.alerts') && (
            <Button onClick={() => setSilencing(true)}>{words.silence}</Button>
          )}
          {alert.state === 'firing' && can('opinion.handle') && (
            <Button type="primary" loading={take.isPending} onClick={() => take.mutate()}>
              {words.acknowledge}
            </Button>
          )}
        </>
      }
    >
      {alert.silence && (
        <div className="alert-quiet">
          <Notice tone="warn">
            {words.quietBy(alert.silence.by, format.dayHour(alert.silence.until))}：{alert.silence.reason}
            {alert.silence.agreedBy && ` · ${words.quietAgreed(alert.silence.agreedBy)}`}
          </Notice>
        </div>
      )}
      <GradePanel eventId={alert.eventId} />
      <Places alert={alert} />
      <Receipts alert={alert} />
      {silencing && <SilenceDialog match={{ event: alert.eventId }} onClose={() => setSilencing(false)} />}
    </Page>
  )
}

const Places = ({ alert }: { alert: AlertDetail }) => {
  const t = useText()
  const words = t.alerts
  const format = useFormats()
  const { escalation } = alert
  return (
    <Panel
      flush
      title={words.places}
      note={
        escalation &&
        (escalation.state === 'running' && escalation.nextAt
          ? words.nextStep(words.steps[escalation.step] ?? '', format.dayHour(escalation.nextAt))
          : escalation.state === 'done' && alert.state === 'firing'
            ? words.escalationDone
            : undefined)
      }
    >
      <Table
        label={words.places}
        rows={alert.places}
        rowKey={({ route }) => route}
        blank={<Blank compact title={words.noReceipts} />}
        columns={[
          {
            key: 'route',
            title: words.node,
            card: 'lead',
            cell: (row) => (
              <>
                <span className="strong">{row.routeName}</span>
                <div className="muted small">{row.receiver}</div>
              </>
            ),
          },
          {
            key: 'state',
            title: words.state,
            cell: (row) => (
              <>
                <Badge tone={row.state === 'told' || row.state === 'acknowledged' ? 'good' : 'warn'}>
                  {words.memberStates[row.state]}
                </Badge>
                {row.reason === 'no channel' && <div className="alert-late small">{words.noChannel}</div>}
              </>
            ),
          },
          { key: 'group', title: words.group, cell: (row) => words.groupStates[row.groupState] },
          { key: 'told', title: words.sent, cell: (row) => words.toldTimes(format.count(row.toldTimes)) },
          {
            key: 'next',
            title: '',
            cell: (row) =>
              row.nextAt && <span className="muted small">{words.nextAt(format.dayHour(row.nextAt))}</span>,
          },
        ]}
      />
    </Panel>
  )
}

const noticeTones: Record<AlertDetail['notices'][number]['state'], Tone> = {
  queued: 'blue',
  sending: 'blue',
  sent: 'good',
  failed: 'bad',
  digested: 'good',
  dropped: 'plain',
}

const Receipts = ({ alert }: { alert: AlertDetail }) => {
  const t = useText()
  const words = t.alerts
  const format = useFormats()
  return (
    <Panel flush title={words.receipts}>
      <Table
        label={words.receipts}
        rows={alert.notices}
        rowKey={({ id }) => id}
        blank={<Blank compact icon="message" title={words.noReceipts} />}
        columns={[
          {
            key: 'channel',
            title: words.channel,
            card: 'lead',
            cell: (row) => (
              <>
                <span className="strong">{row.channel}</span>
                <div className="muted small">
                  {words.to} {row.person ?? words.group}
                </div>
              </>
            ),
          },
          { key: 'why', title: words.why, cell: (row) => words.whys[row.why] },
          {
            key: 'content',
            title: words.content,
            card: 'wide',
            cell: (row) => (
              <details>
                <summary className="small">{row.title}</summary>
                <pre className="alert-text">{row.body}</pre>
              </details>
            ),
          },
          {
            key: 'state',
            title: words.state,
            cell: (row) => <Badge tone={noticeTones[row.state]}>{words.noticeStates[row.state]}</Badge>,
          },
          {
            key: 'answers',
            title: words.answer,
            cell: (row) =>
              row.attempts.map((one) => (
                <div key={one.attempt} className="small wrap">
                  {words.attempt(one.attempt)} {format.clock(one.at)} · {words.outcomes[one.outcome]} · {one.tookMs} ms
                  · <code>{one.answer || one.code}</code>
                </div>
              )),
          },
          { key: 'at', title: words.fired, fit: true, cell: (row) => <Ago at={row.madeAt} /> },
        ]}
      />
    </Panel>
  )
}
