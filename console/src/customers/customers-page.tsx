import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Checkbox, Input, Select } from 'antd'
import { useState } from 'react'
import { ExportDialog } from '../audiences/export-dialog.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { type Text, useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { type CustomerSearch, guessIdentifier, listConflicts, searchCustomers } from './customer-calls.ts'
import { type CustomerFound, type IdentifierKind, identifierKinds } from './customer-shapes.ts'
import { type SearchTyped, setSearch, useSearchTyped } from './search-memory.ts'
import { useTraitTitles } from './trait-titles.ts'

const pageSize = 25

const asked = ({ kind, value }: SearchTyped): CustomerSearch => {
  const text = value.trim()
  if (kind === 'any' || text === '') return guessIdentifier(text)
  return { identifier: { kind, value: text } }
}

export const CustomersPage = () => {
  const t = useText()
  const can = useCan()
  const typed = useSearchTyped()
  const navigate = useNavigate()
  const [exporting, setExporting] = useState(false)
  const search = useSettled(typed, 350)
  const [visitors, setVisitors] = useState(false)
  const customers = useInfiniteQuery({
    queryKey: ['customers', 'search', search, visitors],
    queryFn: ({ pageParam, signal }) =>
      searchCustomers({ search: asked(search), limit: pageSize, after: pageParam, known: !visitors }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const conflicts = useQuery({
    queryKey: ['customers', 'conflicts'],
    queryFn: ({ signal }) => listConflicts(signal),
    enabled: can('customers.read'),
  })
  const conflictCount = conflicts.data?.items.length ?? 0

  return (
    <Page
      title={t.nav.customers}
      subtitle={t.customers.subtitle}
      actions={
        <>
          {can('customers.merge') && (
            <Button icon={<Icon name="conflict" size={16} />} onClick={() => navigate({ to: '/customers/conflicts' })}>
              {t.customers.conflicts}
              {conflictCount > 0 && <Badge tone="warn">{conflictCount}</Badge>}
            </Button>
          )}
          {can('customers.export') && (
            <Button icon={<Icon name="download" size={16} />} onClick={() => setExporting(true)}>
              {t.exports.all}
            </Button>
          )}
        </>
      }
    >
      <Panel flush>
        <div className="panel-body">
          <search className="filters" data-page-search>
            <Input
              className="customer-search"
              size="large"
              allowClear
              prefix={<Icon name="search" />}
              suffix={<kbd>/</kbd>}
              placeholder={typed.kind === 'any' ? t.customers.searchHint : t.identifiers[typed.kind]}
              aria-label={t.customers.search}
              autoComplete="off"
              value={typed.value}
              onChange={(event) => setSearch({ ...typed, value: event.target.value })}
              style={{ flex: '1 1 260px' }}
            />
            <Select
              size="large"
              aria-label={t.customers.kind}
              value={typed.kind}
              onChange={(kind) => setSearch({ ...typed, kind })}
              style={{ width: 168 }}
              options={[
                { value: 'any' as const, label: t.customers.anyKind },
                ...identifierKinds.map((kind) => ({ value: kind, label: t.identifiers[kind] })),
              ]}
            />
          </search>
        </div>
        <Loaded query={customers} lines={8}>
          {({ pages }) => (
            <>
              <div className="list-head">
                <Found total={pages[0]?.total ?? 0} searching={search.value.trim() !== ''} />
                {search.value.trim() === '' && (
                  <Checkbox checked={visitors} onChange={(event) => setVisitors(event.target.checked)}>
                    {t.customers.visitors}
                  </Checkbox>
                )}
              </div>
              <CustomerTable
                rows={pages.flatMap((page) => page.items)}
                searching={search.value.trim() !== ''}
                more={customers}
              />
            </>
          )}
        </Loaded>
      </Panel>
      {exporting && <ExportDialog what="all" name={t.nav.customers} onClose={() => setExporting(false)} />}
    </Page>
  )
}

const Found = ({ total, searching }: { total: number; searching: boolean }) => {
  const t = useText()
  const format = useFormats()
  if (total === 0) return null
  return (
    <p className="muted small" role="status">
      {searching ? t.customers.found(format.count(total)) : t.customers.inAll(format.count(total))}
    </p>
  )
}

export const CustomerTable = ({
  rows,
  searching,
  more,
}: {
  rows: readonly CustomerFound[]
  searching: boolean
  more: Parameters<typeof Table>[0]['more']
}) => {
  const t = useText()
  const can = useCan()
  const navigate = useNavigate()
  const columns = useCustomerColumns(rows)
  return (
    <Table
      label={t.nav.customers}
      rows={rows}
      rowKey={(row) => row.id}
      columns={columns}
      {...(more ? { more } : {})}
      blank={
        searching ? (
          <Blank icon="search" title={t.customers.nobody} hint={t.customers.nobodyHint} />
        ) : (
          <Blank icon="customers" title={t.customers.none} hint={t.customers.noneHint}>
            {can('imports.write') && (
              <Button type="primary" onClick={() => navigate({ to: '/imports/new' })}>
                {t.imports.create}
              </Button>
            )}
          </Blank>
        )
      }
    />
  )
}

/** Name and identifiers, then the traits most of these rows have. */
const useCustomerColumns = (rows: readonly CustomerFound[]): Column<CustomerFound>[] => {
  const t = useText()
  const format = useFormats()
  const titles = useTraitTitles()
  const traits = commonTraits(rows, 4)
  return [
    {
      key: 'name',
      title: t.identifiers.name,
      card: 'lead',
      cell: (row) => (
        <Link className="strong" to="/customers/$id" params={{ id: row.id }}>
          {nameOf(row, t)}
        </Link>
      ),
    },
    {
      key: 'id',
      title: t.identifiers.id,
      card: 'wide',
      fit: true,
      cell: (row) => <span className="muted num">{row.id}</span>,
    },
    ...commonKinds(rows, 2).map(
      (kind): Column<CustomerFound> => ({
        key: kind,
        title: t.identifiers[kind],
        cell: (row) => <span className="cut">{row.display[kind]}</span>,
      }),
    ),
    ...traits.map(
      (name): Column<CustomerFound> => ({
        key: `trait:${name}`,
        title: titles(name),
        ...(typeof rows[0]?.traits[name] === 'number' ? { align: 'right' } : {}),
        cell: (row) => {
          const value = row.traits[name]
          if (value === undefined) return ''
          return typeof value === 'number'
            ? format.amount(name, value)
            : typeof value === 'boolean'
              ? t.ui.yesNo(value)
              : value
        },
      }),
    ),
    { key: 'created', title: t.customers.created, fit: true, cell: (row) => <Ago at={row.createdAt} /> },
  ]
}

/** Who has no name may at least be known by something; else he is a visitor. */
const nameOf = ({ display }: CustomerFound, t: Text) =>
  display.name ?? display.phone ?? display.accountId ?? t.customers.visitor

/** The identifiers that most of these rows have, in the order people ask for them. */
const commonKinds = (rows: readonly CustomerFound[], limit: number) => {
  const count = (kind: IdentifierKind) => rows.filter(({ display }) => display[kind]).length
  const most = identifierKinds
    .filter((kind) => count(kind) > 0)
    .toSorted((a, b) => count(b) - count(a))
    .slice(0, limit)
  return identifierKinds.filter((kind) => most.includes(kind))
}

const commonTraits = (rows: readonly CustomerFound[], limit: number) => {
  const counts = new Map<string, number>()
  for (const row of rows) for (const name of Object.keys(row.traits)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, limit)
    .map(([name]) => name)
}
