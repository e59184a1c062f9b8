import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import type { EventDetail } from '../../../../src/opinion/events/events-contract.ts'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'

/** What was done to an event, by whom and why. */
export const ChangesPanel = ({ event, onUndo }: { event: EventDetail; onUndo: ((id: number) => void) | undefined }) => {
  const t = useText()
  const words = t.events
  return (
    <Panel title={words.tabs.changes} flush>
      <Table
        label={words.tabs.changes}
        rows={event.changes}
        rowKey={({ id }) => id}
        blank={<Blank icon="audit" title={words.noChanges} />}
        columns={[
          {
            key: 'kind',
            title: words.tabs.changes,
            card: 'lead',
            cell: (row) => (
              <span>
                <span className="strong">{words.changeKinds[row.kind]}</span>{' '}
                {row.undone && <Badge>{words.wasUndone}</Badge>}
                {row.titleAfter !== null && (
                  <div className="small">{words.renamedFromTo(row.titleBefore ?? '', row.titleAfter)}</div>
                )}
                {row.otherId !== null && (
                  <div className="small">
                    <Link
                      to="/opinion/events/$id"
                      params={{ id: String(row.otherId === event.id ? row.eventId : row.otherId) }}
                    >
                      #{row.otherId === event.id ? row.eventId : row.otherId}{' '}
                      {row.otherId === event.id ? '' : row.otherTitle}
                    </Link>
                  </div>
                )}
              </span>
            ),
          },
          { key: 'reason', title: words.reason, cell: (row) => row.reason || '—' },
          { key: 'by', title: t.tasks.by, cell: (row) => row.by ?? words.byMachine },
          { key: 'at', title: t.ui.when, cell: (row) => <Ago at={row.at} /> },
          {
            key: 'undo',
            title: t.ui.actions,
            card: 'bare',
            cell: (row) =>
              row.canUndo && onUndo && row.eventId === event.id ? (
                <Button size="small" icon={<Icon name="undo" size={14} />} onClick={() => onUndo(row.id)}>
                  {words.undo}
                </Button>
              ) : null,
          },
        ]}
      />
    </Panel>
  )
}
