import type { Definition } from '../../audiences/definition-contract.ts'
import type { CampaignDefinition, PlanFinding } from '../contract.ts'
import type { Step } from './journey-contract.ts'
import { exitsOf, holdsSomebody, loopsAmong } from './journey-exits-contract.ts'

/** What is wrong with a journey as drawn. Pure; the console asks while somebody draws, the server before anything is published. */

export const journeyFaultCodes = [
  'journey.noStart',
  'journey.startMissing',
  'journey.targetMissing',
  'journey.unreachable',
  'journey.loopWithoutWait',
  'journey.deadEnd',
  'journey.noMessage',
  'journey.purposeMissing',
  'journey.creativeMissing',
  'journey.creativeChannel',
  'journey.offerMissing',
  'journey.armUnreachable',
  'journey.armRepeated',
  'journey.shares',
  'journey.experimentDiffers',
  'journey.windowEmpty',
  'journey.goalMissing',
  'journey.waitNeverEnds',
] as const
export type JourneyFaultCode = (typeof journeyFaultCodes)[number]
export type JourneyFault = PlanFinding & { code: JourneyFaultCode }

/** What there is to name. What is left out is not asked about. */
export interface Known {
  /** Purposes of consent that can be asked for. */
  purposes?: ReadonlySet<string>
  /** Channel of each creative, by its id. */
  creatives?: ReadonlyMap<number, string>
  offers?: ReadonlySet<number>
}

const block = (code: JourneyFaultCode, step: string | null, values: PlanFinding['values'] = {}): JourneyFault => ({
  action: 'block',
  code,
  step,
  values,
})
const flag = (code: JourneyFaultCode, step: string | null, values: PlanFinding['values'] = {}): JourneyFault => ({
  ...block(code, step, values),
  action: 'flag',
})

/** Steps that somebody may come to, from the start. */
const reachable = ({ journey }: Pick<CampaignDefinition, 'journey'>): Set<string> => {
  const seen = new Set<string>()
  const open = journey.start === null ? [] : [journey.start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = journey.steps[id]
    if (!step || seen.has(id)) continue
    seen.add(id)
    for (const { to } of exitsOf(step)) if (to !== null) open.push(to)
  }
  return seen
}

const isSend = (step: Step): step is Extract<Step, { kind: 'message' | 'task' }> =>
  step.kind === 'message' || step.kind === 'task'

const isEverybody = (definition: Definition): boolean => 'all' in definition && definition.all.every(isEverybody)
const isNobody = (definition: Definition): boolean => 'any' in definition && definition.any.every(isNobody)

const armFaults = (id: string, step: Step): JourneyFault[] => {
  const faults: JourneyFault[] = []
  if (step.kind === 'branch' || step.kind === 'best') {
    const seen = new Set<string>()
    for (const { name } of step.arms) {
      if (seen.has(name)) faults.push(block('journey.armRepeated', id, { arm: name }))
      seen.add(name)
    }
  }
  if (step.kind === 'branch') {
    const before = new Map<string, string>()
    let closed: string | undefined
    for (const { name, when } of step.arms) {
      const written = JSON.stringify(when)
      const same = before.get(written)
      // The first arm that holds is taken, so one that asks the same, or stands behind one for everybody, gets nobody.
      if (closed !== undefined) faults.push(block('journey.armUnreachable', id, { arm: name, before: closed }))
      else if (same !== undefined) faults.push(block('journey.armUnreachable', id, { arm: name, before: same }))
      else if (isNobody(when)) faults.push(block('journey.armUnreachable', id, { arm: name, before: '' }))
      before.set(written, same ?? name)
      if (isEverybody(when)) closed ??= name
    }
  }
  if (step.kind === 'split' || step.kind === 'experiment') {
    const sum = step.arms.reduce((sum, { share }) => sum + share, 0)
    if (Math.abs(sum - 1) >= 1e-9) faults.push(block('journey.shares', id, { sum: Math.round(sum * 10_000) / 10_000 }))
    // The hash knows ten thousand places: a smaller share than one of them is nobody's.
    for (const { name, share } of step.arms)
      if (share < 0.0001) faults.push(block('journey.armUnreachable', id, { arm: name, before: '' }))
  }
  return faults
}

