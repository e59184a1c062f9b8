import { Button } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Choice, PropertySelect } from './pickers.tsx'
import type { Draft, DraftOf } from './question-draft.ts'

/** A part of the form that knows one kind of question. */
export type FormProps<K extends Draft['kind']> = { draft: DraftOf<K>; onChange: (draft: DraftOf<K>) => void }

export const replaced = <T,>(list: readonly T[], at: number, one: T): T[] =>
  list.map((old, i) => (i === at ? one : old))
export const without = <T,>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at)

export const Add = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <Button size="small" type="text" icon={<Icon name="plus" size={14} />} onClick={onClick}>
    {label}
  </Button>
)

/** A property, or none. */
export const Optional = ({
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
