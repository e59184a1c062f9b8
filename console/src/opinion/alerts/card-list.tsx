import { Button, Input } from 'antd'
import type { ReactNode } from 'react'
import { Icon } from '../../ui/icon.tsx'
import { Panel } from '../../ui/page.tsx'

/** Parts of a routing that have a name: each a card with its name, what it holds, and how to remove it. */
export const CardList = <T,>({
  title,
  note,
  items,
  keyOf,
  nameOf,
  named,
  nameLabel,
  addLabel,
  removeLabel,
  fewest = 0,
  make,
  onChange,
  children,
}: {
  title: string
  note?: string
  items: readonly T[]
  keyOf: (item: T) => string
  nameOf: (item: T) => string
  named: (item: T, name: string) => T
  nameLabel: string
  addLabel: string
  /** Said before the name of what is removed. */
  removeLabel: string
  /** So many must stay. */
  fewest?: number
  make: () => T
  onChange: (items: T[]) => void
  children: (item: T, change: (next: T) => void) => ReactNode
}) => (
  <Panel
    title={title}
    extra={
      <Button size="small" onClick={() => onChange([...items, make()])}>
        {addLabel}
      </Button>
    }
  >
    {note && <p className="muted small">{note}</p>}
    {items.map((item, at) => {
      const change = (next: T) => onChange(items.map((one, i) => (i === at ? next : one)))
      return (
        <div key={keyOf(item)} className="receiver-card stack">
          <div className="row row-between">
            <Input
              aria-label={nameLabel}
              maxLength={60}
              style={{ maxWidth: 260 }}
              value={nameOf(item)}
              onChange={(event) => change(named(item, event.target.value))}
            />
            <Button
              size="small"
              type="text"
              danger
              disabled={items.length <= fewest}
              aria-label={`${removeLabel} ${nameOf(item)}`}
              icon={<Icon name="trash" size={14} />}
              onClick={() => onChange(items.filter((_, i) => i !== at))}
            />
          </div>
          {children(item, change)}
        </div>
      )
    })}
  </Panel>
)

/** A key of its own for a part that was just made. @param kind one letter */
export const newKey = (kind: string): string => `${kind}${Date.now().toString(36)}`
