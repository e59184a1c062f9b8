import { resolve } from 'node:path'
import { z } from 'zod'
import { roles } from './permissions.ts'
import { problem } from './problem.ts'

/** One setting: where it comes from, what it may be, why it exists. `zhiyin doctor` prints this table. */
interface Setting<T> {
  env: string
  reason: string
  secret?: boolean
  schema: z.ZodType<T>
}

const setting = <T>(env: string, schema: z.ZodType<T>, reason: string, secret = false): Setting<T> => ({
  env,
  schema,
  reason,
  secret,
})

const whole = (min: number, max: number, fallback: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback)
const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true' || value === '1')
const optionalText = z.string().min(1).optional()
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )

/** Every setting there is. The only place that reads the environment is `readConfig` below. */
const settings = {
  dataDir: setting(
    'ZHIYIN_DATA_DIR',
    z
      .string()
      .min(1)
      .default('./data')
      .transform((path) => resolve(path)),
    'Folder with the embedded databases, keys and files; one process at a time',
  ),
  host: setting(
    'ZHIYIN_HOST',
    z.string().min(1).default('127.0.0.1'),
    'Address to listen on; stays on this machine unless you say otherwise',
  ),
  port: setting('ZHIYIN_PORT', whole(0, 65_535, 8787), 'Port to listen on; 0 takes a free one'),
  publicUrl: setting(
    'ZHIYIN_PUBLIC_URL',
    z.url().optional(),
    'Address users see, when a proxy stands in front; https here makes cookies Secure',
  ),
  trustedProxies: setting('ZHIYIN_TRUSTED_PROXIES', list, 'Addresses of proxies whose X-Forwarded-For is believed'),
  postgresUrl: setting(
    'ZHIYIN_POSTGRES_URL',
    optionalText,
    'PostgreSQL 15 or later; without it Postgres runs inside this process',
    true,
  ),
  postgresPool: setting('ZHIYIN_POSTGRES_POOL', whole(2, 200, 10), 'Connections to the PostgreSQL server per process'),
  clickhouseUrls: setting(
    'ZHIYIN_CLICKHOUSE_URL',
    list,
    'ClickHouse 25.8 or later, several nodes separated by commas; without it ClickHouse runs inside this process',
    true,
  ),
  clickhouseDatabase: setting(
    'ZHIYIN_CLICKHOUSE_DATABASE',
    z.string().regex(/^\w+$/).default('zhiyin'),
    'Database on the ClickHouse server',
  ),
  clickhouseCluster: setting(
    'ZHIYIN_CLICKHOUSE_CLUSTER',
    z
      .string()
      .regex(/^[\w-]+$/)
      .optional(),
    'Name of the ClickHouse cluster to shard over',
  ),
  masterKey: setting(
    'ZHIYIN_MASTER_KEY',
    optionalText,
    'Key that wraps all other keys, 32 bytes as base64 or hex; without it a file master.key (mode 0600) is made in the data folder',
    true,
  ),
  logLevel: setting(
    'ZHIYIN_LOG_LEVEL',
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    'Least severe log lines to write',
  ),
  requestBodyBytes: setting(
    'ZHIYIN_REQUEST_BODY_BYTES',
    whole(65_536, 67_108_864, 1_048_576),
    'Largest request body outside of uploads and tracking',
  ),
  uploadBytes: setting(
    'ZHIYIN_UPLOAD_BYTES',
    whole(1_048_576, 17_179_869_184, 4_294_967_296),
    'Largest uploaded import file',
  ),
  minFreeDiskBytes: setting(
    'ZHIYIN_MIN_FREE_DISK_BYTES',
    whole(0, 1_099_511_627_776, 268_435_456),
    'Below this much free disk the server refuses new data instead of losing it',
  ),
  requestsPerMinute: setting(
    'ZHIYIN_REQUESTS_PER_MINUTE',
    whole(60, 10_000_000, 60_000),
    'API requests per minute and caller before 429',
  ),
  ingestQueueMessages: setting(
    'ZHIYIN_INGEST_QUEUE_MESSAGES',
    whole(1_000, 5_000_000, 100_000),
    'Messages waiting for the stores before tracking answers 429',
  ),
  sessionIdleMinutes: setting(
    'ZHIYIN_SESSION_IDLE_MINUTES',
    whole(5, 10_080, 480),
    'A sign-in ends after this long without a request',
  ),
  sessionMaxHours: setting(
    'ZHIYIN_SESSION_MAX_HOURS',
    whole(1, 720, 168),
    'A sign-in ends after this long in any case',
  ),
  totpRoles: setting('ZHIYIN_TOTP_ROLES', list.pipe(z.array(z.enum(roles))), 'Roles that must use a second factor'),
  logRetentionDays: setting(
    'ZHIYIN_LOG_RETENTION_DAYS',
    whole(183, 3_650, 400),
    'Days the access log tables are kept; the Cybersecurity Law asks for six months',
  ),
  metricsOpen: setting(
    'ZHIYIN_METRICS_OPEN',
    flag(false),
    'Whether /metrics answers callers from other machines without a key',
  ),
  webhooksPrivate: setting(
    'ZHIYIN_WEBHOOKS_PRIVATE',
    flag(false),
    'Whether webhooks may go to, and sources of posts be read from, this machine and private networks',
  ),
  evalData: setting('ZHIYIN_EVAL_DATA', optionalText, 'Folder of public data sets for tests and benchmarks'),
  worker: setting('ZHIYIN_WORKER', flag(true), 'Whether `serve` also runs background jobs'),
} as const

export type Config = {
  readonly [Name in keyof typeof settings]: (typeof settings)[Name] extends Setting<infer T> ? T : never
}

/**
 * Reads and checks every setting.
 * @throws platform.configWrong naming each wrong variable and what it may be
 */
export const readConfig = (env: Record<string, string | undefined> = process.env): Config => {
  const wrong: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, { env: variable, schema }] of Object.entries(settings)) {
    const given = env[variable]
    const parsed = schema.safeParse(given === '' ? undefined : given)
    if (parsed.success) config[name] = parsed.data
    else wrong.push(`${variable}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`)
  }
  if (wrong.length > 0) throw problem.configWrong({ settings: wrong })
  return config as Config
}

export interface ShownSetting {
  name: string
  value: string
  set: boolean
  reason: string
}

/** The settings in force, secrets masked, for `zhiyin doctor` and the console. */
export const showConfig = (config: Config, env: Record<string, string | undefined> = process.env): ShownSetting[] =>
  Object.entries(settings).map(([name, { env: variable, secret, reason }]) => {
    const value = config[name as keyof Config]
    const text = value === undefined ? '' : Array.isArray(value) ? value.join(',') : String(value)
    return { name: variable, value: secret && text ? '••••••' : text, set: Boolean(env[variable]), reason }
  })
