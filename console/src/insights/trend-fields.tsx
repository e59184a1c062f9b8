import { Select } from 'antd'
import { useText } from '../i18n/text.ts'
import { EventField } from './event-field.tsx'
import { Add, type FormProps, replaced, without } from './form-parts.tsx'
import type { Measure } from './insight-shapes.ts'
import { Choice, Part, PropertySelect, Remove, useAudienceOptions } from './pickers.tsx'

const letters = 'ABCDEF'
const ofProperty = (measure: Measure) => measure !== 'count' && measure !== 'people' && measure !== 'perPerson'

/** Series, their measures, a formula, a comparison. */
export const TrendFields = ({ draft, onChange }: FormProps<'trend'>) => {
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
