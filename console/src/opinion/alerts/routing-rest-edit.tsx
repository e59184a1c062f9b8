import { Button, Input, Select } from 'antd'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { PeriodsInput } from '../grading/periods.tsx'
import type { Inhibition, Interval, Routing } from './alert-calls.ts'
import { MatchFields } from './match-fields.tsx'

const kinds = ['workday', 'weekend', 'holiday', 'makeUpWorkday'] as const

/** Times of the week in which nodes are silent, or the only ones in which they speak. */
export const IntervalsEdit = ({ value, onChange }: { value: Routing; onChange: (routing: Routing) => void }) => {
  const t = useText()
  const words = t.alerts
  const change = (at: number, next: Interval) =>
    onChange({ ...value, intervals: value.intervals.map((one, i) => (i === at ? next : one)) })
  const add = () =>
    onChange({
      ...value,
      intervals: [
        ...value.intervals,
        { name: `t${Date.now().toString(36)}`, title: words.intervals, weekdays: [], dayKinds: [], times: [] },
      ],
    })
  return (
    <Panel
      title={words.intervals}
      extra={
        <Button size="small" onClick={add}>
          {words.addInterval}
        </Button>
      }
    >
      {value.intervals.map((one, at) => (
        <div key={one.name} className="receiver-card stack">
          <div className="row row-between">
            <Input
              aria-label={words.name}
              maxLength={60}
              style={{ maxWidth: 220 }}
              value={one.title}
              onChange={(event) => change(at, { ...one, title: event.target.value })}
            />
            <Button
              size="small"
              type="text"
              danger
              aria-label={`${words.remove} ${one.title}`}
              icon={<Icon name="trash" size={14} />}
              onClick={() => onChange({ ...value, intervals: value.intervals.filter((_, i) => i !== at) })}
            />
          </div>
          <div className="form-grid">
            <Select
              mode="multiple"
              aria-label={words.intervalDays}
              placeholder={words.everyDay}
              value={one.weekdays}
              onChange={(weekdays: number[]) => change(at, { ...one, weekdays })}
              options={t.grading.weekdays.map((label, i) => ({ value: i + 1, label }))}
            />
            <Select
              mode="multiple"
              aria-label={t.grading.day}
              placeholder={words.everyDay}
              value={one.dayKinds}
              onChange={(dayKinds: (typeof kinds)[number][]) => change(at, { ...one, dayKinds })}
              options={kinds.map((kind) => ({ value: kind, label: words.dayKinds[kind] }))}
            />
          </div>
          <PeriodsInput label={one.title} value={one.times} onChange={(times) => change(at, { ...one, times })} />
        </div>
      ))}
    </Panel>
  )
}

/** While one alert fires, others are not told. */
export const InhibitEdit = ({ value, onChange }: { value: Routing; onChange: (routing: Routing) => void }) => {
  const t = useText()
  const words = t.alerts
  const change = (at: number, next: Inhibition) =>
    onChange({ ...value, inhibit: value.inhibit.map((one, i) => (i === at ? next : one)) })
  const add = () =>
    onChange({
      ...value,
      inhibit: [
        ...value.inhibit,
        {
          id: `i${Date.now().toString(36)}`,
          name: words.inhibit,
          source: { levels: ['severe'] },
          target: { levels: ['minor', 'moderate'] },
          equal: ['subject'],
        },
      ],
    })
  return (
    <Panel
      title={words.inhibit}
      extra={
        <Button size="small" onClick={add}>
          {words.addInhibit}
        </Button>
      }
    >
      <p className="muted small">{words.inhibitNote}</p>
      {value.inhibit.map((one, at) => (
        <div key={one.id} className="receiver-card stack">
          <div className="row row-between">
            <Input
              aria-label={words.name}
              maxLength={60}
              style={{ maxWidth: 260 }}
              value={one.name}
              onChange={(event) => change(at, { ...one, name: event.target.value })}
            />
            <Button
              size="small"
              type="text"
              danger
              aria-label={`${words.remove} ${one.name}`}
              icon={<Icon name="trash" size={14} />}
              onClick={() => onChange({ ...value, inhibit: value.inhibit.filter((_, i) => i !== at) })}
            />
          </div>
          <Field label={words.sourceMatch}>
            <MatchFields value={one.source} onChange={(source) => change(at, { ...one, source })} />
          </Field>
          <Field label={words.targetMatch}>
            <MatchFields value={one.target} onChange={(target) => change(at, { ...one, target })} />
          </Field>
          <Field label={words.equal}>
            <Select
              mode="multiple"
              aria-label={words.equal}
              style={{ width: '100%' }}
              value={one.equal}
              onChange={(equal: ('subject' | 'aspect' | 'platform')[]) => change(at, { ...one, equal })}
              options={(['subject', 'aspect', 'platform'] as const).map((label) => ({
                value: label,
                label: words.groupLabels[label],
              }))}
            />
          </Field>
        </div>
      ))}
    </Panel>
  )
}
