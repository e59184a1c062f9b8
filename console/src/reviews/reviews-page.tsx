import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { fileUrl } from '../api.ts'
import { ReviewStateBadge } from '../creatives/creative-marks.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Tabs } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listReviews } from './review-calls.ts'
import { reviewStates } from './review-shapes.ts'

type Box = 'me' | 'mine' | 'open' | 'all'

/** What waits for whom, and everything that ever was reviewed. */
export const ReviewsPage = () => {
  const t = useText()
  const words = t.reviews
  const format = useFormats()
  const can = useCan()
  const decides = can('reviews.decide') || can('reviews.opinion')
  const [box, setBox] = useState<Box>(decides ? 'me' : 'mine')
  const [typed, setTyped] = useState('')
  const [state, setState] = useState<string>()
  const [kind, setKind] = useState<string>()
  const search = useSettled(typed.trim(), 250)
  const filtered = search !== '' || state !== undefined || kind !== undefined
  const reviews = useInfiniteQuery({
    queryKey: ['reviews', 'list', box, search, state, kind],
    queryFn: ({ pageParam, signal }) =>
      listReviews(
        { search, state, subjectKind: kind, waiting: box === 'all' ? undefined : box, after: pageParam },
        signal,
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  })
  const mine = reviews.data?.pages[0]?.waitingForMe ?? 0
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      actions={
        <Button icon={<Icon name="download" size={16} />} href={fileUrl('/reviews/register')}>
          {words.register}
        </Button>
      }
    >
      <Panel flush>
        <div className="panel-body stack" data-page-search>
          <Tabs
            label={words.title}
            value={box}
            onChange={setBox}
            items={[
              {
                key: 'me',
                label: (
                  <>
                    {words.inbox}
                    {mine > 0 && <Badge tone="bad">{format.count(mine)}</Badge>}
                  </>
                ),
              },
              { key: 'mine', label: words.mine },
              { key: 'open', label: words.open },
              { key: 'all', label: words.all },
            ]}
          />
          <div className="filters">
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
              aria-label={words.subject}
              placeholder={words.allKinds}
              style={{ minWidth: 120 }}
              {...(kind !== undefined && { value: kind })}
              onChange={(value: string | undefined) => setKind(value)}
              options={Object.entries(words.kinds).map(([value, label]) => ({ value, label }))}
            />
            <Select
              allowClear
              aria-label={words.state}
              placeholder={words.allStates}
              style={{ minWidth: 120 }}
              {...(state !== undefined && { value: state })}
              onChange={(value: string | undefined) => setState(value)}
              options={reviewStates.map((value) => ({ value, label: words.states[value] }))}
            />
          </div>
        </div>
        <Loaded query={reviews} lines={6}>
          {({ pages }) => (
            <Table
              label={words.title}
              rows={pages.flatMap(({ items }) => items)}
              rowKey={({ id }) => id}
              more={reviews}
              blank={
                !filtered && box === 'mine' ? (
                  <Blank icon="review" title={words.noneMine} hint={words.noneMineHint} />
                ) : filtered || box !== 'me' ? (
                  <Blank icon="search" title={words.noneFit} />
                ) : (
                  <Blank icon="review" title={words.none} hint={words.noneHint} />
                )
              }
              columns={[
                {
                  key: 'title',
                  title: words.subject,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/reviews/$id" params={{ id: String(row.id) }}>
                        {row.title}
                      </Link>
                      <div className="muted small">{words.kinds[row.subjectKind] ?? row.subjectKind}</div>
                    </>
                  ),
                },
                { key: 'state', title: words.state, fit: true, cell: (row) => <ReviewStateBadge state={row.state} /> },
                {
                  key: 'flags',
                  title: words.flags,
                  fit: true,
                  align: 'right',
                  cell: (row) => (row.flags === 0 ? '—' : words.flagCount(row.flags)),
                },
                {
                  key: 'submitted',
                  title: words.submitted,
                  fit: true,
                  cell: (row) => (
                    <>
                      <Ago at={row.submittedAt} /> <span className="muted small">{row.submittedBy}</span>
                    </>
                  ),
                },
                {
                  key: 'due',
                  title: words.due,
                  fit: true,
                  cell: (row) =>
                    row.late ? (
                      <Badge tone="bad">{words.late}</Badge>
                    ) : row.state === 'review' || row.state === 'opinion' ? (
                      format.dayHour(row.dueAt)
                    ) : (
                      <span className="muted">—</span>
                    ),
                },
                {
                  key: 'decided',
                  title: words.decidedBy,
                  fit: true,
                  cell: (row) => row.decidedBy ?? <span className="muted">—</span>,
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}
