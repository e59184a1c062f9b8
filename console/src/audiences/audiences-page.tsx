import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { LiveMark } from '../living/health-panel.tsx'
import { listHealth } from '../living/living-calls.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listAudiences, refreshAudience } from './audience-calls.ts'
import type { Audience } from './audience-shapes.ts'
import { readDefinition } from './reading.ts'
import { useReader } from './use-reader.ts'

export const AudiencesPage = () => {
  const t = useText()
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const format = useFormats()
  const reader = useReader()
  const [words, setWords] = useState('')
  const audiences = useQuery({
    queryKey: ['audiences'],
    queryFn: ({ signal }) => listAudiences(signal),
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.refreshing) ? 1_000 : false),
  })
  const health = useQuery({
    queryKey: ['audiences', 'health'],
    queryFn: ({ signal }) => listHealth(signal),
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.live) ? 5_000 : false),
  })
  const healthOf = (id: string) => health.data?.items.find((one) => one.id === id)
  const refresh = useMutation({
    mutationFn: refreshAudience,
    onSettled: () => client.invalidateQueries({ queryKey: ['audiences'] }),
    onError: fail,
  })
  const create = (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => navigate({ to: '/audiences/new' })}>
      {t.audiences.create}
    </Button>
  )
  const fits = (audience: Audience) => audience.name.toLowerCase().includes(words.trim().toLowerCase())

  return (
    <Page title={t.nav.audiences} subtitle={t.audiences.subtitle} actions={can('audiences.write') && create}>
      <Panel flush>
        <div className="panel-body filters" data-page-search>
          <Input
            allowClear
            prefix={<Icon name="search" size={16} />}
            placeholder={t.audiences.search}
            aria-label={t.audiences.search}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            style={{ maxWidth: 360 }}
          />
        </div>
        <Loaded query={audiences}>
          {({ items }) => {
            return (
              <Table
                label={t.nav.audiences}
                rows={items.filter(fits)}
                rowKey={(row) => row.id}
                blank={
                  items.length > 0 ? (
                    <Blank icon="search" title={t.audiences.noneFit} />
                  ) : (
                    <Blank icon="audiences" title={t.audiences.none} hint={t.audiences.noneHint}>
                      {can('audiences.write') && create}
                    </Blank>
                  )
                }
                columns={[
                  {
                    key: 'name',
                    title: t.audiences.name,
                    card: 'lead',
                    cell: (row) => (
                      <>
                        <Link className="strong" to="/audiences/$id" params={{ id: row.id }}>
                          {row.name}
                        </Link>{' '}
                        <LiveMark health={healthOf(row.id)} />
                        <div className="muted small clamp-2">{readDefinition(reader, row.definition)}</div>
                      </>
                    ),
                  },
                  {
                    key: 'size',
                    title: t.audiences.size,
                    align: 'right',
                    fit: true,
                    cell: (row) => {
                      const size = healthOf(row.id)?.size ?? row.size
                      return size === null ? '—' : <span className="strong">{format.count(size)}</span>
                    },
                  },
                  {
                    key: 'refreshed',
                    title: t.audiences.refreshed,
                    fit: true,
                    cell: (row) =>
                      row.refreshing ? (
                        <Badge tone="teal" live>
                          {t.audiences.refreshing}
                        </Badge>
                      ) : row.error ? (
                        <Badge tone="bad">{t.audiences.refreshFailed}</Badge>
                      ) : (
                        <Ago at={row.asOf} />
                      ),
                  },
                  {
                    key: 'do',
                    title: t.ui.actions,
                    fit: true,
                    card: 'bare',
                    cell: (row) =>
                      can('audiences.write') && (
                        <Button
                          size="small"
                          icon={<Icon name="refresh" size={14} />}
                          loading={refresh.isPending && refresh.variables === row.id}
                          onClick={() => refresh.mutate(row.id)}
                        >
                          {t.ui.refresh}
                        </Button>
                      ),
                  },
                ]}
              />
            )
          }}
        </Loaded>
      </Panel>
    </Page>
  )
}
