import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
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
import { listTags } from './tag-calls.ts'
import { StateBadge, WorkBadge } from './tag-marks.tsx'
import { tagKinds, tagStates } from './tag-shapes.ts'

export const TagsPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const [words, setWords] = useState('')
  const [kind, setKind] = useState<string>()
  const [state, setState] = useState<string>()
  const [owner, setOwner] = useState<string>()
  const search = useSettled(words.trim(), 250)
  const filtered = search !== '' || kind !== undefined || state !== undefined || owner !== undefined
  const tags = useInfiniteQuery({
    queryKey: ['tags', 'list', search, kind, state, owner],
    queryFn: ({ pageParam, signal }) => listTags({ search, kind, state, owner, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((one) => one.running || one.queued)) ? 1_500 : false,
  })
  const owners = tags.data?.pages[0]?.owners ?? []
  const create = (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => navigate({ to: '/tags/new' })}>
      {t.tags.create}
    </Button>
  )
  return (
    <Page
      title={t.tags.title}
      subtitle={t.tags.subtitle}
      actions={
        <>
          <Button icon={<Icon name="dictionary" size={16} />} onClick={() => navigate({ to: '/texts' })}>
            {t.tags.textSources}
          </Button>
          {can('tags.write') && create}
        </>
      }
    >
      <Panel flush>
        <div className="panel-body filters" data-page-search>
          <Input
            allowClear
            prefix={<Icon name="search" size={16} />}
            placeholder={t.tags.search}
            aria-label={t.tags.search}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            style={{ maxWidth: 320 }}
          />
          <Select
            allowClear
            aria-label={t.tags.kind}
            placeholder={t.tags.allKinds}
            style={{ minWidth: 120 }}
            {...(kind !== undefined && { value: kind })}
            onChange={(value: string | undefined) => setKind(value)}
            options={tagKinds.map((value) => ({ value, label: t.tags.kinds[value] }))}
          />
          <Select
            allowClear
            aria-label={t.tags.state}
            placeholder={t.tags.allStates}
            style={{ minWidth: 120 }}
            {...(state !== undefined && { value: state })}
            onChange={(value: string | undefined) => setState(value)}
            options={tagStates.map((value) => ({ value, label: t.tags.states[value] }))}
          />
          <Select
            allowClear
            showSearch
            aria-label={t.tags.owner}
            placeholder={t.tags.allOwners}
            style={{ minWidth: 140 }}
            {...(owner !== undefined && { value: owner })}
            onChange={(value: string | undefined) => setOwner(value)}
            options={owners.map((value) => ({ value, label: value }))}
          />
        </div>
        <Loaded query={tags} lines={8}>
          {({ pages }) => (
            <Table
              label={t.tags.title}
              rows={pages.flatMap(({ items }) => items)}
              rowKey={({ key }) => key}
              more={tags}
              blank={
                filtered ? (
                  <Blank icon="search" title={t.tags.noneFit} />
                ) : (
                  <Blank icon="tags" title={t.tags.none} hint={t.tags.noneHint}>
                    {can('tags.write') && create}
                  </Blank>
                )
              }
              columns={[
                {
                  key: 'title',
                  title: t.tags.name,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/tags/$key" params={{ key: row.key }}>
                        {row.title}
                      </Link>
                      <div className="muted small clamp-2">{row.meaning || row.key}</div>
                    </>
                  ),
                },
                { key: 'kind', title: t.tags.kind, fit: true, cell: (row) => <Badge>{t.tags.kinds[row.kind]}</Badge> },
                { key: 'state', title: t.tags.state, fit: true, cell: (row) => <StateBadge state={row.state} /> },
                { key: 'owner', title: t.tags.owner, fit: true, cell: (row) => row.owner },
                {
                  key: 'coverage',
                  title: t.tags.coverage,
                  align: 'right',
                  fit: true,
                  cell: (row) =>
                    row.covered === null ? (
                      '—'
                    ) : (
                      <span title={t.tags.people(format.count(row.covered))}>
                        <span className="strong">{format.count(row.covered)}</span>{' '}
                        <span className="muted small">{format.share(row.covered / Math.max(1, row.of ?? 1))}</span>
                      </span>
                    ),
                },
                {
                  key: 'run',
                  title: t.tags.asOf,
                  fit: true,
                  cell: (row) =>
                    row.running || row.queued || row.error ? <WorkBadge tag={row} /> : <Ago at={row.asOf} />,
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}
