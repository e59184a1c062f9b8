import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { endSilence, getSilences, silenceSevere } from './alert-calls.ts'
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
  const [agreeing, setAgreeing] = useState<number>()
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
  const agree = useMutation({
    mutationFn: ({ id, reason }: { id: number; reason: string }) => silenceSevere(id, reason),
    onSuccess: () => {
      message.success(words.silenced)
      setAgreeing(undefined)
    },
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
                    {row.severe ? (
                      <div className="small wrap">
                        {words.severeAgreed(row.severe.by, format.dayHour(row.severe.until))}：{row.severe.reason}
                      </div>
                    ) : (
                      row.mayBeSevere &&
                      row.state !== 'over' && <div className="muted small wrap">{words.severeWaits}</div>
                    )}
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
                    {row.sounding > 0 && <span className="small">{words.sounding(format.count(row.sounding))}</span>}
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
                    <span className="row">
                      {row.mayBeSevere && !row.severe && !row.mine && (
                        <Button size="small" onClick={() => setAgreeing(row.id)}>
                          {words.severeAgree}
                        </Button>
                      )}
                      <Button
                        size="small"
                        loading={end.isPending && end.variables === row.id}
                        onClick={() => end.mutate(row.id)}
                      >
                        {words.endSilence}
                      </Button>
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      {agreeing !== undefined && (
        <ReasonDialog
          title={words.severeAgreeTitle}
          warning={words.severeAgreeHint(format.decimal((silences.data?.terms.severeLongestMinutes ?? 0) / 60))}
          label={words.silenceReason}
          placeholder={words.silenceReason}
          confirm={words.severeAgree}
          busy={agree.isPending}
          onConfirm={(reason) => agree.mutate({ id: agreeing, reason })}
          onClose={() => setAgreeing(undefined)}
        />
      )}
      {making && <SilenceDialog onClose={() => setMaking(false)} />}
    </Panel>
  )
}
