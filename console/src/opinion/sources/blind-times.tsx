import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SourceView } from '../../../../src/opinion/sources/sources-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { getCoverage, listBlind } from './source-calls.ts'

const weekMs = 7 * 86_400_000

/** When a source saw nothing: the last week as a line, all times in words. */
export const BlindTimes = ({ source }: { source: SourceView }) => {
  const words = useText().opinionSources
  const format = useFormats()
  const [to] = useState(() => Date.now())
  const from = Math.max(to - weekMs, Date.parse(source.createdAt))
  const spans = useQuery({
    queryKey: ['opinionSources', 'blind', source.id, source.light],
    queryFn: ({ signal }) => listBlind(source.id, signal),
  })
  const coverage = useQuery({
    queryKey: ['opinionSources', 'coverage', source.id, source.light],
    queryFn: ({ signal }) => getCoverage(new Date(from).toISOString(), new Date(to).toISOString(), signal),
  })
  const own = coverage.data?.sources.find(({ sourceId }) => sourceId === source.id)
  return (
    <Panel
      title={words.blind}
      extra={own && <span className="muted small">{`${words.share} ${format.share(own.seen)}`}</span>}
    >
      <Loaded query={spans} compact lines={2}>
        {({ items }) => (
          <>
            <div className="blind-line" aria-hidden="true">
              {items.map((span) => {
                const start = Math.max(from, Date.parse(span.from))
                const end = Math.min(to, span.to ? Date.parse(span.to) : to)
                if (end <= start || to <= from) return null
                const style = {
                  left: `${((start - from) / (to - from)) * 100}%`,
                  width: `${Math.max(0.5, ((end - start) / (to - from)) * 100)}%`,
                }
                return <span key={span.from} className={span.reason === 'off' ? 'blind-off' : ''} style={style} />
              })}
            </div>
            {items.length === 0 ? (
              <p className="muted small">{words.noBlind}</p>
            ) : (
              <ul className="small">
                {items.slice(0, 8).map((span) => (
                  <li key={span.from}>
                    {format.dateTime(span.from)} – {span.to ? format.dateTime(span.to) : words.ongoing} ·{' '}
                    {words.blindReasons[span.reason]}
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  )
}
