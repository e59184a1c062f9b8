import './tickets.css'
import '../incidents/incidents.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { App, Button, Checkbox, Input, Modal, Rate, Select, TreeSelect } from 'antd'
import { useId, useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useUser } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, CopyButton, Notice } from '../../ui/marks.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Loaded } from '../../ui/states.tsx'
import { ClockBar, TimeLeft } from '../incidents/incident-marks.tsx'
import { PersonSelect } from '../incidents/person-select.tsx'
import { useReasons } from './reasons.ts'
import {
  addAnswerTemplate,
  answerTicket,
  changeTicket,
  enterScore,
  type GivenAnswer,
  type GivenLink,
  getTicket,
  holdTicket,
  linkCustomer,
  listAnswerTemplates,
  makeSurvey,
  moveTicket,
  noteOnTicket,
  releaseTicket,
  retireAnswerTemplate,
  type Ticket,
  ticketKinds,
  unlinkCustomer,
} from './ticket-calls.ts'
import { TicketKindMark, TicketState, usePlatformName } from './ticket-marks.tsx'

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

const useChange = (after: () => void = () => undefined) => {
  const client = useQueryClient()
  const fail = useFailureToast()
  return useMutation({
    mutationFn: (run: () => Promise<Ticket>) => run(),
    onSuccess: (data) => {
      client.setQueryData(['tickets', 'one', data.id], data)
      after()
      client.invalidateQueries({ queryKey: ['tickets', 'list'] })
    },
    onError: fail,
  })
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

const channels = ['phone', 'platform', 'sms', 'email', 'wechat', 'letter', 'branch'] as const

const AnswerPanel = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const fail = useFailureToast()
  const client = useQueryClient()
  const draft = ticket.entries.findLast(({ kind }) => kind === 'draft' || kind === 'answer')
  const [text, setText] = useState(draft?.kind === 'draft' ? draft.text : '')
  const [channel, setChannel] = useState<GivenAnswer['channel']>('phone')
  const [note, setNote] = useState('')
  const [naming, setNaming] = useState(false)
  const [name, setName] = useState('')
  const answer = useChange(() => setText(''))
  const keepDraft = useChange()
  const noted = useChange(() => setNote(''))
  const templates = useQuery({
    queryKey: ['tickets', 'templates'],
    queryFn: ({ signal }) => listAnswerTemplates(signal),
    staleTime: 60_000,
  })
  const kept = {
    onSuccess: (data: unknown) => {
      client.setQueryData(['tickets', 'templates'], data)
      setNaming(false)
    },
    onError: fail,
  }
  const keep = useMutation({
    mutationFn: () => addAnswerTemplate({ name: name.trim(), reason: ticket.reason, body: text.trim() }),
    ...kept,
  })
  const retire = useMutation({ mutationFn: retireAnswerTemplate, ...kept })
  const fits = text.trim().length >= 2
  // Those for the same reason come first.
  const items = [...(templates.data?.items ?? [])].sort(
    (a, b) => Number(b.reason === ticket.reason) - Number(a.reason === ticket.reason),
  )
  return (
    <Panel
      title={words.answer}
      extra={
        <Select
          size="small"
          aria-label={words.template}
          placeholder={words.template}
          style={{ minWidth: 140 }}
          value={null}
          onChange={(id: number | null) => {
            const chosen = items.find((one) => one.id === id)
            if (chosen) setText(chosen.body.replaceAll('{{编号}}', ticket.number ?? `#${ticket.id}`))
          }}
          options={items.map(({ id, name }) => ({ value: id, label: name }))}
        />
      }
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (fits) answer.mutate(() => answerTicket(ticket.id, { text: text.trim(), channel }))
        }}
      >
        <Field label={words.answerText} hint={words.answerHint}>
          <Input.TextArea rows={4} maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        <div className="row">
          <Select
            aria-label={words.channel}
            value={channel}
            onChange={setChannel}
            style={{ minWidth: 110 }}
            options={channels.map((value) => ({ value, label: words.channels[value] }))}
          />
          <Button type="primary" htmlType="submit" disabled={!fits} loading={answer.isPending}>
            {words.sendAnswer}
          </Button>
          <Button
            disabled={!fits}
            loading={keepDraft.isPending}
            onClick={() => keepDraft.mutate(() => answerTicket(ticket.id, { text: text.trim(), channel, draft: true }))}
          >
            {words.draft}
          </Button>
          <Button type="text" disabled={!fits} onClick={() => setNaming(true)}>
            {words.saveTemplate}
          </Button>
        </div>
      </form>
      <form
        className="say row"
        onSubmit={(event) => {
          event.preventDefault()
          if (note.trim() !== '') noted.mutate(() => noteOnTicket(ticket.id, note.trim()))
        }}
      >
        <Input
          style={{ flex: 1 }}
          aria-label={words.noteText}
          placeholder={words.noteText}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <Button htmlType="submit" disabled={note.trim() === ''} loading={noted.isPending}>
          {words.note}
        </Button>
      </form>
      {naming && (
        <Modal
          open
          title={words.saveTemplate}
          onCancel={() => setNaming(false)}
          okButtonProps={{ loading: keep.isPending, disabled: name.trim() === '' }}
          onOk={() => keep.mutate()}
        >
          <div className="stack-16">
            <Field label={words.templateName}>
              <Input autoFocus maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />
            </Field>
            {items.map((one) => (
              <div key={one.id} className="row row-between small">
                {one.name}
                <Button size="small" type="text" onClick={() => retire.mutate(one.id)}>
                  {words.retire}
                </Button>
              </div>
            ))}
          </div>
        </Modal>
      )}
    </Panel>
  )
}

