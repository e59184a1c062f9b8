import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, DatePicker, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useId, useRef, useState } from 'react'
import { fileUrl } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { CopyButton, Notice } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { difference } from './diff.ts'
import {
  logPublication,
  type Statement,
  sendScreenshot,
  submitStatement,
  withdrawStatement,
} from './statement-calls.ts'
import { StatementState } from './statement-marks.tsx'

const useStatementChange = (after: () => void) => {
  const client = useQueryClient()
  const fail = useFailureToast()
  return useMutation({
    mutationFn: (run: () => Promise<Statement>) => run(),
    onSuccess: (data) => {
      client.setQueryData(['statements', 'one', data.id], data)
      after()
      void client.invalidateQueries({ queryKey: ['incidents'] })
    },
    onError: fail,
  })
}

/** The approval of exactly this text. */
export const ApprovalPanel = ({ statement, blocked }: { statement: Statement; blocked: boolean }) => {
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

/** Where it went out. */
export const PublicationsPanel = ({ statement }: { statement: Statement }) => {
  const t = useText()
  const words = t.statements
  const format = useFormats()
  const form = useId()
  const field = useRef<HTMLInputElement>(null)
  const [target, setTarget] = useState(0)
  const [logging, setLogging] = useState(false)
  const [place, setPlace] = useState('')
  const [url, setUrl] = useState('')
  const [at, setAt] = useState<Dayjs | null>(null)
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
              if (!fits) return
              change.mutate(() =>
                logPublication(statement.id, {
                  place: place.trim(),
                  url: url.trim(),
                  ...(at && { at: at.toISOString() }),
                }),
              )
            }}
          >
            <Notice>{words.publishHint}</Notice>
            <Field label={words.place}>
              <Input autoFocus maxLength={100} value={place} onChange={(event) => setPlace(event.target.value)} />
            </Field>
            <Field label={words.url}>
              <Input type="url" maxLength={2000} value={url} onChange={(event) => setUrl(event.target.value)} />
            </Field>
            <Field label={words.publishedAt} hint={words.publishedAtHint}>
              <DatePicker
                showTime
                aria-label={words.publishedAt}
                placeholder={words.publishedNow}
                value={at}
                onChange={(value) => setAt(value)}
                disabledDate={(day) => day.valueOf() > Date.now()}
              />
            </Field>
          </form>
        </Modal>
      )}
    </Panel>
  )
}

/** All versions, each against the one before. */
export const Versions = ({ statement }: { statement: Statement }) => {
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
