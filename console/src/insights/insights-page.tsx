import './insights.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useActorName } from '../i18n/actor-name.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { acknowledgeAlarm, deleteReport, listAlarms, listDashboards, listReports } from './insight-calls.ts'
import type { Alarm, Kind } from './insight-shapes.ts'
import { NewDashboard } from './new-dashboard.tsx'
import { useEventName } from './pickers.tsx'
import { kinds } from './question-draft.ts'

const icons: Record<Kind, IconName> = {
  trend: 'overview',
  funnel: 'down',
  retention: 'refresh',
  sessions: 'clock',
  paths: 'split',
  interval: 'jobs',
  attribution: 'merge',
}

/** Where analysis begins: kinds of questions, dashboards, saved reports, alarms. */
export const InsightsPage = () => {
  const t = useText()
  const can = useCan()
  const alarms = useQuery({
    queryKey: ['insights', 'alarms'],
    queryFn: ({ signal }) => listAlarms(signal),
    refetchInterval: 60_000,
  })
  const open = (alarms.data?.items ?? []).filter(({ acknowledgedAt }) => acknowledgedAt === null)
  return (
    <Page title={t.insights.title} subtitle={t.insights.subtitle} actions={can('insights.write') && <NewDashboard />}>
      {open.length > 0 && (
        <Panel title={t.insights.alarms} note={String(open.length)} flush>
          <Alarms alarms={open} />
        </Panel>
      )}
      <nav className="kind-cards" aria-label={t.insights.explore}>
        {kinds.map((kind) => (
          <Link key={kind} className="kind-card" to="/insights/explore/$kind" params={{ kind }} search={{}}>
            <Icon name={icons[kind]} size={20} />
            <span>
              <strong>{t.insights.kinds[kind]}</strong>
              <small>{t.insights.hints[kind]}</small>
            </span>
          </Link>
        ))}
      </nav>
      <Dashboards />
      <Reports />
    </Page>
  )
}

const Alarms = ({ alarms }: { alarms: readonly Alarm[] }) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const client = useQueryClient()
  const eventName = useEventName()
  const fail = useFailureToast()
  const seen = useMutation({
    mutationFn: acknowledgeAlarm,
    onSettled: () => client.invalidateQueries({ queryKey: ['insights', 'alarms'] }),
    onError: fail,
  })
  return (
    <Table
      label={t.insights.alarms}
      rows={alarms}
      rowKey={({ id }) => id}
      blank={<Blank icon="done" title={t.insights.noAlarms} compact />}
      columns={[
        {
          key: 'report',
          title: t.insights.report,
          card: 'lead',
          cell: (alarm) => (
            <Link to="/insights/explore/$kind" params={{ kind: 'funnel' }} search={{ report: alarm.report }}>
              {alarm.reportName}
            </Link>
          ),
        },
        {
          key: 'what',
          title: t.insights.alarms,
          card: 'bare',
          cell: ({ step, stepName, observed, of, expected }) => (
            <>
              <Badge tone="bad">
                {t.insights.step(step)} {eventName(stepName)}
              </Badge>{' '}
              {of === null
                ? t.insights.alarmEntered(format.count(observed), format.decimal(Math.round(expected)))
                : t.insights.alarmStep(format.count(observed), format.count(of), format.decimal(Math.round(expected)))}
            </>
          ),
        },
        { key: 'hour', title: t.ui.when, cell: ({ hour }) => format.dayHour(hour) },
        ...(can('insights.write')
          ? [
              {
                key: 'act',
                title: t.ui.actions,
                fit: true,
                cell: ({ id }: Alarm) => (
                  <Button
                    size="small"
                    loading={seen.isPending && seen.variables === id}
                    onClick={() => seen.mutate(id)}
                  >
                    {t.insights.acknowledge}
                  </Button>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}

const Dashboards = () => {
  const t = useText()
  const actorName = useActorName()
  const dashboards = useQuery({ queryKey: ['insights', 'dashboards'], queryFn: ({ signal }) => listDashboards(signal) })
  return (
    <Panel title={t.insights.dashboards} flush>
      <Loaded query={dashboards}>
        {({ items }) => (
          <Table
            label={t.insights.dashboards}
            rows={items}
            rowKey={({ id }) => id}
            blank={<Blank icon="group" title={t.insights.noDashboards} hint={t.insights.noDashboardsHint} compact />}
            columns={[
              {
                key: 'name',
                title: t.insights.name,
                card: 'lead',
                cell: ({ id, name }) => (
                  <Link to="/insights/dashboards/$id" params={{ id }}>
                    {name}
                  </Link>
                ),
              },
              { key: 'tiles', title: t.insights.reports, align: 'right', cell: ({ tiles }) => tiles.length },
              { key: 'owner', title: t.insights.owner, cell: ({ owner }) => actorName(owner) },
              { key: 'changed', title: t.insights.changed, cell: ({ changedAt }) => <Ago at={changedAt} /> },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const Reports = () => {
  const t = useText()
  const actorName = useActorName()
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const confirm = useConfirm()
  const fail = useFailureToast()
  const reports = useQuery({ queryKey: ['insights', 'reports'], queryFn: ({ signal }) => listReports(signal) })
  const drop = useMutation({
    mutationFn: deleteReport,
    onSettled: () => client.invalidateQueries({ queryKey: ['insights', 'reports'] }),
    onError: fail,
  })
  return (
    <Panel title={t.insights.reports} flush>
      <Loaded query={reports}>
        {({ items }) => (
          <Table
            label={t.insights.reports}
            rows={items}
            rowKey={({ id }) => id}
            blank={
              <Blank icon="file" title={t.insights.noReports} hint={t.insights.noReportsHint} compact>
                <Button
                  onClick={() => navigate({ to: '/insights/explore/$kind', params: { kind: 'trend' }, search: {} })}
                >
                  {t.insights.explore}
                </Button>
              </Blank>
            }
            columns={[
              {
                key: 'name',
                title: t.insights.name,
                card: 'lead',
                cell: ({ id, name, question }) => (
                  <Link to="/insights/explore/$kind" params={{ kind: question.kind }} search={{ report: id }}>
                    {name}
                  </Link>
                ),
              },
              {
                key: 'kind',
                title: t.insights.kind,
                cell: ({ question, watch }) => (
                  <span className="row">
                    <Badge tone="teal">{t.insights.kinds[question.kind]}</Badge>
                    {watch && <Badge tone="warn">{t.insights.watch}</Badge>}
                  </span>
                ),
              },
              {
                key: 'shared',
                title: t.insights.sharedWith,
                cell: ({ roles }) =>
                  roles.length === 0 ? t.insights.onlyMe : roles.map((role) => t.roles[role]).join(' · '),
              },
              { key: 'owner', title: t.insights.owner, cell: ({ owner }) => actorName(owner) },
              { key: 'changed', title: t.insights.changed, cell: ({ changedAt }) => <Ago at={changedAt} /> },
              {
                key: 'act',
                title: t.ui.actions,
                fit: true,
                cell: ({ id, name, mine }) =>
                  mine && can('insights.write') ? (
                    <button
                      type="button"
                      className="icon-button danger"
                      aria-label={`${t.ui.remove} ${name}`}
                      onClick={() =>
                        confirm({
                          title: t.insights.deleteReport(name),
                          content: t.insights.deleteReportHint,
                          okText: t.ui.remove,
                          danger: true,
                          run: () => drop.mutateAsync(id),
                        })
                      }
                    >
                      <Icon name="trash" size={16} />
                    </button>
                  ) : null,
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
