import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import { type Ctx, readSecret, type Tables, writeSecret } from '#platform'
import { adapterOf } from '../channels/adapters.ts'
import type { ChannelAdapter, Memo, ProviderWorld } from './adapter.ts'
import './tables.ts'

export type ProviderRow = Selectable<Tables['campaigns.provider']>

/** An account ready to send. */
export interface OpenProvider {
  row: ProviderRow
  adapter: ChannelAdapter
  secrets: Readonly<Record<string, string>>
  /** Last part of the address for receipts. */
  token: string
}

/** Where a secret of an account is kept. */
export const secretName = (id: number, field: string) => `campaigns.provider.${id}.${field}`
/** Not a field of any form. */
export const receiptsField = '@receipts'

export const storeSecret = (ctx: Ctx, id: number, field: string, value: string) =>
  writeSecret(ctx.vault, ctx.pg, secretName(id, field), value)

const opened = new WeakMap<object, Map<number, { version: number; open: OpenProvider }>>()

/** Opens an account's secrets; kept in memory as long as its version is the same. */
export const openProvider = async (ctx: Ctx, row: ProviderRow): Promise<OpenProvider | undefined> => {
  const adapter = adapterOf(row.kind)
  if (!adapter) return undefined
  const held = opened.get(ctx.store) ?? new Map<number, { version: number; open: OpenProvider }>()
  opened.set(ctx.store, held)
  const before = held.get(row.id)
  if (before?.version === row.version) return { ...before.open, row }
  const secrets: Record<string, string> = {}
  for (const field of row.secrets) {
    const secret = await readSecret(ctx.vault, ctx.pg, secretName(row.id, field))
    if (secret !== undefined) secrets[field] = secret
  }
  const token = (await readSecret(ctx.vault, ctx.pg, secretName(row.id, receiptsField))) ?? ''
  const open = { row, adapter, secrets, token }
  held.set(row.id, { version: row.version, open })
  return open
}

/** Accounts that are not deleted, in fail-over order. */
export const providerRows = (ctx: Ctx): Promise<ProviderRow[]> =>
  ctx.pg
    .selectFrom('campaigns.provider')
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('channel')
    .orderBy('priority')
    .orderBy('id')
    .execute()

export const worldFor = (
  ctx: Ctx,
  { row, adapter, secrets }: OpenProvider,
  signal: AbortSignal,
): ProviderWorld<unknown> => ({
  providerId: row.id,
  settings: adapter.settings.parse(row.settings),
  secrets,
  log: ctx.log.child({ provider: row.id }),
  now: ctx.now,
  signal,
  allowInside: ctx.config.webhooksPrivate,
  memo: memoOf(ctx, row.id),
})

const placeOf = (id: number, name: string) => `campaigns.provider_memo|sealed|${id}:${name}` as const

const memoOf = (ctx: Ctx, id: number): Memo => ({
  read: async (name) => {
    const row = await ctx.pg
      .selectFrom('campaigns.provider_memo')
      .select(['sealed', 'until'])
      .where('provider_id', '=', id)
      .where('name', '=', name)
      .executeTakeFirst()
    if (!row || (row.until !== null && row.until <= ctx.now())) return undefined
    return ctx.vault.openSecret(placeOf(id, name), row.sealed)
  },
  write: async (name, value, until) => {
    const sealed = ctx.vault.sealSecret(placeOf(id, name), value)
    await sql`
      insert into campaigns.provider_memo (provider_id, name, sealed, until) values (${id}, ${name}, ${sealed}, ${until ?? null})
      on conflict (provider_id, name) do update set sealed = excluded.sealed, until = excluded.until`.execute(ctx.pg)
  },
})
