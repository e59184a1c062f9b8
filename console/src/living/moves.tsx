import './living.css'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Badge } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { getRecentMoves } from './living-calls.ts'
import type { RecentMoves } from './living-shapes.ts'

const shownMoves = 30
type Move = RecentMoves['items'][number]

/** Who entered and left lately, as it happens. */
export const Moves = ({ id, live }: { id: string; live: boolean }) => {
  const t = useText()
  const format = useFormats()
  const moves = useQuery({
    queryKey: ['audiences', id, 'moves'],
    queryFn: ({ signal }) => getRecentMoves(id, shownMoves, signal),
    refetchInterval: live ? 2_000 : false,
  })
  return (
    <Panel title={t.living.moves} note={t.living.movesNote} flush>
      <Loaded query={moves}>
        {({ items }) => (
          <Table
            label={t.living.moves}
            rows={items}
            rowKey={(row) => row.cursor}
            blank={<Blank icon="audiences" title={t.living.noMoves} hint={t.living.noMovesHint} />}
            columns={[
              { key: 'who', title: t.living.who, card: 'lead', cell: (row) => <Who move={row} /> },
              {
                key: 'what',
                title: t.living.what,
                fit: true,
                cell: (row) => (
                  <span className="move-new">
                    {row.change === 'rebuilt' ? (
                      <Badge>{t.living.rebuilt}</Badge>
                    ) : (
                      <Badge tone={row.change === 'entered' ? 'good' : 'warn'} dot>
                        {row.change === 'entered' ? t.audiences.entered : t.audiences.left}
                      </Badge>
                    )}
                  </span>
                ),
              },
              { key: 'at', title: t.ui.when, fit: true, cell: (row) => format.dateTime(row.at) },
              {
                key: 'version',
                title: t.living.version,
                align: 'right',
                fit: true,
                cell: (row) => <span className="muted num">v{row.version}</span>,
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const Who = ({ move: { customerId, display } }: { move: Move }) => {
  const t = useText()
  if (customerId === null) return <span className="muted">{t.living.rebuiltHint}</span>
  if (!display) return <span className="muted">{t.living.erased}</span>
  return (
    <>
      <Link className="strong" to="/customers/$id" params={{ id: customerId }}>
        {display['name'] ?? display['phone'] ?? display['accountId'] ?? t.customers.visitor}
      </Link>{' '}
      {display['name'] && display['phone'] && <span className="muted small num">{display['phone']}</span>}
    </>
  )
}
