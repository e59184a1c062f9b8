import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Input, Modal, Rate, Select } from 'antd'
import { useId, useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, CopyButton, Notice } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { enterScore, type GivenLink, linkCustomer, makeSurvey, type Ticket, unlinkCustomer } from './ticket-calls.ts'
import { useChange } from './use-ticket-change.ts'

const linkKinds = ['phone', 'idCard', 'email', 'accountId', 'customerId'] as const

/** Whom the ticket is of: linked for a purpose, shown masked. */
export const CustomerPanel = ({ ticket }: { ticket: Ticket }) => {
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

/** How satisfied he was: by a link, or as he told it. */
export const SatisfactionPanel = ({ ticket }: { ticket: Ticket }) => {
  const t = useText()
  const words = t.tickets
  const format = useFormats()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [link, setLink] = useState<{ url: string; expiresAt: string }>()
  const change = useChange(() => void message.success(words.satisfaction))
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
