import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import type { Spread } from '../../../../src/opinion/events/events-contract.ts'
import { authorClassNames, nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Badge, Notice, Tile } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { getSpread } from './event-calls.ts'
import { ShareBar } from './event-marks.tsx'

const SpreadTree = lazy(async () => ({ default: (await import('./spread-tree.tsx')).SpreadTree }))

/** How an event was passed on. */
export const SpreadPanel = ({ id }: { id: number }) => {
  const t = useText()
  const words = t.events
  const spread = useQuery({
    queryKey: ['opinion', 'events', id, 'spread'],
    queryFn: ({ signal }) => getSpread(id, signal),
  })
  return (
    <Loaded query={spread} lines={6}>
      {(found) =>
        found.posts === 0 ? (
          <Panel title={words.spreadTitle}>
            <Blank icon="branch" title={words.noSpread} hint={words.noSpreadHint} />
          </Panel>
        ) : (
          <SpreadView spread={found} />
        )
      }
    </Loaded>
  )
}

const SpreadView = ({ spread }: { spread: Spread }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const { language } = usePreferences()
  const most = Math.max(1, ...spread.layers.map(({ posts }) => posts))
  const hours = Math.max(1, ...spread.hourly.map(({ layers }) => layers.reduce((sum, posts) => sum + posts, 0)))
  return (
    <div className="stack-16">
      <div className="tiles">
        <Tile label={words.posts} value={format.short(spread.posts)} />
        <Tile label={words.depth} value={format.count(spread.depth)} />
        <Tile label={words.audience} value={format.short(spread.audience)} />
        <Tile label={words.spam} value={format.share(spread.spam)} />
      </div>
      {spread.cut && <Notice>{words.cut}</Notice>}
      <div className="grid grid-halves">
        <Panel title={words.spreadTitle} note={words.treeNote(format.count(spread.nodes.length))}>
          <Suspense fallback={<div className="spread-tree" />}>
            <SpreadTree nodes={spread.nodes} />
          </Suspense>
          <p className="muted small spread-honest">
            {words.attached(format.share(spread.attachedToRoot))}
            {spread.rootless > 0 && <> · {words.rootless(format.count(spread.rootless))}</>}
          </p>
        </Panel>
        <div className="stack-16">
          <Panel title={words.layers}>
            {spread.layers.map(({ layer, posts, followers }) => (
              <ShareBar
                key={layer}
                name={words.layer(String(layer))}
                share={posts / most}
                text={`${format.count(posts)} · ${words.audience} ${format.short(followers)}`}
              />
            ))}
          </Panel>
          <Panel title={words.hourly}>
            <div className="layer-hours" role="img" aria-label={words.hourly}>
              {spread.hourly.map(({ at, layers }) => (
                <span
                  key={at}
                  className="layer-hour"
                  title={`${format.dayHour(at)} · ${layers
                    .map((posts, layer) =>
                      posts > 0 ? `${layer === 5 ? words.layerLast : words.layer(String(layer))} ${posts}` : '',
                    )
                    .filter(Boolean)
                    .join(' · ')}`}
                >
                  {layers.map((posts, layer) =>
                    posts > 0 ? (
                      // biome-ignore lint/suspicious/noArrayIndexKey: the place is the layer
                      <i key={layer} className={`layer-${layer}`} style={{ height: `${(posts / hours) * 100}%` }} />
                    ) : null,
                  )}
                </span>
              ))}
            </div>
            <div className="timeline-legend">
              {[0, 1, 2, 3, 4, 5].map((layer) => (
                <span key={layer}>
                  <i className={`layer-${layer}`} /> {layer === 5 ? words.layerLast : words.layer(String(layer))}
                </span>
              ))}
            </div>
          </Panel>
          <Panel title={words.classes}>
            {spread.classes.map(({ authorClass, posts, followers }) => (
              <ShareBar
                key={authorClass}
                name={nameIn(authorClassNames, authorClass, language)}
                share={posts / Math.max(1, ...spread.classes.map((one) => one.posts))}
                text={`${format.count(posts)} · ${words.followers} ${format.short(followers)}`}
              />
            ))}
          </Panel>
        </div>
      </div>
      {spread.spreaders.length > 0 && (
        <Panel title={words.spreaders} note={words.spreadersHint} flush>
          <Table
            label={words.spreaders}
            rows={spread.spreaders}
            rowKey={({ id }) => id}
            blank={null}
            columns={[
              {
                key: 'author',
                title: words.voice,
                card: 'lead',
                cell: (row) => (
                  <span>
                    <span className="strong">{row.author || words.someone}</span>{' '}
                    {row.authorClass !== 'person' && (
                      <Badge>{nameIn(authorClassNames, row.authorClass, language)}</Badge>
                    )}
                  </span>
                ),
              },
              { key: 'platform', title: words.platform, cell: (row) => nameIn(platformNames, row.platform, language) },
              { key: 'layer', title: words.layers, cell: (row) => words.layer(String(row.layer)) },
              { key: 'followers', title: words.followers, align: 'right', cell: (row) => format.short(row.followers) },
              { key: 'below', title: words.below, align: 'right', cell: (row) => format.count(row.below) },
              { key: 'share', title: words.shareOfAll, align: 'right', cell: (row) => format.share(row.share) },
              { key: 'at', title: t.ui.when, cell: (row) => format.dayHour(row.at) },
            ]}
          />
        </Panel>
      )}
    </div>
  )
}