const HistoryPanel = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const format = useFormats()
  const states: Readonly<Record<string, string>> = { ...words.states, reopened: words.reopen }
  const channelNames: Readonly<Record<string, string>> = words.channels
  const said = ({ kind, detail }: Ticket['entries'][number]): string =>
    kind === 'state'
      ? `${states[String(detail['from'])] ?? ''} → ${states[String(detail['to'])] ?? ''}`
      : kind === 'assigned'
        ? `${detail['from'] ?? words.nobody} → ${detail['to'] ?? words.nobody}`
        : kind === 'answer' || kind === 'draft'
          ? (channelNames[String(detail['channel'])] ?? '')
          : kind === 'clock'
            ? detail['what'] === 'held'
              ? words.heldNow
              : words.releasedNow
            : kind === 'survey' && typeof detail['score'] === 'number'
              ? words.score(detail['score'])
              : ''
  return (
    <Panel title={words.history}>
      <ol>
        {ticket.entries.toReversed().map((entry) => (
          <li
            key={entry.id}
            className={`entry entry-${entry.kind === 'answer' ? 'teal' : entry.kind === 'linked' ? 'warn' : 'plain'}`}
          >
            <div className="row small muted">
              <time dateTime={entry.at} title={format.dateTime(entry.at)}>
                {format.dayHour(entry.at)}
              </time>
              <span>{entry.by}</span>
              <span>{words.entries[entry.kind]}</span>
            </div>
            <div className="entry-text">
              {said(entry)}
              {said(entry) !== '' && entry.text !== '' && '：'}
              {entry.text}
            </div>
          </li>
        ))}
      </ol>
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

const linkKinds = ['phone', 'idCard', 'email', 'accountId', 'customerId'] as const

const CustomerPanel = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const format = useFormats()
  const [dialog, setDialog] = useState<'link' | 'unlink'>()
  const change = useChange(() => setDialog(undefined))
  const { customer } = ticket
  return (
    <Panel
      title={words.customer}
      extra={
        ticket.may.link &&
        (customer ? (
          <Button size="small" onClick={() => setDialog('unlink')}>
            {words.unlink}
          </Button>
        ) : (
          !ticket.linked && (
            <Button size="small" onClick={() => setDialog('link')}>
              {words.link}
            </Button>
          )
        ))
      }
    >
      {customer ? (
        <div className="stack small">
          <Link className="strong" to="/customers/$id" params={{ id: customer.id }}>
            {[customer.display['name'], customer.display['phone']].filter(Boolean).join(' ') || `#${customer.id}`}
          </Link>
          <div className="muted">
            {customer.purpose} · {words.linkedBy(customer.linkedBy, format.dayHour(customer.linkedAt))}
          </div>
          {customer.otherComplaints > 0 && <Badge tone="warn">{words.repeat(customer.otherComplaints)}</Badge>}
          {customer.marketingPaused && <Notice tone="warn">{words.marketingPaused}</Notice>}
        </div>
      ) : (
        <p className="muted small">{ticket.linked ? words.linkedHidden : words.notLinked}</p>
      )}
      {dialog === 'link' && (
        <LinkDialog
          busy={change.isPending}
          onClose={() => setDialog(undefined)}
          onConfirm={(given) => change.mutate(() => linkCustomer(ticket.id, given))}
        />
      )}
      {dialog === 'unlink' && (
        <ReasonDialog
          title={words.unlink}
          warning={words.unlinkWarning}
          label={t.ui.reason}
          placeholder={t.ui.reason}
          confirm={words.unlink}
          busy={change.isPending}
          onConfirm={(reason) => change.mutate(() => unlinkCustomer(ticket.id, reason))}
          onClose={() => setDialog(undefined)}
        />
      )}
    </Panel>
  )
}

