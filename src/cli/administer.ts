import type { Command } from 'commander'
import { Problem, showConfig } from '#platform'
import { type Connection, unwrap } from './connect.ts'
import type { Cli } from './run.ts'

interface Json {
  json?: boolean
}

interface Diagnosis {
  ok: boolean
  checks: { name: string; ok: boolean; detail: string; remedy?: string }[]
  settings: { name: string; value: string; reason: string }[]
}

/** What is wrong when the program cannot even be opened: the doctor is asked for just then. */
const cannotOpen = (cli: Cli, error: unknown): Diagnosis => {
  if (!(error instanceof Problem)) throw error
  const { remedy, settings: wrong, ...more } = error.detail
  const remedies = [remedy, ...(Array.isArray(wrong) ? (wrong as unknown[]) : [])].filter(
    (text) => typeof text === 'string',
  )
  const said = Object.entries(more).map(([name, value]) => `${name}: ${String(value)}`)
  let settings: Diagnosis['settings'] = []
  try {
    settings = showConfig(cli.config())
  } catch (wrongSetting) {
    // The settings themselves are what is wrong, and are named above.
    if (!(wrongSetting instanceof Problem)) throw wrongSetting
  }
  return {
    ok: false,
    checks: [
      {
        name: 'start',
        ok: false,
        detail: [`${error.title} (${error.code})`, ...said].join('; '),
        ...(remedies.length > 0 && { remedy: remedies.join('; ') }),
      },
    ],
    settings,
  }
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

/** `doctor`, `users`, `keys`, `sources`, `audit`, `arm`: administration over the same routes as the console. */
export const administer = (program: Command, cli: Cli): void => {
  program
    .command('doctor')
    .description('Print the settings in force, secrets masked, and what is wrong and how to mend it')
    .option('--json', 'answer as JSON')
    .action(async (options: Json) => {
      const diagnosis = await cli
        .connected(async (connection) => unwrap<Diagnosis>(await connection.call('GET', '/api/doctor')))
        .catch((error: unknown) => cannotOpen(cli, error))
      const checks = diagnosis.checks.map(
        ({ name, ok, detail, remedy }) =>
          `${ok ? 'ok  ' : 'BAD '} ${name.padEnd(20)} ${detail}${remedy ? `\n     → ${remedy}` : ''}`,
      )
      const settings = diagnosis.settings.map(
        ({ name, value, reason }) => `${name.padEnd(32)} ${(value || '(not set)').padEnd(28)} ${reason}`,
      )
      cli.print(diagnosis, [...checks, '', ...settings].join('\n'), options)
      if (!diagnosis.ok) cli.exit(1)
    })

  const users = program.command('users').description('People who sign in')
  users
    .command('list')
    .option('--json', 'answer as JSON')
    .action((options: Json) =>
      cli.connected(async (connection) => {
        const { items } = unwrap<{
          items: { id: string; login: string; name: string; roles: string[]; disabled: boolean }[]
        }>(await connection.call('GET', '/api/users'))
        cli.print(
          { items },
          items
            .map(
              ({ login, name, roles, disabled }) =>
                `${login.padEnd(24)} ${name.padEnd(20)} ${roles.join(',')}${disabled ? '  (disabled)' : ''}`,
            )
            .join('\n'),
          options,
        )
      }),
    )
  users
    .command('create')
    .requiredOption('--login <login>', 'sign-in name')
    .option('--name <name>', 'shown name')
    .requiredOption('--roles <roles>', 'roles, separated by commas')
    .option('--json', 'answer as JSON')
    .action(({ login, name, roles, ...options }: Json & { login: string; name?: string; roles: string }) =>
      cli.connected(async (connection) => {
        const made = unwrap<{ id: string; password: string }>(
          await connection.call('POST', '/api/users', { login, name: name ?? login, roles: listOf(roles) }),
        )
        cli.print(made, `One-time password: ${made.password}`, options)
      }),
    )
  users
    .command('reset-password')
    .argument('<login>', 'sign-in name')
    .option('--json', 'answer as JSON')
    .action((login: string, options: Json) =>
      cli.connected(async (connection) => {
        const id = await userId(connection, login)
        const { password } = unwrap<{ password: string }>(
          await connection.call('POST', `/api/users/${id}/reset-password`, {}),
        )
        cli.print({ login, password }, `One-time password: ${password}`, options)
      }),
    )
  users
    .command('disable')
    .argument('<login>', 'sign-in name')
    .option('--json', 'answer as JSON')
    .action((login: string, options: Json) =>
      cli.connected(async (connection) => {
        const id = await userId(connection, login)
        unwrap(await connection.call('PATCH', `/api/users/${id}`, { disabled: true }))
        cli.print({ login, disabled: true }, `${login} can no longer sign in`, options)
      }),
    )

  const keys = program.command('keys').description('API keys')
  keys
    .command('create')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--role <roles>', 'roles, separated by commas')
    .option('--scope <permissions>', 'only these permissions, separated by commas')
    .option('--expires <instant>', 'ISO instant at which it ends')
    .option('--json', 'answer as JSON')
    .action(
      ({
        name,
        role,
        scope,
        expires,
        ...options
      }: Json & { name: string; role: string; scope?: string; expires?: string }) =>
        cli.connected(async (connection) => {
          const made = unwrap<{ id: string; key: string }>(
            await connection.call('POST', '/api/keys', {
              name,
              roles: listOf(role),
              ...(scope && { scope: listOf(scope) }),
              ...(expires && { expiresAt: new Date(expires).toISOString() }),
            }),
          )
          cli.print(made, made.key, options)
        }),
    )
  keys
    .command('list')
    .option('--json', 'answer as JSON')
    .action((options: Json) =>
      cli.connected(async (connection) => {
        const { items } = unwrap<{
          items: { id: string; name: string; prefix: string; roles: string[]; revokedAt: string | null }[]
        }>(await connection.call('GET', '/api/keys'))
        cli.print(
          { items },
          items
            .map(
              ({ id, name, prefix, roles, revokedAt }) =>
                `${id}  ${prefix}…  ${name.padEnd(24)} ${roles.join(',')}${revokedAt ? '  (revoked)' : ''}`,
            )
            .join('\n'),
          options,
        )
      }),
    )
  keys
    .command('revoke')
    .argument('<id>', 'id from `keys list`')
    .option('--json', 'answer as JSON')
    .action((id: string, options: Json) =>
      cli.connected(async (connection) => {
        unwrap(await connection.call('DELETE', `/api/keys/${encodeURIComponent(id)}`))
        cli.print({ id, revoked: true }, 'Revoked', options)
      }),
    )

  const sources = program.command('sources').description('Tracking sources')
  sources
    .command('create')
    .requiredOption('--name <name>', 'shown name, unique')
    .option('--kind <kind>', 'server, web, app, wechat or other', 'server')
    .option('--quota <number>', 'messages per second')
    .option('--personal <rule>', 'mask or identify: what happens to phones and the like in event properties', 'mask')
    .option('--json', 'answer as JSON')
    .action(
      ({
        name,
        kind,
        quota,
        personal,
        ...options
      }: Json & { name: string; kind: string; quota?: string; personal: string }) =>
        cli.connected(async (connection) => {
          const made = unwrap<{ id: string; writeKey: string }>(
            await connection.call('POST', '/api/sources', {
              name,
              kind,
              personalRule: personal,
              ...(quota && { quotaPerSecond: Number(quota) }),
            }),
          )
          cli.print(made, `id ${made.id}\nwrite key ${made.writeKey}`, options)
        }),
    )
  sources
    .command('list')
    .option('--json', 'answer as JSON')
    .action((options: Json) =>
      cli.connected(async (connection) => {
        const { items } = unwrap<{
          items: { id: string; name: string; enabled: boolean; acceptedLastHour: number; rejectedLastHour: number }[]
        }>(await connection.call('GET', '/api/sources'))
        cli.print(
          { items },
          items
            .map(
              ({ id, name, enabled, acceptedLastHour, rejectedLastHour }) =>
                `${id.padEnd(5)} ${name.padEnd(24)} ${enabled ? 'on ' : 'off'} last hour: ${acceptedLastHour} stored, ${rejectedLastHour} refused`,
            )
            .join('\n'),
          options,
        )
      }),
    )

  const audit = program.command('audit').description('The audit trail')
  audit
    .command('verify')
    .description('Check the whole chain; names any changed, removed or inserted record')
    .option('--json', 'answer as JSON')
    .action((options: Json) =>
      cli.connected(async (connection) => {
        const result = unwrap<{ ok: boolean; records: number; faults: { text: string }[] }>(
          await connection.call('POST', '/api/audit/verify', {}),
        )
        cli.print(
          result,
          result.ok
            ? `${result.records} records, all as they were written`
            : result.faults.map(({ text }) => text).join('\n'),
          options,
        )
        if (!result.ok) cli.exit(1)
      }),
    )
  audit
    .command('list')
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'answer as JSON')
    .action(({ limit, ...options }: Json & { limit: string }) =>
      cli.connected(async (connection) => {
        const { items } = unwrap<{
          items: { seq: number; ts: string; actor: string; action: string; subject?: string }[]
        }>(await connection.call('GET', `/api/audit?limit=${Number(limit)}`))
        cli.print(
          { items },
          items
            .map(({ seq, ts, actor, action, subject }) => `${seq}  ${ts}  ${actor}  ${action}  ${subject ?? ''}`)
            .join('\n'),
          options,
        )
      }),
    )

  const vault = program.command('vault').description('Keys that seal personal data')
  vault
    .command('rotate')
    .description('Make a new workspace key; stored values follow in the background')
    .option('--json', 'answer as JSON')
    .action((options: Json) =>
      cli.connected(async (connection) => {
        const rotated = unwrap<{ version: number }>(await connection.call('POST', '/api/vault/rotate', {}))
        cli.print(rotated, `New values are sealed under version ${rotated.version}`, options)
      }),
    )
  vault
    .command('rotate-master')
    .description('Wrap the workspace keys with a new master.key')
    .option('--json', 'answer as JSON')
    .action((options: Json) =>
      cli.connected(async (connection) => {
        unwrap(await connection.call('POST', '/api/vault/rotate-master', {}))
        cli.print({ rotated: true }, 'master.key was replaced; keep a copy apart from the backups', options)
      }),
    )

  program
    .command('arm')
    .description('Let messages leave again after a restore')
    .option('--json', 'answer as JSON')
    .action((options: Json) =>
      cli.connected(async (connection) => {
        unwrap(await connection.call('POST', '/api/sends/arm', {}))
        cli.print({ armed: true }, 'Sending is armed', options)
      }),
    )
}

const userId = async (connection: Connection, login: string): Promise<string> => {
  const { items } = unwrap<{ items: { id: string; login: string }[] }>(await connection.call('GET', '/api/users'))
  const found = items.find((user) => user.login === login)
  if (!found) throw new Error(`There is no user ${login}`)
  return found.id
}
