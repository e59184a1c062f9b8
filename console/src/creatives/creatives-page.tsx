import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Input, Select, Switch } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listCreatives } from './creative-calls.ts'
import { CreativeReview } from './creative-marks.tsx'
import { categories, channels, reviewStates } from './creative-shapes.ts'

export const CreativesPage = () => {
  const t = useText()
  const words = t.creatives
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const [channel, setChannel] = useState<string>()
  const [category, setCategory] = useState<string>()
  const [review, setReview] = useState<string>()
  const [archived, setArchived] = useState(false)
  const search = useSettled(typed.trim(), 250)
  const filtered = search !== '' || channel !== undefined || category !== undefined || review !== undefined || archived
  const creatives = useInfiniteQuery({
    queryKey: ['creatives', 'list', search, channel, category, review, archived],
    queryFn: ({ pageParam, signal }) =>
      listCreatives({ search, channel, category, review, archived, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const create = (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => navigate({ to: '/creatives/new' })}>
      {words.create}
    </Button>
  )
  return (
    <Page title={words.title} subtitle={words.subtitle} actions={can('creatives.write') && create}>
      <Panel flush>
        <div className="panel-body filters" data-page-search>
          <Input
            allowClear
            prefix={<Icon name="search" size={16} />}
            placeholder={words.search}
            aria-label={words.search}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            style={{ maxWidth: 320 }}
          />
          <Select
            allowClear
            aria-label={words.channel}
            placeholder={words.allChannels}
            style={{ minWidth: 130 }}
            {...(channel !== undefined && { value: channel })}
            onChange={(value: string | undefined) => setChannel(value)}
            options={channels.map((value) => ({ value, label: words.channels[value] }))}
          />
          <Select
            allowClear
            aria-label={words.category}
            placeholder={words.allCategories}
            style={{ minWidth: 120 }}
            {...(category !== undefined && { value: category })}
            onChange={(value: string | undefined) => setCategory(value)}
            options={categories.map((value) => ({ value, label: words.categories[value] }))}
          />
          <Select
            allowClear
            aria-label={words.reviewState}
            placeholder={words.allReviews}
            style={{ minWidth: 140 }}
            {...(review !== undefined && { value: review })}
            onChange={(value: string | undefined) => setReview(value)}
            options={[
              { value: 'none', label: words.notSubmitted },
              ...reviewStates.map((value) => ({ value, label: t.reviews.states[value] })),
            ]}
          />
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch is the control */}
          <label className="row">
            <Switch size="small" checked={archived} onChange={setArchived} />
            {words.archivedOnly}
          </label>
        </div>
        <Loaded query={creatives} lines={8}>
          {({ pages }) => (
            <Table
              label={words.title}
              rows={pages.flatMap(({ items }) => items)}
              rowKey={({ id }) => id}
              more={creatives}
              blank={
                filtered ? (
                  <Blank icon="search" title={words.noneFit} />
                ) : (
                  <Blank icon="creative" title={words.none} hint={words.noneHint}>
                    {can('creatives.write') && create}
                  </Blank>
                )
              }
              columns={[
                {
                  key: 'name',
                  title: words.name,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/creatives/$id" params={{ id: String(row.id) }}>
                        {row.name}
                      </Link>
                      <div className="muted small clamp-2">{row.excerpt || row.description}</div>
                    </>
                  ),
                },
                {
                  key: 'channel',
                  title: words.channel,
                  fit: true,
                  cell: (row) => <Badge tone="teal">{words.channels[row.channel]}</Badge>,
                },
                {
                  key: 'category',
                  title: words.category,
                  fit: true,
                  cell: (row) => words.categories[row.category],
                },
                {
                  key: 'review',
                  title: words.reviewState,
                  fit: true,
                  cell: (row) => <CreativeReview review={row.review} />,
                },
                {
                  key: 'used',
                  title: words.usedBy,
                  fit: true,
                  cell: (row) =>
                    row.usedBy.length === 0 ? (
                      <span className="muted">{words.notUsed}</span>
                    ) : (
                      <span title={row.usedBy.map(({ name }) => name).join('、')}>
                        {words.campaigns(format.count(row.usedBy.length))}
                      </span>
                    ),
                },
                { key: 'version', title: words.version, fit: true, align: 'right', cell: (row) => row.version },
                {
                  key: 'changed',
                  title: words.changed,
                  fit: true,
                  cell: (row) => (
                    <>
                      <Ago at={row.changedAt} /> <span className="muted small">{row.changedBy}</span>
                    </>
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}
