import './builder.css'
import { Button, Dropdown, Input, Segmented, Select } from 'antd'
import { createContext, type DragEvent, type ReactNode, use, useState } from 'react'
import { isFen, useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import type { Audience, Fields } from './audience-shapes.ts'
import {
  asValueType,
  ComparisonField,
  firstOperator,
  momentOperators,
  numberOperators,
  SpanField,
  type ValueType,
} from './comparison-field.tsx'
import {
  type AudienceDraft,
  changeNode,
  type Draft,
  duplicateNode,
  type EventDraft,
  emptyAudience,
  emptyEvent,
  emptyGroup,
  emptyProperty,
  emptyTrait,
  type GroupDraft,
  type Measure,
  measures,
  moveNode,
  needsProperty,
  type PropertyDraft,
  parseRaw,
  type RawDraft,
  type TraitDraft,
  type WindowDraft,
  wrapNode,
} from './draft.ts'

interface Tools {
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

const ToolsContext = createContext<Tools | undefined>(undefined)

const useTools = (): Tools => {
  const tools = use(ToolsContext)
  if (!tools) throw new Error('A part of the builder stands outside the builder')
  return tools
}

/** The tree of conditions, to be put together by mouse, finger or keyboard. */
export const Builder = ({
  root,
  fields,
  audiences,
  traitTitle,
  sizes,
  onChange,
}: Pick<Tools, 'root' | 'fields' | 'audiences' | 'traitTitle' | 'sizes'> & {
  onChange: (root: GroupDraft) => void
}) => {
  const [dragged, drag] = useState<string>()
  const tools: Tools = {
    root,
    fields,
    audiences,
    traitTitle,
    sizes,
    set: onChange,
    change: (id, change) => onChange(changeNode(root, id, change)),
    dragged,
    drag,
  }
  return (
    <ToolsContext value={tools}>
      <Group draft={root} parent={undefined} index={0} />
    </ToolsContext>
  )
}

const Group = ({ draft, parent, index }: { draft: GroupDraft; parent: GroupDraft | undefined; index: number }) => {
  const t = useText()
  const { change } = useTools()
  const modes = [
    { value: 'all' as const, label: t.builder.all },
    { value: 'any' as const, label: t.builder.any },
  ]
  return (
    <fieldset className={`b-group ${parent ? 'b-inner' : ''} ${draft.negated ? 'b-negated' : ''}`}>
      <legend className="sr-only">{t.builder.group}</legend>
      <div className="b-head">
        {parent && <Handle id={draft.id} />}
        {draft.negated && <NegatedMark id={draft.id} />}
        <Segmented
          size="small"
          options={modes}
          value={draft.mode}
          onChange={(mode) => change(draft.id, (node) => (node.kind === 'group' ? { ...node, mode } : node))}
        />
        <span className="b-spring" />
        {parent && <NodeMenu draft={draft} parent={parent} index={index} />}
      </div>
      <div className="b-children">
        <DropPlace group={draft} index={0} />
        {draft.children.map((child, at) => (
          <div key={child.id}>
            {at > 0 && <div className="b-join">{draft.mode === 'all' ? t.builder.and : t.builder.or}</div>}
            <Node draft={child} parent={draft} index={at} />
            <DropPlace group={draft} index={at + 1} />
          </div>
        ))}
        {draft.children.length === 0 && (
          <p className="b-empty muted">{parent ? t.builder.emptyGroup : t.builder.empty}</p>
        )}
      </div>
      <AddBar group={draft} />
    </fieldset>
  )
}

const AddBar = ({ group }: { group: GroupDraft }) => {
  const t = useText()
  const { change } = useTools()
  const add = (node: Draft) =>
    change(group.id, (target) =>
      target.kind === 'group' ? { ...target, children: [...target.children, node] } : target,
    )
  const kinds: { icon: IconName; label: string; make: () => Draft }[] = [
    { icon: 'customers', label: t.builder.addTrait, make: emptyTrait },
    { icon: 'event', label: t.builder.addEvent, make: emptyEvent },
    { icon: 'audiences', label: t.builder.addAudience, make: emptyAudience },
    { icon: 'group', label: t.builder.addGroup, make: () => ({ ...emptyGroup('any'), children: [emptyTrait()] }) },
  ]
  return (
    <div className="b-add">
      {kinds.map(({ icon, label, make }) => (
        <Button key={icon} size="small" type="text" icon={<Icon name={icon} size={15} />} onClick={() => add(make())}>
          {label}
        </Button>
      ))}
    </div>
  )
}

const Node = ({ draft, parent, index }: { draft: Draft; parent: GroupDraft; index: number }) => {
  const t = useText()
  const format = useFormats()
  const { dragged, sizes } = useTools()
  const size = sizes.get(draft.id)
  if (draft.kind === 'group') return <Group draft={draft} parent={parent} index={index} />
  return (
    <div className={`b-leaf ${draft.negated ? 'b-negated' : ''} ${dragged === draft.id ? 'b-dragged' : ''}`}>
      <Handle id={draft.id} />
      <div className="b-fields">
        {draft.kind === 'trait' && <TraitFields draft={draft} />}
        {draft.kind === 'event' && <EventFields draft={draft} />}
        {draft.kind === 'audience' && <AudienceFields draft={draft} />}
        {draft.kind === 'raw' && <RawFields draft={draft} />}
        {size !== undefined && (
          <span className="b-size" title={t.builder.sizeHint}>
            {format.count(size)} {t.audiences.people}
          </span>
        )}
      </div>
      <NodeMenu draft={draft} parent={parent} index={index} />
    </div>
  )
}

const Handle = ({ id }: { id: string }) => {
  const t = useText()
  const { drag } = useTools()
  return (
    // Dragging is for the mouse; the menu beside it moves by keyboard.
    <span
      className="b-handle"
      draggable
      title={t.builder.dragHint}
      aria-hidden="true"
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move'
        event.dataTransfer.setData('text/plain', id)
        drag(id)
      }}
      onDragEnd={() => drag(undefined)}
    >
      <Icon name="drag" size={16} />
    </span>
  )
}

