import { sql } from 'kysely'
import { type Ctx, isStoreAway } from '#platform'
import { isArmed } from '../delivery/armed.ts'
import { advance, type Decide, type Group } from './advance.ts'
import { dueNow, nextDue, type Traveller } from './claim.ts'
import { endStopped } from './end-stopped.ts'
import { findOut, type NotPersonalised } from './facts.ts'
import { copyPassages } from './passages.ts'
import { goingFrom, openLedger } from './settle.ts'
import { versionOf } from './versions.ts'
import { onWake } from './wake.ts'

/** What the engine asks of others. */
export interface Outside {
  decide: Decide
  notPersonalised: NotPersonalised
}

export interface Round {
  /** People looked at and held. */
  moved: number
  /** Whether there may be more that is due now. */
  more: boolean
}

export interface Engine {
  /** One set of people whose time has come. Rounds never overlap. */
  round(): Promise<Round>
  /** Rounds until nothing is due now. @returns how many people were moved */
  drain(): Promise<number>
  /** Works by itself from now on. */
  start(): void
  /** Comes to rest and does nothing until told to go on: for a backup. */
  hold(): Promise<() => void>
  stop(): Promise<void>
}

/** People in one transaction: large enough for set statements to pay, small enough to let others at the one connection. */
const setSize = 1_000
/** How long nothing is looked at when nothing is due; another process may have made something due. */
const pollMs = 1_000
/** After being woken it looks again so soon, since what woke it may not have been committed yet. */
const wokenLooksMs = [0, 20, 60, 150] as const
const copyEveryMs = 1_000
/** Those whose step cannot be looked at now are looked at again after so long, and stand in nobody's way. */
const postponeMs = 30_000

/**
 * Moves people through journeys. Any number of processes may run one: whom one holds the others pass over, and everything about
 * a move is written in one transaction, so nothing is done twice and nothing is lost wherever it stops.
 * @param told how many people each set moved
 */
export const openEngine = (ctx: Ctx, outside: Outside, told?: (moved: number) => void): Engine => {
  let each = setSize
  let held = 0
  let stopped = false
  let turn: Promise<unknown> = Promise.resolve()
  let loop: Promise<void> | undefined
  let wake: (() => void) | undefined
  let woken = 0
  let failing = false
  let copiedAt = Number.NEGATIVE_INFINITY

  const oneRound = async (): Promise<Round> => {
    // After a restore nobody moves before sending is armed: what was due since the backup may have been done.
    if (held > 0 || stopped || !(await isArmed(ctx))) return { moved: 0, more: false }
    const ended = await endStopped(ctx)
    const due = await dueNow(ctx, { each, most: setSize })
    const campaigns = new Set(due.map(({ campaignId }) => campaignId)).size
    each = Math.max(50, Math.ceil(setSize / Math.max(1, campaigns)))
    const moved = due.length === 0 ? 0 : await moveSet(ctx, due, outside)
    told?.(moved)
    return { moved, more: ended || due.length > 0 }
  }

  const round = (): Promise<Round> => {
    const mine = turn.then(oneRound)
    turn = mine.catch(() => undefined)
    return mine
  }

  const copy = async () => {
    if (performance.now() - copiedAt < copyEveryMs) return
    copiedAt = performance.now()
    await copyPassages(ctx).catch((error: unknown) =>
      ctx.log.warn({ error }, 'passages not copied for analysis, tried again'),
    )
  }

  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms)
      function done() {
        clearTimeout(timer)
        wake = undefined
        resolve()
      }
      wake = done
    })

  const run = async () => {
    while (!stopped) {
      let more = false
      try {
        more = (await round()).more
        if (held === 0 && !stopped) await copy()
        if (failing) ctx.log.info('journeys go on')
        failing = false
      } catch (error) {
        if (!failing) ctx.log.error({ error }, 'journeys do not go on, tried again each second')
        failing = true
      }
      if (more && !failing) {
        woken = 0
        continue
      }
      if (stopped) return
      const look = wokenLooksMs[woken]
      if (look !== undefined && woken > 0) {
        woken = woken + 1 < wokenLooksMs.length ? woken + 1 : 0
        await sleep(look)
      } else await sleep(await restMs())
    }
  }

  /** Until the next is due, at most a second. */
  const restMs = async (): Promise<number> => {
    if (failing || held > 0) return pollMs
    const next = await nextDue(ctx).catch(() => undefined)
    return next ? Math.max(5, Math.min(pollMs, next.getTime() - ctx.now().getTime())) : pollMs
  }

  const unwatch = onWake(ctx, () => {
    woken = 1
    wake?.()
  })

  return {
    round,
    drain: async () => {
      for (let moved = 0; ; ) {
        const done = await round()
        moved += done.moved
        if (!done.more || done.moved === 0) return moved
      }
    },
    start: () => {
      loop ??= run()
    },
    hold: async () => {
      held += 1
      await turn
      // What is on its way to ClickHouse stays in Postgres, and so in the backup.
      await copyPassages(ctx).catch(() => undefined)
      return () => {
        held -= 1
        wake?.()
      }
    },
    stop: async () => {
      stopped = true
      unwatch()
      wake?.()
      await loop
      await turn
    },
  }
}

