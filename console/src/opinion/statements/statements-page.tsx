import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { useSettled } from '../../ui/settled.ts'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { listStatements, type StatementKind, statementKinds } from './statement-calls.ts'
import { StatementState } from './statement-marks.tsx'

/** All statements, newest first. */
export const StatementsPage = () => {
  const t = useText()
  const words = t.statements
  const can = useCan()
  const [typed, setTyped] = useState('')
  const [kind, setKind] = useState<StatementKind>()
  const search = useSettled(typed.trim(), 250)
  const statements = useInfiniteQuery({
    queryKey: ['statements', 'list', search, kind],
    queryFn: ({ pageParam, signal }) => listStatements({ search, kind, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      actions={
        can('opinion.write') && (
          <Link to="/opinion/statements/new" search={{}}>
            <Button type="primary" icon={<Icon name="plus" size={16} />}>
              {words.new}
            </Button>
          </Link>
        )
      }
    >
      <Panel flush>
        <div className="panel-body filters" data-page-search>
          <Input
            allowClear
            type="search"
            style={{ width: 240 }}
            aria-label={words.search}
            placeholder={words.search}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <Select
            allowClear
            aria-label={words.kind}
            placeholder={words.allKinds}
            style={{ minWidth: 140 }}
            {...(kind !== undefined && { value: kind })}
            onChange={(value: StatementKind | undefined) => setKind(value)}
            options={statementKinds.map((value) => ({ value, label: words.kinds[value] }))}
          />
        </div>
        <Loaded query={statements} lines={6}>
          {({ pages }) => (
            <Table
              label={words.title}
              rows={pages.flatMap(({ items }) => items)}
              rowKey={({ id }) => id}
              more={statements}
              blank={
                search !== '' || kind !== undefined ? (
                  <Blank icon="search" title={words.noneFit} />
                ) : (
                  <Blank icon="content" title={words.none} hint={words.noneHint} />
                )
              }
              columns={[
                {
                  key: 'title',
                  title: words.heading,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/opinion/statements/$id" params={{ id: String(row.id) }}>
                        {row.title}
                      </Link>
                      <div className="muted small">
                        {words.kinds[row.kind]} · {words.version(row.version)}
                      </div>
                    </>
                  ),
                },
                { key: 'state', title: words.state, cell: (row) => <StatementState state={row.state} /> },
                {
                  key: 'incident',
                  title: words.incident,
                  cell: (row) =>
                    row.incidentId === null ? (
                      '—'
                    ) : (
                      <Link to="/opinion/incidents/$id" params={{ id: String(row.incidentId) }}>
                        #{row.incidentId} {row.incident}
                      </Link>
                    ),
                },
                {
                  key: 'changed',
                  title: words.changed,
                  cell: (row) => (
                    <span className="small">
                      {row.by} <Ago at={row.changedAt} />
                    </span>
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