const DropPlace = ({ group, index }: { group: GroupDraft; index: number }) => {
  const { dragged, drag, root, set } = useTools()
  const [over, setOver] = useState(false)
  if (dragged === undefined) return null
  const onDragOver = (event: DragEvent) => {
    event.preventDefault()
    event.dataTransfer.dropEffect = 'move'
    setOver(true)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only a dragged thing arrives here; the menu is for the keyboard
    <div
      className={`b-drop ${over ? 'b-drop-over' : ''}`}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        set(moveNode(root, dragged, group.id, index))
        drag(undefined)
      }}
    />
  )
}

const NegatedMark = ({ id }: { id: string }) => {
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

const parentOf = (group: GroupDraft, id: string): GroupDraft | undefined => {
  for (const child of group.children) {
    if (child.id === id) return group
    const found = child.kind === 'group' ? parentOf(child, id) : undefined
    if (found) return found
  }
  return undefined
}

const NodeMenu = ({ draft, parent, index }: { draft: Draft; parent: GroupDraft; index: number }) => {
  const t = useText()
  const { root, set, change } = useTools()
  const above = parentOf(root, parent.id)
  const neighbour = parent.children[index - 1]
  const acts: Record<string, () => void> = {
    negate: () => change(draft.id, (node) => ({ ...node, negated: !node.negated })),
    duplicate: () => set(duplicateNode(root, draft.id)),
    up: () => set(moveNode(root, draft.id, parent.id, index - 1)),
    down: () => set(moveNode(root, draft.id, parent.id, index + 2)),
    out: () => {
      if (above) set(moveNode(root, draft.id, above.id, above.children.findIndex((one) => one.id === parent.id) + 1))
    },
    into: () => {
      if (neighbour?.kind === 'group') set(moveNode(root, draft.id, neighbour.id, neighbour.children.length))
    },
    wrap: () => set(wrapNode(root, draft.id)),
    remove: () => change(draft.id, () => undefined),
  }
  const item = (key: string, icon: IconName, label: string, disabled = false) => ({
    key,
    label,
    disabled,
    icon: <Icon name={icon} size={16} />,
  })
  return (
    <span className="b-tools">
      <button
        type="button"
        className="icon-button danger"
        aria-label={t.ui.remove}
        title={t.ui.remove}
        onClick={acts.remove}
      >
        <Icon name="trash" size={16} />
      </button>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            item('negate', 'failed', draft.negated ? t.builder.unNegate : t.builder.negate),
            item('duplicate', 'copy', t.builder.duplicate),
            item('wrap', 'group', t.builder.wrap),
            { type: 'divider' },
            item('up', 'up', t.builder.moveUp, index === 0),
            item('down', 'down', t.builder.moveDown, index === parent.children.length - 1),
            item('into', 'right', t.builder.moveInto, neighbour?.kind !== 'group'),
            item('out', 'left', t.builder.moveOut, !above),
          ],
          onClick: ({ key }) => acts[key]?.(),
        }}
      >
        <button type="button" className="icon-button" aria-label={t.ui.moreActions} title={t.ui.moreActions}>
          <Icon name="more" size={16} />
        </button>
      </Dropdown>
    </span>
  )
}

