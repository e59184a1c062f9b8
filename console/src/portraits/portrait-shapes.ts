import type { z } from 'zod'
import type {
  ListPage as ListPageSchema,
  RejectPage as RejectPageSchema,
  ListVerdict as VerdictSchema,
} from '../../../src/audiences/lists/contract.ts'
import type { Lookalike } from '../../../src/audiences/portraits/lookalike-contract.ts'

export type { List, ListFile, ListKind, Upload, ValueKind } from '../../../src/audiences/lists/contract.ts'
export type { SetExpression, SetSize } from '../../../src/audiences/lists/set-contract.ts'
export type {
  FieldPortrait,
  Overlap,
  Portrait,
  PortraitClass,
  PortraitField,
  SetRef,
} from '../../../src/audiences/portraits/contract.ts'
export type { CurvePoint, Driver, Lookalike } from '../../../src/audiences/portraits/lookalike-contract.ts'
export type ListPage = z.infer<typeof ListPageSchema>
export type RejectPage = z.infer<typeof RejectPageSchema>
export type ListVerdict = z.infer<typeof VerdictSchema>
export type LookalikePage = { items: Lookalike[] }
