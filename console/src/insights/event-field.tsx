import { Button } from 'antd'
import type { ReactNode } from 'react'
import { ComparisonField, firstOperator, type ValueType } from '../audiences/comparison-field.tsx'
import { type ComparisonDraft, type Operator, operators } from '../audiences/draft.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import type { AskedQuestion } from './insight-shapes.ts'
import { EventSelect, type Property, PropertySelect, Remove, useProperties } from './pickers.tsx'

type Where = NonNullable<Extract<AskedQuestion, { kind: 'retention' }>['start']['where']>
type Filter = Where[number]
interface Selected {
  event: string
  where?: Where | undefined
}

const readFilter = (filter: Filter): { property: string; draft: ComparisonDraft } => {
  const { property, ...comparison } = filter
  const name = typeof property === 'string' ? property : property.join('.')
  const [entry] = Object.entries(comparison)
  if (!entry) return { property: name, draft: { operator: 'is', value: undefined } }
  const [operator, value] = entry
  if (operator === 'exists')
    return { property: name, draft: { operator: value === true ? 'exists' : 'missing', value: undefined } }
  const known = operators.find((one) => one === operator) ?? 'is'
  return { property: name, draft: { operator: known, value } }
}

const writeFilter = (property: string, { operator, value }: ComparisonDraft): Filter => {
  const comparison: Partial<Record<Operator, unknown>> =
    operator === 'exists' ? { exists: true } : operator === 'missing' ? { exists: false } : { [operator]: value }
  return { property, ...comparison } as Filter
}

const typeOf = (property: Property | undefined): ValueType => {
  const [type, ...others] = property?.types ?? []
  if (!type || others.length > 0 || type === 'other') return 'unknown'
  return type === 'text' ? 'string' : type
}

/** An event and filters on its properties; `children` stand between both. */
export const EventField = <S extends Selected>({
  value,
  label,
  onChange,
  children,
  tools,
}: {
  value: S
  label: string
  onChange: (value: S) => void
  children?: ReactNode
  tools?: ReactNode
}) => {
  const t = useText()
  const where = value.where ?? []
  const properties = useProperties([value.event])
  const setWhere = (next: Where) => {
    const { where: _, ...rest } = value
    onChange((next.length === 0 ? rest : { ...rest, where: next }) as S)
  }
  const change = (at: number, filter: Filter) => setWhere(where.map((one, i) => (i === at ? filter : one)))
  return (
    <div className="q-selection">
      <div className="q-fields">
        <EventSelect
          value={value.event}
          label={label}
          onChange={(event) => {
            const { where: _, ...rest } = value
            onChange({ ...rest, event } as S)
          }}
        />
        {children}
        {value.event !== '' && (
          <Button
            size="small"
            type="text"
            icon={<Icon name="plus" size={14} />}
            onClick={() => setWhere([...where, { property: '', is: undefined }])}
          >
            {t.insights.addFilter}
          </Button>
        )}
        {tools && <span className="q-tools">{tools}</span>}
      </div>
      {where.map((filter, i) => {
        const { property, draft } = readFilter(filter)
        const known = properties.find(({ name }) => name === property)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: filters have no names of their own and are not moved
          <div className="q-filter" key={i}>
            <PropertySelect
              value={property}
              events={[value.event]}
              onChange={(name) => {
                const type = typeOf(properties.find((one) => one.name === name))
                change(i, writeFilter(name, { operator: firstOperator(type), value: undefined }))
              }}
            />
            {property !== '' && (
              <ComparisonField
                draft={draft}
                type={typeOf(known)}
                values={known?.samples.filter((one) => typeof one === 'string')}
                onChange={(next) => change(i, writeFilter(property, next))}
              />
            )}
            <Remove onClick={() => setWhere(where.filter((_, at) => at !== i))} />
          </div>
        )
      })}
    </div>
  )
}
