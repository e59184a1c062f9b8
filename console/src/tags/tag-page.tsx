import './tags.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Dropdown, Input, Modal } from 'antd'
import { type ReactNode, useMemo, useState } from 'react'
import { createAudience, listAudiences, refreshAudience } from '../audiences/audience-calls.ts'
import type { Definition } from '../audiences/audience-shapes.ts'
import { useReader } from '../audiences/use-reader.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Ago, Badge, Code, Meter, Notice, Tabs, Tile } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { AssignDialog } from './assign-dialog.tsx'
import { DistributionBars, type TagCondition } from './distribution-bars.tsx'
import { changeState, getDistribution, getRuns, getTag, getVersions, reviewTag, runTag } from './tag-calls.ts'
import { scheduleText } from './tag-editor-page.tsx'
import { StateBadge, WorkBadge } from './tag-marks.tsx'
import { readTagDefinition } from './tag-reading.ts'
import type { Tag, TagRun } from './tag-shapes.ts'

export const TagPage = () => {
  const t = useText()
  const { key } = useParams({ from: '/inside/tags/$key' })
  const tag = useQuery({
    queryKey: ['tags', 'one', key],
    queryFn: ({ signal }) => getTag(key, signal),
    refetchInterval: ({ state }) => (state.data?.running || state.data?.queued ? 1_000 : false),
  })
  if (!tag.data)
    return (
      <Page title={t.tags.title} back={{ to: '/tags', label: t.tags.title }}>
        <Panel>
          <Loaded query={tag}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  return <Shown tag={tag.data} />
}

type View = 'distribution' | 'definition' | 'runs' | 'versions'

const Shown = ({ tag }: { tag: Tag }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { modal } = App.useApp()
  const [view, setView] = useState<View>('distribution')
  const [open, setOpen] = useState<'review' | 'assign' | 'asOf'>()
  const refresh = () => client.invalidateQueries({ queryKey: ['tags'] })
  const state = useMutation({
    mutationFn: (next: 'active' | 'paused' | 'retired') => changeState(tag.key, next),
    onSuccess: (after) => (after.state === 'retired' ? navigate({ to: '/tags' }) : undefined),
    onSettled: refresh,
    onError: fail,
  })
  const run = useMutation({
    mutationFn: (asOf?: string) => runTag(tag.key, asOf),
    onSettled: refresh,
    onError: fail,
  })
  const busy = tag.running || tag.queued
  const computed = tag.kind !== 'manual'
  const retire = () =>
    modal.confirm({
      title: t.tags.retireTitle(tag.title),
      content: t.tags.retireHint,
      okText: t.tags.retire,
      okButtonProps: { danger: true },
      onOk: () => state.mutateAsync('retired'),
    })
  const menu = [
    ...(tag.state === 'retired' ? [] : [{ key: 'edit', label: t.ui.edit }]),
    ...(computed && tag.state === 'active' ? [{ key: 'asOf', label: t.tags.runAsOf }] : []),
    ...(tag.state === 'active' ? [{ key: 'paused', label: t.tags.pause }] : []),
    ...(tag.state === 'retired' ? [] : [{ key: 'retired', label: t.tags.retire, danger: true }]),
  ]
  return (
    <Page
      title={tag.title}
      back={{ to: '/tags', label: t.tags.title }}
      subtitle={
        <span className="row">
          <StateBadge state={tag.state} />
          <Badge>{t.tags.kinds[tag.kind]}</Badge>
          <code>{tag.key}</code>
          <WorkBadge tag={tag} />
        </span>
      }
      actions={
        can('tags.write') && (
          <>
            {(tag.state === 'draft' || tag.state === 'paused') && (
              <Button type="primary" loading={state.isPending} onClick={() => state.mutate('active')}>
                {t.tags.activate}
              </Button>
            )}
            {tag.state === 'active' && computed && (
              <Button
                type="primary"
                icon={<Icon name="refresh" size={16} />}
                loading={run.isPending || busy}
                onClick={() => run.mutate(undefined)}
              >
                {t.tags.run}
              </Button>
            )}
            {tag.state === 'active' && !computed && (
              <Button type="primary" icon={<Icon name="tags" size={16} />} onClick={() => setOpen('assign')}>
                {t.tags.assign}
              </Button>
            )}
            {menu.length > 0 && (
              <Dropdown
                trigger={['click']}
                menu={{
                  items: menu,
                  onClick: ({ key }) => {
                    if (key === 'edit') return navigate({ to: '/tags/$key/edit', params: { key: tag.key } })
                    if (key === 'asOf') return setOpen('asOf')
                    if (key === 'retired') return retire()
                    return state.mutate('paused')
                  },
                }}
              >
                <Button aria-label={t.ui.actions} icon={<Icon name="more" size={16} />} />
              </Dropdown>
            )}
          </>
        )
      }
    >
      <div className="stack-16">
        {tag.error && <Notice tone="bad">{`${t.tags.failed}: ${tag.error}`}</Notice>}
        {tag.reviewVersion !== null && (
          <Notice
            tone="warn"
            action={
              can('tags.review') && (
                <Button size="small" onClick={() => setOpen('review')}>
                  {t.tags.review}
                </Button>
              )
            }
          >
            {t.tags.reviewWaits(tag.reviewVersion)}
            <div className="small">
              {t.tags.reviewUses} {tag.sensitive.map(({ what }) => what).join('、')}
            </div>
          </Notice>
        )}
        {tag.state === 'draft' && tag.sensitive.length > 0 && <Notice>{t.tags.reviewNeeded}</Notice>}
        {tag.running && <Meter share={tag.progress ?? undefined} label={t.tags.running} />}
        <div className="tiles">
          <Tile
            label={t.tags.coverage}
            value={tag.covered === null ? '—' : format.count(tag.covered)}
            note={
              tag.covered === null
                ? t.tags.never
                : t.tags.coverageText(format.share(tag.covered / Math.max(1, tag.of ?? 1)), format.count(tag.of ?? 0))
            }
          />
          <Tile
            label={t.tags.asOf}
            value={tag.asOf === null ? '—' : format.date(tag.asOf)}
            note={tag.asOf === null ? undefined : format.dateTime(tag.asOf)}
          />
          <Tile
            label={t.tags.versions}
            value={tag.version}
            note={tag.runVersion !== null && tag.runVersion < tag.version ? t.tags.version(tag.runVersion) : undefined}
          />
          <Tile
            label={t.tags.owner}
            value={<span className="tile-words">{tag.owner}</span>}
            note={scheduleText(t.tags.schedules, tag.schedule)}
          />
        </div>
        <Tabs
          label={t.tags.title}
          value={view}
          onChange={setView}
          items={[
            { key: 'distribution', label: t.tags.distribution },
            { key: 'definition', label: t.tags.definition },
            { key: 'runs', label: t.tags.runs },
            { key: 'versions', label: t.tags.versions },
          ]}
        />
        {view === 'distribution' && <DistributionView tag={tag} />}
        {view === 'definition' && <DefinitionView tag={tag} />}
        {view === 'runs' && <RunsView tag={tag} />}
        {view === 'versions' && <VersionsView tag={tag} />}
      </div>
      {open === 'review' && tag.reviewVersion !== null && (
        <ReviewDialog tag={tag} version={tag.reviewVersion} onClose={() => setOpen(undefined)} />
      )}
      {open === 'assign' && <AssignDialog tag={tag} onClose={() => setOpen(undefined)} />}
      {open === 'asOf' && (
        <AsOfDialog
          busy={run.isPending}
          onClose={() => setOpen(undefined)}
          onConfirm={(asOf) => {
            setOpen(undefined)
            run.mutate(asOf)
          }}
        />
      )}
    </Page>
  )
}

const AsOfDialog = ({
  busy,
  onConfirm,
  onClose,
}: {
  busy: boolean
  onConfirm: (asOf: string) => void
  onClose: () => void
}) => {
  const t = useText()
  const [day, setDay] = useState('')
  return (
    <Modal
      open
      title={t.tags.runAsOf}
      okText={t.tags.run}
      okButtonProps={{ disabled: day === '', loading: busy }}
      onOk={() => onConfirm(new Date(`${day}T00:00:00+08:00`).toISOString())}
      onCancel={onClose}
    >
      <Field label={t.tags.asOf} hint={t.tags.baseHint}>
        <Input type="date" value={day} onChange={(event) => setDay(event.target.value)} />
      </Field>
    </Modal>
  )
}

/** What people hold, at present or at the end of a past day; a bar makes or opens the audience behind it. */
const DistributionView = ({ tag }: { tag: Tag }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [day, setDay] = useState('')
  const asOf = day === '' ? undefined : new Date(`${day}T23:59:59.999+08:00`).toISOString()
  const distribution = useQuery({
    queryKey: ['tags', 'one', tag.key, 'distribution', asOf, tag.asOf, tag.covered],
    queryFn: ({ signal }) => getDistribution(tag.key, asOf, signal),
    placeholderData: (before) => before,
  })
  const lead = useMutation({
    mutationFn: async ({ label, condition }: { label: string; condition: TagCondition | { exists: true } }) => {
      const name = t.tags.audienceName(tag.title, label) + (day === '' ? '' : ` (${day})`)
      const { items } = await listAudiences()
      const before = items.find((one) => one.name === name)
      if (before) return before.id
      const definition: Definition = {
        all: [{ tag: tag.key, ...condition, ...(day !== '' && { asOf: day }) }],
      }
      const { id } = await createAudience({ name: name.slice(0, 100), description: tag.meaning, definition })
      await refreshAudience(id)
      return id
    },
    onSuccess: async (id) => {
      await client.invalidateQueries({ queryKey: ['audiences'] })
      await navigate({ to: '/audiences/$id', params: { id } })
    },
    onError: fail,
  })
  const leads = can('audiences.write') && tag.state === 'active'
  return (
    <Panel
      title={t.tags.distribution}
      note={distribution.data && t.tags.people(format.count(distribution.data.covered))}
      extra={
        <>
          <Input
            type="date"
            size="small"
            aria-label={t.tags.asOf}
            style={{ width: 150 }}
            value={day}
            onChange={(event) => setDay(event.target.value)}
          />
          {leads && (distribution.data?.covered ?? 0) > 0 && (
            <Button
              size="small"
              icon={<Icon name="audiences" size={14} />}
              loading={lead.isPending}
              onClick={() => lead.mutate({ label: t.tags.anyValue, condition: { exists: true } })}
            >
              {t.tags.toAudience}
            </Button>
          )}
        </>
      }
    >
      <Loaded query={distribution} lines={6}>
        {(data) => (
          <DistributionBars
            distribution={data.distribution}
            covered={data.covered}
            numeric={tag.type === 'number'}
            onPick={leads ? (label, condition) => lead.mutate({ label, condition }) : undefined}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
)

const DefinitionView = ({ tag }: { tag: Tag }) => {
  const t = useText()
  const reader = useReader()
  const lines = readTagDefinition(reader, tag.definition)
  const linked = (keys: readonly string[]) =>
    keys.map((key) => (
      <Link key={key} className="badge badge-plain" to="/tags/$key" params={{ key }}>
        {key}
      </Link>
    ))
  return (
    <Panel title={t.tags.definition} note={t.tags.version(tag.version)}>
      <div className="stack-16">
        {tag.meaning && <p>{tag.meaning}</p>}
        {tag.definition.kind === 'sql' ? (
          <Code text={tag.definition.sql} />
        ) : (
          <ul className="stack reading">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        <dl className="facts">
          {tag.purpose && <Fact name={t.tags.purpose}>{tag.purpose}</Fact>}
          <Fact name={t.tags.base}>{t.tags.bases[tag.base]}</Fact>
          <Fact name={t.tags.schedule}>{scheduleText(t.tags.schedules, tag.schedule)}</Fact>
          <Fact name={t.tags.emptyPolicy}>{t.tags.emptyPolicies[tag.emptyPolicy]}</Fact>
          <Fact name={t.tags.expiresOn}>{tag.expiresOn ?? t.tags.noExpiry}</Fact>
          {tag.sensitive.length > 0 && (
            <Fact name={t.tags.reviewUses}>{tag.sensitive.map(({ what }) => what).join('、')}</Fact>
          )}
          {tag.uses.length > 0 && (
            <Fact name={t.tags.uses}>
              <span className="row">{linked(tag.uses)}</span>
            </Fact>
          )}
          {tag.usedBy.length > 0 && (
            <Fact name={t.tags.usedBy}>
              <span className="row">{linked(tag.usedBy)}</span>
            </Fact>
          )}
        </dl>
        {tag.uses.length + tag.usedBy.length === 0 && <p className="muted small">{t.tags.noDependencies}</p>}
      </div>
    </Panel>
  )
}

const RunsView = ({ tag }: { tag: Tag }) => {
  const t = useText()
  const format = useFormats()
  const runs = useQuery({
    queryKey: ['tags', 'one', tag.key, 'runs', tag.asOf, tag.covered, tag.running],
    queryFn: ({ signal }) => getRuns(tag.key, signal),
    placeholderData: (before) => before,
  })
  const items = runs.data?.items
  const series = useMemo(
    () => [
      {
        name: t.tags.coverage,
        kind: 'line' as const,
        color: 'teal' as const,
        points: (items ?? [])
          .filter(({ state, covered }) => state === 'done' && covered !== null)
          .map(({ startedAt, covered }) => ({ at: startedAt, value: covered ?? 0 }))
          .reverse(),
      },
    ],
    [items, t],
  )
  const tone = (state: TagRun['state']) => (state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'teal')
  return (
    <div className="stack-16">
      <Panel title={t.tags.history} note={t.tags.historyHint}>
        {(series[0]?.points.length ?? 0) > 0 ? (
          <Chart series={series} height={220} label={t.tags.history} tick="date" />
        ) : (
          <Blank compact title={t.tags.noHistory} />
        )}
      </Panel>
      <Panel title={t.tags.runs} flush>
        <Loaded query={runs}>
          {({ items }) => (
            <Table
              label={t.tags.runs}
              rows={items}
              rowKey={({ run }) => run}
              blank={<Blank icon="clock" title={t.tags.noRuns} />}
              columns={[
                {
                  key: 'at',
                  title: t.tags.at,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Ago at={row.startedAt} /> <span className="muted small">{t.tags.why[row.why]}</span>
                      {row.error && <div className="small wrap">{row.error}</div>}
                    </>
                  ),
                },
                { key: 'base', title: t.tags.asOf, fit: true, cell: (row) => format.dateTime(row.at) },
                {
                  key: 'state',
                  title: t.tags.state,
                  fit: true,
                  cell: (row) => (
                    <Badge tone={tone(row.state)} live={row.state === 'running'}>
                      {t.tags.runStates[row.state]}
                    </Badge>
                  ),
                },
                {
                  key: 'covered',
                  title: t.tags.coverage,
                  align: 'right',
                  fit: true,
                  cell: (row) => (row.covered === null ? '—' : format.count(row.covered)),
                },
                {
                  key: 'changed',
                  title: t.tags.changed,
                  align: 'right',
                  fit: true,
                  cell: (row) => (row.changed === null ? '—' : format.count(row.changed)),
                },
                {
                  key: 'took',
                  title: t.tags.took,
                  align: 'right',
                  fit: true,
                  cell: (row) => (row.tookMs === null ? '—' : `${format.count(row.tookMs)} ms`),
                },
                { key: 'version', title: t.tags.versions, fit: true, cell: (row) => row.version },
                { key: 'by', title: t.tags.by, fit: true, cell: (row) => row.by },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </div>
  )
}

const VersionsView = ({ tag }: { tag: Tag }) => {
  const t = useText()
  const format = useFormats()
  const reader = useReader()
  const versions = useQuery({
    queryKey: ['tags', 'one', tag.key, 'versions', tag.version, tag.reviewVersion],
    queryFn: ({ signal }) => getVersions(tag.key, signal),
  })
  const tones = { current: 'good', past: 'plain', review: 'warn', refused: 'bad' } as const
  return (
    <Panel title={t.tags.versions} flush>
      <Loaded query={versions}>
        {({ items }) => (
          <Table
            label={t.tags.versions}
            rows={items}
            rowKey={({ version }) => version}
            blank={<Blank title={t.tags.versions} />}
            columns={[
              {
                key: 'version',
                title: t.tags.versions,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{t.tags.version(row.version)}</span>{' '}
                    <span className="muted">{row.note}</span>
                    <div className="muted small clamp-2">
                      {row.definition.kind === 'sql'
                        ? row.definition.sql
                        : readTagDefinition(reader, row.definition).join(' ')}
                    </div>
                    {row.reviewedBy && (
                      <div className="small">
                        {t.tags.reviewBy(row.reviewedBy)} · {format.dateTime(row.reviewedAt ?? row.createdAt)}
                        {row.reviewNote && ` · ${row.reviewNote}`}
                      </div>
                    )}
                  </>
                ),
              },
              {
                key: 'state',
                title: t.tags.state,
                fit: true,
                cell: (row) => <Badge tone={tones[row.state]}>{t.tags.versionStates[row.state]}</Badge>,
              },
              { key: 'by', title: t.tags.by, fit: true, cell: (row) => row.createdBy },
              { key: 'at', title: t.tags.at, fit: true, cell: (row) => <Ago at={row.createdAt} /> },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const ReviewDialog = ({ tag, version, onClose }: { tag: Tag; version: number; onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const reader = useReader()
  const [note, setNote] = useState('')
  const versions = useQuery({
    queryKey: ['tags', 'one', tag.key, 'versions', tag.version, tag.reviewVersion],
    queryFn: ({ signal }) => getVersions(tag.key, signal),
  })
  const asked = versions.data?.items.find((one) => one.version === version)
  const review = useMutation({
    mutationFn: (decision: 'approve' | 'refuse') => reviewTag(tag.key, { version, decision, note: note.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['tags'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={`${t.tags.review} · ${t.tags.version(version)}`}
      onCancel={onClose}
      footer={[
        <Button
          key="refuse"
          danger
          disabled={note.trim().length < 2}
          loading={review.isPending && review.variables === 'refuse'}
          onClick={() => review.mutate('refuse')}
        >
          {t.tags.refuse}
        </Button>,
        <Button
          key="approve"
          type="primary"
          loading={review.isPending && review.variables === 'approve'}
          onClick={() => review.mutate('approve')}
        >
          {t.tags.approve}
        </Button>,
      ]}
    >
      <div className="stack-16">
        <Notice tone="warn">
          {t.tags.reviewUses} {tag.sensitive.map(({ what }) => what).join('、')}
        </Notice>
        {asked && (
          <ul className="stack reading">
            {(asked.definition.kind === 'sql'
              ? [asked.definition.sql]
              : readTagDefinition(reader, asked.definition)
            ).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        <Field label={t.tags.reviewNote}>
          <Input.TextArea
            rows={3}
            maxLength={1000}
            placeholder={t.tags.reviewNoteHint}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </Field>
      </div>
    </Modal>
  )
}
