import assert from 'node:assert/strict'
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { z } from 'zod'
import { cheapHash } from '../../../test/support/cheap-hash.ts'
import { openAudit } from '../audit/audit.ts'
import { readConfig } from '../config.ts'
import { type Ctx, tx } from '../ctx.ts'
import { type Feature, route } from '../feature.ts'
import { cliActor, openHttp } from '../http/http.ts'
import { openLog } from '../log.ts'
import { openMetrics } from '../metrics.ts'
import type { Role } from '../permissions.ts'
import { migratePostgres } from '../postgres/migrate.ts'
import { openPostgres, type PostgresStore } from '../postgres/postgres.ts'
import { openVault } from '../vault/vault.ts'
import { authJobs, authRoutes, createUser, ensureFirstAdmin } from './auth.ts'
import type { SignedIn } from './contract.ts'
import { createKey } from './keys.ts'
import {
  accountCount,
  addressCount,
  type Counted,
  lockOutSeconds,
  network,
  takeAttempt,
  unknownLoginCount,
} from './lock-out.ts'
import { checkPasswordPolicy, hashPassword, oneTimePassword, passwordMatches } from './password.ts'
import { startSession } from './sessions.ts'
import { hotp, newSeed, stepAt } from './totp.ts'

const migrations = join(import.meta.dirname, '../../../migrations/postgres')
const noJobs: Ctx['jobs'] = {
  send: () => Promise.reject(new Error('Signing in asks for no jobs')),
  list: () => Promise.resolve([]),
  retry: () => Promise.resolve(),
  stop: () => Promise.resolve(),
}
const good = 'correct horse battery staple'
const better = 'Wide 蓝 river 71 stones'
let store: PostgresStore
let ctx: Ctx
let inject: Awaited<ReturnType<typeof openHttp>>['app']['inject']
let close: () => Promise<void>
let now = new Date('2026-11-21T08:00:00Z')
let recordedBefore = 0
const dir = mkdtempSync(join(tmpdir(), 'zhiyin-auth-'))

/** What this test has left in the audit trail, the oldest first. */
const recorded = async () => {
  const { items } = await ctx.audit.list(ctx.pg, { limit: 1000 })
  return items.filter(({ seq }) => seq > recordedBefore).reverse()
}

const pass = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000)
}

/** A feature above the platform, to see who reaches it. */
const above: Feature = {
  name: 'above',
  routes: [
    route('GET /probe', { can: 'audiences.read', summary: 'Probe', run: async () => ({ ok: true }) }),
    route('POST /probe', { can: 'audiences.write', summary: 'Probe', run: async (ctx) => ({ by: ctx.actor.name }) }),
  ],
}

before(async () => {
  store = await openPostgres({})
  await migratePostgres(store, migrations)
  const config = readConfig({
    ZHIYIN_LOG_LEVEL: 'silent',
    ZHIYIN_TRUSTED_PROXIES: '127.0.0.1',
    ZHIYIN_TOTP_ROLES: 'aml',
  })
  const vault = await openVault({ pg: store.db, masterKey: createSecretKey(randomBytes(32)) })
  ctx = {
    config,
    store,
    pg: store.db,
    vault,
    audit: openAudit({ vault, dir }),
    log: openLog(config),
    metrics: openMetrics(),
    now: () => now,
    actor: cliActor,
    requestId: 'test',
    jobs: noJobs,
    tx,
  } as Ctx
  const { app } = await openHttp(ctx, [{ name: 'platform', routes: authRoutes }, above], { consoleDir: '/nowhere' })
  inject = app.inject.bind(app)
  close = () => app.close()
})
after(async () => {
  await close()
  await store.close()
  rmSync(dir, { recursive: true })
})
beforeEach(async () => {
  await store.script('truncate platform.app_user, platform.sign_in_attempt, platform.api_key cascade')
  recordedBefore = (await ctx.audit.list(ctx.pg, { limit: 1 })).items[0]?.seq ?? 0
})

/** The fields of all replies that the tests read. */
interface Reply {
  code?: string
  detail: { retryAfterSeconds: number }
  user: z.output<typeof SignedIn>['user']
  items: {
    id: string
    name: string
    current: boolean
    lockedUntil: string
    role: string
    permissions: string[]
    prefix: string
  }[]
  id: string
  key: string
  password: string
  secret: string
  backupCodes: string[]
  lockedUntil: string | null
  disabled: boolean
  totpEnabled: boolean
}

interface Sent {
  body?: object
  cookie?: string | undefined
  key?: string
  headers?: Record<string, string>
  address?: string
}

