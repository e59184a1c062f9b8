// The lock file matches package.json and names the binaries of every platform, not only of the machine that wrote it.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { missingPlatforms, readLock } from './complete-lock.mjs'

const root = resolve(import.meta.dirname, '..')
const lock = readLock()
const declared = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))
const problems = []

for (const [key, { version }] of missingPlatforms(lock)) {
  problems.push(`package-lock.json lacks ${key.replace('node_modules/', '')}@${version}: run "npm run fix-lock"`)
}
for (const kind of ['dependencies', 'devDependencies']) {
  for (const [name, version] of Object.entries(declared[kind])) {
    if (!/^\d/.test(version)) problems.push(`package.json: ${name} ${version} is not an exact version`)
    if (lock.packages[''][kind]?.[name] !== version)
      problems.push(`package-lock.json does not have ${name} ${version} of package.json: run "npm install"`)
  }
}
for (const [key, { hasInstallScript }] of Object.entries(lock.packages)) {
  const name = key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length)
  if (hasInstallScript && !(name in declared.allowScripts))
    problems.push(`${name} has an install script: say yes or no to it under allowScripts in package.json`)
}

for (const problem of problems) console.log(problem)
process.exitCode = problems.length ? 1 : 0
