import type { Command } from 'commander'
import { ensureFirstAdmin, openLog } from '#platform'
import type { App } from '../app.ts'
import { openApp } from './open-app.ts'
import type { Cli } from './run.ts'

/** `serve`, `work`, `demo`, `migrate`: commands that are the program rather than talk to it. */
export const serve = (program: Command, cli: Cli): void => {
  program
    .command('serve')
    .description('Answer requests and, unless ZHIYIN_WORKER=false, run background jobs')
    .action(async () => {
      const config = cli.config()
      const app = await openApp(config, { work: config.worker })
      const url = await orStop(app, async () => {
        await announceFirstAdmin(app)
        return app.listen()
      })
      app.ctx.log.info({ url, pid: process.pid, postgres: app.ctx.store.mode, clickhouse: app.ctx.ch.mode }, 'ready')
      await untilStopped(app)
    })

  program
    .command('work')
    .description('Run background jobs only; for several processes that share database servers')
    .action(async () => {
      const app = await openApp(cli.config(), { work: true })
      app.ctx.log.info({ pid: process.pid }, 'ready')
      await untilStopped(app)
    })

  program
    .command('demo')
    .description(
      'Serve with the made-up company 明月消费金融 loaded (20,000 customers, 500,000 events, three campaigns)',
    )
    .option('--customers <number>', 'how many customers', '20000')
    .option('--events <number>', 'how many events', '500000')
    .option('--no-live', 'do not send live events afterwards')
    .action(async ({ customers, events, live }: { customers: string; events: string; live: boolean }) => {
      // The sandboxes of the providers listen on this machine.
      const given = { ...cli.config(), webhooksPrivate: true }
      const app = await openApp(given, {
        work: true,
        log: openLog({ logLevel: given.logLevel === 'info' ? 'warn' : given.logLevel }),
      })
      const [admin, url] = await orStop(app, async () => [await ensureFirstAdmin(app.ctx), await app.listen()] as const)
      const say = (text: string) => process.stdout.write(`${text}\n`)
      say(`\n知音 Zhiyin  ${url}`)
      if (admin) say(`登录 sign in: ${admin.login}   一次性密码 one-time password: ${admin.password}\n`)
      else
        say(
          '管理员已存在 the administrator exists already; forgotten password: npx zhiyin users reset-password admin\n',
        )
      const { loadDemo } = await import('./demo.ts')
      const stopDemo = await orStop(app, () =>
        loadDemo(app, { customers: Number(customers), events: Number(events), live, url, say }),
      )
      say(`\n就绪 ready: ${url}   （Ctrl+C 停止 stops）`)
      app.ctx.log.info({ url }, 'ready')
      await untilStopped(app, stopDemo)
    })

  program
    .command('migrate')
    .description('Bring both databases to the newest schema and stop')
    .option('--json', 'answer as JSON')
    .action(async (options: { json?: boolean }) => {
      const app = await openApp(cli.config(), {
        work: false,
        log: openLog({ logLevel: 'warn' }, { write: (line) => process.stderr.write(line) }),
      })
      await app.stop()
      cli.print({ migrated: true }, 'The databases are up to date', options)
    })
}

/** The password of the first administrator is shown once, on standard error so that it is not in the JSON log. */
const announceFirstAdmin = async ({ ctx }: App): Promise<void> => {
  const admin = await ensureFirstAdmin(ctx)
  if (admin)
    process.stderr.write(
      `First administrator: ${admin.login}, one-time password: ${admin.password} (to be changed at first sign-in)\n`,
    )
}

/** Closes the program again when it could not be brought up; open stores would keep the process alive. */
const orStop = async <T>(app: App, run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    await app.stop().catch(() => undefined)
    throw error
  }
}

/** Waits for SIGTERM or SIGINT, then stops after accepted work is durable. */
const untilStopped = async (app: App, before: () => Promise<void> = () => Promise.resolve()): Promise<void> => {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  // A terminal sends the signal to npm and to us, and npm passes it on: the second one is the same wish.
  process.on('SIGINT', () => app.ctx.log.info('stopping'))
  process.on('SIGTERM', () => app.ctx.log.info('stopping'))
  try {
    await before()
  } finally {
    // A store that is gone is in the log by now, and must not keep the process.
    await app.stop().catch(() => process.exit(1))
  }
  process.exit(0)
}
