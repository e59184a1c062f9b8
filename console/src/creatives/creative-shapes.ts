import type { z } from 'zod'
import type {
  CreativePage as CreativePageSchema,
  CreativeVersions as CreativeVersionsSchema,
  VariableList as VariableListSchema,
} from '../../../src/campaigns/creatives/creative-contract.ts'

export type { Category, Channel, Product } from '../../../src/campaigns/channels-contract.ts'
export { categories, channels, products } from '../../../src/campaigns/channels-contract.ts'
export type {
  Creative,
  CreativeCheck,
  CreativeContent,
  CreativeFinding,
  CreativeRow,
  EmailBlock,
  Preview,
  PreviewRequest,
  Rendered,
  SamplePerson,
  TextFault,
  VariableEntry,
} from '../../../src/campaigns/creatives/creative-contract.ts'
export {
  CreativeWords as WordsSchema,
  longestUnits,
  samplePersons,
} from '../../../src/campaigns/creatives/creative-contract.ts'
export type { ReviewState } from '../../../src/compliance/review/review-contract.ts'
export { reviewStates } from '../../../src/compliance/review/review-contract.ts'
export type CreativePage = z.infer<typeof CreativePageSchema>
export type CreativeVersions = z.infer<typeof CreativeVersionsSchema>
export type VariableList = z.infer<typeof VariableListSchema>
