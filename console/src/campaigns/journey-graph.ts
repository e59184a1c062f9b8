import type { Journey, Step, StepId, StepKind } from './campaign-shapes.ts'
import { drawnExits, type ExitKey, mainExit, mainTarget, mapTargets, withExit } from './journey-exits.ts'

/** The journey as the canvas edits it: each change answers a new journey. Nothing here knows about pictures. */

/** A place where people go on: the start, or an exit of a step. */
export type Place = 'start' | { from: StepId; exit: ExitKey }

export interface Point {
  x: number
  y: number
}

export const emptyJourney: Journey = { start: null, steps: {} }

/** An id that is not taken yet: `message1`, `message2` … It stays with the step, whatever it is called. */
export const freshId = (taken: Readonly<Record<string, unknown>>, kind: StepKind): StepId => {
  let number = 1
  while (Object.hasOwn(taken, `${kind}${number}`)) number += 1
  return `${kind}${number}`
}

export const targetAt = (journey: Journey, place: Place): StepId | null => {
  if (place === 'start') return journey.start
  const step = journey.steps[place.from]
  return (step && drawnExits(step).find(({ key }) => key === place.exit)?.target) ?? null
}

/** Leads a place to a step, or out of the journey (null). */
export const connect = (journey: Journey, place: Place, target: StepId | null | undefined): Journey => {
  if (place === 'start') return { ...journey, start: target ?? null }
  const step = journey.steps[place.from]
  if (!step) return journey
  return { ...journey, steps: { ...journey.steps, [place.from]: withExit(step, place.exit, target) } }
}

export const setStep = (journey: Journey, id: StepId, step: Step): Journey => ({
  ...journey,
  steps: { ...journey.steps, [id]: step },
})

/** A step of its own, connected with nothing. */
export const addStep = (journey: Journey, step: Step, at?: Point): { journey: Journey; id: StepId } => {
  const id = freshId(journey.steps, step.kind)
  const added = setStep(journey, id, step)
  return { id, journey: journey.layout && at ? { ...added, layout: { ...journey.layout, [id]: at } } : added }
}

/** Room between two rows where positions are the user's own. */
const rowHeight = 150

/** Everything that can be reached from a step, with itself. */
export const reachableFrom = (journey: Journey, start: StepId | null): Set<StepId> => {
  const found = new Set<StepId>()
  const open = start === null ? [] : [start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = journey.steps[id]
    if (!step || found.has(id)) continue
    found.add(id)
    for (const { target } of drawnExits(step)) if (target) open.push(target)
  }
  return found
}

/** Positions with room for one more row before `target`: what follows moves down, unless it stands above. */
const withRoom = (journey: Journey, id: StepId, place: Place, target: StepId | null): Journey => {
  const { layout } = journey
  if (!layout) return journey
  const above = place === 'start' ? undefined : layout[place.from]
  const below = target === null ? undefined : layout[target]
  const at = below ?? (above ? { x: above.x, y: above.y + rowHeight } : { x: 0, y: 0 })
  const moved = reachableFrom(journey, target)
  const shifted = Object.entries(layout).map(([name, point]): [StepId, Point] =>
    below && moved.has(name) && point.y >= below.y ? [name, { x: point.x, y: point.y + rowHeight }] : [name, point],
  )
  return { ...journey, layout: { ...Object.fromEntries<Point>(shifted), [id]: at } }
}

/** Puts a step into a place: it goes on to where the place led before. */
export const insertAt = (journey: Journey, place: Place, step: Step): { journey: Journey; id: StepId } => {
  const target = targetAt(journey, place)
  const id = freshId(journey.steps, step.kind)
  const exit = mainExit(step)
  const inserted = exit && target ? withExit(step, exit, target) : step
  const roomy = withRoom(journey, id, place, target)
  return { id, journey: connect(setStep(roomy, id, inserted), place, id) }
}

/** Takes steps out. What led to them leads to what followed them. */
export const removeSteps = (journey: Journey, ids: Iterable<StepId>): Journey => {
  const gone = new Set(ids)
  const landing = (id: StepId | null): StepId | null => {
    const passed = new Set<StepId>()
    let at = id
    while (at !== null && gone.has(at)) {
      const step = journey.steps[at]
      // A circle of removed steps leads nowhere.
      if (!step || passed.has(at)) return null
      passed.add(at)
      at = mainTarget(step) ?? null
    }
    return at
  }
  const steps = Object.entries(journey.steps).flatMap(([id, step]): [StepId, Step][] =>
    gone.has(id) ? [] : [[id, withoutLoop(id, mapTargets(step, landing), step)]],
  )
  const layout = journey.layout && {
    layout: Object.fromEntries<Point>(Object.entries(journey.layout).filter(([id]) => !gone.has(id))),
  }
  return { ...journey, start: landing(journey.start), steps: Object.fromEntries<Step>(steps), ...layout }
}

/** A step that came to lead to itself because all between was removed leaves instead. */
const withoutLoop = (id: StepId, step: Step, before: Step): Step => {
  const own = new Set(drawnExits(before).flatMap(({ key, target }) => (target === id ? [key] : [])))
  return drawnExits(step).reduce(
    (now, { key, target }) => (target === id && !own.has(key) ? withExit(now, key, null) : now),
    step,
  )
}

