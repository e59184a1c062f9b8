import './events.css'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useState } from 'react'
import type { EventDetail, Timeline } from '../../../../src/opinion/events/events-contract.ts'
import {
  aspectNames,
  authorClassNames,
  nameIn,
  platformNames,
  speakerNames,
} from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useCan } from '../../session.ts'
import { useKeys } from '../../tasks/use-keys.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge, Notice, Tabs, Tile } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { getEvent, getTimeline } from './event-calls.ts'
import { type EventAction, EventDialog } from './event-dialogs.tsx'
import { EventFactsPanel } from './event-facts.tsx'
import { EventBadges, ShareBar, SubjectNames } from './event-marks.tsx'
import { EventPostsPanel, PostLine } from './event-posts.tsx'
import { eventPanels } from './panels.ts'
import { SpreadPanel } from './spread-panel.tsx'
import { TimelineChart } from './timeline-chart.tsx'

const tabs = ['story', 'spread', 'posts', 'facts', 'changes'] as const
type Tab = (typeof tabs)[number]

/** One story: what it is, how it ran, who carried it. */
export const EventPage = () => {
  const t = useText()
  const words = t.events
  const { id: given } = useParams({ strict: false }) as { id?: string }
  const id = Number(given)
  const event = useQuery({
    queryKey: ['opinion', 'events', id],
    queryFn: ({ signal }) => getEvent(id, signal),
    refetchInterval: 15_000,
  })
  return (
    <Loaded
      query={event}
      waiting={
        <Page title={words.title} back={{ to: '/opinion/events', label: words.back }}>
          <Loaded query={event}>{() => null}</Loaded>
        </Page>
      }
    >
      {(found) => <EventView event={found} />}
    </Loaded>
  )
}

const EventView = ({ event }: { event: EventDetail }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const can = useCan()
  const [tab, setTab] = useState<Tab>('story')
  const [action, setAction] = useState<EventAction>()
  const writes = can('opinion.write') && event.mergedInto === null
  useKeys(Object.fromEntries(tabs.map((key, index) => [String(index + 1), () => setTab(key)])))
  const closed = event.state === 'closed'
  return (
    <Page
      title={event.title}
      back={{ to: '/opinion/events', label: words.back }}
      subtitle={
        <span className="event-head">
          <EventBadges event={event} withState />
          <SubjectNames subjects={event.subjects} />
          <span className="muted">
            {words.firstAt} {format.dateTime(event.firstAt)} · {words.lastAt} <Ago at={event.lastAt} />
            {event.namedBy !== null && <> · {words.namedBy(event.namedBy)}</>}
          </span>
        </span>
      }
      actions={
        <>
          {eventPanels.map(
            ({ key, place, component: Slot }) => place === 'actions' && <Slot key={key} event={event} />,
          )}
          {writes && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: [
                  { key: 'rename', label: words.rename, icon: <Icon name="edit" size={15} /> },
                  { key: 'merge', label: words.mergeTitle, icon: <Icon name="merge" size={15} /> },
                  { key: 'split', label: words.choose, icon: <Icon name="split" size={15} /> },
                  event.state === 'open'
                    ? { key: 'close', label: words.close, icon: <Icon name="check" size={15} /> }
                    : {
                        key: 'reopen',
                        label: closed ? words.reopen : words.reopenTitle,
                        icon: <Icon name="undo" size={15} />,
                      },
                ],
                onClick: ({ key }) =>
                  key === 'split'
                    ? setTab('posts')
                    : setAction({ kind: key as 'merge' | 'rename' | 'close' | 'reopen' }),
              }}
            >
              <Button icon={<Icon name="more" size={16} />}>{t.ui.moreActions}</Button>
            </Dropdown>
          )}
        </>
      }
    >
      <div className="stack-16">
        {event.mergedInto !== null && (
          <Notice
            action={
              <Link to="/opinion/events/$id" params={{ id: String(event.mergedInto) }}>
                {words.openMerged}
              </Link>
            }
          >
            {words.mergedInto} #{event.mergedInto}
          </Notice>
        )}
        {event.gist !== '' && (
          <section className="event-gist-box">
            <p>{event.gist}</p>
            <span className="muted small">{words.gistFrom(format.count(event.gistPosts.length))}</span>
          </section>
        )}
        <div className="tiles event-tiles">
          <Tile
            label={words.posts}
            value={format.short(event.posts)}
            note={`${words.clusters} ${format.count(event.clusters)}`}
          />
          <Tile label={words.authors} value={format.short(event.authors)} />
          <Tile
            label={words.perHour('').trim()}
            value={format.count(event.perHour)}
            note={<span title={words.zHint}>{`${words.z} ${words.sigma(event.z.toFixed(1))}`}</span>}
          />
          <Tile label={words.negative} value={format.share(event.negative)} />
          <Tile
            label={words.reach}
            value={<span title={words.reachHint}>{format.short(event.reach)}</span>}
            note={`${words.engagement} ${format.short(event.engagement)}`}
          />
          <Tile
            label={words.rumour}
            value={format.share(event.rumour)}
            note={`${words.spam} ${format.share(event.spam)}`}
          />
        </div>
        <Tabs
          label={words.title}
          value={tab}
          onChange={setTab}
          items={tabs.map((key) => ({ key, label: words.tabs[key] }))}
        />
        {tab === 'story' && <StoryView event={event} />}
        {tab === 'spread' && <SpreadPanel id={event.id} />}
        {tab === 'posts' && (
          <EventPostsPanel
            id={event.id}
            drillId={event.drillId}
            onSplit={writes ? (posts) => setAction({ kind: 'split', posts }) : undefined}
          />
        )}
        {tab === 'facts' && <EventFactsPanel id={event.id} />}
        {tab === 'changes' && (
          <ChangesPanel
            event={event}
            onUndo={writes ? (changeId) => setAction({ kind: 'undo', changeId }) : undefined}
          />
        )}
      </div>
      {action && <EventDialog event={event} action={action} onClose={() => setAction(undefined)} />}
    </Page>
  )
}

