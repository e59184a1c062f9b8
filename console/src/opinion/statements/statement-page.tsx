import './statements.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button, Checkbox, Input, Modal, Select } from 'antd'
import { useEffect, useId, useRef, useState } from 'react'
import { fileUrl } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, CopyButton, Notice } from '../../ui/marks.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { useSettled } from '../../ui/settled.ts'
import { Loaded } from '../../ui/states.tsx'
import { difference } from './diff.ts'
import {
  addTemplate,
  changeStatement,
  checkStatement,
  createStatement,
  fillTemplate,
  getStatement,
  listFacts,
  listTemplates,
  logPublication,
  retireTemplate,
  type Statement,
  type StatementFinding,
  type StatementKind,
  sendScreenshot,
  statementKinds,
  submitStatement,
  suggestStatement,
  withdrawStatement,
} from './statement-calls.ts'
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
  const search = useSearch({ strict: false }) as { incident?: number; kind?: StatementKind }
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
      client.invalidateQueries({ queryKey: ['statements', 'list'] })
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

const Findings = ({ findings }: { findings: readonly StatementFinding[] }) => {
  const t = useText()
  const words = t.statements
  if (findings.length === 0) return <Notice tone="good">{words.checksClean}</Notice>
  return (
    <ul className="stack">
      {findings.map((finding) => (
        <li key={`${finding.rule}/${finding.where}/${finding.start}`} className="small">
          <Badge tone={finding.action === 'block' ? 'bad' : 'warn'}>
            {finding.action === 'block' ? words.block : words.flag}
          </Badge>{' '}
          {words.findings[finding.reason] ?? t.creatives.reasons[finding.reason] ?? words.otherFinding}
          {finding.matched && <span className="strong"> “{finding.matched}”</span>}
        </li>
      ))}
    </ul>
  )
}

const FactsPanel = ({
  facts,
  may,
  onChange,
  onInsert,
}: {
  facts: readonly number[]
  may: boolean
  onChange: (facts: number[]) => void
  onInsert: (text: string) => void
}) => {
  const t = useText()
  const words = t.statements
  const format = useFormats()
  const known = useQuery({ queryKey: ['statements', 'facts'], queryFn: ({ signal }) => listFacts(signal) })
  return (
    <Panel title={words.facts}>
      <p className="muted small">{words.factsHint}</p>
      <Loaded query={known} lines={3} compact>
        {({ items }) => {
          const shown = may ? items : items.filter(({ id }) => facts.includes(id))
          if (shown.length === 0) return <p className="muted small">{words.factsNone}</p>
          return (
            <>
              {shown.map((fact) => (
                <div key={fact.id} className="statement-fact small">
                  <Checkbox
                    disabled={!may}
                    checked={facts.includes(fact.id)}
                    onChange={(event) =>
                      onChange(event.target.checked ? [...facts, fact.id] : facts.filter((id) => id !== fact.id))
                    }
                  >
                    <span className="strong">{fact.claim}</span>
                  </Checkbox>
                  <div>{fact.fact}</div>
                  <div className="row muted">
                    {fact.validUntil && <span>{words.until(format.date(fact.validUntil))}</span>}
                    {may && facts.includes(fact.id) && (
                      <Button size="small" type="link" onClick={() => onInsert(fact.fact)}>
                        {words.insertFact}
                      </Button>
                    )}
                  </div>
                </div>
              ))}
            </>
          )
        }}
      </Loaded>
    </Panel>
  )
}

