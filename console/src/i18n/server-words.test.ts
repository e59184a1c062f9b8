import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { zh } from './zh.ts'

const root = join(import.meta.dirname, '../../..')
const sources = globSync('src/**/*.ts', { cwd: root, exclude: (path) => path.endsWith('.test.ts') })
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => readFileSync(join(root, path), 'utf8'))

/** What only the command line and clients of the tracking API ever meet. */
const neverShown = /^customers\.(notJson|batch\w+|messagesRefused)$|^audit\.|^backup\./

test('every problem a person can meet in the console is said in Chinese', () => {
  const codes = sources.flatMap((text) =>
    [...text.matchAll(/problems\('(\w+)', \{([\s\S]*?)\n\}\)/g)].flatMap(([, feature, body = '']) =>
      [...body.matchAll(/^ {2}(\w+): \{/gm)].map(([, name]) => `${feature}.${name}`),
    ),
  )
  assert.ok(codes.length > 40)
  const missing = codes.filter((code) => !neverShown.test(code) && !Object.hasOwn(zh.problems, code))
  assert.deepEqual(missing, [])
})

test('every finding of the doctor is said in Chinese', () => {
  const health = sources.filter((text) => text.includes('blocking:'))
  const codes = health.flatMap((text) =>
    [...text.matchAll(/code: (?:\w+ \? )?'([\w.]+)'(?: : '([\w.]+)')?/g)].flatMap(([, one = '', other]) => [
      one,
      ...(other ? [other] : []),
    ]),
  )
  assert.ok(codes.length > 10)
  assert.deepEqual(
    codes.filter((code) => !Object.hasOwn(zh.doctor.told, code)),
    [],
  )
})

test('every action of the audit trail has a name in Chinese', () => {
  const actions = sources.flatMap((text) =>
    [...text.matchAll(/action: '(\w+\.\w+)'/g)].map(([, action = '']) => action),
  )
  assert.ok(actions.length > 20)
  const missing = new Set(actions.filter((action) => !Object.hasOwn(zh.audit.actions, action)))
  assert.deepEqual([...missing], [])
})

test('every job has a name in Chinese', () => {
  const names = sources.flatMap((text) =>
    [...text.matchAll(/\bjob\(\{\s*name: '([\w.]+)'/g)].map(([, name = '']) => name),
  )
  assert.ok(names.length > 40)
  assert.deepEqual(
    names.filter((name) => !Object.hasOwn(zh.jobs.names, name)),
    [],
  )
})
