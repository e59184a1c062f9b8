import type { Pg } from '../ctx.ts'

/** Runs in the transaction that is open, or in one of its own. */
export const inTransaction = <T>(pg: Pg, run: (pg: Pg) => Promise<T>): Promise<T> =>
  pg.isTransaction ? run(pg) : pg.transaction().execute(run)
