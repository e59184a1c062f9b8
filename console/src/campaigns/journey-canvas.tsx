import '@xyflow/react/dist/base.css'
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  ConnectionMode,
  MarkerType,
  MiniMap,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react'
import { Select } from 'antd'
import { type DragEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import type { StepKind, Trigger } from './campaign-shapes.ts'
import {
  CanvasContext,
  type Passage,
  type StartNode,
  StartNodeView,
  type StepFigures,
  type StepNode,
  StepNodeView,
  type WayEdge,
  WayEdgeView,
} from './canvas-parts.tsx'
import { arrange, sizeOf, startSize } from './journey-arrange.ts'
import { drawnExits, type ExitKey } from './journey-exits.ts'
import type { Place } from './journey-graph.ts'
import { startId } from './start-id.ts'
import { stepMime } from './step-mime.ts'
import { exitText, type StepReader, stepSummary, stepTitle, triggerText } from './step-reading.ts'
import type { JourneyEditor } from './use-journey-editor.ts'

/** From so many steps on a small map helps. */
const roomy = 9

const nodeTypes = { step: StepNodeView, start: StartNodeView }
const edgeTypes = { way: WayEdgeView }

/** Room around the whole journey: above it for the tools, which would cover the start. */
const wholeView = { maxZoom: 1, padding: { top: '60px', right: 0.06, bottom: 0.06, left: 0.06 } } as const

/** What is drawn over the plan: people who are in it, or the way one went. */
export interface Overlay {
  figures?: ReadonlyMap<string, StepFigures>
  /** By `from:exit`. */
  ways?: ReadonlyMap<string, number>
  passages?: ReadonlyMap<string, Passage>
  walked?: ReadonlySet<string>
}

export interface CanvasProps {
  editor: JourneyEditor
  reader: StepReader
  trigger: Trigger
  /** Number of findings by step; the start's under `startId`. */
  issues: ReadonlyMap<string, number>
  overlay?: Overlay | undefined
  /** Scrolls to this step when it changes. */
  focus?: { id: string; nonce: number } | undefined
}

export const wayId = (place: Place) => (place === 'start' ? 'start' : `${place.from}:${place.exit}`)

const placeOfConnection = ({ source, sourceHandle }: Pick<Connection, 'source' | 'sourceHandle'>): Place =>
  source === startId ? 'start' : { from: source, exit: (sourceHandle ?? 'next') as ExitKey }

export const JourneyCanvas = (props: CanvasProps) => (
  <ReactFlowProvider>
    <Canvas {...props} />
  </ReactFlowProvider>
)

type AnyNode = StepNode | StartNode

const Canvas = ({ editor, reader, trigger, issues, overlay, focus }: CanvasProps) => {
  const t = useText()
  const { journey, editable, chosen } = editor
  const flow = useReactFlow<AnyNode, WayEdge>()
  const frame = useRef<HTMLDivElement>(null)
  const withFigures = overlay?.figures !== undefined || overlay?.passages !== undefined
  const points = useMemo(() => arrange(journey, withFigures), [journey, withFigures])
  const wanted = useMemo(
    () => nodesOf({ editor, reader, trigger, issues, overlay, points, withFigures }),
    [editor, reader, trigger, issues, overlay, points, withFigures],
  )
  const [nodes, setNodes] = useState<AnyNode[]>(wanted)
  // What the canvas measured stays with a node, or it would be hidden until it is measured again.
  useEffect(
    () =>
      setNodes((before) => {
        const measured = new Map(before.map((node) => [node.id, node.measured]))
        return wanted.map((node) => {
          const size = measured.get(node.id)
          return size ? { ...node, measured: size } : node
        })
      }),
    [wanted],
  )
  const edges = useMemo(() => edgesOf(editor, reader, overlay), [editor, reader, overlay])

  useEffect(() => {
    if (focus) void flow.fitView({ nodes: [{ id: focus.id }], maxZoom: 1, duration: 250 })
  }, [focus, flow])

  // A step that was put in, or walked to, comes into view.
  const shown = chosen.steps.length === 1 ? chosen.steps[0] : undefined
  useEffect(() => {
    const box = frame.current?.getBoundingClientRect()
    const at = shown === undefined ? undefined : points.get(shown)
    const step = shown === undefined ? undefined : journey.steps[shown]
    if (!box || !at || !step) return
    const { width, height } = sizeOf(step, withFigures)
    const { x, y, zoom } = flow.getViewport()
    const [left, top] = [at.x * zoom + x, at.y * zoom + y]
    const inside =
      left >= 0 && top >= 50 && left + width * zoom <= box.width && top + (height + 40) * zoom <= box.height
    if (!inside) void flow.setCenter(at.x + width / 2, at.y + height / 2, { zoom, duration: 200 })
  }, [shown, points, journey.steps, withFigures, flow])

  const onNodesChange = (changes: NodeChange<AnyNode>[]) => {
    const moves = changes.filter(({ type }) => type === 'position' || type === 'dimensions')
    if (moves.length > 0) setNodes((now) => applyNodeChanges(moves, now))
  }
  const keepPositions = () => {
    const placed = flow.getNodes().filter(({ id }) => id !== startId)
    editor.place(
      Object.fromEntries(placed.map(({ id, position: { x, y } }) => [id, { x: Math.round(x), y: Math.round(y) }])),
    )
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    const kind = event.dataTransfer.getData(stepMime) as StepKind | ''
    if (kind === '' || !editable) return
    const plus = nearestPlus(frame.current, event.clientX, event.clientY)
    const at = flow.screenToFlowPosition({ x: event.clientX - 118, y: event.clientY - 33 })
    if (plus) editor.insert(plus, kind)
    else if (journey.start === null) editor.insert('start', kind)
    else editor.add(kind, at)
  }
  return (
    <CanvasContext value={useMemo(() => ({ editable, insert: editor.setInserting }), [editable, editor.setInserting])}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only a dragged step arrives here; a click in the palette does the same */}
      <div
        ref={frame}
        className="j-canvas"
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes(stepMime)) return
          event.preventDefault()
          event.dataTransfer.dropEffect = 'copy'
        }}
        onDrop={onDrop}
      >
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={onNodesChange}
          onNodeDragStop={keepPositions}
          onSelectionDragStop={keepPositions}
          onNodeClick={(event, node) => {
            if (node.id === startId) editor.chooseStart()
            else if (event.shiftKey || event.ctrlKey || event.metaKey) editor.choose(toggled(chosen.steps, node.id))
            else editor.choose([node.id])
          }}
          onEdgeClick={(_, edge) => edge.data && editor.chooseEdge(edge.data.place)}
          onPaneClick={editor.clear}
          onSelectionEnd={() => {
            const inside = flow
              .getNodes()
              .filter(({ selected, id }) => selected && id !== startId)
              .map(({ id }) => id)
            if (inside.length > 0) editor.choose(inside)
          }}
          onSelectionChange={({ nodes }) => {
            const ids = nodes.map(({ id }) => id).filter((id) => id !== startId)
            if (ids.length > 1 && ids.join() !== chosen.steps.join()) editor.choose(ids)
          }}
          onConnect={(connection) => editor.connect(placeOfConnection(connection), connection.target)}
          onReconnect={(edge, connection) => {
            if (edge.data && wayId(edge.data.place) !== wayId(placeOfConnection(connection))) {
              editor.connect(edge.data.place, null)
            }
            editor.connect(placeOfConnection(connection), connection.target)
          }}
          onConnectEnd={(_, state) => {
            // Let go over nothing: what should come here?
            if (!editable || state.isValid || state.toNode || !state.fromHandle || state.fromHandle.type !== 'source')
              return
            const { nodeId, id } = state.fromHandle
            editor.setInserting(placeOfConnection({ source: nodeId, sourceHandle: id ?? null }))
          }}
          isValidConnection={({ source, target }) => target !== startId && source !== target}
          connectionMode={ConnectionMode.Strict}
          nodesDraggable={editable}
          nodesConnectable={editable}
          edgesReconnectable={editable}
          elementsSelectable
          edgesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          multiSelectionKeyCode={null}
          selectionKeyCode="Shift"
          panOnScroll
          zoomOnDoubleClick={false}
          minZoom={0.2}
          maxZoom={1.6}
          fitView
          fitViewOptions={wholeView}
          nodeDragThreshold={4}
          proOptions={{ hideAttribution: true }}
          aria-label={t.campaigns.canvas}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--line-2)" />
          {nodes.length > roomy && (
            <MiniMap
              className="j-minimap"
              style={{ width: 132, height: 92 }}
              pannable
              zoomable
              ariaLabel={t.campaigns.minimap}
              nodeColor="var(--line-2)"
              maskColor="color-mix(in srgb, var(--paper) 72%, transparent)"
              bgColor="var(--surface)"
            />
          )}
        </ReactFlow>
        <div className="j-tools">
          <Tool icon="plus" label={t.campaigns.zoomIn} onClick={() => void flow.zoomIn({ duration: 150 })} />
          <Tool icon="minus" label={t.campaigns.zoomOut} onClick={() => void flow.zoomOut({ duration: 150 })} />
          <Tool icon="fit" label={t.campaigns.fit} onClick={() => void flow.fitView({ ...wholeView, duration: 200 })} />
          {editable && (
            <Tool
              icon="arrange"
              label={t.campaigns.arrange}
              onClick={() => {
                editor.place(undefined)
                setTimeout(() => void flow.fitView({ ...wholeView, duration: 200 }), 60)
              }}
            />
          )}
          <Select
            className="j-search"
            size="small"
            showSearch={{ optionFilterProp: 'search' }}
            aria-label={t.campaigns.searchStep}
            placeholder={t.campaigns.searchStep}
            notFoundContent={t.campaigns.noStep}
            popupMatchSelectWidth={260}
            value={null}
            onChange={(id: string | null) => {
              if (id === null) return
              editor.choose([id])
              void flow.fitView({ nodes: [{ id }], maxZoom: 1, duration: 250 })
            }}
            options={Object.entries(journey.steps).map(([id, step]) => ({
              value: id,
              search: `${stepTitle(reader, step)} ${stepSummary(reader, step)} ${id}`,
              label: stepTitle(reader, step),
            }))}
          />
        </div>
      </div>
    </CanvasContext>
  )
}

