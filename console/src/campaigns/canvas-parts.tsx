import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  getSmoothStepPath,
  Handle,
  type Node,
  type NodeProps,
  Position,
} from '@xyflow/react'
import { createContext, use } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import type { Step } from './campaign-shapes.ts'
import type { Exit } from './journey-exits.ts'
import type { Place } from './journey-graph.ts'
import { KindMark } from './kind-mark.tsx'
import { groupOf } from './step-kinds.ts'

/** How a step and a way between two look on the canvas. */

/** People at a step: now, and ever. */
export interface StepFigures {
  inside: number
  passed: number
  failed: number
}

/** Where a simulated customer was at a step. */
export interface Passage {
  order: number
  at: string
  note?: string | undefined
  current: boolean
}

export interface StepData extends Record<string, unknown> {
  step: Step
  title: string
  summary: string
  exits: readonly (Exit & { label: string })[]
  issues: number
  figures: StepFigures | undefined
  passage: Passage | undefined
  dimmed: boolean
}
export type StepNode = Node<StepData, 'step'>
export interface StartData extends Record<string, unknown> {
  summary: string
  issues: number
  open: boolean
}
export type StartNode = Node<StartData, 'start'>
export interface WayData extends Record<string, unknown> {
  place: Place
  label: string
  people: number | undefined
  walked: boolean
}
export type WayEdge = Edge<WayData, 'way'>

export interface CanvasActs {
  editable: boolean
  insert: (place: Place) => void
}
export const CanvasContext = createContext<CanvasActs>({ editable: false, insert: () => undefined })

/** A plus where a step can be put in. */
const Plus = ({ place, label }: { place: Place; label: string }) => {
  const { insert } = use(CanvasContext)
  return (
    <button
      type="button"
      className="j-plus nodrag nopan"
      data-place={JSON.stringify(place)}
      aria-label={label}
      title={label}
      onClick={(event) => {
        event.stopPropagation()
        insert(place)
      }}
    >
      <Icon name="plus" size={14} />
    </button>
  )
}

const at = (index: number, of: number) => `${((index + 0.5) / of) * 100}%`

export const StepNodeView = ({ id, data, selected }: NodeProps<StepNode>) => {
  const t = useText()
  const format = useFormats()
  const { editable } = use(CanvasContext)
  const { step, title, summary, exits, issues, figures, passage, dimmed } = data
  return (
    <div
      className={[
        'j-node',
        `j-${groupOf(step.kind)}`,
        selected ? 'j-chosen' : '',
        issues > 0 ? 'j-faulty' : '',
        passage ? 'j-walked' : '',
        passage?.current ? 'j-here' : '',
        dimmed ? 'j-dimmed' : '',
      ].join(' ')}
    >
      <Handle type="target" position={Position.Top} isConnectable={editable} />
      <div className="j-head">
        <KindMark kind={step.kind} />
        <span className="j-text">
          <span className="j-title" title={title}>
            {title}
          </span>
          <span className="j-summary" title={summary}>
            {summary}
          </span>
        </span>
        {issues > 0 && (
          <span className="j-issue" title={t.campaigns.findingCount(issues)}>
            <Icon name="warn" size={15} />
            <span className="sr-only">{t.campaigns.findingCount(issues)}</span>
          </span>
        )}
        {passage && <span className="j-order">{passage.order}</span>}
      </div>
      {figures && (
        <div className="j-figures">
          <span title={t.campaigns.liveNow}>
            <Icon name="customers" size={13} /> {format.short(figures.inside)}
          </span>
          <span title={t.campaigns.livePassed}>
            <Icon name="check" size={13} /> {format.short(figures.passed)}
          </span>
          {figures.failed > 0 && (
            <span className="bad-text" title={t.campaigns.liveFailed}>
              <Icon name="warn" size={13} /> {format.short(figures.failed)}
            </span>
          )}
        </div>
      )}
      {passage && (
        <div className="j-passage">
          {format.dayHour(passage.at)}
          {passage.note !== undefined && ` · ${passage.note}`}
        </div>
      )}
      {exits.length > 1 && (
        <div className="j-exits">
          {exits.map(({ key, label }) => (
            <span key={key} title={label}>
              {label}
            </span>
          ))}
        </div>
      )}
      {exits.map(({ key, label, target }, index) => (
        <span key={key}>
          <Handle
            type="source"
            id={key}
            position={Position.Bottom}
            isConnectable={editable}
            style={{ left: at(index, exits.length) }}
          />
          {target === null && editable && (
            <span className="j-open" style={{ left: at(index, exits.length) }}>
              <Plus place={{ from: id, exit: key }} label={t.campaigns.insertAfter(`${title} · ${label}`)} />
            </span>
          )}
        </span>
      ))}
    </div>
  )
}

export const StartNodeView = ({ data, selected }: NodeProps<StartNode>) => {
  const t = useText()
  const { editable } = use(CanvasContext)
  return (
    <div className={`j-node j-start ${selected ? 'j-chosen' : ''} ${data.issues > 0 ? 'j-faulty' : ''}`}>
      <div className="j-head">
        <span className="j-mark">
          <Icon name="play" size={16} />
        </span>
        <span className="j-text">
          <span className="j-title">{t.campaigns.start}</span>
          <span className="j-summary" title={data.summary}>
            {data.summary}
          </span>
        </span>
        {data.issues > 0 && (
          <span className="j-issue">
            <Icon name="warn" size={15} />
            <span className="sr-only">{t.campaigns.findingCount(data.issues)}</span>
          </span>
        )}
      </div>
      <Handle type="source" id="start" position={Position.Bottom} isConnectable={editable} />
      {data.open && editable && (
        <span className="j-open" style={{ left: '50%' }}>
          <Plus place="start" label={t.campaigns.addFirst} />
        </span>
      )}
    </div>
  )
}

export const WayEdgeView = ({
  sourceX,
  sourceY,
  targetX,
  targetY,
  sourcePosition,
  targetPosition,
  markerEnd,
  selected,
  data,
}: EdgeProps<WayEdge>) => {
  const t = useText()
  const format = useFormats()
  const { editable } = use(CanvasContext)
  const [path, labelX, labelY] = getSmoothStepPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    borderRadius: 14,
  })
  if (!data) return null
  return (
    <>
      <BaseEdge
        path={path}
        {...(markerEnd !== undefined && { markerEnd })}
        interactionWidth={22}
        className={`j-way ${selected ? 'j-way-chosen' : ''} ${data.walked ? 'j-way-walked' : ''}`}
      />
      <EdgeLabelRenderer>
        <div
          className="j-way-label nodrag nopan"
          style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
        >
          {data.people !== undefined && <span className="j-people">{format.short(data.people)}</span>}
          {editable && <Plus place={data.place} label={t.campaigns.insertAfter(data.label)} />}
        </div>
      </EdgeLabelRenderer>
    </>
  )
}
