import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { readTouched, type TouchedReader } from '#customers'
import { type Ctx, ch } from '#platform'
import { compile } from '../condition.ts'
import type { FactTable, World } from '../condition-world.ts'
import type { Definition } from '../contract.ts'
import { tagsNamed } from '../contract.ts'
import { eachCondition } from '../definition-mentions.ts'
import { buildMembership, refreshFailed, showRefresh, takeLease as takeAudience } from '../refresh.ts'
import { type WindowEdge, whole, windowEdges } from '../window-edges.ts'
import { worldOf, zone } from '../world.ts'
import { type Bitset, openBitset } from './bitset.ts'
import { deliverMoved } from './deliver.ts'
import { crossed, crossings, type LaterRows, withRelated } from './edges.ts'
import { dropLeftFacts, type Facts, openFacts, wantedBy } from './facts.ts'
import { giveUpLease, type Lease, stillHeld, takeLease } from './lease.ts'
import { type Moved, membersNow, publish, tellMoved } from './moves.ts'
import { openTouchedLog, type TouchedLog } from './touched-log.ts'
import '../tables.ts'
import './tables.ts'

const { u32, uuid, moment } = ch

/** How the follower paces itself. Milliseconds, except where the name says otherwise. */
export interface Pace {
  /** Between the starts of two ticks. */
  tickEveryMs: number
  /** For the increments of one audience; who needs longer is computed anew instead. */
  tickSeconds: number
  /** For one audience computed in full. Short, since others wait for theirs meanwhile. */
  rebuildSeconds: number
  /** Customers of one tick; more are cheaper computed in full. */
  mostTouched: number
  /** How often the bitmap of an audience that moved is stored, which bounds what a reader adds to it. */
  storeEveryMs: number
  /** Least time between two full computations of an audience that depends on everybody. */
  wholeEveryMs: number
  /** Each audience is computed in full this often at least, which would mend an increment that was lost. */
  checkEveryMs: number
  /** Whom the clock moved is looked for again after this many times what the last look took. */
  restAfterLook: number
  /** How often it is written down how far audiences are that did not move. */
  sayEveryMs: number
}

export const usualPace: Pace = {
  tickEveryMs: 1_000,
  tickSeconds: 5,
  rebuildSeconds: 60,
  mostTouched: 50_000,
  storeEveryMs: 300_000,
  wholeEveryMs: 60_000,
  checkEveryMs: 6 * 3_600_000,
  restAfterLook: 10,
  sayEveryMs: 5_000,
}

/** An audience whose members are in memory, true of `asOf`. */
interface Followed {
  id: string
  version: number
  definition: Definition
  /** The compiled definition as of a fixed instant: changes when anything it depends on does. */
  signature: string
  members: Bitset
  asOf: Date
  edges: readonly WindowEdge[]
  later: ReadonlySet<LaterRows>
  tables: ReadonlySet<FactTable>
  whole: boolean
  /** Its place in the log of touched customers: what follows was not applied. */
  place: number
  numbers: { next: number; last: number }
  builtAt: number
  buildMs: number
  storedAt: number
  /** Since the bitmap was stored. */
  entered: number
  left: number
}

interface LiveRow {
  id: string
  version: number
  definition: Definition
  rebuild_wanted_at: Date | null
  retry_at: Date | null
  failures: number
}

/** What a tick did. */
export interface Tick {
  /** Whether this process follows. */
  following: boolean
  touched: number
  /** Customers the clock alone moved, or may have. */
  crossed: number
  moved: readonly Moved[]
  /** Audiences whose increments were computed. */
  audiences: number
  tookMs: number
}

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

