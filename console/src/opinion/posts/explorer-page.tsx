import './posts.css'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Checkbox, DatePicker, Drawer, Dropdown, Input, Select } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { postSorts } from '../../../../src/opinion/posts/post-contract.ts'
import { fileUrl, queryText } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useCan } from '../../session.ts'
import { useKeys } from '../../tasks/use-keys.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge } from '../../ui/marks.tsx'
import { Page } from '../../ui/page.tsx'
import { Blank, Failure, Loaded, Waiting } from '../../ui/states.tsx'
import { type ExplorerSearch, questionOf, usualDays, withValue } from './explorer-search.ts'
import { FilterPanel } from './filter-panel.tsx'
import { Histogram } from './histogram.tsx'
import { countFacets, findPosts } from './post-calls.ts'
import { PostDrawer } from './post-drawer.tsx'
import { PostItem } from './post-item.tsx'
import { SavedSearches } from './saved-searches.tsx'

const spans = ['1', '7', '30', '90', 'all'] as const
const narrow = 900

/** Everything public that was heard: searched, narrowed, read one by one. */
export const ExplorerPage = () => {
  const t = useText()
  const words = t.posts
  const format = useFormats()
  const can = useCan()
  const { language } = usePreferences()
  const search: ExplorerSearch = useSearch({ from: '/inside/opinion/posts' })
  const navigate = useNavigate({ from: '/opinion/posts' })
  const [now, setNow] = useState(() => Date.now())
  const [filtering, setFiltering] = useState(false)
  const [at, setAt] = useState(-1)
  const question = useMemo(() => questionOf(search, now), [search, now])
  const { sort: _sort, collapse: _collapse, ...filter } = question
  const list = useInfiniteQuery({
    queryKey: ['opinion', 'posts', question],
    queryFn: ({ pageParam, signal }) => findPosts(question, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const facets = useQuery({
    queryKey: ['opinion', 'posts', 'facets', filter],
    queryFn: ({ signal }) => countFacets(filter, signal),
    placeholderData: keepPreviousData,
    // Posts first: counting reads everything that fits, the page only what it shows.
    enabled: !list.isFetching,
  })
  const posts = list.data?.pages.flatMap(({ items }) => items) ?? []
  const change = (next: ExplorerSearch) => {
    setAt(-1)
    void navigate({ search: next, replace: false })
  }
  const open = (id: string | undefined) =>
    void navigate({ search: withValue(search, { post: id }), replace: search.post !== undefined })
  const step = (by: 1 | -1) => {
    const from = search.post === undefined ? at : posts.findIndex(({ id }) => id === search.post)
    const next = Math.min(posts.length - 1, Math.max(0, from + by))
    const post = posts[next]
    if (!post) return
    setAt(next)
    document.querySelector(`[data-post="${post.id}"]`)?.scrollIntoView({ block: 'nearest' })
    if (search.post !== undefined) open(post.id)
    if (next > posts.length - 5 && list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
  }
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    enter: () => {
      const post = posts[Math.max(0, at)]
      if (post) open(post.id)
    },
    escape: () => open(undefined),
  })
  const cluster = (id: string) => change({ cluster: id, ...(search.drill && { drill: search.drill }) })
  const {
    post: _post,
    days: _days,
    from: _from,
    to: _to,
    sort: _order,
    collapse: _merged,
    drill: _drill,
    ...narrowing
  } = search
  const isNarrowed = Object.keys(narrowing).length > 0
  const panel = <FilterPanel search={search} facets={facets.data} onChange={change} />
  const file = (format: 'csv' | 'xlsx') =>
    fileUrl(`/opinion/posts/export${queryText({ ...filter, sort: search.sort, format, language })}`)
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      actions={
        <>
          <SavedSearches search={search} onTake={change} />
          {can('opinion.export') && (
            <Dropdown
              menu={{
                items: [
                  { key: 'csv', label: <a href={file('csv')}>{words.csv}</a> },
                  { key: 'xlsx', label: <a href={file('xlsx')}>{words.xlsx}</a> },
                  { key: 'note', disabled: true, label: <span className="small">{words.exportNote}</span> },
                ],
              }}
            >
              <Button icon={<Icon name="download" size={16} />}>{words.exportTitle}</Button>
            </Dropdown>
          )}
        </>
      }
    >
      <div className="explorer">
        <aside className="explorer-side panel">{panel}</aside>
        <div className="explorer-main">
          <div className="panel explorer-bar">
            <SearchBox value={search.q ?? ''} onSearch={(q) => change(withValue(search, { q }))} />
            <TimeChoice search={search} onChange={change} />
            <div className="explorer-tools">
              <Button
                className="explorer-filter"
                icon={<Icon name="fit" size={16} />}
                onClick={() => setFiltering(true)}
              >
                {words.filters}
              </Button>
              <Select
                aria-label={words.sort}
                value={search.sort ?? 'newest'}
                onChange={(sort) => change(withValue(search, { sort: sort === 'newest' ? undefined : sort }))}
                options={postSorts.map((value) => ({ value, label: words.sorts[value] }))}
                style={{ minWidth: 96 }}
              />
              <Checkbox
                checked={search.collapse === 'true'}
                onChange={({ target: { checked: on } }) =>
                  change(withValue(search, { collapse: on ? 'true' : undefined }))
                }
              >
                {words.collapse}
              </Checkbox>
              <button
                type="button"
                className="icon-button"
                title={t.ui.refresh}
                aria-label={t.ui.refresh}
                onClick={() => setNow(Date.now())}
              >
                <Icon name="refresh" size={16} />
              </button>
            </div>
            <Chosen search={search} onChange={change} />
          </div>
          <section className="panel explorer-picture">
            <Loaded query={facets} lines={2} compact>
              {(shown) => (
                <>
                  <div className="explorer-found">
                    <strong>
                      {words.found(
                        format.count(shown.total),
                        format.count(shown.authors),
                        format.count(shown.clusters),
                      )}
                    </strong>
                    <span className="muted small">{words.took(format.count(shown.tookMs))}</span>
                    {isNarrowed && (
                      <Button
                        type="link"
                        size="small"
                        onClick={() => change(withValue({}, { days: search.days, drill: search.drill }))}
                      >
                        {words.clear}
                      </Button>
                    )}
                  </div>
                  <Histogram
                    of={shown.histogram}
                    onBrush={(from, to) =>
                      change(
                        withValue(search, {
                          from: from.toISOString(),
                          to: to.toISOString(),
                          days: undefined,
                          post: undefined,
                        }),
                      )
                    }
                  />
                </>
              )}
            </Loaded>
          </section>
          <section className="panel post-list" aria-label={words.title} aria-busy={list.isFetching}>
            {list.isError ? (
              <Failure error={list.error} onRetry={() => list.refetch()} />
            ) : list.data === undefined ? (
              <Waiting lines={10} />
            ) : posts.length === 0 ? (
              <Blank
                icon="search"
                title={isNarrowed || search.days !== undefined ? words.none : words.noneAtAll}
                hint={isNarrowed || search.days !== undefined ? words.noneHint : words.noneAtAllHint}
              />
            ) : (
              <>
                {posts.map((post, index) => (
                  <PostItem
                    key={post.id}
                    post={post}
                    chosen={search.post === undefined ? index === at : post.id === search.post}
                    onOpen={() => {
                      setAt(index)
                      open(post.id)
                    }}
                    onCluster={() => cluster(post.clusterId)}
                  />
                ))}
                <More
                  reached={() => {
                    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
                  }}
                  state={list.isFetchingNextPage ? 'loading' : list.hasNextPage ? 'more' : 'end'}
                />
              </>
            )}
          </section>
          <p className="muted small explorer-keys">{words.keys}</p>
        </div>
      </div>
      <Drawer
        open={filtering}
        onClose={() => setFiltering(false)}
        title={words.filters}
        placement="left"
        size={Math.min(320, window.innerWidth)}
      >
        {window.innerWidth <= narrow + 400 && panel}
      </Drawer>
      <PostDrawer
        id={search.post}
        drill={search.drill}
        onClose={() => open(undefined)}
        onOpen={open}
        onStep={step}
        onCluster={cluster}
      />
    </Page>
  )
}

const SearchBox = ({ value, onSearch }: { value: string; onSearch: (text: string | undefined) => void }) => {
  const t = useText()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  return (
    <div data-page-search className="explorer-search">
      <Input.Search
        allowClear
        aria-label={t.posts.searchLabel}
        placeholder={t.posts.searchHint}
        title={t.posts.searchHelp}
        value={text}
        maxLength={500}
        onChange={({ target }) => setText(target.value)}
        onSearch={(said) => onSearch(said.trim() || undefined)}
      />
    </div>
  )
}

const TimeChoice = ({ search, onChange }: { search: ExplorerSearch; onChange: (search: ExplorerSearch) => void }) => {
  const t = useText()
  const words = t.posts
  const custom = search.from !== undefined || search.to !== undefined
  return (
    <div className="explorer-times" role="group" aria-label={words.time}>
      {spans.map((span) => (
        <Button
          key={span}
          size="small"
          type={!custom && (search.days ?? usualDays) === span ? 'primary' : 'text'}
          onClick={() =>
            onChange(withValue(search, { from: undefined, to: undefined, days: span === usualDays ? undefined : span }))
          }
        >
          {words.spans[span]}
        </Button>
      ))}
      <DatePicker.RangePicker
        size="small"
        aria-label={words.custom}
        onChange={(range) => {
          const [from, to] = range ?? []
          onChange(
            withValue(search, {
              days: undefined,
              from: from?.startOf('day').toISOString(),
              to: to?.endOf('day').toISOString(),
            }),
          )
        }}
      />
    </div>
  )
}

/** Conditions that no facet shows, each with a way out. */
const Chosen = ({ search, onChange }: { search: ExplorerSearch; onChange: (search: ExplorerSearch) => void }) => {
  const t = useText()
  const format = useFormats()
  const words = t.posts
  const told: { key: string; text: string; without: ExplorerSearch }[] = []
  if (search.from || search.to)
    told.push({
      key: 'time',
      text: `${search.from ? format.dayHour(search.from) : '…'} – ${search.to ? format.dayHour(search.to) : '…'}`,
      without: withValue(search, { from: undefined, to: undefined }),
    })
  if (search.event)
    told.push({ key: 'event', text: words.onlyEvent(search.event), without: withValue(search, { event: undefined }) })
  if (search.cluster)
    told.push({ key: 'cluster', text: words.onlyCluster, without: withValue(search, { cluster: undefined }) })
  if (search.author)
    told.push({ key: 'author', text: words.onlyAuthor, without: withValue(search, { author: undefined }) })
  if (search.drill)
    told.push({ key: 'drill', text: words.onlyDrill(search.drill), without: withValue(search, { drill: undefined }) })
  if (told.length === 0) return null
  return (
    <div className="explorer-chosen">
      {told.map(({ key, text, without }) => (
        <Badge key={key} tone="teal">
          {text}
          <button
            type="button"
            className="chip-close"
            aria-label={`${words.unbrush} ${text}`}
            onClick={() => onChange(without)}
          >
            <Icon name="close" size={12} />
          </button>
        </Badge>
      ))}
    </div>
  )
}

const More = ({ reached, state }: { reached: () => void; state: 'loading' | 'more' | 'end' }) => {
  const t = useText()
  const place = useRef<HTMLDivElement>(null)
  const latest = useRef(reached)
  latest.current = reached
  useEffect(() => {
    const element = place.current
    if (!element) return
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      rootMargin: '600px',
    })
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  return (
    <div ref={place} className="post-more muted small">
      {state === 'end' ? (
        t.posts.end
      ) : (
        <Button loading={state === 'loading'} onClick={reached}>
          {t.ui.more}
        </Button>
      )}
    </div>
  )
}
