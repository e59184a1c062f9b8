import './consents.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, CopyButton, Notice, type Tone } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { endExclusion, getCustomerConsents, getCustomerExclusions, makeLink } from './consent-calls.ts'
import type { CustomerConsents, CustomerExclusions, Exclusion, ShownWord } from './consent-shapes.ts'
import { ExclusionDialog } from './exclusion-dialog.tsx'
import { purposeName } from './purpose-name.ts'
import { WordDialog } from './word-dialog.tsx'

const historyFirst = 6

/** What one customer allowed, since when, with its proof; and what keeps messages from him. */
export const CustomerConsentsCard = ({ id }: { id: string }) => {
  const t = useText()
  const can = useCan()
  const fail = useFailureToast()
  const [asking, setAsking] = useState<'word' | 'exclusion'>()
  const [withdrawing, setWithdrawing] = useState<{ purpose: string; channel: string }>()
  const consents = useQuery({
    queryKey: ['consents', 'of', id],
    queryFn: ({ signal }) => getCustomerConsents(id, signal),
  })
  const link = useMutation({ mutationFn: () => makeLink(id), onError: fail })
  const mayWrite = can('consents.write')
  return (
    <Panel
      title={t.consents.panel}
      extra={
        mayWrite && (
          <>
            <Button
              size="small"
              icon={<Icon name="out" size={14} />}
              loading={link.isPending}
              onClick={() => link.mutate()}
            >
              {t.consents.preferenceLink}
            </Button>
            <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setAsking('word')}>
              {t.consents.record}
            </Button>
          </>
        )
      }
    >
      {can('exclusions.read') && <Exclusions id={id} onAdd={() => setAsking('exclusion')} />}
      <Loaded query={consents} lines={4} compact>
        {(data) => (
          <>
            {data.doNotContact.length > 0 && (
              <div className="barred-notice">
                <Notice tone="bad">
                  {data.doNotContact.map((one) => (
                    <div key={one.masked}>
                      {t.consents.barred} {one.masked} ·{' '}
                      {(t.consents.origins as Readonly<Record<string, string>>)[one.origin] ?? one.origin}
                    </div>
                  ))}
                </Notice>
              </div>
            )}
            <h3 className="panel-section">{t.consents.panelState}</h3>
            <State
              data={data}
              onWithdraw={mayWrite ? (purpose, channel) => setWithdrawing({ purpose, channel }) : undefined}
            />
            <h3 className="panel-section">{t.consents.panelHistory}</h3>
            <History data={data} />
          </>
        )}
      </Loaded>
      {asking === 'exclusion' && <ExclusionDialog customerId={id} onClose={() => setAsking(undefined)} />}
      {consents.data && (asking === 'word' || withdrawing) && (
        <WordDialog
          id={id}
          purposes={consents.data.purposes}
          {...(withdrawing && { withdrawing })}
          onClose={() => {
            setAsking(undefined)
            setWithdrawing(undefined)
          }}
        />
      )}
      {link.data && (
        <Modal open title={t.consents.preferenceLink} footer={null} onCancel={() => link.reset()}>
          <div className="stack-16">
            <p>{t.consents.preferenceLinkHint}</p>
            <div className="row">
              <code className="wrap">{link.data.url}</code>
              <CopyButton text={link.data.url} />
            </div>
            <LinkUntil at={link.data.expiresAt} />
          </div>
        </Modal>
      )}
    </Panel>
  )
}

const LinkUntil = ({ at }: { at: string }) => {
  const t = useText()
  const format = useFormats()
  return <p className="muted small">{t.consents.preferenceLinkUntil(format.date(at))}</p>
}

const toneOf = (why: string, open: boolean): Tone =>
  open ? 'good' : why === 'withdrawn' || why === 'refused' ? 'bad' : why === 'none' ? 'plain' : 'warn'

