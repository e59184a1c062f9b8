import { Checkbox, InputNumber } from 'antd'
import { useText } from '../i18n/text.ts'
import { EventField } from './event-field.tsx'
import { Add, type FormProps, Optional, replaced, without } from './form-parts.tsx'
import { FunnelFields } from './funnel-fields.tsx'
import {
  BreakdownField,
  Choice,
  LengthField,
  Part,
  PeopleField,
  PeriodField,
  PropertySelect,
  Remove,
} from './pickers.tsx'
import type { Draft } from './question-draft.ts'
import { TrendFields } from './trend-fields.tsx'

/** Everything a question consists of, to be filled in. */
export const QuestionForm = ({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) => {
  const t = useText()
  const words = t.insights
  return (
    <div className="q-form">
      <KindFields draft={draft} onChange={onChange} />
      <Part label={words.period}>
        <PeriodField value={draft.period} onChange={(period) => onChange({ ...draft, period })} />
      </Part>
      <Part half label={words.people}>
        <PeopleField
          value={draft.people}
          onChange={(people) => {
            const { people: _, ...rest } = draft
            onChange(people ? { ...rest, people } : rest)
          }}
        />
      </Part>
      {draft.kind !== 'sessions' && draft.kind !== 'paths' && draft.kind !== 'attribution' && (
        <Part half label={words.breakdown}>
          <BreakdownField
            value={draft.breakdown}
            events={eventsOf(draft)}
            onChange={(breakdown) => {
              const { breakdown: _, ...rest } = draft
              onChange(breakdown ? { ...rest, breakdown } : rest)
            }}
          />
        </Part>
      )}
    </div>
  )
}

/** Events that a question names. */
const eventsOf = (draft: Draft): string[] => {
  switch (draft.kind) {
    case 'trend':
      return draft.series.map(({ event }) => event)
    case 'funnel':
      return draft.steps.map(({ event }) => event)
    case 'retention':
      return [draft.start.event, draft.back.event]
    case 'interval':
      return [draft.from.event, draft.to.event]
    case 'attribution':
      return [...draft.touches.map(({ event }) => event), draft.conversion.event]
    case 'paths':
      return draft.anchor ? [draft.anchor.event] : []
    case 'sessions':
      return []
  }
}

const KindFields = ({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) => {
  switch (draft.kind) {
    case 'trend':
      return <TrendFields draft={draft} onChange={onChange} />
    case 'funnel':
      return <FunnelFields draft={draft} onChange={onChange} />
    case 'retention':
      return <RetentionFields draft={draft} onChange={onChange} />
    case 'sessions':
      return <SessionsFields draft={draft} onChange={onChange} />
    case 'paths':
      return <PathsFields draft={draft} onChange={onChange} />
    case 'interval':
      return <IntervalFields draft={draft} onChange={onChange} />
    case 'attribution':
      return <AttributionFields draft={draft} onChange={onChange} />
  }
}

const Amount = ({
  value,
  label,
  min,
  max,
  onChange,
}: {
  value: number
  label: string
  min: number
  max: number
  onChange: (value: number) => void
}) => (
  <InputNumber
    className="b-amount"
    aria-label={label}
    min={min}
    max={max}
    value={value}
    onChange={(next) => onChange(next ?? min)}
  />
)

const RetentionFields = ({ draft, onChange }: FormProps<'retention'>) => {
  const t = useText()
  const words = t.insights
  const units = { day: words.unitName.day, week: words.unitName.week, month: words.unitName.month }
  return (
    <>
      <Part label={words.start}>
        <EventField value={draft.start} label={words.start} onChange={(start) => onChange({ ...draft, start })} />
      </Part>
      <Part label={words.back}>
        <EventField value={draft.back} label={words.back} onChange={(back) => onChange({ ...draft, back })} />
      </Part>
      <Part half label={words.unit}>
        <Choice
          label={words.unit}
          value={draft.unit ?? 'week'}
          options={units}
          onChange={(unit) => onChange({ ...draft, unit })}
        />
        <Amount
          label={words.units}
          min={1}
          max={60}
          value={draft.units ?? 8}
          onChange={(next) => onChange({ ...draft, units: next })}
        />
      </Part>
      <Part half label={words.returned}>
        <Choice
          label={words.returned}
          value={draft.returned ?? 'on'}
          options={words.returnedKinds}
          onChange={(returned) => onChange({ ...draft, returned })}
        />
      </Part>
      <Part half label={words.entry}>
        <Choice
          label={words.entry}
          value={draft.entry ?? 'first'}
          options={words.entries}
          onChange={(entry) =>
            onChange(entry === 'each' ? { ...draft, entry, align: 'calendar' } : { ...draft, entry })
          }
        />
      </Part>
      <Part half label={words.align}>
        <Choice
          label={words.align}
          value={draft.align ?? 'calendar'}
          options={words.aligns}
          onChange={(align) =>
            onChange(align === 'rolling' ? { ...draft, align, entry: 'first' } : { ...draft, align })
          }
        />
      </Part>
    </>
  )
}

const Gap = ({ value, onChange }: { value: number; onChange: (value: number) => void }) => {
  const t = useText()
  return (
    <Part half label={t.insights.gap}>
      <Amount label={t.insights.gap} min={1} max={1_440} value={value} onChange={onChange} />
      <span className="muted">{t.insights.minutes}</span>
    </Part>
  )
}

const SessionsFields = ({ draft, onChange }: FormProps<'sessions'>) => {
  const t = useText()
  const words = t.insights
  return (
    <>
      <Gap value={draft.gapMinutes ?? 30} onChange={(gapMinutes) => onChange({ ...draft, gapMinutes })} />
      <Part half label={words.granularity}>
        <Choice
          label={words.granularity}
          value={draft.granularity ?? 'day'}
          options={words.granularities}
          onChange={(granularity) => onChange({ ...draft, granularity })}
        />
      </Part>
    </>
  )
}

const PathsFields = ({ draft, onChange }: FormProps<'paths'>) => {
  const t = useText()
  const words = t.insights
  const { anchor } = draft
  return (
    <>
      <Part label={words.anchor}>
        <Choice
          label={words.anchor}
          value={anchor?.at ?? 'none'}
          options={{ ...words.anchorAt, none: words.noAnchor }}
          onChange={(at) => {
            const { anchor: old, ...rest } = draft
            onChange(at === 'none' ? rest : { ...rest, anchor: { event: '', ...old, at } })
          }}
        />
        {anchor && (
          <EventField value={anchor} label={words.anchor} onChange={(next) => onChange({ ...draft, anchor: next })} />
        )}
      </Part>
      <Part half label={words.stepsShown}>
        <Amount
          label={words.stepsShown}
          min={2}
          max={6}
          value={draft.steps ?? 4}
          onChange={(steps) => onChange({ ...draft, steps })}
        />
      </Part>
      <Part half label={words.eventsShown}>
        <Amount
          label={words.eventsShown}
          min={1}
          max={20}
          value={draft.most ?? 6}
          onChange={(most) => onChange({ ...draft, most })}
        />
      </Part>
      <Part label={words.minShare}>
        <Choice
          label={words.minShare}
          value={String(draft.minShare ?? 0)}
          options={{ '0': '0%', '0.01': '1%', '0.05': '5%', '0.1': '10%' }}
          onChange={(share) => onChange({ ...draft, minShare: Number(share) })}
        />
        <Checkbox
          checked={draft.collapse ?? true}
          onChange={({ target }) => onChange({ ...draft, collapse: target.checked })}
        >
          {words.collapse}
        </Checkbox>
      </Part>
      <Gap value={draft.gapMinutes ?? 30} onChange={(gapMinutes) => onChange({ ...draft, gapMinutes })} />
    </>
  )
}

const IntervalFields = ({ draft, onChange }: FormProps<'interval'>) => {
  const t = useText()
  const words = t.insights
  return (
    <>
      <Part label={words.intervalFrom}>
        <EventField value={draft.from} label={words.intervalFrom} onChange={(from) => onChange({ ...draft, from })} />
      </Part>
      <Part label={words.intervalTo}>
        <EventField value={draft.to} label={words.intervalTo} onChange={(to) => onChange({ ...draft, to })} />
      </Part>
      <Part half label={words.longest}>
        <LengthField
          label={words.longest}
          value={draft.window ?? '30 days'}
          onChange={(window) => onChange({ ...draft, window })}
        />
      </Part>
    </>
  )
}

const AttributionFields = ({ draft, onChange }: FormProps<'attribution'>) => {
  const t = useText()
  const words = t.insights
  const { touches, value } = draft
  return (
    <>
      <Part label={words.goal}>
        <EventField
          value={draft.conversion}
          label={words.goal}
          onChange={(conversion) => onChange({ ...draft, conversion })}
        />
      </Part>
      <Part label={words.touches}>
        {touches.map((touch, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: touches have no names of their own
          <div className="q-step" key={i}>
            <EventField
              value={touch}
              label={words.touches}
              onChange={(next) => onChange({ ...draft, touches: replaced(touches, i, next) })}
              tools={
                touches.length > 1 && <Remove onClick={() => onChange({ ...draft, touches: without(touches, i) })} />
              }
            />
          </div>
        ))}
        {touches.length < 8 && (
          <Add label={words.addTouch} onClick={() => onChange({ ...draft, touches: [...touches, { event: '' }] })} />
        )}
      </Part>
      <Part half label={words.channel}>
        <PropertySelect
          label={words.channel}
          value={draft.channel}
          events={touches.map(({ event }) => event)}
          onChange={(channel) => onChange({ ...draft, channel })}
        />
      </Part>
      <Part half label={words.value}>
        <Optional
          numeric
          off={words.noValue}
          label={words.value}
          events={[draft.conversion.event]}
          value={value}
          onChange={(next) => {
            const { value: _, ...rest } = draft
            onChange(next === undefined ? rest : { ...rest, value: next })
          }}
        />
      </Part>
      <Part half label={words.lookback}>
        <LengthField
          label={words.lookback}
          value={draft.lookback ?? '30 days'}
          onChange={(lookback) => onChange({ ...draft, lookback })}
        />
      </Part>
      <Part half label={words.halfLife}>
        <Amount
          label={words.halfLife}
          min={1}
          max={365}
          value={draft.halfLifeDays ?? 7}
          onChange={(halfLifeDays) => onChange({ ...draft, halfLifeDays })}
        />
      </Part>
    </>
  )
}
