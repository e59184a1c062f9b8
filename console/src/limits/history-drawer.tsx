import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Badge } from '../ui/marks.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { getHistory } from './limit-calls.ts'
import type { LimitName } from './limit-shapes.ts'

/** Every version of a limit, the newest first. */
export const HistoryDrawer = ({
  name,
  current,
  onClose,
}: {
  name: LimitName
  current: number
  onClose: () => void
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.limits
  const history = useQuery({
    queryKey: ['limits', 'history', name],
    queryFn: ({ signal }) => getHistory(name, signal),
  })
  return (
    <Drawer open onClose={onClose} size={560} title={words.historyOf(words.names[name])}>
      <Loaded query={history} lines={6}>
        {({ versions }) =>
          versions.length === 0 ? (
            <Blank compact title={words.noHistory} />
          ) : (
            <ul className="stack-16">
              {versions.map((version) => (
                <li key={version.id} className="rule-card">
                  <p className="row row-between">
                    <strong>{format.dateTime(version.validFrom)}</strong>
                    {version.id === current && <Badge tone="good">{words.inForce}</Badge>}
                    {version.withdrawnAt && <Badge tone="warn">{words.takenBack}</Badge>}
                  </p>
                  <p className="small">{version.reason}</p>
                  <p className="muted small">
                    {version.setBy === 'system' ? words.initial : version.setBy} · {format.dateTime(version.setAt)}
                  </p>
                  <p className="muted small">
                    {words.source}：{version.source}
                  </p>
                  <details>
                    <summary className="small">{words.show}</summary>
                    <pre className="limit-json">{JSON.stringify(version.value, null, 2)}</pre>
                  </details>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Drawer>
  )
}
