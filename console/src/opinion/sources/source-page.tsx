import './sources.css'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Dropdown } from 'antd'
import { useState } from 'react'
import type { SourceView } from '../../../../src/opinion/sources/sources-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useConfirm } from '../../ui/confirm.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge, Notice, Tile, type Tone } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { BlindTimes } from './blind-times.tsx'
import { EvidenceTable } from './evidence-table.tsx'
import { FileImport } from './file-import.tsx'
import { KeyDialog, SendTo } from './key-dialog.tsx'
import { askNow, getSource, listRuns, removeSource, renewKey, switchSource } from './source-calls.ts'
import { HourBars, Lag, LightBadge } from './source-marks.tsx'

const runTones = { new: 'good', unchanged: 'plain', failed: 'bad' } as const satisfies Record<string, Tone>

export const PostSourcePage = () => {
  const { id } = useParams({ from: '/inside/opinion/sources/$id' })
  const source = useQuery({
    queryKey: ['opinionSources', 'one', Number(id)],
    queryFn: ({ signal }) => getSource(Number(id), signal),
    refetchInterval: 5_000,
  })
  return <Loaded query={source}>{(found) => <Shown source={found} />}</Loaded>
}

const Shown = ({ source }: { source: SourceView }) => {
  const words = useText().opinionSources
  const format = useFormats()
  return (
    <Page
      title={source.name}
      subtitle={
        <span className="row">
          <LightBadge source={source} />
          <span>
            {words.platforms[source.platform]} · {words.kinds[source.config.kind]}
          </span>
        </span>
      }
      back={{ to: '/opinion/sources', label: words.title }}
      actions={<Actions source={source} />}
    >
      {source.fault && source.on && (
        <Notice tone={source.light === 'blind' ? 'bad' : 'warn'}>
          {words.faults[source.fault]}
          {source.faultText !== '' && <span className="small">（{source.faultText}）</span>}
        </Notice>
      )}
      <div className="tiles">
        <Tile
          label={words.last24}
          value={format.count(source.hours.reduce((a, b) => a + b, 0))}
          note={<HourBars hours={source.hours} label={words.last24} />}
        />
        <Tile label={words.lag} value={<Lag seconds={source.lagSeconds} />} note={words.lagHint} />
        <Tile label={words.lastNew} value={<Ago at={source.lastNewAt} />} />
        <Tile label={words.next} value={<Ago at={source.nextAt} />} />
      </div>
      {source.config.kind === 'files' && <FileImport source={source} />}
      {source.config.kind === 'webhook' && (
        <Panel title={words.sendTo}>
          <SendTo />
        </Panel>
      )}
      <div className="grid grid-main">
        <Runs id={source.id} />
        <div className="stack-16">
          <BlindTimes source={source} />
          <Settings source={source} />
        </div>
      </div>
      <Panel title={words.evidence} flush>
        <EvidenceTable sourceId={source.id} />
      </Panel>
    </Page>
  )
}

const Actions = ({ source }: { source: SourceView }) => {
  const t = useText()
  const words = t.opinionSources
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const [key, setKey] = useState<string>()
  const fresh = () => client.invalidateQueries({ queryKey: ['opinionSources'] })
  const ask = useMutation({
    mutationFn: () => askNow(source.id),
    onSuccess: () => {
      message.success(words.asked)
      return fresh()
    },
    onError: fail,
  })
  const turn = useMutation({ mutationFn: () => switchSource(source.id, !source.on), onSuccess: fresh, onError: fail })
  const renew = useMutation({
    mutationFn: () => renewKey(source.id),
    onSuccess: ({ key }) => setKey(key),
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => removeSource(source.id),
    onSuccess: async () => {
      await navigate({ to: '/opinion/sources' })
      await fresh()
    },
    onError: fail,
  })
  if (!can('opinion.sources')) return null
  const { kind } = source.config
  const sure = (title: string, content: string, run: () => Promise<unknown>, danger: boolean) =>
    confirm({ title, content, okText: title, danger, run })
  return (
    <>
      {kind !== 'webhook' && kind !== 'files' && (
        <Button
          disabled={!source.on}
          loading={ask.isPending}
          icon={<Icon name="refresh" size={16} />}
          onClick={() => ask.mutate()}
        >
          {words.askNow}
        </Button>
      )}
      <Button
        icon={<Icon name="edit" size={16} />}
        onClick={() => navigate({ to: '/opinion/sources/$id/edit', params: { id: String(source.id) } })}
      >
        {words.edit}
      </Button>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'turn', label: source.on ? words.offIt : words.on, onClick: () => turn.mutate() },
            ...(kind === 'webhook'
              ? [
                  {
                    key: 'renew',
                    label: words.renewKey,
                    onClick: () => sure(words.renewKey, words.renewWarning, () => renew.mutateAsync(), false),
                  },
                ]
              : []),
            {
              key: 'remove',
              danger: true,
              label: words.remove,
              onClick: () => sure(words.remove, words.removeWarning, () => drop.mutateAsync(), true),
            },
          ],
        }}
      >
        <Button aria-label={t.ui.moreActions} icon={<Icon name="more" size={16} />} />
      </Dropdown>
      {key !== undefined && <KeyDialog secret={key} onClose={() => setKey(undefined)} />}
    </>
  )
}

