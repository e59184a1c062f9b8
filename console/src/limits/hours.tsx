import { Button, Segmented } from 'antd'
import { useText } from '../i18n/text.ts'
import { TimeInput } from '../ui/day-input.tsx'
import { Icon } from '../ui/icon.tsx'
import { Blank } from '../ui/states.tsx'
import type { HoursRule, Limits, OpenSpan } from './limit-shapes.ts'
import { ScopeFields, ScopeMarks } from './scope.tsx'

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
const percent = (value: number) => `${(value / 1440) * 100}%`

/** Open hours of one day. What runs over midnight is drawn to the end of this day and from the start of the next. */
const DayBar = ({
  spans,
  before,
  label,
}: {
  spans: readonly OpenSpan[]
  before: readonly OpenSpan[]
  label: string
}) => {
  const late = before.filter(({ from, to }) => minutes(to) < minutes(from))
  const parts = [
    ...late.map(({ to }) => ({ from: 0, to: minutes(to) })),
    ...spans.map(({ from, to }) => ({ from: minutes(from), to: minutes(to) < minutes(from) ? 1440 : minutes(to) })),
  ]
  return (
    <div className="week-bar" role="img" aria-label={label} title={label}>
      {parts.map(({ from, to }) => (
        <div key={`${from} ${to}`} className="week-open" style={{ left: percent(from), width: percent(to - from) }} />
      ))}
    </div>
  )
}

export const HoursView = ({ value }: { value: Limits['hours'] }) => {
  const t = useText()
  const words = t.limits
  const said = (spans: readonly OpenSpan[]) =>
    spans.length === 0 ? words.closed : words.open(spans.map(({ from, to }) => `${from}–${to}`).join(', '))
  if (value.rules.length === 0) return <Blank compact title={words.noRules} />
  return (
    <>
      <p className="muted small">{words.hoursNote}</p>
      {value.rules.map((rule) => {
        const same = rule.week.every((spans) => JSON.stringify(spans) === JSON.stringify(rule.week[0]))
        const days = same
          ? [{ name: words.everyDay, spans: rule.week[0] ?? [], before: rule.week[0] ?? [] }]
          : rule.week.map((spans, day) => ({
              name: words.weekdays[day] ?? '',
              spans,
              before: rule.week[(day + 6) % 7] ?? [],
            }))
        const special = [
          { name: words.holiday, spans: rule.holiday },
          { name: words.makeUp, spans: rule.makeUpWorkday },
        ]
        return (
          <div key={rule.id} className="rule-block">
            <div className="row row-between">
              <strong>{rule.name}</strong>
              <ScopeMarks scope={rule} />
            </div>
            <div className="week">
              {days.map(({ name, spans, before }) => (
                <DayRow key={name} name={name} label={`${name} ${said(spans)}`} spans={spans} before={before} />
              ))}
              {special.map(
                ({ name, spans }) =>
                  spans && <DayRow key={name} name={name} label={`${name} ${said(spans)}`} spans={spans} before={[]} />,
              )}
              <span />
              <div className="week-axis" aria-hidden="true">
                {[0, 6, 9, 12, 18, 20, 24].map((hour) => (
                  <span key={hour} style={{ left: percent(hour * 60) }}>
                    {hour}
                  </span>
                ))}
              </div>
            </div>
            <p className="muted small">
              {special.map(({ name, spans }) => `${name}：${spans === null ? words.asWeek : said(spans)}`).join(' · ')}
            </p>
          </div>
        )
      })}
    </>
  )
}

const DayRow = ({
  name,
  label,
  spans,
  before,
}: {
  name: string
  label: string
  spans: readonly OpenSpan[]
  before: readonly OpenSpan[]
}) => (
  <>
    <span className="week-day">{name}</span>
    <DayBar label={label} spans={spans} before={before} />
  </>
)

