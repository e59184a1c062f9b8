import './builder.css'
import { App, Button, Dropdown, Input, Segmented } from 'antd'
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { NegatedMark, type Tools, ToolsContext, useTools, useUpdate } from './builder-tools.tsx'
import { SampleFields, SplitFields } from './chance-fields.tsx'
import { copyDraft, pastedDraft } from './clipboard.ts'
import { ConsentFields, ReachFields } from './consent-fields.tsx'
import {
  changeNode,
  type Draft,
  duplicateNode,
  emptyAudience,
  emptyConsent,
  emptyEvent,
  emptyGroup,
  emptyList,
  emptyRank,
  emptyReach,
  emptySample,
  emptySequence,
  emptySplit,
  emptyTag,
  emptyTrait,
  type GroupDraft,
  insertInto,
  type LeafDraft,
  moveNode,
  parentOf,
  type RawDraft,
  type SampleDraft,
  wrapNode,
} from './draft.ts'
import { parseRaw } from './draft-write.ts'
import { EventFields } from './event-fields.tsx'
import { AudienceFields, ListFields } from './member-fields.tsx'
import { RankFields } from './rank-fields.tsx'
import { SequenceFields } from './sequence-fields.tsx'
import { TagFields } from './tag-fields.tsx'
import { TraitFields } from './trait-fields.tsx'

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
        {parent && <Handle draft={draft} parent={parent} index={index} />}
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

interface Kind {
  icon: IconName
  label: string
  make: () => Draft
}

const AddBar = ({ group }: { group: GroupDraft }) => {
  const t = useText()
  const { change } = useTools()
  const add = (node: Draft) =>
    change(group.id, (target) =>
      target.kind === 'group' ? { ...target, children: [...target.children, node] } : target,
    )
  const { add: labels } = t.conditions
  const kinds: Kind[] = [
    { icon: 'customers', label: t.builder.addTrait, make: emptyTrait },
    { icon: 'event', label: t.builder.addEvent, make: emptyEvent },
    { icon: 'tags', label: labels.tag, make: emptyTag },
    { icon: 'audiences', label: t.builder.addAudience, make: emptyAudience },
    { icon: 'group', label: t.builder.addGroup, make: () => ({ ...emptyGroup('any'), children: [emptyTrait()] }) },
  ]
  const further: Kind[] = [
    { icon: 'down', label: labels.sequence, make: emptySequence },
    { icon: 'up', label: labels.rank, make: emptyRank },
    { icon: 'check', label: labels.consent, make: emptyConsent },
    { icon: 'out', label: labels.reach, make: emptyReach },
    { icon: 'file', label: labels.list, make: emptyList },
    { icon: 'split', label: labels.split, make: emptySplit },
    { icon: 'users', label: labels.sample, make: emptySample },
  ]
  const { message } = App.useApp()
  const paste = async () => {
    // Reading the clipboard needs a permission that may be refused; what was copied here is known anyhow.
    const text = await navigator.clipboard?.readText().catch(() => '')
    const draft = pastedDraft(text ?? '')
    if (draft) add(draft)
    else void message.info(t.conditions.nothingToPaste)
  }
  return (
    <div className="b-add">
      {kinds.map(({ icon, label, make }) => (
        <Button key={icon} size="small" type="text" icon={<Icon name={icon} size={15} />} onClick={() => add(make())}>
          {label}
        </Button>
      ))}
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            ...further.map(({ icon, label }) => ({ key: label, label, icon: <Icon name={icon} size={16} /> })),
            { type: 'divider' },
            { key: 'paste', label: t.conditions.paste, icon: <Icon name="copy" size={16} /> },
          ],
          onClick: ({ key }) => {
            if (key === 'paste') void paste()
            const kind = further.find(({ label }) => label === key)
            if (kind) add(kind.make())
          },
        }}
      >
        <Button size="small" type="text" icon={<Icon name="more" size={15} />}>
          {labels.more}
        </Button>
      </Dropdown>
    </div>
  )
}

const Node = ({ draft, parent, index }: { draft: Draft; parent: GroupDraft; index: number }) => {
  const { dragged } = useTools()
  if (draft.kind === 'group') return <Group draft={draft} parent={parent} index={index} />
  return (
    <div className={`b-leaf ${draft.negated ? 'b-negated' : ''} ${dragged === draft.id ? 'b-dragged' : ''}`}>
      <Handle draft={draft} parent={parent} index={index} />
      {draft.kind === 'sample' ? (
        <SampleNode draft={draft} />
      ) : (
        <div className="b-fields">
          <LeafFields draft={draft} />
          <Size id={draft.id} />
        </div>
      )}
      <NodeMenu draft={draft} parent={parent} index={index} />
    </div>
  )
}

