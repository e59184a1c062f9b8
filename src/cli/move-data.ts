import { copyFile, readFile, stat } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { cliActor, openLog, restoreBackup, writeSetting } from '#platform'
import { type Connection, unwrap } from './connect.ts'
import { openApp } from './open-app.ts'
import type { Cli } from './run.ts'

interface ImportRun {
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'paused'
  read: number
  accepted: number
  merged: number
  rejected: number
  fieldsRejected: number
  rowsPerSecond: number | null
  bytesRead: number
  bytesTotal: number
  secondsLeft: number | null
  error: string | null
  rejectsFile: string | null
}

const pollMs = 250

/** `import`, `export`, `simulate`, `backup`, `restore`: data in and out. */
export const moveData = (program: Command, cli: Cli): void => {
  importCommand(program, cli)
  exportCommands(program, cli)
  simulateCommand(program, cli)
  backupCommands(program, cli)
}

const whole = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('give a whole number')
  return number
}

const importCommand = (program: Command, cli: Cli): void => {
  program
    .command('import')
    .description('Import a file of customers, events or consents; rows that cannot be used go to a rejects file')
    .argument('<kind>', 'customers, events or consents')
    .argument('<file>', 'CSV, JSONL or XLSX, gzip allowed')
    .requiredOption('--mapping <mapping>', 'name of a saved mapping, or a JSON file')
    .option('--name <name>', 'shown name of the import')
    .option('--save-mapping-as <name>', 'save the mapping under this name')
    .option('--json', 'end with one line of JSON: read, accepted, merged, rejected, rejectsFile')
    .addHelpText(
      'after',
      '\nread = accepted + merged + rejected. accepted: rows that made a customer, event or consent; merged: rows about a\ncustomer who was there, events and consents stored before. The exit code is 0 when the file was read to its end,\nalso with rejected rows.',
    )
    .action(
      (
        kind: string,
        file: string,
        options: { mapping: string; name?: string; saveMappingAs?: string; json?: boolean },
      ) =>
        cli.connected(
          async (connection) => {
            const path = resolve(file)
            const mapping = await mappingOf(options.mapping)
            const { id } = unwrap<{ id: string }>(
              await connection.call('POST', '/api/imports', {
                kind,
                path,
                ...mapping,
                ...(options.name !== undefined && { name: options.name }),
                ...(options.saveMappingAs !== undefined && { saveMappingAs: options.saveMappingAs }),
              }),
            )
            const run = await watchImport(connection, id, (text) => cli.progress(text))
            const { read, accepted, merged, rejected, rejectsFile } = run
            cli.print(
              { read, accepted, merged, rejected, rejectsFile },
              `${read} read = ${accepted} accepted + ${merged} merged + ${rejected} rejected${run.fieldsRejected > 0 ? `; ${run.fieldsRejected} values left out of kept rows` : ''}${rejectsFile ? `\n${rejectsFile}` : ''}`,
              options,
            )
            if (run.state !== 'done') {
              cli.note(`The import is ${run.state}${run.error ? `: ${run.error}` : ''}`)
              cli.exit(1)
            }
          },
          { work: true },
        ),
    )
}

