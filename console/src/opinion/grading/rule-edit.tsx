import { Button, Input, InputNumber, Select } from 'antd'
import { type Condition, type LevelRule, numberFacts } from '../../../../src/opinion/grading/policy-contract.ts'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { keyed } from '../../ui/keyed.ts'
import { type ListFact, useListOptions } from './condition-text.ts'

const listFacts = ['authorClass', 'urgency', 'aspect', 'speaker', 'platform', 'subjectKind'] as const
const facts = [...numberFacts, ...listFacts, 'bursting'] as const

/** A condition that holds something sensible to begin with. */
const conditionOf = (fact: (typeof facts)[number]): Condition => {
  switch (fact) {
    case 'bursting':
      return { fact, is: true }
    case 'authorClass':
      return { fact, anyOf: ['central-media'] }
    case 'urgency':
      return { fact, anyOf: ['self-harm'] }
    case 'aspect':
      return { fact, anyOf: ['harsh-collection'] }
    case 'speaker':
      return { fact, anyOf: ['media'] }
    case 'platform':
      return { fact, anyOf: ['weibo'] }
    case 'subjectKind':
      return { fact, anyOf: ['brand'] }
    case 'hotListRank':
      return { fact, atMost: 50 }
    default:
      return { fact, atLeast: 1 }
  }
}

/** A row of the table of levels. */
export const RuleEdit = ({
  rule,
  onChange,
  onRemove,
}: {
  rule: LevelRule
  onChange: (rule: LevelRule) => void
  onRemove: () => void
}) => {
  const t = useText()
  const words = t.grading
  const set = (at: number, next: Condition) =>
    onChange({ ...rule, all: rule.all.map((one, i) => (i === at ? next : one)) })
  return (
    <div className="rule-edit">
      <div className="row row-between">
        <span className="row">
          <Input
            aria-label={words.rule}
            maxLength={60}
            style={{ width: 260 }}
            value={rule.name}
            onChange={(event) => onChange({ ...rule, name: event.target.value })}
          />
          <Select
            aria-label={`${words.level} ${rule.name}`}
            style={{ width: 110 }}
            value={rule.level}
            onChange={(level) => onChange({ ...rule, level })}
            options={(['minor', 'moderate', 'severe'] as const).map((value) => ({ value, label: words.levels[value] }))}
          />
        </span>
        <Button
          size="small"
          type="text"
          danger
          aria-label={`${words.removeRule} ${rule.name}`}
          icon={<Icon name="trash" size={14} />}
          onClick={onRemove}
        />
      </div>
      {keyed(rule.all).map(({ item, i, key }) => (
        <div key={key} className="row">
          <Select
            aria-label={words.when}
            style={{ width: 170 }}
            value={item.fact}
            onChange={(fact) => set(i, conditionOf(fact))}
            options={facts.map((value) => ({ value, label: words.facts[value] }))}
          />
          <ConditionValue condition={item} onChange={(next) => set(i, next)} />
          <Button
            size="small"
            type="text"
            disabled={rule.all.length === 1}
            aria-label={words.removeCondition}
            icon={<Icon name="close" size={14} />}
            onClick={() => onChange({ ...rule, all: rule.all.filter((_, at) => at !== i) })}
          />
        </div>
      ))}
      <div>
        <Button size="small" onClick={() => onChange({ ...rule, all: [...rule.all, conditionOf('negative')] })}>
          {words.addCondition}
        </Button>
      </div>
    </div>
  )
}

const ConditionValue = ({
  condition,
  onChange,
}: {
  condition: Condition
  onChange: (condition: Condition) => void
}) => {
  const t = useText()
  const words = t.grading
  const options = useListOptions()
  if ('anyOf' in condition) {
    const fact: ListFact = condition.fact
    return (
      <Select
        mode="multiple"
        aria-label={words.facts[fact]}
        style={{ minWidth: 220 }}
        value={condition.anyOf}
        onChange={(anyOf: string[]) => anyOf.length > 0 && onChange({ ...condition, anyOf } as Condition)}
        options={options(fact)}
      />
    )
  }
  if ('is' in condition)
    return (
      <Select
        aria-label={words.facts.bursting}
        style={{ width: 90 }}
        value={condition.is ? 'yes' : 'no'}
        onChange={(value) => onChange({ ...condition, is: value === 'yes' })}
        options={[
          { value: 'yes', label: words.yes },
          { value: 'no', label: words.no },
        ]}
      />
    )
  const { fact, atLeast, atMost } = condition
  const change = (low: number | null | undefined, high: number | null | undefined) =>
    onChange({ fact, ...(low != null && { atLeast: low }), ...(high != null && { atMost: high }) })
  return (
    <span className="row">
      {words.atLeast}
      <InputNumber
        aria-label={`${words.facts[fact]} ${words.atLeast}`}
        style={{ width: 110 }}
        value={atLeast ?? null}
        onChange={(value) => change(value, atMost)}
      />
      {words.atMost}
      <InputNumber
        aria-label={`${words.facts[fact]} ${words.atMost}`}
        style={{ width: 110 }}
        value={atMost ?? null}
        onChange={(value) => change(atLeast, value)}
      />
    </span>
  )
}

export const RulesAdd = ({ onAdd }: { onAdd: (rule: LevelRule) => void }) => {
  const t = useText()
  const words = t.grading
  return (
    <Button
      icon={<Icon name="plus" size={14} />}
      onClick={() =>
        onAdd({ id: `r${Date.now().toString(36)}`, name: words.rule, level: 'moderate', all: [conditionOf('score')] })
      }
    >
      {words.addRule}
    </Button>
  )
}
