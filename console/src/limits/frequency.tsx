import { Button, InputNumber, Select, Space } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import { Blank } from '../ui/states.tsx'
import { freeId } from './hours.tsx'
import type { FrequencyRule, Limits, LimitWindow } from './limit-shapes.ts'
import { ScopeFields, ScopeMarks } from './scope.tsx'

type Unit = 'minutes' | 'hours' | 'days' | 'calendarDays'
const unitOf = (window: LimitWindow): Unit => ('calendarDays' in window ? 'calendarDays' : window.unit)
const amountOf = (window: LimitWindow): number => ('calendarDays' in window ? window.calendarDays : window.amount)
const windowOf = (amount: number, unit: Unit): LimitWindow =>
  unit === 'calendarDays' ? { calendarDays: amount } : { amount, unit }
/** Windows are at most 30 days. */
const most: Readonly<Record<Unit, number>> = { minutes: 43_200, hours: 720, days: 30, calendarDays: 30 }

export const FrequencyView = ({ value: { rules } }: { value: Limits['frequency'] }) => {
  const t = useText()
  const words = t.limits
  if (rules.length === 0) return <Blank compact title={words.noRules} />
  return (
    <>
      <p className="muted small">{words.frequencyNote}</p>
      <ul className="freq-list">
        {rules.map((rule) => (
          <li key={rule.id}>
            <strong>{rule.name}</strong>
            <span className="freq-cap">
              {words.rule1(rule.max, words.windowText(amountOf(rule.window), words.windowUnits[unitOf(rule.window)]))}
            </span>
            <div style={{ width: '100%' }}>
              <ScopeMarks scope={rule} />
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}

const units: readonly Unit[] = ['minutes', 'hours', 'days', 'calendarDays']

export const FrequencyForm = ({
  value: { rules },
  onChange,
}: {
  value: Limits['frequency']
  onChange: (value: Limits['frequency']) => void
}) => {
  const t = useText()
  const words = t.limits
  const change = (id: string, next: FrequencyRule) =>
    onChange({ rules: rules.map((rule) => (rule.id === id ? next : rule)) })
  return (
    <div className="stack-16">
      {rules.map((rule) => {
        const unit = unitOf(rule.window)
        const amount = amountOf(rule.window)
        return (
          <div key={rule.id} className="rule-card">
            <div className="rule-fields">
              <ScopeFields rule={rule} onChange={(next) => change(rule.id, next)} />
              <Field label={words.max}>
                <InputNumber
                  min={1}
                  max={1000}
                  precision={0}
                  aria-label={`${rule.name} ${words.max}`}
                  value={rule.max}
                  onChange={(max) => change(rule.id, { ...rule, max: max ?? 1 })}
                />
              </Field>
              <Field label={words.window}>
                <Space.Compact>
                  <InputNumber
                    min={1}
                    max={most[unit]}
                    precision={0}
                    aria-label={`${rule.name} ${words.window}`}
                    value={amount}
                    onChange={(next) => change(rule.id, { ...rule, window: windowOf(next ?? 1, unit) })}
                  />
                  <Select
                    style={{ minWidth: 120 }}
                    aria-label={`${rule.name} ${words.window}`}
                    value={unit}
                    onChange={(next: Unit) =>
                      change(rule.id, { ...rule, window: windowOf(Math.min(amount, most[next]), next) })
                    }
                    options={units.map((one) => ({ value: one, label: words.windowUnits[one] }))}
                  />
                </Space.Compact>
              </Field>
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
        )
      })}
      <Button
        icon={<Icon name="plus" size={16} />}
        onClick={() =>
          onChange({
            rules: [
              ...rules,
              {
                id: freeId(rules.map(({ id }) => id)),
                name: '',
                category: 'marketing',
                channels: [],
                products: [],
                purposes: [],
                max: 1,
                window: { amount: 24, unit: 'hours' },
              },
            ],
          })
        }
      >
        {words.addRule}
      </Button>
    </div>
  )
}