/** A file with a mapping when there is one of that name, else the name of a saved mapping. */
const mappingOf = async (given: string): Promise<{ mapping: unknown } | { mappingName: string }> => {
  const isFile = (await stat(given).catch(() => undefined))?.isFile() ?? false
  if (!isFile) return { mappingName: given }
  const text = await readFile(given, 'utf8')
  try {
    return { mapping: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown }
  } catch (error) {
    throw new Error(`${given} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** Waits until an import is over, telling how far it is. */
export const watchImport = async (
  connection: Connection,
  id: string,
  tell: (text: string) => void,
): Promise<ImportRun> => {
  for (;;) {
    const run = unwrap<ImportRun>(await connection.call('GET', `/api/imports/${id}`))
    if (run.state !== 'queued' && run.state !== 'running') {
      tell('')
      return run
    }
    const share = run.bytesTotal > 0 ? Math.floor((run.bytesRead / run.bytesTotal) * 100) : 0
    tell(
      `${String(share).padStart(3)} %  ${run.read} rows  ${run.rowsPerSecond ?? 0}/s  ${run.rejected} rejected${run.secondsLeft === null ? '' : `  about ${run.secondsLeft} s left`}`,
    )
    await pause(pollMs)
  }
}

interface ExportRun {
  state: 'queued' | 'running' | 'done' | 'failed'
  written: number
  total: number | null
  bytes: number | null
  sha256: string | null
  error: string | null
  path: string | null
}

interface ExportOptions {
  format?: 'csv' | 'jsonl' | 'xlsx'
  columns?: string
  unmasked?: boolean
  purpose?: string
  json?: boolean
}

const formats = ['csv', 'jsonl', 'xlsx'] as const

const exportCommands = (program: Command, cli: Cli): void => {
  const group = program.command('export').description('Write customers into a file; personal values are masked')
  const withOptions = (command: Command): Command =>
    command
      .addOption(new Option('--format <format>', 'by the file name unless given').choices(formats))
      .option('--columns <columns>', 'kinds of identifiers and names of traits, separated by commas; all unless given')
      .option('--unmasked', 'personal values in clear; needs --purpose and is audited')
      .option('--purpose <text>', 'what the personal values are needed for')
      .option('--json', 'answer as JSON')

  withOptions(group.command('customers').argument('<file>', 'file to write')).action(
    (file: string, options: ExportOptions) =>
      cli.connected((connection) => exportTo(cli, connection, { all: true }, file, options), { work: true }),
  )
  withOptions(
    group
      .command('audience')
      .argument('<audience>', 'id or name; its members at the last refresh')
      .argument('<file>', 'file to write'),
  ).action((audience: string, file: string, options: ExportOptions) =>
    cli.connected(
      async (connection) => {
        const { items } = unwrap<{ items: { id: string; name: string }[] }>(
          await connection.call('GET', '/api/audiences'),
        )
        const found = items.find(({ id, name }) => id === audience || name === audience)
        if (!found) throw new Error(`There is no audience ${audience}`)
        await exportTo(cli, connection, { audienceId: found.id }, file, options)
      },
      { work: true },
    ),
  )
}

const exportTo = async (
  cli: Cli,
  connection: Connection,
  whom: { all: true } | { audienceId: string },
  file: string,
  { format, columns, unmasked, purpose, json }: ExportOptions,
): Promise<void> => {
  const byName = formats.find((one) => extname(file) === `.${one}`)
  const { id } = unwrap<{ id: string }>(
    await connection.call('POST', '/api/exports', {
      ...whom,
      format: format ?? byName ?? 'csv',
      ...(columns !== undefined && { columns: columns.split(',').map((column) => column.trim()) }),
      ...(unmasked && { unmasked }),
      ...(purpose !== undefined && { purpose }),
    }),
  )
  for (;;) {
    const run = unwrap<ExportRun>(await connection.call('GET', `/api/exports/${id}`))
    if (run.state === 'failed') throw new Error(run.error ?? 'The export failed')
    if (run.state === 'done' && run.path !== null) {
      cli.progress('')
      await copyFile(run.path, file)
      const { written, bytes, sha256 } = run
      cli.print({ written, bytes, sha256, file: resolve(file) }, `${written} customers in ${resolve(file)}`, { json })
      return
    }
    cli.progress(`${run.written} customers written`)
    await pause(pollMs)
  }
}

const simulateCommand = (program: Command, cli: Cli): void => {
  program
    .command('simulate')
    .description(
      'Write files of the made-up company 明月消费金融: customers, events, consents, their mappings, the truth',
    )
    .requiredOption('--out <dir>', 'folder for the files')
    .option('--customers <number>', 'how many customers', whole, 20_000)
    .option('--events <number>', 'how many events; default 25 for each customer in six months', whole)
    .addOption(new Option('--months <number>', 'length of the period').argParser(whole).default(6))
    .option('--seed <text>', 'the same seed gives the same company', 'mingyue')
    .option('--json', 'answer as JSON')
    .action(
      async ({
        out,
        customers,
        events,
        months,
        seed,
        ...options
      }: {
        out: string
        customers: number
        events?: number
        months: number
        seed: string
        json?: boolean
      }) => {
        const { writeFiles } = await import('#simulator')
        const written = await writeFiles({
          dir: resolve(out),
          customers,
          months,
          seed,
          events,
          onProgress: ({ share, events }) =>
            cli.progress(`${String(Math.floor(share * 100)).padStart(3)} %  ${events} events`),
        })
        cli.print(
          written,
          `${written.customers} customers, ${written.events} events, ${written.consents} consents in ${resolve(out)}`,
          options,
        )
      },
    )
}

const backupCommands = (program: Command, cli: Cli): void => {
  program
    .command('backup')
    .description('Copy both embedded stores and the files into a new folder, consistent, while the server runs')
    .argument('<dir>', 'folder to make')
    .option('--with-keys', 'also the master key: whoever has the copy can then read everything in it')
    .option('--json', 'answer as JSON')
    .action((dir: string, { withKeys = false, json }: { withKeys?: boolean; json?: boolean }) =>
      cli.connected(async (connection) => {
        const made = unwrap<{ dir: string; files: number; bytes: number; heldMs: number; withKeys: boolean }>(
          await connection.call('POST', '/api/backup', {
            dir: resolve(dir),
            withKeys,
            program: await programVersion(),
          }),
        )
        const keys = withKeys
          ? ''
          : '\nThe master key is not in it: keep master.key of the data folder (or ZHIYIN_MASTER_KEY) elsewhere, nothing opens without it.'
        cli.print(
          made,
          `${made.files} files, ${made.bytes} bytes in ${made.dir}; writes waited ${made.heldMs} ms${keys}`,
          { json },
        )
      }),
    )

  program
    .command('restore')
    .description('Put a backup into a new data folder; sending stays disarmed until `zhiyin arm`')
    .argument('<dir>', 'folder of the backup')
    .option('--data-dir <dir>', 'data folder to make; ZHIYIN_DATA_DIR unless given')
    .option('--master-key <file>', 'the saved master.key, when neither the backup nor ZHIYIN_MASTER_KEY has it')
    .option('--json', 'answer as JSON')
    .action(
      async (dir: string, { dataDir, masterKey, json }: { dataDir?: string; masterKey?: string; json?: boolean }) => {
        const given = cli.config()
        const config = { ...given, dataDir: dataDir === undefined ? given.dataDir : resolve(dataDir) }
        const { at, files } = await restoreBackup({
          from: resolve(dir),
          dataDir: config.dataDir,
          masterKey: config.masterKey,
          keyFile: masterKey,
          database: config.clickhouseDatabase,
        })
        const app = await openApp(config, {
          work: false,
          log: openLog({ logLevel: 'warn' }, { write: (line) => process.stderr.write(line) }),
        })
        try {
          const ctx = { ...app.ctx, actor: cliActor }
          await writeSetting(ctx, 'sendsArmed', false)
          await ctx.audit.record(ctx, { action: 'backup.restore', detail: { at, files: files.length } })
        } finally {
          await app.stop()
        }
        cli.print(
          { dataDir: config.dataDir, at, files: files.length, sendsArmed: false },
          `Restored as of ${at} into ${config.dataDir}. Sending is disarmed: \`zhiyin arm\` when this installation is to send again.`,
          { json },
        )
      },
    )
}

const programVersion = async (): Promise<string> => {
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string
  }
  return version
}