const LinkDialog = ({
  busy,
  onClose,
  onConfirm,
}: {
  busy: boolean
  onClose: () => void
  onConfirm: (given: GivenLink) => void
}) => {
  const t = useText()
  const words = t.tickets
  const form = useId()
  const [kind, setKind] = useState<GivenLink['kind']>('phone')
  const [value, setValue] = useState('')
  const [purpose, setPurpose] = useState('')
  const fits = value.trim() !== '' && purpose.trim().length >= 2
  return (
    <Modal
      open
      title={words.link}
      onCancel={onClose}
      okText={words.link}
      okButtonProps={{ htmlType: 'submit', form, disabled: !fits, loading: busy }}
    >
      <form
        id={form}
        className="stack-16"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault()
          if (fits) onConfirm({ kind, value: value.trim(), purpose: purpose.trim() })
        }}
      >
        <Notice tone="warn">{words.linkWarning}</Notice>
        <Field label={words.linkKind}>
          <Select
            style={{ width: '100%' }}
            aria-label={words.linkKind}
            value={kind}
            onChange={setKind}
            options={linkKinds.map((one) => ({ value: one, label: words.linkKinds[one] }))}
          />
        </Field>
        <Field label={words.linkValue}>
          <Input autoFocus maxLength={200} value={value} onChange={(event) => setValue(event.target.value)} />
        </Field>
        <Field label={words.purpose}>
          <Input maxLength={500} value={purpose} onChange={(event) => setPurpose(event.target.value)} />
        </Field>
        <div className="row">
          {words.purposes.map((one) => (
            <Button key={one} size="small" onClick={() => setPurpose(one)}>
              {one}
            </Button>
          ))}
        </div>
      </form>
    </Modal>
  )
}

const SatisfactionPanel = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const format = useFormats()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [link, setLink] = useState<{ url: string; expiresAt: string }>()
  const change = useChange(() => message.success(words.satisfaction))
  const survey = useMutation({ mutationFn: () => makeSurvey(ticket.id), onSuccess: setLink, onError: fail })
  const may = ticket.may.work && (ticket.state === 'solved' || ticket.state === 'closed')
  return (
    <Panel title={words.satisfaction}>
      <div className="stack">
        {ticket.satisfaction === null ? (
          <p className="muted small">{words.noScore}</p>
        ) : (
          <div>
            <Rate disabled value={ticket.satisfaction} /> {words.score(ticket.satisfaction)}
            {ticket.satisfiedHow && (
              <div className="muted small">
                {words.scored[ticket.satisfiedHow]} {ticket.satisfiedAt && format.dayHour(ticket.satisfiedAt)}
              </div>
            )}
            {ticket.satisfiedNote && <p className="small">{ticket.satisfiedNote}</p>}
          </div>
        )}
        {may && (
          <>
            <div className="row">
              <span className="small muted">{words.enterScore}</span>
              <Rate
                aria-label={words.enterScore}
                value={0}
                onChange={(score) => score > 0 && change.mutate(() => enterScore(ticket.id, { score }))}
              />
            </div>
            <Button size="small" loading={survey.isPending} onClick={() => survey.mutate()}>
              {words.survey}
            </Button>
          </>
        )}
        {link && (
          <Notice tone="good" action={<CopyButton text={link.url} />}>
            {words.surveyReady}
            <div className="small wrap">{link.url}</div>
            <div className="small muted">{words.surveyUntil(format.dayHour(link.expiresAt))}</div>
          </Notice>
        )}
      </div>
    </Panel>
  )
}
