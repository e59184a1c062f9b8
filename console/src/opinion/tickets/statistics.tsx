import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { fileUrl } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { DayInput } from '../../ui/day-input.tsx'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Chart } from '../../ui/lazy-chart.tsx'
import { Meter, Tile } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { useReasons } from './reasons.ts'
import { addReason, exportPath, readStatistics, retireReason, type TicketStatistics } from './ticket-calls.ts'

const dayMs = 86_400_000
const dayText = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)

/** Figures of a span of days, the reasons, and the export. */
export const Statistics = () => {
  const t = useText()
  const words = t.tickets
  const can = useCan()
  const [from, setFrom] = useState(dayText(Date.now() - 29 * dayMs))
  const [to, setTo] = useState(dayText(Date.now()))
  const statistics = useQuery({
    queryKey: ['tickets', 'statistics', from, to],
    queryFn: ({ signal }) => readStatistics(from, to, signal),
    placeholderData: (before) => before,
    enabled: from !== '' && to !== '',
  })
  return (
    <>
      <div className="incident-bar">
        <DayInput style={{ width: 160 }} aria-label={words.from} value={from} onChange={setFrom} />
        <DayInput style={{ width: 160 }} aria-label={words.to} value={to} onChange={setTo} />
        {can('opinion.export') && (
          <Button icon={<Icon name="download" size={16} />} href={fileUrl(exportPath(from, to))}>
            {words.export}
          </Button>
        )}
      </div>
      <Loaded query={statistics} lines={8}>
        {(data) =>
          data.received === 0 ? (
            <Panel>
              <Blank icon="insights" title={words.stats.none} />
            </Panel>
          ) : (
            <Figures data={data} />
          )
        }
      </Loaded>
      <ReasonTree />
    </>
  )
}

const Figures = ({ data }: { data: TicketStatistics }) => {
  const t = useText()
  const words = t.tickets
  const format = useFormats()
  const { nameOf } = useReasons()
  const most = Math.max(1, ...data.byReason.map(({ count }) => count))
  return (
    <>
      <div className="tiles">
        <Tile label={words.stats.received} value={format.count(data.received)} />
        <Tile label={words.stats.open} value={format.count(data.open)} />
        <Tile label={words.stats.late} value={format.count(data.late)} />
        <Tile
          label={words.stats.satisfaction}
          value={data.satisfaction.mean === null ? '—' : format.decimal(data.satisfaction.mean)}
          note={words.stats.answered(format.count(data.satisfaction.answered))}
        />
      </div>
      <Panel title={words.stats.byDay}>
        <Chart
          height={200}
          tick="date"
          label={words.stats.byDay}
          series={[
            {
              name: words.stats.complaints,
              kind: 'bar',
              color: 'cinnabar',
              stack: 'day',
              points: data.byDay.map(({ day, complaints }) => ({ at: `${day}T00:00:00+08:00`, value: complaints })),
            },
            {
              name: words.stats.praise,
              kind: 'bar',
              color: 'teal',
              stack: 'day',
              points: data.byDay.map(({ day, praise }) => ({ at: `${day}T00:00:00+08:00`, value: praise })),
            },
            {
              name: words.stats.others,
              kind: 'bar',
              color: 'ink-3',
              stack: 'day',
              points: data.byDay.map(({ day, others }) => ({ at: `${day}T00:00:00+08:00`, value: others })),
            },
          ]}
        />
      </Panel>
      <div className="grid grid-halves" style={{ marginTop: 16 }}>
        <Panel title={words.stats.byReason}>
          <div className="stack">
            {data.byReason.slice(0, 12).map(({ reason, count }) => (
              <div key={reason ?? ''}>
                <div className="row row-between small">
                  <span>{nameOf(reason) ?? words.stats.noReason}</span>
                  <span className="num">{format.count(count)}</span>
                </div>
                <Meter share={count / most} label={nameOf(reason) ?? words.stats.noReason} />
              </div>
            ))}
          </div>
        </Panel>
        <Panel title={words.stats.times} flush>
          <Table
            label={words.stats.times}
            rows={(['acknowledge', 'answer', 'solve'] as const).map((step) => ({ step, ...data[step] }))}
            rowKey={({ step }) => step}
            blank={null}
            columns={[
              { key: 'step', title: words.stats.step, card: 'lead', cell: ({ step }) => words.steps[step] },
              {
                key: 'median',
                title: words.stats.median,
                align: 'right',
                cell: ({ medianHours }) => (medianHours === null ? '—' : format.decimal(medianHours)),
              },
              {
                key: 'p90',
                title: words.stats.p90,
                align: 'right',
                cell: ({ p90Hours }) => (p90Hours === null ? '—' : format.decimal(p90Hours)),
              },
              {
                key: 'inTime',
                title: words.stats.inTime,
                align: 'right',
                cell: ({ inTime, count }) => (count === 0 ? '—' : format.share(inTime / count)),
              },
            ]}
          />
          <p className="panel-body small muted">
            {words.stats.repeat(format.count(data.repeat.people), format.count(data.repeat.repeaters))}
          </p>
        </Panel>
      </div>
    </>
  )
}

