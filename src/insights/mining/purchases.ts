import { ch } from '#platform'
import type { ValueQuestion } from './contract.ts'
import { eventsOf, numberOf, type Scope, textOf } from './facts.ts'

const { sql } = ch
type Sql = ch.Sql

/** Purchases as rows `customer_no, ts, act, amount`: `act` is what counts as one purchase; without an amount each event counts 1. */
export const purchasesOf = (
  scope: Scope,
  {
    event,
    where,
    amount,
    quantity,
    invoice,
  }: Pick<ValueQuestion, 'event' | 'where' | 'amount' | 'quantity' | 'invoice'>,
  days: number | null,
): Sql => {
  const each = amount === null ? sql`toNullable(1.)` : numberOf(amount, scope)
  const brought = quantity === null ? each : sql`${each} * ${numberOf(quantity, scope)}`
  const act =
    invoice === null ? sql`toString(message_hash)` : sql`ifNull(${textOf(invoice, scope)}, toString(message_hash))`
  return sql`select ${scope.no} as customer_no, ts, ${act} as act, ${brought} as amount ${eventsOf(scope, { events: [event], where, days })}`
}
