// Import borders. Calls go down the list of features, events go up; each feature is reached through its face only; what
// ships knows neither tests nor development packages; code does not import in circles (types may: ctx names everything that
// takes ctx). Imports name their file, so resolving one needs no resolver.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, posix, resolve } from 'node:path'
import { parseSync } from 'oxc-parser'

const features = [
  'platform',
  'compliance',
  'customers',
  'audiences',
  'insights',
  'models',
  'risk',
  'opinion',
  'campaigns',
  'simulator',
]

/** Faces for worker threads, which must not load the whole program: pure files that import neither a face nor a store. */
const threadFaces = ['src/platform/text/normalise.ts', 'src/models/in-threads.ts']

const root = resolve(import.meta.dirname, '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const isTest = (file) => file.endsWith('.test.ts')
const isContract = (file) => /^src\/.+contract\.ts$/.test(file)
// Permissions are a list of names; both sides of the border speak of them.
const isShared = (file) => isContract(file) || file === 'src/platform/permissions.ts'
const folderOf = (file) => file.split('/')[0]
const featureOf = (file) => (file.startsWith('src/') && file.split('/').length > 2 ? file.split('/')[1] : undefined)

/** What an import of one of our files breaks, or undefined. Tests may reach wherever a test needs to. */
function brokenByFile(from, to) {
  const [here, there] = [featureOf(from), featureOf(to)]
  if (isTest(to)) return 'a test is not a library; move what is shared to test/support'
  if (folderOf(from) !== 'console' && folderOf(to) === 'console' && !isTest(from))
    return 'the server does not know the console'
  if (isTest(from) || !['src', 'console'].includes(folderOf(from))) return undefined
  if (['test', 'bench', 'scripts'].includes(folderOf(to))) return 'what ships does not import what proves or builds it'
  if (folderOf(from) === 'console') {
    return folderOf(to) === 'src' && !isShared(to)
      ? 'the console shares contract.ts files with the server and nothing else'
      : undefined
  }
  if (isContract(from) && !isShared(to)) return 'a contract runs in the browser too: it imports contracts and zod only'
  // The command line puts the program together, as src/app.ts does: it may know every face.
  if (here === undefined || here === 'cli')
    return !there || there === here || from === 'src/main.ts' || to === `src/${there}/index.ts`
      ? undefined
      : `${there} is imported through its face, #${there}`
  if (there === undefined || there === 'cli')
    return 'a feature does not know the program that puts the features together'
  if (here === there) return undefined
  if (features.indexOf(there) > features.indexOf(here))
    return `${there} is above ${here}: emit an event, or let src/features.ts walk a field of the declaration`
  if (threadFaces.includes(to)) return undefined
  const face = to === `src/${there}/index.ts` || (isContract(from) && isShared(to))
  return face ? undefined : `${there} is imported through its face, #${there}`
}

/** What an import of a package breaks, or undefined. */
function brokenByPackage(from, name, typeOnly) {
  const shipped = name in manifest.dependencies
  if (!shipped && !(name in manifest.devDependencies)) return `package.json does not name ${name}`
  if (isContract(from) && name !== 'zod') return 'a contract runs in the browser too: it imports contracts and zod only'
  if (!shipped && !typeOnly && folderOf(from) === 'src' && !isTest(from))
    return `${name} is a development package: a server installed without those would not start`
  return undefined
}

/** Imports and re-exports of one file: { to, line, kind } with kind code, type or lazy (import()). */
function importsOf(file) {
  const text = readFileSync(join(root, file), 'utf8')
  const { module, errors } = parseSync(file, text)
  if (errors.length) throw new Error(`${file} cannot be parsed: ${errors[0].message}`)
  const lineOf = (offset) => text.slice(0, offset).split('\n').length
  const found = []
  for (const { moduleRequest, entries, start } of module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every(({ isType }) => isType)
    found.push({ to: moduleRequest.value, line: lineOf(start), kind: typeOnly ? 'type' : 'code' })
  }
  for (const { entries, start } of module.staticExports) {
    const requests = new Map()
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest) requests.set(moduleRequest.value, (requests.get(moduleRequest.value) ?? true) && isType)
    }
    for (const [to, typeOnly] of requests) found.push({ to, line: lineOf(start), kind: typeOnly ? 'type' : 'code' })
  }
  // import('…') as an expression and as a type.
  for (const { 1: to, index } of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g))
    found.push({ to, line: lineOf(index), kind: 'lazy' })
  return found
}

/** Path of the file an import names, { package } for a package, or undefined for what comes with Node. */
function resolveImport(from, to) {
  if (to.startsWith('.')) return posix.normalize(posix.join(dirname(from), to.replace(/\?\w+$/, '')))
  if (to.startsWith('#')) return manifest.imports[to]?.replace('./', '') ?? `package.json#imports ${to}`
  if (to.startsWith('node:') || to.startsWith('virtual:') || builtinModules.includes(to)) return undefined
  return { package: to.split('/', to.startsWith('@') ? 2 : 1).join('/') }
}

/** One circle through each knot of files that reach each other by code imports. */
function circles(graph) {
  const index = new Map()
  const low = new Map()
  const stack = []
  const knots = []
  const visit = (file) => {
    index.set(file, index.size)
    low.set(file, index.get(file))
    stack.push(file)
    for (const next of graph.get(file) ?? []) {
      if (!index.has(next)) visit(next)
      if (stack.includes(next)) low.set(file, Math.min(low.get(file), low.get(next)))
    }
    if (low.get(file) !== index.get(file)) return
    const knot = stack.splice(stack.indexOf(file))
    if (knot.length > 1 || graph.get(file)?.includes(file)) knots.push(knot)
  }
  for (const file of graph.keys()) if (!index.has(file)) visit(file)
  return knots.map((knot) => shortestCircle(graph, knot))
}

function shortestCircle(graph, knot) {
  const start = knot[0]
  const paths = [[start]]
  const seen = new Set()
  for (const path of paths) {
    for (const next of graph.get(path.at(-1)) ?? []) {
      if (next === start) return [...path, start]
      if (!knot.includes(next) || seen.has(next)) continue
      seen.add(next)
      paths.push([...path, next])
    }
  }
  return knot
}

const files = globSync(['{src,test,bench}/**/*.ts', 'console/**/*.{ts,tsx}'], {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path),
}).sort()
const problems = []
const graph = new Map()
for (const file of files) {
  const codeImports = []
  for (const { to, line, kind } of importsOf(file)) {
    const target = resolveImport(file, to)
    if (target === undefined) continue
    const inFile = typeof target === 'string'
    if (inFile && !existsSync(join(root, target))) {
      problems.push(`${file}:${line} imports ${to}, which does not exist`)
      continue
    }
    const broken = inFile ? brokenByFile(file, target) : brokenByPackage(file, target.package, kind === 'type')
    if (broken) problems.push(`${file}:${line} imports ${to}: ${broken}`)
    if (inFile && kind === 'code') codeImports.push(target)
  }
  graph.set(file, codeImports)
}
for (const circle of circles(graph)) problems.push(`imports go in a circle: ${circle.join(' → ')}`)

for (const problem of problems) console.log(problem)
process.exitCode = problems.length ? 1 : 0
