import './channels.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { usePreferences } from '../preferences.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Notice } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { armSends, type Channels, getChannels, orderProviders, type Provider } from './channel-calls.ts'
import { HealthBadge, Limits, useCostText, useSpanText } from './channel-marks.tsx'
import { ProviderDialog } from './provider-dialog.tsx'

export const ChannelsPage = () => {
  const t = useText()
  const can = useCan()
  const navigate = useNavigate()
  const [adding, setAdding] = useState(false)
  const channels = useQuery({
    queryKey: ['channels'],
    queryFn: ({ signal }) => getChannels(signal),
    refetchInterval: 3_000,
  })
  const add = can('channels.write') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
      {t.channels.add}
    </Button>
  )
  return (
    <Page
      title={t.channels.title}
      subtitle={t.channels.subtitle}
      actions={
        <>
          <Button icon={<Icon name="fit" size={16} />} onClick={() => navigate({ to: '/channels/qr-codes' })}>
            {t.qrCodes.title}
          </Button>
          {add}
        </>
      }
    >
      <Loaded query={channels} lines={8}>
        {(data) => (
          <>
            {!data.armed && (
              <div className="channel-banner">
                <Disarmed />
              </div>
            )}
            {data.providers.length === 0 ? (
              <Panel>
                <Blank
                  icon="message"
                  title={t.channels.none}
                  hint={can('channels.write') ? t.channels.noneHint : t.channels.noneReadHint}
                >
                  {add}
                </Blank>
              </Panel>
            ) : (
              [...new Set(data.providers.map(({ channel }) => channel))].map((channel) => (
                <ChannelPanel key={channel} channel={channel} data={data} />
              ))
            )}
            {adding && (
              <ProviderDialog
                adapters={data.adapters}
                onClose={() => setAdding(false)}
                onDone={({ id }) => navigate({ to: '/channels/$id', params: { id: String(id) } })}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  )
}

const Disarmed = () => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const arm = useMutation({
    mutationFn: armSends,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['channels'] })
      message.success(t.channels.armed)
    },
    onError: fail,
  })
  return (
    <Notice
      tone="bad"
      action={
        can('system.write') && (
          <Button
            danger
            onClick={() =>
              confirm({
                title: t.channels.armTitle,
                content: t.channels.armHint,
                okText: t.channels.arm,
                danger: true,
                run: () => arm.mutateAsync(),
              })
            }
          >
            {t.channels.arm}
          </Button>
        )
      }
    >
      {t.channels.disarmed}
    </Notice>
  )
}

const ChannelPanel = ({ channel, data }: { channel: Provider['channel']; data: Channels }) => {
  const t = useText()
  const format = useFormats()
  const cost = useCostText()
  const span = useSpanText()
  const can = useCan()
  const { language } = usePreferences()
  const client = useQueryClient()
  const fail = useFailureToast()
  const rows = data.providers.filter((one) => one.channel === channel)
  const waiting = data.waiting.find((one) => one.channel === channel)
  const move = useMutation({
    mutationFn: ({ from, to }: { from: number; to: number }) => {
      const ids = rows.map(({ id }) => id)
      const [moved] = ids.splice(from, 1)
      if (moved !== undefined) ids.splice(to, 0, moved)
      return orderProviders(channel, ids)
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['channels'] }),
    onError: fail,
  })
  return (
    <Panel
      flush
      title={t.channels.channel[channel]}
      {...(rows.length > 1 && { note: t.channels.orderHint })}
      extra={
        waiting && (
          <span className="channel-waiting small">
            <span>
              {t.channels.due} <b>{format.count(waiting.due)}</b>
              {waiting.oldestDueAt && waiting.due > 0 && (
                <span className="muted">
                  {' '}
                  · {t.channels.oldest} <Ago at={waiting.oldestDueAt} />
                </span>
              )}
            </span>
            {waiting.queued > 0 && (
              <span>
                {t.channels.queued} <b>{format.count(waiting.queued)}</b>
              </span>
            )}
            {waiting.unknown > 0 && (
              <span title={t.channels.unknownHint}>
                <Badge tone="warn">
                  {t.channels.unknown} {format.count(waiting.unknown)}
                </Badge>
              </span>
            )}
          </span>
        )
      }
    >
      <Table
        label={t.channels.channel[channel]}
        rows={rows}
        rowKey={({ id }) => id}
        blank={null}
        columns={[
          {
            key: 'name',
            title: t.channels.account,
            card: 'lead',
            cell: (row) => (
              <>
                <Link className="strong" to="/channels/$id" params={{ id: String(row.id) }}>
                  {row.name}
                </Link>
                <div className="muted small">
                  {data.adapters.find(({ kind }) => kind === row.kind)?.title[language] ?? row.kind}
                  {row.carries !== 'all' && ` · ${t.channels.carriesOf[row.carries]}`}
                </div>
              </>
            ),
          },
          { key: 'health', title: t.channels.state, cell: (row) => <HealthBadge provider={row} /> },
          {
            key: 'success',
            title: t.channels.success,
            align: 'right',
            cell: ({ hour }) => (hour.successShare === null ? '—' : format.share(hour.successShare)),
          },
          { key: 'latency', title: t.channels.latency, align: 'right', cell: ({ hour }) => span(hour.meanMs) },
          { key: 'lag', title: t.channels.lag, align: 'right', cell: ({ hour }) => span(hour.receiptLagMs) },
          {
            key: 'unknown',
            title: t.channels.unknown,
            align: 'right',
            cell: ({ unknown }) => (unknown === 0 ? '—' : format.count(unknown)),
          },
          { key: 'cost', title: t.channels.cost, align: 'right', cell: (row) => cost(row.unitCostMillifen) },
          { key: 'limit', title: t.channels.limit, cell: (row) => <Limits provider={row} /> },
          ...(rows.length > 1 && can('channels.write')
            ? [
                {
                  key: 'order',
                  title: t.channels.order,
                  fit: true,
                  cell: (row: Provider) => {
                    const at = rows.indexOf(row)
                    return (
                      <span className="channel-order">
                        <button
                          type="button"
                          className="icon-button"
                          disabled={at === 0 || move.isPending}
                          aria-label={t.channels.earlier(row.name)}
                          onClick={() => move.mutate({ from: at, to: at - 1 })}
                        >
                          <Icon name="up" size={16} />
                        </button>
                        <button
                          type="button"
                          className="icon-button"
                          disabled={at === rows.length - 1 || move.isPending}
                          aria-label={t.channels.later(row.name)}
                          onClick={() => move.mutate({ from: at, to: at + 1 })}
                        >
                          <Icon name="down" size={16} />
                        </button>
                      </span>
                    )
                  },
                },
              ]
            : []),
        ]}
      />
    </Panel>
  )
}