/** Any instant does, so long as it is always the same one. */
const fixedInstant = new Date('2026-01-01T00:00:00Z')
/** Numbers of refreshes taken from Postgres at once. */
const numbersAtOnce = 500
/** Definitions evaluated by one statement. */
const together = 10
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
  let rebuilding: { id: string; place: number; done: Promise<void> } | undefined
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
    await rebuilding?.done
    followed.clear()
    lease = undefined
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

  const signatureOf = (definition: Definition, value: World): string =>
    JSON.stringify(ch.render(compile(definition, { ...value, at: fixedInstant, merges: true }).members))

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
      ({ id, whole }) => !whole && id !== rebuilding?.id && !due.some((row) => row.id === id),
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
    log.forgetBefore(Math.min(place, rebuilding?.place ?? place, ...[...followed.values()].map(({ place }) => place)))
    return { following: true, ...done, audiences: ready.length, tookMs }
  }

  /** Full computations wait for each other, failed ones until their time has come again. */
  const needsRebuild = (row: LiveRow, value: World): boolean => {
    if (rebuilding?.id === row.id || (row.retry_at !== null && row.retry_at > ctx.now())) return false
    const held = followed.get(row.id)
    if (!held || row.rebuild_wanted_at !== null || row.version !== held.version) return true
    const ageMs = Date.now() - held.builtAt
    if (ageMs > pace.checkEveryMs) return true
    // A burst of imports is followed by computing in full, not more often than that takes a tenth of the time.
    if (log.sizeAfter(held.place) > pace.mostTouched) return ageMs > 10 * held.buildMs
    if (held.whole && (held.edges.length > 0 || log.sizeAfter(held.place) > 0))
      return ageMs >= Math.max(pace.wholeEveryMs, 20 * held.buildMs)
    try {
      return signatureOf(row.definition, value) !== held.signature
    } catch {
      // It cannot be compiled any more; computing it says why, where people see it.
      return true
    }
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
      over = await overBy(ready, world)
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
    if (nos.length > 0) {
      const answers = await evaluate(within, nos, world)
      good = within.filter(({ id }) => answers.has(id))
      moved = await apply(good, answers, nos, at)
    }
    for (const one of good) {
      one.place = place
      if (look) one.asOf = at
    }
    return { touched: nos.length, crossed: over.length, moved }
  }

  /** Whom the clock moved, or may have. An audience whose question fails is left out, so that it does not stop the others. */
  const overBy = async (ready: readonly Followed[], world: World): Promise<number[]> => {
    const ask = (ones: readonly Followed[]) =>
      crossed(
        ctx,
        ones.flatMap(({ edges, later, asOf }) => crossings(edges, later, asOf, world.at, zone)),
        world,
        { timeoutSeconds: pace.tickSeconds, most: pace.mostTouched + 1 },
      )
    try {
      return await ask(ready)
    } catch {
      const found: number[] = []
      for (const one of ready)
        await ask([one]).then(
          (nos) => void found.push(...nos),
          (error: unknown) => failed(one.id, error),
        )
      return found
    }
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

  /** Who of `nos` belongs to each. An audience that cannot be answered is missing, and will be computed in full. */
  const evaluate = async (
    ready: readonly Followed[],
    nos: readonly number[],
    world: World,
  ): Promise<Map<string, ReadonlySet<number>>> => {
    if (!facts) throw new Error('nothing is followed')
    const tables = new Set(ready.flatMap(({ tables }) => [...tables]))
    const definitions = [...ready.map(({ definition }) => definition), ...world.audiences.values()]
    const from = await facts.take(nos, tables, wantedBy(definitions, world.at, zone))
    const answers = new Map<string, ReadonlySet<number>>()
    const ask = async (ones: readonly Followed[]) => {
      const questions = ones.map(
        ({ definition }, i) =>
          ch.sql`select ${u32(i)} as i, bitmapToArray(members) as nos from (${compile(definition, { ...world, from }).members})`,
      )
      const rows = await ctx.ch.rows<{ i: number; nos: number[] }>(ch.join(questions, ' union all '), {
        timeoutSeconds: pace.tickSeconds,
      })
      for (const { i, nos } of rows) {
        const id = ones[i]?.id
        if (id !== undefined) answers.set(id, new Set(nos))
      }
    }
    for (let i = 0; i < ready.length; i += together) {
      const ones = ready.slice(i, i + together)
      try {
        await ask(ones)
      } catch (error) {
        if (ones.length === 1 && ones[0]) await failed(ones[0].id, error)
        else for (const one of ones) await ask([one]).catch((error: unknown) => failed(one.id, error))
      }
    }
    return answers
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
      const entered: number[] = []
      const left: number[] = []
      for (const no of nos) {
        const now = belong.has(no)
        if (now !== one.members.has(no)) (now ? entered : left).push(no)
      }
      if (entered.length + left.length > 0) moving.push({ one, entered, left })
    }
    if (moving.length === 0) return []
    await giveNumbers(moving.map(({ one }) => one))
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

  const giveNumbers = async (ones: readonly Followed[]) => {
    const empty = ones.filter(({ numbers }) => numbers.next > numbers.last)
    if (empty.length === 0) return
    const { rows } = await sql<{ id: string; last: number }>`
      update audiences.audience set refresh_given = refresh_given + ${numbersAtOnce}
      where id = any(${empty.map(({ id }) => id)}::uuid[]) returning id, refresh_given as last`.execute(ctx.pg)
    for (const one of empty) {
      const last = rows.find(({ id }) => id === one.id)?.last
      if (last !== undefined) one.numbers = { next: last - numbersAtOnce + 1, last }
    }
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

  const storeDue = async () => {
    for (const one of followed.values())
      if (one.entered + one.left > 0 && Date.now() - one.storedAt > pace.storeEveryMs) await store(one)
  }

  /** Writes the bitmap down, so that readers need not add up more than a few minutes of moves. */
  const store = async (one: Followed) => {
    const shown = await ctx.pg
      .selectFrom('audiences.audience')
      .select(['id', 'refresh_shown', 'feed_refresh'])
      .where('id', '=', one.id)
      .executeTakeFirst()
    if (!shown) return void followed.delete(one.id)
    await giveNumbers([one])
    const refresh = one.numbers.next++
    const startedAt = performance.now()
    await ctx.ch.command(
      ch.sql`insert into audience_membership (audience_id, version, refresh, members, at) select ${uuid(one.id)}, ${u32(one.version)}, ${u32(refresh)}, bitmap, ${moment(one.asOf)} from ${await membersNow(ctx, shown)}`,
    )
    const stored = await ctx.ch.one<{ size: number }>(
      ch.sql`select toUInt32(groupBitmapMerge(members)) as size from audience_membership where audience_id = ${uuid(one.id)} and refresh = ${u32(refresh)}`,
    )
    if (stored?.size !== one.members.size()) {
      ctx.log.error({ audience: one.id, stored: stored?.size, held: one.members.size() }, 'moves do not add up')
      return void followed.delete(one.id)
    }
    const { entered, left } = one
    await ctx.tx(async (ctx) => {
      await heldOrThrow(ctx)
      const there = await publish(
        ctx,
        [{ id: one.id, refresh, size: stored.size, entered: [], left: [], rebuilt: false }],
        one.asOf,
      )
      if (!there.has(one.id)) return
      await ctx.pg.updateTable('audiences.audience').set({ refresh_shown: refresh }).where('id', '=', one.id).execute()
      await ctx.pg
        .insertInto('audiences.refresh')
        .values({
          audience_id: one.id,
          refresh,
          version: one.version,
          as_of: one.asOf,
          size: stored.size,
          entered,
          left,
          took_ms: Math.round(performance.now() - startedAt),
          by: 'live',
        })
        .execute()
    })
    one.entered -= entered
    one.left -= left
    one.storedAt = Date.now()
  }

  const startRebuild = (due: readonly LiveRow[]) => {
    const [row] = due
    if (rebuilding || !row) return
    const place = log.end()
    const done = rebuild(row, place)
      .catch((error: unknown) => {
        ctx.log.error({ audience: row.id, error }, 'living audience not computed')
      })
      .finally(() => {
        rebuilding = undefined
      })
    rebuilding = { id: row.id, place, done }
  }

  /** @param place in the log before which everything is read by what is computed now */
  const rebuild = async ({ id, rebuild_wanted_at }: LiveRow, place: number) => {
    const startedAt = performance.now()
    const before = followed.get(id)
    const audienceLease = randomUUID()
    const leased = await takeAudience(ctx, id, audienceLease)
    try {
      await ctx.pg
        .updateTable('audiences.live')
        .set({ rebuild_started_at: ctx.now() })
        .where('audience_id', '=', id)
        .execute()
      const { version, definition } = leased
      const value = await worldOf(ctx, definition)
      const signature = signatureOf(definition, value)
      const built = await buildMembership(ctx, {
        ...leased,
        id,
        refresh: leased.refresh_given,
        timeoutSeconds: pace.rebuildSeconds,
      })
      const members = openBitset()
      for await (const nos of storedMembers(ctx, id, built.refresh)) for (const no of nos) members.put(no, true)
      const depends = whole(definition, value.audiences)
      const byTimetable = rebuild_wanted_at === null && before?.version === version
      await ctx.tx(async (ctx) => {
        await heldOrThrow(ctx)
        await showRefresh(ctx, { id, lease: audienceLease, leased, built, byTimetable })
        await ctx.pg
          .updateTable('audiences.live')
          .set({ rebuild_wanted_at: null, rebuild_started_at: null, failures: 0, retry_at: null, whole: depends })
          .where('audience_id', '=', id)
          .execute()
      })
      await deliverMoved(ctx, [id])
      followed.set(id, {
        id,
        version,
        definition,
        signature,
        members,
        asOf: built.asOf,
        edges: windowEdges(definition, value.audiences),
        later: laterRowsOf(definition, value),
        tables: tablesOf(definition, value),
        whole: depends,
        place,
        numbers: { next: 1, last: 0 },
        builtAt: Date.now(),
        buildMs: performance.now() - startedAt,
        storedAt: Date.now(),
        entered: 0,
        left: 0,
      })
    } catch (error) {
      await refreshFailed(ctx, { id, lease: audienceLease, error })
      await failed(id, error)
    }
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
        timer = setTimeout(() => void next(), Math.max(100, tookMs / 2, pace.tickEveryMs - tookMs))
      }
      void next()
    },
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await ticking?.catch(() => undefined)
      await rebuilding?.done
      try {
        for (const one of [...followed.values()]) if (one.entered + one.left > 0) await store(one)
        if (lease) await giveUpLease(ctx, lease)
        await letGo()
      } catch (error) {
        // Whoever takes over computes everything anew.
        ctx.log.warn({ error }, 'living audiences not stored')
      }
    },
  }
}

