import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Input, Modal, Popconfirm, Switch } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Notice, Tabs, Tile } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import {
  cancelRun,
  changeProject,
  deleteProject,
  getProject,
  getRun,
  listPairs,
  listRuns,
  startRun,
  undoPair,
  undoRun,
} from './matching-calls.ts'
import { RunBadge, RunMeter, useFieldTitle, WeightBar } from './matching-marks.tsx'
import { isGoing, type PairState, type Project, type RunDetail } from './matching-shapes.ts'
import { WeightHistogram } from './pictures.tsx'
import { PlanDialog } from './plan-dialog.tsx'

export const MatchProjectPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/matching/$id' })
  const project = useQuery({
    queryKey: ['matching', 'project', id],
    queryFn: ({ signal }) => getProject(id, signal),
    refetchInterval: ({ state }) => (state.data?.lastRun && isGoing(state.data.lastRun) ? 1_000 : false),
  })
  if (!project.data)
    return (
      <Page title={t.matching.title} back={{ to: '/matching', label: t.matching.title }}>
        <Panel>
          <Loaded query={project} lines={8}>
            {() => null}
          </Loaded>
        </Panel>
      </Page>
    )
  return <ProjectView project={project.data} />
}

const ProjectView = ({ project }: { project: Project }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const [dialog, setDialog] = useState<'plan' | 'import' | undefined>()
  const { lastRun } = project
  const going = lastRun !== null && isGoing(lastRun)
  const again = () => client.invalidateQueries({ queryKey: ['matching'] })
  const start = useMutation({
    mutationFn: (importId: string | undefined) => startRun(project.id, importId),
    onSuccess: () => {
      setDialog(undefined)
      return again()
    },
    onError: fail,
  })
  const stop = useMutation({ mutationFn: cancelRun, onSuccess: again, onError: fail })
  const change = useMutation({
    mutationFn: (body: { autoLink?: boolean; afterImports?: boolean }) => changeProject(project.id, body),
    onSuccess: again,
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => deleteProject(project.id),
    onSuccess: async () => {
      await navigate({ to: '/matching' })
      await again()
    },
    onError: fail,
  })
  const mayChange = can('customers.merge')
  return (
    <Page
      title={project.name}
      back={{ to: '/matching', label: t.matching.title }}
      actions={
        <>
          {project.open > 0 && (
            <Button
              icon={<Icon name="check" size={16} />}
              onClick={() => navigate({ to: '/matching/$id/review', params: { id: project.id } })}
            >
              {t.matching.review} ({project.open})
            </Button>
          )}
          {mayChange && (
            <>
              <Button icon={<Icon name="edit" size={16} />} onClick={() => setDialog('plan')}>
                {t.matching.settings}
              </Button>
              <Button disabled={going} onClick={() => setDialog('import')}>
                {t.matching.runImport}
              </Button>
              <Button
                type="primary"
                icon={<Icon name="play" size={16} />}
                disabled={going}
                loading={start.isPending}
                onClick={() => start.mutate(undefined)}
              >
                {t.matching.runAll}
              </Button>
            </>
          )}
        </>
      }
    >
      <div className="stack-16">
        {going && (
          <Panel
            title={t.matching.lastRun}
            extra={
              mayChange && (
                <Button
                  icon={<Icon name="stop" size={16} />}
                  disabled={lastRun.state === 'ending'}
                  onClick={() => stop.mutate(lastRun.id)}
                >
                  {t.matching.cancelRun}
                </Button>
              )
            }
          >
            <div className="row">
              <RunBadge state={lastRun.state} />
            </div>
            <RunMeter run={lastRun} />
          </Panel>
        )}
        {lastRun && !going && <RunResult id={lastRun.id} />}
        {!lastRun && (
          <Panel>
            <Blank icon="merge" title={t.matching.neverRun} hint={t.matching.noneHint} />
          </Panel>
        )}
        <Pairs project={project} />
        <Panel title={t.matching.automatic}>
          <div className="stack">
            <div className="row">
              <Popconfirm
                title={t.matching.automaticWarning}
                disabled={!mayChange || project.autoLink}
                onConfirm={() => change.mutate({ autoLink: true })}
                okText={t.ui.confirm}
                cancelText={t.ui.cancel}
                styles={{ root: { maxWidth: 340 } }}
              >
                <Switch
                  checked={project.autoLink}
                  disabled={!mayChange}
                  aria-label={t.matching.automatic}
                  onChange={(on) => {
                    if (!on) change.mutate({ autoLink: false })
                  }}
                />
              </Popconfirm>
              <span>{project.autoLink ? t.matching.automaticOn : t.matching.automaticOff}</span>
            </div>
            <div className="row">
              <Switch
                checked={project.afterImports}
                disabled={!mayChange}
                aria-label={t.matching.afterImports}
                onChange={(on) => change.mutate({ afterImports: on })}
              />
              <span>{t.matching.afterImports}</span>
            </div>
          </div>
        </Panel>
        <Runs project={project} />
        {mayChange && (
          <div>
            <Popconfirm
              title={t.matching.removeWarning}
              onConfirm={() => drop.mutate()}
              okText={t.matching.remove}
              cancelText={t.ui.cancel}
              styles={{ root: { maxWidth: 340 } }}
            >
              <Button danger disabled={going} icon={<Icon name="trash" size={16} />}>
                {t.matching.remove}
              </Button>
            </Popconfirm>
          </div>
        )}
      </div>
      {dialog === 'plan' && <PlanDialog project={project} onClose={() => setDialog(undefined)} />}
      {dialog === 'import' && (
        <ImportDialog busy={start.isPending} onRun={(id) => start.mutate(id)} onClose={() => setDialog(undefined)} />
      )}
    </Page>
  )
}

