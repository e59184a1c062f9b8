import type { Journey, Step } from './journey-contract.ts'

/**
 * Ways out of a step, by the name under which passages and counts know them: `next`, `refused`, `timeout`, `missing`,
 * `otherwise`, `expired`, `arm:NAME`, `outcome:NAME`. In the order they are drawn. Of an exit, none.
 * @returns where each leads; null leaves the journey
 */
export const exitsOf = (step: Step): { edge: string; to: string | null }[] => {
  switch (step.kind) {
    case 'message':
      return [
        { edge: 'next', to: step.next },
        { edge: 'refused', to: step.onRefused === undefined ? step.next : step.onRefused },
      ]
    case 'task':
      return [
        ...Object.entries(step.outcomes ?? {}).map(([name, to]) => ({ edge: `outcome:${name}`, to })),
        // Nobody waits for a task without outcomes; one with outcomes may expire, or end with an outcome that is not drawn.
        { edge: step.outcomes ? 'expired' : 'next', to: step.next },
        { edge: 'refused', to: step.onRefused === undefined ? step.next : step.onRefused },
      ]
    case 'waitDate':
      return [
        { edge: 'next', to: step.next },
        { edge: 'missing', to: step.onMissing },
      ]
    case 'waitEvent':
      return [
        { edge: 'next', to: step.next },
        { edge: 'timeout', to: step.onTimeout },
      ]
    case 'branch':
    case 'best':
      return [
        ...step.arms.map(({ name, next }) => ({ edge: `arm:${name}`, to: next })),
        { edge: 'otherwise', to: step.otherwise },
      ]
    case 'split':
    case 'experiment':
      return step.arms.map(({ name, next }) => ({ edge: `arm:${name}`, to: next }))
    case 'wait':
    case 'waitWindow':
    case 'update':
    case 'goal':
      return [{ edge: 'next', to: step.next }]
    case 'exit':
      return []
    default:
      // Of a kind that a later program knows: the run says so of whom it meets there.
      return []
  }
}

/** Whether somebody may stand at the step for a time that is not none: what every loop needs. */
export const holdsSomebody = ({ kind }: Step): boolean => kind === 'wait' || kind === 'waitEvent'

/** Steps from which one comes back to themselves. */
export const stepsInLoops = (journey: Journey): Set<string> => loopsAmong(journey, () => true)

/** Steps from which one comes back to themselves over steps that `counts` holds for, themselves included. */
export const loopsAmong = (journey: Journey, counts: (step: Step) => boolean): Set<string> => {
  // Tarjan's strongly connected components, without recursion: a journey may have 200 steps in a row.
  const after = new Map(
    Object.entries(journey.steps)
      .filter(([, step]) => counts(step))
      .map(([id, step]) => [id, exitsOf(step).flatMap(({ to }) => (to === null ? [] : [to]))]),
  )
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const found = new Set<string>()
  for (const root of after.keys()) {
    if (index.has(root)) continue
    const work: { id: string; at: number }[] = [{ id: root, at: 0 }]
    while (work.length > 0) {
      const frame = work[work.length - 1]
      if (!frame) break
      const { id } = frame
      if (frame.at === 0) {
        index.set(id, index.size)
        low.set(id, index.get(id) ?? 0)
        open.push(id)
        isOpen.add(id)
      }
      const below = (after.get(id) ?? []).filter((to) => after.has(to))
      const child = below[frame.at]
      frame.at += 1
      if (child !== undefined) {
        if (!index.has(child)) work.push({ id: child, at: 0 })
        else if (isOpen.has(child)) low.set(id, Math.min(low.get(id) ?? 0, index.get(child) ?? 0))
        continue
      }
      if (low.get(id) === index.get(id)) {
        const component: string[] = []
        for (let popped = open.pop(); popped !== undefined; popped = open.pop()) {
          isOpen.delete(popped)
          component.push(popped)
          if (popped === id) break
        }
        if (component.length > 1 || below.includes(id)) for (const one of component) found.add(one)
      }
      work.pop()
      const parent = work[work.length - 1]
      if (parent) low.set(parent.id, Math.min(low.get(parent.id) ?? 0, low.get(id) ?? 0))
    }
  }
  return found
}