const State = ({
  data,
  onWithdraw,
}: {
  data: CustomerConsents
  onWithdraw: ((purpose: string, channel: string) => void) | undefined
}) => {
  const t = useText()
  const format = useFormats()
  return (
    <div className="consent-grid">
      {data.purposes
        .filter(({ basis }) => basis === 'consent')
        .map((purpose) => (
          <div key={purpose.key} className="consent-purpose">
            <span className="row">
              <span className="strong">{purposeName(t, purpose)}</span>
              {purpose.separate && <Badge tone="blue">{t.consents.separate}</Badge>}
              {purpose.current === null && <Badge tone="bad">{t.consents.noNotice}</Badge>}
            </span>
            {purpose.channels.map(({ channel, open, why, at, noticeVersion, expiresAt, mayAskFrom }) => (
              <div key={channel} className="consent-channel">
                <span className="row">
                  <span>{t.consents.channelNames[channel] ?? channel}</span>
                  <Badge tone={toneOf(why, open)} dot>
                    {t.consents.why[why] ?? why}
                  </Badge>
                </span>
                <span className="row">
                  <span className="muted small">
                    {[
                      at && format.date(at),
                      noticeVersion,
                      expiresAt && t.consents.until(format.date(expiresAt)),
                      mayAskFrom && t.consents.mayAskFrom(format.date(mayAskFrom)),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                  {open && onWithdraw && (
                    <Button
                      size="small"
                      type="text"
                      aria-label={`${t.consents.withdraw}: ${purposeName(t, purpose)} ${t.consents.channelNames[channel] ?? channel}`}
                      onClick={() => onWithdraw(purpose.key, channel)}
                    >
                      {t.consents.withdraw}
                    </Button>
                  )}
                </span>
              </div>
            ))}
          </div>
        ))}
    </div>
  )
}

const proofOf = (word: ShownWord, names: Readonly<Record<string, string>>, methods: Readonly<Record<string, string>>) =>
  Object.entries(word.evidence).map(
    ([name, value]) =>
      `${names[name] ?? name}：${name === 'method' ? (methods[String(value)] ?? String(value)) : String(value)}`,
  )

const History = ({ data }: { data: CustomerConsents }) => {
  const t = useText()
  const format = useFormats()
  const [all, setAll] = useState(false)
  if (data.history.length === 0) return <Blank compact title={t.consents.noHistory} />
  const titles = new Map(data.purposes.map(({ key, title }) => [key, title]))
  const shown = all ? data.history : data.history.slice(0, historyFirst)
  return (
    <>
      <ul className="consent-history">
        {shown.map((word) => (
          <li key={word.id}>
            <div className="row">
              <Badge tone={word.status === 'granted' ? 'good' : 'bad'}>{t.consents.status[word.status]}</Badge>
              <span>
                {titles.get(word.purpose) ?? word.purpose} ·{' '}
                {word.channel === null
                  ? t.consents.everyChannel
                  : (t.consents.channelNames[word.channel] ?? word.channel)}
              </span>
              <span className="muted small">{format.dateTime(word.at)}</span>
            </div>
            <div className="muted small wrap" title={word.textHash ?? undefined}>
              {[
                t.consents.sources[word.source] ?? word.source,
                word.noticeVersion,
                word.textHash && `${t.consents.hash} ${word.textHash.slice(0, 12)}…`,
                ...proofOf(word, t.consents.proof, {
                  ...t.consents.sources,
                  ...t.consents.programMethods,
                  ...t.consents.methods,
                }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </div>
          </li>
        ))}
      </ul>
      {data.history.length > shown.length && (
        <Button size="small" type="text" onClick={() => setAll(true)}>
          {t.ui.more}
        </Button>
      )}
    </>
  )
}

const Exclusions = ({ id, onAdd }: { id: string; onAdd: () => void }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [ending, setEnding] = useState<Exclusion>()
  const exclusions = useQuery({
    queryKey: ['consents', 'exclusions of', id],
    queryFn: ({ signal }) => getCustomerExclusions(id, signal),
  })
  const end = useMutation({
    mutationFn: ({ exclusion, reason }: { exclusion: string; reason: string }) => endExclusion(exclusion, reason),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents'] })
      setEnding(undefined)
    },
    onError: fail,
  })
  const mayWrite = can('exclusions.write')
  return (
    <>
      <div className="row row-between">
        <h3 className="panel-section">{t.consents.panelExclusions}</h3>
        {mayWrite && (
          <Button size="small" type="text" icon={<Icon name="plus" size={14} />} onClick={onAdd}>
            {t.consents.exclude}
          </Button>
        )}
      </div>
      <Loaded query={exclusions} lines={2} compact>
        {(data) => <Found data={data} {...(mayWrite && { onEnd: setEnding })} />}
      </Loaded>
      {ending && (
        <ReasonDialog
          title={t.consents.endTitle(t.consents.kinds[ending.kind])}
          warning={t.consents.endWarning}
          label={t.consents.endReason}
          placeholder={t.consents.endHint}
          confirm={t.consents.end}
          busy={end.isPending}
          onConfirm={(reason) => end.mutate({ exclusion: ending.id, reason })}
          onClose={() => setEnding(undefined)}
        />
      )}
    </>
  )
}

const Found = ({ data, onEnd }: { data: CustomerExclusions; onEnd?: (exclusion: Exclusion) => void }) => {
  const t = useText()
  const format = useFormats()
  const inferred = data.found.filter(({ ground }) => ground !== 'stated')
  if (inferred.length === 0 && data.items.length === 0) return <p className="muted small">{t.consents.noExclusions}</p>
  return (
    <ul className="consent-history">
      {inferred.map((one) => (
        <li key={`${one.code} ${one.ground}`} className="row">
          <Badge tone="warn">{t.consents.codes[one.code]}</Badge>
          <span className="muted small">
            {t.consents.grounds[one.ground]} · {t.consents.keeps(t.consents.from[one.from])}
          </span>
        </li>
      ))}
      {data.items.map((one) => (
        <li key={one.id} className="row row-between">
          <span>
            <span className="row">
              <Badge tone={one.active ? 'warn' : 'plain'}>{t.consents.kinds[one.kind]}</Badge>
              <span className="wrap">{one.reason}</span>
            </span>
            <span className="muted small">
              {[
                format.date(one.since),
                one.endedAt
                  ? `${t.consents.states.ended} ${format.date(one.endedAt)}`
                  : one.until && t.consents.until(format.date(one.until)),
                t.consents.sources[one.source] ?? one.source,
                one.createdBy,
                one.endReason,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </span>
          {one.active && onEnd && (
            <Button
              size="small"
              type="text"
              aria-label={`${t.consents.end}: ${t.consents.kinds[one.kind]}`}
              onClick={() => onEnd(one)}
            >
              {t.consents.end}
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}
