import assert from 'node:assert/strict'
import test from 'node:test'
import { callOut } from './call-out.ts'
import { namesNever, targetFault } from './inside.ts'

test('addresses of a link and of a cloud’s metadata are never called, however written, whoever may call inside', async () => {
  for (const address of [
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
  ]) {
    assert.equal(targetFault(address, true), 'inside', address)
    await assert.rejects(callOut(address, { timeoutMs: 1_000, allowInside: true }), { code: 'EINSIDE', reached: false })
  }
  for (const host of ['127.0.0.1', '10.0.0.7', '[::1]', '[fd12::1]', 'gateway', '203.0.113.9'])
    assert.equal(namesNever(host), false, host)
  assert.equal(targetFault('http://10.0.0.7/', true), undefined)
})
