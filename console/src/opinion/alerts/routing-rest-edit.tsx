import { Select } from 'antd'
import { useText } from '../../i18n/text.ts'
import { Field } from '../../ui/page.tsx'
import { PeriodsInput } from '../grading/periods.tsx'
import type { Inhibition, Interval, Routing } from './alert-calls.ts'
import { CardList, newKey } from './card-list.tsx'
import { MatchFields } from './match-fields.tsx'

const kinds = ['workday', 'weekend', 'holiday', 'makeUpWorkday'] as const

/** Times of the week in which nodes are silent, or the only ones in which they speak. */
export const IntervalsEdit = ({ value, onChange }: { value: Routing; onChange: (routing: Routing) => void }) => {
  const t = useText()
  const words = t.alerts
  return (
    <CardList<Interval>
      title={words.intervals}
      items={value.intervals}
      keyOf={({ name }) => name}
      nameOf={({ title }) => title}
      named={(one, title) => ({ ...one, title })}
      nameLabel={words.name}
      addLabel={words.addInterval}
      removeLabel={words.remove}
      make={() => ({ name: newKey('t'), title: words.intervals, weekdays: [], dayKinds: [], times: [] })}
      onChange={(intervals) => onChange({ ...value, intervals })}
    >
      {(one, change) => (
        <>
          <div className="form-grid">
            <Select
              mode="multiple"
              aria-label={words.intervalDays}
              placeholder={words.everyDay}
              value={one.weekdays}
              onChange={(weekdays: number[]) => change({ ...one, weekdays })}
              options={t.grading.weekdays.map((label, i) => ({ value: i + 1, label }))}
            />
            <Select
              mode="multiple"
              aria-label={t.grading.day}
              placeholder={words.everyDay}
              value={one.dayKinds}
              onChange={(dayKinds: (typeof kinds)[number][]) => change({ ...one, dayKinds })}
              options={kinds.map((kind) => ({ value: kind, label: words.dayKinds[kind] }))}
            />
          </div>
          <PeriodsInput label={one.title} value={one.times} onChange={(times) => change({ ...one, times })} />
        </>
      )}
    </CardList>
  )
}

/** While one alert fires, others are not told. */
export const InhibitEdit = ({ value, onChange }: { value: Routing; onChange: (routing: Routing) => void }) => {
  const words = useText().alerts
  return (
    <CardList<Inhibition>
      title={words.inhibit}
      note={words.inhibitNote}
      items={value.inhibit}
      keyOf={({ id }) => id}
      nameOf={({ name }) => name}
      named={(one, name) => ({ ...one, name })}
      nameLabel={words.name}
      addLabel={words.addInhibit}
      removeLabel={words.remove}
      make={() => ({
        id: newKey('i'),
        name: words.inhibit,
        source: { levels: ['severe'] },
        target: { levels: ['minor', 'moderate'] },
        equal: ['subject'],
      })}
      onChange={(inhibit) => onChange({ ...value, inhibit })}
    >
      {(one, change) => (
        <>
          <Field label={words.sourceMatch}>
            <MatchFields value={one.source} onChange={(source) => change({ ...one, source })} />
          </Field>
          <Field label={words.targetMatch}>
            <MatchFields value={one.target} onChange={(target) => change({ ...one, target })} />
          </Field>
          <Field label={words.equal}>
            <Select
              mode="multiple"
              aria-label={words.equal}
              style={{ width: '100%' }}
              value={one.equal}
              onChange={(equal: ('subject' | 'aspect' | 'platform')[]) => change({ ...one, equal })}
              options={(['subject', 'aspect', 'platform'] as const).map((label) => ({
                value: label,
                label: words.groupLabels[label],
              }))}
            />
          </Field>
        </>
      )}
    </CardList>
  )
}
