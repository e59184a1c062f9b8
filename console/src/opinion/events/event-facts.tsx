import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { StandingMark } from '../facts/fact-marks.tsx'
import { getEventFacts } from './event-calls.ts'

/** What we know to be true about what is claimed. */
export const EventFactsPanel = ({ id }: { id: number }) => {
  const t = useText()
  const words = t.events
  const format = useFormats()
  const facts = useQuery({
    queryKey: ['opinion', 'events', id, 'facts'],
    queryFn: ({ signal }) => getEventFacts(id, signal),
  })
  const toFacts = (
    <Link to="/opinion/facts">
      <Button>{words.toFacts}</Button>
    </Link>
  )
  return (
    <Panel title={words.factsTitle} extra={facts.data?.items.length ? toFacts : undefined}>
      <Loaded query={facts} lines={3} compact>
        {({ items }) =>
          items.length === 0 ? (
            <Blank icon="dictionary" title={words.noFacts} hint={words.noFactsHint}>
              {toFacts}
            </Blank>
          ) : (
            <ul className="event-facts">
              {items.map((fact) => (
                <li key={fact.id}>
                  <div className="row">
                    <StandingMark standing={fact.standing} />
                    <Link className="strong" to="/opinion/facts" search={{ fact: fact.id }}>
                      {fact.claim}
                    </Link>
                    <Badge tone={fact.link === 'confirmed' ? 'teal' : 'plain'}>
                      {t.facts.links[fact.link]} · {words.likeness(format.share(fact.likeness))}
                    </Badge>
                  </div>
                  <p>{fact.fact}</p>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}
