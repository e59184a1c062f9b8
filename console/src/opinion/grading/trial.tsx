import { useMutation } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Panel } from '../../ui/page.tsx'
import { Blank } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { type Documents, type HistoryAnswer, tryRules } from './grading-calls.ts'
import { LevelMark } from './level-mark.tsx'

const spans = [7, 30, 90, 365] as const

/** What the draft would have done to past events. */
export const Trial = ({ document }: { document: Documents['grading'] }) => {
  const t = useText()
  const words = t.grading
  const fail = useFailureToast()
  const [days, setDays] = useState<number>(90)
  const trial = useMutation({ mutationFn: () => tryRules({ ...document }, days), onError: fail })
  return (
    <Panel
      title={words.try}
      extra={
        <>
          <Select
            size="small"
            aria-label={words.try}
            value={days}
            onChange={setDays}
            options={spans.map((value) => ({ value, label: words.tryDays(value) }))}
          />
          <Button size="small" type="primary" loading={trial.isPending} onClick={() => trial.mutate()}>
            {words.try}
          </Button>
        </>
      }
    >
      {trial.data ? <Result answer={trial.data} /> : <p className="muted small">{words.tableNote}</p>}
    </Panel>
  )
}

const Result = ({ answer }: { answer: HistoryAnswer }) => {
  const t = useText()
  const words = t.grading
  const format = useFormats()
  if (answer.events === 0) return <Blank compact title={words.tryNone} />
  return (
    <div className="stack-16">
      <p>
        {words.tryResult(format.count(answer.events), answer.days)}：
        {answer.changed.length === 0
          ? words.trySame
          : (['severe', 'moderate', 'minor'] as const)
              .filter((level) => answer.before[level] !== answer.after[level])
              .map((level) =>
                words.trySays(
                  format.count(answer.after[level]),
                  format.count(answer.before[level]),
                  words.levels[level],
                ),
              )
              .join('；')}
      </p>
      {answer.changed.length > 0 && (
        <Table
          label={words.try}
          rows={answer.changed}
          rowKey={({ eventId }) => eventId}
          blank={null}
          columns={[
            {
              key: 'event',
              title: words.event,
              card: 'lead',
              cell: (row) => (
                <>
                  {row.title}
                  <div className="muted small">{format.dayHour(row.at)}</div>
                </>
              ),
            },
            { key: 'before', title: words.before, cell: (row) => <LevelMark level={row.before} /> },
            { key: 'after', title: words.after, cell: (row) => <LevelMark level={row.after} /> },
            {
              key: 'why',
              title: words.why,
              cell: (row) => <span className="small wrap">{row.rules.join('；') || '—'}</span>,
            },
          ]}
        />
      )}
      <ul className="small">
        {answer.hits.map(({ id, name, hits, lastAt }) => (
          <li key={id}>
            {name}：{hits === 0 ? words.neverHit : words.hits(format.count(hits))}
            {lastAt && `，${words.lastHit(format.dayHour(lastAt))}`}
          </li>
        ))}
      </ul>
    </div>
  )
}
