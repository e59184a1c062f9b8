import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { canonicalJson } from './canonical-json.ts'
import { chainHash, chainStart, merkleTree } from './chain.ts'

test('the chain of two records gives the published hashes', () => {
  const first = chainHash(
    chainStart,
    canonicalJson({
      seq: 1,
      ts: '2026-01-01T00:00:00.000Z',
      actor: 'system',
      action: 'sms.refused',
      reason: 'NO_CONSENT',
    }),
  )
  assert.equal(first, '9a7881b4a415b50cd587cf26a70653c2813f5bcf0f5ca265c50ac60f43df810f')
  const second = chainHash(
    first,
    canonicalJson({ seq: 2, ts: '2026-01-01T00:00:01.000Z', actor: 'u7', action: 'customer.view', object: 'c42' }),
  )
  assert.equal(second, 'a6e1f7ffb962c8e251715ba3e7c52be22e3cb69de0ba99f2cd792830120bbd44')
})

const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest()

/** The definition in RFC 6962, section 2.1, word for word, with given leaves. */
const rootByDefinition = (leaves: Buffer[]): Buffer => {
  const [only] = leaves
  if (leaves.length === 1 && only) return only
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return sha256(Buffer.from([1]), rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)))
}

test('the Merkle root taken in one by one is the root by definition, for any number of leaves', () => {
  const leaves: Buffer[] = []
  const tree = merkleTree()
  for (let count = 1; count <= 70; count += 1) {
    const leaf = sha256(Buffer.from(String(count)))
    leaves.push(leaf)
    tree.add(leaf.toString('hex'))
    assert.equal(tree.root(), rootByDefinition(leaves).toString('hex'))
  }
  assert.equal(merkleTree().root(), sha256().toString('hex'))
})
