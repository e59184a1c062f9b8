import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { adapterOf } from '../channels/adapters.ts'
import type { Channel } from '../channels-contract.ts'
import type { ChannelAdapter } from './adapter.ts'
import type { NewProvider, Provider, ProviderChange } from './delivery-contract.ts'
import { problem } from './problem.ts'
import { shownProvider } from './provider-view.ts'
import { type ProviderRow, receiptsField, storeSecret } from './provider-world.ts'

/** Accounts with providers: made and changed by administrators, each change audited without its secrets. */

/** @throws problem.providerUnknown */
export const providerRow = async (ctx: Ctx, id: number): Promise<ProviderRow> => {
  const row = await ctx.pg
    .selectFrom('campaigns.provider')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw problem.providerUnknown({ id })
  return row
}

/** @throws problem.settingsWrong naming the fields */
const checkedSettings = (adapter: ChannelAdapter, given: Readonly<Record<string, unknown>>): string => {
  const read = adapter.settings.safeParse(given)
  if (!read.success)
    throw problem.settingsWrong({
      fields: read.error.issues.map(({ path, message }) => ({ field: path.join('.'), reason: message })),
    })
  return JSON.stringify(read.data)
}

const secretFields = (adapter: ChannelAdapter) => adapter.fields.filter(({ secret }) => secret)

/** @throws problem.settingsWrong for a secret that the adapter does not know, or a needed one that lacks */
const checkSecrets = (adapter: ChannelAdapter, held: ReadonlySet<string>): void => {
  const fields = secretFields(adapter)
  const unknown = [...held].filter((name) => !fields.some((field) => field.name === name))
  const missing = fields.filter(({ name, optional }) => !optional && !held.has(name)).map(({ name }) => name)
  if (unknown.length > 0 || missing.length > 0)
    throw problem.settingsWrong({
      fields: [
        ...unknown.map((field) => ({ field, reason: 'unknown' })),
        ...missing.map((field) => ({ field, reason: 'missing' })),
      ],
    })
}

const nameFree = async (ctx: Ctx, name: string, id: number | null): Promise<void> => {
  const { rows } = await sql`
    select 1 from campaigns.provider where lower(name) = lower(${name}) and deleted_at is null and id is distinct from ${id}`.execute(
    ctx.pg,
  )
  if (rows.length > 0) throw problem.providerNameTaken({ name })
}

/**
 * A new account, switched off: nothing leaves by it before it was tried and switched on.
 * @throws problem.adapterUnknown, problem.settingsWrong, problem.providerNameTaken
 */
