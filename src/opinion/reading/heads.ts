import type { ModelFile, Platt, Softmax } from '../../models/in-threads.ts'
import { aspects, emotions, speakers, urgencies } from '../contract.ts'

export const feelings = ['negative', 'neutral', 'positive'] as const

/** Lines over the whole text, in the order of the weights. */
export const wholeOutputs = [
  ...feelings.map((name) => `sentiment.${name}`),
  ...feelings.map((name) => `toward.${name}`),
  ...aspects.map((name) => `aspect.${name}`),
  ...speakers.map((name) => `speaker.${name}`),
  ...emotions.map((name) => `emotion.${name}`),
  ...urgencies.map((name) => `urgency.${name}`),
  'spam',
] as const

/** Where the lines of a head begin. */
export const at = {
  sentiment: 0,
  toward: 3,
  aspect: 6,
  speaker: 6 + aspects.length,
  emotion: 6 + aspects.length + speakers.length,
  urgency: 6 + aspects.length + speakers.length + emotions.length,
  spam: 6 + aspects.length + speakers.length + emotions.length + urgencies.length,
} as const

/** Lines over what stands around the name of a subject. */
export const windowOutputs = feelings.map((name) => `near.${name}`)

/** A label that a text may have or not, among others. */
export interface Label {
  platt: Platt
  /** From here on it is told. */
  told: number
  /** From here up to `told` it is left to a person. */
  asked: number
}

/** One of several classes; below `sure` the answer is left to a person. */
export interface Choice {
  softmax: Softmax
  sure: number
}

/** What makes probabilities of margins. */
export interface Calibration {
  sentiment: Choice
  toward: Choice
  speaker: Choice
  emotion: Choice
  aspects: Label[]
  urgency: Label[]
  spam: Label
}

/** Weights `whole` and `near`, and their calibration. */
export type HeadsFile = ModelFile<Calibration>

/** Units read on either side of a subject's name. */
const reach = 30

/** The part of a folded text around a place in the text. @param at places of units, ascending */
export const windowAround = (
  at: Uint16Array,
  length: number,
  start: number,
  end: number,
): { from: number; to: number } => {
  let low = 0
  let high = length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((at[middle] ?? 0) < start) low = middle + 1
    else high = middle
  }
  return { from: Math.max(0, low - reach), to: Math.min(length, low + (end - start) + reach) }
}
