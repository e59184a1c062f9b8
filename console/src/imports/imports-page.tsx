import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Code, Tabs } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { deleteMapping, listImports, listMappings } from './import-calls.ts'
import { isActive } from './import-shapes.ts'
import { ImportProgress, StateBadge } from './progress.tsx'

export const ImportsPage = () => {
  const t = useText()
  const can = useCan()
  const navigate = useNavigate()
  const [view, setView] = useState<'runs' | 'mappings'>('runs')
  return (
    <Page
      title={t.nav.imports}
      subtitle={t.imports.subtitle}
      actions={
        can('imports.write') && (
          <Button
            type="primary"
            icon={<Icon name="upload" size={16} />}
            onClick={() => navigate({ to: '/imports/new' })}
          >
            {t.imports.create}
          </Button>
        )
      }
    >
      <Tabs
        label={t.nav.imports}
        value={view}
        onChange={setView}
        items={[
          { key: 'runs', label: t.imports.runs },
          { key: 'mappings', label: t.imports.mappings },
        ]}
      />
      {view === 'runs' ? <Runs /> : <Mappings />}
    </Page>
  )
}

const Runs = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const imports = useQuery({
    queryKey: ['imports'],
    queryFn: ({ signal }) => listImports(signal),
    refetchInterval: ({ state }) => (state.data?.items.some(isActive) ? 1_000 : 10_000),
  })
  return (
    <Panel flush>
      <Loaded query={imports}>
        {({ items }) => (
          <Table
            label={t.imports.runs}
            rows={items}
            rowKey={(row) => row.id}
            blank={
              <Blank icon="imports" title={t.imports.none} hint={t.imports.noneHint}>
                {can('imports.write') && <Link to="/imports/new">{t.imports.create}</Link>}
              </Blank>
            }
            columns={[
              {
                key: 'name',
                title: t.imports.name,
                card: 'lead',
                cell: (row) =>
                  isActive(row) ? (
                    <ImportProgress run={row} linked />
                  ) : (
                    <Link className="strong" to="/imports/$id" params={{ id: row.id }}>
                      {row.name}
                    </Link>
                  ),
              },
              {
                key: 'kind',
                title: t.imports.kind,
                fit: true,
                cell: (row) => <Badge>{t.imports.kinds[row.kind]}</Badge>,
              },
              { key: 'state', title: t.imports.state, fit: true, cell: (row) => <StateBadge state={row.state} /> },
              { key: 'read', title: t.imports.read, align: 'right', fit: true, cell: (row) => format.count(row.read) },
              {
                key: 'accepted',
                title: t.imports.accepted,
                align: 'right',
                fit: true,
                cell: (row) => format.count(row.accepted),
              },
              {
                key: 'merged',
                title: t.imports.merged,
                align: 'right',
                fit: true,
                cell: (row) => format.count(row.merged),
              },
              {
                key: 'rejected',
                title: t.imports.rejected,
                align: 'right',
                fit: true,
                cell: (row) =>
                  row.rejected > 0 ? <span className="bad-figure">{format.count(row.rejected)}</span> : '0',
              },
              { key: 'at', title: t.imports.started, fit: true, cell: (row) => <Ago at={row.startedAt} /> },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const Mappings = () => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const confirm = useConfirm()
  const fail = useFailureToast()
  const mappings = useQuery({ queryKey: ['mappings'], queryFn: ({ signal }) => listMappings(signal) })
  const drop = useMutation({
    mutationFn: deleteMapping,
    onSettled: () => client.invalidateQueries({ queryKey: ['mappings'] }),
    onError: fail,
  })
  return (
    <Panel flush>
      <Loaded query={mappings}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank icon="file" title={t.imports.noMappings} hint={t.imports.noMappingsHint} />
          ) : (
            <ul className="mapping-list">
              {items.map((one) => (
                <li key={one.name} className="row">
                  <details>
                    <summary className="row">
                      <span className="strong">{one.name}</span>
                      <Badge>{t.imports.kinds[one.kind]}</Badge>
                      <span className="muted small">
                        {t.imports.columnCount(Object.keys(one.mapping.columns).length)} · <Ago at={one.updatedAt} />
                      </span>
                    </summary>
                    <Code text={JSON.stringify(one.mapping, null, 2)} />
                  </details>
                  {can('imports.write') && (
                    <button
                      type="button"
                      className="icon-button danger"
                      aria-label={t.imports.deleteMapping(one.name)}
                      onClick={() =>
                        confirm({
                          title: t.imports.deleteMapping(one.name),
                          content: t.imports.deleteMappingHint,
                          okText: t.ui.remove,
                          danger: true,
                          run: () => drop.mutateAsync(one.name),
                        })
                      }
                    >
                      <Icon name="trash" size={16} />
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}
