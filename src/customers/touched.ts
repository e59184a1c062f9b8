import { type Ctx, ch } from '#platform'

type Listener = (nos: readonly number[]) => void

/** Who wants to hear of changes, per program (keyed by its Postgres store, since contexts are copied per request). */
const listeners = new WeakMap<object, Set<Listener>>()

/**
 * Says that facts of these customers changed: events, traits, merges, being there at all. Call it when the rows are
 * visible in ClickHouse, so that whoever hears of it reads them. With servers the numbers go through a table instead,
 * since whoever follows them may be another process; a caller that waits for it before it acknowledges loses none.
 */
export const customersTouched = async (ctx: Ctx, nos: readonly number[]): Promise<void> => {
  if (nos.length === 0) return
  if (ctx.ch.mode !== 'embedded') {
    await ctx.ch.insert('customer_changes', [...new Set(nos)].map((no) => `${no}\n`).join(''), {
      columns: ['customer_no'],
    })
    return
  }
  for (const listen of listeners.get(ctx.store) ?? []) listen(nos)
}

/** How far back a look goes each time: rows may become visible a little after the time they carry. */
const overlapMs = 10_000

export interface TouchedReader {
  /** Numbers said to be changed since the last call, in no order, perhaps several times. */
  take(): Promise<readonly number[]>
  stop(): void
}

/** Hears of every change from now on. */
export const readTouched = async (ctx: Ctx): Promise<TouchedReader> => {
  if (ctx.ch.mode === 'embedded') {
    let heard: (readonly number[])[] = []
    const listen: Listener = (nos) => void heard.push(nos)
    const all = listeners.get(ctx.store) ?? new Set()
    listeners.set(ctx.store, all.add(listen))
    return {
      take: async () => {
        const taken = heard
        heard = []
        return taken.length === 1 ? (taken[0] ?? []) : taken.flat()
      },
      stop: () => void all.delete(listen),
    }
  }
  // Both sides of the comparison are times of the ClickHouse servers, so this process's clock does not matter.
  const now = await ctx.ch.one<{ now: string }>(ch.sql`select now64(3) as now`)
  let from = new Date(now?.now ?? 0)
  let before = new Set<string>()
  return {
    take: async () => {
      const rows = await ctx.ch.rows<{ at: string; customer_no: number }>(
        ch.sql`select at, customer_no from customer_changes where at >= ${ch.moment(new Date(from.getTime() - overlapMs))}`,
      )
      const seen = new Set(rows.map(({ at, customer_no }) => `${at} ${customer_no}`))
      const news = rows.filter(({ at, customer_no }) => !before.has(`${at} ${customer_no}`))
      before = seen
      for (const { at } of news) if (new Date(at) > from) from = new Date(at)
      return news.map(({ customer_no }) => customer_no)
    },
    stop: () => undefined,
  }
}
