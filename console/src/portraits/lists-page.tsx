import './portraits.css'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { ApiProblem, fileUrl } from '../api.ts'
import { useActorName } from '../i18n/actor-name.ts'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { useWhy } from './list-why.ts'
import { listLists, listUploads } from './portrait-calls.ts'
import type { ListKind } from './portrait-shapes.ts'
import { UploadDialog } from './upload-dialog.tsx'

const kinds: readonly ListKind[] = ['upload', 'snapshot', 'lookalike', 'insight', 'sample']

export const ListsPage = () => {
  const t = useText()
  const why = useWhy()
  const actorName = useActorName()
  const can = useCan()
  const format = useFormats()
  const [words, setWords] = useState('')
  const [kind, setKind] = useState<ListKind | 'all'>('all')
  const [uploading, setUploading] = useState(false)
  const search = useSettled(words.trim(), 300)
  const lists = useInfiniteQuery({
    queryKey: ['lists', search, kind],
    queryFn: ({ pageParam, signal }) =>
      listLists({ search, kind: kind === 'all' ? undefined : kind, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const upload = can('audiences.write') && (
    <Button type="primary" icon={<Icon name="upload" size={16} />} onClick={() => setUploading(true)}>
      {t.portraits.lists.upload}
    </Button>
  )
  const filtered = search !== '' || kind !== 'all'
  return (
    <Page title={t.portraits.lists.title} subtitle={t.portraits.lists.subtitle} actions={upload}>
      <Panel flush>
        <div className="panel-body filters" data-page-search>
          <Input
            allowClear
            prefix={<Icon name="search" size={16} />}
            placeholder={t.portraits.lists.search}
            aria-label={t.portraits.lists.search}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            style={{ maxWidth: 360 }}
          />
          <Select
            aria-label={t.portraits.lists.allKinds}
            value={kind}
            onChange={setKind}
            style={{ minWidth: 130 }}
            options={[
              { value: 'all' as const, label: t.portraits.lists.allKinds },
              ...kinds.map((one) => ({ value: one, label: t.portraits.lists.kinds[one] })),
            ]}
          />
        </div>
        <Loaded query={lists}>
          {({ pages }) => (
            <Table
              label={t.portraits.lists.title}
              rows={pages.flatMap(({ items }) => items)}
              rowKey={(row) => row.id}
              more={lists}
              blank={
                filtered ? (
                  <Blank icon="search" title={t.portraits.lists.noneFit} />
                ) : (
                  <Blank icon="audiences" title={t.portraits.lists.none} hint={t.portraits.lists.noneHint}>
                    {upload}
                  </Blank>
                )
              }
              columns={[
                {
                  key: 'name',
                  title: t.portraits.name,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/lists/$id" params={{ id: row.id }}>
                        {row.name}
                      </Link>
                      {why(row) !== '' && <div className="muted small clamp-2">{why(row)}</div>}
                    </>
                  ),
                },
                {
                  key: 'kind',
                  title: t.portraits.lists.origin,
                  fit: true,
                  cell: (row) => <Badge tone="teal">{t.portraits.lists.kinds[row.kind]}</Badge>,
                },
                {
                  key: 'size',
                  title: t.portraits.lists.size,
                  align: 'right',
                  fit: true,
                  cell: (row) => <span className="strong">{format.count(row.size)}</span>,
                },
                {
                  key: 'created',
                  title: t.portraits.lists.created,
                  fit: true,
                  cell: (row) => (
                    <>
                      <Ago at={row.createdAt} /> <span className="muted small">{actorName(row.createdBy)}</span>
                    </>
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      <Uploads />
      {uploading && <UploadDialog onClose={() => setUploading(false)} />}
    </Page>
  )
}

const Uploads = () => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const uploads = useQuery({
    queryKey: ['lists', 'uploads'],
    queryFn: ({ signal }) => listUploads(signal),
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => one.state === 'queued' || one.state === 'running') ? 1_000 : false,
  })
  const items = uploads.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Panel title={t.portraits.lists.uploads} flush>
      <Table
        label={t.portraits.lists.uploads}
        rows={items}
        rowKey={(row) => row.id}
        blank={null}
        columns={[
          {
            key: 'name',
            title: t.portraits.name,
            card: 'lead',
            cell: (row) =>
              row.listId ? (
                <Link to="/lists/$id" params={{ id: row.listId }}>
                  {row.name}
                </Link>
              ) : (
                row.name
              ),
          },
          {
            key: 'state',
            title: t.imports.state,
            fit: true,
            cell: (row) => (
              <Badge
                tone={row.state === 'done' ? 'good' : row.state === 'failed' ? 'bad' : 'plain'}
                live={row.state === 'running'}
              >
                {row.error
                  ? problemText(t, new ApiProblem({ code: row.error, status: 400, title: row.error }))
                  : t.portraits.upload.states[row.state]}
              </Badge>
            ),
          },
          { key: 'found', title: t.portraits.upload.found, align: 'right', cell: (row) => format.count(row.found) },
          {
            key: 'not',
            title: t.portraits.upload.notFound,
            align: 'right',
            cell: (row) =>
              row.notFound + row.invalid > 0 && can('audiences.write') ? (
                <a href={fileUrl(`/audiences/lists/uploads/${row.id}/rejects.csv`)} download>
                  {format.count(row.notFound + row.invalid)}
                </a>
              ) : (
                format.count(row.notFound + row.invalid)
              ),
          },
          { key: 'at', title: t.portraits.lists.created, fit: true, cell: (row) => <Ago at={row.createdAt} /> },
        ]}
      />
    </Panel>
  )
}
