import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { decideRequest, getRequests, withdrawRequest } from './grading-calls.ts'
import { LevelMark } from './level-mark.tsx'

/** Lower levels that wait for another person. */
export const RequestsTab = () => {
  const t = useText()
  const words = t.grading
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const requests = useQuery({
    queryKey: ['opinion', 'requests'],
    queryFn: ({ signal }) => getRequests(signal),
    refetchInterval: 15_000,
  })
  const settle = () => client.invalidateQueries({ queryKey: ['opinion'] })
  const decide = useMutation({
    mutationFn: ({ id, approve }: { id: number; approve: boolean }) => decideRequest(id, approve, ''),
    onSettled: settle,
    onError: fail,
  })
  const back = useMutation({ mutationFn: withdrawRequest, onSettled: settle, onError: fail })
  return (
    <Panel flush title={words.tabs.requests}>
      <Loaded query={requests}>
        {({ requests }) => (
          <Table
            label={words.tabs.requests}
            rows={requests}
            rowKey={({ id }) => id}
            blank={<Blank icon="done" title={words.noRequests} hint={words.noRequestsHint} />}
            columns={[
              {
                key: 'event',
                title: words.event,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{row.title || `#${row.eventId}`}</span>
                    <div className="small wrap">{row.reason}</div>
                  </>
                ),
              },
              { key: 'level', title: words.newLevel, fit: true, cell: (row) => <LevelMark level={row.level} /> },
              {
                key: 'by',
                title: words.reason,
                cell: (row) => (
                  <span className="muted small">
                    {words.asked(row.askedBy)} · {format.dayHour(row.askedAt)}
                  </span>
                ),
              },
              {
                key: 'act',
                title: '',
                card: 'bare',
                fit: true,
                cell: (row) =>
                  row.mine ? (
                    <span className="row">
                      <span className="muted small">{words.ownRequest}</span>
                      <Button size="small" loading={back.isPending} onClick={() => back.mutate(row.id)}>
                        {words.withdraw}
                      </Button>
                    </span>
                  ) : (
                    can('opinion.approve') && (
                      <span className="row">
                        <Button
                          size="small"
                          type="primary"
                          onClick={() => decide.mutate({ id: row.id, approve: true })}
                        >
                          {words.approveLower}
                        </Button>
                        <Button size="small" onClick={() => decide.mutate({ id: row.id, approve: false })}>
                          {words.refuseLower}
                        </Button>
                      </span>
                    )
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