const Spans = ({
  label,
  value,
  onChange,
}: {
  label: string
  value: readonly OpenSpan[]
  onChange: (spans: OpenSpan[]) => void
}) => {
  const t = useText()
  const words = t.limits
  const change = (at: number, next: Partial<OpenSpan>) =>
    onChange(value.map((span, i) => (i === at ? { ...span, ...next } : span)))
  return (
    <div className="stack">
      {value.length === 0 && <span className="muted small">{words.closed}</span>}
      {value.map((span, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans have nothing else to be told apart by
        <div key={i} className="span-row">
          <TimeInput
            size="small"
            aria-label={`${label} ${words.from}`}
            value={span.from}
            onChange={(time) => change(i, { from: time })}
          />
          –
          <TimeInput
            size="small"
            aria-label={`${label} ${words.to}`}
            value={span.to === '24:00' ? '00:00' : span.to}
            // The end of the day is 24:00; a field for times of day cannot say so.
            onChange={(time) => change(i, { to: time === '00:00' ? '24:00' : time })}
          />
          <Button
            type="text"
            size="small"
            aria-label={t.ui.remove}
            icon={<Icon name="close" size={14} />}
            onClick={() => onChange(value.filter((_, other) => other !== i))}
          />
        </div>
      ))}
      {value.length < 6 && (
        <Button
          type="link"
          size="small"
          icon={<Icon name="plus" size={14} />}
          onClick={() => onChange([...value, { from: '09:00', to: '20:00' }])}
        >
          {words.addSpan}
        </Button>
      )}
    </div>
  )
}

const newHours = (rules: readonly HoursRule[]): HoursRule => ({
  id: freeId(rules.map(({ id }) => id)),
  name: '',
  channels: [],
  products: [],
  purposes: [],
  week: Array.from({ length: 7 }, () => [{ from: '09:00', to: '20:00' }]),
  holiday: null,
  makeUpWorkday: null,
})

/** `rule3`: the first that nobody has. */
export const freeId = (taken: readonly string[]): string => {
  let n = taken.length + 1
  while (taken.includes(`rule${n}`)) n++
  return `rule${n}`
}

export const HoursForm = ({
  value,
  onChange,
}: {
  value: Limits['hours']
  onChange: (value: Limits['hours']) => void
}) => {
  const t = useText()
  const words = t.limits
  const { rules } = value
  const change = (id: string, next: HoursRule) =>
    onChange({ rules: rules.map((rule) => (rule.id === id ? next : rule)) })
  return (
    <div className="stack-16">
      {rules.map((rule) => (
        <div key={rule.id} className="rule-card">
          <div className="rule-fields">
            <ScopeFields rule={rule} onChange={(next) => change(rule.id, next)} />
            <div className="rule-wide stack">
              {rule.week.map((spans, day) => (
                <div key={words.weekdays[day]} className="form-day">
                  <span>{words.weekdays[day]}</span>
                  <div>
                    <Spans
                      label={words.weekdays[day] ?? ''}
                      value={spans}
                      onChange={(next) =>
                        change(rule.id, { ...rule, week: rule.week.map((other, i) => (i === day ? next : other)) })
                      }
                    />
                    {day === 0 && (
                      <Button
                        type="link"
                        size="small"
                        onClick={() => change(rule.id, { ...rule, week: rule.week.map(() => spans) })}
                      >
                        {words.copyToAll}
                      </Button>
                    )}
                  </div>
                </div>
              ))}
              {(['holiday', 'makeUpWorkday'] as const).map((kind) => {
                const name = kind === 'holiday' ? words.holiday : words.makeUp
                const spans = rule[kind]
                return (
                  <div key={kind} className="form-day">
                    <span>{name}</span>
                    <div className="stack">
                      <Segmented
                        size="small"
                        aria-label={name}
                        value={spans === null ? 'week' : 'own'}
                        onChange={(chosen) => change(rule.id, { ...rule, [kind]: chosen === 'week' ? null : [] })}
                        options={[
                          { value: 'week', label: words.asWeek },
                          { value: 'own', label: words.ownHours },
                        ]}
                      />
                      {spans && (
                        <Spans
                          label={name}
                          value={spans}
                          onChange={(next) => change(rule.id, { ...rule, [kind]: next })}
                        />
                      )}
                    </div>
                  </div>
                )
              })}
            </div>
          </div>
          <Button
            type="link"
            danger
            size="small"
            icon={<Icon name="trash" size={14} />}
            onClick={() => onChange({ rules: rules.filter(({ id }) => id !== rule.id) })}
          >
            {words.removeRule}
          </Button>
        </div>
      ))}
      <Button icon={<Icon name="plus" size={16} />} onClick={() => onChange({ rules: [...rules, newHours(rules)] })}>
        {words.addRule}
      </Button>
    </div>
  )
}
