import './source.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Button, Segmented, Switch } from 'antd'
import { useMemo, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Ago, Badge, Code, type Tone } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Failure, Loaded, Waiting } from '../ui/states.tsx'
import { changeSource, getDebugger, getMinutes, listSources, rotateKey } from './source-calls.ts'
import { KeyDialog, Snippets, SourceDialog } from './source-dialogs.tsx'
import type { DebugMessage, Source } from './source-shapes.ts'

export const SourcePage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/sources/$id' })
  const sources = useQuery({
    queryKey: ['sources'],
    queryFn: ({ signal }) => listSources(signal),
    refetchInterval: 5_000,
  })
  const source = sources.data?.items.find((one) => one.id === id)
  if (!source) {
    return (
      <Page title={t.nav.sources} back={{ to: '/sources', label: t.nav.sources }}>
        <Panel>
          <Loaded query={sources}>{() => <Blank icon="sources" title={t.problems['platform.notFound']} />}</Loaded>
        </Panel>
      </Page>
    )
  }
  return <Shown source={source} />
}

const Shown = ({ source }: { source: Source }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const confirm = useConfirm()
  const fail = useFailureToast()
  const [editing, setEditing] = useState(false)
  const [writeKey, setWriteKey] = useState<string>()
  const settle = () => client.invalidateQueries({ queryKey: ['sources'] })
  const toggle = useMutation({
    mutationFn: (enabled: boolean) => changeSource(source.id, { enabled }),
    onSettled: settle,
    onError: fail,
  })
  const rotate = useMutation({
    mutationFn: () => rotateKey(source.id),
    onSuccess: (made) => setWriteKey(made.writeKey),
    onError: fail,
  })
  return (
    <Page
      title={source.name}
      back={{ to: '/sources', label: t.nav.sources }}
      subtitle={
        <span className="row">
          {t.sources.perSecond(format.count(source.quotaPerSecond))} · {t.sources.personalRules[source.personalRule]} ·{' '}
          {t.sources.lastSeen} <Ago at={source.lastSeenAt} />
        </span>
      }
      actions={
        can('sources.write') && (
          <>
            <span className="row">
              <Switch
                aria-label={t.sources.enabled}
                checked={source.enabled}
                loading={toggle.isPending}
                onChange={(enabled) => toggle.mutate(enabled)}
              />
              {source.enabled ? t.sources.enabled : t.sources.disabled}
            </span>
            <Button icon={<Icon name="edit" size={16} />} onClick={() => setEditing(true)}>
              {t.ui.edit}
            </Button>
            <Button
              icon={<Icon name="key" size={16} />}
              onClick={() =>
                confirm({
                  title: t.sources.rotateTitle,
                  content: t.sources.rotateHint,
                  okText: t.sources.rotate,
                  danger: true,
                  run: () => rotate.mutateAsync(),
                })
              }
            >
              {t.sources.rotate}
            </Button>
          </>
        )
      }
    >
      <MinutesChart source={source} />
      <Debugger source={source} />
      <Panel title={t.sources.snippets} note={t.sources.snippetsHint}>
        <Snippets writeKey="WRITE_KEY" />
      </Panel>
      {editing && <SourceDialog source={source} onClose={() => setEditing(false)} />}
      {writeKey !== undefined && (
        <KeyDialog id={source.id} writeKey={writeKey} onClose={() => setWriteKey(undefined)} />
      )}
    </Page>
  )
}

const MinutesChart = ({ source }: { source: Source }) => {
  const t = useText()
  const [minutes, setMinutes] = useState<60 | 360 | 1440>(60)
  const counts = useQuery({
    queryKey: ['sources', source.id, 'minutes', minutes],
    queryFn: ({ signal }) => getMinutes(source.id, minutes, signal),
    refetchInterval: 5_000,
    placeholderData: (before) => before,
  })
  const series = useMemo(() => {
    const items = counts.data?.items ?? []
    return [
      {
        name: t.sources.accepted,
        kind: 'bar' as const,
        color: 'teal' as const,
        stack: 'all',
        points: items.map(({ at, accepted }) => ({ at, value: accepted })),
      },
      {
        name: t.sources.rejected,
        kind: 'bar' as const,
        color: 'cinnabar' as const,
        stack: 'all',
        points: items.map(({ at, rejected }) => ({ at, value: rejected })),
      },
    ]
  }, [counts.data, t])
  return (
    <Panel
      title={t.sources.perMinute}
      extra={
        <Segmented
          size="small"
          value={minutes}
          onChange={setMinutes}
          options={([60, 360, 1440] as const).map((value) => ({ value, label: t.sources.spans[value] }))}
        />
      }
    >
      <Loaded query={counts} lines={5}>
        {() => <Chart label={t.sources.perMinute} height={220} series={series} tick="minute" />}
      </Loaded>
    </Panel>
  )
}

