import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, type Tone } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { listSources } from './source-calls.ts'
import { SourceDialog } from './source-dialogs.tsx'
import { type Health, healthOf } from './source-health.ts'

const tones: Record<Health, Tone> = { good: 'good', rejecting: 'warn', quiet: 'plain', off: 'plain' }

export const SourcesPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const [adding, setAdding] = useState(false)
  const sources = useQuery({
    queryKey: ['sources'],
    queryFn: ({ signal }) => listSources(signal),
    refetchInterval: 5_000,
  })
  const add = can('sources.write') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
      {t.sources.create}
    </Button>
  )
  return (
    <Page title={t.nav.sources} subtitle={t.sources.subtitle} actions={add}>
      <Panel flush>
        <Loaded query={sources}>
          {({ items }) => (
            <Table
              label={t.nav.sources}
              rows={items}
              rowKey={(row) => row.id}
              blank={
                <Blank icon="sources" title={t.sources.none} hint={t.sources.noneHint}>
                  {add}
                </Blank>
              }
              columns={[
                {
                  key: 'name',
                  title: t.sources.name,
                  card: 'lead',
                  cell: (row) => (
                    <Link className="strong" to="/sources/$id" params={{ id: row.id }}>
                      {row.name}
                    </Link>
                  ),
                },
                {
                  key: 'health',
                  title: t.sources.state,
                  fit: true,
                  cell: (row) => {
                    const health = healthOf(row)
                    return (
                      <Badge tone={tones[health]} {...(health === 'good' ? { live: true } : { dot: true })}>
                        {t.sources.health[health]}
                      </Badge>
                    )
                  },
                },
                {
                  key: 'accepted',
                  title: t.sources.acceptedHour,
                  align: 'right',
                  fit: true,
                  cell: (row) => format.count(row.acceptedLastHour),
                },
                {
                  key: 'rejected',
                  title: t.sources.rejectedHour,
                  align: 'right',
                  fit: true,
                  cell: (row) => format.count(row.rejectedLastHour),
                },
                {
                  key: 'quota',
                  title: t.sources.quota,
                  align: 'right',
                  fit: true,
                  cell: (row) => t.sources.perSecond(format.count(row.quotaPerSecond)),
                },
                { key: 'seen', title: t.sources.lastSeen, fit: true, cell: (row) => <Ago at={row.lastSeenAt} /> },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {adding && <SourceDialog source={undefined} onClose={() => setAdding(false)} />}
    </Page>
  )
}
