import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { readTouched, type TouchedReader } from '#customers'
import { type Ctx, Problem } from '#platform'
import type { World } from '../condition-world.ts'
import { worldOf } from '../world.ts'
import { deliverMoved } from './deliver.ts'
import { withRelated } from './edges.ts'
import { dropLeftFacts, type Facts, openFacts } from './facts.ts'
import { type Followed, giveNumbers, type LiveRow, type Pace, type Tick, usualPace } from './followed.ts'
import { differences, evaluate, overBy } from './increment.ts'
import { giveUpLease, type Lease, stillHeld, takeLease } from './lease.ts'
import { type Moved, publish, tellMoved } from './moves.ts'
import { signatureOf } from './needs.ts'
import { rebuild } from './rebuild.ts'
import { storeMembers } from './store-members.ts'
import { openTouchedLog, type TouchedLog } from './touched-log.ts'
import '../tables.ts'
import './tables.ts'

export interface Follower {
  /** Brings every living audience up to now. Ticks never overlap: a call during one gets the same. */
  tick(): Promise<Tick>
  /** Resolves when no audience is being computed in full. */
  rebuilt(): Promise<void>
  /** Ticks by itself from now on. @param ticked told what each tick did */
  start(ticked?: (tick: Tick) => void): void
  /** Comes to rest and does nothing until told to go on: for a backup. */
  hold(): Promise<() => void>
  /** Stores what moved and lets another process follow. */
  stop(): Promise<void>
}

const leaseEveryMs = 4_000
/** What definitions are compiled against is read again this often, also when nothing happens. */
const worldEveryMs = 5_000

/**
 * Keeps living audiences up to date: the members of each in memory, and at each tick only those customers computed whose
 * facts changed or whom the clock moved. One process does it, whoever has the lease.
 */
