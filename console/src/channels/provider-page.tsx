import './channels.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Switch } from 'antd'
import { Fragment, useMemo, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { usePreferences } from '../preferences.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Ago, Badge, Code, Tile } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import {
  changeProvider,
  checkProvider,
  deleteProvider,
  getChannels,
  getProvider,
  type ProviderDetail,
} from './channel-calls.ts'
import { HealthBadge, Limits, useCostText, useSpanText } from './channel-marks.tsx'
import { ProviderDialog } from './provider-dialog.tsx'
import { TestPanel } from './test-panel.tsx'
import { UndecidedPanel } from './undecided-panel.tsx'

export const ProviderPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/channels/$id' })
  const provider = useQuery({
    queryKey: ['channels', Number(id)],
    queryFn: ({ signal }) => getProvider(Number(id), signal),
    refetchInterval: 3_000,
  })
  if (!provider.data)
    return (
      <Page title={t.channels.title} back={{ to: '/channels', label: t.channels.title }}>
        <Panel>
          <Loaded query={provider}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  return <Shown provider={provider.data} />
}

const Shown = ({ provider }: { provider: ProviderDetail }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const { language } = usePreferences()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const [editing, setEditing] = useState(false)
  const channels = useQuery({ queryKey: ['channels'], queryFn: ({ signal }) => getChannels(signal) })
  const adapter = channels.data?.adapters.find(({ kind }) => kind === provider.kind)
  const settle = () => client.invalidateQueries({ queryKey: ['channels'] })
  const toggle = useMutation({
    mutationFn: (on: boolean) => changeProvider(provider.id, { state: on ? 'on' : 'off', basedOn: provider.version }),
    onSettled: settle,
    onError: fail,
  })
  const check = useMutation({
    mutationFn: () => checkProvider(provider.id),
    onSuccess: ({ detail, tookMs }) => message.success(t.channels.checkOk(detail, String(tookMs))),
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => deleteProvider(provider.id),
    onSuccess: async () => {
      message.success(t.channels.removed)
      await navigate({ to: '/channels' })
      await settle()
    },
    onError: fail,
  })
  return (
    <Page
      title={provider.name}
      back={{ to: '/channels', label: t.channels.title }}
      subtitle={
        <span className="row">
          <HealthBadge provider={provider} /> {t.channels.channel[provider.channel]} ·{' '}
          {adapter?.title[language] ?? provider.kind} · {t.channels.carriesOf[provider.carries]}
        </span>
      }
      actions={
        can('channels.write') && (
          <>
            <span className="row">
              <Switch
                aria-label={t.channels.on}
                checked={provider.state === 'on'}
                loading={toggle.isPending}
                onChange={(on) => toggle.mutate(on)}
              />
              {t.channels.on}
            </span>
            <Button icon={<Icon name="check" size={16} />} loading={check.isPending} onClick={() => check.mutate()}>
              {t.channels.check}
            </Button>
            <Button icon={<Icon name="edit" size={16} />} onClick={() => setEditing(true)}>
              {t.ui.edit}
            </Button>
            <Button
              danger
              icon={<Icon name="trash" size={16} />}
              onClick={() =>
                confirm({
                  title: t.channels.removeTitle(provider.name),
                  content: t.channels.removeHint,
                  okText: t.channels.remove,
                  danger: true,
                  run: () => drop.mutateAsync(),
                })
              }
            >
              {t.channels.remove}
            </Button>
          </>
        )
      }
    >
      <UndecidedPanel items={provider.undecided} of="provider" />
      <Figures provider={provider} />
      <Hours provider={provider} />
      <Faults provider={provider} />
      {can('channels.write') && <TestPanel provider={provider} />}
      {provider.receiptsPath !== null && (
        <Panel title={t.channels.receipts} note={t.channels.receiptsHint}>
          <Code text={`${window.location.origin}${provider.receiptsPath}`} />
        </Panel>
      )}
      <Panel title={t.channels.settings}>
        <dl className="facts">
          {(adapter?.fields ?? []).map(({ name, title, type }) => {
            const value = provider.settings[name]
            const held = type === 'secret' ? provider.secrets.includes(name) : value !== undefined && value !== ''
            return (
              <Fragment key={name}>
                <dt>{title[language]}</dt>
                <dd className="wrap">
                  {!held
                    ? '—'
                    : type === 'secret'
                      ? t.channels.secretSet
                      : typeof value === 'boolean'
                        ? value
                          ? t.channels.yes
                          : t.channels.no
                        : String(value)}
                </dd>
              </Fragment>
            )
          })}
        </dl>
      </Panel>
      {editing && adapter && (
        <ProviderDialog adapters={[adapter]} provider={provider} onClose={() => setEditing(false)} />
      )}
    </Page>
  )
}

