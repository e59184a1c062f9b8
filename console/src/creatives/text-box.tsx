import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { createContext, type ReactNode, useContext, useId, useRef } from 'react'
import { useText } from '../i18n/text.ts'
import { getVariables } from './creative-calls.ts'
import type { VariableEntry } from './creative-shapes.ts'
import { type Mark, MarkedField } from './marked-text.tsx'

interface Writing {
  disabled: boolean
  marksOf: (path: string) => Mark[]
}

/** What every text of an editor needs to know. */
export const WritingContext = createContext<Writing>({ disabled: false, marksOf: () => [] })

const groups = ['customer', 'offer', 'links', 'sender', 'campaign', 'trigger'] as const

const VariablePicker = ({ onPick }: { onPick: (insert: string) => void }) => {
  const t = useText()
  const words = t.creatives
  const variables = useQuery({
    queryKey: ['creatives', 'variables'],
    queryFn: ({ signal }) => getVariables(signal),
    staleTime: 60_000,
  })
  const items = variables.data?.items ?? []
  const label = ({ title, name, personal }: VariableEntry) =>
    `${title} ${name}${personal ? ` · ${words.personalMark}` : ''}`
  return (
    <Select
      showSearch={{ optionFilterProp: 'label' }}
      size="small"
      variant="borderless"
      className="variable-picker"
      aria-label={words.insertVariable}
      placeholder={words.insertVariable}
      value={null}
      popupMatchSelectWidth={320}
      loading={variables.isLoading}
      onChange={(insert: string | null) => insert !== null && onPick(insert)}
      options={groups
        .map((group) => ({
          label: words.variableGroups[group],
          options: items
            .filter((item) => item.group === group)
            .map((item) => ({ value: item.insert, label: label(item) })),
        }))
        .filter(({ options }) => options.length > 0)}
    />
  )
}

/** One text of a creative: its name, the variables that may stand in it, what was found underlined at its place. */
export const TextBox = ({
  path,
  label,
  hint,
  value,
  rows = 1,
  mono,
  maxLength,
  onChange,
}: {
  /** Path in the content, by which findings name it. */
  path: string
  label: string
  hint?: ReactNode
  value: string
  rows?: number
  mono?: boolean
  maxLength: number
  onChange: (value: string) => void
}) => {
  const { disabled, marksOf } = useContext(WritingContext)
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const insert = (text: string) => {
    const at = field.current
    const [from, to] = [at?.selectionStart ?? value.length, at?.selectionEnd ?? value.length]
    onChange(value.slice(0, from) + text + value.slice(to))
    requestAnimationFrame(() => {
      at?.focus()
      at?.setSelectionRange(from + text.length, from + text.length)
    })
  }
  return (
    <div className="field" data-field={path}>
      <div className="field-head">
        <label className="field-label" htmlFor={id}>
          {label}
        </label>
        {!disabled && <VariablePicker onPick={insert} />}
      </div>
      <MarkedField
        id={id}
        label={label}
        value={value}
        rows={rows}
        marks={marksOf(path)}
        disabled={disabled}
        maxLength={maxLength}
        fieldRef={field}
        {...(mono && { mono })}
        onChange={(next) => onChange(rows === 1 ? next.replaceAll('\n', ' ') : next)}
      />
      {hint && <span className="field-hint">{hint}</span>}
    </div>
  )
}
