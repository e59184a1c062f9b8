import { type Actor, type Ctx, permissionsOf, type Role, type Route } from '#platform'
import type { App } from '../app.ts'
import { features } from '../features.ts'
import { callerOf } from './demo-call.ts'

/** People of the company who did something days ago: the same routes as everybody's, with the clock of then. */

export interface Done {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: Record<string, unknown>
}
/** @throws Problem as the route does, or an error when the person may not do it */
export type Act = <T>(at: Date, signature: string, given?: Done) => Promise<T>

const routes = new Map<string, Route>(
  features.flatMap((feature) =>
    (feature.routes ?? []).map((one) => [`${one.verb} ${one.path.replaceAll(/:(\w+)/g, '{$1}')}`, one] as const),
  ),
)

const actOf =
  (ctx: Ctx, actor: Actor): Act =>
  async <T>(at: Date, signature: string, { params = {}, query = {}, body = {} }: Done = {}) => {
    const found = routes.get(signature)
    if (!found) throw new Error(`There is no route ${signature}`)
    const { can } = found
    if (can !== 'anyone' && can !== 'self' && !actor.permissions.has(can))
      throw new Error(`${actor.name} may not ${signature}`)
    const input: Record<string, unknown> = {}
    for (const part of [found.query?.parse(query), found.params?.parse(params), found.body?.parse(body)])
      if (typeof part === 'object' && part !== null) Object.assign(input, part)
    return (await found.run({ ...ctx, actor, now: () => at }, input as never, undefined as never)) as T
  }

interface User {
  id: string
  login: string
  name: string
  roles: Role[]
}

/** Those who work there, by login; `system` is the program itself. */
export const actorsOf = async (app: App): Promise<{ by: (login: string) => Act; idOf: (login: string) => string }> => {
  const { items } = await callerOf(app)<{ items: User[] }>('GET', '/api/users')
  const user = (login: string): User => {
    const found = items.find((one) => one.login === login)
    if (!found) throw new Error(`Nobody is called ${login}`)
    return found
  }
  return {
    by: (login) => {
      if (login === 'system') return actOf(app.ctx, app.ctx.actor)
      const { id, name, roles } = user(login)
      return actOf(app.ctx, { kind: 'user', id, name, roles, permissions: permissionsOf(roles) })
    },
    idOf: (login) => user(login).id,
  }
}
