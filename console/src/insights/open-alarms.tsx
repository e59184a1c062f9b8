import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Notice } from '../ui/marks.tsx'
import { listAlarms } from './insight-calls.ts'
import { useEventName } from './pickers.tsx'

/** What watched funnels among these reports have raised and nobody has seen yet. */
export const OpenAlarms = ({ reports }: { reports: readonly string[] }) => {
  const t = useText()
  const format = useFormats()
  const eventName = useEventName()
  const alarms = useQuery({
    queryKey: ['insights', 'alarms'],
    queryFn: ({ signal }) => listAlarms(signal),
    refetchInterval: 60_000,
  })
  const open = (alarms.data?.items ?? []).filter(
    ({ report, acknowledgedAt }) => acknowledgedAt === null && reports.includes(report),
  )
  return open.slice(0, 5).map(({ id, report, reportName, hour, step, stepName, observed, of, expected }) => (
    <Notice key={id} tone="bad">
      <Link to="/insights/explore/$kind" params={{ kind: 'funnel' }} search={{ report }}>
        {reportName}
      </Link>{' '}
      · {format.dayHour(hour)} · {t.insights.step(step)} {eventName(stepName)}:{' '}
      {of === null
        ? t.insights.alarmEntered(format.count(observed), format.count(Math.round(expected)))
        : t.insights.alarmStep(format.count(observed), format.count(of), format.count(Math.round(expected)))}
    </Notice>
  ))
}