const Figures = ({ provider }: { provider: ProviderDetail }) => {
  const t = useText()
  const format = useFormats()
  const cost = useCostText()
  const span = useSpanText()
  const { hour } = provider
  return (
    <div className="tiles">
      <Tile
        label={`${t.channels.success} · ${t.channels.hour}`}
        value={hour.successShare === null ? '—' : format.share(hour.successShare)}
        note={`${t.channels.accepted} ${format.count(hour.accepted)} · ${t.channels.rejected} ${format.count(hour.rejected)} · ${t.channels.unknown} ${format.count(hour.unknown)}`}
      />
      <Tile
        label={t.channels.latency}
        value={span(hour.meanMs)}
        note={`${t.channels.slowest} ${span(hour.slowestMs)} · ${t.channels.requests} ${format.count(hour.requests)}`}
      />
      <Tile
        label={t.channels.lag}
        value={span(hour.receiptLagMs)}
        note={`${t.channels.delivered} ${format.count(hour.delivered)} · ${t.channels.undelivered} ${format.count(hour.undelivered)}`}
      />
      <Tile label={t.channels.unknown} value={format.count(provider.unknown)} note={t.channels.unknownHint} />
      <Tile label={t.channels.cost} value={cost(provider.unitCostMillifen)} note={<Limits provider={provider} />} />
    </div>
  )
}

const hourSeries = [
  { name: 'accepted', color: 'teal' },
  { name: 'rejected', color: 'cinnabar' },
  { name: 'unknown', color: 'amber' },
] as const

const Hours = ({ provider }: { provider: ProviderDetail }) => {
  const t = useText()
  const series = useMemo(
    () =>
      hourSeries.map(({ name, color }) => ({
        name: t.channels[name],
        kind: 'bar' as const,
        color,
        stack: 'outcomes',
        points: provider.hours.map((one) => ({ at: one.at, value: one[name] })),
      })),
    [provider.hours, t],
  )
  if (provider.hours.length === 0) return null
  return (
    <Panel title={t.channels.day}>
      <Chart series={series} label={t.channels.day} height={220} />
    </Panel>
  )
}

const Faults = ({ provider }: { provider: ProviderDetail }) => {
  const t = useText()
  const format = useFormats()
  return (
    <Panel flush title={t.channels.faults}>
      <Table
        label={t.channels.faults}
        rows={provider.faults}
        rowKey={({ code, outcome }) => `${outcome} ${code}`}
        blank={<Blank compact icon="done" title={t.channels.noFaults} />}
        columns={[
          { key: 'code', title: t.channels.code, card: 'lead', cell: ({ code }) => <code>{code}</code> },
          {
            key: 'kind',
            title: t.channels.kind,
            cell: ({ outcome }) => (
              <Badge tone={outcome === 'unknown' ? 'warn' : 'bad'}>{t.channels.faultKinds[outcome]}</Badge>
            ),
          },
          { key: 'times', title: t.channels.times, align: 'right', cell: ({ times }) => format.count(times) },
          { key: 'at', title: t.channels.lastAt, cell: ({ lastAt }) => <Ago at={lastAt} /> },
          {
            key: 'said',
            title: t.channels.said,
            cell: ({ detail }) => <span className="wrap small">{detail || '—'}</span>,
          },
        ]}
      />
    </Panel>
  )
}
