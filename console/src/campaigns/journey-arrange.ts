import { Graph, layout } from '@dagrejs/dagre'
import type { Journey, Step, StepId } from './campaign-shapes.ts'
import { drawnExits } from './journey-exits.ts'
import { inOrder, type Point, placesInto, reachableFrom } from './journey-graph.ts'
import { startId } from './start-id.ts'

/** Where the canvas draws each step, from top to bottom. */

/** Between two steps side by side. */
const gap = 44
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
  graph.setGraph({ rankdir: 'TB', nodesep: gap, ranksep: 68, marginx: 0, marginy: 0 })
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
  uncross(journey, points, withFigures)
  const start = points.get(startId) ?? { x: 0, y: 0 }
  // The start stands still, so that nothing jumps when steps are added.
  for (const [id, { x, y }] of points) points.set(id, { x: x - start.x, y: y - start.y })
  for (const [id, point] of Object.entries(journey.layout ?? {})) {
    if (journey.steps[id]) points.set(id, point)
  }
  return points
}

/** Steps that nothing but this fork leads to, in the order of its exits. */
const ownTargets = (journey: Journey, id: StepId, step: Step): StepId[] =>
  [...new Set(drawnExits(step).flatMap(({ target }) => target ?? []))].filter((target) =>
    placesInto(journey, target).every((place) => place !== 'start' && place.from === id),
  )

/**
 * The arrangement knows steps and not their exits, so it may put on the right what the left exit leads to. There the steps
 * of each way change places; what several of them lead to stays. Where they would come to lie on others,
 * all stays as it was.
 */
const uncross = (journey: Journey, points: Map<StepId, Point>, withFigures: boolean): void => {
  for (const [id, step] of Object.entries(journey.steps)) {
    const targets = ownTargets(journey, id, step)
    if (targets.length < 2) continue
    const reached = targets.map((target) => ownTree(journey, target, id))
    const trees = reached.map(
      (tree) => new Set([...tree].filter((one) => reached.every((other) => other === tree || !other.has(one)))),
    )
    const boxes = trees.map((tree) => extent(journey, tree, points, withFigures))
    const inPlace = boxes.toSorted((a, b) => a.left - b.left)
    if (boxes.every((box, at) => box === inPlace[at])) continue
    let left = inPlace[0]?.left ?? 0
    const moved = new Map<StepId, Point>()
    for (const [at, tree] of trees.entries()) {
      const box = boxes[at]
      if (!box) continue
      for (const one of tree) {
        const point = points.get(one)
        if (point) moved.set(one, { x: point.x + left - box.left, y: point.y })
      }
      left += box.right - box.left + gap
    }
    if (isClear(journey, points, moved, withFigures)) for (const [one, point] of moved) points.set(one, point)
  }
}

/** Whether nothing that was moved lies on what was not. */
const isClear = (
  journey: Journey,
  points: ReadonlyMap<StepId, Point>,
  moved: ReadonlyMap<StepId, Point>,
  withFigures: boolean,
): boolean => {
  const box = (id: StepId, { x, y }: Point) => {
    const step = journey.steps[id]
    return { x, y, ...(step ? sizeOf(step, withFigures) : startSize) }
  }
  const still = [...points].filter(([id]) => !moved.has(id)).map(([id, point]) => box(id, point))
  return [...moved].every(([id, point]) => {
    const one = box(id, point)
    return still.every(
      (other) =>
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y,
    )
  })
}

const ownTree = (journey: Journey, root: StepId, fork: StepId): Set<StepId> => {
  const tree = reachableFrom(journey, root)
  tree.delete(fork)
  return tree
}

const extent = (journey: Journey, tree: ReadonlySet<StepId>, points: ReadonlyMap<StepId, Point>, figures: boolean) => {
  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const id of tree) {
    const [point, step] = [points.get(id), journey.steps[id]]
    if (!point || !step) continue
    left = Math.min(left, point.x)
    right = Math.max(right, point.x + sizeOf(step, figures).width)
  }
  return { left, right }
}
