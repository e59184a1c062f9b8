import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Ago, Badge, Meter, type Tone } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { askRematch, cancelRematch, listRematches } from './subject-calls.ts'

const tones: Record<string, Tone> = {
  waiting: 'blue',
  running: 'blue',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
}

/** Matching stored posts again by the rules of now. */
export const RematchPanel = ({ subjectId }: { subjectId?: number }) => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [days, setDays] = useState(30)
  const runs = useQuery({
    queryKey: ['opinion', 'rematches'],
    queryFn: ({ signal }) => listRematches(signal),
    refetchInterval: ({ state }) =>
      state.data?.items.some((run) => run.state === 'waiting' || run.state === 'running') ? 1_000 : false,
  })
  const settle = () => client.invalidateQueries({ queryKey: ['opinion'] })
  const ask = useMutation({
    mutationFn: () => askRematch({ days, subjectIds: subjectId === undefined ? [] : [subjectId] }),
    onSuccess: settle,
    onError: fail,
  })
  const cancel = useMutation({ mutationFn: cancelRematch, onSuccess: settle, onError: fail })
  const goingOn = runs.data?.items.some((run) => run.state === 'waiting' || run.state === 'running')
  return (
    <Panel title={words.rematch} note={words.rematchHint}>
      {can('opinion.write') && (
        <div className="row">
          <Select
            aria-label={words.rematch}
            value={days}
            onChange={setDays}
            options={[7, 30, 90, 365].map((value) => ({ value, label: words.tryDays(format.count(value)) }))}
          />
          <Button loading={ask.isPending} disabled={goingOn === true} onClick={() => ask.mutate()}>
            {subjectId === undefined ? words.rematchStart : words.rematchThis}
          </Button>
        </div>
      )}
      <Loaded query={runs} lines={2} compact>
        {({ items }) => (
          <ul className="rematches">
            {items.slice(0, 5).map((run) => (
              <li key={run.id}>
                <Badge tone={tones[run.state] ?? 'plain'} live={run.state === 'running'}>
                  {words.rematchStates[run.state]}
                </Badge>
                <span className="small">
                  {words.tryProgress(format.count(run.looked), format.count(run.total))} ·{' '}
                  {words.rematchResult(format.count(run.gained), format.count(run.lost))}
                </span>
                <span className="muted small">
                  {run.askedBy} <Ago at={run.askedAt} />
                </span>
                {(run.state === 'running' || run.state === 'waiting') && (
                  <>
                    <Meter label={words.rematch} share={run.total > 0 ? run.looked / run.total : undefined} />
                    {can('opinion.write') && (
                      <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate(run.id)}>
                        {words.rematchCancel}
                      </Button>
                    )}
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  )
}
