import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useEffect, useRef } from 'react'
import type { CheckedExpression } from '../../../../src/opinion/subjects/subject-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Field } from '../../ui/page.tsx'
import { useSettled } from '../../ui/settled.ts'
import { checkExpression } from './subject-calls.ts'

/** An expression, checked while it is written: what is wrong, where, and what may have been meant. */
export const ExpressionField = ({
  value,
  onChange,
  onChecked,
}: {
  value: string
  onChange: (expression: string) => void
  /** `undefined` while what is written has not been checked. */
  onChecked: (checked: CheckedExpression | undefined) => void
}) => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const settled = useSettled(value, 250)
  const checked = useQuery({
    queryKey: ['opinion', 'rules', 'check', settled],
    queryFn: ({ signal }) => checkExpression(settled, signal),
    enabled: settled.trim() !== '',
    staleTime: Number.POSITIVE_INFINITY,
  })
  const current = settled === value && settled.trim() !== '' ? checked.data : undefined
  const told = useRef(onChecked)
  told.current = onChecked
  useEffect(() => told.current(current), [current])
  const error = current?.error
  return (
    <div className="expression">
      <Field label={words.expression}>
        <Input.TextArea
          className="mono"
          autoSize={{ minRows: 2, maxRows: 8 }}
          value={value}
          maxLength={4000}
          status={error ? 'error' : ''}
          onChange={({ target }) => onChange(target.value)}
        />
      </Field>
      {error ? (
        <div className="expression-error" role="alert">
          <pre aria-hidden="true">
            {value.slice(Math.max(0, error.at - 24), error.at)}
            <mark>{value.slice(error.at, error.at + error.length) || ' '}</mark>
            {value.slice(error.at + error.length, error.at + error.length + 24)}
          </pre>
          <span>
            {words.faults[error.code](error.value)}（{words.atPlace(format.count(error.at + 1))}）
          </span>
          {error.suggestion !== null && (
            <span>
              {words.suggestion} <code>{error.suggestion}</code>{' '}
              <Button size="small" onClick={() => error.suggestion !== null && onChange(error.suggestion)}>
                {words.useSuggestion}
              </Button>
            </span>
          )}
        </div>
      ) : (
        <span className="field-hint">{words.expressionHint}</span>
      )}
    </div>
  )
}
