import type { z } from 'zod'
import type {
  ConsentChannel as ConsentChannelSchema,
  LegalBasis as LegalBasisSchema,
} from '../../../src/compliance/consent/contract.ts'
import type { DncPage as DncPageSchema } from '../../../src/compliance/consent/do-not-contact-contract.ts'
import type { ExclusionPage as ExclusionPageSchema } from '../../../src/compliance/exclusions/contract.ts'

export type {
  CustomerConsents,
  NewPurpose,
  Notice,
  NoticeContent,
  Purpose,
  PurposeChange,
  PurposeList,
  ShownWord,
  StaffWord,
} from '../../../src/compliance/consent/contract.ts'
export type { DncEntry, DncOrigin } from '../../../src/compliance/consent/do-not-contact-contract.ts'
export type { SettingName, SettingView } from '../../../src/compliance/consent/settings-contract.ts'
export type {
  CustomerExclusions,
  Exclusion,
  ExclusionKind,
} from '../../../src/compliance/exclusions/contract.ts'
export type { FileColumns, FileImport, FileValueKind } from '../../../src/compliance/exclusions/file-contract.ts'

export type LegalBasis = z.infer<typeof LegalBasisSchema>
export type ConsentChannel = z.infer<typeof ConsentChannelSchema>
export type DncPage = z.infer<typeof DncPageSchema>
export type ExclusionPage = z.infer<typeof ExclusionPageSchema>

// Written out again, because taking them from the contract would bring its whole schema library into the page.
export const channels: readonly ConsentChannel[] = ['sms', 'email', 'wechat', 'call', 'push', 'inApp', 'ads']
export const statedOrigins = ['manual', 'complaint', 'regulator', 'wrongPerson', 'bounce'] as const
export type StatedOrigin = (typeof statedOrigins)[number]
