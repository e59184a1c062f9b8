import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { Fault, fetchPage } from './fetch.ts'
import { parseRobots, type Robots, robotsAllow } from './robots.ts'
import type { Politeness } from './sources-contract.ts'
import './tables.ts'

/** Manners toward a host, kept in Postgres: all processes and all sources on that host share them. */

const agentName = 'zhiyin'

/** How we say who we are, with the place to complain. */
export const userAgentOf = ({ config }: Pick<Ctx, 'config'>): string =>
  `Zhiyin/0.1 (public opinion monitor${config.publicUrl ? `; +${config.publicUrl}` : ''})`

/** It is not this source's turn at the host yet. No failure. */
export class NotYet extends Error {
  readonly waitMs: number
  constructor(waitMs: number) {
    super('the host has its share of requests')
    this.waitMs = waitMs
  }
}

/** Longer is waited for by coming back later, so that others get their turn here. */
const longestWaitMs = 10_000

/**
 * Takes the next place in the line of a host and waits for it.
 * @throws NotYet when the line is longer than ten seconds; no place was taken then
 */
const takeTurn = async (ctx: Ctx, origin: string, gapMs: number, signal?: AbortSignal): Promise<void> => {
  const now = ctx.now()
  const latest = new Date(now.getTime() + longestWaitMs)
  const { rows } = await sql<{ mine: Date }>`
    insert into opinion.source_host as h (origin, free_at) values (${origin}, ${new Date(now.getTime() + gapMs)})
    on conflict (origin) do update set free_at = greatest(h.free_at, ${now}::timestamptz) + make_interval(secs => ${gapMs / 1_000})
      where h.free_at <= ${latest}
    returning free_at - make_interval(secs => ${gapMs / 1_000}) as mine`.execute(ctx.pg)
  const [row] = rows
  if (!row) {
    const held = await ctx.pg
      .selectFrom('opinion.source_host')
      .select('free_at')
      .where('origin', '=', origin)
      .executeTakeFirst()
    throw new NotYet(Math.max(1_000, (held?.free_at.getTime() ?? 0) - now.getTime()))
  }
  const waitMs = row.mine.getTime() - now.getTime()
  if (waitMs > 0) await sleep(waitMs, undefined, signal && { signal })
}

/** RFC 9309, section 2.4: at most a day. What could not be asked is asked again sooner. */
const robotsForMs = 24 * 3_600_000
const brokenRobotsForMs = 30 * 60_000

const nobody: Robots = { rules: [{ allow: false, path: '/' }], crawlDelay: undefined }
const everybody: Robots = { rules: [], crawlDelay: undefined }

/** The rules of a host: of its file, none where there is no file, a closed door where it could not be asked. */
const robotsOf = async (ctx: Ctx, origin: string, signal?: AbortSignal): Promise<Robots> => {
  const now = ctx.now()
  const known = await ctx.pg
    .selectFrom('opinion.source_host')
    .select(['robots', 'robots_status', 'robots_at'])
    .where('origin', '=', origin)
    .executeTakeFirst()
  const status = known?.robots_status
  const freshMs =
    status !== undefined && status !== null && status > 0 && status < 500 ? robotsForMs : brokenRobotsForMs
  if (known?.robots_at && now.getTime() - known.robots_at.getTime() < freshMs)
    return asRules(known.robots, known.robots_status ?? 0)
  const asked = await askRobots(ctx, origin, signal)
  // While it cannot be asked, what it said last holds.
  const kept = asked.status === 0 || asked.status >= 500 ? { text: known?.robots ?? null } : { text: asked.text }
  const row = { robots: kept.text, robots_status: asked.status, robots_at: now }
  await ctx.pg
    .insertInto('opinion.source_host')
    .values({ origin, free_at: now, ...row })
    .onConflict((conflict) => conflict.column('origin').doUpdateSet(row))
    .execute()
  return asRules(kept.text, asked.status)
}

const asRules = (text: string | null, status: number): Robots => {
  if (text !== null) return parseRobots(text, agentName)
  return status >= 400 && status < 500 ? everybody : nobody
}

const askRobots = async (
  ctx: Ctx,
  origin: string,
  signal?: AbortSignal,
): Promise<{ status: number; text: string | null }> => {
  try {
    const { bytes } = await fetchPage({
      url: `${origin}/robots.txt`,
      auth: { type: 'none' },
      secret: undefined,
      userAgent: userAgentOf(ctx),
      allowInside: ctx.config.webhooksPrivate,
      timeoutMs: 10_000,
      mostBytes: 1_048_576,
      ...(signal && { signal }),
    })
    return { status: 200, text: bytes.toString('utf8').replaceAll('\0', '') }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { status: error.status ?? 0, text: null }
  }
}

/**
 * What is asked before every request of a source: its turn, and leave.
 * @throws NotYet, Fault `robots`
 */
export const mannersOf =
  (ctx: Ctx, { requestsPerMinute, robots }: Politeness, signal?: AbortSignal) =>
  async (url: string): Promise<void> => {
    const { origin } = new URL(url)
    let gapMs = 60_000 / requestsPerMinute
    if (robots) {
      const rules = await robotsOf(ctx, origin, signal)
      if (!robotsAllow(rules, url)) throw new Fault('robots', new URL(url).pathname)
      gapMs = Math.max(gapMs, (rules.crawlDelay ?? 0) * 1_000)
    }
    await takeTurn(ctx, origin, gapMs, signal)
  }
