import { toMatch } from '../audiences/draft-read.ts'
import { type Reader, readDefinition } from '../audiences/reading.ts'
import { readMatch } from '../audiences/reading-parts.ts'
import type { EventMatch, Journey, Step } from './campaign-shapes.ts'
import { drawnExits } from './journey-exits.ts'
import { exitText, type StepReader, spanText, stepSummary, stepTitle } from './step-reading.ts'

/** Everything a step does, in words: for comparing two versions of it. */

export const matchText = (reader: Reader, match: EventMatch): string => {
  const read = toMatch(match)
  return read ? readMatch(reader, read) : match.event
}

/** What its one-line summary leaves out. */
const more = (reader: StepReader, audience: Reader, step: Step): string[] => {
  const { form } = reader.t.campaigns
  switch (step.kind) {
    case 'message':
      return [
        ...(step.offerId === undefined
          ? []
          : [`${form.offer}${reader.t.campaigns.colon}${reader.offerName(step.offerId)}`]),
        ...(step.goodFor ? [`${form.goodFor}${reader.t.campaigns.colon}${spanText(reader, step.goodFor)}`] : []),
      ]
    case 'task':
      return [
        `${form.script}${reader.t.campaigns.colon}${reader.creativeName(step.creativeId)}`,
        ...(step.team === undefined ? [] : [`${form.team}${reader.t.campaigns.colon}${step.team}`]),
        ...(step.offerId === undefined
          ? []
          : [`${form.offer}${reader.t.campaigns.colon}${reader.offerName(step.offerId)}`]),
      ]
    case 'waitEvent':
      return step.where && step.where.length > 0 ? [matchText(audience, step)] : []
    case 'branch':
      return step.arms.map(({ name, when }) => `${name}${reader.t.campaigns.colon}${readDefinition(audience, when)}`)
    case 'best':
      return step.arms.map(
        ({ name, score }) =>
          `${name}${reader.t.campaigns.colon}${'trait' in score ? reader.traitTitle(score.trait) : reader.tagTitle(score.tag)}`,
      )
    default:
      return []
  }
}

/** Its name, what it does, and where each way out leads. */
export const stepLines = (reader: StepReader, audience: Reader, step: Step, { steps }: Journey): string[] => {
  const ways = drawnExits(step).map(({ key, target }) => {
    const to = target ? steps[target] : undefined
    return `${exitText(reader, step, key)} → ${to ? stepTitle(reader, to) : reader.t.campaigns.kinds.exit}`
  })
  return [stepTitle(reader, step), stepSummary(reader, step), ...more(reader, audience, step), ...ways]
}

/** Lines of each side that the other has not; all of both where only their order differs. */
export const differingLines = (before: readonly string[], after: readonly string[]): [string[], string[]] => {
  const only = (of: readonly string[], other: readonly string[]) => of.filter((line) => !other.includes(line))
  const [was, is] = [only(before, after), only(after, before)]
  return was.length + is.length === 0 ? [[...before], [...after]] : [was, is]
}