/** Finds out what a set needs and moves it. What cannot be found out now is postponed, and keeps nobody else. */
const moveSet = async (ctx: Ctx, due: readonly Traveller[], outside: Outside): Promise<number> => {
  const groups: Group[] = []
  for (const people of Map.groupBy(due, ({ campaignId, version }) => `${campaignId} ${version}`).values()) {
    const [first] = people
    if (!first) continue
    try {
      const version = await versionOf(ctx, first.campaignId, first.version)
      groups.push({ version, people, facts: await findOut(ctx, version, people, outside.notPersonalised) })
    } catch (error) {
      if (isStoreAway(error)) throw error
      const { campaignId, version } = first
      ctx.log.error({ error, campaignId, version }, 'steps of a journey cannot be looked at, tried again in 30 seconds')
      await postpone(ctx, people)
    }
  }
  return moveGroups(ctx, groups, outside.decide)
}

const postpone = (ctx: Ctx, people: readonly Traveller[]) =>
  sql`update campaigns.entry e set due_at = ${new Date(ctx.now().getTime() + postponeMs)}
    from unnest(${people.map(({ id }) => id)}::bigint[], ${people.map(({ hop }) => hop)}::int[]) as u (id, hop)
    where e.id = u.id and e.hop = u.hop`.execute(ctx.pg)

/** All together; where that fails, by halves, until the one who makes it fail stands alone and is marked. */
const moveGroups = async (ctx: Ctx, groups: readonly Group[], decide: Decide): Promise<number> => {
  const people = groups.reduce((sum, { people }) => sum + people.length, 0)
  if (people === 0) return 0
  try {
    return await advance(ctx, groups, decide)
  } catch (error) {
    if (isStoreAway(error) || isContention(error)) throw error
    if (people === 1) {
      const [one] = groups.flatMap(({ people }) => people)
      ctx.log.error({ error, entry: one?.id }, 'a person cannot be moved in a journey and is marked as failed')
      if (one) await markFailed(ctx, one, error)
      return 1
    }
    const [left, right] = halves(groups, Math.ceil(people / 2))
    return (await moveGroups(ctx, left, decide)) + (await moveGroups(ctx, right, decide))
  }
}

/** Serialization failures and deadlocks say nothing about anybody. */
const isContention = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '40001' || error.code === '40P01')

const halves = (groups: readonly Group[], first: number): [Group[], Group[]] => {
  const left: Group[] = []
  const right: Group[] = []
  let taken = 0
  for (const group of groups) {
    const here = Math.max(0, Math.min(group.people.length, first - taken))
    taken += group.people.length
    if (here > 0) left.push({ ...group, people: group.people.slice(0, here) })
    if (here < group.people.length) right.push({ ...group, people: group.people.slice(here) })
  }
  return [left, right]
}

const markFailed = (ctx: Ctx, traveller: Traveller, error: unknown) =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql`
      select 1 from campaigns.entry where id = ${traveller.id}::bigint and hop = ${traveller.hop} and state = 'active'
      for update`.execute(ctx.pg)
    if (rows.length === 0) return
    const one = goingFrom(traveller)
    const ledger = openLedger(ctx.now(), () => new Set())
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'error'
    ledger.leave(one, 'failed', null, { state: 'failed', reason: reason.slice(0, 100) })
    await ledger.write(ctx, [one])
  })
