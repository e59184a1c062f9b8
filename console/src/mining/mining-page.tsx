import './mining.css'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useActorName } from '../i18n/actor-name.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Ago, Badge, type Tone } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listRuns } from './mining-calls.ts'
import { isGoing, type RunKind, type RunSummary } from './mining-shapes.ts'

export const kindIcons: Record<RunKind, IconName> = { rfm: 'group', value: 'event', clusters: 'split', rules: 'merge' }

const tones: Record<RunSummary['state'], Tone> = {
  queued: 'blue',
  running: 'teal',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
}

export const RunBadge = ({ state }: { state: RunSummary['state'] }) => {
  const t = useText()
  return (
    <Badge tone={tones[state]} {...(state === 'running' ? { live: true } : { dot: true })}>
      {t.mining.states[state]}
    </Badge>
  )
}

/** What a run is called: its title, else its kind and day. */
export const useRunName = () => {
  const t = useText()
  const format = useFormats()
  return ({ title, kind, createdAt }: Pick<RunSummary, 'title' | 'kind' | 'createdAt'>) =>
    title === '' ? `${t.mining.kinds[kind].name} ${format.date(createdAt)}` : title
}

/** The four kinds of analysis, and what was asked so far. */
export const MiningPage = () => {
  const t = useText()
  const actorName = useActorName()
  const can = useCan()
  const format = useFormats()
  const nameOf = useRunName()
  const runs = useQuery({
    queryKey: ['mining', 'runs'],
    queryFn: ({ signal }) => listRuns(undefined, signal),
    refetchInterval: ({ state }) => (state.data?.items.some(isGoing) ? 1_500 : false),
  })
  const kinds = ['rfm', 'value', 'clusters', 'rules'] as const
  return (
    <Page title={t.mining.title} subtitle={t.mining.subtitle}>
      {can('insights.write') && (
        <div className="mining-kinds">
          {kinds.map((kind) => (
            <Link key={kind} className="mining-kind" to="/mining/new/$kind" params={{ kind }}>
              <h2>
                <Icon name={kindIcons[kind]} />
                {t.mining.kinds[kind].name}
              </h2>
              <span className="muted small">{t.mining.kinds[kind].hint}</span>
            </Link>
          ))}
        </div>
      )}
      <Panel title={t.mining.runs} flush>
        <Loaded query={runs}>
          {({ items }) => (
            <Table
              label={t.mining.runs}
              rows={items}
              rowKey={(row) => row.id}
              blank={<Blank icon="group" title={t.mining.none} hint={t.mining.noneHint} />}
              columns={[
                {
                  key: 'name',
                  title: t.mining.name,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/mining/runs/$id" params={{ id: row.id }}>
                        {nameOf(row)}
                      </Link>
                      <div className="muted small">{t.mining.kinds[row.kind].name}</div>
                    </>
                  ),
                },
                {
                  key: 'state',
                  title: t.mining.state,
                  fit: true,
                  card: 'bare',
                  cell: (row) => <RunBadge state={row.state} />,
                },
                { key: 'asOf', title: t.mining.asOf, fit: true, cell: (row) => format.date(row.asOf) },
                { key: 'by', title: t.mining.by, fit: true, cell: (row) => actorName(row.createdBy) },
                { key: 'at', title: t.ui.when, fit: true, cell: (row) => <Ago at={row.createdAt} /> },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}