/** One request, as the console sends it. */
const send = async (verb: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, sent: Sent = {}) => {
  const reply = await inject({
    method: verb,
    url: `/api${path}`,
    remoteAddress: sent.address ?? '203.0.113.7',
    headers: {
      'x-zhiyin': '1',
      ...(sent.cookie !== undefined && { cookie: `other=1; zhiyin_session=${sent.cookie}` }),
      ...(sent.key !== undefined && { authorization: `Bearer ${sent.key}` }),
      ...sent.headers,
    },
    ...(sent.body && { payload: sent.body }),
  })
  const header = reply.headers['set-cookie']?.toString() ?? ''
  const json = reply.payload === '' ? ({} as Reply) : reply.json<Reply>()
  return {
    status: reply.statusCode,
    json,
    code: json.code,
    header,
    cookie: /zhiyin_session=([\w-]+)/.exec(header)?.[1],
    retryAfter: reply.headers['retry-after'],
  }
}

const signIn = (login: string, password: string, more: { totp?: string; address?: string; cookie?: string } = {}) =>
  send('POST', '/session', {
    body: { login, password, ...(more.totp && { totp: more.totp }) },
    ...(more.address && { address: more.address }),
    ...(more.cookie && { cookie: more.cookie }),
  })

const goodHash = cheapHash(good)

/** Somebody whose password is `good` and who is signed in. */
const aUser = async (login: string, roles: Role[] = ['marketer'], hash = goodHash) => {
  const id = randomUUID()
  const since = { password_changed_at: now, created_at: now, last_sign_in_at: null, disabled_at: null }
  const without = { email: null, totp_seed: null, totp_confirmed_at: null, totp_last_step: null, created_by: 'test' }
  const own = { id, login, name: login, roles, password_hash: hash, must_change_password: false }
  await store.db
    .insertInto('platform.app_user')
    .values({ ...own, ...without, ...since })
    .execute()
  return { id, cookie: await startSession(ctx, id, { ip: '203.0.113.7', headers: {} }) }
}

test('the first administrator is made once, and his one-time password opens nothing but the change of it', async () => {
  const first = await ensureFirstAdmin(ctx)
  assert.equal(first?.login, 'admin')
  assert.equal(await ensureFirstAdmin(ctx), undefined)
  const { cookie, json } = await signIn('Admin', first?.password ?? '')
  assert.equal(json.user.mustChangePassword, true)
  assert.equal((await send('GET', '/session', { cookie })).status, 200)
  for (const path of ['/users', '/sessions', '/probe'])
    assert.equal((await send('GET', path, { cookie })).code, 'platform.passwordChangeNeeded')
  const changed = await send('POST', '/session/password', {
    cookie,
    body: { password: first?.password, newPassword: good },
  })
  assert.equal(changed.json.user.mustChangePassword, false)
  assert.equal((await send('GET', '/session', { cookie })).status, 401)
  assert.equal((await send('GET', '/users', { cookie: changed.cookie })).status, 200)
  assert.equal((await signIn('admin', first?.password ?? '')).code, 'platform.signInFailed')
})

test('signing in says who one is and what one may do, also by e-mail in any case', async () => {
  const { user, password } = await createUser(ctx, {
    login: 'lina',
    name: '李娜',
    email: 'lina@example.com',
    roles: ['pr'],
  })
  const { status, json } = await signIn('LiNa@Example.com', password)
  assert.equal(status, 200)
  assert.deepEqual(
    { id: json.user.id, name: json.user.name, roles: json.user.roles, permissions: json.user.permissions },
    {
      id: user.id,
      name: '李娜',
      roles: ['pr'],
      permissions: [
        'overview.read',
        'audiences.read',
        'tags.read',
        'insights.read',
        'insights.write',
        'content.read',
        'reviews.read',
        'creatives.read',
        'creatives.write',
        'campaigns.read',
        'opinion.read',
        'opinion.write',
        'opinion.sources',
        'opinion.label',
        'opinion.models',
        'opinion.export',
        'opinion.policy',
        'opinion.alerts',
        'opinion.grade',
        'opinion.handle',
        'opinion.drill',
      ],
    },
  )
})

test('the cookie is out of reach of scripts and other sites, and Secure exactly over https', async () => {
  const { password } = await createUser(ctx, { login: 'lina', roles: ['pr'] })
  const plain = await signIn('lina', password)
  assert.match(plain.header, /^zhiyin_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/)
  const viaProxy = await send('POST', '/session', {
    address: '127.0.0.1',
    headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.9' },
    body: { login: 'lina', password },
  })
  assert.match(viaProxy.header, /; Secure$/)
  const { rows } = await store.db
    .selectFrom('platform.session')
    .select(['token_hash', 'network'])
    .execute()
    .then((rows) => ({ rows }))
  assert.ok(rows.every(({ token_hash }) => token_hash !== plain.cookie && token_hash !== viaProxy.cookie))
  assert.deepEqual(rows.map((row) => row.network).sort(), ['198.51.100.0/24', '203.0.113.0/24'])
})

