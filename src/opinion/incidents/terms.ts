import { sql } from 'kysely'
import type { Ctx, Role } from '#platform'
import type { Level } from '../contract.ts'
import { inForce, inForceOrNone } from '../grading/policies.ts'
import type { Target } from '../grading/policy-contract.ts'
import { type ClockTerms, type Lane, lanes, type Party } from './incident-contract.ts'

/** What a level binds an incident to: its clocks, who has it, the steps of its plan, whose signature it needs. */
export interface Terms {
  clocks: ClockTerms
  owners: Partial<Record<Lane, { owner: string | null; deputy: string | null }>>
  plan: { name: string; version: number } | null
  steps: readonly { lane: Lane; title: string; text: string; withinMinutes: number | null }[]
  signOffs: Party[]
  /** Who is to be told, and by which rule; null where the level tells nobody. */
  regulator: { authority: string; rule: string } | null
}

/** The contract of a level as it is in force, with the plan that it names. */
export const termsOf = async (ctx: Ctx, level: Level): Promise<Terms> => {
  const { document } = await inForce(ctx, 'contracts')
  const contract = document.contracts.find((one) => one.level === level)
  if (!contract) throw new Error(`no contract of the level ${level}`)
  const plan = contract.plan === null ? undefined : await inForceOrNone(ctx, 'plan', contract.plan)
  const named = [contract.owner, contract.deputy].flatMap((target) => (target.kind === 'user' ? [target.id] : []))
  const { rows } = await sql<{ id: string; roles: Role[] }>`
    select id::text as id, roles from platform.app_user where id = any(${named}::uuid[]) and disabled_at is null`.execute(
    ctx.pg,
  )
  /** A person named by the contract has the lanes of his roles. */
  const inLane = (target: Target, lane: Lane): string | null => {
    if (target.kind !== 'user') return null
    return rows.some(({ id, roles }) => id === target.id && roles.includes(lane)) ? target.id : null
  }
  return {
    clocks: Object.fromEntries(
      contract.clocks.map(({ kind, dueMinutes, escalateMinutes, runs }) => [
        kind,
        [dueMinutes, escalateMinutes - dueMinutes, runs],
      ]),
    ),
    owners: Object.fromEntries(
      lanes.map((lane) => [lane, { owner: inLane(contract.owner, lane), deputy: inLane(contract.deputy, lane) }]),
    ),
    plan: plan ? { name: plan.document.title, version: plan.version } : null,
    steps: plan?.document.steps ?? [],
    signOffs: contract.signOffs,
    regulator: contract.regulator,
  }
}