const TraitFields = ({ draft }: { draft: TraitDraft }) => {
  const t = useText()
  const { fields, change, traitTitle } = useTools()
  const field = fields.traits.find((one) => one.name === draft.trait)
  const update = (next: Partial<TraitDraft>) => change(draft.id, (node) => ({ ...node, ...next }) as Draft)
  return (
    <>
      {draft.negated && <NegatedMark id={draft.id} />}
      <Select
        className="b-subject"
        showSearch={{ optionFilterProp: 'search' }}
        aria-label={t.builder.trait}
        placeholder={t.builder.trait}
        status={draft.trait === '' ? 'warning' : ''}
        popupMatchSelectWidth={false}
        value={draft.trait === '' ? null : draft.trait}
        onChange={(trait) => {
          const type = fields.traits.find((one) => one.name === trait)?.type
          update({ trait, operator: firstOperator(asValueType(type)), value: undefined })
        }}
        options={known(
          fields.traits.map((one) => ({
            value: one.name,
            search: `${one.name} ${traitTitle(one.name)}`,
            label: <Named title={traitTitle(one.name)} name={one.name} />,
          })),
          draft.trait,
        )}
      />
      {draft.trait !== '' && (
        <ComparisonField
          draft={draft}
          type={asValueType(field?.type)}
          values={field?.allowed?.map(String) ?? field?.samples}
          onChange={(next) => update(next)}
        />
      )}
      <Unit name={draft.trait} unit={field?.unit ?? undefined} />
    </>
  )
}

/** What a number counts. Conditions are written in fen, as the data are. */
const Unit = ({ name, unit }: { name: string; unit: string | undefined }) => {
  const t = useText()
  const shown = unit ?? (isFen(name) ? t.builder.fen : undefined)
  return shown && <span className="muted">{shown}</span>
}

const Named = ({ title, name, note }: { title: string; name: string; note?: string }) => (
  <span className="b-named">
    {title}
    {title !== name && <small>{name}</small>}
    {note && <small>{note}</small>}
  </span>
)

/** The options, and one more when the saved value is not among them. */
const known = <O extends { value: string; label: ReactNode }>(options: readonly O[], value: string) =>
  value === '' || options.some((option) => option.value === value)
    ? [...options]
    : [...options, { value, label: value, search: value }]

