import { Command, CommanderError } from 'commander'
import { type Config, Problem, readConfig } from '#platform'
import { administer } from './administer.ts'
import { type Connection, connect } from './connect.ts'
import { moveData } from './move-data.ts'
import { serve } from './serve.ts'
import { textModels } from './text-models.ts'

/** What every command gets. */
export interface Cli {
  config(): Config
  /** Runs `use` with a connection and closes it. */
  connected<T>(use: (connection: Connection) => Promise<T>, options?: { work?: boolean }): Promise<T>
  /** One line of JSON with `--json`, otherwise the text. */
  print(value: unknown, text: string, options: { json?: boolean | undefined }): void
  note(text: string): void
  /** How far it is: on a terminal one line that is written over, otherwise a line every few seconds. On standard error. */
  progress(text: string): void
  /** Sets the exit code: 0 done, 1 failed, 2 wrong usage, 3 done with rejects. */
  exit(code: number): void
}

const progressEveryMs = 5_000

const openProgress = () => {
  let toldAt = 0
  return (text: string) => {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\u001b[K${text}`)
      return
    }
    if (text === '' || Date.now() - toldAt < progressEveryMs) return
    toldAt = Date.now()
    process.stderr.write(`${text}\n`)
  }
}

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage, 3 done but some rows were rejected */
export const run = async (args: readonly string[]): Promise<number> => {
  let code = 0
  const cli: Cli = {
    config: () => readConfig(),
    connected: async (use, options) => {
      const connection = await connect(readConfig(), options)
      try {
        return await use(connection)
      } finally {
        await connection.close()
      }
    },
    print: (value, text, { json }) => process.stdout.write(`${json ? JSON.stringify(value) : text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    progress: openProgress(),
    exit: (next) => {
      code = next
    },
  }
  const program = new Command('zhiyin')
    .description('知音 Zhiyin: know every customer, reach only those who agreed, hear the public, prove it was lawful')
    .showHelpAfterError()
    .exitOverride()
  serve(program, cli)
  administer(program, cli)
  moveData(program, cli)
  textModels(program, cli)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const json = args.includes('--json')
    if (error instanceof Problem) {
      const { code, title, detail } = error
      process.stderr.write(
        json
          ? `${JSON.stringify({ error: { code, title, detail } })}\n`
          : `${title} (${code})\n${Object.keys(detail).length > 0 ? `${JSON.stringify(detail, null, 2)}\n` : ''}`,
      )
    } else {
      const message = error instanceof Error ? error.message : String(error)
      process.stderr.write(
        json ? `${JSON.stringify({ error: { code: 'platform.unexpected', title: message } })}\n` : `${message}\n`,
      )
    }
    return 1
  }
}