const TemplatePicker = ({
  kind,
  story,
  facts,
  text,
  onPick,
}: {
  kind: StatementKind
  story: string
  facts: number[]
  text: { title: string; body: string }
  onPick: (filled: { title: string; body: string }) => void
}) => {
  const t = useText()
  const words = t.statements
  const fail = useFailureToast()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [naming, setNaming] = useState(false)
  const [name, setName] = useState('')
  const templates = useQuery({ queryKey: ['statements', 'templates'], queryFn: ({ signal }) => listTemplates(signal) })
  const fill = useMutation({
    mutationFn: (given: { title: string; body: string }) => fillTemplate({ ...given, story, facts }),
    onSuccess: onPick,
    onError: fail,
  })
  const keep = useMutation({
    mutationFn: () => addTemplate({ kind, name: name.trim(), ...text }),
    onSuccess: (data) => {
      setNaming(false)
      client.setQueryData(['statements', 'templates'], data)
      message.success(words.templateSaved)
    },
    onError: fail,
  })
  const retire = useMutation({
    mutationFn: retireTemplate,
    onSuccess: (data) => client.setQueryData(['statements', 'templates'], data),
    onError: fail,
  })
  const items = (templates.data?.items ?? []).filter((one) => one.kind === kind)
  return (
    <span className="row">
      <Select
        size="small"
        aria-label={words.template}
        placeholder={words.template}
        style={{ minWidth: 150 }}
        value={null}
        loading={templates.isFetching || fill.isPending}
        onChange={(at: number | null) => {
          const chosen = at === null ? undefined : items[at]
          if (chosen) fill.mutate({ title: chosen.title, body: chosen.body })
        }}
        options={items.map((one, value) => ({
          value,
          label: one.id === null ? one.name : `${one.name}（${words.templateOwn}）`,
        }))}
      />
      <Button size="small" type="text" disabled={text.body === ''} onClick={() => setNaming(true)}>
        {words.saveTemplate}
      </Button>
      {naming && (
        <Modal
          open
          title={words.saveTemplate}
          onCancel={() => setNaming(false)}
          okButtonProps={{ loading: keep.isPending, disabled: name.trim() === '' || text.title === '' }}
          onOk={() => keep.mutate()}
        >
          <div className="stack-16">
            <Field label={words.templateName}>
              <Input autoFocus maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />
            </Field>
            {items
              .filter(({ id }) => id !== null)
              .map((one) => (
                <div key={one.id} className="row row-between small">
                  {one.name}
                  <Button size="small" type="text" onClick={() => one.id !== null && retire.mutate(one.id)}>
                    {words.retireTemplate}
                  </Button>
                </div>
              ))}
          </div>
        </Modal>
      )}
    </span>
  )
}

const useStatementChange = (after: () => void) => {
  const client = useQueryClient()
  const fail = useFailureToast()
  return useMutation({
    mutationFn: (run: () => Promise<Statement>) => run(),
    onSuccess: (data) => {
      client.setQueryData(['statements', 'one', data.id], data)
      after()
      client.invalidateQueries({ queryKey: ['incidents'] })
    },
    onError: fail,
  })
}

const ApprovalPanel = ({ statement, blocked }: { statement: Statement; blocked: boolean }) => {
  const t = useText()
  const words = t.statements
  const [asking, setAsking] = useState<'submit' | 'withdraw'>()
  const [note, setNote] = useState('')
  const change = useStatementChange(() => setAsking(undefined))
  return (
    <Panel title={words.state}>
      <div className="stack">
        <div className="row">
          <StatementState state={statement.state} />
          {statement.reviewId !== null && (
            <Link to="/reviews/$id" params={{ id: String(statement.reviewId) }}>
              {words.openReview}
            </Link>
          )}
        </div>
        <p className="small">
          <span className="muted">{words.hash}</span> <code className="hash">{statement.hash.slice(0, 16)}…</code>
          <CopyButton text={statement.hash} label={words.hash} />
        </p>
        {statement.withdrawReason && <p className="small">{statement.withdrawReason}</p>}
        <p className="muted small">{words.submitHint}</p>
        <div className="row">
          {statement.may.submit && (
            <Button
              type="primary"
              disabled={blocked || statement.findings.some(({ action }) => action === 'block')}
              onClick={() => setAsking('submit')}
            >
              {words.submit}
            </Button>
          )}
          {statement.may.write && (
            <Button danger type="text" onClick={() => setAsking('withdraw')}>
              {words.withdraw}
            </Button>
          )}
        </div>
      </div>
      {asking === 'submit' && (
        <Modal
          open
          title={words.submit}
          onCancel={() => setAsking(undefined)}
          okText={words.submit}
          okButtonProps={{ loading: change.isPending }}
          onOk={() => change.mutate(() => submitStatement(statement.id, note.trim()))}
        >
          <Field label={words.submitNote}>
            <Input.TextArea
              autoFocus
              rows={3}
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          </Field>
        </Modal>
      )}
      {asking === 'withdraw' && (
        <ReasonDialog
          title={words.withdraw}
          warning={words.withdrawWarning}
          label={t.ui.reason}
          placeholder={t.ui.reason}
          confirm={words.withdraw}
          danger
          busy={change.isPending}
          onConfirm={(reason) => change.mutate(() => withdrawStatement(statement.id, reason))}
          onClose={() => setAsking(undefined)}
        />
      )}
    </Panel>
  )
}

