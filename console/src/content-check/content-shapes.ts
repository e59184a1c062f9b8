export {
  type ContentVerdict,
  contentChannels,
  type Finding,
  type OfferFacts,
} from '../../../src/compliance/content/content-contract.ts'
export {
  type OwnWord,
  type ParameterVersion,
  type Partner,
  parameterNames,
  type RulePage,
  wordCategories,
} from '../../../src/compliance/content/rules-contract.ts'
