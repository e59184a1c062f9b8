import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { parseMapping } from './mapping.ts'
import type { ImportKind, Mapping } from './mapping-contract.ts'
import { problem } from './problem.ts'
import './store-tables.ts'

interface Named {
  name: string
  version: number
  kind: ImportKind
  mapping: Mapping
  updatedAt: string
}

/** Mappings people gave a name, each in its newest version. */
export const listMappings = async (ctx: Ctx): Promise<{ items: Named[] }> => {
  const { rows } = await sql<{ name: string; version: number; kind: ImportKind; mapping: unknown; changed_at: Date }>`
    select name, version, kind, mapping, changed_at from (
      select distinct on (name) * from customers.mapping order by name, version desc) newest
    where not deleted order by name`.execute(ctx.pg)
  return {
    items: rows.map(({ name, version, kind, mapping, changed_at }) => ({
      name,
      version,
      kind,
      mapping: parseMapping(mapping, kind),
      updatedAt: changed_at.toISOString(),
    })),
  }
}

/** @throws customers.mappingUnknown */
export const namedMapping = async (ctx: Ctx, name: string): Promise<Named> => {
  const { items } = await listMappings(ctx)
  const found = items.find((one) => one.name === name)
  if (!found) throw problem.mappingUnknown({ name })
  return found
}

/** Saves a mapping as the next version of its name. */
export const saveMapping = (
  ctx: Ctx,
  { name, kind, mapping, deleted = false }: { name: string; kind: ImportKind; mapping: Mapping; deleted?: boolean },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    await sql`
      insert into customers.mapping (name, version, kind, mapping, changed_at, changed_by, deleted)
      select ${name}, coalesce(max(version), 0) + 1, ${kind}, ${JSON.stringify(mapping)}::jsonb, ${ctx.now()}, ${ctx.actor.id}, ${deleted}
      from customers.mapping where name = ${name}`.execute(ctx.pg)
    await ctx.audit.record(ctx, {
      action: deleted ? 'mapping.delete' : 'mapping.save',
      subject: `mapping:${name}`,
      detail: { kind, columns: Object.keys(mapping.columns).length },
    })
  })

/** @throws customers.mappingUnknown */
export const deleteMapping = async (ctx: Ctx, name: string): Promise<void> =>
  saveMapping(ctx, { ...(await namedMapping(ctx, name)), deleted: true })
