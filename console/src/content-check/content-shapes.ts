export {
  type ContentVerdict,
  contentChannels,
  type Finding,
} from '../../../src/compliance/content/content-contract.ts'
export {
  type OwnWord,
  type Parameters,
  type ParameterVersion,
  type Partner,
  parameterNames,
  type RulePage,
  wordCategories,
} from '../../../src/compliance/content/rules-contract.ts'
