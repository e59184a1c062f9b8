import { Select } from 'antd'
import { createContext, type ReactNode, use } from 'react'
import { isFen } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import type { Audience, Fields } from './audience-shapes.ts'
import type { Draft, GroupDraft } from './draft.ts'

/** What every part of the builder works with. */
export interface Tools {
  root: GroupDraft
  fields: Fields
  audiences: readonly Pick<Audience, 'id' | 'name'>[]
  traitTitle: (name: string) => string
  /** How many each condition holds for by itself, by its id; empty while that is not known. */
  sizes: ReadonlyMap<string, number>
  change: (id: string, change: (node: Draft) => Draft | undefined) => void
  set: (root: GroupDraft) => void
  dragged: string | undefined
  drag: (id: string | undefined) => void
}

export const ToolsContext = createContext<Tools | undefined>(undefined)

export const useTools = (): Tools => {
  const tools = use(ToolsContext)
  if (!tools) throw new Error('A part of the builder stands outside the builder')
  return tools
}

/** Changes some fields of one draft. */
export const useUpdate = <D extends Draft>(draft: D) => {
  const { change } = useTools()
  return (next: Partial<D>) => change(draft.id, (node) => ({ ...node, ...next }))
}

/** What a number counts. Conditions are written in fen, as the data are. */
export const Unit = ({ name, unit }: { name: string; unit: string | undefined }) => {
  const t = useText()
  const shown = unit ?? (isFen(name) ? t.builder.fen : undefined)
  return shown && <span className="muted">{shown}</span>
}

export const Named = ({ title, name, note }: { title: string; name: string; note?: string }) => (
  <span className="b-named">
    {title}
    {title !== name && <small>{name}</small>}
    {note && <small>{note}</small>}
  </span>
)

/** The options, and one more when the saved value is not among them. */
export const known = <O extends { value: string; label: ReactNode }>(options: readonly O[], value: string) =>
  value === '' || options.some((option) => option.value === value)
    ? [...options]
    : [...options, { value, label: value, search: value }]

export const NegatedMark = ({ id }: { id: string }) => {
  const t = useText()
  const { change } = useTools()
  return (
    <button
      type="button"
      className="b-not"
      title={t.builder.unNegate}
      onClick={() => change(id, (node) => ({ ...node, negated: false }))}
    >
      {t.builder.not}
    </button>
  )
}

/** A choice of few words. */
export const Choice = <V extends string>({
  label,
  value,
  options,
  onChange,
  className = 'b-did',
}: {
  label: string
  value: V
  options: readonly { value: V; label: string }[]
  onChange: (value: V) => void
  className?: string
}) => (
  <Select<V>
    className={className}
    aria-label={label}
    popupMatchSelectWidth={false}
    value={value}
    onChange={onChange}
    options={[...options]}
  />
)