const StoryView = ({ event }: { event: EventDetail }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const { language } = usePreferences()
  const timeline = useQuery({
    queryKey: ['opinion', 'events', event.id, 'timeline'],
    queryFn: ({ signal }) => getTimeline(event.id, signal),
    refetchInterval: 30_000,
  })
  const signs = ['negative', 'neutral', 'positive'] as const
  const said = signs.reduce((sum, sign) => sum + event.toward[sign], 0)
  const sides = eventPanels.filter(({ place }) => place === 'side')
  return (
    <>
      <Panel title={words.timeline}>
        <Loaded query={timeline} lines={5} compact>
          {(found) => (
            <>
              <TimelineChart timeline={found} event={event} />
              <ForecastLine timeline={found} />
              <Hops timeline={found} />
            </>
          )}
        </Loaded>
      </Panel>
      {sides.map(({ key, component: Slot }) => (
        <Slot key={key} event={event} />
      ))}
      <div className="grid grid-halves">
        <Panel title={words.postsTitle} flush>
          <div className="event-posts">
            {event.firstPost && <PostLine post={event.firstPost} />}
            {event.representative
              .filter(({ id }) => id !== event.firstPost?.id)
              .slice(0, 4)
              .map((post) => (
                <PostLine key={post.id} post={post} />
              ))}
          </div>
        </Panel>
        <div className="stack-16">
          <Panel title={words.shares}>
            <h3 className="share-title">{words.toward}</h3>
            {signs.map((sign) => (
              <ShareBar
                key={sign}
                name={words.signs[sign]}
                share={event.toward[sign] / Math.max(1, said)}
                text={`${format.count(event.toward[sign])} · ${format.share(event.toward[sign] / Math.max(1, said))}`}
                tone={sign === 'negative' ? 'bad' : sign === 'positive' ? 'good' : 'plain'}
              />
            ))}
            <h3 className="share-title">{words.aspects}</h3>
            {event.aspectShares.length === 0 && <p className="muted small">{words.noAspects}</p>}
            {event.aspectShares.slice(0, 6).map(({ name, posts, share }) => (
              <ShareBar
                key={name}
                name={nameIn(aspectNames, name, language)}
                share={share}
                text={`${format.count(posts)} · ${format.share(share)}`}
              />
            ))}
            <h3 className="share-title">{words.speakers}</h3>
            {event.speakerShares.slice(0, 6).map(({ name, posts, share }) => (
              <ShareBar
                key={name}
                name={nameIn(speakerNames, name, language)}
                share={share}
                text={`${format.count(posts)} · ${format.share(share)}`}
              />
            ))}
            <h3 className="share-title">{words.platforms}</h3>
            {event.platformShares.slice(0, 8).map(({ name, posts, share }) => (
              <ShareBar
                key={name}
                name={nameIn(platformNames, name, language)}
                share={share}
                text={`${format.count(posts)} · ${format.share(share)}`}
              />
            ))}
          </Panel>
          <BurstsPanel event={event} />
        </div>
      </div>
      <Panel title={words.voices} note={words.influenceHint} flush>
        <Table
          label={words.voices}
          rows={event.voices.slice(0, 10)}
          rowKey={({ postId, author }) => `${author}${postId}`}
          blank={<Blank compact icon="users" title={words.voices} />}
          columns={[
            {
              key: 'author',
              title: words.voice,
              card: 'lead',
              cell: (row) => (
                <span>
                  <span className="strong">{row.author || words.someone}</span>{' '}
                  {row.authorClass !== 'person' && (
                    <Badge tone="blue">{nameIn(authorClassNames, row.authorClass, language)}</Badge>
                  )}
                </span>
              ),
            },
            { key: 'platform', title: words.platform, cell: (row) => nameIn(platformNames, row.platform, language) },
            { key: 'influence', title: words.influence, align: 'right', cell: (row) => format.count(row.influence) },
            { key: 'followers', title: words.followers, align: 'right', cell: (row) => format.short(row.followers) },
            { key: 'posts', title: words.posts, card: 'wide', align: 'right', cell: (row) => format.count(row.posts) },
            {
              key: 'engagement',
              title: words.engagement,
              card: 'wide',
              align: 'right',
              cell: (row) => format.short(row.engagement),
            },
            {
              key: 'negative',
              title: words.negative,
              card: 'wide',
              align: 'right',
              cell: (row) => format.share(row.negative),
            },
            { key: 'first', title: words.firstAt, card: 'wide', cell: (row) => format.dayHour(row.firstAt) },
          ]}
        />
      </Panel>
    </>
  )
}

