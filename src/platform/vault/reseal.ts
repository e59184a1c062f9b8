import type { Pg } from '../ctx.ts'
import { inTransaction } from '../postgres/in-transaction.ts'
import type { Place } from './envelope.ts'
import './tables.ts'
import type { Vault } from './vault.ts'

export interface SealedRow {
  customerNo: number
  place: Place
  sealed: Uint8Array
}

export interface ResealStep {
  /** The customer to continue after; 0 at the start. */
  after: number
  /** Customers per step, each step one transaction. */
  limit: number
  /** Everything sealed for these customers, read `for update` so that nobody writes in between. */
  rows: (pg: Pg, customerNos: readonly number[]) => Promise<readonly SealedRow[]>
  /** Stores the newly sealed values. */
  write: (pg: Pg, rows: readonly SealedRow[]) => Promise<void>
}

/**
 * Brings the values of some customers under the newest workspace key. Run it until `after` is undefined; it may stop and
 * start anywhere, and what is new already is left alone.
 * @returns the customer to continue after, or undefined when none is left, and how many values were sealed anew
 */
export const resealBatch = (
  vault: Vault,
  { pg }: { pg: Pg },
  { after, limit, rows, write }: ResealStep,
): Promise<{ after: number | undefined; resealed: number }> =>
  inTransaction(pg, async (pg) => {
    const version = vault.keyVersion()
    const keys = await pg
      .selectFrom('platform.customer_key')
      .select(['customer_no', 'salt'])
      .where('key_version', '<', version)
      .where('customer_no', '>', after)
      .orderBy('customer_no')
      .limit(limit)
      .forUpdate()
      .execute()
    const last = keys.at(-1)
    if (!last) return { after: undefined, resealed: 0 }
    const salts = new Map(keys.map(({ customer_no, salt }) => [customer_no, { salt }]))
    const customerNos = [...salts.keys()]
    const resealed: SealedRow[] = []
    for (const { customerNo, place, sealed } of await rows(pg, customerNos)) {
      const key = salts.get(customerNo)
      if (!key || !vault.isStale(sealed)) continue
      resealed.push({ customerNo, place, sealed: vault.seal(key, place, vault.openBytes(key, place, sealed)) })
    }
    if (resealed.length > 0) await write(pg, resealed)
    await pg
      .updateTable('platform.customer_key')
      .set({ key_version: version })
      .where((where) => where('customer_no', '=', where.fn.any(where.val(customerNos))))
      .execute()
    return { after: last.customer_no, resealed: resealed.length }
  })