const fates = ['stored', 'duplicate', 'field', 'rejected'] as const
type Fate = (typeof fates)[number]
const tones: Record<Fate, Tone> = { stored: 'good', duplicate: 'blue', field: 'warn', rejected: 'bad' }
const isFate = (text: string): text is Fate => (fates as readonly string[]).includes(text)

const Debugger = ({ source }: { source: Source }) => {
  const t = useText()
  const [live, setLive] = useState(true)
  const [fate, setFate] = useState<'all' | Fate>('all')
  const messages = useQuery({
    queryKey: ['sources', source.id, 'debugger'],
    queryFn: ({ signal }) => getDebugger(source.id, signal),
    refetchInterval: live ? 1_000 : false,
  })
  const shown = (messages.data?.items ?? []).filter((message) => fate === 'all' || message.fate === fate)
  return (
    <Panel
      title={t.sources.debugger}
      note={
        live ? (
          <Badge tone="teal" live>
            {t.sources.live}
          </Badge>
        ) : (
          <Badge>{t.sources.paused}</Badge>
        )
      }
      extra={
        <>
          <Segmented
            size="small"
            value={fate}
            onChange={setFate}
            options={(['all', ...fates] as const).map((value) => ({
              value,
              label: value === 'all' ? t.ui.all : t.sources.fates[value],
            }))}
          />
          <Button
            size="small"
            icon={<Icon name={live ? 'stop' : 'play'} size={14} />}
            onClick={() => setLive((now) => !now)}
          >
            {live ? t.sources.pause : t.sources.resume}
          </Button>
        </>
      }
      flush
    >
      {messages.isError && !messages.data ? (
        <Failure compact error={messages.error} onRetry={() => messages.refetch()} />
      ) : !messages.data ? (
        <Waiting />
      ) : shown.length === 0 ? (
        <Blank icon="sources" title={t.sources.noMessages} hint={t.sources.noMessagesHint} />
      ) : (
        <ol className="debug" aria-label={t.sources.debugger}>
          {keyed(shown).map(({ key, message }) => (
            <Message key={key} message={message} />
          ))}
        </ol>
      )}
    </Panel>
  )
}

// Two fields of one message may be left out in the same millisecond.
const keyed = (messages: readonly DebugMessage[]) => {
  const seen = new Map<string, number>()
  return messages.map((message) => {
    const base = `${message.at} ${message.messageId} ${message.fate} ${message.event}`
    const before = seen.get(base) ?? 0
    seen.set(base, before + 1)
    return { key: `${base} ${before}`, message }
  })
}

const Message = ({ message }: { message: DebugMessage }) => {
  const t = useText()
  const format = useFormats()
  const names: Readonly<Record<string, string>> = t.eventNames
  const reasons: Readonly<Record<string, string>> = t.sources.rejectReasons
  return (
    <li>
      <details>
        <summary>
          <time className="muted num" dateTime={message.at}>
            {format.clock(message.at)}
          </time>
          {isFate(message.fate) ? (
            <Badge tone={tones[message.fate]}>{t.sources.fates[message.fate]}</Badge>
          ) : (
            <Badge>{message.fate}</Badge>
          )}
          <span className="strong">{names[message.event] ?? (message.event || message.type)}</span>
          <span className="debug-note">
            {message.reason === undefined
              ? message.messageId
              : (reasonOf(reasons, message.code ?? '') ?? message.reason)}
          </span>
        </summary>
        <Code text={pretty(message.message)} />
      </details>
    </li>
  )
}

// Codes end in the kind of value they are about: `masked.phone`.
const reasonOf = (reasons: Readonly<Record<string, string>>, code: string) =>
  reasons[code] ?? reasons[code.split('.')[0] ?? '']

/** JSON laid out to be read; anything else, and JSON cut short, as it is. */
const pretty = (text: string) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
