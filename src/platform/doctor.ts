import { createServer } from 'node:net'
import { sql } from 'kysely'
import { sql as chSql } from './clickhouse/sql.ts'
import { type ShownSetting, showConfig } from './config.ts'
import type { Ctx } from './ctx.ts'
import type { HealthCheck } from './feature.ts'

export interface Diagnosis {
  ok: boolean
  checks: HealthCheck[]
  settings: ShownSetting[]
}

/** Oldest servers the SQL of this program was tried on. */
const oldestClickHouse = 25.8
const oldestPostgres = 15
/** More than this apart, timestamps of two processes no longer compare. */
const clockToleranceMs = 5_000

/** Looks at everything that commonly goes wrong in an installation. */
export const doctor = async (ctx: Ctx): Promise<Diagnosis> => {
  const checks = await Promise.all([
    attempt('health', () => ctx.health()),
    attempt('versions', () => versions(ctx)),
    attempt('clock', () => clock(ctx)),
    attempt('keys', () => keys(ctx)),
    attempt('port', () => port(ctx)),
  ])
  const all = checks.flat()
  return { ok: all.every(({ ok }) => ok), checks: all, settings: showConfig(ctx.config) }
}

const attempt = async (name: string, run: () => Promise<HealthCheck[]>): Promise<HealthCheck[]> => {
  try {
    return await run()
  } catch (error) {
    return [
      { name, ok: false, blocking: true, detail: error instanceof Error ? error.message.slice(0, 300) : 'failed' },
    ]
  }
}

const versions = async (ctx: Ctx): Promise<HealthCheck[]> => {
  const postgres = await ctx.store.version()
  const clickhouse = await ctx.ch.version()
  return [
    {
      name: 'postgres version',
      ok: Number.parseInt(postgres, 10) >= oldestPostgres,
      blocking: false,
      detail: postgres,
      code: 'version',
      values: { version: postgres, oldest: oldestPostgres },
      remedy: `Use PostgreSQL ${oldestPostgres} or later`,
    },
    {
      name: 'clickhouse version',
      ok: Number.parseFloat(clickhouse) >= oldestClickHouse,
      blocking: false,
      detail: clickhouse,
      code: 'version',
      values: { version: clickhouse, oldest: oldestClickHouse },
      remedy: `Use ClickHouse ${oldestClickHouse} or later`,
    },
  ].map(({ remedy, ...check }) => (check.ok ? check : { ...check, remedy }))
}

const clock = async (ctx: Ctx): Promise<HealthCheck[]> => {
  const before = Date.now()
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(ctx.store.db)
  const clickhouseNow = Number(
    (await ctx.ch.one<{ now: string }>(chSql`select toString(toUnixTimestamp64Milli(now64(3))) as now`))?.now ?? before,
  )
  const apart = [rows[0]?.now.getTime() ?? before, clickhouseNow].map((at) => Math.abs(at - (before + Date.now()) / 2))
  const worst = Math.max(...apart)
  const ok = worst < clockToleranceMs && before > Date.UTC(2026, 0, 1)
  return [
    {
      name: 'clock',
      ok,
      blocking: false,
      detail: `stores are at most ${Math.round(worst)} ms from this machine`,
      code: 'clock',
      values: { ms: Math.round(worst) },
      ...(!ok && { remedy: 'Run a time service (chrony) on every machine' }),
    },
  ]
}

const keys = async (ctx: Ctx): Promise<HealthCheck[]> => [
  ctx.config.masterKey
    ? { name: 'master key', ok: true, blocking: false, detail: 'from the environment', code: 'masterKey.environment' }
    : {
        name: 'master key',
        ok: true,
        blocking: false,
        detail: `file master.key in the data folder: keep a copy apart from the backups`,
        code: 'masterKey.file',
      },
]

/** Free, or taken by a Zhiyin server (this one, when the doctor is asked over HTTP). */
const port = async ({ config }: Ctx): Promise<HealthCheck[]> => {
  const { host, port } = config
  const told = { name: 'port', ok: true, blocking: false, values: { place: `${host}:${port}` } }
  if (port === 0) return [{ ...told, detail: 'a free one is taken at start', code: 'port.any' }]
  const free = await new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
  if (free) return [{ ...told, detail: `${host}:${port} is free`, code: 'port.free' }]
  const ours = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/health/live`, {
    signal: AbortSignal.timeout(2_000),
  })
    .then(async (answer) => ((await answer.json()) as { status?: string }).status === 'live')
    .catch(() => false)
  if (ours) return [{ ...told, detail: `a Zhiyin server answers on ${host}:${port}`, code: 'port.ours' }]
  return [
    {
      ...told,
      ok: false,
      detail: `${host}:${port} is taken by another program`,
      code: 'port.taken',
      remedy: 'Stop it, or set ZHIYIN_PORT (0 takes a free one)',
    },
  ]
}