const PublicationsPanel = ({ statement }: { statement: Statement }) => {
  const t = useText()
  const words = t.statements
  const format = useFormats()
  const form = useId()
  const field = useRef<HTMLInputElement>(null)
  const [target, setTarget] = useState(0)
  const [logging, setLogging] = useState(false)
  const [place, setPlace] = useState('')
  const [url, setUrl] = useState('')
  const change = useStatementChange(() => setLogging(false))
  const fits = place.trim() !== '' && /^https?:\/\/\S+$/.test(url.trim())
  return (
    <Panel
      title={words.published}
      extra={
        statement.may.publish && (
          <Button size="small" onClick={() => setLogging(true)}>
            {words.publish}
          </Button>
        )
      }
    >
      <div className="stack">
        {statement.drillId > 0 && <Notice>{words.drillNote}</Notice>}
        {statement.published.length === 0 && <p className="muted small">{words.noPublications}</p>}
        {statement.published.map((one) => (
          <div key={one.id} className="statement-fact small">
            <div className="row row-between">
              <a className="strong" href={one.url} target="_blank" rel="noreferrer">
                {one.place}
              </a>
              <span className="muted">{format.dayHour(one.at)}</span>
            </div>
            <div className="row muted">
              <span>{words.version(one.version)}</span>
              <span>{one.by}</span>
              {one.screenshot ? (
                <a href={fileUrl(`/opinion/statements/${statement.id}/files/${one.screenshot.id}`)}>
                  {one.screenshot.name}
                </a>
              ) : (
                statement.may.write && (
                  <Button
                    size="small"
                    type="link"
                    onClick={() => {
                      setTarget(one.id)
                      field.current?.click()
                    }}
                  >
                    {words.addScreenshot}
                  </Button>
                )
              )}
            </div>
          </div>
        ))}
        <input
          ref={field}
          type="file"
          accept="image/png,image/jpeg,image/webp,application/pdf"
          hidden
          aria-label={words.screenshot}
          onChange={(event) => {
            const [file] = event.target.files ?? []
            if (file) change.mutate(() => sendScreenshot(statement.id, target, file))
            event.target.value = ''
          }}
        />
      </div>
      {logging && (
        <Modal
          open
          title={words.publish}
          onCancel={() => setLogging(false)}
          okText={words.publish}
          okButtonProps={{ htmlType: 'submit', form, disabled: !fits, loading: change.isPending }}
        >
          <form
            id={form}
            className="stack-16"
            onSubmit={(event) => {
              event.preventDefault()
              if (fits) change.mutate(() => logPublication(statement.id, { place: place.trim(), url: url.trim() }))
            }}
          >
            <Notice>{words.publishHint}</Notice>
            <Field label={words.place}>
              <Input autoFocus maxLength={100} value={place} onChange={(event) => setPlace(event.target.value)} />
            </Field>
            <Field label={words.url}>
              <Input type="url" maxLength={2000} value={url} onChange={(event) => setUrl(event.target.value)} />
            </Field>
          </form>
        </Modal>
      )}
    </Panel>
  )
}

const Versions = ({ statement }: { statement: Statement }) => {
  const t = useText()
  const words = t.statements
  const format = useFormats()
  const [shown, setShown] = useState<number>()
  if (statement.versions.length < 2) return null
  const one = statement.versions.find(({ version }) => version === shown)
  const before = statement.versions.find(({ version }) => version === (shown ?? 0) - 1)
  return (
    <Panel title={words.versions}>
      <div className="stack">
        {statement.versions.map((version) => (
          <div key={version.version} className="row row-between small">
            <span>
              <span className="strong">{words.version(version.version)}</span> {version.by}{' '}
              <span className="muted">{format.dayHour(version.at)}</span> {version.note}
            </span>
            <span className="row">
              {version.review && (
                <Link to="/reviews/$id" params={{ id: String(version.review.id) }}>
                  {t.reviews.states[version.review.state as keyof typeof t.reviews.states] ?? version.review.state}
                </Link>
              )}
              {version.version > 1 && (
                <Button
                  size="small"
                  type="text"
                  onClick={() => setShown(shown === version.version ? undefined : version.version)}
                >
                  {words.compare}
                </Button>
              )}
            </span>
          </div>
        ))}
        {one && before && (
          <section>
            <h3 className="small strong">{words.compareWith}</h3>
            <Difference before={`${before.title}\n\n${before.body}`} after={`${one.title}\n\n${one.body}`} />
          </section>
        )}
      </div>
    </Panel>
  )
}

const Difference = ({ before, after }: { before: string; after: string }) => {
  const t = useText()
  if (before === after) return <p className="muted small">{t.statements.noDiff}</p>
  let at = 0
  return (
    <p className="statement-text diff">
      {difference(before, after).map(({ kind, text }) => {
        at += text.length
        const key = `${kind}/${at}`
        return kind === 'added' ? (
          <ins key={key}>{text}</ins>
        ) : kind === 'removed' ? (
          <del key={key}>{text}</del>
        ) : (
          <span key={key}>{text}</span>
        )
      })}
    </p>
  )
}