/** Numbers of one page on the way back. */
const pageSize = 100_000

async function* storedMembers(ctx: Ctx, id: string, refresh: number): AsyncGenerator<number[]> {
  for (let after = 0; ; ) {
    const row = await ctx.ch.one<{ nos: number[] }>(
      ch.sql`select arraySort(bitmapToArray(bitmapSubsetLimit(bitmap, toUInt32(${u32(after + 1)}), toUInt32(${u32(pageSize)})))) as nos from (select groupBitmapMergeState(members) as bitmap from audience_membership where audience_id = ${uuid(id)} and refresh = ${u32(refresh)})`,
    )
    const nos = row?.nos ?? []
    yield nos
    const last = nos.at(-1)
    if (last === undefined || nos.length < pageSize) return
    after = last
  }
}

/** Tables that a definition reads: those that its statement asks for. */
const tablesOf = (definition: Definition, value: World): Set<FactTable> => {
  const read = new Set<FactTable>()
  const from = new Proxy(
    {},
    {
      get: (_, table) => {
        read.add(table as FactTable)
        return undefined
      },
    },
  )
  compile(definition, { ...value, from })
  return read
}

/** Values of tags and words about consent are true from an instant on, which may lie ahead. */
const laterRowsOf = (definition: Definition, { audiences }: World): Set<LaterRows> => {
  const found = new Set<LaterRows>()
  for (const each of [definition, ...audiences.values()]) {
    if (tagsNamed(each).length > 0) found.add('tag_values')
    eachCondition(each, (node) => {
      if ('consent' in node) found.add('customer_consents')
    })
  }
  return found
}