const ImportDialog = ({
  busy,
  onRun,
  onClose,
}: {
  busy: boolean
  onRun: (importId: string) => void
  onClose: () => void
}) => {
  const t = useText()
  const [id, setId] = useState('')
  const ready = /^\d{1,9}$/.test(id.trim())
  return (
    <Modal
      open
      title={t.matching.runImport}
      onCancel={onClose}
      okText={t.matching.run}
      okButtonProps={{ disabled: !ready, loading: busy }}
      onOk={() => onRun(id.trim())}
    >
      <Field label={t.matching.importId} hint={t.matching.importHint}>
        <Input autoFocus inputMode="numeric" value={id} onChange={(event) => setId(event.target.value)} />
      </Field>
    </Modal>
  )
}

/** What the last run found out. */
const RunResult = ({ id }: { id: string }) => {
  const t = useText()
  const format = useFormats()
  const run = useQuery({ queryKey: ['matching', 'run', id], queryFn: ({ signal }) => getRun(id, signal) })
  return (
    <Loaded query={run} waiting={<Panel>…</Panel>}>
      {(run) => (
        <div className="stack-16">
          {run.error && <Notice tone="bad">{run.error}</Notice>}
          <div className="tiles">
            <Tile label={t.matching.customers} value={format.count(run.records)} />
            <Tile label={t.matching.candidates} value={format.short(run.candidates ?? 0)} />
            <Tile
              label={t.matching.expected}
              value={format.count(Math.round(run.outcome?.matches ?? 0))}
              note={
                run.outcome &&
                (run.outcome.converged
                  ? t.matching.converged(run.outcome.changes.length)
                  : t.matching.notConverged(run.outcome.changes.length))
              }
            />
            <Tile label={t.matching.linked} value={format.count(run.linked)} />
            <Tile label={t.matching.contradicted} value={format.count(run.contradicted ?? 0)} />
          </div>
          {run.outcome && <Learned outcome={run.outcome} />}
        </div>
      )}
    </Loaded>
  )
}

