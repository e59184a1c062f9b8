import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, type Tone } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listJobs, listParked, retryJob, retryParked } from './system-calls.ts'
import type { JobRun } from './system-shapes.ts'

const states = ['all', 'active', 'created', 'retry', 'completed', 'parked'] as const

const tones: Readonly<Record<string, Tone>> = {
  active: 'teal',
  created: 'blue',
  retry: 'warn',
  completed: 'good',
  failed: 'bad',
  parked: 'bad',
  cancelled: 'plain',
}

export const JobsPage = () => {
  const t = useText()
  const [state, setState] = useState<(typeof states)[number]>('all')
  return (
    <Page title={t.nav.jobs} subtitle={t.jobs.subtitle}>
      <Panel
        title={t.jobs.runs}
        flush
        extra={
          <Segmented
            size="small"
            aria-label={t.users.state}
            value={state}
            onChange={setState}
            options={states.map((value) => ({ value, label: value === 'all' ? t.ui.all : t.jobs.states[value] }))}
          />
        }
      >
        <Runs state={state === 'all' ? undefined : state} />
      </Panel>
      <ParkedEvents />
    </Page>
  )
}

const Runs = ({ state }: { state: string | undefined }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const jobs = useQuery({
    queryKey: ['jobs', state],
    queryFn: ({ signal }) => listJobs(state, signal),
    refetchInterval: 3_000,
    placeholderData: (before) => before,
  })
  const retry = useMutation({
    mutationFn: retryJob,
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
    onError: fail,
  })
  const names: Readonly<Record<string, string>> = t.jobs.names
  const stateNames: Readonly<Record<string, string>> = t.jobs.states
  return (
    <Loaded query={jobs}>
      {({ items }) => (
        <Table
          label={t.jobs.runs}
          rows={folded(items)}
          rowKey={(row) => row.id}
          blank={<Blank icon="jobs" title={t.jobs.none} hint={t.jobs.noneHint} />}
          columns={[
            {
              key: 'name',
              title: t.jobs.name,
              card: 'lead',
              cell: (row) => (
                <>
                  <span className="strong">{names[row.name] ?? row.name}</span>{' '}
                  {row.times > 1 && <Badge>× {row.times}</Badge>}
                  {row.error && <div className="small bad-text wrap clamp-2">{row.error}</div>}
                </>
              ),
            },
            {
              key: 'state',
              title: t.users.state,
              fit: true,
              cell: (row) => (
                <Badge
                  tone={tones[row.state] ?? 'plain'}
                  {...(row.state === 'active' ? { live: true } : { dot: true })}
                >
                  {stateNames[row.state] ?? row.state}
                </Badge>
              ),
            },
            { key: 'attempts', title: t.jobs.attempts, align: 'right', fit: true, cell: (row) => row.attempts },
            {
              key: 'started',
              title: t.jobs.started,
              fit: true,
              cell: (row) => <Ago at={row.startedAt ?? row.createdAt} />,
            },
            { key: 'took', title: t.jobs.took, align: 'right', fit: true, cell: (row) => took(row, format.duration) },
            {
              key: 'do',
              title: t.ui.actions,
              fit: true,
              card: 'bare',
              cell: (row) =>
                can('jobs.write') &&
                (row.state === 'parked' || row.state === 'failed') && (
                  <Button
                    size="small"
                    icon={<Icon name="refresh" size={14} />}
                    loading={retry.isPending && retry.variables === row.id}
                    onClick={() => retry.mutate(row.id)}
                  >
                    {t.jobs.retry}
                  </Button>
                ),
            },
          ]}
        />
      )}
    </Loaded>
  )
}

/** Runs of one job that went well, one after the other, are shown as one: the schedule would bury everything else. */
const folded = (items: readonly JobRun[]): (JobRun & { times: number })[] => {
  const rows: (JobRun & { times: number })[] = []
  for (const item of items) {
    const last = rows.at(-1)
    if (last && last.name === item.name && last.state === 'completed' && item.state === 'completed') last.times += 1
    else rows.push({ ...item, times: 1 })
  }
  return rows
}

const took = (row: JobRun, duration: (seconds: number) => string) =>
  row.startedAt && row.finishedAt
    ? duration((new Date(row.finishedAt).getTime() - new Date(row.startedAt).getTime()) / 1000)
    : '—'

const ParkedEvents = () => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const parked = useQuery({
    queryKey: ['outbox', 'parked'],
    queryFn: ({ signal }) => listParked(signal),
    refetchInterval: 10_000,
  })
  const retry = useMutation({
    mutationFn: retryParked,
    onSettled: () => client.invalidateQueries({ queryKey: ['outbox'] }),
    onError: fail,
  })
  return (
    <Panel title={t.jobs.parkedEvents} note={t.jobs.parkedHint} flush>
      <Loaded query={parked} compact>
        {({ items }) => (
          <Table
            label={t.jobs.parkedEvents}
            rows={items}
            rowKey={(row) => row.id}
            blank={<Blank compact icon="done" title={t.jobs.noParked} />}
            columns={[
              {
                key: 'event',
                title: t.jobs.event,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{row.event}</span>
                    {row.error && <div className="small bad-text wrap clamp-2">{row.error}</div>}
                  </>
                ),
              },
              { key: 'subscriber', title: t.jobs.subscriber, fit: true, cell: (row) => <code>{row.subscriber}</code> },
              { key: 'attempts', title: t.jobs.attempts, align: 'right', fit: true, cell: (row) => row.attempts },
              { key: 'at', title: t.ui.when, fit: true, cell: (row) => <Ago at={row.parkedAt} /> },
              {
                key: 'do',
                title: t.ui.actions,
                fit: true,
                card: 'bare',
                cell: (row) =>
                  can('jobs.write') && (
                    <Button size="small" onClick={() => retry.mutate(row.id)}>
                      {t.jobs.retry}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
