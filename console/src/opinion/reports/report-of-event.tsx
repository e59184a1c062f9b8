import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { makeReport } from './report-calls.ts'

/** On the page of an event: its report, made now. */
export const ReportOfEvent = ({
  event: { id, drillId, mergedInto },
}: {
  event: { id: number; drillId: number; mergedInto: number | null }
}) => {
  const words = useText().opinionReports
  const { language } = usePreferences()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const make = useMutation({
    mutationFn: () => makeReport({ kind: 'event', eventId: id, drillId, language }),
    onSuccess: async (report) => {
      await client.invalidateQueries({ queryKey: ['opinion', 'reports'] })
      await navigate({ to: '/opinion/reports/$id', params: { id: String(report.id) } })
    },
    onError: fail,
  })
  if (mergedInto !== null) return null
  return (
    <Button icon={<Icon name="content" size={16} />} loading={make.isPending} onClick={() => make.mutate()}>
      {words.kinds.event}
    </Button>
  )
}
