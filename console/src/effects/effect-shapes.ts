import type { z } from 'zod'
import type { Effects as EffectsSchema } from '../../../src/campaigns/effects/effects-contract.ts'

export type { Estimate, Group, Stages } from '../../../src/campaigns/effects/effects-contract.ts'
export type Effects = z.infer<typeof EffectsSchema>
