import type { Pg } from '../ctx.ts'
import { copyInto, copyRows } from '../postgres/postgres.ts'
import './tables.ts'
import type { CustomerKey } from './vault.ts'

/**
 * Stores the keys of new customers, in the transaction that makes the customers. Through COPY, so any number.
 * @throws the database's unique violation when a customer has a key already
 */
export const storeCustomerKeys = (pg: Pg, keys: readonly (CustomerKey & { customerNo: number })[]): Promise<void> => {
  const rows = copyRows(3)
  for (const { customerNo, salt, keyVersion } of keys) {
    rows.row()
    rows.int4(customerNo)
    rows.bytes(salt)
    rows.int4(keyVersion)
  }
  return copyInto(pg, 'platform.customer_key', ['customer_no', 'salt', 'key_version'], rows)
}

/** The keys by customer; who is not in the answer was shredded or never existed. */
export const customerKeys = async (pg: Pg, customerNos: readonly number[]): Promise<Map<number, CustomerKey>> => {
  const rows = await pg
    .selectFrom('platform.customer_key')
    .selectAll()
    .where((where) => where('customer_no', '=', where.fn.any(where.val([...customerNos]))))
    .execute()
  return new Map(rows.map(({ customer_no, salt, key_version }) => [customer_no, { salt, keyVersion: key_version }]))
}

/**
 * Destroys the customers' keys: what was sealed for them can never be opened again, wherever a copy of it lies.
 * @returns how many keys there were
 */
export const shredCustomers = async (pg: Pg, customerNos: readonly number[]): Promise<number> => {
  const { numDeletedRows } = await pg
    .deleteFrom('platform.customer_key')
    .where((where) => where('customer_no', '=', where.fn.any(where.val([...customerNos]))))
    .executeTakeFirst()
  return Number(numDeletedRows)
}
