import { useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import type { Plan } from '../../../../src/opinion/grading/policy-contract.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { Icon } from '../../ui/icon.tsx'
import { keyed } from '../../ui/keyed.ts'
import { Badge } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { getVersions } from './grading-calls.ts'
import { PolicyShell } from './policy-shell.tsx'

const lanes = ['pr', 'legal', 'service'] as const

/** Contingency plans, each with its versions. */
export const PlansTab = () => {
  const t = useText()
  const words = t.grading
  const can = useCan()
  const [fresh, setFresh] = useState<string>()
  const [key, setKey] = useState('')
  const plans = useQuery({
    queryKey: ['opinion', 'policy', 'plan'],
    queryFn: ({ signal }) => getVersions('plan', signal),
  })
  return (
    <Loaded query={plans}>
      {({ versions }) => {
        const keys = [...new Set([...versions.map((one) => one.key), ...(fresh ? [fresh] : [])])]
        const fits = /^[a-z][a-zA-Z0-9-]{0,39}$/.test(key) && !keys.includes(key)
        return (
          <div className="stack-16">
            {keys.map((one) => (
              <PolicyShell
                key={one}
                kind="plan"
                policyKey={one}
                view={(document) => <View plan={document} />}
                edit={(document, onChange) => <Edit plan={document} onChange={onChange} />}
                {...(one === fresh && {
                  initial: {
                    title: '',
                    summary: '',
                    steps: [{ title: '', text: '', lane: 'pr' as const, withinMinutes: null }],
                  },
                })}
              />
            ))}
            {can('opinion.policy') && (
              <Panel title={words.newPlan}>
                <div className="row">
                  <Input
                    aria-label={words.planKey}
                    placeholder={words.planKeyHint}
                    style={{ width: 260 }}
                    maxLength={40}
                    value={key}
                    onChange={(event) => setKey(event.target.value.trim())}
                  />
                  <Button
                    disabled={!fits}
                    onClick={() => {
                      setFresh(key)
                      setKey('')
                    }}
                  >
                    {words.newPlan}
                  </Button>
                </div>
              </Panel>
            )}
          </div>
        )
      }}
    </Loaded>
  )
}

const View = ({ plan }: { plan: Plan }) => {
  const t = useText()
  const words = t.grading
  return (
    <Panel title={plan.title}>
      {plan.summary && <p className="wrap">{plan.summary}</p>}
      <ol className="stack">
        {plan.steps.map((step) => (
          <li key={step.title}>
            <span className="row">
              <span className="strong">{step.title}</span>
              <Badge>{words.lanes[step.lane]}</Badge>
              {step.withinMinutes !== null && (
                <span className="muted small">{words.withinOf(words.minutes(step.withinMinutes))}</span>
              )}
            </span>
            {step.text && <div className="muted small wrap">{step.text}</div>}
          </li>
        ))}
      </ol>
    </Panel>
  )
}

const Edit = ({ plan, onChange }: { plan: Plan; onChange: (plan: Plan) => void }) => {
  const t = useText()
  const words = t.grading
  const set = (at: number, next: Partial<Plan['steps'][number]>) =>
    onChange({ ...plan, steps: plan.steps.map((one, i) => (i === at ? { ...one, ...next } : one)) })
  return (
    <Panel title={plan.title || words.newPlan}>
      <div className="stack-16">
        <Field label={words.planTitle}>
          <Input
            maxLength={60}
            aria-label={words.planTitle}
            value={plan.title}
            onChange={(event) => onChange({ ...plan, title: event.target.value })}
          />
        </Field>
        <Field label={words.planSummary}>
          <Input.TextArea
            autoSize
            maxLength={2_000}
            aria-label={words.planSummary}
            value={plan.summary}
            onChange={(event) => onChange({ ...plan, summary: event.target.value })}
          />
        </Field>
        {keyed(plan.steps).map(({ item, i, key }) => (
          <div key={key} className="rule-edit">
            <div className="row">
              <Input
                maxLength={60}
                style={{ width: 260 }}
                aria-label={words.step}
                placeholder={words.step}
                value={item.title}
                onChange={(event) => set(i, { title: event.target.value })}
              />
              <Select
                aria-label={words.lane}
                style={{ width: 100 }}
                value={item.lane}
                onChange={(lane) => set(i, { lane })}
                options={lanes.map((value) => ({ value, label: words.lanes[value] }))}
              />
              <InputNumber
                min={1}
                aria-label={words.within}
                placeholder={words.within}
                style={{ width: 130 }}
                value={item.withinMinutes}
                onChange={(withinMinutes) => set(i, { withinMinutes })}
              />
              <Button
                size="small"
                type="text"
                danger
                disabled={plan.steps.length === 1}
                aria-label={`${words.removeStep} ${item.title}`}
                icon={<Icon name="trash" size={14} />}
                onClick={() => onChange({ ...plan, steps: plan.steps.filter((_, at) => at !== i) })}
              />
            </div>
            <Input.TextArea
              autoSize
              maxLength={2_000}
              aria-label={words.stepText}
              placeholder={words.stepText}
              value={item.text}
              onChange={(event) => set(i, { text: event.target.value })}
            />
          </div>
        ))}
        <div>
          <Button
            onClick={() =>
              onChange({ ...plan, steps: [...plan.steps, { title: '', text: '', lane: 'pr', withinMinutes: null }] })
            }
          >
            {words.addStep}
          </Button>
        </div>
      </div>
    </Panel>
  )
}
