import './statements.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button, Input, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge } from '../../ui/marks.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { useSettled } from '../../ui/settled.ts'
import { Loaded } from '../../ui/states.tsx'
import { FactsPanel, Findings, TemplatePicker } from './statement-aids.tsx'
import {
  changeStatement,
  checkStatement,
  createStatement,
  getStatement,
  type Statement,
  type StatementKind,
  statementKinds,
  suggestStatement,
} from './statement-calls.ts'
import { ApprovalPanel, PublicationsPanel, Versions } from './statement-life.tsx'
import { StatementState } from './statement-marks.tsx'

/** One statement: its text with the checks beside it, its approval, where it went out. */
export const StatementPage = () => {
  const t = useText()
  const id = Number(useParams({ strict: false }).id)
  const statement = useQuery({
    queryKey: ['statements', 'one', id],
    queryFn: ({ signal }) => getStatement(id, signal),
    refetchInterval: 20_000,
  })
  return (
    <Page
      title={statement.data?.title ?? t.statements.title}
      back={{ to: '/opinion/statements', label: t.statements.back }}
      {...(statement.data && { subtitle: <Head statement={statement.data} /> })}
    >
      <Loaded query={statement} lines={10}>
        {(data) => <Editor key={data.version} statement={data} incidentId={data.incidentId} />}
      </Loaded>
    </Page>
  )
}

/** A statement that is not there yet: from nothing, or from what an incident suggests. */
export const NewStatementPage = () => {
  const t = useText()
  const search: { incident?: number; kind?: StatementKind } = useSearch({ strict: false })
  const incident = search.incident
  const suggestion = useQuery({
    queryKey: ['statements', 'suggestion', incident],
    queryFn: ({ signal }) => suggestStatement(incident ?? 0, signal),
    enabled: incident !== undefined,
  })
  return (
    <Page title={t.statements.new} back={{ to: '/opinion/statements', label: t.statements.back }}>
      {incident === undefined ? (
        <Editor incidentId={null} />
      ) : (
        <Loaded query={suggestion} lines={10}>
          {(data) => (
            <Editor
              incidentId={incident}
              start={search.kind === undefined ? { ...data, title: '', body: '', facts: [] } : data}
            />
          )}
        </Loaded>
      )}
    </Page>
  )
}

const Head = ({ statement }: { statement: Statement }) => {
  const t = useText()
  const words = t.statements
  return (
    <span className="row">
      <StatementState state={statement.state} />
      <Badge>{words.kinds[statement.kind]}</Badge>
      <span className="small">{words.version(statement.version)}</span>
      {statement.incidentId !== null && (
        <Link className="small" to="/opinion/incidents/$id" params={{ id: String(statement.incidentId) }}>
          {words.incident} #{statement.incidentId} {statement.incident}
        </Link>
      )}
    </span>
  )
}

const Editor = ({
  statement,
  incidentId,
  start,
}: {
  statement?: Statement
  incidentId: number | null
  start?: { kind: StatementKind; title: string; body: string; facts: number[] }
}) => {
  const t = useText()
  const words = t.statements
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [kind, setKind] = useState<StatementKind>(statement?.kind ?? start?.kind ?? 'holding')
  const [title, setTitle] = useState(statement?.title ?? start?.title ?? '')
  const [body, setBody] = useState(statement?.body ?? start?.body ?? '')
  const [facts, setFacts] = useState<number[]>(statement?.facts ?? start?.facts ?? [])
  const [note, setNote] = useState('')
  const area = useRef<HTMLTextAreaElement>(null)
  const text = { kind, title, body, facts }
  const settled = useSettled(text, 500)
  const checks = useQuery({
    queryKey: ['statements', 'check', JSON.stringify(settled)],
    queryFn: ({ signal }) => checkStatement(settled, signal),
    placeholderData: (before) => before,
  })
  const changed =
    statement === undefined ||
    title !== statement.title ||
    body !== statement.body ||
    facts.join() !== statement.facts.join()
  const save = useMutation({
    mutationFn: () =>
      statement
        ? changeStatement(statement.id, {
            title: title.trim(),
            body: body.trim(),
            facts,
            note,
            basedOn: statement.version,
          })
        : createStatement({ kind, incidentId, title: title.trim(), body: body.trim(), facts }),
    onSuccess: async (data) => {
      message.success(words.saved)
      client.setQueryData(['statements', 'one', data.id], data)
      void client.invalidateQueries({ queryKey: ['statements', 'list'] })
      if (!statement) await navigate({ to: '/opinion/statements/$id', params: { id: String(data.id) } })
    },
    onError: fail,
  })
  const writes = statement ? statement.may.write : can('opinion.write')
  // What is typed is not lost by leaving the page by mistake.
  useEffect(() => {
    if (!changed || !writes || (statement === undefined && body === '')) return
    const stay = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', stay)
    return () => window.removeEventListener('beforeunload', stay)
  }, [changed, writes, statement, body])
  const insert = (words: string) => {
    const at = area.current?.selectionStart ?? body.length
    setBody(`${body.slice(0, at)}${words}${body.slice(at)}`)
  }
  return (
    <div className="statement-grid">
      <div>
        <Panel
          title={words.body}
          {...(writes && changed && statement && { note: words.unsaved })}
          extra={
            writes && (
              <TemplatePicker
                kind={kind}
                story={title}
                facts={facts}
                text={{ title, body }}
                onPick={(filled) => {
                  setTitle(filled.title)
                  setBody(filled.body)
                }}
              />
            )
          }
        >
          {writes ? (
            <form
              className="stack-16"
              onSubmit={(event) => {
                event.preventDefault()
                save.mutate()
              }}
            >
              {!statement && (
                <Field label={words.kind}>
                  <Select
                    style={{ width: '100%' }}
                    aria-label={words.kind}
                    value={kind}
                    onChange={setKind}
                    options={statementKinds.map((value) => ({ value, label: words.kinds[value] }))}
                  />
                </Field>
              )}
              <Field label={words.heading}>
                <Input maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />
              </Field>
              <Field label={words.body} hint={words.chars(body.length)}>
                <Input.TextArea
                  ref={(element) => {
                    area.current = element?.resizableTextArea?.textArea ?? null
                  }}
                  autoSize={{ minRows: 12, maxRows: 30 }}
                  maxLength={20_000}
                  value={body}
                  onChange={(event) => setBody(event.target.value)}
                />
              </Field>
              {statement && (
                <Field label={words.note}>
                  <Input maxLength={300} value={note} onChange={(event) => setNote(event.target.value)} />
                </Field>
              )}
              <Button
                type={changed ? 'primary' : 'default'}
                htmlType="submit"
                disabled={!changed || title.trim() === ''}
                loading={save.isPending}
              >
                {statement ? words.save : words.create}
              </Button>
            </form>
          ) : (
            <p className="statement-text">{body}</p>
          )}
        </Panel>
        {statement && <Versions statement={statement} />}
      </div>
      <div>
        <Panel title={words.checks}>
          <Findings findings={checks.data?.findings ?? []} />
        </Panel>
        <FactsPanel facts={facts} may={writes} onChange={setFacts} onInsert={insert} />
        {statement && <ApprovalPanel statement={statement} blocked={changed} />}
        {statement && <PublicationsPanel statement={statement} />}
      </div>
    </div>
  )
}
