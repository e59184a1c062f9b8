import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useMemo, useState } from 'react'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Tile } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Table } from '../ui/table.tsx'
import { clusterName, featureName, strongest, told } from './cluster-words.ts'
import { MiningPicture } from './lazy-mining-picture.tsx'
import { changeRun } from './mining-calls.ts'
import { choiceCurve, clusterScatter } from './mining-pictures.ts'
import type { Cluster, ClustersResult, Picked, QuestionOf } from './mining-shapes.ts'
import { PeopleButton } from './people-button.tsx'

const hues = ['teal', 'cinnabar', 'blue', 'amber', 'green', 'ink-3'] as const

/** Who each cluster is, how far apart and how steady they are, and how the features were prepared. */
export const ClustersAnswer = ({
  id,
  result,
  question,
  onPick,
}: {
  id: string
  result: ClustersResult
  question: QuestionOf<'clusters'>
  onPick: (picked: Picked) => void
}) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const titles = useTraitTitles()
  const words = t.mining
  const [naming, setNaming] = useState(false)
  const nameOf = (feature: number) =>
    featureName(t, question.features[feature], { trait: titles, known: result.features[feature]?.name ?? '' })
  const rawName = (feature: number) => {
    const asked = question.features[feature]
    return asked && 'event' in asked ? (asked.property ?? '') : asked && 'trait' in asked ? asked.trait : ''
  }
  const drawScatter = useMemo(() => clusterScatter(result, (no) => clusterName(t, result.clusters, no)), [result, t])
  const drawCurve = useMemo(() => choiceCurve(result, { t, format }), [result, t, format])
  const rand = result.randIndexes.reduce((sum, index) => sum + index, 0) / Math.max(1, result.randIndexes.length)
  const [x = 0, y = 0] = result.scatter.explained
  return (
    <>
      <div className="tiles">
        <Tile
          label={words.size}
          value={format.count(result.people)}
          unit={words.people}
          {...(result.dropped > 0 ? { note: words.dropped(format.count(result.dropped)) } : {})}
        />
        <Tile
          label={words.k}
          value={result.k}
          note={[
            result.bestSilhouette === null ? '' : words.bestK(result.bestSilhouette),
            result.elbow === null ? '' : words.elbowK(result.elbow),
          ]
            .filter(Boolean)
            .join(' · ')}
        />
        <Tile label={words.silhouette} value={result.silhouette === null ? '—' : format.decimal(result.silhouette)} />
        <Tile
          label={words.stability}
          value={format.decimal(rand)}
          note={words.rand(format.decimal(rand), result.randIndexes.length)}
        />
      </div>
      <Panel
        title={words.clustersTitle}
        note={words.stabilityHint}
        extra={
          can('insights.write') && (
            <Button size="small" icon={<Icon name="edit" size={14} />} onClick={() => setNaming(!naming)}>
              {words.nameClusters}
            </Button>
          )
        }
        flush
      >
        {naming && <Naming id={id} clusters={result.clusters} onDone={() => setNaming(false)} />}
        {result.clusters.map((cluster, c) => (
          <div key={cluster.no} className="mining-portrait">
            <span className="mining-dot" style={{ background: `var(--${hues[c % hues.length]})` }} />
            <div>
              <div className="row">
                <span className="strong">{clusterName(t, result.clusters, cluster.no)}</span>
                <Badge tone={tone(cluster.stability)}>
                  {words.stability} {cluster.stability === null ? '—' : format.decimal(cluster.stability)}
                </Badge>
                <span className="muted small">
                  {words.silhouette} {cluster.silhouette === null ? '—' : format.decimal(cluster.silhouette)}
                </span>
              </div>
              <p className="told">
                {words.portrait(
                  strongest(cluster)
                    .map((trait) => told(t, format, nameOf(trait.feature), rawName(trait.feature), trait))
                    .join('、') || t.mining.everyone,
                  format.share(cluster.share),
                )}
              </p>
            </div>
            <div className="row">
              <PeopleButton
                count={cluster.size}
                picked={{
                  selection: { parts: [`cluster:${cluster.no}`] },
                  name: clusterName(t, result.clusters, cluster.no),
                }}
                onPick={onPick}
              />
            </div>
          </div>
        ))}
      </Panel>
      <div className="grid grid-halves panel-space">
        <Panel title={words.scatter} note={words.scatterNote(format.share(x), format.share(y))}>
          <MiningPicture label={words.scatter} height={340} draw={drawScatter} />
        </Panel>
        {result.tried.length > 1 && (
          <Panel title={words.curve}>
            <MiningPicture label={words.curve} height={340} draw={drawCurve} />
          </Panel>
        )}
      </div>
      <Panel title={words.difference} flush>
        <Table
          label={words.difference}
          rows={result.clusters.flatMap((cluster) => cluster.portrait.slice(0, 6).map((trait) => ({ cluster, trait })))}
          rowKey={({ cluster, trait }) => `${cluster.no} ${trait.feature}`}
          blank={null}
          columns={[
            {
              key: 'cluster',
              title: words.clustersTitle,
              fit: true,
              cell: ({ cluster }) => clusterName(t, result.clusters, cluster.no),
            },
            {
              key: 'feature',
              title: words.features,
              card: 'lead',
              cell: ({ trait }) => told(t, format, nameOf(trait.feature), rawName(trait.feature), trait),
            },
            {
              key: 'own',
              title: words.inCluster,
              align: 'right',
              fit: true,
              cell: ({ trait }) =>
                trait.kind === 'share' ? format.share(trait.share) : format.amount(rawName(trait.feature), trait.mean),
            },
            {
              key: 'all',
              title: words.inAll,
              align: 'right',
              fit: true,
              cell: ({ trait }) =>
                trait.kind === 'share'
                  ? format.share(trait.baseShare)
                  : format.amount(rawName(trait.feature), trait.baseMean),
            },
            {
              key: 'effect',
              title: 'σ',
              align: 'right',
              fit: true,
              cell: ({ trait }) => `${trait.effect > 0 ? '+' : ''}${format.decimal(trait.effect)}`,
            },
          ]}
        />
      </Panel>
      <Panel title={words.preparation} note={words.scales[question.scale ?? 'standard']} flush>
        <Table
          label={words.preparation}
          rows={result.columns.map((column, i) => ({ ...column, i }))}
          rowKey={(row) => row.i}
          blank={null}
          columns={[
            {
              key: 'name',
              title: words.features,
              card: 'lead',
              cell: ({ feature, value, log }) =>
                `${log ? `ln ` : ''}${nameOf(feature)}${value === undefined ? '' : ` = ${value === null ? words.other : value === '' ? words.noValue : value}`}`,
            },
            {
              key: 'missing',
              title: words.missingCount,
              align: 'right',
              fit: true,
              cell: ({ feature }) => format.count(result.features[feature]?.missing ?? 0),
            },
            {
              key: 'fill',
              title: words.filled,
              align: 'right',
              fit: true,
              cell: ({ feature, fill, value }) =>
                value === undefined && (result.features[feature]?.missing ?? 0) > 0 ? format.decimal(fill) : '—',
            },
            {
              key: 'center',
              title: words.center,
              align: 'right',
              fit: true,
              cell: ({ center }) => format.decimal(center),
            },
            {
              key: 'spread',
              title: words.spread,
              align: 'right',
              fit: true,
              cell: ({ spread }) => format.decimal(spread),
            },
          ]}
        />
      </Panel>
    </>
  )
}

/** Below half a cluster falls apart in the next sample, above three quarters it is there again (Hennig 2007). */
const tone = (stability: Cluster['stability']) =>
  stability === null ? 'plain' : stability >= 0.75 ? 'good' : stability >= 0.5 ? 'warn' : 'bad'

const Naming = ({ id, clusters, onDone }: { id: string; clusters: readonly Cluster[]; onDone: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [names, setNames] = useState(clusters.map(({ name }) => name ?? ''))
  const save = useMutation({
    mutationFn: () => changeRun(id, { names: names.map((name) => (name.trim() === '' ? null : name.trim())) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['mining', 'run', id] })
      onDone()
    },
    onError: fail,
  })
  return (
    <form
      className="panel-body mining-form"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      {clusters.map(({ no }, c) => (
        <Input
          key={no}
          aria-label={t.mining.cluster(no)}
          placeholder={t.mining.cluster(no)}
          maxLength={60}
          value={names[c]}
          onChange={({ target }) => setNames(names.map((name, i) => (i === c ? target.value : name)))}
        />
      ))}
      <Button type="primary" htmlType="submit" loading={save.isPending}>
        {t.ui.save}
      </Button>
    </form>
  )
}
