import './tags.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { type ReactNode, useMemo, useState } from 'react'
import { createAudience, listAudiences, refreshAudience } from '../audiences/audience-calls.ts'
import type { Definition } from '../audiences/audience-shapes.ts'
import { useReader } from '../audiences/use-reader.ts'
import { useActorName } from '../i18n/actor-name.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Ago, Badge, Code } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { DistributionBars, type TagCondition } from './distribution-bars.tsx'
import { getDistribution, getRuns, getVersions } from './tag-calls.ts'
import { scheduleText } from './tag-marks.tsx'
import { readTagDefinition } from './tag-reading.ts'
import type { Tag, TagRun } from './tag-shapes.ts'

/** What people hold, at present or at the end of a past day; a bar makes or opens the audience behind it. */
export const DistributionView = ({ tag }: { tag: Tag }) => {
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
          <DayInput size="small" aria-label={t.tags.asOf} style={{ width: 150 }} value={day} onChange={setDay} />
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

export const DefinitionView = ({ tag }: { tag: Tag }) => {
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

export const RunsView = ({ tag }: { tag: Tag }) => {
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

export const VersionsView = ({ tag }: { tag: Tag }) => {
  const t = useText()
  const actorName = useActorName()
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
              { key: 'by', title: t.tags.by, fit: true, cell: (row) => actorName(row.createdBy) },
              { key: 'at', title: t.tags.at, fit: true, cell: (row) => <Ago at={row.createdAt} /> },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
