// Every path that a document names exists: `src/…` in backticks, and relative links.
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const documents = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z', '--', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((document) => document !== '' && existsSync(join(root, document)))

const named = /^(?:src|console|test|bench|docs|migrations|scripts|bin|\.ci)\/[\w./*-]*/
// Made by a build or a run, so absent from a clean clone.
const made = /^(?:console\/dist|bench\/out)(?:\/|$)/

const exists = (path) => (path.includes('*') ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path)))

const problems = []
for (const document of documents) {
  let fenced = false
  for (const [index, line] of readFileSync(join(root, document), 'utf8').split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced
    if (fenced) continue
    const at = `${document}:${index + 1}`
    for (const [, text] of line.matchAll(/`([^`]+)`/g)) {
      const [path] = named.exec(text) ?? []
      // src/<feature>/… and 0001-NAME.sql are patterns, not paths.
      if (!path || made.test(path) || /[<>{}…]|NNNN|NAME/.test(text)) continue
      if (!exists(path.replace(/[.:]$/, ''))) problems.push(`${at} names ${path}, which does not exist`)
    }
    for (const [, target] of line.matchAll(/\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g)) {
      if (/^[a-z][a-z0-9+.-]*:|^#|^\/\//i.test(target)) continue
      const path = decodeURI(target.replace(/[?#].*$/, ''))
      const full = path.startsWith('/') ? join(root, path) : resolve(root, dirname(document), path)
      if (!existsSync(full)) problems.push(`${at} links to ${target}, which does not exist`)
    }
  }
}

for (const problem of problems) console.log(problem)
process.exitCode = problems.length ? 1 : 0