test('signing in again ends the session the browser had', async () => {
  const { cookie } = await aUser('lina')
  const again = await signIn('lina', good, { cookie })
  assert.equal((await send('GET', '/session', { cookie })).status, 401)
  assert.equal((await send('GET', '/session', { cookie: again.cookie })).status, 200)
})

test('signing out ends the session', async () => {
  const { cookie } = await aUser('lina')
  const out = await send('DELETE', '/session', { cookie })
  assert.equal(out.status, 204)
  assert.match(out.header, /zhiyin_session=; .*Max-Age=0/)
  assert.equal((await send('GET', '/session', { cookie })).status, 401)
})

test('a session ends after eight idle hours, and after seven days in any case', async () => {
  const { cookie } = await aUser('lina')
  pass(7.9 * 3600)
  assert.equal((await send('GET', '/session', { cookie })).status, 200)
  pass(8.1 * 3600)
  assert.equal((await send('GET', '/session', { cookie })).status, 401)
  const busy = (await signIn('lina', good)).cookie
  for (let hours = 0; hours < 7 * 24 - 5; hours += 5) {
    assert.equal((await send('GET', '/session', { cookie: busy })).status, 200)
    pass(5 * 3600)
  }
  pass(5 * 3600)
  assert.equal((await send('GET', '/session', { cookie: busy })).status, 401)
  await authJobs[0]?.run(ctx, {} as never, AbortSignal.timeout(1000))
  assert.deepEqual(await store.db.selectFrom('platform.session').select('id').execute(), [])
})

/** A failed attempt from the usual address, without the quarter of a second that its password would take. */
const fail = (account: Counted) => takeAttempt(ctx, [account, addressCount('203.0.113.7')])

test('five failures lock an account for a minute, each further one for twice as long, an hour at most', async () => {
  await aUser('lina')
  const wrong = (n: number) => signIn('lina', 'not the password', { address: `198.51.100.${n}` })
  for (let n = 1; n <= 5; n++) assert.equal((await wrong(n)).code, 'platform.signInFailed')
  let expected = 60
  for (let n = 6; n <= 12; n++) {
    const locked = await signIn('lina', good, { address: '192.0.2.1' })
    assert.equal(locked.status, 423)
    assert.equal(locked.code, 'platform.lockedOut')
    assert.equal(locked.json.detail.retryAfterSeconds, expected)
    assert.equal(locked.retryAfter, String(expected))
    pass(expected)
    assert.equal((await wrong(n)).code, 'platform.signInFailed')
    expected = Math.min(expected * 2, 3600)
  }
  assert.equal(expected, 3600)
  pass(3600)
  assert.equal((await signIn('lina', good)).status, 200)
  assert.equal((await wrong(1)).code, 'platform.signInFailed')
  assert.equal((await signIn('lina', good)).status, 200)
  assert.equal((await recorded()).filter(({ action }) => action === 'session.lockOut').length, 8)
})

test('an attempt during a lock-out does not prolong it', async () => {
  const { id } = await aUser('lina')
  for (let n = 0; n < 5; n++) await fail(accountCount(id))
  pass(30)
  for (let n = 0; n < 10; n++) assert.equal((await signIn('lina', 'not the password')).status, 423)
  pass(30)
  assert.equal((await signIn('lina', good)).status, 200)
})

test('a hundred guesses at once are five guesses', async () => {
  await aUser('lina')
  const guesses = await Promise.all(
    Array.from({ length: 40 }, (_, n) => signIn('lina', `guess number ${n}`, { address: `198.51.100.${n}` })),
  )
  assert.equal(guesses.filter(({ status }) => status === 401).length, 5)
  assert.equal(guesses.filter(({ status }) => status === 423).length, 35)
})

test('a login that nobody has is locked like any other', async () => {
  for (let n = 0; n < 5; n++) assert.equal((await signIn('nobody', 'x')).code, 'platform.signInFailed')
  assert.equal((await signIn('nobody', 'x')).status, 423)
})

