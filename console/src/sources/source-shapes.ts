import type { z } from 'zod'
import type {
  DebuggedMessage,
  NewSource as NewSourceSchema,
  SourceChange as SourceChangeSchema,
  SourceView,
} from '../../../src/customers/contract.ts'

export type Source = z.infer<typeof SourceView>
export type PersonalRule = Source['personalRule']
export type NewSource = z.input<typeof NewSourceSchema>
export type SourceChange = z.input<typeof SourceChangeSchema>
export type SourceKind = NonNullable<NewSource['kind']>
export type DebugMessage = z.infer<typeof DebuggedMessage>

export interface SourceMinute {
  at: string
  accepted: number
  duplicates: number
  rejected: number
}
