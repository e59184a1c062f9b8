// Every package in the lock file, shipped or used to build and test, has a licence that asks nothing of our users.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readLock } from './complete-lock.mjs'

const root = resolve(import.meta.dirname, '..')

const allowed = new Set([
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MPL-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'Unlicense',
  'Python-2.0',
  'Zlib',
  'OFL-1.1',
])

// Packages whose package.json says nothing; what was read instead.
const readByHand = new Map([
  ['@segment/loosely-validate-event', 'MIT'], // its LICENSE file
  ['png-js', 'MIT'], // its LICENSE file
  ['jstat', 'MIT'], // its LICENSE file; package.json says it in the old form, `licenses`
])

/** An SPDX expression: with OR one side is enough, with AND both must be allowed. */
const isAllowed = (expression) =>
  expression
    .replaceAll(/[()]/g, '')
    .split(/ OR /i)
    .some((side) => side.split(/ AND /i).every((licence) => allowed.has(licence.trim())))

const problems = []
for (const [key, entry] of Object.entries(readLock().packages)) {
  if (key === '') continue
  const name = key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const manifest = join(root, key, 'package.json')
  const installed = existsSync(manifest)
  // A binary for another platform is built from the package that names it, which is looked at here.
  if (!installed && entry.optional && entry.cpu && !entry.license) continue
  const stated = entry.license ?? (installed ? JSON.parse(readFileSync(manifest, 'utf8')).license : undefined)
  const licence = readByHand.get(name) ?? (typeof stated === 'object' ? stated.type : stated)
  if (licence === undefined) problems.push(`${name}@${entry.version} states no licence`)
  else if (!isAllowed(licence)) problems.push(`${name}@${entry.version} is under ${licence}, which is not on the list`)
}

for (const problem of problems) console.log(problem)
process.exitCode = problems.length ? 1 : 0
