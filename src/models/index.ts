import type { Feature } from '#platform'

export type { Card } from './card-contract.ts'
export { type MadeModel, makeFromCorpus } from './make.ts'
export {
  activeVersion,
  askTraining,
  cancelTraining,
  changeVersion,
  keepVersion,
  listTrainings,
  listVersions,
  noteComparison,
  noteTraining,
  shadowVersion,
} from './registry.ts'
export { type RumourFile, rumourReader } from './rumour/read-rumour.ts'
export { readShipped, shippedCard, shippedFile, shippedNames } from './shipped/shipped.ts'
export { readTexts } from './texts/read-texts.ts'
export { makeTexts } from './texts/train-texts.ts'

export const models: Feature = { name: 'models' }
