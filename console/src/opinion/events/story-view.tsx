import { useQuery } from '@tanstack/react-query'
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
import { Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { getTimeline } from './event-calls.ts'
import { ShareBar } from './event-marks.tsx'
import { PostLine } from './event-posts.tsx'
import { eventPanels } from './panels.ts'
import { TimelineChart } from './timeline-chart.tsx'

/** How an event ran: timeline, posts that stand for it, what it is made of, who speaks. */
export const StoryView = ({ event }: { event: EventDetail }) => {
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
