import './events.css'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useState } from 'react'
import type { EventDetail } from '../../../../src/opinion/events/events-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useKeys } from '../../tasks/use-keys.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Notice, Tabs, Tile } from '../../ui/marks.tsx'
import { Page } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { ChangesPanel } from './changes-panel.tsx'
import { getEvent } from './event-calls.ts'
import { type EventAction, EventDialog } from './event-dialogs.tsx'
import { EventFactsPanel } from './event-facts.tsx'
import { EventBadges, SubjectNames } from './event-marks.tsx'
import { EventPostsPanel } from './event-posts.tsx'
import { eventPanels } from './panels.ts'
import { SpreadPanel } from './spread-panel.tsx'
import { StoryView } from './story-view.tsx'
import { TogetherPanel } from './together-panel.tsx'

const tabs = ['story', 'spread', 'posts', 'facts', 'changes'] as const
type Tab = (typeof tabs)[number]

/** One story: what it is, how it ran, who carried it. */
export const EventPage = () => {
  const t = useText()
  const words = t.events
  const { id: given }: { id?: string } = useParams({ strict: false })
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
            note={
              <span title={words.rumourHint}>
                {words.rumourFrom[event.rumourStage](format.count(event.rumourReposts))} · {words.spam}{' '}
                {format.share(event.spam)}
              </span>
            }
          />
        </div>
        {event.mergedInto === null && <TogetherPanel event={event} writes={writes} />}
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
