import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Checkbox, Segmented, Select } from 'antd'
import { useState } from 'react'
import type { EventPost } from '../../../../src/opinion/events/events-contract.ts'
import { authorClassNames, nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { getEventPosts } from './event-calls.ts'

const orders = ['engagement', 'first', 'latest', 'followers'] as const

/** One post of an event. */
export const PostLine = ({ post, chosen, onChoose }: { post: EventPost; chosen?: boolean; onChoose?: () => void }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const { language } = usePreferences()
  const [open, setOpen] = useState(false)
  const long = Array.from(post.text).length > 160
  return (
    <article className={`event-post ${chosen ? 'chosen' : ''}`}>
      {onChoose && (
        <Checkbox
          checked={chosen === true}
          onChange={onChoose}
          aria-label={`${words.split}: ${post.title || post.text.slice(0, 20)}`}
        />
      )}
      <div className="event-post-body">
        <div className="event-post-head">
          <span className="strong">{post.author || words.someone}</span>
          {post.authorClass !== 'person' && (
            <Badge tone="blue">{nameIn(authorClassNames, post.authorClass, language)}</Badge>
          )}
          <span className="muted">{nameIn(platformNames, post.platform, language)}</span>
          <time className="muted" dateTime={post.publishedAt}>
            {format.dateTime(post.publishedAt)}
          </time>
          {post.first && <Badge tone="teal">{words.first}</Badge>}
          {post.copies > 1 && <Badge>{words.copies(format.count(post.copies))}</Badge>}
        </div>
        {post.title !== '' && <p className="strong event-post-title">{post.title}</p>}
        <p className={`event-post-text ${open ? 'open' : ''}`}>{post.text}</p>
        <div className="event-post-foot">
          {post.followers > 0 && (
            <span>
              {words.followers} {format.short(post.followers)}
            </span>
          )}
          <span>
            {words.engagement} {format.short(post.engagement)}
          </span>
          {long && (
            <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? words.showLess : words.showAll}
            </button>
          )}
          {/^https?:\/\//.test(post.url) && (
            <a href={post.url} target="_blank" rel="noreferrer noopener">
              {words.original} <Icon name="out" size={12} />
            </a>
          )}
        </div>
      </div>
    </article>
  )
}

/** Posts of an event; with the right to, some are chosen and split off. */
export const EventPostsPanel = ({
  id,
  drillId,
  onSplit,
}: {
  id: number
  drillId: number
  onSplit: ((posts: readonly string[]) => void) | undefined
}) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const [order, setOrder] = useState<(typeof orders)[number]>('engagement')
  const [distinct, setDistinct] = useState(true)
  const [chosen, choose] = useState<readonly string[]>([])
  const posts = useInfiniteQuery({
    queryKey: ['opinion', 'events', id, 'posts', order, distinct],
    queryFn: ({ pageParam, signal }) => getEventPosts(id, { order, distinct, offset: pageParam }, signal),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (pages.length * 20 < last.total ? pages.length * 20 : undefined),
    placeholderData: keepPreviousData,
  })
  return (
    <Panel
      title={words.tabs.posts}
      extra={
        <div className="event-post-bar">
          <Segmented
            size="small"
            value={distinct ? 'one' : 'all'}
            onChange={(value) => setDistinct(value === 'one')}
            options={[
              { value: 'one', label: words.oneEach },
              { value: 'all', label: words.allPosts },
            ]}
          />
          <Select
            size="small"
            aria-label={words.order}
            value={order}
            onChange={setOrder}
            style={{ minWidth: 90 }}
            options={orders.map((value) => ({ value, label: words.postOrders[value] }))}
          />
          <Link
            className="small"
            to="/opinion/posts"
            search={{ event: String(id), days: 'all', ...(drillId > 0 && { drill: String(drillId) }) }}
          >
            {words.explore}
          </Link>
        </div>
      }
      flush
    >
      {onSplit && chosen.length > 0 && (
        <div className="event-chosen">
          <span>{words.chosen(format.count(chosen.length))}</span>
          <Button size="small" type="primary" icon={<Icon name="split" size={14} />} onClick={() => onSplit(chosen)}>
            {words.split}
          </Button>
          <Button size="small" onClick={() => choose([])}>
            {t.ui.cancel}
          </Button>
        </div>
      )}
      <Loaded query={posts} lines={6}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items)
          return items.length === 0 ? (
            <Blank icon="message" title={t.events.none} />
          ) : (
            <div className="event-posts">
              {items.map((post) => (
                <PostLine
                  key={post.id}
                  post={post}
                  {...(onSplit && {
                    chosen: chosen.includes(post.id),
                    onChoose: () =>
                      choose(chosen.includes(post.id) ? chosen.filter((one) => one !== post.id) : [...chosen, post.id]),
                  })}
                />
              ))}
              {posts.hasNextPage && (
                <div className="table-more">
                  <Button loading={posts.isFetchingNextPage} onClick={() => posts.fetchNextPage()}>
                    {t.ui.more}
                  </Button>
                </div>
              )}
            </div>
          )
        }}
      </Loaded>
    </Panel>
  )
}