const ReasonTree = () => {
  const t = useText()
  const words = t.tickets
  const can = useCan()
  const format = useFormats()
  const fail = useFailureToast()
  const client = useQueryClient()
  const { items, nameOf } = useReasons()
  const [key, setKey] = useState('')
  const [parent, setParent] = useState<string | null>(null)
  const [name, setName] = useState('')
  const [nameEn, setNameEn] = useState('')
  const keep = {
    onSuccess: (data: unknown) => client.setQueryData(['tickets', 'reasons'], data),
    onError: fail,
  }
  const add = useMutation({
    mutationFn: () =>
      addReason({
        key: parent === null ? key.trim() : `${parent}.${key.trim()}`,
        parent,
        name: name.trim(),
        nameEn: nameEn.trim(),
      }),
    ...keep,
    onSuccess: (data) => {
      client.setQueryData(['tickets', 'reasons'], data)
      setKey('')
      setName('')
      setNameEn('')
    },
  })
  const retire = useMutation({ mutationFn: retireReason, ...keep })
  const may = can('opinion.handle')
  return (
    <div style={{ marginTop: 16 }}>
      <Panel title={words.reasonTree}>
        <div className="stack">
          {items.map((reason) => (
            <div key={reason.key} className="row row-between" style={{ paddingLeft: reason.parent === null ? 0 : 22 }}>
              <span>
                {nameOf(reason.key)} <span className="muted small">{reason.key}</span>
              </span>
              <span className="row small">
                <span className="muted">{words.tickets(format.count(reason.tickets))}</span>
                {may && (
                  <Button
                    size="small"
                    type="text"
                    loading={retire.isPending && retire.variables === reason.key}
                    onClick={() => retire.mutate(reason.key)}
                  >
                    {words.retire}
                  </Button>
                )}
              </span>
            </div>
          ))}
          {may && (
            <form
              className="row"
              onSubmit={(event) => {
                event.preventDefault()
                add.mutate()
              }}
            >
              <Select
                allowClear
                aria-label={words.reasonParent}
                placeholder={words.reasonParent}
                style={{ minWidth: 120 }}
                {...(parent !== null && { value: parent })}
                onChange={(value: string | undefined) => setParent(value ?? null)}
                options={items
                  .filter((one) => one.parent === null)
                  .map((one) => ({ value: one.key, label: nameOf(one.key) }))}
              />
              <Input
                style={{ width: 120 }}
                aria-label={words.reasonKey}
                placeholder={words.reasonKey}
                value={key}
                onChange={(event) => setKey(event.target.value)}
              />
              <Input
                style={{ width: 140 }}
                aria-label={words.reasonName}
                placeholder={words.reasonName}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
              <Input
                style={{ width: 160 }}
                aria-label={words.reasonNameEn}
                placeholder={words.reasonNameEn}
                value={nameEn}
                onChange={(event) => setNameEn(event.target.value)}
              />
              <Button
                htmlType="submit"
                disabled={!/^[a-z][a-z0-9-]*$/.test(key.trim()) || name.trim() === '' || nameEn.trim() === ''}
                loading={add.isPending}
              >
                {words.addReason}
              </Button>
            </form>
          )}
        </div>
      </Panel>
    </div>
  )
}
