import { parseArgs } from 'node:util'

/**
 * Reads `--name number` for each default given, and `--json`. Wrong usage ends the process with code 2.
 * @param defaults names in lower case with their values; the text is what `--help` says about each
 */
export const readOptions = <Name extends string>(
  bench: string,
  defaults: Record<Name, readonly [value: number, text: string]>,
): Record<Name, number> & { json: boolean } => {
  const entries = Object.entries<readonly [number, string]>(defaults)
  const usage = `npm run bench -- ${bench} [--json]\n${entries.map(([name, [value, text]]) => `  --${name.padEnd(12)} ${text} (${value})`).join('\n')}\n`
  const refuse = (why: string): never => {
    process.stderr.write(`${why}\n${usage}`)
    process.exit(2)
  }
  const parse = () => {
    try {
      return parseArgs({
        options: {
          json: { type: 'boolean', default: false },
          help: { type: 'boolean', default: false },
          ...Object.fromEntries(entries.map(([name]) => [name, { type: 'string' as const }])),
        },
      }).values as Record<string, string | boolean | undefined>
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error))
    }
  }
  const given = parse()
  if (given['help']) {
    process.stdout.write(usage)
    process.exit(0)
  }
  const numbers = Object.fromEntries(
    entries.map(([name, [value]]) => {
      const text = given[name]
      const number = typeof text === 'string' ? Number(text.replaceAll('_', '')) : value
      return Number.isFinite(number) && number > 0 ? [name, number] : refuse(`--${name} needs a number above 0`)
    }),
  ) as Record<Name, number>
  return { ...numbers, json: given['json'] === true }
}
