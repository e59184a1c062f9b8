import type { z } from 'zod'
import type {
  CustomerTags as CustomerTagsSchema,
  TagPage as TagPageSchema,
  TagRuns as TagRunsSchema,
  TagVersions as TagVersionsSchema,
  TextAnswer as TextAnswerSchema,
} from '../../../src/audiences/tags/contract.ts'

export type {
  BasePolicy,
  CustomerTag,
  Distribution,
  EventsAsked,
  Figure,
  NewTag,
  Preview,
  SetValues,
  Tag,
  TagChange,
  TagDefinition,
  TagDistribution,
  TagKind,
  TagRun,
  TagState,
  TagType,
  TextSettings,
  Uploaded,
} from '../../../src/audiences/tags/contract.ts'
export {
  basePolicies,
  measures,
  measuresOfProperty,
  tagKeyPattern,
  tagKinds,
  tagStates,
} from '../../../src/audiences/tags/contract.ts'
export type TagPage = z.infer<typeof TagPageSchema>
export type TagRuns = z.infer<typeof TagRunsSchema>
export type TagVersions = z.infer<typeof TagVersionsSchema>
export type CustomerTags = z.infer<typeof CustomerTagsSchema>
export type TextAnswer = z.infer<typeof TextAnswerSchema>