const EventFields = ({ draft }: { draft: EventDraft }) => {
  const t = useText()
  const format = useFormats()
  const { fields, change } = useTools()
  const names: Readonly<Record<string, string>> = t.eventNames
  const event = fields.events.find((one) => one.name === draft.event)
  const properties = event?.properties ?? []
  // An event may be named before the first one of it has arrived.
  const [typed, setTyped] = useState('')
  const update = (next: Partial<EventDraft>) => change(draft.id, (node) => ({ ...node, ...next }) as Draft)
  const changeWhere = (id: string, next: PropertyDraft | undefined) =>
    update({ where: draft.where.flatMap((filter) => (filter.id === id ? (next ?? []) : filter)) })
  const propertyOf = (name: string) => properties.find((one) => one.name === name)
  const typeOf = (name: string) => propertyType(propertyOf(name))
  const timed = draft.measure === 'first' || draft.measure === 'last'
  return (
    <>
      <Select
        className="b-did"
        aria-label={t.builder.didOrNot}
        popupMatchSelectWidth={false}
        value={draft.negated ? 'not' : 'did'}
        onChange={(did) => update({ negated: did === 'not' })}
        options={[
          { value: 'did', label: t.builder.did },
          { value: 'not', label: t.builder.didNot },
        ]}
      />
      <Select
        className="b-subject"
        showSearch={{ optionFilterProp: 'search', onSearch: setTyped }}
        aria-label={t.builder.event}
        placeholder={t.builder.event}
        status={draft.event === '' ? 'warning' : ''}
        popupMatchSelectWidth={false}
        value={draft.event === '' ? null : draft.event}
        onChange={(name) => update({ event: name, where: [], property: '' })}
        options={known(
          known(
            fields.events.map((one) => ({
              value: one.name,
              search: `${one.name} ${names[one.name] ?? ''}`,
              label: <Named title={names[one.name] ?? one.name} name={one.name} note={format.short(one.count)} />,
            })),
            draft.event,
          ),
          typed.trim(),
        )}
      />
      <Select
        className="b-measure"
        aria-label={t.builder.measure}
        popupMatchSelectWidth={false}
        value={draft.measure}
        onChange={(measure: Measure) =>
          update({
            measure,
            property: needsProperty(measure) ? draft.property : '',
            compare:
              measure === 'first' || measure === 'last'
                ? { operator: 'withinLast', value: '30 days' }
                : { operator: 'gte', value: measure === 'count' ? 2 : undefined },
          })
        }
        options={measures.map((measure) => ({ value: measure, label: t.measures[measure] }))}
      />
      {(needsProperty(draft.measure) || (timed && draft.property !== '')) && (
        <PropertySelect
          value={draft.property}
          properties={needsProperty(draft.measure) ? numbersFirst(properties) : properties}
          onChange={(property) => update({ property })}
        />
      )}
      {draft.measure !== 'did' && (
        <ComparisonField
          draft={draft.compare}
          type={
            timed
              ? draft.property === ''
                ? 'datetime'
                : typeOf(draft.property)
              : draft.measure === 'count'
                ? 'integer'
                : 'number'
          }
          {...(timed ? (draft.property === '' ? { only: momentOperators } : {}) : { only: numberOperators })}
          onChange={(compare) => update({ compare })}
        />
      )}
      <Unit name={draft.property} unit={undefined} />
      <WindowFields window={draft.window} onChange={(window) => update({ window })} />
      {draft.where.map((filter) => (
        <div key={filter.id} className="b-where">
          <span className="muted">{t.builder.where}</span>
          <PropertySelect
            value={filter.property}
            properties={properties}
            onChange={(property) => {
              const type = typeOf(property)
              changeWhere(filter.id, { ...filter, property, operator: firstOperator(type), value: undefined })
            }}
          />
          <ComparisonField
            draft={filter}
            type={typeOf(filter.property)}
            values={propertyOf(filter.property)?.samples.map(String)}
            onChange={(next) => changeWhere(filter.id, { ...filter, ...next })}
          />
          <Unit name={filter.property} unit={undefined} />
          <button
            type="button"
            className="icon-button danger"
            aria-label={t.ui.remove}
            onClick={() => changeWhere(filter.id, undefined)}
          >
            <Icon name="close" size={15} />
          </button>
        </div>
      ))}
      {draft.event !== '' && (
        <Button
          size="small"
          type="text"
          className="b-filter"
          icon={<Icon name="plus" size={14} />}
          onClick={() => update({ where: [...draft.where, emptyProperty()] })}
        >
          {t.builder.addFilter}
        </Button>
      )}
    </>
  )
}

type Property = Fields['events'][number]['properties'][number]

// Properties have no declared type: one that was always of one type so far is taken to be of it.
const propertyType = (property: Property | undefined): ValueType => {
  const [type, ...others] = property?.types ?? []
  if (!type || others.length > 0 || type === 'other') return 'unknown'
  return type === 'text' ? 'string' : type
}

const numbersFirst = (properties: readonly Property[]) =>
  properties.toSorted((a, b) => Number(b.types.includes('number')) - Number(a.types.includes('number')))

