import type { Command } from 'commander'
import type { Cli } from './run.ts'

/** `import`, `export`, `simulate`, `backup`, `restore`: data in and out. */
export const moveData = (_program: Command, _cli: Cli): void => {}
