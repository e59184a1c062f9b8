import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Drawer, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { changeProject, listFields } from './matching-calls.ts'
import { useFieldTitle } from './matching-marks.tsx'
import type { ComparisonName, FieldChoice, KeyForm, Plan, PlanField, Project } from './matching-shapes.ts'

const comparisonNames: readonly ComparisonName[] = [
  'exact',
  'chineseName',
  'name',
  'text',
  'digits',
  'date',
  'number',
  'address',
]
const keyForms: readonly KeyForm[] = ['whole', 'first3', 'last4', 'sound', 'nameKey', 'year', 'monthDay', 'road']

/** The rules of a project: fields, how candidates are found, thresholds. */
export const PlanDialog = ({ project, onClose }: { project: Project; onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [plan, setPlan] = useState<Plan>(project.plan)
  const choices = useQuery({ queryKey: ['matching', 'fields'], queryFn: ({ signal }) => listFields(signal) })
  const save = useMutation({
    mutationFn: () => changeProject(project.id, { plan }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['matching'] })
      onClose()
    },
    onError: fail,
  })
  const ready =
    plan.fields.length > 0 && plan.blocking.length > 0 && plan.reviewFrom < plan.linkFrom && plan.linkFrom >= 0.5
  return (
    <Drawer
      open
      size="large"
      title={t.matching.settings}
      onClose={onClose}
      footer={
        <div className="row">
          <Button type="primary" disabled={!ready} loading={save.isPending} onClick={() => save.mutate()}>
            {t.ui.save}
          </Button>
          <Button onClick={onClose}>{t.ui.cancel}</Button>
        </div>
      }
    >
      <Loaded query={choices}>
        {({ items }) => (
          <div className="stack-16">
            <div className="row">
              <Threshold
                label={t.matching.linkFrom}
                hint={t.matching.linkFromHint}
                value={plan.linkFrom}
                onChange={(linkFrom) => setPlan({ ...plan, linkFrom })}
              />
              <Threshold
                label={t.matching.reviewFrom}
                hint={t.matching.reviewFromHint}
                value={plan.reviewFrom}
                onChange={(reviewFrom) => setPlan({ ...plan, reviewFrom })}
              />
            </div>
            <FieldLines plan={plan} choices={items} onChange={setPlan} />
            <RuleLines plan={plan} onChange={setPlan} />
          </div>
        )}
      </Loaded>
    </Drawer>
  )
}

const Threshold = ({
  label,
  hint,
  value,
  onChange,
}: {
  label: string
  hint: string
  value: number
  onChange: (value: number) => void
}) => (
  <Field label={label} hint={hint}>
    <InputNumber
      min={1}
      max={99.99}
      step={1}
      suffix="%"
      value={Math.round(value * 10_000) / 100}
      onChange={(next) => onChange((next ?? 50) / 100)}
    />
  </Field>
)

