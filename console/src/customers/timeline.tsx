import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { type Formats, useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { DayInput } from '../ui/day-input.tsx'
import { Icon } from '../ui/icon.tsx'
import { Badge, Code } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { getTimeline } from './customer-calls.ts'
import type { TimelineEvent } from './customer-shapes.ts'

// A day chosen in the form is a day of Asia/Shanghai.
const dayStart = (day: string) => (day === '' ? undefined : new Date(`${day}T00:00:00+08:00`).toISOString())
const dayEnd = (day: string) => (day === '' ? undefined : new Date(`${day}T23:59:59.999+08:00`).toISOString())

/** What a customer did, newest first, by day. */
export const Timeline = ({ customerId }: { customerId: string }) => {
  const t = useText()
  const [event, setEvent] = useState('')
  const [since, setSince] = useState('')
  const [until, setUntil] = useState('')
  const asked = useSettled(event.trim(), 350)
  const query = { event: asked || undefined, since: dayStart(since), until: dayEnd(until) }
  const timeline = useInfiniteQuery({
    queryKey: ['customers', 'timeline', customerId, query],
    queryFn: ({ pageParam, signal }) => getTimeline(customerId, { ...query, before: pageParam, limit: 50 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const filtered = event !== '' || since !== '' || until !== ''
  return (
    <Panel title={t.customers.timeline} flush>
      <div className="panel-body filters">
        <Input
          allowClear
          prefix={<Icon name="event" size={15} />}
          placeholder={t.customers.eventName}
          aria-label={t.customers.eventName}
          value={event}
          onChange={(change) => setEvent(change.target.value)}
          style={{ flex: '1 1 160px' }}
        />
        <DayInput
          aria-label={t.ui.since}
          title={t.ui.since}
          placeholder={t.ui.since}
          value={since}
          max={until}
          onChange={setSince}
          style={{ width: 150 }}
        />
        <span className="muted">–</span>
        <DayInput
          aria-label={t.ui.until}
          title={t.ui.until}
          placeholder={t.ui.until}
          value={until}
          min={since}
          onChange={setUntil}
          style={{ width: 150 }}
        />
        {filtered && (
          <Button
            type="text"
            onClick={() => {
              setEvent('')
              setSince('')
              setUntil('')
            }}
          >
            {t.ui.clear}
          </Button>
        )}
      </div>
      <Loaded query={timeline} lines={8}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items)
          if (items.length === 0) {
            return filtered ? (
              <Blank icon="search" title={t.customers.noEventsFit} />
            ) : (
              <Blank icon="event" title={t.customers.noEvents} hint={t.customers.noEventsHint} />
            )
          }
          return (
            <>
              <div className="timeline-list">
                <Days items={items} />
              </div>
              {timeline.hasNextPage && (
                <div className="table-more">
                  <Button loading={timeline.isFetchingNextPage} onClick={() => timeline.fetchNextPage()}>
                    {t.ui.earlier}
                  </Button>
                </div>
              )}
            </>
          )
        }}
      </Loaded>
    </Panel>
  )
}

const Days = ({ items }: { items: readonly TimelineEvent[] }) => {
  const format = useFormats()
  const days = Map.groupBy(items, (item) => format.date(item.timestamp))
  return [...days].map(([day, events]) => (
    <section key={day} aria-label={day}>
      <h3 className="timeline-day">{day}</h3>
      <ol>
        {events.map((item) => (
          <Moment key={item.messageId} item={item} />
        ))}
      </ol>
    </section>
  ))
}

const Moment = ({ item }: { item: TimelineEvent }) => {
  const t = useText()
  const format = useFormats()
  const names: Readonly<Record<string, string>> = t.eventNames
  return (
    <li className="timeline-item">
      <time className="timeline-time" dateTime={item.timestamp} title={format.dateTime(item.timestamp)}>
        {format.clock(item.timestamp)}
      </time>
      <span className={`timeline-line ${item.type === 'track' ? '' : 'quiet'}`} />
      <details className="timeline-body">
        <summary>
          <span className="strong">{names[item.event] ?? item.event}</span>
          <span className="timeline-gist">{gist(item.properties, format.amount)}</span>
          {item.source && <Badge>{item.source}</Badge>}
        </summary>
        <div className="timeline-detail stack">
          <p className="muted small wrap">
            {item.type} · <code>{item.messageId}</code>
          </p>
          <Code text={JSON.stringify(item.properties, null, 2)} />
        </div>
      </details>
    </li>
  )
}

/** The first few plain properties, in one line. */
const gist = (properties: Readonly<Record<string, unknown>>, amount: Formats['amount']) =>
  Object.entries(properties)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .slice(0, 4)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? amount(name, value) : String(value)}`)
    .join(' · ')