const Tool = ({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) => (
  <button type="button" className="icon-button" aria-label={label} title={label} onClick={onClick}>
    <Icon name={icon} size={16} />
  </button>
)

const toggled = (ids: readonly string[], id: string) =>
  ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]

/** The plus that a step was let go on, or close to. */
const nearestPlus = (frame: HTMLElement | null, x: number, y: number): Place | undefined => {
  let nearest: { place: string; distance: number } | undefined
  for (const plus of frame?.querySelectorAll<HTMLElement>('[data-place]') ?? []) {
    const box = plus.getBoundingClientRect()
    const distance = Math.hypot(x - (box.left + box.width / 2), y - (box.top + box.height / 2))
    if (distance < 46 && distance < (nearest?.distance ?? Number.POSITIVE_INFINITY)) {
      nearest = { place: plus.dataset.place ?? '', distance }
    }
  }
  return nearest && (JSON.parse(nearest.place) as Place)
}

const nodesOf = ({
  editor: { journey, chosen, editable },
  reader,
  trigger,
  issues,
  overlay,
  points,
  withFigures,
}: Pick<CanvasProps, 'editor' | 'reader' | 'trigger' | 'issues' | 'overlay'> & {
  points: ReturnType<typeof arrange>
  withFigures: boolean
}): AnyNode[] => {
  const steps = Object.entries(journey.steps).map(([id, step]): StepNode => {
    const title = stepTitle(reader, step)
    const passage = overlay?.passages?.get(id)
    return {
      id,
      type: 'step',
      position: points.get(id) ?? { x: 0, y: 0 },
      ...sizeOf(step, withFigures),
      selected: chosen.steps.includes(id),
      ariaLabel: `${title}: ${stepSummary(reader, step)}`,
      data: {
        step,
        title,
        summary: stepSummary(reader, step),
        exits: drawnExits(step).map((exit) => ({ ...exit, label: exitText(reader, step, exit.key) })),
        issues: issues.get(id) ?? 0,
        figures: overlay?.figures?.get(id),
        passage,
        dimmed: overlay?.passages !== undefined && !passage,
      },
    }
  })
  const start: StartNode = {
    id: startId,
    type: 'start',
    position: { x: 0, y: 0 },
    ...startSize,
    draggable: false,
    selected: chosen.start,
    ariaLabel: reader.t.campaigns.start,
    data: {
      summary: triggerText(reader, trigger),
      issues: issues.get(startId) ?? 0,
      open: journey.start === null && editable,
    },
  }
  return [start, ...steps]
}

const edgesOf = ({ journey, chosen }: JourneyEditor, reader: StepReader, overlay: Overlay | undefined): WayEdge[] => {
  const way = (place: Place, source: string, handle: string, target: string, label: string): WayEdge => {
    const id = wayId(place)
    return {
      id,
      type: 'way',
      source,
      sourceHandle: handle,
      target,
      selected: chosen.edge !== undefined && wayId(chosen.edge) === id,
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: 'var(--j-way)' },
      data: { place, label, people: overlay?.ways?.get(id), walked: overlay?.walked?.has(id) ?? false },
    }
  }
  const steps = Object.entries(journey.steps).flatMap(([id, step]) =>
    drawnExits(step).flatMap(({ key, target }) =>
      target && journey.steps[target]
        ? [way({ from: id, exit: key }, id, key, target, `${stepTitle(reader, step)} · ${exitText(reader, step, key)}`)]
        : [],
    ),
  )
  const { start } = journey
  return start !== null && journey.steps[start]
    ? [way('start', startId, 'start', start, reader.t.campaigns.start), ...steps]
    : steps
}