const FieldLines = ({
  plan,
  choices,
  onChange,
}: {
  plan: Plan
  choices: readonly FieldChoice[]
  onChange: (plan: Plan) => void
}) => {
  const t = useText()
  const title = useFieldTitle()
  const change = (index: number, field: Partial<PlanField>) =>
    onChange({ ...plan, fields: plan.fields.map((one, f) => (f === index ? { ...one, ...field } : one)) })
  const drop = (name: string) =>
    onChange({
      ...plan,
      fields: plan.fields.filter(({ field }) => field !== name),
      // A rule without one of its parts would bring more together than anybody asked for.
      blocking: plan.blocking.filter((rule) => rule.every(({ field }) => field !== name)),
    })
  const free = choices.filter(({ field }) => plan.fields.every((one) => one.field !== field))
  return (
    <section>
      <h3>{t.matching.fields}</h3>
      <p className="muted small">{t.matching.ownHint}</p>
      <ul className="plan-lines">
        {plan.fields.map((one, index) => (
          <li key={one.field}>
            <span className="strong" style={{ minWidth: 96 }}>
              {title(one.field)}
            </span>
            <Select
              aria-label={`${t.matching.comparison} ${title(one.field)}`}
              style={{ width: 210 }}
              value={one.comparison}
              onChange={(comparison) => change(index, { comparison })}
              options={comparisonNames.map((value) => ({ value, label: t.matching.comparisons[value] }))}
            />
            <Checkbox
              checked={one.termFrequency}
              onChange={({ target }) => change(index, { termFrequency: target.checked })}
            >
              {t.matching.rarity}
            </Checkbox>
            <Checkbox checked={one.own} onChange={({ target }) => change(index, { own: target.checked })}>
              {t.matching.own}
            </Checkbox>
            <Checkbox checked={one.strong} onChange={({ target }) => change(index, { strong: target.checked })}>
              {t.matching.strong}
            </Checkbox>
            <Button
              type="text"
              size="small"
              aria-label={`${t.ui.remove} ${title(one.field)}`}
              icon={<Icon name="trash" size={16} />}
              onClick={() => drop(one.field)}
            />
          </li>
        ))}
      </ul>
      <Select
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t.matching.addField}
        placeholder={t.matching.addField}
        style={{ width: 260 }}
        value={null}
        onChange={(name: string | null) => {
          const choice = choices.find(({ field }) => field === name)
          if (choice)
            onChange({
              ...plan,
              fields: [
                ...plan.fields,
                { field: choice.field, comparison: choice.comparison, termFrequency: false, strong: false, own: false },
              ],
            })
        }}
        options={free.map(({ field }) => ({ value: field, label: title(field) }))}
      />
    </section>
  )
}

const RuleLines = ({ plan, onChange }: { plan: Plan; onChange: (plan: Plan) => void }) => {
  const t = useText()
  const title = useFieldTitle()
  const setRule = (index: number, rule: Plan['blocking'][number]) =>
    onChange({
      ...plan,
      blocking:
        rule.length === 0
          ? plan.blocking.filter((_, r) => r !== index)
          : plan.blocking.map((one, r) => (r === index ? rule : one)),
    })
  const first = plan.fields[0]?.field
  return (
    <section>
      <h3>{t.matching.blocking}</h3>
      <p className="muted small">{t.matching.blockingHint}</p>
      <ul className="plan-lines">
        {plan.blocking.map((rule, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no name but their place
          <li key={index}>
            <span className="muted small">{t.matching.ruleNumber(index + 1)}</span>
            {rule.map((part, p) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no name but their place
              <span className="row" key={p}>
                {p > 0 && <span className="muted">{t.matching.and}</span>}
                <Select
                  aria-label={`${t.matching.field} ${index + 1}.${p + 1}`}
                  style={{ width: 130 }}
                  value={part.field}
                  onChange={(field) =>
                    setRule(
                      index,
                      rule.map((one, q) => (q === p ? { ...one, field } : one)),
                    )
                  }
                  options={plan.fields.map(({ field }) => ({ value: field, label: title(field) }))}
                />
                <Select
                  aria-label={`${t.matching.comparison} ${index + 1}.${p + 1}`}
                  style={{ width: 150 }}
                  value={part.form}
                  onChange={(form) =>
                    setRule(
                      index,
                      rule.map((one, q) => (q === p ? { ...one, form } : one)),
                    )
                  }
                  options={keyForms.map((value) => ({ value, label: t.matching.forms[value] }))}
                />
                <Button
                  type="text"
                  size="small"
                  aria-label={`${t.ui.remove} ${index + 1}.${p + 1}`}
                  icon={<Icon name="close" size={14} />}
                  onClick={() =>
                    setRule(
                      index,
                      rule.filter((_, q) => q !== p),
                    )
                  }
                />
              </span>
            ))}
            {rule.length < 4 && first !== undefined && (
              <Button
                size="small"
                icon={<Icon name="plus" size={14} />}
                onClick={() => setRule(index, [...rule, { field: first, form: 'whole' }])}
              >
                {t.matching.addPart}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {plan.blocking.length < 12 && first !== undefined && (
        <Button
          icon={<Icon name="plus" size={16} />}
          onClick={() => onChange({ ...plan, blocking: [...plan.blocking, [{ field: first, form: 'whole' }]] })}
        >
          {t.matching.addRule}
        </Button>
      )}
    </section>
  )
}
