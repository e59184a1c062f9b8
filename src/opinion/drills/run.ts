import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { takeIn } from '../intake/take-in.ts'
import { clockOf, type DrillRow, drillsAtWork, minuteAt, moveDrill, planFor } from './drills.ts'
import './tables.ts'

const lookEveryMs = 2_000
const leaseMs = 30_000
const atOnce = 200

/** Posts of a drill have no source. */
const noSource = 0

/** Takes the drill for a while, unless another process has it. */
const claim = async (ctx: Ctx, id: number): Promise<boolean> => {
  const { rows } = await sql<{ id: number }>`
    update opinion.drill set lease_until = ${new Date(ctx.now().getTime() + leaseMs)}
    where id = ${id} and state = 'running' and (lease_until is null or lease_until < ${ctx.now()}) returning id`.execute(
    ctx.pg,
  )
  return rows.length > 0
}

const free = (ctx: Ctx, id: number, told: number) =>
  ctx.pg.updateTable('opinion.drill').set({ told, lease_until: null }).where('id', '=', id).execute()

/** Lets out what is due of one drill. Posts known already (a crash came between) are not stored twice. */
const tell = async (ctx: Ctx, row: DrillRow): Promise<number> => {
  if (!(await claim(ctx, row.id))) return 0
  const minute = minuteAt(row, ctx.now())
  const due = planFor(row)
    .slice(row.told)
    .filter((post) => post.minute <= minute)
    .slice(0, atOnce)
  try {
    if (due.length > 0)
      await takeIn(ctx, {
        sourceId: noSource,
        drillId: row.id,
        items: due.map(({ minute, item }) => ({ ...item, publishedAt: clockOf(row, minute).toISOString() })),
      })
  } catch (error) {
    await free(ctx, row.id, row.told)
    throw error
  }
  await free(ctx, row.id, row.told + due.length)
  return due.length
}

/** Lets out what is due of all running drills, and starts those whose time has come. @returns how many posts came out */
export const runDrills = async (ctx: Ctx): Promise<number> => {
  let told = 0
  for (const row of await drillsAtWork(ctx)) {
    if (row.state === 'planned') {
      try {
        await moveDrill(ctx, { id: row.id, move: 'start' })
      } catch (error) {
        // Another drill runs, or another process was quicker: looked at again.
        ctx.log.debug({ drill: row.id, err: error }, 'a planned drill did not begin')
      }
    } else told += await tell(ctx, row)
  }
  return told
}

/** Runs drills as long as the process works. */
export const startDrills = (ctx: Ctx): (() => Promise<void>) => {
  const stopping = new AbortController()
  const work = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await runDrills(ctx)
      } catch (error) {
        ctx.log.warn({ err: error }, 'a drill could not go on')
      }
      await new Promise<void>((done) => {
        const timer = setTimeout(done, lookEveryMs)
        stopping.signal.addEventListener(
          'abort',
          () => {
            clearTimeout(timer)
            done()
          },
          { once: true },
        )
      })
    }
  })()
  return async () => {
    stopping.abort()
    await work
  }
}
