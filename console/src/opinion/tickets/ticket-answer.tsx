import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Field, Panel } from '../../ui/page.tsx'
import {
  addAnswerTemplate,
  answerTicket,
  type GivenAnswer,
  listAnswerTemplates,
  noteOnTicket,
  retireAnswerTemplate,
  type Ticket,
} from './ticket-calls.ts'
import { useChange } from './use-ticket-change.ts'

const channels = ['phone', 'platform', 'sms', 'email', 'wechat', 'letter', 'branch'] as const

/** What is answered, with templates and drafts, and a word among ourselves. */
export const AnswerPanel = ({ ticket }: { ticket: Ticket }) => {
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

/** What happened with the ticket, the newest first. */
export const HistoryPanel = ({ ticket }: { ticket: Ticket }) => {
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
