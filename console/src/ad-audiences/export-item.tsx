import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Meter, Notice, type Tone } from '../ui/marks.tsx'
import { adFileUrl, cancelExport } from './ad-calls.ts'
import type { AdExport } from './ad-shapes.ts'

const tones: Readonly<Record<AdExport['state'], Tone>> = {
  queued: 'blue',
  running: 'blue',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
}

export const isOnItsWay = ({ state }: Pick<AdExport, 'state'>): boolean => state === 'queued' || state === 'running'

/** Reasons with their counts, most first. */
export const LeftOut = ({ leftOut }: Pick<AdExport, 'leftOut'>) => {
  const t = useText()
  const format = useFormats()
  const reasons = (Object.entries(leftOut) as [keyof typeof leftOut, number][]).sort((a, b) => b[1] - a[1])
  if (reasons.length === 0) return null
  const most = reasons[0]?.[1] ?? 1
  return (
    <dl className="ad-reasons" aria-label={t.adAudiences.leftOutTitle}>
      {reasons.map(([code, count]) => (
        <div key={code} title={t.refusals.codes[code].why}>
          <dt>{t.refusals.codes[code].name}</dt>
          <dd>
            <span className="ad-bar" style={{ width: `${Math.max(2, (count / most) * 100)}%` }} />
            <span className="ad-count">{format.count(count)}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** One time that data were provided: what became of everybody, and the files. */
export const ExportItem = ({ run }: { run: AdExport }) => {
  const t = useText()
  const words = t.adAudiences
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const stop = useMutation({
    mutationFn: () => cancelExport(run.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['adTargets'] }),
    onError: fail,
  })
  const problems: Readonly<Record<string, string>> = t.problems
  const leftOut = Object.values(run.leftOut).reduce((sum, count) => sum + count, 0)
  return (
    <article className="ad-run">
      <header className="row row-between">
        <span className="row">
          <Badge tone={tones[run.state]} live={isOnItsWay(run)}>
            {words.exportStates[run.state]}
          </Badge>
          <span>{words.modes[run.mode]}</span>
        </span>
        <span className="muted small">
          <Ago at={run.createdAt} /> · {run.createdBy}
        </span>
      </header>
      {isOnItsWay(run) && (
        <div className="stack">
          <Meter share={undefined} label={words.exportStates.running} />
          <div className="row row-between">
            <span className="muted small">{words.looked(format.count(run.people))}</span>
            {can('audiences.export') && (
              <Button size="small" loading={stop.isPending} onClick={() => stop.mutate()}>
                {words.cancel}
              </Button>
            )}
          </div>
        </div>
      )}
      {run.state === 'failed' && run.error !== null && <Notice tone="bad">{problems[run.error] ?? run.error}</Notice>}
      {run.state === 'done' && (
        <>
          <dl className="ad-figures">
            {run.mode !== 'clear' && run.mode !== 'erased' && (
              <div>
                <dt>{words.people}</dt>
                <dd>{format.count(run.people)}</dd>
              </div>
            )}
            <div>
              <dt>{words.added}</dt>
              <dd>{format.count(run.added ?? 0)}</dd>
            </div>
            <div>
              <dt>{words.removed}</dt>
              <dd>{format.count(run.removed ?? 0)}</dd>
            </div>
            <div>
              <dt>{words.members}</dt>
              <dd>{format.count(run.members ?? 0)}</dd>
            </div>
            {run.mode !== 'clear' && run.mode !== 'erased' && (
              <div>
                <dt>{words.leftOut}</dt>
                <dd>{format.count(leftOut)}</dd>
              </div>
            )}
          </dl>
          {run.tooFew && <Notice tone="warn">{words.tooFew}</Notice>}
          <LeftOut leftOut={run.leftOut} />
          {run.files.length === 0 && !run.tooFew && <p className="muted small">{words.nothing}</p>}
          {run.files.length > 1 && run.files.some(({ available }) => available) && (
            <p className="muted small">{words.upload}</p>
          )}
          <ul className="ad-files">
            {run.files.map((file) => (
              <li key={file.id}>
                <span>
                  <span className="strong">
                    {words.operations[file.operation]}
                    {file.part > 1 && ` · ${file.part}`}
                  </span>{' '}
                  <span className="muted small">
                    {words.rows(format.count(file.rows))}
                    {file.downloads > 0 && ` · ${words.downloaded(file.downloads, file.downloadedBy ?? '')}`}
                  </span>
                  <code className="hash small" title={file.sha256}>
                    SHA-256 {file.sha256.slice(0, 16)}…
                  </code>
                </span>
                {file.available ? (
                  can('audiences.export') && (
                    <Button
                      size="small"
                      icon={<Icon name="download" size={16} />}
                      href={adFileUrl(run.id, file.id)}
                      download
                    >
                      {words.download}
                    </Button>
                  )
                ) : (
                  <span className="muted small">{words.gone}</span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </article>
  )
}
