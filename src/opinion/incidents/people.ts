import { sql } from 'kysely'
import { type Ctx, permissionsOf, type Role } from '#platform'
import { type Handler, type Lane, lanes, type Party, parties } from './incident-contract.ts'
import { problem } from './problem.ts'

/** Who handles incidents. A lane belongs to the role of its name. */

/** Lanes in which an actor may act: those of his roles. The system and the local administrator act in all. */
export const lanesOf = ({ kind, roles }: { kind: string; roles: readonly Role[] }): Lane[] =>
  kind === 'system' || kind === 'cli' ? [...lanes] : lanes.filter((lane) => roles.includes(lane))

/** Parties for which an actor may sign. */
export const partiesOf = ({ kind, roles }: { kind: string; roles: readonly Role[] }): Party[] =>
  kind === 'system' || kind === 'cli' ? [...parties] : parties.filter((party) => roles.includes(party))

/** Users that may be given work, by name. */
export const readHandlers = async (ctx: Ctx): Promise<{ items: Handler[] }> => {
  const { rows } = await sql<{ id: string; name: string; roles: Role[] }>`
    select id::text as id, name, roles from platform.app_user where disabled_at is null order by name, id`.execute(
    ctx.pg,
  )
  return {
    items: rows
      .filter(({ roles }) => permissionsOf(roles).has('opinion.handle'))
      .map(({ id, name, roles }) => ({ id, name, lanes: lanesOf({ kind: 'user', roles }) })),
  }
}

/** Names of handlers by id. @throws problem.personUnknown for one who may not handle incidents */
export const handlersNamed = async (ctx: Ctx, ids: readonly (string | null)[]): Promise<Map<string, string>> => {
  const wanted = [...new Set(ids.filter((id) => id !== null))]
  if (wanted.length === 0) return new Map()
  const known = new Map((await readHandlers(ctx)).items.map(({ id, name }) => [id, name]))
  for (const id of wanted) if (!known.has(id)) throw problem.personUnknown({ id })
  return new Map(wanted.map((id) => [id, known.get(id) ?? '']))
}

/** @throws problem.notYourLane unless the actor's role acts in this lane, or he was named its owner or deputy */
export const mustActIn = async (ctx: Ctx, incidentId: number, lane: Lane): Promise<void> => {
  if (lanesOf(ctx.actor).includes(lane)) return
  const { rows } = await sql<{ ok: boolean }>`
    select ${ctx.actor.id} in (owner_id, deputy_id) as ok from opinion.incident_lane
    where incident_id = ${incidentId} and lane = ${lane}`.execute(ctx.pg)
  if (!rows[0]?.ok) throw problem.notYourLane({ lane })
}
