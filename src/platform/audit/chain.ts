import { hash } from 'node:crypto'

/** Where the chain stands before its first record. */
export const chainStart = '0'.repeat(64)

/**
 * hᵢ = SHA-256(hᵢ₋₁ ‖ "\n" ‖ canonical record), hashes as 64 hexadecimal digits.
 * @param previous hash of the record before, `chainStart` for the first
 */
export const chainHash = (previous: string, record: string): string => hash('sha256', `${previous}\n${record}`, 'hex')

/**
 * Merkle root over record hashes, taken in one at a time in memory that grows with log₂ of their number. The tree is that
 * of RFC 6962, section 2.1, with the record's hash as the leaf: a record's text never begins with the byte 1 that begins
 * an inner node, so a leaf cannot pass for a node.
 */
export const merkleTree = () => {
  const peaks: { level: number; node: string }[] = []
  const joined = (left: string, right: string) => hash('sha256', Buffer.from(`01${left}${right}`, 'hex'), 'hex')
  return {
    add: (leaf: string) => {
      let top = { level: 0, node: leaf }
      for (let left = peaks.at(-1); left?.level === top.level; left = peaks.at(-1)) {
        peaks.pop()
        top = { level: top.level + 1, node: joined(left.node, top.node) }
      }
      peaks.push(top)
    },
    /** 64 hexadecimal digits; the hash of nothing when there were no leaves. */
    root: (): string =>
      peaks.length === 0
        ? hash('sha256', '', 'hex')
        : peaks.map(({ node }) => node).reduceRight((right, left) => joined(left, right)),
  }
}
