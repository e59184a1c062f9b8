import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { gzipSync } from 'node:zlib'

/** Of script, gzipped, before anything can be done: the texts of one language among it. */
const mostFirstLoadBytes = 430_000
/** What a page may add to it. */
const mostPageBytes = 200_000
/** Both together. */
const mostTogetherBytes = 600_000

interface Chunk {
  file: string
  isEntry?: boolean
  imports?: string[]
  dynamicImports?: string[]
}

execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/build-console.mjs')])
const dist = join(import.meta.dirname, 'dist')
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>

/** The chunk and all it needs before it can run. */
const graphOf = (key: string, found = new Set<string>()): Set<string> => {
  if (found.has(key)) return found
  found.add(key)
  for (const below of manifest[key]?.imports ?? []) graphOf(below, found)
  return found
}

const gzippedBytes = (keys: Iterable<string>) =>
  [...keys].reduce((sum, key) => sum + gzipSync(readFileSync(join(dist, manifest[key]?.file ?? ''))).length, 0)

const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry) ?? ''
const speeches = (['zh', 'en'] as const).map((language) => ({
  language,
  first: graphOf(`src/i18n/${language}-speech.ts`, graphOf(entry)),
}))
const first = speeches[0]?.first ?? new Set()

test('the first load is at most 430 kB of script, gzipped, in either language', (t) => {
  for (const { language, first } of speeches) {
    const bytes = gzippedBytes(first)
    t.diagnostic(`first load (${language}) ${Math.round(bytes / 1000)} kB gzipped in ${first.size} files`)
    assert.ok(bytes <= mostFirstLoadBytes, `${bytes} bytes`)
  }
})

test('nobody loads the texts of both languages', () => {
  const script = (keys: Iterable<string>) =>
    [...keys].map((key) => readFileSync(join(dist, manifest[key]?.file ?? ''), 'utf8')).join('\n')
  const [chinese = '', english = ''] = speeches.map(({ first }) => script(first))
  assert.ok(chinese.includes('跳到正文'))
  assert.ok(!chinese.includes('Skip to content'))
  assert.ok(english.includes('Skip to content'))
  assert.ok(!english.includes('跳到正文'))
})

test('each page is a chunk of its own, and with all it needs stays below 600 kB', (t) => {
  const pages = Object.keys(manifest).filter((key) => key.endsWith('-page.tsx'))
  assert.ok(pages.length >= 20)
  for (const page of pages) {
    assert.ok(!first.has(page), `${page} is loaded before anybody asks for it`)
    const own = [...graphOf(page)].filter((key) => !first.has(key))
    const bytes = gzippedBytes(own)
    t.diagnostic(`${page} adds ${Math.round(bytes / 1000)} kB`)
    assert.ok(bytes <= mostPageBytes, `${page} adds ${bytes} bytes`)
    assert.ok(gzippedBytes([...first, ...own]) <= mostTogetherBytes, page)
  }
})

test('the page holds no script of its own, so the content security policy can forbid them', () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8')
  for (const [tag] of html.matchAll(/<script[^>]*>/g)) assert.match(tag, / src="\/assets\//)
  assert.doesNotMatch(html, / on[a-z]+=|javascript:/)
})
