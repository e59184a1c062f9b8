import { Graph, layout } from '@dagrejs/dagre'
import type { Journey, Step, StepId } from './campaign-shapes.ts'
import { drawnExits } from './journey-exits.ts'
import { inOrder, type Point } from './journey-graph.ts'
import { startId } from './start-id.ts'

/** Where the canvas draws each step, from top to bottom. */

const narrowest = 236
const exitWidth = 108
const headHeight = 66
const footHeight = 27
const figuresHeight = 30

/** How large a step is drawn. */
export const sizeOf = (step: Step, withFigures: boolean): { width: number; height: number } => {
  const exits = drawnExits(step).length
  return {
    width: Math.max(narrowest, exits * exitWidth),
    height: headHeight + (exits > 1 ? footHeight : 0) + (withFigures ? figuresHeight : 0),
  }
}
export const startSize = { width: narrowest, height: headHeight }

/** Upper left corners of all steps and of the start. What the user placed stands where he put it. */
export const arrange = (journey: Journey, withFigures: boolean): Map<StepId, Point> => {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 44, ranksep: 68, marginx: 0, marginy: 0 })
  graph.setDefaultEdgeLabel(() => ({}))
  graph.setNode(startId, { ...startSize })
  for (const id of inOrder(journey)) {
    const step = journey.steps[id]
    if (step) graph.setNode(id, sizeOf(step, withFigures))
  }
  if (journey.start !== null && journey.steps[journey.start]) graph.setEdge(startId, journey.start)
  for (const [id, step] of Object.entries(journey.steps)) {
    for (const { key, target } of drawnExits(step)) {
      if (target && journey.steps[target]) graph.setEdge(id, target, {}, key)
    }
  }
  layout(graph)
  const points = new Map<StepId, Point>()
  for (const id of graph.nodes()) {
    const {
      x = 0,
      y = 0,
      width = 0,
      height = 0,
    } = graph.node(id) as Partial<Point> & { width?: number; height?: number }
    points.set(id, { x: x - width / 2, y: y - height / 2 })
  }
  const start = points.get(startId) ?? { x: 0, y: 0 }
  // The start stands still, so that nothing jumps when steps are added.
  for (const [id, { x, y }] of points) points.set(id, { x: x - start.x, y: y - start.y })
  for (const [id, point] of Object.entries(journey.layout ?? {})) {
    if (journey.steps[id]) points.set(id, point)
  }
  return points
}
