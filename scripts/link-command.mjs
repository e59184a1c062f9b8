// After npm install: makes `npx zhiyin` find this project's own command. npm links the commands of dependencies only;
// without the link npx would install the project into its cache first.
import { existsSync, lstatSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

const folder = join(resolve(import.meta.dirname, '..'), 'node_modules/.bin')
const link = join(folder, 'zhiyin')

// Windows has no command links; npx falls back to its cache there.
if (existsSync(folder) && process.platform !== 'win32') {
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link)
  symlinkSync('../../bin/zhiyin.mjs', link)
}
