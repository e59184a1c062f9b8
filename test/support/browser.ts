import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { promisify } from 'node:util'
import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium as driver, type Page } from 'playwright-core'
import type { Role } from '#platform'
import { createUser } from '../../src/platform/auth/users.ts'
import type { TestApp } from './app.ts'
import { aSignedInUser } from './people.ts'

const root = join(import.meta.dirname, '../..')
const cache = join(root, 'node_modules/.cache/zhiyin')

/** Long enough for a first page on a machine whose two cores do something else; nothing waits that long when all is well. */
const patienceMs = 30_000

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // A page lives for seconds here: optimising its script takes a quarter of the processor and never pays.
  '--js-flags=--no-opt',
]

/**
 * The browser that comes packed inside its package, unpacked once and kept. Two test processes that need it at once both
 * unpack it; the first to finish wins.
 */
const executable = async (): Promise<string> => {
  const kept = join(cache, 'chromium')
  const binary = join(kept, 'chromium')
  if (existsSync(binary)) return binary
  const aside = `${kept}.${process.pid}`
  mkdirSync(aside, { recursive: true })
  const before = process.env.TMPDIR
  // The package unpacks into the temporary directory, where a second process would start a half-written file.
  process.env.TMPDIR = aside
  try {
    await chromium.executablePath()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  try {
    renameSync(aside, kept)
  } catch (error) {
    if (!existsSync(binary)) throw error
    rmSync(aside, { recursive: true, force: true })
  }
  return binary
}

let browser: Browser | undefined

/** Builds the console and starts the browser; once per test file, at its top, so that it ends with the file. */
export const startBrowser = async (): Promise<void> => {
  await promisify(execFile)(process.execPath, [join(root, 'scripts/build-console.mjs')])
  const started = await driver.launch({
    executablePath: await executable(),
    args: flags,
    timeout: patienceMs,
    // Without a locale the browser cannot write Chinese names of files.
    env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
  })
  after(() => started.close())
  browser = started
}

export interface Visit {
  page: Page
  context: BrowserContext
  /** What went wrong in the page: exceptions, refused by the content security policy, failed requests. */
  faults: string[]
}

export interface VisitOptions {
  width?: number
  height?: number
  dark?: boolean
}

/** A new window of a visitor who has never been here. Closed at the end of the test that opened it. */
export const openWindow = async (
  url: string,
  { width = 1440, height = 900, dark = false }: VisitOptions = {},
): Promise<Visit> => {
  if (!browser) throw new Error('startBrowser() has to run first, at the top of the test file')
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    locale: 'zh-CN',
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(patienceMs)
  after(() => context.close())
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    // "Failed to load resource" only repeats an answer, which the page shows in its own words.
    const text = message.text()
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) faults.push(text)
  })
  return { page, context, faults }
}

export const testPassword = '山高水长 correct horse'

/** A user who may sign in, with the one-time password that an administrator would hand to him. */
export const aUser = async (
  { ctx }: TestApp,
  login: string,
  ...roles: Role[]
): Promise<{ login: string; password: string }> => {
  const { password } = await createUser(ctx, { login, name: `${login} 同学`, roles })
  return { login, password }
}

/**
 * A window in which a user with these roles is signed in; his password is `testPassword`. His account and session are put
 * where signing in leaves them (test/console/sign-in.test.ts takes the door): each real hash is a quarter of a second.
 */
export const signedInWindow = async (
  app: TestApp & { url: string },
  roles: readonly Role[],
  options: VisitOptions = {},
): Promise<Visit> => {
  const visit = await openWindow(app.url, options)
  const { token } = await aSignedInUser(app.ctx, { password: testPassword, roles })
  await visit.context.addCookies([
    { name: 'zhiyin_session', value: token, url: app.url, httpOnly: true, sameSite: 'Strict' },
  ])
  return visit
}

/** Chooses an option of a drop-down list, by its label and the option's words; typing narrows a long list first. */
export const choose = async (
  page: Page,
  label: string,
  option: string,
  { nth = 0, typed = '' } = {},
): Promise<void> => {
  const field = page.getByRole('combobox', { name: label, exact: true }).nth(nth)
  await field.click()
  if (typed !== '') await field.fill(typed)
  await page
    .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', { hasText: option })
    .first()
    .click()
}
