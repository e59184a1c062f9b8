import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { PostTermsPanel } from './post-terms.tsx'
import { listSources } from './source-calls.ts'
import { HourBars, Lag, LightBadge } from './source-marks.tsx'

const order = ['blind', 'failing', 'new', 'ok', 'off'] as const

/** All sources; those that need somebody stand first. */
export const PostSourcesPage = () => {
  const t = useText()
  const words = t.opinionSources
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const [find, setFind] = useState('')
  const sources = useQuery({
    queryKey: ['opinionSources', 'list'],
    queryFn: ({ signal }) => listSources(signal),
    refetchInterval: 10_000,
  })
  const add = can('opinion.sources') && (
    <Button
      type="primary"
      icon={<Icon name="plus" size={16} />}
      onClick={() => navigate({ to: '/opinion/sources/new' })}
    >
      {words.create}
    </Button>
  )
  return (
    <Page title={words.title} subtitle={words.subtitle} actions={add}>
      <Panel flush>
        <Loaded query={sources}>
          {({ items }) => {
            const shown = items
              .filter(({ name }) => name.toLowerCase().includes(find.trim().toLowerCase()))
              .sort((a, b) => order.indexOf(a.light) - order.indexOf(b.light))
            return (
              <>
                {items.length > 8 && (
                  <div className="panel-body">
                    <Input
                      allowClear
                      aria-label={words.find}
                      placeholder={words.find}
                      value={find}
                      onChange={(event) => setFind(event.target.value)}
                    />
                  </div>
                )}
                <Table
                  label={words.title}
                  rows={shown}
                  rowKey={(row) => row.id}
                  blank={
                    <Blank icon="sources" title={words.none} hint={words.noneHint}>
                      {add}
                    </Blank>
                  }
                  columns={[
                    {
                      key: 'name',
                      title: words.name,
                      card: 'lead',
                      cell: (row) => (
                        <div>
                          <Link className="strong" to="/opinion/sources/$id" params={{ id: String(row.id) }}>
                            {row.name}
                          </Link>
                          <div className="muted small">
                            {words.platforms[row.platform]} · {words.kinds[row.config.kind]}
                          </div>
                        </div>
                      ),
                    },
                    { key: 'state', title: words.state, fit: true, cell: (row) => <LightBadge source={row} /> },
                    {
                      key: 'hours',
                      title: words.last24,
                      fit: true,
                      cell: (row) => {
                        const sum = row.hours.reduce((a, b) => a + b, 0)
                        return (
                          <span className="row hours-cell">
                            <HourBars hours={row.hours} label={`${words.last24}: ${format.count(sum)}`} />
                            <span className="num">{format.count(sum)}</span>
                          </span>
                        )
                      },
                    },
                    {
                      key: 'lag',
                      title: words.lag,
                      fit: true,
                      align: 'right',
                      cell: (row) => <Lag seconds={row.lagSeconds} />,
                    },
                    { key: 'new', title: words.lastNew, fit: true, cell: (row) => <Ago at={row.lastNewAt} /> },
                    { key: 'next', title: words.next, fit: true, card: 'wide', cell: (row) => <Ago at={row.nextAt} /> },
                  ]}
                />
              </>
            )
          }}
        </Loaded>
      </Panel>
      <PostTermsPanel />
    </Page>
  )
}
