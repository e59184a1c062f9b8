import { Link } from '@tanstack/react-router'
import type { PostRow, Wall } from '../../../../src/opinion/posts/post-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Chart } from '../../ui/lazy-chart.tsx'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Blank } from '../../ui/states.tsx'
import { Highlighted } from '../posts/highlighted.tsx'
import { LevelMark, PlatformName, SentimentMark } from '../posts/post-marks.tsx'

export const Stream = ({
  posts,
  fresh,
  drill,
}: {
  posts: readonly PostRow[]
  fresh: ReadonlySet<string>
  /** 0 for what is real. */
  drill: number
}) => {
  const t = useText()
  if (posts.length === 0) return <Blank compact icon="message" title={t.wall.noPosts} />
  return (
    <ul className="wall-stream" aria-live="off">
      {posts.map((post) => (
        <li key={post.id} className={fresh.has(post.id) ? 'wall-fresh' : ''}>
          <span className="row small">
            <b className="post-platform">
              <PlatformName platform={post.platform} />
            </b>
            <span className="muted">
              <Ago at={post.publishedAt} />
            </span>
            <SentimentMark value={post.mentions[0]?.toward ?? post.sentiment} />
            {post.urgency.length > 0 && <Badge tone="bad">{t.posts.urgency}</Badge>}
          </span>
          <Link to="/opinion/posts" search={{ post: post.id, ...(drill > 0 && { drill: String(drill) }) }}>
            <Highlighted
              text={post.title || post.text}
              spans={post.spans}
              field={post.title ? 'title' : 'text'}
              most={120}
            />
          </Link>
        </li>
      ))}
    </ul>
  )
}

export const Hours = ({ wall, height = 180 }: { wall: Wall; height?: number }) => {
  const t = useText()
  const last = wall.hours.length - 1
  const points = (name: 'mentions' | 'negative') =>
    wall.hours.map((hour, index) => ({ at: hour.at, value: hour[name], ...(index === last && { open: true }) }))
  return (
    <Chart
      height={height}
      tick="minute"
      label={t.wall.hours}
      series={[
        { name: t.wall.all, kind: 'line', color: 'teal', points: points('mentions') },
        { name: t.wall.bad, kind: 'line', color: 'cinnabar', points: points('negative') },
      ]}
    />
  )
}

export const Events = ({ wall, most }: { wall: Wall; most: number }) => {
  const t = useText()
  const format = useFormats()
  if (wall.events.length === 0) return <Blank compact title={t.wall.noEvents} />
  return (
    <ul className="wall-events">
      {wall.events.slice(0, most).map((event) => (
        <li key={event.id}>
          <span className="row">
            <LevelMark level={event.level} />
            {event.bursting && (
              <Badge tone="bad" live>
                {t.wall.bursting}
              </Badge>
            )}
            <Link className="strong" to="/opinion/events/$id" params={{ id: String(event.id) }}>
              {event.title}
            </Link>
          </span>
          <span className="muted small">
            {t.wall.eventSize(format.count(event.posts), format.count(event.authors), format.count(event.platforms))} ·{' '}
            <Ago at={event.lastAt} />
          </span>
        </li>
      ))}
    </ul>
  )
}

export const Subjects = ({ wall }: { wall: Wall }) => {
  const t = useText()
  const format = useFormats()
  const most = Math.max(1, ...wall.subjects.map(({ posts }) => posts))
  if (wall.subjects.length === 0) return <Blank compact title={t.wall.noPosts} />
  return (
    <ul className="wall-subjects">
      {wall.subjects.map(({ subjectId, name, colour, posts, negative }) => (
        <li key={subjectId}>
          <Link to="/opinion/subjects/$id" params={{ id: String(subjectId) }}>
            {name}
          </Link>
          <span className="wall-bar">
            <span style={{ width: `${(posts / most) * 100}%`, background: colour }} />
          </span>
          <span>{format.count(posts)}</span>
          <span className="muted small">{posts > 0 && t.wall.negativeShare(format.share(negative / posts))}</span>
        </li>
      ))}
    </ul>
  )
}

export const Sources = ({ wall: { sources } }: { wall: Wall }) => {
  const t = useText()
  const format = useFormats()
  const words = t.wall
  if (sources.total === 0) return <p className="muted">{words.noSources}</p>
  if (sources.blind + sources.failing === 0)
    return (
      <Badge tone="good" dot>
        {words.sourcesFine(format.count(sources.total))}
      </Badge>
    )
  return (
    <>
      <p className="row">
        {sources.blind > 0 && <Badge tone="bad">{words.blind(format.count(sources.blind))}</Badge>}
        {sources.failing > 0 && <Badge tone="warn">{words.failing(format.count(sources.failing))}</Badge>}
      </p>
      <ul>
        {sources.worst.map(({ id, name, since }) => (
          <li key={id} className="small">
            {name} {since && <span className="muted">{words.since(format.ago(since))}</span>}
          </li>
        ))}
      </ul>
    </>
  )
}