export const openFollower = (ctx: Ctx, given: Partial<Pace> = {}): Follower => {
  const pace: Pace = { ...usualPace, ...given }
  const owner = randomUUID()
  const followed = new Map<string, Followed>()
  let lease: Lease | undefined
  let leasedAt = Number.NEGATIVE_INFINITY
  let touchedReader: TouchedReader | undefined
  let log: TouchedLog = openTouchedLog()
  let facts: Facts | undefined
  let rebuilding: { lane: { id: string; place: number }; done: Promise<void> } | undefined
  let world: { value: World; at: number; key: string } | undefined
  let crossedAt = Number.NEGATIVE_INFINITY
  let crossingMs = 0
  let saidAt = Number.NEGATIVE_INFINITY
  let ticking: Promise<Tick> | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let held = 0
  let failing = false
  /** The last tick that had something to do. */
  let busy = { tookMs: 0, touched: 0 }

  const takeOver = async (): Promise<boolean> => {
    if (lease && performance.now() - leasedAt < leaseEveryMs) return true
    const took = await takeLease(ctx, owner)
    if (took && took.fence === lease?.fence) {
      leasedAt = performance.now()
      return true
    }
    // Somebody else may have written in between: what is in memory counts no more.
    await letGo()
    if (!took) return false
    lease = took
    leasedAt = performance.now()
    await dropLeftFacts(ctx)
    facts = openFacts(ctx, `audience_tick_${took.fence}_`)
    touchedReader = await readTouched(ctx)
    log = openTouchedLog()
    ctx.log.info({ fence: took.fence }, 'follows the living audiences')
    return true
  }

  const letGo = async () => {
    lease = undefined
    await rebuilding?.done
    followed.clear()
    touchedReader?.stop()
    touchedReader = undefined
    await facts?.drop()
    facts = undefined
  }

  const wanted = async (): Promise<LiveRow[]> =>
    ctx.pg
      .selectFrom('audiences.live')
      .innerJoin('audiences.audience', 'id', 'audience_id')
      .select(['id', 'version', 'definition', 'rebuild_wanted_at', 'retry_at', 'failures'])
      .where('switched_on', '=', true)
      .orderBy('audience_id')
      .execute()

  /** One world for all definitions: what they name, the dictionary, whether anyone was merged. */
  const worldFor = async (rows: readonly LiveRow[]): Promise<World> => {
    const value = await worldOf(ctx, { any: rows.map(({ definition }) => definition) })
    world = { value, at: performance.now(), key: keyOf(rows) }
    return value
  }
  const keyOf = (rows: readonly LiveRow[]) => rows.map(({ id, version }) => `${id} ${version}`).join()

  const oneTick = async (): Promise<Tick> => {
    const startedAt = performance.now()
    const nothing: Tick = { following: false, touched: 0, crossed: 0, moved: [], audiences: 0, tookMs: 0 }
    if (stopped || held > 0 || !(await takeOver())) return nothing
    log.add((await touchedReader?.take()) ?? [])
    const rows = await wanted()
    if (rows.length === 0) {
      followed.clear()
      log.forgetBefore(log.end())
      return { ...nothing, following: true, tookMs: performance.now() - startedAt }
    }
    const byId = new Map(rows.map((row) => [row.id, row]))
    for (const id of followed.keys()) if (!byId.has(id)) followed.delete(id)
    const fresh = log.size() > 0 || world?.key !== keyOf(rows) || performance.now() - world.at > worldEveryMs
    const value = fresh || !world ? await worldFor(rows) : world.value
    const due = rows.filter((row) => needsRebuild(row, value))
    // Before the instant is taken: who was touched by now is in what this tick reads.
    const place = log.end()
    const at = ctx.now()
    // Whom a full computation is due for is left alone: it would tell moves of a definition that is no longer meant.
    const ready = [...followed.values()].filter(
      ({ id, whole }) => !whole && id !== rebuilding?.lane.id && !due.some((row) => row.id === id),
    )
    const done =
      ready.length > 0 ? await increments(ready, { ...value, at }, place) : { crossed: 0, touched: 0, moved: [] }
    startRebuild(due)
    const tookMs = performance.now() - startedAt
    await deliverMoved(
      ctx,
      done.moved.map(({ id }) => id),
    )
    await say(ready, done, tookMs)
    await storeDue()
    log.forgetBefore(
      Math.min(place, rebuilding?.lane.place ?? place, ...[...followed.values()].map(({ place }) => place)),
    )
    return { following: true, ...done, audiences: ready.length, tookMs }
  }

  /** Full computations wait for each other, failed ones until their time has come again. */
  const needsRebuild = (row: LiveRow, value: World): boolean => {
    if (rebuilding?.lane.id === row.id || (row.retry_at !== null && row.retry_at > ctx.now())) return false
    const held = followed.get(row.id)
    if (!held || row.rebuild_wanted_at !== null || row.version !== held.version) return true
    const ageMs = Date.now() - held.builtAt
    if (ageMs > pace.checkEveryMs) return true
    // A burst of imports is followed by computing in full, not more often than that takes a tenth of the time.
    if (log.sizeAfter(held.place) > pace.mostTouched) return ageMs > 10 * held.buildMs
    const changed = () => {
      try {
        return signatureOf(row.definition, value) !== held.signature
      } catch {
        // It cannot be compiled any more; computing it says why, where people see it.
        return true
      }
    }
    if (!held.whole) return changed()
    // Whatever happens to anybody may move others; and the stored members it is made of move at every tick.
    if (ageMs < Math.max(pace.wholeEveryMs, 20 * held.buildMs)) return false
    return held.edges.length > 0 || log.sizeAfter(held.place) > 0 || changed()
  }

  const increments = async (
    ready: readonly Followed[],
    world: World,
    place: number,
  ): Promise<Pick<Tick, 'touched' | 'crossed' | 'moved'>> => {
    const { at } = world
    const look = performance.now() - crossedAt >= pace.restAfterLook * crossingMs
    let over: number[] = []
    if (look) {
      const startedAt = performance.now()
      over = await overBy(ctx, ready, world, { pace, failed })
      crossedAt = performance.now()
      crossingMs = crossedAt - startedAt
      if (over.length > pace.mostTouched) {
        // Midnight of "this month", say: everybody is computed once instead of many by increments.
        await askRebuildOf(ready.filter(({ edges, later }) => edges.length > 0 || later.size > 0))
        return { touched: 0, crossed: over.length, moved: [] }
      }
    }
    const within = ready.filter((one) => followed.has(one.id) && log.sizeAfter(one.place) <= pace.mostTouched)
    const heard = new Set(over)
    for (const from of new Set(within.map(({ place }) => place))) for (const no of log.after(from)) heard.add(no)
    const nos = await withRelated(ctx, [...heard], world.merges)
    let moved: Moved[] = []
    let good: readonly Followed[] = within
    if (nos.length > 0 && facts) {
      const answers = await evaluate(ctx, within, nos, world, { facts, pace, failed })
      good = within.filter(({ id }) => answers.has(id))
      moved = await apply(good, answers, nos, at)
    }
    for (const one of good) {
      one.place = place
      if (look) one.asOf = at
    }
    return { touched: nos.length, crossed: over.length, moved }
  }

  const askRebuildOf = async (ones: readonly Followed[]) => {
    await ctx.pg
      .updateTable('audiences.live')
      .set({ rebuild_wanted_at: ctx.now() })
      .where(
        'audience_id',
        'in',
        ones.map(({ id }) => id),
      )
      .execute()
  }

  /** Drops an audience that cannot be followed right now. It is computed in full after a while, longer each time. */
  const failed = async (id: string, error: unknown) => {
    followed.delete(id)
    const reason = error instanceof Error ? error.message.slice(0, 500) : 'failed'
    ctx.log.warn({ audience: id, error }, 'living audience not computed')
    await ctx.tx(async (ctx) => {
      // What one that was overtaken meets says nothing about the audience.
      await heldOrThrow(ctx)
      await sql`
        update audiences.live set failures = failures + 1, rebuild_wanted_at = null, rebuild_started_at = null,
          retry_at = ${ctx.now()}::timestamptz + make_interval(secs => least(3600, 5 * power(2, least(failures, 12))))
        where audience_id = ${id}`.execute(ctx.pg)
      await sql`
        update audiences.audience set error = ${reason}, failing_since = coalesce(failing_since, ${ctx.now()})
        where id = ${id}`.execute(ctx.pg)
    })
  }

  const apply = async (
    ready: readonly Followed[],
    answers: ReadonlyMap<string, ReadonlySet<number>>,
    nos: readonly number[],
    at: Date,
  ): Promise<Moved[]> => {
    const moving: { one: Followed; entered: number[]; left: number[] }[] = []
    for (const one of ready) {
      const belong = answers.get(one.id)
      if (!belong) continue
      const { entered, left } = differences(one, belong, nos)
      if (entered.length + left.length > 0) moving.push({ one, entered, left })
    }
    if (moving.length === 0) return []
    await giveNumbers(
      ctx,
      moving.map(({ one }) => one),
    )
    const moved = moving.map(({ one, entered, left }): Moved => {
      const refresh = one.numbers.next++
      const size = one.members.size() + entered.length - left.length
      return { id: one.id, version: one.version, refresh, size, entered, left, rebuilt: false }
    })
    const when = at.toISOString().replace('T', ' ').replace('Z', '')
    const lines = moved.flatMap(({ id, version, refresh, entered, left }) => [
      ...entered.map((no) => `${id}\t${version}\t${refresh}\t${when}\t${no}\t1\n`),
      ...left.map((no) => `${id}\t${version}\t${refresh}\t${when}\t${no}\t0\n`),
    ])
    await ctx.ch.insert('audience_changes', lines.join(''))
    const there = await ctx.tx(async (ctx) => {
      await heldOrThrow(ctx)
      const there = await publish(ctx, moved, at)
      for (const one of moved) if (there.has(one.id)) await tellMoved(ctx, one, at)
      return there
    })
    for (const { one, entered, left } of moving) {
      if (!there.has(one.id)) {
        followed.delete(one.id)
        continue
      }
      for (const no of entered) one.members.put(no, true)
      for (const no of left) one.members.put(no, false)
      one.entered += entered.length
      one.left += left.length
    }
    return moved.filter(({ id }) => there.has(id))
  }

  const heldOrThrow = async (ctx: Ctx) => {
    if (lease && (await stillHeld(ctx, lease))) return
    throw new Error('another process follows the living audiences now')
  }

  /** What people see of those who did not move: how far they are, and how long the increments took. */
  const say = async (ready: readonly Followed[], { touched }: Pick<Tick, 'touched'>, tookMs: number) => {
    if (touched > 0) busy = { tookMs, touched }
    const now = performance.now()
    if (ready.length === 0 || now - saidAt < pace.sayEveryMs) return
    saidAt = now
    const ids = ready.map(({ id }) => id)
    const instants = ready.map(({ asOf }) => asOf.toISOString())
    await ctx.tx(async (ctx) => {
      await heldOrThrow(ctx)
      await sql`
        update audiences.audience a set as_of = greatest(a.as_of, said.at)
        from unnest(${ids}::uuid[], ${instants}::timestamptz[]) as said (id, at) where said.id = a.id`.execute(ctx.pg)
      await sql`
        update audiences.live set tick_ms = ${Math.round(busy.tookMs)}, tick_touched = ${busy.touched}
        where audience_id = any(${ids}::uuid[])`.execute(ctx.pg)
    })
  }

  const store = async (one: Followed) => {
    if (!(await storeMembers(ctx, one, heldOrThrow))) followed.delete(one.id)
  }

  const storeDue = async () => {
    for (const one of followed.values())
      if (one.entered + one.left > 0 && Date.now() - one.storedAt > pace.storeEveryMs) await store(one)
  }

  /** Computes them one after another beside the ticks. */
  const startRebuild = (due: readonly LiveRow[]) => {
    if (rebuilding || due.length === 0) return
    const lane = { id: '', place: log.end() }
    const one = async (row: LiveRow) => {
      lane.id = row.id
      lane.place = log.end()
      try {
        followed.set(
          row.id,
          await rebuild(ctx, row, { place: lane.place, before: followed.get(row.id), pace, heldOrThrow }),
        )
      } catch (error) {
        if (!isBusy(error)) await failed(row.id, error)
      }
    }
    const all = async () => {
      for (const row of due) if (lease && !stopped && held === 0) await one(row)
    }
    const done = all()
      .catch((error: unknown) => {
        ctx.log.error({ audience: lane.id, error }, 'living audience not computed')
      })
      .finally(() => {
        rebuilding = undefined
      })
    rebuilding = { lane, done }
  }

  const tick = (): Promise<Tick> => {
    ticking ??= oneTick()
      .catch((error: unknown) => {
        // Perhaps somebody else follows by now: ask before the next.
        leasedAt = Number.NEGATIVE_INFINITY
        throw error
      })
      .finally(() => {
        ticking = undefined
      })
    return ticking
  }

  return {
    tick,
    rebuilt: async () => {
      while (rebuilding) await rebuilding.done
    },
    hold: async () => {
      held++
      await ticking?.catch(() => undefined)
      await rebuilding?.done
      return () => void held--
    },
    start: (ticked) => {
      const next = async () => {
        const startedAt = performance.now()
        try {
          ticked?.(await tick())
          failing = false
        } catch (error) {
          // Said once: a store that is away fails each second.
          if (!stopped && !failing) ctx.log.error({ error }, 'living audiences not brought up to date')
          failing = true
        }
        if (stopped) return
        // Others get their turn also when a tick takes longer than it should.
        const tookMs = performance.now() - startedAt
        timer = setTimeout(() => void next(), Math.max(100, tookMs / 4, pace.tickEveryMs - tookMs))
      }
      void next()
    },
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await ticking?.catch(() => undefined)
      await rebuilding?.done
      try {
        for (const one of followed.values()) if (one.entered + one.left > 0) await store(one)
        if (lease) await giveUpLease(ctx, lease)
        await letGo()
      } catch (error) {
        // Whoever takes over computes everything anew.
        ctx.log.warn({ error }, 'living audiences not stored')
      }
    },
  }
}

/** Somebody refreshes it right now, or it was deleted: nothing is wrong with it. */
const isBusy = (error: unknown): boolean =>
  error instanceof Problem && ['audiences.refreshing', 'audiences.unknown', 'audiences.overtaken'].includes(error.code)