const Learned = ({ outcome }: { outcome: NonNullable<RunDetail['outcome']> }) => {
  const t = useText()
  const format = useFormats()
  const title = useFieldTitle()
  const leftOut = outcome.keysLeftOut.reduce((sum, count) => sum + count, 0)
  return (
    <div className="grid grid-halves matching-halves">
      <Panel title={t.matching.histogram}>
        <p className="muted small">{t.matching.histogramHint}</p>
        <WeightHistogram outcome={outcome} />
        {leftOut > 0 && <Notice tone="warn">{t.matching.keysLeftOut(format.count(leftOut))}</Notice>}
      </Panel>
      <Panel title={t.matching.weights}>
        <p className="muted small">{t.matching.weightsHint}</p>
        <div className="stack">
          {outcome.fields.map((field, f) => (
            <details key={field.name} open={f < 2}>
              <summary>{title(field.name)}</summary>
              <FieldWeights field={field} />
            </details>
          ))}
        </div>
      </Panel>
    </div>
  )
}

const FieldWeights = ({ field }: { field: NonNullable<RunDetail['outcome']>['fields'][number] }) => {
  const t = useText()
  const format = useFormats()
  const names: Readonly<Record<string, string>> = t.matching.levels
  if (field.weights.every((bits) => Math.abs(bits) < 0.01))
    return <p className="muted small">{t.matching.nothingLearned}</p>
  return (
    <div className="table-scroll">
      <table className="table" aria-label={t.matching.weights}>
        <thead>
          <tr>
            <th scope="col">{t.matching.comparison}</th>
            <th scope="col" className="right fit">
              {t.matching.amongSame}
            </th>
            <th scope="col">{t.matching.weight}</th>
          </tr>
        </thead>
        <tbody>
          {field.levels
            .map((name, level) => ({ name, level }))
            .reverse()
            .map(({ name, level }) => (
              <tr key={name}>
                <td>{names[name] ?? name}</td>
                <td className="right num">{format.share(field.m[level] ?? 0)}</td>
                <td>
                  <WeightBar bits={field.weights[level] ?? 0} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}

const states: readonly PairState[] = ['open', 'linked', 'rejected', 'undone']

const Pairs = ({ project }: { project: Project }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [state, setState] = useState<PairState>('open')
  const [undoing, setUndoing] = useState<string>()
  const pairs = useInfiniteQuery({
    queryKey: ['matching', 'pairs', project.id, state, project.lastRun?.finishedAt],
    queryFn: ({ signal, pageParam }) =>
      listPairs({ project: project.id, state, limit: 20, after: pageParam || undefined }, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const undo = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => undoPair(id, reason),
    onSuccess: () => {
      setUndoing(undefined)
      return client.invalidateQueries({ queryKey: ['matching'] })
    },
    onError: fail,
  })
  return (
    <Panel title={t.matching.pairs} flush>
      <div className="panel-body">
        <Tabs
          label={t.matching.pairs}
          items={states.map((key) => ({ key, label: t.matching.pairStates[key] }))}
          value={state}
          onChange={setState}
        />
      </div>
      <Loaded query={pairs}>
        {({ pages }) => (
          <Table
            label={t.matching.pairs}
            rows={pages.flatMap(({ items }) => items)}
            rowKey={(row) => row.id}
            more={pairs}
            blank={<Blank compact title={t.matching.noPairs[state]} />}
            columns={[
              {
                key: 'two',
                title: t.matching.two,
                card: 'lead',
                cell: (row) => (
                  <span className="row">
                    {[row.a, row.b].map((id) => (
                      <Link key={id} to="/customers/$id" params={{ id }}>
                        #{id}
                      </Link>
                    ))}
                  </span>
                ),
              },
              {
                key: 'probability',
                title: t.matching.probability,
                align: 'right',
                fit: true,
                cell: (row) => <span className="num">{format.share(row.probability)}</span>,
              },
              { key: 'weight', title: t.matching.weight, cell: (row) => <WeightBar bits={row.weight} /> },
              {
                key: 'decided',
                title: t.matching.decided,
                cell: (row) =>
                  row.decidedAt ? (
                    <>
                      <Ago at={row.decidedAt} /> <span className="muted small">{row.reason}</span>
                    </>
                  ) : (
                    <span className="muted">—</span>
                  ),
              },
              {
                key: 'do',
                title: t.ui.actions,
                fit: true,
                card: 'bare',
                cell: (row) =>
                  state === 'open' ? (
                    <Link to="/matching/$id/review" params={{ id: project.id }} search={{ pair: row.id }}>
                      {t.matching.review}
                    </Link>
                  ) : (
                    state === 'linked' &&
                    can('customers.merge') && (
                      <Button size="small" icon={<Icon name="split" size={14} />} onClick={() => setUndoing(row.id)}>
                        {t.matching.undo}
                      </Button>
                    )
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      {undoing && (
        <ReasonDialog
          title={t.matching.undo}
          warning={t.matching.undoWarning}
          label={t.matching.reasonLabel}
          placeholder={t.matching.reasonHint}
          confirm={t.matching.undo}
          busy={undo.isPending}
          onConfirm={(reason) => undo.mutate({ id: undoing, reason })}
          onClose={() => setUndoing(undefined)}
        />
      )}
    </Panel>
  )
}

const Runs = ({ project }: { project: Project }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [undoing, setUndoing] = useState<string>()
  const runs = useQuery({
    queryKey: ['matching', 'runs', project.id, project.lastRun?.state],
    queryFn: ({ signal }) => listRuns(project.id, signal),
  })
  const undo = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => undoRun(id, reason),
    onSuccess: ({ undone }) => {
      setUndoing(undefined)
      message.success(t.matching.undoneCount(format.count(undone)))
      return client.invalidateQueries({ queryKey: ['matching'] })
    },
    onError: fail,
  })
  return (
    <Panel title={t.matching.runs} flush>
      <Loaded query={runs}>
        {({ items }) => (
          <Table
            label={t.matching.runs}
            rows={items}
            rowKey={(row) => row.id}
            blank={<Blank compact title={t.matching.neverRun} />}
            columns={[
              {
                key: 'state',
                title: t.ui.when,
                card: 'lead',
                cell: (row) => (
                  <span className="row">
                    <RunBadge state={row.state} />
                    <Ago at={row.askedAt} />
                    {row.importId !== null && (
                      <Link to="/imports/$id" params={{ id: row.importId }}>
                        {t.nav.imports} {row.importId}
                      </Link>
                    )}
                  </span>
                ),
              },
              {
                key: 'records',
                title: t.matching.customers,
                align: 'right',
                fit: true,
                cell: (row) => format.count(row.records),
              },
              {
                key: 'review',
                title: t.matching.open,
                align: 'right',
                fit: true,
                cell: (row) => format.count(row.review),
              },
              {
                key: 'linked',
                title: t.matching.linked,
                align: 'right',
                fit: true,
                cell: (row) => format.count(row.linked),
              },
              {
                key: 'do',
                title: t.ui.actions,
                fit: true,
                card: 'bare',
                cell: (row) =>
                  row.state !== 'undone' &&
                  !isGoing(row) &&
                  can('customers.merge') && (
                    <Button size="small" icon={<Icon name="split" size={14} />} onClick={() => setUndoing(row.id)}>
                      {t.matching.undoRun}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      {undoing && (
        <ReasonDialog
          title={t.matching.undoRun}
          warning={t.matching.undoRunWarning}
          label={t.matching.reasonLabel}
          placeholder={t.matching.reasonHint}
          confirm={t.matching.undoRun}
          danger
          busy={undo.isPending}
          onConfirm={(reason) => undo.mutate({ id: undoing, reason })}
          onClose={() => setUndoing(undefined)}
        />
      )}
    </Panel>
  )
}