const ForecastLine = ({ timeline }: { timeline: Timeline }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const point = timeline.forecast?.points[2]
  return (
    <p className="small muted">
      {point
        ? words.forecastText(
            '3',
            format.count(Math.round(point.expected)),
            format.count(point.low),
            format.count(point.high),
          )
        : words.forecastNone}
    </p>
  )
}

const Hops = ({ timeline }: { timeline: Timeline }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const { language } = usePreferences()
  const after = (minutes: number) =>
    minutes < 90
      ? words.minutes(format.count(Math.round(minutes)))
      : minutes < 2_880
        ? words.hours(format.decimal(Math.round(minutes / 6) / 10))
        : words.days(format.decimal(Math.round(minutes / 144) / 10))
  return (
    <>
      <h3 className="share-title">{words.hops}</h3>
      <ol className="event-hops">
        {timeline.hops.map(({ platform, at, author, posts, minutesAfterFirst }, n) => (
          <li key={platform} className="event-hop" title={format.dateTime(at)}>
            <span className="muted small">{n === 0 ? words.hopStart : words.hopAfter(after(minutesAfterFirst))}</span>
            <span className="strong">{nameIn(platformNames, platform, language)}</span>
            <span className="small">{author || words.someone}</span>
            <span className="muted small">
              {format.count(posts)} {words.posts}
            </span>
          </li>
        ))}
      </ol>
    </>
  )
}

const burstTones = { suspected: 'warn', confirmed: 'bad', over: 'plain', passed: 'plain' } as const

const BurstsPanel = ({ event }: { event: EventDetail }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  return (
    <Panel title={words.burstsTitle}>
      {event.bursts.length === 0 ? (
        <p className="muted small">{words.noBursts}</p>
      ) : (
        <ul className="event-bursts">
          {event.bursts.map((burst) => (
            <li key={burst.id}>
              <div className="row">
                <Badge tone={burstTones[burst.state]} {...(burst.state === 'confirmed' && { live: true })}>
                  {words.burstStates[burst.state]}
                </Badge>
                <span>{burst.subject}</span>
                <span className="muted small">
                  {format.dayHour(burst.beganAt)}
                  {burst.endedAt && <> – {format.dayHour(burst.endedAt)}</>}
                </span>
              </div>
              <div className="small">
                {burst.minutes === 0
                  ? words.burstGrowth
                  : words.burstLine(
                      String(burst.minutes),
                      format.count(burst.posts),
                      format.count(burst.authors),
                      format.decimal(Math.round(burst.perHour * 10) / 10),
                    )}
              </div>
              <div className="muted small">
                {words.z} {words.sigma(burst.z.toFixed(1))}
                {burst.confirmedBy.length > 0 && (
                  <> · {burst.confirmedBy.map((by) => words.confirmedBy[by]).join('、')}</>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

const ChangesPanel = ({ event, onUndo }: { event: EventDetail; onUndo: ((id: number) => void) | undefined }) => {
  const t = useText()
  const words = t.events
  return (
    <Panel title={words.tabs.changes} flush>
      <Table
        label={words.tabs.changes}
        rows={event.changes}
        rowKey={({ id }) => id}
        blank={<Blank icon="audit" title={words.noChanges} />}
        columns={[
          {
            key: 'kind',
            title: words.tabs.changes,
            card: 'lead',
            cell: (row) => (
              <span>
                <span className="strong">{words.changeKinds[row.kind]}</span>{' '}
                {row.undone && <Badge>{words.wasUndone}</Badge>}
                {row.titleAfter !== null && (
                  <div className="small">{words.renamedFromTo(row.titleBefore ?? '', row.titleAfter)}</div>
                )}
                {row.otherId !== null && (
                  <div className="small">
                    <Link
                      to="/opinion/events/$id"
                      params={{ id: String(row.otherId === event.id ? row.eventId : row.otherId) }}
                    >
                      #{row.otherId === event.id ? row.eventId : row.otherId}{' '}
                      {row.otherId === event.id ? '' : row.otherTitle}
                    </Link>
                  </div>
                )}
              </span>
            ),
          },
          { key: 'reason', title: words.reason, cell: (row) => row.reason || '—' },
          { key: 'by', title: t.tasks.by, cell: (row) => row.by ?? words.byMachine },
          { key: 'at', title: t.ui.when, cell: (row) => <Ago at={row.at} /> },
          {
            key: 'undo',
            title: t.ui.actions,
            card: 'bare',
            cell: (row) =>
              row.canUndo && onUndo && row.eventId === event.id ? (
                <Button size="small" icon={<Icon name="undo" size={14} />} onClick={() => onUndo(row.id)}>
                  {words.undo}
                </Button>
              ) : null,
          },
        ]}
      />
    </Panel>
  )
}