const namedFaults = (id: string, step: Step, { creatives, offers }: Known): JourneyFault[] => {
  if (!isSend(step)) return []
  const wanted = step.kind === 'message' ? step.channels : [{ channel: step.channel, creativeId: step.creativeId }]
  const faults: JourneyFault[] = []
  for (const { channel, creativeId } of creatives ? wanted : []) {
    const made = creatives?.get(creativeId)
    if (made === undefined) faults.push(block('journey.creativeMissing', id, { channel, creative: creativeId }))
    else if (made !== channel)
      faults.push(block('journey.creativeChannel', id, { channel, creative: creativeId, made }))
  }
  if (offers && step.offerId !== undefined && !offers.has(step.offerId))
    faults.push(block('journey.offerMissing', id, { offer: step.offerId }))
  return faults
}

/** One key is one experiment: the same people in the same arms wherever it stands. */
const experimentFaults = (steps: Readonly<Record<string, Step>>): JourneyFault[] => {
  const arms = new Map<string, string>()
  return Object.entries(steps).flatMap(([id, step]) => {
    if (step.kind !== 'experiment') return []
    const shape = JSON.stringify(step.arms.map(({ name, share }) => [name, share]))
    const before = arms.get(step.key)
    arms.set(step.key, before ?? shape)
    return before === undefined || before === shape ? [] : [block('journey.experimentDiffers', id, { key: step.key })]
  })
}

const waitFaults = (id: string, step: Step): JourneyFault[] => {
  if (step.kind !== 'waitWindow') return []
  if (step.from === step.to) return [block('journey.windowEmpty', id, { at: step.from })]
  const { days, onlyOn } = step
  // Saturday and Sunday are workdays only where they are made up for, a few times a year.
  const weekendOnly = days?.every((day) => day >= 6) ?? false
  return weekendOnly && onlyOn === 'workdays' ? [flag('journey.waitNeverEnds', id)] : []
}

/**
 * What keeps a journey from running, or is likely not meant; each with the step it is about. Blocking ones come first.
 * A way that ends at a step other than an exit is legal (people are finished there); an exit that nothing leads to is not.
 */
export const journeyFaults = (
  { category, definition }: { category: string; definition: CampaignDefinition },
  known: Known = {},
): JourneyFault[] => {
  const { journey, goal, purpose } = definition
  const { steps, start } = journey
  const faults: JourneyFault[] = []
  if (start === null) faults.push(block('journey.noStart', null))
  else if (!steps[start]) faults.push(block('journey.startMissing', null, { target: start }))
  const reached = reachable(definition)
  const endless = loopsAmong(journey, (step) => !holdsSomebody(step))
  for (const [id, step] of Object.entries(steps)) {
    if (start !== null && steps[start] && !reached.has(id)) faults.push(block('journey.unreachable', id))
    for (const { edge, to } of exitsOf(step))
      if (to !== null && !steps[to]) faults.push(block('journey.targetMissing', id, { edge, target: to }))
    if (endless.has(id)) faults.push(block('journey.loopWithoutWait', id))
    faults.push(...armFaults(id, step), ...namedFaults(id, step, known), ...waitFaults(id, step))
    // Nothing follows what was meant to lead somewhere.
    if (isPointless(step)) faults.push(flag('journey.deadEnd', id))
  }
  faults.push(...experimentFaults(steps))
  const sends = [...reached].some((id) => steps[id] && isSend(steps[id]))
  if (start !== null && !sends) faults.push(flag('journey.noMessage', null))
  if (category === 'marketing' && sends && (purpose.trim() === '' || (known.purposes && !known.purposes.has(purpose))))
    faults.push(block('journey.purposeMissing', null, { purpose }))
  if (!goal && Object.values(steps).some(({ kind }) => kind === 'experiment'))
    faults.push(flag('journey.goalMissing', null))
  return [...faults.filter(({ action }) => action === 'block'), ...faults.filter(({ action }) => action === 'flag')]
}

/** Waiting or choosing, and then nothing, whichever way it goes. */
const isPointless = (step: Step): boolean => {
  const idle = step.kind.startsWith('wait') || ['branch', 'split', 'experiment', 'best'].includes(step.kind)
  return idle && exitsOf(step).every(({ to }) => to === null)
}
