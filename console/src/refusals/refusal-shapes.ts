import type { z } from 'zod'
import type {
  CustomerSendPage as PageSchema,
  RefusedPeople as PeopleSchema,
} from '../../../src/campaigns/gate/gate-contract.ts'

export type { Refusal } from '../../../src/campaigns/channels-contract.ts'
export type { CustomerSend, RefusalReport, ShownReason, Why } from '../../../src/campaigns/gate/gate-contract.ts'
export type CustomerSendPage = z.infer<typeof PageSchema>
export type RefusedPeople = z.infer<typeof PeopleSchema>