test('an address that guesses at many accounts is locked, and an own account does not wash that away', async () => {
  await aUser('mallory')
  for (let n = 0; n < 19; n++) {
    await fail(unknownLoginCount(`victim${n}`))
    if (n % 8 === 7) assert.equal((await signIn('mallory', good)).status, 200)
  }
  assert.equal((await signIn('victim19', 'Sommer2026!!')).status, 401)
  assert.equal((await signIn('mallory', good)).status, 423)
  assert.equal((await signIn('mallory', good, { address: '192.0.2.1' })).status, 200)
})

test('an administrator ends a lock-out', async () => {
  const { id } = await aUser('lina')
  const { cookie } = await aUser('boss', ['admin'])
  for (let n = 0; n < 5; n++) await fail(accountCount(id))
  const locked = (await send('GET', '/users', { cookie })).json.items.find((user) => user.id === id)
  assert.equal(locked?.lockedUntil, new Date(now.getTime() + 60_000).toISOString())
  assert.equal((await send('POST', `/users/${id}/unlock`, { cookie })).json.lockedUntil, null)
  assert.equal((await signIn('lina', good)).status, 200)
})

test('a login that nobody has takes as long as a wrong password', async () => {
  await aUser('lina', ['marketer'], await hashPassword(good))
  const took = async (login: string) => {
    const start = performance.now()
    await signIn(login, 'not the password')
    return performance.now() - start
  }
  const ratios: number[] = []
  for (let n = 0; n < 4; n++) ratios.push((await took(`nobody${n}`)) / (await took('lina')))
  // Without a comparison for nobody the ratio is 0.05.
  const middle = ratios.sort((a, b) => a - b)[2] ?? 0
  assert.ok(middle > 0.4 && middle < 2.5, `ratios ${ratios.map((ratio) => ratio.toFixed(2))}`)
})

test('hashing a password leaves the main thread free', async () => {
  let turns = 0
  const timer = setInterval(() => turns++, 2)
  await hashPassword(good)
  clearInterval(timer)
  assert.ok(turns > 5, `${turns} turns of the main thread`)
})

test('a password matches in either Unicode form, and nothing else does', async () => {
  const hash = await hashPassword('Caf\u00e9 am Fluss 12')
  assert.match(hash, /^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/)
  assert.equal(await passwordMatches('Cafe\u0301 am Fluss 12', hash), true)
  assert.equal(await passwordMatches('Cafe am Fluss 12', hash), false)
  assert.equal(await passwordMatches('', undefined), false)
})

test('a password is long, uncommon and without the name of who uses it', () => {
  const lina = { login: 'lina', name: '李娜娜', email: 'li.na@example.com' }
  const code = (password: string) => {
    try {
      checkPasswordPolicy(password, lina)
      return 'good'
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error
    }
  }
  assert.equal(code('elevensigns'), 'platform.passwordTooShort')
  for (const common of [
    'Password-1234',
    'aaaaaaaaaaaaaaa',
    '123456123456',
    'abcdeabcdeab1'.slice(0, 12),
    'Qwerty-123456',
  ])
    assert.notEqual(code(common), 'platform.passwordTooShort')
  for (const common of ['Password-1234', 'aaaaaaaaaaaaaaa', '123456123456', 'abc!abc!abc!abc!', 'Qwerty-123456'])
    assert.equal(code(common), 'platform.passwordCommon', common)
  for (const own of ['this is LINA again', '我是李娜娜我喜欢长长的密码', 'li.na likes tea 99'])
    assert.equal(code(own), 'platform.passwordHoldsLogin', own)
  assert.equal(code(good), 'good')
  assert.equal(code('春眠不觉晓处处闻啼鸟夜来风雨声'), 'good')
  assert.equal(code(oneTimePassword()), 'good')
})

test('changing the password ends the other sessions and needs the old one', async () => {
  const { cookie } = await aUser('lina')
  const elsewhere = (await signIn('lina', good)).cookie
  const wrong = await send('POST', '/session/password', { cookie, body: { password: better, newPassword: better } })
  assert.equal(wrong.code, 'platform.passwordWrong')
  const same = await send('POST', '/session/password', { cookie, body: { password: good, newPassword: good } })
  assert.equal(same.code, 'platform.passwordUnchanged')
  const changed = await send('POST', '/session/password', { cookie, body: { password: good, newPassword: better } })
  assert.equal(changed.status, 200)
  for (const old of [cookie, elsewhere]) assert.equal((await send('GET', '/session', { cookie: old })).status, 401)
  assert.equal((await send('GET', '/session', { cookie: changed.cookie })).status, 200)
})

