import './facts.css'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { useState } from 'react'
import type { Fact, FactDetail, FactStanding } from '../../../../src/opinion/facts/facts-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useKeys } from '../../tasks/use-keys.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge, Tabs } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { listFacts, pageSize } from './fact-calls.ts'
import { FactDrawer } from './fact-drawer.tsx'
import { FactEditor } from './fact-editor.tsx'
import { StandingMark } from './fact-marks.tsx'

const standings = ['valid', 'waiting', 'draft', 'coming', 'expired', 'ended'] as const

/** What we know to be true about what is claimed of us. */
export const FactsPage = () => {
  const t = useText()
  const words = t.facts
  const format = useFormats()
  const can = useCan()
  const navigate = useNavigate()
  const { fact: shown }: { fact?: number } = useSearch({ strict: false })
  const [standing, setStanding] = useState<FactStanding | 'all'>('all')
  const [search, setSearch] = useState('')
  const [writing, setWriting] = useState<{ fact?: FactDetail }>()
  const facts = useInfiniteQuery({
    queryKey: ['opinion', 'facts', 'list', standing, search],
    queryFn: ({ pageParam, signal }) =>
      listFacts(
        { standing: standing === 'all' ? undefined : standing, search: search || undefined, offset: pageParam },
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (pages.length * pageSize < last.total ? pages.length * pageSize : undefined),
    placeholderData: keepPreviousData,
  })
  const show = (id: number | undefined) =>
    navigate({ to: '/opinion/facts', search: id === undefined ? {} : { fact: id } })
  const writes = can('opinion.write')
  useKeys({ n: () => writes && setWriting({}) })
  const fresh = writes && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setWriting({})}>
      {words.new}
    </Button>
  )
  const columns = [
    {
      key: 'claim',
      title: words.claim,
      card: 'lead' as const,
      cell: (row: Fact) => (
        <div className="fact-cell">
          <button type="button" className="link-button strong" onClick={() => show(row.id)}>
            {row.claim}
          </button>
          <div className="fact-said">{row.fact}</div>
        </div>
      ),
    },
    {
      key: 'standing',
      title: words.standing,
      cell: (row: Fact) => (
        <span className="fact-marks">
          <StandingMark standing={row.standing} />
          {row.waiting && row.standing !== 'waiting' && <Badge tone="warn">{words.standings.waiting}</Badge>}
        </span>
      ),
    },
    {
      key: 'valid',
      title: words.valid,
      cell: (row: Fact) =>
        `${format.date(row.validFrom)} – ${row.validUntil === null ? words.openEnd : format.date(row.validUntil)}`,
    },
    {
      key: 'posts',
      title: words.posts,
      cell: (row: Fact) => words.postsOf(format.count(row.links.confirmed), format.count(row.links.suggested)),
    },
    { key: 'uses', title: words.uses, align: 'right' as const, cell: (row: Fact) => format.count(row.uses) },
    { key: 'by', title: words.by, cell: (row: Fact) => row.writtenBy },
    { key: 'changed', title: words.changed, cell: (row: Fact) => <Ago at={row.changedAt} /> },
  ]
  return (
    <Page title={words.title} subtitle={words.subtitle} actions={fresh}>
      <Loaded query={facts} lines={6}>
        {({ pages }) => {
          const counts = pages[0]?.counts
          const all = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0)
          return (
            <Panel flush>
              <div className="panel-body fact-bar">
                <Tabs
                  label={words.standing}
                  value={standing}
                  onChange={setStanding}
                  items={(['all', ...standings] as const).map((key) => ({
                    key,
                    label: (
                      <>
                        {key === 'all' ? words.all : words.standings[key]}{' '}
                        <small className="muted">{format.count(key === 'all' ? all : (counts?.[key] ?? 0))}</small>
                      </>
                    ),
                  }))}
                />
                <Input
                  allowClear
                  className="fact-search"
                  prefix={<Icon name="search" size={15} />}
                  aria-label={words.search}
                  placeholder={words.search}
                  value={search}
                  onChange={({ target }) => setSearch(target.value)}
                />
              </div>
              <Table
                label={words.title}
                rows={pages.flatMap(({ items }) => items)}
                rowKey={({ id }) => id}
                more={facts}
                columns={columns}
                blank={
                  all === 0 ? (
                    <Blank icon="dictionary" title={words.none} hint={words.noneHint}>
                      {fresh}
                    </Blank>
                  ) : (
                    <Blank icon="search" title={words.noneFit} />
                  )
                }
              />
            </Panel>
          )
        }}
      </Loaded>
      {shown !== undefined && (
        <FactDrawer id={shown} onClose={() => void show(undefined)} onWrite={(fact) => setWriting({ fact })} />
      )}
      {writing && (
        <FactEditor
          {...(writing.fact && { fact: writing.fact })}
          onClose={() => setWriting(undefined)}
          onSaved={(id) => {
            setWriting(undefined)
            void show(id)
          }}
        />
      )}
    </Page>
  )
}
