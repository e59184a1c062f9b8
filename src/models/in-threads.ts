/** The face of the models of text for worker threads, which must not load the whole program. Imports no face and no store. */

export { asMade, type MadeModel } from './make.ts'
export { type RumourFile, textRumourReader } from './rumour/read-rumour.ts'
export { readShipped } from './shipped/shipped.ts'
export { type Folded, fold, foldedSpace } from './text/fold.ts'
export {
  contributions,
  decodeModels,
  denseLine,
  type LinearModel,
  type ModelFile,
  scoreLine,
  scoreNGrams,
} from './text/linear-model.ts'
export { type NGrams, nGramReader } from './text/n-grams.ts'
export { fitPlatt, type Platt, probability } from './training/calibration.ts'
export { dataHash } from './training/data-hash.ts'
export { fitBoth, type Line, marginsOf } from './training/fit.ts'
export { packLines } from './training/pack.ts'
export { hashOf } from './training/seeded.ts'
export { fitSoftmax, type Softmax, softmax } from './training/softmax.ts'
export { type Rows, rowsOf, type Vocabulary, vocabularyOf } from './training/sparse.ts'
