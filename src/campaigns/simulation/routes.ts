import { z } from 'zod'
import { route } from '#platform'
import { dryRun, simulate } from './simulate.ts'
import { DryRun, DryRunRequest, Simulation, SimulationRequest } from './simulation-contract.ts'

const Id = z.object({ id: z.coerce.number().int().min(1) })

export const simulationRoutes = [
  route('POST /campaigns/{id}/simulate', {
    can: 'campaigns.read',
    summary: 'What would happen to one customer or a sample, with a moved clock; nothing is written or sent',
    params: Id,
    body: SimulationRequest,
    reply: Simulation,
    run: simulate,
  }),
  route('POST /campaigns/{id}/dry-run', {
    can: 'campaigns.read',
    summary: 'Who would receive what, who nothing and why, and what it would cost; nothing is written or sent',
    params: Id,
    body: DryRunRequest,
    reply: DryRun,
    run: dryRun,
  }),
]