const PropertySelect = ({
  value,
  properties,
  onChange,
}: {
  value: string
  properties: readonly Property[]
  onChange: (property: string) => void
}) => {
  const t = useText()
  const [typed, setTyped] = useState('')
  const options = properties.map((one) => ({ value: one.name, label: one.name }))
  const extra = [value, typed].filter((name) => name !== '' && !options.some((option) => option.value === name))
  return (
    <Select
      className="b-property"
      showSearch={{ onSearch: setTyped }}
      aria-label={t.builder.property}
      placeholder={t.builder.property}
      status={value === '' ? 'warning' : ''}
      popupMatchSelectWidth={false}
      value={value === '' ? null : value}
      onChange={onChange}
      options={[...options, ...new Set(extra)].map((one) =>
        typeof one === 'string' ? { value: one, label: one } : one,
      )}
    />
  )
}

const WindowFields = ({ window, onChange }: { window: WindowDraft; onChange: (window: WindowDraft) => void }) => {
  const t = useText()
  const starts: Record<WindowDraft['kind'], WindowDraft> = {
    within: { kind: 'within', within: '30 days' },
    ever: { kind: 'ever' },
    between: { kind: 'between', from: '', to: '' },
    since: { kind: 'since', since: '' },
    until: { kind: 'until', until: '' },
  }
  const dayField = (label: string, value: string, change: (value: string) => void) => (
    <Input
      className="b-value"
      type="date"
      aria-label={label}
      status={value === '' ? 'warning' : ''}
      value={value.slice(0, 10)}
      onChange={(event) => change(event.target.value)}
    />
  )
  return (
    <span className="b-pair">
      <Select
        className="b-window"
        aria-label={t.builder.window}
        popupMatchSelectWidth={false}
        value={window.kind}
        onChange={(kind: WindowDraft['kind']) => onChange(starts[kind])}
        options={(Object.keys(starts) as WindowDraft['kind'][]).map((kind) => ({
          value: kind,
          label: t.windows[kind],
        }))}
      />
      {window.kind === 'within' && (
        <SpanField value={window.within} calendar onChange={(within) => onChange({ kind: 'within', within })} />
      )}
      {window.kind === 'between' && (
        <>
          {dayField(t.ui.from, window.from, (from) => onChange({ ...window, from }))}
          <span className="muted">–</span>
          {dayField(t.ui.to, window.to, (to) => onChange({ ...window, to }))}
        </>
      )}
      {window.kind === 'since' && dayField(t.ui.from, window.since, (since) => onChange({ kind: 'since', since }))}
      {window.kind === 'until' && dayField(t.ui.to, window.until, (until) => onChange({ kind: 'until', until }))}
    </span>
  )
}

const AudienceFields = ({ draft }: { draft: AudienceDraft }) => {
  const t = useText()
  const { audiences, change } = useTools()
  return (
    <>
      <Select
        className="b-did"
        aria-label={t.builder.inOrOut}
        popupMatchSelectWidth={false}
        value={draft.negated ? 'out' : 'in'}
        onChange={(side) => change(draft.id, (node) => ({ ...node, negated: side === 'out' }))}
        options={[
          { value: 'in', label: t.builder.inAudience },
          { value: 'out', label: t.builder.outAudience },
        ]}
      />
      <Select
        className="b-subject b-wide"
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t.nav.audiences}
        placeholder={t.nav.audiences}
        status={draft.audience === '' ? 'warning' : ''}
        value={draft.audience === '' ? null : draft.audience}
        onChange={(audience) => change(draft.id, (node) => ({ ...node, audience }) as Draft)}
        options={known(
          audiences.map((one) => ({ value: one.id, label: one.name })),
          draft.audience,
        )}
      />
    </>
  )
}

const RawFields = ({ draft }: { draft: RawDraft }) => {
  const t = useText()
  const { change } = useTools()
  return (
    <>
      {draft.negated && <NegatedMark id={draft.id} />}
      <Input.TextArea
        className="mono"
        aria-label={t.builder.raw}
        autoSize={{ minRows: 3, maxRows: 14 }}
        status={parseRaw(draft.json) ? '' : 'error'}
        value={draft.json}
        onChange={(event) => change(draft.id, (node) => ({ ...node, json: event.target.value }) as Draft)}
      />
      <span className="muted small">{t.builder.rawHint}</span>
    </>
  )
}
