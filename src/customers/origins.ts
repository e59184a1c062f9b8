import type { Ctx } from '#platform'

/** Where values came from: sources and imports by number. */
export interface OriginNames {
  sources: ReadonlyMap<number, { name: string; basis: string }>
  imports: ReadonlyMap<number, { name: string; basis: string | null }>
}

export interface Origins {
  /** Ten seconds old at most; what changed in this process is seen at once. */
  names(ctx: Ctx): Promise<OriginNames>
  forget(): void
}

/** Names of sources change rarely, and every page of a profile or timeline needs them. */
const freshMs = 10_000

export const openOrigins = (): Origins => {
  let held: { names: Promise<OriginNames>; readAt: number } | undefined
  return {
    names: (ctx) => {
      if (held && Date.now() - held.readAt < freshMs) return held.names
      const reading = { names: read(ctx), readAt: Date.now() }
      held = reading
      // A failed reading is not remembered.
      reading.names.catch(() => {
        if (held === reading) held = undefined
      })
      return reading.names
    },
    forget: () => {
      held = undefined
    },
  }
}

const read = async (ctx: Ctx): Promise<OriginNames> => {
  const [sources, imports] = await Promise.all([
    ctx.pg.selectFrom('customers.source').select(['id', 'name', 'basis']).execute(),
    ctx.pg.selectFrom('customers.import').select(['id', 'name', 'source', 'basis']).execute(),
  ])
  return {
    sources: new Map(sources.map(({ id, name, basis }) => [id, { name, basis }])),
    imports: new Map(imports.map(({ id, name, source, basis }) => [id, { name: source ?? name, basis }])),
  }
}