const Runs = ({ id }: { id: number }) => {
  const words = useText().opinionSources
  const format = useFormats()
  const runs = useInfiniteQuery({
    queryKey: ['opinionSources', 'runs', id],
    queryFn: ({ pageParam, signal }) => listRuns(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: 10_000,
  })
  return (
    <Panel title={words.runs} flush>
      <Loaded query={runs}>
        {({ pages }) => (
          <Table
            label={words.runs}
            rows={pages.flatMap(({ items }) => items)}
            rowKey={(run) => run.id}
            more={runs}
            blank={<Blank compact title={words.noRuns} />}
            columns={[
              { key: 'at', title: words.runAt, card: 'lead', fit: true, cell: (run) => format.dateTime(run.startedAt) },
              {
                key: 'outcome',
                title: words.outcome,
                cell: (run) => (
                  <div>
                    <Badge tone={runTones[run.outcome]} dot>
                      {words.run[run.outcome]}
                    </Badge>
                    {run.fault && <div className="small bad-text">{words.faults[run.fault]}</div>}
                    {run.cut && <div className="small muted">{words.cut}</div>}
                    {run.refused > 0 && (
                      <details className="small">
                        <summary>{words.rejects(run.refused)}</summary>
                        {run.rejects.map(({ index, field, reason }) => (
                          <div key={`${index} ${field}`}>
                            {words.rejectAt(index + 1)}：{words.reasons[reason] ?? `${field} ${reason}`}
                          </div>
                        ))}
                      </details>
                    )}
                  </div>
                ),
              },
              { key: 'found', title: words.found, align: 'right', fit: true, cell: (run) => format.count(run.found) },
              {
                key: 'stored',
                title: words.stored,
                align: 'right',
                fit: true,
                cell: (run) => format.count(run.stored),
              },
              {
                key: 'size',
                title: words.size,
                align: 'right',
                fit: true,
                card: 'wide',
                cell: (run) => words.kilobytes(format.decimal(Math.round(run.bytes / 102.4) / 10)),
              },
              {
                key: 'took',
                title: words.took,
                align: 'right',
                fit: true,
                card: 'wide',
                cell: (run) => words.milliseconds(format.count(run.tookMs)),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const Settings = ({ source: { config, timetable, politeness, terms } }: { source: SourceView }) => {
  const words = useText().opinionSources
  const rows: [string, string][] = [
    ...('url' in config ? [[words.address, config.url] as [string, string]] : []),
    ...(config.kind === 'mailbox' ? [[words.host, `${config.host}:${config.port}`] as [string, string]] : []),
    ...(config.kind === 'webhook' || config.kind === 'files'
      ? []
      : ([
          [words.timing, timetable.cron === '' ? words.everyText(timetable.everyMinutes) : timetable.cron],
          ...(timetable.active ? [[words.active, words.activeText(timetable.active.from, timetable.active.to)]] : []),
          ['robots.txt', politeness.robots ? words.robotsText.yes : words.robotsText.no],
        ] as [string, string][])),
    [words.basis, words.bases[terms.basis]],
    [words.terms, terms.note],
    [words.sampling, terms.sampling || '—'],
    [words.evidenceDays, words.days(terms.evidenceDays)],
  ]
  return (
    <Panel title={words.settings}>
      <dl className="facts source-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="wrap">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
