import './wall.css'
import '../posts/posts.css'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { Wall } from '../../../../src/opinion/posts/post-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge, Notice, Tile } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Failure, Waiting } from '../../ui/states.tsx'
import { getDrills } from '../drills/drill-calls.ts'
import { useWall } from './use-wall.ts'
import { Events, Hours, Sources, Stream, Subjects } from './wall-parts.tsx'

/** What is going on now. */
export const WallPage = () => {
  const t = useText()
  const words = t.wall
  const [screen, setScreen] = useState(false)
  const before = useRef<string | undefined>(undefined)
  const [drill, setDrill] = useState(0)
  const { wall, fresh, lost, error, retry } = useWall(drill)
  const drills = useQuery({ queryKey: ['opinion', 'drills'], queryFn: ({ signal }) => getDrills(signal) })
  const ran = drills.data?.items.filter(({ startedAt }) => startedAt !== null) ?? []
  const enter = async () => {
    before.current = document.documentElement.dataset.theme
    // Before anything is drawn: charts take their colours from the page.
    document.documentElement.dataset.theme = 'dark'
    setScreen(true)
    // A browser may refuse; the page is dark and without its frame all the same.
    await document.documentElement.requestFullscreen?.().catch(() => undefined)
  }
  const leave = () => {
    if (before.current === undefined) delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = before.current
    setScreen(false)
  }
  if (screen && wall) return <Screen wall={wall} drill={drill} fresh={fresh} lost={lost} onLeave={leave} />
  return (
    <Page
      title={words.nav}
      subtitle={words.subtitle}
      actions={
        <>
          {ran.length > 0 && (
            <Select
              aria-label={words.shown}
              value={drill}
              onChange={setDrill}
              popupMatchSelectWidth={false}
              style={{ minWidth: 140 }}
              options={[
                { value: 0, label: words.real },
                ...ran.map(({ id, name }) => ({ value: id, label: words.drillNamed(name) })),
              ]}
            />
          )}
          <Told at={wall?.at} lost={lost} />
          <Button type="primary" icon={<Icon name="expand" size={16} />} onClick={() => void enter()}>
            {words.screen}
          </Button>
        </>
      }
    >
      {!wall && error !== undefined ? (
        <Failure error={error} onRetry={retry} />
      ) : !wall ? (
        <Waiting lines={10} />
      ) : (
        <div className="wall">
          {drill > 0 && <Notice tone="warn">{words.drillNote}</Notice>}
          <Counters wall={wall} />
          <div className="wall-grid">
            <Panel title={words.stream} flush>
              <Stream posts={wall.posts} fresh={fresh} drill={drill} />
            </Panel>
            <div className="wall-side">
              <Panel title={words.hours}>
                <Hours wall={wall} />
              </Panel>
              <Panel title={words.events}>
                <Events wall={wall} most={6} />
              </Panel>
              <Panel title={words.subjects}>
                <Subjects wall={wall} />
              </Panel>
              <Panel title={words.sources}>
                <Sources wall={wall} />
              </Panel>
            </div>
          </div>
        </div>
      )}
    </Page>
  )
}

const Told = ({ at, lost }: { at: string | undefined; lost: boolean }) => {
  const t = useText()
  const format = useFormats()
  return (
    <span role="status">
      <Badge tone={lost ? 'warn' : 'good'} live={!lost}>
        {lost ? t.wall.reconnecting : t.wall.live}
      </Badge>{' '}
      {at && <span className="muted small">{t.wall.at(format.clock(at))}</span>}
    </span>
  )
}

const Counters = ({ wall }: { wall: Wall }) => {
  const t = useText()
  const format = useFormats()
  const words = t.wall
  const { posts, mentions, negative, lastHour } = wall.today
  return (
    <div className="tiles wall-tiles">
      <Tile label={words.posts} value={format.count(posts)} />
      <Tile label={words.mentions} value={format.count(mentions)} />
      <Tile
        label={words.negative}
        value={format.count(negative)}
        note={mentions > 0 ? words.negativeShare(format.share(negative / mentions)) : ''}
      />
      <Tile label={words.lastHour} value={format.count(lastHour)} />
    </div>
  )
}

const pages = ['overview', 'stream', 'events'] as const
const turnEveryMs = 20_000

/** The wall on a screen in the room: dark, large, by itself from page to page. */
const Screen = ({
  wall,
  drill,
  fresh,
  lost,
  onLeave,
}: {
  wall: Wall
  /** 0 for what is real. */
  drill: number
  fresh: ReadonlySet<string>
  lost: boolean
  onLeave: () => void
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.wall
  const client = useQueryClient()
  const [page, setPage] = useState<(typeof pages)[number]>('overview')
  const leave = useRef(onLeave)
  leave.current = onLeave
  useEffect(() => {
    const timer = setInterval(
      () => setPage((now) => pages[(pages.indexOf(now) + 1) % pages.length] ?? 'overview'),
      turnEveryMs,
    )
    const left = () => {
      if (!document.fullscreenElement) leave.current()
    }
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Escape') leave.current()
      if (event.key === 'ArrowRight') setPage((now) => pages[(pages.indexOf(now) + 1) % pages.length] ?? 'overview')
    }
    document.addEventListener('fullscreenchange', left)
    window.addEventListener('keydown', key)
    return () => {
      clearInterval(timer)
      document.removeEventListener('fullscreenchange', left)
      window.removeEventListener('keydown', key)
      if (document.fullscreenElement) void document.exitFullscreen()
      void client.invalidateQueries({ queryKey: ['opinion'] })
    }
  }, [client])
  return (
    <div className="wall-screen" role="dialog" aria-label={words.title}>
      <header>
        <h1>{words.title}</h1>
        {drill > 0 && <Badge tone="warn">{words.drill}</Badge>}
        <nav>
          {pages.map((one) => (
            <button key={one} type="button" aria-pressed={one === page} onClick={() => setPage(one)}>
              {words.pages[one]}
            </button>
          ))}
        </nav>
        <span className="wall-levels">
          {(['severe', 'moderate', 'minor'] as const).map((level) => (
            <span key={level} className={`wall-level wall-${level}`}>
              {format.count(wall.levels[level])}
            </span>
          ))}
        </span>
        <Told at={wall.at} lost={lost} />
        <button type="button" className="icon-button" aria-label={words.leave} title={words.leave} onClick={onLeave}>
          <Icon name="close" size={20} />
        </button>
      </header>
      <Counters wall={wall} />
      {page === 'overview' && (
        <div className="wall-grid">
          <Panel title={words.hours}>
            <Hours wall={wall} height={Math.max(260, window.innerHeight * 0.5)} />
          </Panel>
          <div className="wall-side">
            <Panel title={words.events}>
              <Events wall={wall} most={4} />
            </Panel>
            <Panel title={words.subjects}>
              <Subjects wall={wall} />
            </Panel>
            <Panel title={words.sources}>
              <Sources wall={wall} />
            </Panel>
          </div>
        </div>
      )}
      {page === 'stream' && (
        <Panel title={words.stream} flush>
          <Stream posts={wall.posts.slice(0, 8)} fresh={fresh} drill={drill} />
        </Panel>
      )}
      {page === 'events' && (
        <div className="wall-grid">
          <Panel title={words.events}>
            <Events wall={wall} most={10} />
          </Panel>
          <Panel title={words.subjects}>
            <Subjects wall={wall} />
          </Panel>
        </div>
      )}
    </div>
  )
}
