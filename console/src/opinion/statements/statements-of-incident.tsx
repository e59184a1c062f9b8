import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { Notice } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { listStatements, suggestStatement } from './statement-calls.ts'
import { StatementState } from './statement-marks.tsx'

/** Statements of one incident, and what to say next. */
export const StatementsOfIncident = ({ incidentId }: { incidentId: number }) => {
  const t = useText()
  const words = t.incidents
  const can = useCan()
  const writes = can('opinion.write')
  const statements = useQuery({
    queryKey: ['statements', 'of', incidentId],
    queryFn: ({ signal }) => listStatements({ incidentId }, signal),
  })
  const suggestion = useQuery({
    queryKey: ['statements', 'suggestion', incidentId],
    queryFn: ({ signal }) => suggestStatement(incidentId, signal),
    enabled: writes,
  })
  return (
    <Panel
      title={words.statements}
      extra={
        writes && (
          <Link to="/opinion/statements/new" search={{ incident: incidentId }}>
            <Button size="small">{words.writeStatement}</Button>
          </Link>
        )
      }
    >
      <Loaded query={statements} lines={2} compact>
        {({ items }) => (
          <div className="stack">
            {items.length === 0 && <p className="muted small">{words.noStatements}</p>}
            {items.map((row) => (
              <div key={row.id} className="row row-between">
                <span>
                  <Link to="/opinion/statements/$id" params={{ id: String(row.id) }}>
                    {row.title}
                  </Link>
                  <div className="muted small">
                    {t.statements.kinds[row.kind]} · {t.statements.version(row.version)}
                    {row.publications > 0 && ` · ${t.statements.publications(row.publications)}`}
                  </div>
                </span>
                <StatementState state={row.state} />
              </div>
            ))}
            {suggestion.data && items.every(({ state }) => state === 'published' || state === 'withdrawn') && (
              <Notice
                action={
                  <Link to="/opinion/statements/new" search={{ incident: incidentId, kind: suggestion.data.kind }}>
                    {t.statements.useSuggestion}
                  </Link>
                }
              >
                {words.suggested[suggestion.data.reason]}
              </Notice>
            )}
          </div>
        )}
      </Loaded>
    </Panel>
  )
}
