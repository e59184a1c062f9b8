import { type Ctx, mask, readSecret, writeSecret } from '#platform'
import { inForce } from '../grading/policies.ts'
import type { Target } from '../grading/policy-contract.ts'
import { Contact, type Person } from './channel-contract.ts'
import { problem } from './problem.ts'
import { turnsOf } from './rota.ts'
import { RotaRules } from './rota-contract.ts'
import './tables.ts'

/** Whom an alert is for, and how to reach them. Numbers are sealed; they are opened only to make a message. */

export interface Reachable {
  id: string
  name: string
  email: string | null
}

const secretName = (userId: string) => `opinion.contact.${userId}`

const usersBy = async (ctx: Ctx, by: { ids: readonly string[] } | { role: string }): Promise<Reachable[]> => {
  if ('ids' in by && by.ids.length === 0) return []
  const rows = await ctx.pg
    .selectFrom('platform.app_user')
    .select(['id', 'name', 'email', 'roles'])
    .where('disabled_at', 'is', null)
    .$if('ids' in by, (query) => query.where('id', 'in', 'ids' in by ? [...by.ids] : []))
    .orderBy('login')
    .execute()
  const found = 'role' in by ? rows.filter(({ roles }) => (roles as readonly string[]).includes(by.role)) : rows
  return found.map(({ id, name, email }) => ({ id, name, email }))
}

/** Who is on call now by a rota; nobody in a gap. */
export const onCall = async (ctx: Ctx, rotaId: number, at = ctx.now()): Promise<Reachable[]> => {
  const rota = await ctx.pg
    .selectFrom('opinion.rota')
    .select('document')
    .where('id', '=', rotaId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!rota) return []
  const exchanges = await ctx.pg
    .selectFrom('opinion.rota_override')
    .select(['person', 'from_at', 'until_at'])
    .where('rota_id', '=', rotaId)
    .where('deleted_at', 'is', null)
    .where('from_at', '<=', at)
    .where('until_at', '>', at)
    .orderBy('id')
    .execute()
  const work = (await inForce(ctx, 'workTime')).document
  const [turn] = turnsOf(
    RotaRules.parse(rota.document),
    { from: at, until: new Date(at.getTime() + 1) },
    work,
    exchanges.map(({ person, from_at, until_at }) => ({ person, from: from_at, until: until_at })),
  )
  return turn?.person ? usersBy(ctx, { ids: [turn.person] }) : []
}

/** People who are meant and may sign in, now. */
export const peopleOf = async (ctx: Ctx, target: Target): Promise<Reachable[]> => {
  if (target.kind === 'user') return usersBy(ctx, { ids: [target.id] })
  return target.kind === 'role' ? usersBy(ctx, { role: target.role }) : onCall(ctx, target.id)
}

/** How people are called by name; what is not known is ''. */
export const contactsOf = async (ctx: Ctx, ids: readonly string[]): Promise<Map<string, Contact>> => {
  if (ids.length === 0) return new Map()
  const rows = await ctx.pg
    .selectFrom('opinion.contact')
    .select('user_id')
    .where('user_id', 'in', [...ids])
    .execute()
  const found = new Map<string, Contact>()
  for (const { user_id } of rows) {
    const stored = await readSecret(ctx.vault, ctx.pg, secretName(user_id))
    if (stored !== undefined) found.set(user_id, Contact.parse(JSON.parse(stored)))
  }
  return found
}

/** Everybody who may sign in, with what is known to reach them; numbers masked. */
export const listPeople = async (ctx: Ctx): Promise<{ people: Person[] }> => {
  const users = await ctx.pg
    .selectFrom('platform.app_user')
    .select(['id', 'name', 'email', 'roles'])
    .where('disabled_at', 'is', null)
    .orderBy('name')
    .execute()
  const contacts = await contactsOf(
    ctx,
    users.map(({ id }) => id),
  )
  return {
    people: users.map(({ id, name, email, roles }) => {
      const contact = contacts.get(id)
      return {
        id,
        name,
        roles: [...roles],
        hasEmail: Boolean(email),
        mobile: contact?.mobile ? mask('phone', contact.mobile) : null,
        dingtalk: Boolean(contact?.dingtalk),
        wecom: Boolean(contact?.wecom),
        feishu: Boolean(contact?.feishu),
      }
    }),
  }
}

/** How a person is reached; fields given as '' are forgotten. @throws problem.personUnknown */
export const saveContact = (ctx: Ctx, { id, ...contact }: Contact & { id: string }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const [user] = await usersBy(ctx, { ids: [id] })
    if (!user) throw problem.personUnknown({ id })
    await writeSecret(ctx.vault, ctx.pg, secretName(id), JSON.stringify(contact))
    const row = {
      user_id: id,
      changed_at: ctx.now(),
      changed_by: ctx.actor.name,
    }
    await ctx.pg
      .insertInto('opinion.contact')
      .values(row)
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
      .execute()
    await ctx.audit.record(ctx, {
      action: 'alertContact.change',
      subject: `user:${id}`,
      detail: { known: Object.entries(contact).flatMap(([name, value]) => (value === '' ? [] : [name])) },
    })
  })
