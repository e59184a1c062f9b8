import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { roles } from '#platform'
import { startTestApp } from '#test'
import { createKey } from '../../src/platform/auth/keys.ts'
import { may, permissionsPage, routes } from './table.ts'

test('the checked-in table is what the routes say', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/permissions.md'), 'utf8')
  assert.equal(permissionsPage(), page, 'write it anew: node test/permissions/write.ts')
})

test('every role gets through exactly where the table says, and nobody gets in without signing in', async () => {
  const { app, ctx } = await startTestApp()
  // Path parameters of the right shape that name nothing.
  const filled = (path: string) => path.replaceAll(/\{name\}/g, 'nothing').replaceAll(/\{\w+\}/g, '999999999')
  const call = async (verb: (typeof routes)[number]['verb'], path: string, key?: string) => {
    const { statusCode, body, headers } = await app.http.app.inject({
      method: verb,
      url: `/api${filled(path)}`,
      ...(key && { headers: { authorization: `Bearer ${key}` } }),
    })
    // An answer that is a file is no refusal.
    const isJson = (headers['content-type'] ?? '').includes('json')
    return { statusCode, code: isJson ? (JSON.parse(body || '{}') as { code?: string } | null)?.code : undefined }
  }
  // Ending all sessions or rotating keys is harmless here; what would empty the store is asked last by nobody.
  for (const { verb, path, can, localOnly } of routes) {
    const { statusCode } = await call(verb, path)
    if (localOnly) assert.equal(statusCode, 404, `${verb} ${path} must not exist for callers from outside`)
    else if (can !== 'anyone') assert.equal(statusCode, 401, `${verb} ${path} without signing in`)
  }
  for (const role of roles) {
    const { key } = await createKey(ctx, { name: `test-${role}`, roles: [role] })
    for (const { verb, path, can, localOnly } of routes) {
      if (localOnly) continue
      const { statusCode, code } = await call(verb, path, key)
      const refused = statusCode === 403 && code === 'platform.forbidden'
      assert.equal(refused, !may(role, can), `${role}: ${verb} ${path} answered ${statusCode}`)
    }
  }
})
