import { Button, Checkbox, InputNumber, Select } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import type { Measure } from './insight-shapes.ts'
import {
  BreakdownField,
  Choice,
  EventField,
  LengthField,
  Part,
  PeopleField,
  PeriodField,
  PropertySelect,
  Remove,
  useAudienceOptions,
} from './pickers.tsx'
import type { Draft, DraftOf } from './question-draft.ts'

type FormProps<K extends Draft['kind']> = { draft: DraftOf<K>; onChange: (draft: DraftOf<K>) => void }

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

const replaced = <T,>(list: readonly T[], at: number, one: T): T[] => list.map((old, i) => (i === at ? one : old))
const without = <T,>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at)

const Add = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <Button size="small" type="text" icon={<Icon name="plus" size={14} />} onClick={onClick}>
    {label}
  </Button>
)

const letters = 'ABCDEF'
const ofProperty = (measure: Measure) => measure !== 'count' && measure !== 'people' && measure !== 'perPerson'

const TrendFields = ({ draft, onChange }: FormProps<'trend'>) => {
  const t = useText()
  const words = t.insights
  const audiences = useAudienceOptions()
  const { series, formula, compare } = draft
  return (
    <>
      <Part label={words.series}>
        {series.map((one, i) => {
          const measure = one.measure ?? 'count'
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: series are known by their place
            <div className="q-step" key={i}>
              <span className="q-number">{letters[i]}</span>
              <EventField
                value={one}
                label={`${words.series} ${letters[i]}`}
                onChange={(next) => onChange({ ...draft, series: replaced(series, i, next) })}
                tools={
                  series.length > 1 && (
                    <Remove
                      onClick={() => {
                        const { formula: _, ...rest } = draft
                        onChange({ ...rest, series: without(series, i) })
                      }}
                    />
                  )
                }
              >
                <Choice
                  label={words.measure}
                  value={measure}
                  options={words.measures}
                  onChange={(next) => {
                    const { property = '', ...rest } = one
                    const changed = ofProperty(next) ? { ...rest, measure: next, property } : { ...rest, measure: next }
                    onChange({ ...draft, series: replaced(series, i, changed) })
                  }}
                />
                {ofProperty(measure) && (
                  <PropertySelect
                    numeric
                    value={one.property ?? ''}
                    events={[one.event]}
                    onChange={(property) => onChange({ ...draft, series: replaced(series, i, { ...one, property }) })}
                  />
                )}
              </EventField>
            </div>
          )
        })}
        {series.length < 6 && (
          <Add
            label={words.addSeries}
            onClick={() =>
              onChange({ ...draft, series: [...series, { event: series[0]?.event ?? '', measure: 'people' }] })
            }
          />
        )}
      </Part>
      <Part half label={words.granularity}>
        <Choice
          label={words.granularity}
          value={draft.granularity ?? 'day'}
          options={words.granularities}
          onChange={(granularity) => onChange({ ...draft, granularity })}
        />
      </Part>
      {series.length > 1 && (
        <Part half label={words.formula}>
          <Choice
            label={words.formula}
            value={formula ? `${formula.left}${formula.operator}${formula.right}` : 'none'}
            options={{
              none: words.noFormula,
              ...Object.fromEntries(
                series.flatMap((_, left) =>
                  series.flatMap((_, right) =>
                    left === right
                      ? []
                      : (['/', '+', '-', '*'] as const)
                          .filter((operator) => left < right || operator === '/' || operator === '-')
                          .map((operator) => [
                            `${left}${operator}${right}`,
                            `${letters[left]} ${operator === '*' ? '×' : operator === '/' ? '÷' : operator} ${letters[right]}`,
                          ]),
                  ),
                ),
              ),
            }}
            onChange={(next: string) => {
              const { formula: _, ...rest } = draft
              const [, left, operator, right] = /^(\d)(.)(\d)$/.exec(next) ?? []
              onChange(
                left === undefined
                  ? rest
                  : { ...rest, formula: { left: Number(left), operator: operator as '/', right: Number(right) } },
              )
            }}
          />
        </Part>
      )}
      <Part half label={words.compare}>
        <Select
          className="q-choice"
          aria-label={words.compare}
          popupMatchSelectWidth={false}
          value={
            compare === undefined
              ? ''
              : compare === 'previous'
                ? 'previous'
                : 'audience' in compare
                  ? compare.audience
                  : 'other'
          }
          onChange={(next: string) => {
            const { compare: _, ...rest } = draft
            if (next === 'other') return
            onChange(next === '' ? rest : { ...rest, compare: next === 'previous' ? 'previous' : { audience: next } })
          }}
          options={[
            { value: '', label: words.noCompare },
            { value: 'previous', label: words.previous },
            ...audiences.map(({ value, label }) => ({ value, label: `${words.otherAudience}: ${label}` })),
          ]}
        />
      </Part>
    </>
  )
}