test('guessing the password from within a session locks the account as well', async () => {
  const { cookie } = await aUser('lina')
  for (let n = 0; n < 5; n++)
    await send('POST', '/session/password', { cookie, body: { password: `guess ${n}`, newPassword: better } })
  const next = await send('POST', '/session/password', { cookie, body: { password: good, newPassword: better } })
  assert.equal(next.status, 423)
  assert.equal((await signIn('lina', good)).status, 423)
})

test('sessions are listed and ended one by one, others’ only with permission', async () => {
  const { id, cookie } = await aUser('lina')
  const { cookie: stranger } = await aUser('wang')
  const { cookie: boss } = await aUser('boss', ['admin'])
  const other = (await signIn('lina', good)).cookie
  const { items } = (await send('GET', '/sessions', { cookie })).json
  assert.equal(items.length, 2)
  const theOther = items.find(({ current }) => !current)?.id
  assert.equal((await send('GET', `/sessions?userId=${id}`, { cookie: stranger })).code, 'platform.forbidden')
  assert.equal((await send('DELETE', `/sessions/${theOther}`, { cookie: stranger })).status, 404)
  assert.equal((await send('DELETE', `/sessions/${theOther}`, { cookie })).status, 204)
  assert.equal((await send('GET', '/session', { cookie: other })).status, 401)
  const [mine] = (await send('GET', `/sessions?userId=${id}`, { cookie: boss })).json.items
  assert.equal(mine?.current, false)
  assert.equal((await send('DELETE', `/sessions/${mine?.id}`, { cookie: boss })).status, 204)
  assert.equal((await send('GET', '/session', { cookie })).status, 401)
})

