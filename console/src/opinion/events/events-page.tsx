import './events.css'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input, type InputRef, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { OpinionEvent } from '../../../../src/opinion/events/events-contract.ts'
import { aspectNames, levelNames, type Named, nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useKeys } from '../../tasks/use-keys.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Tabs } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { type EventFilter, listEvents, listSubjectNames, pageSize } from './event-calls.ts'
import { EventBadges, SubjectNames, Trend } from './event-marks.tsx'
import type { BoardSearch } from './event-search.ts'

const states = ['open', 'watching', 'closed'] as const
const orders = ['heat', 'recent', 'posts', 'first'] as const

/** Codes with their names, for choosing one. */
const choices = <K extends string>(names: Named<K>, language: 'zh' | 'en') =>
  (Object.keys(names) as K[]).map((value) => ({ value, label: nameIn(names, value, language) }))

/** Waits until nobody types any more. */
const useSettledText = (text: string, ms = 300) => {
  const [settled, settle] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => settle(text), ms)
    return () => clearTimeout(timer)
  }, [text, ms])
  return settled
}

/** What is being told about us, as stories. */
export const EventsPage = () => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const { language } = usePreferences()
  const navigate = useNavigate()
  const search: BoardSearch = useSearch({ strict: false })
  const [typed, setTyped] = useState(search.search ?? '')
  const [chosen, choose] = useState(-1)
  const field = useRef<InputRef>(null)
  const settled = useSettledText(typed)
  const change = (part: Partial<BoardSearch>) => {
    void navigate({ to: '/opinion/events', search: { ...search, ...part }, replace: true })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed is written into the address
  useEffect(() => {
    if ((search.search ?? '') !== settled) change({ search: settled === '' ? undefined : settled })
  }, [settled])
  const filter: EventFilter = {
    state: search.state ?? 'open',
    order: search.order ?? 'heat',
    subjectId: search.subjectId,
    level: search.level,
    platform: search.platform,
    aspect: search.aspect,
    bursting: search.bursting ? true : undefined,
    search: search.search,
    drillId: search.drillId,
  }
  const filtered = [
    search.subjectId,
    search.level,
    search.platform,
    search.aspect,
    search.bursting,
    search.search,
  ].some((value) => value !== undefined)
  const subjects = useQuery({
    queryKey: ['opinion', 'subjects', 'list'],
    queryFn: ({ signal }) => listSubjectNames(signal),
    staleTime: 60_000,
  })
  const events = useInfiniteQuery({
    queryKey: ['opinion', 'events', 'list', filter],
    queryFn: ({ pageParam, signal }) => listEvents(filter, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (pages.length * pageSize < last.total ? pages.length * pageSize : undefined),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })
  const rows = events.data?.pages.flatMap(({ items }) => items) ?? []
  const open = (event: OpinionEvent | undefined) => {
    if (event) void navigate({ to: '/opinion/events/$id', params: { id: String(event.id) } })
  }
  useKeys({
    j: () => choose(Math.min(rows.length - 1, chosen + 1)),
    k: () => choose(Math.max(0, chosen - 1)),
    enter: () => open(rows[chosen]),
    '/': () => field.current?.focus(),
  })
  const pick = (
    label: string,
    all: string,
    value: string | undefined,
    options: readonly { value: string; label: string }[],
    set: (value: string | undefined) => void,
  ) => (
    <Select
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={label}
      placeholder={all}
      style={{ minWidth: 130 }}
      {...(value !== undefined && { value })}
      onChange={(next: string | undefined) => set(next)}
      options={[...options]}
    />
  )
  return (
    <Page title={words.title} subtitle={words.subtitle}>
      <Loaded query={events} lines={8}>
        {({ pages: [first] }) => (
          <Panel flush>
            <div className="panel-body event-bar">
              <Tabs
                label={words.state}
                value={filter.state}
                onChange={(state) => change({ state })}
                items={states.map((key) => ({
                  key,
                  label: (
                    <span title={words.stateHints[key]}>
                      {words.states[key]} <small className="muted">{format.count(first?.counts[key] ?? 0)}</small>
                    </span>
                  ),
                }))}
              />
              <Input
                ref={field}
                allowClear
                className="event-search"
                prefix={<Icon name="search" size={15} />}
                aria-label={words.search}
                placeholder={words.search}
                value={typed}
                onChange={({ target }) => setTyped(target.value)}
              />
              {pick(
                words.subject,
                words.allSubjects,
                search.subjectId === undefined ? undefined : String(search.subjectId),
                (subjects.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
                (value) => change({ subjectId: value === undefined ? undefined : Number(value) }),
              )}
              {pick(words.level, words.allLevels, search.level, choices(levelNames, language), (level) =>
                change({ level }),
              )}
              {pick(words.platform, words.allPlatforms, search.platform, choices(platformNames, language), (platform) =>
                change({ platform }),
              )}
              {pick(words.aspect, words.allAspects, search.aspect, choices(aspectNames, language), (aspect) =>
                change({ aspect }),
              )}
              <Button
                type={search.bursting ? 'primary' : 'default'}
                aria-pressed={search.bursting === true}
                onClick={() => change({ bursting: search.bursting ? undefined : true })}
              >
                {words.onlyBursting(format.count(first?.counts.bursting ?? 0))}
              </Button>
              <Select
                aria-label={words.order}
                value={filter.order}
                style={{ minWidth: 110 }}
                onChange={(order) => change({ order })}
                options={orders.map((value) => ({ value, label: words.orders[value] }))}
              />
            </div>
            {rows.length === 0 ? (
              filtered ? (
                <Blank icon="search" title={words.noneFit}>
                  <Button
                    onClick={() => {
                      setTyped('')
                      void navigate({ to: '/opinion/events', search: { state: filter.state }, replace: true })
                    }}
                  >
                    {words.clear}
                  </Button>
                </Blank>
              ) : (
                <Blank icon="event" title={words.none} hint={words.noneHint} />
              )
            ) : (
              <ul className="event-list" aria-label={words.title}>
                {rows.map((event, at) => (
                  <EventRow key={event.id} event={event} chosen={at === chosen} />
                ))}
              </ul>
            )}
            {rows.length > 0 && (
              <div className="event-foot">
                <span className="muted small">
                  {words.total(format.count(first?.total ?? 0))}
                  <span className="wide-hint"> · {words.keys}</span>
                </span>
                {events.hasNextPage && (
                  <Button loading={events.isFetchingNextPage} onClick={() => events.fetchNextPage()}>
                    {t.ui.more}
                  </Button>
                )}
              </div>
            )}
          </Panel>
        )}
      </Loaded>
    </Page>
  )
}

const EventRow = ({ event, chosen }: { event: OpinionEvent; chosen: boolean }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const { language } = usePreferences()
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <li ref={row} className={`event-row ${chosen ? 'chosen' : ''} ${event.bursting ? 'bursting' : ''}`}>
      <div className="event-main">
        <div className="event-line">
          <Link className="event-title" to="/opinion/events/$id" params={{ id: String(event.id) }}>
            {event.title}
          </Link>
          <EventBadges event={event} />
        </div>
        {event.gist !== '' && event.gist !== event.title && <p className="event-gist">{event.gist}</p>}
        <div className="event-meta">
          <SubjectNames subjects={event.subjects} />
          <span>{event.platforms.map((name) => nameIn(platformNames, name, language)).join('、')}</span>
          {event.aspects.slice(0, 3).map((name) => (
            <span key={name} className="event-aspect">
              {nameIn(aspectNames, name, language)}
            </span>
          ))}
          <span>
            {words.lastAt} <Ago at={event.lastAt} />
          </span>
        </div>
      </div>
      <div className="event-trend-box">
        <Trend values={event.trend} label={`${words.trend} ${event.trend.join(' ')}`} />
        <span className="muted small">{words.perHour(format.count(event.perHour))}</span>
      </div>
      <dl className="event-numbers">
        <div>
          <dt>{words.posts}</dt>
          <dd>{format.short(event.posts)}</dd>
        </div>
        <div>
          <dt>{words.authors}</dt>
          <dd>{format.short(event.authors)}</dd>
        </div>
        <div title={words.negativeHint}>
          <dt>{words.negative}</dt>
          <dd className={event.negative >= 0.6 ? 'bad' : ''}>{format.share(event.negative)}</dd>
        </div>
        <div title={words.heatHint}>
          <dt>{words.heat}</dt>
          <dd>{format.short(Math.round(event.heat * 10) / 10)}</dd>
        </div>
      </dl>
    </li>
  )
}