const FunnelFields = ({ draft, onChange }: FormProps<'funnel'>) => {
  const t = useText()
  const words = t.insights
  const { steps, exclusions = [], hold } = draft
  const move = (from: number, to: number) => {
    const [one] = steps.slice(from, from + 1)
    if (one && to >= 0 && to < steps.length) onChange({ ...draft, steps: without(steps, from).toSpliced(to, 0, one) })
  }
  return (
    <>
      <Part label={words.kinds.funnel}>
        {steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are known by their place
          <div className="q-step" key={i}>
            <span className="q-number">{i + 1}</span>
            <EventField
              value={step}
              label={words.step(i + 1)}
              onChange={(next) => onChange({ ...draft, steps: replaced(steps, i, next) })}
              tools={
                <>
                  {i > 0 && (
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={`${words.step(i + 1)}: ${words.earlier}`}
                      onClick={() => move(i, i - 1)}
                    >
                      <Icon name="up" size={16} />
                    </button>
                  )}
                  {steps.length > 2 && (
                    <Remove
                      onClick={() => {
                        const { exclusions: _, ...rest } = draft
                        onChange({ ...rest, steps: without(steps, i) })
                      }}
                    />
                  )}
                </>
              }
            >
              {i > 0 && (
                <Checkbox
                  checked={step.optional ?? false}
                  onChange={({ target }) =>
                    onChange({ ...draft, steps: replaced(steps, i, { ...step, optional: target.checked }) })
                  }
                >
                  {words.optional}
                </Checkbox>
              )}
            </EventField>
          </div>
        ))}
        {steps.length < 10 && (
          <Add label={words.addStep} onClick={() => onChange({ ...draft, steps: [...steps, { event: '' }] })} />
        )}
      </Part>
      <Part half label={words.window}>
        <LengthField label={words.window} value={draft.window} onChange={(window) => onChange({ ...draft, window })} />
      </Part>
      <Part label={words.order}>
        <Choice
          label={words.order}
          value={draft.order ?? 'loose'}
          options={words.orders}
          onChange={(order) => onChange({ ...draft, order })}
        />
      </Part>
      <Part label={words.exclusions}>
        {exclusions.map((one, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: exclusions have no names of their own
          <div className="q-step" key={i}>
            <EventField
              value={one}
              label={words.exclusions}
              onChange={(next) => onChange({ ...draft, exclusions: replaced(exclusions, i, next) })}
              tools={<Remove onClick={() => onChange({ ...draft, exclusions: without(exclusions, i) })} />}
            >
              <Select
                className="q-choice"
                aria-label={words.exclusions}
                popupMatchSelectWidth={false}
                value={one.after}
                onChange={(after) => onChange({ ...draft, exclusions: replaced(exclusions, i, { ...one, after }) })}
                options={steps
                  .slice(0, -1)
                  .flatMap((step, at) =>
                    step.optional ? [] : [{ value: at + 1, label: words.exclusionAfter(at + 1) }],
                  )}
              />
            </EventField>
          </div>
        ))}
        {exclusions.length < 5 && (
          <Add
            label={words.addExclusion}
            onClick={() => onChange({ ...draft, exclusions: [...exclusions, { event: '', after: 1 }] })}
          />
        )}
      </Part>
      <Part label={words.hold}>
        <Optional
          off={words.noHold}
          label={words.hold}
          events={steps.map(({ event }) => event)}
          value={hold}
          onChange={(next) => {
            const { hold: _, ...rest } = draft
            onChange(next === undefined ? rest : { ...rest, hold: next })
          }}
        />
        <Checkbox
          checked={draft.timing ?? false}
          onChange={({ target }) => onChange({ ...draft, timing: target.checked })}
        >
          {words.timing}
        </Checkbox>
      </Part>
    </>
  )
}

/** A property, or none. */
const Optional = ({
  value,
  off,
  label,
  events,
  numeric,
  onChange,
}: {
  value: string | undefined
  off: string
  label: string
  events: readonly string[]
  numeric?: boolean
  onChange: (value: string | undefined) => void
}) => {
  const t = useText()
  return (
    <>
      <Choice
        label={label}
        value={value === undefined ? 'off' : 'on'}
        options={{ off, on: t.insights.property }}
        onChange={(next) => onChange(next === 'off' ? undefined : '')}
      />
      {value !== undefined && (
        <PropertySelect value={value} events={events} {...(numeric ? { numeric } : {})} onChange={onChange} />
      )}
    </>
  )
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