const seedOf = (secret: string) => {
  const bits = [...secret].map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0'))
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
const codeFor = (seed: Buffer, steps = 0) => hotp(seed, stepAt(now) + steps)

/** Sets up the second factor and moves on to the next step. */
const withTotp = async (cookie: string) => {
  const { json } = await send('POST', '/session/totp', { cookie, body: { password: good } })
  const seed = seedOf(json.secret)
  const confirmed = await send('POST', '/session/totp/confirm', { cookie, body: { code: codeFor(seed) } })
  assert.equal(confirmed.status, 200)
  pass(30)
  return { seed, backupCodes: confirmed.json.backupCodes }
}

test('with a second factor a password alone does not sign in, and a code works once', async () => {
  const { cookie } = await aUser('lina')
  const { seed } = await withTotp(cookie)
  assert.equal((await signIn('lina', good)).code, 'platform.totpNeeded')
  assert.equal((await signIn('lina', 'not the password')).code, 'platform.signInFailed')
  const code = codeFor(seed)
  const [one, two] = await Promise.all([signIn('lina', good, { totp: code }), signIn('lina', good, { totp: code })])
  assert.deepEqual(
    [one.status, two.status].sort((a, b) => a - b),
    [200, 401],
  )
  assert.equal((await signIn('lina', good, { totp: code })).code, 'platform.signInFailed')
  assert.equal((await signIn('lina', good, { totp: codeFor(seed, -1) })).code, 'platform.signInFailed')
  assert.equal((await signIn('lina', good, { totp: codeFor(seed, 1) })).status, 200)
})

test('guessed codes lock the account; asking without one does not', async () => {
  const { cookie } = await aUser('lina')
  const { seed } = await withTotp(cookie)
  for (let n = 0; n < 6; n++) assert.equal((await signIn('lina', good)).code, 'platform.totpNeeded')
  const wrong = String((Number(codeFor(seed)) + 1) % 1_000_000).padStart(6, '0')
  for (let n = 0; n < 5; n++) assert.equal((await signIn('lina', good, { totp: wrong })).status, 401)
  assert.equal((await signIn('lina', good, { totp: codeFor(seed) })).status, 423)
  assert.equal((await signIn('lina', good)).status, 423)
})

test('a backup code signs in once; neither codes nor seed can be read in the database', async () => {
  const { cookie } = await aUser('lina')
  const { seed, backupCodes } = await withTotp(cookie)
  const [code = ''] = backupCodes
  assert.equal(backupCodes.length, 10)
  assert.equal((await signIn('lina', good, { totp: code.toLowerCase() })).status, 200)
  assert.equal((await signIn('lina', good, { totp: code })).status, 401)
  const stored = JSON.stringify([
    await store.db.selectFrom('platform.app_user').selectAll().execute(),
    await store.db.selectFrom('platform.totp_backup_code').selectAll().execute(),
  ])
  for (const secret of [code, code.replaceAll('-', ''), seed.toString('base64url'), seed.toString('hex')])
    assert.ok(!stored.includes(secret))
})

test('setting up a second factor ends the sessions made without it and needs the password', async () => {
  const { cookie } = await aUser('lina')
  const elsewhere = (await signIn('lina', good)).cookie
  const refused = await send('POST', '/session/totp', { cookie, body: { password: better } })
  assert.equal(refused.code, 'platform.passwordWrong')
  const early = await send('POST', '/session/totp/confirm', { cookie, body: { code: '123456' } })
  assert.equal(early.code, 'platform.totpNotBegun')
  await withTotp(cookie)
  assert.equal((await send('GET', '/session', { cookie: elsewhere })).status, 401)
  assert.equal((await send('GET', '/session', { cookie })).json.user.totpEnabled, true)
  const again = await send('POST', '/session/totp', { cookie, body: { password: good } })
  assert.equal(again.code, 'platform.totpAlreadyOn')
  assert.equal((await send('DELETE', '/session/totp', { cookie, body: { password: good } })).status, 204)
  assert.equal((await signIn('lina', good)).status, 200)
})

test('a role that demands a second factor opens nothing before it is set up', async () => {
  const { cookie } = await aUser('chen', ['aml'])
  assert.equal((await send('GET', '/sessions', { cookie })).code, 'platform.totpEnrolmentNeeded')
  assert.equal((await send('GET', '/session', { cookie })).json.user.totpEnrolmentNeeded, true)
  await withTotp(cookie)
  assert.equal((await send('GET', '/sessions', { cookie })).status, 200)
})

test('an administrator takes a lost second factor away', async () => {
  const { id, cookie } = await aUser('lina')
  const { cookie: boss } = await aUser('boss', ['admin'])
  await withTotp(cookie)
  const patched = await send('PATCH', `/users/${id}`, { cookie: boss, body: { totpEnabled: false } })
  assert.equal(patched.json.totpEnabled, false)
  assert.equal((await signIn('lina', good)).status, 200)
})

test('a change by cookie needs our header and our origin; reading and keys do not', async () => {
  const { cookie } = await aUser('lina')
  const { key } = await createKey(ctx, { name: 'probe', roles: ['marketer'] })
  const post = (headers: Record<string, string>) => send('POST', '/probe', { cookie, headers })
  assert.equal((await post({ host: 'zhiyin.example' })).status, 200)
  const refused: Record<string, string>[] = [
    { 'x-zhiyin': '' },
    { 'x-zhiyin': '0' },
    { host: 'zhiyin.example', origin: 'https://evil.example' },
    { host: 'zhiyin.example', origin: 'https://zhiyin.example.evil.example' },
    { host: 'zhiyin.example', origin: 'null' },
    { host: 'zhiyin.example:8787', origin: 'http://zhiyin.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of refused)
    assert.equal((await post(headers)).code, 'platform.originRefused', JSON.stringify(headers))
  const accepted: Record<string, string>[] = [
    { host: 'zhiyin.example', origin: 'https://zhiyin.example' },
    { host: 'zhiyin.example:443', origin: 'https://zhiyin.example' },
    { host: '127.0.0.1:8787', origin: 'http://127.0.0.1:8787', 'sec-fetch-site': 'same-origin' },
  ]
  for (const headers of accepted) assert.equal((await post(headers)).status, 200, JSON.stringify(headers))
  assert.equal((await send('GET', '/probe', { cookie, headers: { 'x-zhiyin': '' } })).status, 200)
  assert.equal((await send('POST', '/probe', { key, headers: { 'x-zhiyin': '' } })).status, 200)
  const out = await send('DELETE', '/session', { cookie, headers: { 'x-zhiyin': '' } })
  assert.equal(out.code, 'platform.originRefused')
})

test('another site’s page cannot sign anybody in', async () => {
  await aUser('lina')
  const body = { login: 'lina', password: good }
  const evil = { host: 'zhiyin.example', origin: 'https://evil.example' }
  assert.equal((await send('POST', '/session', { body, headers: evil })).code, 'platform.originRefused')
  assert.equal((await send('POST', '/session', { body, headers: { 'x-zhiyin': '' } })).status, 200)
})

test('a disabled user is out at once and cannot come back, and is told no more than a wrong password', async () => {
  const { id, cookie } = await aUser('lina')
  const { cookie: boss } = await aUser('boss', ['admin'])
  const disabled = await send('PATCH', `/users/${id}`, { cookie: boss, body: { disabled: true } })
  assert.equal(disabled.json.disabled, true)
  assert.equal((await send('GET', '/session', { cookie })).status, 401)
  assert.equal((await signIn('lina', good)).code, 'platform.signInFailed')
  assert.equal((await send('PATCH', `/users/${id}`, { cookie: boss, body: { disabled: false } })).status, 200)
  assert.equal((await send('GET', '/session', { cookie })).status, 401)
  assert.equal((await signIn('lina', good)).status, 200)
})

test('the last administrator stays one; of two who remove each other at once one stays', async () => {
  const { id, cookie } = await aUser('boss', ['admin'])
  for (const body of [{ disabled: true }, { roles: ['marketer'] }])
    assert.equal((await send('PATCH', `/users/${id}`, { cookie, body })).code, 'platform.lastAdmin')
  assert.equal((await send('PATCH', `/users/${id}`, { cookie, body: { name: '老板' } })).status, 200)
  const second = await aUser('deputy', ['admin', 'marketer'])
  const removed = await Promise.all([
    send('PATCH', `/users/${second.id}`, { cookie, body: { roles: ['marketer'] } }),
    send('PATCH', `/users/${id}`, { cookie: second.cookie, body: { disabled: true } }),
  ])
  assert.equal(removed.filter(({ status }) => status === 200).length, 1)
})

test('a change of roles holds from the next request', async () => {
  const { id, cookie } = await aUser('lina')
  const { cookie: boss } = await aUser('boss', ['admin'])
  assert.equal((await send('POST', '/probe', { cookie })).status, 200)
  await send('PATCH', `/users/${id}`, { cookie: boss, body: { roles: ['pr'] } })
  assert.equal((await send('POST', '/probe', { cookie })).code, 'platform.forbidden')
})

test('users are added and reset by an administrator only; logins and e-mails are unique together', async () => {
  const { cookie } = await aUser('boss', ['admin'])
  const { cookie: lina } = await aUser('lina')
  const body = { login: 'Wang', name: '王芳', email: 'Wang@Example.com', roles: ['analyst'] }
  assert.equal((await send('POST', '/users', { cookie: lina, body })).code, 'platform.forbidden')
  const made = await send('POST', '/users', { cookie, body })
  assert.equal(made.status, 201)
  assert.deepEqual([made.json.user.login, made.json.user.email], ['wang', 'wang@example.com'])
  for (const taken of [body, { ...body, login: 'wang2' }, { login: 'wang@example.com', roles: ['pr'] }])
    assert.equal((await send('POST', '/users', { cookie, body: taken })).code, 'platform.loginTaken')
  const session = (await signIn('wang', made.json.password)).cookie
  const reset = await send('POST', `/users/${made.json.user.id}/reset-password`, { cookie })
  assert.equal((await send('GET', '/session', { cookie: session })).status, 401)
  assert.equal((await signIn('wang', made.json.password)).status, 401)
  assert.equal((await signIn('wang', reset.json.password)).json.user.mustChangePassword, true)
  assert.equal((await send('POST', '/users', { cookie, body: { login: 'x y', roles: [] } })).status, 400)
})

test('a key carries its roles, narrowed by its scope, and only to where they reach', async () => {
  const { cookie } = await aUser('boss', ['admin'])
  const make = (body: object) => send('POST', '/keys', { cookie, body })
  const all = await make({ name: 'all', role: 'marketer' })
  assert.equal(all.status, 201)
  assert.match(all.json.key, /^zk_[\w-]{43}$/)
  assert.equal((await send('POST', '/probe', { key: all.json.key })).status, 200)
  const narrow = await make({ name: 'narrow', roles: ['marketer'], scope: ['audiences.read'] })
  assert.equal((await send('GET', '/probe', { key: narrow.json.key })).status, 200)
  assert.equal((await send('POST', '/probe', { key: narrow.json.key })).code, 'platform.forbidden')
  const beyond = await make({ name: 'beyond', roles: ['marketer'], scope: ['users.write'] })
  assert.equal(beyond.code, 'platform.scopeBeyondRoles')
  assert.equal((await make({ name: 'nothing' })).status, 400)
  const { items } = (await send('GET', '/keys', { cookie })).json
  assert.deepEqual(items.map(({ name }) => name).sort(), ['all', 'narrow'])
  assert.ok(all.json.key.startsWith(items.find(({ name }) => name === 'all')?.prefix ?? 'none'))
  assert.ok(!JSON.stringify(items).includes(all.json.key))
  const self = (await send('GET', '/session', { key: narrow.json.key })).json.user
  assert.deepEqual([self.kind, self.permissions], ['key', ['audiences.read']])
  const password = await send('POST', '/session/password', {
    key: all.json.key,
    body: { password: good, newPassword: better },
  })
  assert.equal(password.code, 'platform.sessionNeeded')
})

test('a key ends at its expiry and at its revocation; a wrong key is not helped by a cookie', async () => {
  const { cookie } = await aUser('boss', ['admin'])
  const expiresAt = new Date(now.getTime() + 2_000).toISOString()
  const short = (await send('POST', '/keys', { cookie, body: { name: 'short', role: 'pr', expiresAt } })).json
  assert.equal((await send('GET', '/probe', { key: short.key })).status, 200)
  pass(2)
  assert.equal((await send('GET', '/probe', { key: short.key })).status, 401)
  const past = await send('POST', '/keys', { cookie, body: { name: 'past', role: 'pr', expiresAt } })
  assert.equal(past.code, 'platform.expiryPast')

  const { id, key } = (await send('POST', '/keys', { cookie, body: { name: 'k', role: 'pr' } })).json
  assert.equal((await send('GET', '/probe', { key })).status, 200)
  assert.equal((await send('DELETE', `/keys/${id}`, { cookie })).status, 204)
  assert.equal((await send('GET', '/probe', { key })).status, 401)
  assert.equal((await send('GET', '/probe', { key, cookie })).status, 401)
  assert.equal((await send('DELETE', `/keys/${id}`, { cookie })).status, 404)
})

test('a key revoked by another process stops within five seconds; its last use is written once a minute', async () => {
  const { id, key } = await createKey(ctx, { name: 'k', roles: ['pr'] })
  const lastUsed = async () =>
    (await store.db.selectFrom('platform.api_key').select('last_used_at').where('id', '=', id).executeTakeFirst())
      ?.last_used_at
  const first = new Date(now)
  for (let n = 0; n < 11; n++) {
    assert.equal((await send('GET', '/probe', { key })).status, 200)
    pass(5)
  }
  assert.deepEqual(await lastUsed(), first)
  pass(10)
  assert.equal((await send('GET', '/probe', { key })).status, 200)
  assert.deepEqual(await lastUsed(), now)
  await store.db.updateTable('platform.api_key').set({ revoked_at: now }).where('id', '=', id).execute()
  pass(4.9)
  assert.equal((await send('GET', '/probe', { key })).status, 200)
  pass(0.1)
  assert.equal((await send('GET', '/probe', { key })).status, 401)
})

test('the roles page is the permission table', async () => {
  const { cookie } = await aUser('boss', ['admin'])
  const { items } = (await send('GET', '/roles', { cookie })).json
  assert.equal(items.length, 10)
  const auditor = items.find(({ role }) => role === 'auditor')
  assert.ok(auditor?.permissions.includes('audit.read') && !auditor.permissions.includes('users.write'))
})

test('what was done is recorded, without passwords, codes, addresses or logins that nobody has', async () => {
  const { user, password } = await createUser(ctx, { login: 'boss', roles: ['admin'] })
  await signIn('boss', 'a secret typed wrong')
  await signIn('my-password-in-the-wrong-field', 'x')
  const first = await signIn('boss', password)
  const body = { password, newPassword: good }
  const { cookie } = await send('POST', '/session/password', { cookie: first.cookie, body })
  const made = await send('POST', '/keys', { cookie, body: { name: 'k', role: 'pr' } })
  await send('DELETE', `/keys/${made.json.id}`, { cookie })
  await send('PATCH', `/users/${user.id}`, { cookie, body: { email: 'boss@example.com' } })
  await send('DELETE', '/session', { cookie })
  assert.deepEqual(
    (await recorded()).map(({ action }) => action),
    [
      'user.create',
      'session.refuse',
      'session.refuse',
      'session.start',
      'user.changePassword',
      'key.create',
      'key.revoke',
      'user.change',
      'session.end',
    ],
  )
  const text = JSON.stringify(await recorded())
  for (const secret of ['secret typed', 'wrong-field', password, good, made.json.key, '203.0.113', 'boss@example.com'])
    assert.ok(!text.includes(secret), secret)
})

test('lock-outs and networks', () => {
  assert.deepEqual(
    [4, 5, 6, 10, 11, 12, 500].map((failures) => lockOutSeconds(failures, 5)),
    [0, 60, 120, 1920, 3600, 3600, 3600],
  )
  assert.equal(network('203.0.113.77', 24), '203.0.113.0/24')
  assert.equal(network('::ffff:203.0.113.77', 32), '203.0.113.77')
  assert.equal(network('2001:db8:1:2:aaaa::1', 32), '2001:db8:1:2::/64')
  assert.equal(network('2001:0db8::1', 24), '2001:db8:0:0::/64')
  assert.equal(network('::1', 24), '0:0:0:0::/64')
  assert.equal(newSeed().length, 20)
})
