import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Meter, Notice, type Tone } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import {
  cancelRun,
  getActivity,
  getRuns,
  getTriggerSettings,
  makeUpRun,
  type Run,
  type Runs,
  type TriggerActivity,
} from './trigger-calls.ts'

const lookEveryMs = 5_000

/** Whether people come in batches; those by events and programs come one by one. */
export const hasBatches = ({ definition: { trigger } }: { definition: { trigger: { kind: string } } }): boolean =>
  trigger.kind !== 'event' && trigger.kind !== 'api'

/** How people come into a campaign: batches with their progress, and what the trigger matched by day. */
export const EntriesPanel = ({ campaignId, batches }: { campaignId: number; batches: boolean }) => (
  <div className="grid" style={{ marginTop: 16 }}>
    {batches && <RunsPanel campaignId={campaignId} />}
    <ActivityPanel campaignId={campaignId} />
  </div>
)

const ActivityPanel = ({ campaignId }: { campaignId: number }) => {
  const t = useText()
  const activity = useQuery({
    queryKey: ['campaigns', campaignId, 'trigger'],
    queryFn: ({ signal }) => getActivity(campaignId, signal),
    refetchInterval: lookEveryMs,
  })
  const settings = useQuery({
    queryKey: ['trigger-settings'],
    queryFn: ({ signal }) => getTriggerSettings(signal),
    staleTime: 60_000,
  })
  return (
    <Panel
      title={t.triggers.activity}
      note={t.triggers.activityNote}
      extra={settings.data && <span className="muted small">{t.triggers.limit(settings.data.lateHours)}</span>}
      flush
    >
      <Loaded query={activity} lines={4}>
        {(data) => (
          <>
            {data.failure !== null && <Notice tone="bad">{t.triggers.failure(data.failure)}</Notice>}
            <Days activity={data} />
          </>
        )}
      </Loaded>
    </Panel>
  )
}

const Days = ({ activity }: { activity: TriggerActivity }) => {
  const t = useText()
  const format = useFormats()
  const column = (key: 'matched' | 'late' | 'missed' | 'failed', hint?: string) => ({
    key,
    title: t.triggers[key],
    align: 'right' as const,
    cell: (row: TriggerActivity['days'][number]) => <span title={hint}>{format.count(row[key])}</span>,
  })
  return (
    <Table
      label={t.triggers.activity}
      rows={activity.days}
      rowKey={({ day }) => day}
      blank={<Blank icon="clock" title={t.triggers.noActivity} hint={t.triggers.noActivityHint} compact />}
      columns={[
        { key: 'day', title: t.triggers.day, card: 'lead', cell: ({ day }) => day },
        column('matched'),
        column('late', t.triggers.lateHint),
        column('missed', t.triggers.missedHint),
        column('failed', t.triggers.failedHint),
      ]}
    />
  )
}

const tones: Record<Run['state'], Tone> = {
  waiting: 'plain',
  running: 'blue',
  done: 'good',
  missed: 'warn',
  cancelled: 'plain',
  failed: 'bad',
}

const RunsPanel = ({ campaignId }: { campaignId: number }) => {
  const t = useText()
  const format = useFormats()
  const runs = useQuery({
    queryKey: ['campaigns', campaignId, 'runs'],
    queryFn: ({ signal }) => getRuns(campaignId, signal),
    refetchInterval: ({ state }) =>
      state.data?.runs.some((run) => run.state === 'running' || run.state === 'waiting') ? 1_000 : lookEveryMs,
  })
  const next = runs.data?.next
  return (
    <Panel
      title={t.triggers.runs}
      note={t.triggers.runsNote}
      extra={next && <span className="muted small">{t.triggers.next(format.dateTime(next))}</span>}
      flush
    >
      <Loaded query={runs} lines={4}>
        {(data) => <RunTable campaignId={campaignId} data={data} />}
      </Loaded>
    </Panel>
  )
}

const RunTable = ({ campaignId, data }: { campaignId: number; data: Runs }) => {
  const t = useText()
  const format = useFormats()
  const words = t.triggers
  return (
    <Table
      label={words.runs}
      rows={data.runs}
      rowKey={({ id }) => id}
      blank={<Blank icon="clock" title={words.noRuns} hint={words.noRunsHint} compact />}
      columns={[
        {
          key: 'dueAt',
          title: words.at,
          card: 'lead',
          cell: ({ dueAt, kind }) => (
            <span className="row">
              {format.dateTime(dueAt)}
              <span className="muted small">{words.kinds[kind]}</span>
            </span>
          ),
        },
        {
          key: 'state',
          title: words.state,
          cell: ({ state, reason }) => (
            <span className="row wrap">
              <Badge tone={tones[state]} dot live={state === 'running'}>
                {words.states[state]}
              </Badge>
              {reason !== null && <span className="muted small">{words.reasons[reason] ?? reason}</span>}
            </span>
          ),
        },
        {
          key: 'people',
          title: words.people,
          align: 'right',
          cell: (run) => <Progress run={run} />,
        },
        {
          key: 'entered',
          title: words.entered,
          align: 'right',
          cell: ({ entered }) => <span title={words.enteredHint}>{format.count(entered)}</span>,
        },
        {
          key: 'actions',
          title: '',
          fit: true,
          card: 'bare',
          cell: (run) => <RunButtons campaignId={campaignId} run={run} />,
        },
      ]}
    />
  )
}

const Progress = ({ run: { handed, total, state } }: { run: Run }) => {
  const t = useText()
  const format = useFormats()
  if (total === null) return <span className="muted">—</span>
  const told = state === 'done' ? format.count(total) : t.triggers.peopleOf(format.count(handed), format.count(total))
  return (
    <div>
      {told}
      {state === 'running' && <Meter share={total === 0 ? 1 : handed / total} label={told} />}
    </div>
  )
}

const RunButtons = ({ campaignId, run }: { campaignId: number; run: Run }) => {
  const t = useText()
  const words = t.triggers
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const done = () => client.invalidateQueries({ queryKey: ['campaigns', campaignId, 'runs'] })
  const cancel = useMutation({ mutationFn: () => cancelRun(campaignId, run.id), onSuccess: done, onError: fail })
  const makeUp = useMutation({ mutationFn: () => makeUpRun(campaignId, run.id), onSuccess: done, onError: fail })
  const open = run.state === 'waiting' || run.state === 'running'
  const ask = (title: string, content: string, okText: string, act: () => Promise<unknown>) =>
    confirm({ title, content, okText, run: act })
  return (
    <span className="row">
      {run.listId !== null && can('audiences.read') && (
        <Link className="small" to="/lists/$id" params={{ id: run.listId }} title={words.listHint}>
          {words.list}
        </Link>
      )}
      {can('campaigns.run') && open && (
        <Button
          size="small"
          icon={<Icon name="stop" size={14} />}
          loading={cancel.isPending}
          onClick={() => ask(words.cancelTitle, words.cancelText, words.cancel, () => cancel.mutateAsync())}
        >
          {words.cancel}
        </Button>
      )}
      {can('campaigns.run') && !open && run.state !== 'done' && (
        <Button
          size="small"
          icon={<Icon name="refresh" size={14} />}
          loading={makeUp.isPending}
          onClick={() => ask(words.makeUpTitle, words.makeUpText, words.makeUp, () => makeUp.mutateAsync())}
        >
          {words.makeUp}
        </Button>
      )}
    </span>
  )
}