/** Gives a step another id, everywhere it is named. An id that is taken changes nothing. */
export const renameId = (journey: Journey, from: StepId, to: StepId): Journey => {
  if (from === to || Object.hasOwn(journey.steps, to)) return journey
  const named = <I extends StepId | null>(id: I) => (id === from ? to : id)
  const steps = Object.entries(journey.steps).map(([id, step]): [StepId, Step] => [named(id), mapTargets(step, named)])
  const layout = journey.layout && {
    layout: Object.fromEntries<Point>(Object.entries(journey.layout).map(([id, point]) => [named(id), point])),
  }
  return { ...journey, start: named(journey.start), steps: Object.fromEntries<Step>(steps), ...layout }
}

/** Steps taken out of a journey for pasting: what they lead to outside is forgotten. */
export interface Fragment {
  steps: Journey['steps']
  layout?: Journey['layout']
}

export const copySteps = (journey: Journey, ids: Iterable<StepId>): Fragment => {
  const kept = new Set([...ids].filter((id) => Object.hasOwn(journey.steps, id)))
  const inside = (target: StepId | null) => (target !== null && kept.has(target) ? target : null)
  const steps = [...kept].flatMap((id): [StepId, Step][] => {
    const step = journey.steps[id]
    return step ? [[id, mapTargets(step, inside)]] : []
  })
  const layout = Object.entries(journey.layout ?? {}).filter(([id]) => kept.has(id))
  return { steps: Object.fromEntries<Step>(steps), ...(layout.length > 0 && { layout: Object.fromEntries(layout) }) }
}

/** Puts copied steps in with ids of their own, connected among themselves as they were. */
export const pasteSteps = (journey: Journey, fragment: Fragment): { journey: Journey; ids: StepId[] } => {
  const taken: Record<string, unknown> = { ...journey.steps }
  const names = new Map<StepId, StepId>()
  for (const [id, { kind }] of Object.entries(fragment.steps)) {
    const fresh = freshId(taken, kind)
    taken[fresh] = true
    names.set(id, fresh)
  }
  const renamed = (id: StepId | null) => (id === null ? null : (names.get(id) ?? null))
  const steps = Object.entries(fragment.steps).map(([id, step]): [StepId, Step] => [
    names.get(id) ?? id,
    mapTargets(step, renamed),
  ])
  const layout = journey.layout && {
    layout: {
      ...journey.layout,
      ...Object.fromEntries<Point>(
        Object.entries(fragment.layout ?? {}).map(([id, { x, y }]) => [names.get(id) ?? id, { x: x + 48, y: y + 48 }]),
      ),
    },
  }
  const pasted: Journey = { ...journey, steps: { ...journey.steps, ...Object.fromEntries<Step>(steps) }, ...layout }
  return { journey: pasted, ids: [...names.values()] }
}

/** Copied steps put into a place: the first of them follows it, and its last goes on to what followed before. */
export const pasteAt = (journey: Journey, place: Place, fragment: Fragment): { journey: Journey; ids: StepId[] } => {
  const target = targetAt(journey, place)
  const { journey: pasted, ids } = pasteSteps(journey, fragment)
  const own = new Set(ids)
  const led = new Set(ids.flatMap((id) => drawnExits(pasted.steps[id] ?? { kind: 'exit' }).map(({ target }) => target)))
  const first = ids.find((id) => !led.has(id)) ?? ids[0]
  if (first === undefined) return { journey, ids: [] }
  let last: StepId = first
  const seen = new Set<StepId>()
  for (;;) {
    seen.add(last)
    const next = mainTarget(pasted.steps[last] ?? { kind: 'exit' })
    if (!next || !own.has(next) || seen.has(next)) break
    last = next
  }
  const lastStep = pasted.steps[last]
  const exit = lastStep && mainExit(lastStep)
  const joined = exit && target ? connect(pasted, { from: last, exit }, target) : pasted
  return { journey: connect(joined, place, first), ids }
}

/** Places that lead to a step. */
export const placesInto = (journey: Journey, id: StepId): Place[] => [
  ...(journey.start === id ? (['start'] as const) : []),
  ...Object.entries(journey.steps).flatMap(([from, step]) =>
    drawnExits(step).flatMap(({ key, target }): Place[] => (target === id ? [{ from, exit: key }] : [])),
  ),
]

/** Steps in the order in which people meet them, then those that nobody reaches. */
export const inOrder = (journey: Journey): StepId[] => {
  const found = new Set<StepId>()
  const walk = (id: StepId | null | undefined) => {
    const step = id ? journey.steps[id] : undefined
    if (!id || !step || found.has(id)) return
    found.add(id)
    for (const { target } of drawnExits(step)) walk(target)
  }
  walk(journey.start)
  return [...found, ...Object.keys(journey.steps).filter((id) => !found.has(id))]
}

/** Whether two journeys have the same steps, connected alike, in the same positions, whatever is filled in. */
export const sameGraph = (a: Journey, b: Journey): boolean => a === b || outline(a) === outline(b)
const outline = ({ start, steps, layout }: Journey) =>
  JSON.stringify([
    start,
    Object.entries(steps).map(([id, step]) => [id, drawnExits(step).map(({ key, target }) => [key, target])]),
    layout,
  ])
