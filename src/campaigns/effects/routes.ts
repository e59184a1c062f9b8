import { z } from 'zod'
import { route } from '#platform'
import { effectsOf } from './effects.ts'
import { Effects, EffectsQuery } from './effects-contract.ts'

export const effectRoutes = [
  route('GET /campaigns/{id}/effects', {
    can: 'campaigns.read',
    summary: 'What the campaign brought: its funnel, refusals, comparison with the holdout, cost, complaints',
    params: z.object({ id: z.coerce.number().int().min(1) }),
    query: EffectsQuery,
    reply: Effects,
    run: effectsOf,
  }),
]