/** How many the condition holds for by itself. */
const Size = ({ id }: { id: string }) => {
  const t = useText()
  const format = useFormats()
  const size = useTools().sizes.get(id)
  if (size === undefined) return null
  return (
    <span className="b-size" title={t.builder.sizeHint}>
      {format.count(size)} {t.audiences.people}
    </span>
  )
}

const LeafFields = ({ draft }: { draft: LeafDraft }) => {
  switch (draft.kind) {
    case 'trait':
      return <TraitFields draft={draft} />
    case 'event':
      return <EventFields draft={draft} />
    case 'sequence':
      return <SequenceFields draft={draft} />
    case 'rank':
      return <RankFields draft={draft} />
    case 'tag':
      return <TagFields draft={draft} />
    case 'consent':
      return <ConsentFields draft={draft} />
    case 'reach':
      return <ReachFields draft={draft} />
    case 'audience':
      return <AudienceFields draft={draft} />
    case 'list':
      return <ListFields draft={draft} />
    case 'split':
      return <SplitFields draft={draft} />
    case 'raw':
      return <RawFields draft={draft} />
  }
}

/** A sample and, as a group inside it, whom it is taken of. */
const SampleNode = ({ draft }: { draft: SampleDraft }) => {
  const t = useText()
  return (
    <div className="b-sample">
      <div className="b-fields">
        <SampleFields draft={draft} />
        <Size id={draft.id} />
      </div>
      <span className="muted small">{t.conditions.sampleOf}</span>
      <div className="b-inner">
        <Group draft={draft.of} parent={undefined} index={0} />
      </div>
    </div>
  )
}

/** By mouse it drags the condition, by keyboard it moves, copies and removes it. */
const Handle = ({ draft, parent, index }: { draft: Draft; parent: GroupDraft; index: number }) => {
  const t = useText()
  const { drag, root, set, change } = useTools()
  const { message } = App.useApp()
  const { id } = draft
  const remove = () => change(id, () => undefined)
  const acts = new Map([
    ['ArrowUp', () => set(moveNode(root, id, parent.id, Math.max(0, index - 1)))],
    ['ArrowDown', () => set(moveNode(root, id, parent.id, index + 2))],
    ['Delete', remove],
    ['Backspace', remove],
  ])
  const withControlActs = new Map([
    [
      'c',
      () => {
        copyDraft(draft)
        void message.success(t.conditions.copied)
      },
    ],
    ['d', () => set(duplicateNode(root, id))],
  ])
  const onKeyDown = (event: KeyboardEvent) => {
    const withControl = event.ctrlKey || event.metaKey
    const act = withControl ? withControlActs.get(event.key.toLowerCase()) : acts.get(event.key)
    if (!act) return
    event.preventDefault()
    act()
  }
  const onPaste = (event: ClipboardEvent) => {
    const pasted = pastedDraft(event.clipboardData.getData('text/plain'))
    if (!pasted) return
    event.preventDefault()
    set(insertInto(root, parent.id, index + 1, pasted))
  }
  return (
    <button
      type="button"
      className="b-handle"
      draggable
      title={t.builder.dragHint}
      aria-label={t.conditions.handle(t.conditions.step(index + 1))}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move'
        event.dataTransfer.setData('text/plain', id)
        drag(id)
      }}
      onDragEnd={() => drag(undefined)}
    >
      <Icon name="drag" size={16} />
    </button>
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

const NodeMenu = ({ draft, parent, index }: { draft: Draft; parent: GroupDraft; index: number }) => {
  const t = useText()
  const { root, set, change } = useTools()
  const { message } = App.useApp()
  const above = parentOf(root, parent.id)
  const neighbour = parent.children[index - 1]
  const acts: Record<string, () => void> = {
    negate: () => change(draft.id, (node) => ({ ...node, negated: !node.negated })),
    copy: () => {
      copyDraft(draft)
      void message.success(t.conditions.copied)
    },
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
            item('copy', 'copy', t.conditions.copy),
            item('duplicate', 'plus', t.builder.duplicate),
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

const RawFields = ({ draft }: { draft: RawDraft }) => {
  const t = useText()
  const update = useUpdate(draft)
  return (
    <>
      {draft.negated && <NegatedMark id={draft.id} />}
      <Input.TextArea
        className="mono"
        aria-label={t.builder.raw}
        autoSize={{ minRows: 3, maxRows: 14 }}
        status={parseRaw(draft.json) ? '' : 'error'}
        value={draft.json}
        onChange={(event) => update({ json: event.target.value })}
      />
      <span className="muted small">{t.builder.rawHint}</span>
    </>
  )
}