export const createProvider = (ctx: Ctx, given: NewProvider): Promise<Provider> => {
  const adapter = adapterOf(given.kind)
  if (!adapter) throw problem.adapterUnknown({ kind: given.kind })
  const settings = checkedSettings(adapter, given.settings)
  const secrets = Object.entries(given.secrets).filter(([, value]) => value !== '')
  checkSecrets(adapter, new Set(secrets.map(([name]) => name)))
  return ctx.tx(async (ctx) => {
    await nameFree(ctx, given.name, null)
    const now = ctx.now()
    const { rows } = await sql<{ priority: number }>`
      select (coalesce(max(priority), 0) + 1)::int as priority from campaigns.provider where channel = ${adapter.channel} and deleted_at is null`.execute(
      ctx.pg,
    )
    const row = await ctx.pg
      .insertInto('campaigns.provider')
      .values({
        name: given.name,
        channel: adapter.channel,
        kind: adapter.kind,
        settings,
        secrets: secrets.map(([name]) => name),
        carries: given.carries,
        priority: rows[0]?.priority ?? 1,
        unit_cost_millifen: given.unitCostMillifen,
        per_second: given.perSecond,
        per_minute: given.perMinute,
        per_day: given.perDay,
        created_at: now,
        created_by: ctx.actor.id,
        changed_at: now,
        changed_by: ctx.actor.id,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    for (const [name, value] of secrets) await storeSecret(ctx, row.id, name, value)
    await storeSecret(ctx, row.id, receiptsField, randomBytes(24).toString('base64url'))
    await ctx.audit.record(ctx, {
      action: 'provider.create',
      subject: `provider:${row.id}`,
      detail: { kind: adapter.kind, carries: given.carries },
    })
    return shownProvider(ctx, row)
  })
}

/**
 * Changes what is given; what leaves from now on follows it, in every process within a second.
 * @throws problem.providerUnknown, problem.providerEdited, problem.settingsWrong, problem.providerNameTaken
 */
export const changeProvider = (ctx: Ctx, { id, ...change }: ProviderChange & { id: number }): Promise<Provider> =>
  ctx.tx(async (ctx) => {
    const row = await providerRow(ctx, id)
    if (change.basedOn !== undefined && change.basedOn !== row.version) throw problem.providerEdited({ id })
    const adapter = adapterOf(row.kind)
    if (!adapter) throw problem.adapterUnknown({ kind: row.kind })
    if (change.name !== undefined) await nameFree(ctx, change.name, id)
    const fresh = Object.entries(change.secrets ?? {}).filter(([, value]) => value !== '')
    const secrets = new Set([...row.secrets, ...fresh.map(([name]) => name)])
    checkSecrets(adapter, secrets)
    for (const [name, value] of fresh) await storeSecret(ctx, id, name, value)
    const changed = await ctx.pg
      .updateTable('campaigns.provider')
      .set({
        version: row.version + 1,
        secrets: [...secrets],
        changed_at: ctx.now(),
        changed_by: ctx.actor.id,
        ...(change.name !== undefined && { name: change.name }),
        ...(change.settings !== undefined && { settings: checkedSettings(adapter, change.settings) }),
        ...(change.carries !== undefined && { carries: change.carries }),
        ...(change.unitCostMillifen !== undefined && { unit_cost_millifen: change.unitCostMillifen }),
        ...(change.perSecond !== undefined && { per_second: change.perSecond }),
        ...(change.perMinute !== undefined && { per_minute: change.perMinute }),
        ...(change.perDay !== undefined && { per_day: change.perDay }),
        // Who switches it on has mended it: it does not go on resting.
        ...(change.state !== undefined && { state: change.state, failures: 0, opened: 0, open_until: null }),
      })
      .where('id', '=', id)
      .where('version', '=', row.version)
      .returningAll()
      .executeTakeFirst()
    if (!changed) throw problem.providerEdited({ id })
    // A smaller limit holds at once.
    await sql`delete from campaigns.provider_bucket where provider_id = ${id} and span <> 'day'`.execute(ctx.pg)
    if (fresh.length > 0) await sql`delete from campaigns.provider_memo where provider_id = ${id}`.execute(ctx.pg)
    await ctx.audit.record(ctx, {
      action: 'provider.change',
      subject: `provider:${id}`,
      detail: {
        fields: Object.keys(change).filter((name) => name !== 'basedOn' && name !== 'secrets'),
        secrets: fresh.map(([name]) => name),
        ...(change.state !== undefined && { state: change.state }),
      },
    })
    return shownProvider(ctx, changed)
  })

/** @throws problem.providerUnknown, problem.providerFlying while messages are on their way by it */
export const deleteProvider = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    await providerRow(ctx, id)
    const { rows } = await sql`
      select 1 from campaigns.send where state = 'queued' and provider_id = ${id} limit 1`.execute(ctx.pg)
    if (rows.length > 0) throw problem.providerFlying({ id })
    await sql`
      update campaigns.provider set deleted_at = ${ctx.now()}, state = 'off', version = version + 1, secrets = '{}' where id = ${id}`.execute(
      ctx.pg,
    )
    // Receipts of what it sent may still come; without the secrets nothing can be sent by it.
    await ctx.audit.record(ctx, { action: 'provider.delete', subject: `provider:${id}` })
  })

/** @throws problem.providerUnknown when one of them is not of the channel */
export const orderProviders = (
  ctx: Ctx,
  { channel, ids }: { channel: Channel; ids: readonly number[] },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<{ id: number }>`
      select id from campaigns.provider where channel = ${channel} and deleted_at is null order by priority, id`.execute(
      ctx.pg,
    )
    const known = rows.map(({ id }) => id)
    const strange = ids.find((id) => !known.includes(id))
    if (strange !== undefined) throw problem.providerUnknown({ id: strange })
    const order = [...new Set([...ids, ...known])]
    await sql`
      update campaigns.provider p set priority = o.place from unnest(${order}::int[], ${order.map((_, i) => i + 1)}::int[]) as o (id, place)
      where p.id = o.id`.execute(ctx.pg)
    await ctx.audit.record(ctx, { action: 'provider.order', detail: { channel, ids: order } })
  })
