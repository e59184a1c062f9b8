import './tickets.css'
import '../incidents/incidents.css'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button, Checkbox, Select, TreeSelect } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useUser } from '../../session.ts'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Loaded } from '../../ui/states.tsx'
import { AttachmentsPanel } from '../incidents/files-panel.tsx'
import { ClockBar, TimeLeft } from '../incidents/incident-marks.tsx'
import { PersonSelect } from '../incidents/person-select.tsx'
import { useReasons } from './reasons.ts'
import { AnswerPanel, HistoryPanel } from './ticket-answer.tsx'
import {
  attachToTicket,
  changeTicket,
  getTicket,
  holdTicket,
  moveTicket,
  releaseTicket,
  removeTicketFile,
  type Ticket,
  ticketKinds,
} from './ticket-calls.ts'
import { CustomerPanel, SatisfactionPanel } from './ticket-customer.tsx'
import { TicketKindMark, TicketState, usePlatformName } from './ticket-marks.tsx'
import { useChange } from './use-ticket-change.ts'

/** One ticket: what was said, its clocks, the answer, the customer, how satisfied he was. */
export const TicketPage = () => {
  const t = useText()
  const words = t.tickets
  const id = Number(useParams({ strict: false }).id)
  const ticket = useQuery({
    queryKey: ['tickets', 'one', id],
    queryFn: ({ signal }) => getTicket(id, signal),
    refetchInterval: 20_000,
  })
  return (
    <Page
      title={ticket.data ? `#${id} ${ticket.data.title}` : `${words.title} #${id}`}
      back={{ to: '/opinion/tickets', label: words.back }}
      {...(ticket.data && { subtitle: <Head ticket={ticket.data} />, actions: <Actions ticket={ticket.data} /> })}
    >
      <Loaded query={ticket} lines={10}>
        {(data) => (
          <div className="ticket-grid">
            <div>
              <ContentPanel ticket={data} />
              {data.may.work && data.state !== 'closed' && <AnswerPanel ticket={data} />}
              <TicketFiles ticket={data} />
              <HistoryPanel ticket={data} />
            </div>
            <div>
              <ClocksPanel ticket={data} />
              <FieldsPanel ticket={data} />
              <CustomerPanel ticket={data} />
              <SatisfactionPanel ticket={data} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

const TicketFiles = ({ ticket }: { ticket: Ticket }) => {
  const client = useQueryClient()
  return (
    <AttachmentsPanel
      files={ticket.attachments}
      path={`/opinion/tickets/${ticket.id}/attachments`}
      mayRead={ticket.may.work}
      mayChange={ticket.may.work && ticket.state !== 'closed'}
      onAttach={(file, onProgress) => attachToTicket(ticket.id, file, onProgress)}
      onRemove={(id, reason) => removeTicketFile(ticket.id, id, reason)}
      onDone={(data) => client.setQueryData(['tickets', 'one', ticket.id], data)}
    />
  )
}

const Head = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const format = useFormats()
  return (
    <span className="row">
      <TicketKindMark kind={ticket.kind} />
      <TicketState state={ticket.state} />
      {ticket.regulated && <Badge tone="warn">{words.regulated}</Badge>}
      <span className="small">
        {words.origins[ticket.origin]} · {words.received} {format.dayHour(ticket.receivedAt)}
      </span>
    </span>
  )
}

const Actions = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const me = useUser()
  const [asking, setAsking] = useState<'solved' | 'closed' | 'reopened'>()
  const change = useChange(() => setAsking(undefined))
  if (!ticket.may.work) return null
  const over = ticket.state === 'solved' || ticket.state === 'closed'
  const labels = {
    solved: [words.solve, words.solveText],
    closed: [words.close, words.closeText],
    reopened: [words.reopen, words.reopenText],
  } as const
  return (
    <>
      {me && !ticket.mine && !over && (
        <Button
          loading={change.isPending}
          onClick={() => change.mutate(() => changeTicket(ticket.id, { ownerId: me.id }))}
        >
          {words.take}
        </Button>
      )}
      {ticket.state !== 'closed' && <Button onClick={() => setAsking('closed')}>{words.close}</Button>}
      {over && <Button onClick={() => setAsking('reopened')}>{words.reopen}</Button>}
      {ticket.state === 'new' && (
        <Button
          type="primary"
          loading={change.isPending}
          onClick={() => change.mutate(() => moveTicket(ticket.id, { to: 'acknowledged' }))}
        >
          {words.accept}
        </Button>
      )}
      {(ticket.state === 'acknowledged' || ticket.state === 'answered') && (
        <Button type="primary" onClick={() => setAsking('solved')}>
          {words.solve}
        </Button>
      )}
      {asking && (
        <ReasonDialog
          title={labels[asking][0]}
          warning={words.closeText === labels[asking][1] ? t.incidents.reasonHint : labels[asking][1]}
          label={labels[asking][1]}
          placeholder={labels[asking][1]}
          confirm={labels[asking][0]}
          busy={change.isPending}
          onConfirm={(text) => change.mutate(() => moveTicket(ticket.id, { to: asking, text }))}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  )
}

const ContentPanel = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const format = useFormats()
  const platformName = usePlatformName()
  const facts: [string, string][] = [
    ...(ticket.platform ? [[words.platform, platformName(ticket.platform)] as [string, string]] : []),
    ...(ticket.number ? [[words.number, ticket.number] as [string, string]] : []),
    ...(ticket.appeal.length > 0 ? [[words.appeal, ticket.appeal.join('、')] as [string, string]] : []),
    ...(ticket.amountFen !== null
      ? [[words.amount, format.amount('amountFen', ticket.amountFen)] as [string, string]]
      : []),
    ...(ticket.replyState
      ? [[words.replyState, words.replyStates[ticket.replyState] ?? ticket.replyState] as [string, string]]
      : []),
  ]
  return (
    <Panel
      title={words.content}
      extra={
        ticket.postId && (
          <Link to="/opinion/posts" search={{ post: ticket.postId }}>
            {words.post}
          </Link>
        )
      }
    >
      <div className="stack-16">
        <p className="report-text">{ticket.text || <span className="muted">—</span>}</p>
        {facts.length > 0 && (
          <dl className="facts small">
            {facts.map(([label, value]) => (
              <div key={label} style={{ display: 'contents' }}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {ticket.incidentId !== null && (
          <Link to="/opinion/incidents/$id" params={{ id: String(ticket.incidentId) }}>
            {words.incident} #{ticket.incidentId}
          </Link>
        )}
      </div>
    </Panel>
  )
}

const ClocksPanel = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const format = useFormats()
  const [asking, setAsking] = useState(false)
  const change = useChange(() => setAsking(false))
  const held = ticket.pauses.at(-1)?.to === null
  const may = ticket.may.work && ticket.state !== 'closed' && ticket.state !== 'solved'
  const standings: Readonly<Record<string, string>> = words.standings
  return (
    <Panel
      title={words.clocks}
      extra={
        may &&
        (held ? (
          <Button size="small" loading={change.isPending} onClick={() => change.mutate(() => releaseTicket(ticket.id))}>
            {words.release}
          </Button>
        ) : (
          <Button size="small" onClick={() => setAsking(true)}>
            {words.hold}
          </Button>
        ))
      }
    >
      <div className="stack">
        {held && <Notice tone="warn">{ticket.pauses.at(-1)?.reason}</Notice>}
        {ticket.clocks.map((clock) => (
          <div key={clock.step}>
            <div className="row row-between small">
              <span className="strong">{words.steps[clock.step]}</span>
              {clock.standing === 'met' || clock.standing === 'missed' ? (
                <Badge tone={clock.standing === 'met' ? 'good' : 'bad'}>{standings[clock.standing]}</Badge>
              ) : (
                <TimeLeft clock={{ ...clock, startedAt: ticket.receivedAt }} />
              )}
            </div>
            <ClockBar clock={{ ...clock, startedAt: ticket.receivedAt }} />
            <div className="small muted">{t.incidents.dueBy(format.dayHour(clock.dueAt))}</div>
          </div>
        ))}
      </div>
      {asking && (
        <ReasonDialog
          title={words.hold}
          warning={words.holdWarning}
          label={t.ui.reason}
          placeholder={t.ui.reason}
          suggestions={words.holdReasons}
          confirm={words.hold}
          busy={change.isPending}
          onConfirm={(reason) => change.mutate(() => holdTicket(ticket.id, reason))}
          onClose={() => setAsking(false)}
        />
      )}
    </Panel>
  )
}

const FieldsPanel = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const { nameOf, options } = useReasons()
  const change = useChange()
  if (!ticket.may.work || ticket.state === 'closed')
    return (
      <Panel>
        <dl className="facts small">
          <dt>{words.owner}</dt>
          <dd>{ticket.owner?.name ?? words.nobody}</dd>
          <dt>{words.reason}</dt>
          <dd>{nameOf(ticket.reason) ?? '—'}</dd>
          {ticket.closeReason && (
            <>
              <dt>{words.closeText}</dt>
              <dd>{ticket.closeReason}</dd>
            </>
          )}
        </dl>
      </Panel>
    )
  const set = (given: Parameters<typeof changeTicket>[1]) => change.mutate(() => changeTicket(ticket.id, given))
  return (
    <Panel>
      <div className="stack">
        <Field label={words.owner}>
          <PersonSelect
            label={words.owner}
            lane="service"
            value={ticket.owner?.id ?? null}
            onChange={(ownerId) => set({ ownerId })}
          />
        </Field>
        <Field label={words.kind}>
          <Select
            aria-label={words.kind}
            value={ticket.kind}
            onChange={(kind) => set({ kind })}
            options={ticketKinds.map((value) => ({ value, label: words.kinds[value] }))}
          />
        </Field>
        <Field label={words.reason}>
          <TreeSelect
            allowClear
            treeDefaultExpandAll
            aria-label={words.reason}
            {...(ticket.reason !== null && { value: ticket.reason })}
            onChange={(reason: string | undefined) => set({ reason: reason ?? null })}
            treeData={options}
          />
        </Field>
        {ticket.kind === 'complaint' && (
          <Checkbox checked={ticket.regulated} onChange={(event) => set({ regulated: event.target.checked })}>
            {words.regulated}
          </Checkbox>
        )}
      </div>
    </Panel>
  )
}
