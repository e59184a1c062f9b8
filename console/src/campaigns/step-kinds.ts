import type { IconName } from '../ui/icon.tsx'
import type { Journey, Step, StepKind } from './campaign-shapes.ts'

/** What each kind of step looks like and starts as. */

/** The palette, in the order in which people think of them. */
export const palette: readonly { group: 'reach' | 'wait' | 'fork' | 'other'; kinds: readonly StepKind[] }[] = [
  { group: 'reach', kinds: ['message', 'task'] },
  { group: 'wait', kinds: ['wait', 'waitEvent', 'waitDate', 'waitWindow'] },
  { group: 'fork', kinds: ['branch', 'experiment', 'split', 'best'] },
  { group: 'other', kinds: ['update', 'goal', 'exit'] },
]
export type StepGroup = (typeof palette)[number]['group']

export const groupOf = (kind: StepKind): StepGroup =>
  palette.find(({ kinds }) => kinds.includes(kind))?.group ?? 'other'

export const stepIcons: Readonly<Record<StepKind, IconName>> = {
  message: 'message',
  task: 'phone',
  wait: 'clock',
  waitEvent: 'event',
  waitDate: 'calendar',
  waitWindow: 'sun',
  branch: 'branch',
  experiment: 'flask',
  split: 'shuffle',
  best: 'trophy',
  update: 'tags',
  goal: 'flag',
  exit: 'out',
}

/** Short and unlike any other in this journey: what puts a customer into the same arm for ever. */
const experimentKey = ({ steps }: Journey): string => {
  const keys = Object.values(steps).flatMap((step) => (step.kind === 'experiment' ? [step.key] : []))
  let number = 1
  while (keys.includes(`test${number}`)) number += 1
  return `test${number}`
}

/** A step as it comes from the palette. What has to be chosen yet is 0 or ''. */
export const newStep = (
  kind: StepKind,
  journey: Journey,
  words: { arm: (at: number) => string; outcomes: readonly string[] },
): Step => {
  const halves = [0, 1].map((at) => ({ name: words.arm(at), share: 0.5, next: null }))
  switch (kind) {
    case 'message':
      return { kind, channels: [], next: null }
    case 'task':
      return {
        kind,
        channel: 'call',
        creativeId: 0,
        dueIn: { amount: 2, unit: 'days' },
        outcomes: Object.fromEntries(words.outcomes.map((name) => [name, null])),
        next: null,
      }
    case 'wait':
      return { kind, for: { amount: 1, unit: 'days' }, next: null }
    case 'waitDate':
      return { kind, trait: '', offsetDays: 0, at: '10:00', next: null, onMissing: null }
    case 'waitEvent':
      return { kind, event: '', within: { amount: 1, unit: 'days' }, next: null, onTimeout: null }
    case 'waitWindow':
      return { kind, from: '09:00', to: '20:00', onlyOn: 'any', next: null }
    case 'branch':
      return { kind, arms: [{ name: words.arm(0), when: { all: [] }, next: null }], otherwise: null }
    case 'split':
      return { kind, arms: halves }
    case 'experiment':
      return { kind, key: experimentKey(journey), arms: halves }
    case 'best':
      return {
        kind,
        arms: [0, 1].map((at) => ({ name: words.arm(at), score: { tag: '' }, next: null })),
        otherwise: null,
      }
    case 'update':
      return { kind, set: { tag: '', value: null }, next: null }
    case 'goal':
      return { kind, next: null }
    case 'exit':
      return { kind }
  }
}
