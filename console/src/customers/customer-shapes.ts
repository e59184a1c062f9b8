import type { z } from 'zod'
import type {
  ConflictDecision,
  CustomerPage as CustomerPageSchema,
  CustomerProfile,
  CustomerRow,
  IdentifierKindName,
  ShownIdentifier,
  ShownTrait,
  TimelinePage as TimelinePageSchema,
  TraitDeclaration as TraitDeclarationSchema,
  TraitEntryView,
  TraitTypeName,
  Unmasked as UnmaskedSchema,
} from '../../../src/customers/contract.ts'

export type IdentifierKind = z.infer<typeof IdentifierKindName>
export type TraitType = z.infer<typeof TraitTypeName>
export type CustomerFound = z.infer<typeof CustomerRow>
export type CustomerPage = z.infer<typeof CustomerPageSchema>
export type Customer = CustomerProfile
export type Identifier = z.infer<typeof ShownIdentifier>
export type Trait = z.infer<typeof ShownTrait>
export type Unmasked = z.infer<typeof UnmaskedSchema>
export type TimelinePage = z.infer<typeof TimelinePageSchema>
export type TimelineEvent = TimelinePage['items'][number]
export type Decision = z.infer<typeof ConflictDecision>['decision']
export type TraitDefinition = z.infer<typeof TraitEntryView>
export type TraitDeclaration = TraitDeclarationSchema

export interface Conflict {
  id: string
  /** Customer ids. */
  a: string
  b: string
  kind: string
  reason: string
  at: string
}

export interface TraitCoverage {
  name: string
  /** How many have it. */
  customers: number
  /** Its most frequent values. */
  values: string[]
}

// Written out again, because taking them from the contract would bring its whole schema library into the page. The
// compiler says so when they differ.
const kinds: Record<IdentifierKind, true> = {
  phone: true,
  idCard: true,
  accountId: true,
  email: true,
  wechatUnionId: true,
  wechatOpenId: true,
  bankCard: true,
  deviceId: true,
  anonymousId: true,
}
const types: Record<TraitType, true> = {
  string: true,
  integer: true,
  number: true,
  boolean: true,
  date: true,
  datetime: true,
}

/** In the order people ask for them. */
export const identifierKinds = Object.keys(kinds) as IdentifierKind[]
export const traitTypes = Object.keys(types) as TraitType[]
