import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { endSilence, getSilences } from './alert-calls.ts'
import { useMatchText } from './match-fields.tsx'
import { SilenceDialog } from './silence-dialog.tsx'

export const SilencesTab = () => {
  const t = useText()
  const words = t.alerts
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const said = useMatchText()
  const { message } = App.useApp()
  const [making, setMaking] = useState(false)
  const silences = useQuery({
    queryKey: ['opinion', 'silences'],
    queryFn: ({ signal }) => getSilences(signal),
    refetchInterval: 15_000,
  })
  const end = useMutation({
    mutationFn: endSilence,
    onSuccess: () => message.success(words.silenceEnded),
    onSettled: () => client.invalidateQueries({ queryKey: ['opinion'] }),
    onError: fail,
  })
  const add = can('opinion.alerts') && (
    <Button type="primary" onClick={() => setMaking(true)}>
      {words.newSilence}
    </Button>
  )
  return (
    <Panel flush title={words.tabs.silences} extra={add}>
      <Loaded query={silences}>
        {({ silences }) => (
          <Table
            label={words.tabs.silences}
            rows={silences}
            rowKey={({ id }) => id}
            blank={<Blank icon="hidden" title={words.noSilences} hint={words.noSilencesHint} />}
            columns={[
              {
                key: 'match',
                title: words.match,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{said(row.match)}</span>
                    <div className="muted small wrap">{row.reason}</div>
                  </>
                ),
              },
              {
                key: 'state',
                title: words.state,
                cell: (row) => (
                  <span className="row">
                    <Badge tone={row.state === 'active' ? 'warn' : 'plain'}>{words.silenceStates[row.state]}</Badge>
                    {row.mutes > 0 && <span className="small">{words.mutes(format.count(row.mutes))}</span>}
                  </span>
                ),
              },
              { key: 'until', title: words.until, cell: (row) => format.dayHour(row.endedAt ?? row.until) },
              { key: 'by', title: words.by, cell: (row) => row.by },
              {
                key: 'act',
                title: '',
                card: 'bare',
                fit: true,
                cell: (row) =>
                  row.state !== 'over' &&
                  can('opinion.alerts') && (
                    <Button
                      size="small"
                      loading={end.isPending && end.variables === row.id}
                      onClick={() => end.mutate(row.id)}
                    >
                      {words.endSilence}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      {making && <SilenceDialog onClose={() => setMaking(false)} />}
    </Panel>
  )
}
