import type { z } from 'zod'
import type {
  AudiencePage as AudiencePageSchema,
  Audience as AudienceType,
  ChangesPage as ChangesPageSchema,
  Fields as FieldsType,
  History as HistorySchema,
  MemberPage as MemberPageSchema,
} from '../../../src/audiences/contract.ts'

export type {
  AudienceChange,
  Definition,
  Estimate,
  Schedule,
} from '../../../src/audiences/contract.ts'
export type Audience = AudienceType
export type AudiencePage = z.infer<typeof AudiencePageSchema>
export type Fields = FieldsType
export type History = z.infer<typeof HistorySchema>
export type MemberPage = z.infer<typeof MemberPageSchema>
export type ChangesPage = z.infer<typeof ChangesPageSchema>
