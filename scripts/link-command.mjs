// Puts the project's own command where npx looks first. A `bin` entry in package.json would make npx install the project
// into its cache as a package, which takes seconds, runs `prepare` again and breaks when two start at once.
// Part of `npm ci` (prepare).
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../node_modules/.bin')
const link = join(folder, 'zhiyin')
if (process.platform !== 'win32' && existsSync(join(import.meta.dirname, '../node_modules'))) {
  mkdirSync(folder, { recursive: true })
  rmSync(link, { force: true })
  symlinkSync('../../bin/zhiyin.mjs', link)
}
