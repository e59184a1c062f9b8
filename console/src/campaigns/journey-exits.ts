import type { Step, StepId } from './campaign-shapes.ts'

/** Ways out of a step. An arm is named by its place, an outcome by its name. */
export type ExitKey =
  | 'next'
  | 'onRefused'
  | 'onTimeout'
  | 'onMissing'
  | 'otherwise'
  | `arm:${number}`
  | `outcome:${string}`

export interface Exit {
  key: ExitKey
  /** The name that its author gave an arm or outcome; '' where the kind of exit says it. */
  name: string
  /** Null leaves the journey; undefined is as `next` (only refusals). */
  target: StepId | null | undefined
}

const arms = (list: readonly { name: string; next: StepId | null }[]): Exit[] =>
  list.map(({ name, next }, at) => ({ key: `arm:${at}`, name, target: next }))

const exit = (key: ExitKey, target: StepId | null | undefined): Exit => ({ key, name: '', target })

/** All ways out, in the order in which they are drawn. */
export const exitsOf = (step: Step): Exit[] => {
  switch (step.kind) {
    case 'message':
      return [exit('next', step.next), exit('onRefused', step.onRefused)]
    case 'task': {
      const outcomes = Object.entries(step.outcomes ?? {}).map(
        ([name, target]): Exit => ({ key: `outcome:${name}`, name, target }),
      )
      return [...outcomes, exit('next', step.next), exit('onRefused', step.onRefused)]
    }
    case 'waitDate':
      return [exit('next', step.next), exit('onMissing', step.onMissing)]
    case 'waitEvent':
      return [exit('next', step.next), exit('onTimeout', step.onTimeout)]
    case 'branch':
    case 'best':
      return [...arms(step.arms), exit('otherwise', step.otherwise)]
    case 'split':
    case 'experiment':
      return arms(step.arms)
    case 'exit':
      return []
    default:
      return [exit('next', step.next)]
  }
}

/** Exits that lead somewhere of their own: a refusal that goes on like everybody else is not drawn. */
export const drawnExits = (step: Step): Exit[] => exitsOf(step).filter(({ target }) => target !== undefined)

const withArm = <A extends { next: StepId | null }>(list: readonly A[], key: ExitKey, target: StepId | null): A[] =>
  list.map((arm, at) => (key === `arm:${at}` ? { ...arm, next: target } : arm))

/**
 * The step with one of its exits leading elsewhere.
 * @param target undefined takes a refusal's own way back; for every other exit it is the same as null
 */
export const withExit = (step: Step, key: ExitKey, target: StepId | null | undefined): Step => {
  const to = target ?? null
  if (key === 'onRefused' && (step.kind === 'message' || step.kind === 'task')) {
    const { onRefused: _, ...rest } = step
    return target === undefined ? rest : { ...rest, onRefused: target }
  }
  switch (step.kind) {
    case 'exit':
      return step
    case 'split':
    case 'experiment':
      return step.kind === 'split'
        ? { ...step, arms: withArm(step.arms, key, to) }
        : { ...step, arms: withArm(step.arms, key, to) }
    case 'branch':
      return key === 'otherwise' ? { ...step, otherwise: to } : { ...step, arms: withArm(step.arms, key, to) }
    case 'best':
      return key === 'otherwise' ? { ...step, otherwise: to } : { ...step, arms: withArm(step.arms, key, to) }
    case 'waitDate':
      return key === 'onMissing' ? { ...step, onMissing: to } : { ...step, next: to }
    case 'waitEvent':
      return key === 'onTimeout' ? { ...step, onTimeout: to } : { ...step, next: to }
    case 'task':
      if (key.startsWith('outcome:') && step.outcomes) {
        return { ...step, outcomes: { ...step.outcomes, [key.slice('outcome:'.length)]: to } }
      }
      return key === 'next' ? { ...step, next: to } : step
    default:
      return { ...step, next: to }
  }
}

/** The step with every exit led through `change`. */
export const mapTargets = (step: Step, change: (target: StepId | null) => StepId | null): Step =>
  drawnExits(step).reduce((now, { key, target }) => withExit(now, key, change(target ?? null)), step)

/** Where people mostly go on from here: what takes over when the step is removed. Undefined for an exit. */
export const mainTarget = (step: Step): StepId | null | undefined => {
  const exits = drawnExits(step)
  const main = exits.find(({ key }) => key === 'next') ?? exits[0]
  if (!main) return undefined
  return main.target ?? exits.find(({ target }) => target)?.target ?? null
}

/** The exit that leads on when a step is put before another. Undefined for an exit: nothing follows it. */
export const mainExit = (step: Step): ExitKey | undefined => {
  const exits = drawnExits(step)
  return (exits.find(({ key }) => key === 'next') ?? exits[0])?.key
}
