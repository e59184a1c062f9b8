import { Button, Checkbox, Input, InputNumber, Select } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { Field } from '../../ui/page.tsx'
import type { RouteNode, Routing } from './alert-calls.ts'
import { MatchFields } from './match-fields.tsx'

const labels = ['event', 'subject', 'aspect', 'platform', 'level'] as const
let made = 0
const newNode = (name: string): RouteNode => ({
  id: `n${Date.now().toString(36)}${made++}`,
  name,
  match: {},
  continue: false,
  receiver: null,
  groupBy: null,
  groupWaitSeconds: null,
  groupIntervalSeconds: null,
  repeatMinutes: null,
  mute: [],
  active: [],
  routes: [],
})

/** One node of the tree with those below it. */
export const NodeEdit = ({
  node,
  routing,
  root = false,
  onChange,
  actions,
}: {
  node: RouteNode
  routing: Routing
  root?: boolean
  onChange: (node: RouteNode) => void
  actions?: ReactNode
}) => {
  const t = useText()
  const words = t.alerts
  const intervals = routing.intervals.map(({ name, title }) => ({ value: name, label: title }))
  const child = (at: number, next: RouteNode) =>
    onChange({ ...node, routes: node.routes.map((one, i) => (i === at ? next : one)) })
  const move = (at: number, by: 1 | -1) => {
    const routes = [...node.routes]
    const [one] = routes.splice(at, 1)
    if (one) routes.splice(at + by, 0, one)
    onChange({ ...node, routes })
  }
  const numbers = [
    { key: 'groupWaitSeconds', label: words.groupWait, min: 0, max: 3_600 },
    { key: 'groupIntervalSeconds', label: words.groupInterval, min: 10, max: 86_400 },
    { key: 'repeatMinutes', label: words.repeat, min: 5, max: 20_160 },
  ] as const
  return (
    <div className={root ? 'tree-node-root' : 'tree-node'}>
      <div className="tree-card stack">
        <div className="row row-between">
          <Input
            aria-label={words.nodeName}
            maxLength={60}
            style={{ maxWidth: 220 }}
            value={node.name}
            onChange={(event) => onChange({ ...node, name: event.target.value })}
          />
          {actions}
        </div>
        {!root && <MatchFields value={node.match} onChange={(match) => onChange({ ...node, match })} />}
        <div className="form-grid">
          <Field label={words.receiver}>
            <Select
              allowClear={!root}
              aria-label={words.receiver}
              placeholder={words.inherits}
              {...(node.receiver !== null && { value: node.receiver })}
              onChange={(receiver?: string) => onChange({ ...node, receiver: receiver ?? null })}
              options={routing.receivers.map(({ name, title }) => ({ value: name, label: title }))}
            />
          </Field>
          <Field label={words.groupBy}>
            <Select
              mode="multiple"
              allowClear={!root}
              aria-label={words.groupBy}
              placeholder={words.inherits}
              value={node.groupBy ?? []}
              onChange={(groupBy: (typeof labels)[number][]) =>
                onChange({ ...node, groupBy: groupBy.length === 0 && !root ? null : groupBy })
              }
              options={labels.map((value) => ({ value, label: words.groupLabels[value] }))}
            />
          </Field>
          {numbers.map(({ key, label, min, max }) => (
            <Field key={key} label={label}>
              <InputNumber
                min={min}
                max={max}
                aria-label={label}
                placeholder={words.inherits}
                value={node[key]}
                onChange={(value) => onChange({ ...node, [key]: value ?? (root ? min : null) })}
              />
            </Field>
          ))}
          {intervals.length > 0 &&
            (['mute', 'active'] as const).map((key) => (
              <Field key={key} label={words[key]}>
                <Select
                  mode="multiple"
                  aria-label={words[key]}
                  value={node[key]}
                  onChange={(names: string[]) => onChange({ ...node, [key]: names })}
                  options={intervals}
                />
              </Field>
            ))}
        </div>
        <div className="row row-between">
          {!root && (
            <Checkbox
              checked={node.continue}
              onChange={(event) => onChange({ ...node, continue: event.target.checked })}
            >
              {words.continue}
            </Checkbox>
          )}
          <Button
            size="small"
            icon={<Icon name="plus" size={14} />}
            onClick={() => onChange({ ...node, routes: [...node.routes, newNode(words.node)] })}
          >
            {words.addNode}
          </Button>
        </div>
      </div>
      {node.routes.map((one, at) => (
        <NodeEdit
          key={one.id}
          node={one}
          routing={routing}
          onChange={(next) => child(at, next)}
          actions={
            <span className="row">
              <Button
                size="small"
                type="text"
                disabled={at === 0}
                aria-label={`${words.moveUp} ${one.name}`}
                icon={<Icon name="up" size={14} />}
                onClick={() => move(at, -1)}
              />
              <Button
                size="small"
                type="text"
                disabled={at === node.routes.length - 1}
                aria-label={`${words.moveDown} ${one.name}`}
                icon={<Icon name="down" size={14} />}
                onClick={() => move(at, 1)}
              />
              <Button
                size="small"
                type="text"
                danger
                aria-label={`${words.removeNode} ${one.name}`}
                icon={<Icon name="trash" size={14} />}
                onClick={() => onChange({ ...node, routes: node.routes.filter((_, i) => i !== at) })}
              />
            </span>
          }
        />
      ))}
    </div>
  )
}
