import './review.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, DatePicker, Input, InputNumber, Modal, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { levelNames, nameIn } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Chart } from '../../ui/lazy-chart.tsx'
import { Badge } from '../../ui/marks.tsx'
import { Field, Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { getTrend, type MonthFigures, setTarget, type Trend } from './review-calls.ts'

/** Month by month: how fast, against what was to be. */
export const OpinionReviewsPage = () => {
  const t = useText()
  const can = useCan()
  const words = t.opinionReview
  const [setting, setSetting] = useState(false)
  const trend = useQuery({ queryKey: ['opinion', 'reviews'], queryFn: ({ signal }) => getTrend(signal) })
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      actions={can('opinion.policy') && <Button onClick={() => setSetting(true)}>{words.setTarget}</Button>}
    >
      <Loaded query={trend} lines={10}>
        {(trend) => (
          <div className="stack-16">
            <Panel title={words.trend}>
              <TrendChart trend={trend} />
            </Panel>
            <Months months={trend.months.toReversed()} />
          </div>
        )}
      </Loaded>
      {setting && <TargetDialog onClose={() => setSetting(false)} />}
    </Page>
  )
}

const TrendChart = ({ trend: { months, drills } }: { trend: Trend }) => {
  const t = useText()
  const words = t.opinionReview
  const measured = months.flatMap(({ month, byLevel }) => {
    const median = byLevel.all?.times.whole?.median
    return median === null || median === undefined ? [] : [{ at: `${month}T00:00:00+08:00`, value: median }]
  })
  const rehearsed = drills.flatMap(({ at, wholeHours }) => (wholeHours === null ? [] : [{ at, value: wholeHours }]))
  if (measured.length + rehearsed.length === 0) return <Blank compact icon="clock" title={words.noMonths} />
  return (
    <Chart
      label={words.trend}
      tick="date"
      series={[
        { name: words.actual, kind: 'line', color: 'teal', points: measured },
        {
          name: words.target,
          kind: 'line',
          color: 'cinnabar',
          points: months.map(({ month, byLevel }) => ({
            at: `${month}T00:00:00+08:00`,
            value: byLevel.all?.targetHours ?? 0,
          })),
        },
        ...(rehearsed.length > 0
          ? [{ name: words.drills, kind: 'line' as const, color: 'amber' as const, points: rehearsed }]
          : []),
      ]}
    />
  )
}

const Months = ({ months }: { months: readonly MonthFigures[] }) => {
  const t = useText()
  const format = useFormats()
  const words = t.opinionReview
  const hours = (value: number | null | undefined) =>
    value === null || value === undefined ? '—' : words.hours(format.decimal(value))
  return (
    <Panel flush title={words.months}>
      <Table<MonthFigures>
        label={words.months}
        rows={months}
        rowKey={({ month }) => month}
        blank={<Blank icon="clock" title={words.noMonths} />}
        columns={[
          {
            key: 'month',
            title: words.month,
            card: 'lead',
            cell: ({ month }) => (
              <Link to="/opinion/reviews/$month" params={{ month }}>
                {month.slice(0, 7)}
              </Link>
            ),
          },
          {
            key: 'incidents',
            title: words.incidents,
            align: 'right',
            cell: ({ incidents }) => format.count(incidents),
          },
          { key: 'closed', title: words.closed, align: 'right', cell: ({ closed }) => format.count(closed) },
          {
            key: 'late',
            title: words.late,
            align: 'right',
            cell: ({ late }) => (late > 0 ? <Badge tone="bad">{format.count(late)}</Badge> : '0'),
          },
          ...(['acknowledge', 'act', 'whole'] as const).map((stretch) => ({
            key: stretch,
            title: `${words.stretches[stretch]} · ${words.median}`,
            align: 'right' as const,
            cell: ({ byLevel }: MonthFigures) => hours(byLevel.all?.times[stretch]?.median),
          })),
          {
            key: 'target',
            title: words.target,
            cell: ({ byLevel }) => (
              <span>
                {hours(byLevel.all?.targetHours)}{' '}
                {(byLevel.all?.times.whole?.count ?? 0) > 0 && (
                  <span className="muted small">
                    {words.within(byLevel.all?.within ?? 0, byLevel.all?.times.whole?.count ?? 0)}
                  </span>
                )}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  )
}

const TargetDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const { language } = usePreferences()
  const words = t.opinionReview
  const client = useQueryClient()
  const fail = useFailureToast()
  const [level, setLevel] = useState<'all' | 'minor' | 'moderate' | 'severe'>('all')
  const [hours, setHours] = useState(12)
  const [from, setFrom] = useState(dayjs().format('YYYY-MM-DD'))
  const [reason, setReason] = useState('')
  const save = useMutation({
    mutationFn: () => setTarget({ validFrom: from, level, hours, reason }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['opinion', 'reviews'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={words.setTarget}
      onCancel={onClose}
      okText={words.save}
      cancelText={t.ui.cancel}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: reason.trim().length < 2 }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        <Field label={words.level}>
          <Select
            value={level}
            onChange={setLevel}
            className="wide"
            options={[
              { value: 'all' as const, label: words.all },
              ...(['minor', 'moderate', 'severe'] as const).map((value) => ({
                value,
                label: nameIn(levelNames, value, language),
              })),
            ]}
          />
        </Field>
        <Field label={words.targetHours}>
          <InputNumber min={0.25} max={720} value={hours} onChange={(value) => setHours(value ?? 12)} />
        </Field>
        <Field label={words.targetFrom}>
          <DatePicker
            allowClear={false}
            value={dayjs(from)}
            onChange={(day) => day && setFrom(day.format('YYYY-MM-DD'))}
          />
        </Field>
        <Field label={words.reason}>
          <Input value={reason} maxLength={300} onChange={({ target }) => setReason(target.value)} />
        </Field>
      </div>
    </Modal>
  )
}
