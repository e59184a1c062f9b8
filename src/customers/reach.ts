import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { identifierKinds } from './contract.ts'
import { type IdentifierKind, kindNumber } from './identity/kinds.ts'
import { customersTouched } from './touched.ts'

/** Kinds by which a channel may reach a customer. Those that only recognise him are not copied: there are many of them. */
const reachKinds: readonly IdentifierKind[] = ['phone', 'email', 'wechatOpenId', 'wechatUnionId', 'deviceId']
const bits: Readonly<Record<IdentifierKind, number>> = Object.fromEntries(
  identifierKinds.map((kind) => [kind, reachKinds.includes(kind) ? 1 << kindNumber(kind) : 0]),
) as Record<IdentifierKind, number>

/** The bit of a kind in `customer_reach.kinds`; 0 for kinds that are not copied. */
export const reachBit = (kind: IdentifierKind): number => bits[kind]

/** The bits of several kinds, as the column `customer_reach.kinds` has them. */
export const reachMask = (kinds: readonly IdentifierKind[]): number =>
  kinds.reduce((mask, kind) => mask | reachBit(kind), 0)

/** Lines of the table `customer_reach`: who has which kinds, by customer number. */
export const reachLines = (reach: ReadonlyMap<number, number>): string => {
  let text = ''
  for (const [no, kinds] of reach) if (kinds !== 0) text += `${no}\t${kinds}\n`
  return text
}

export const copyReachLines = async (ctx: Ctx, lines: string): Promise<void> => {
  if (lines !== '') await ctx.ch.insert('customer_reach', lines, { columns: ['customer_no', 'kinds'] })
}

const pageSize = 10_000

/**
 * Brings the copy of the kinds in line with Postgres, in pages small enough that nobody waits for one.
 * @param latest only so many of the newest customer numbers: those a crash may have left behind
 * @returns how many customers lacked a kind
 */
export const reconcileReach = async (ctx: Ctx, { latest }: { latest?: number } = {}): Promise<number> => {
  const { rows: last } = await sql<{ no: number | null }>`select max(no) as no from customers.customer`.execute(ctx.pg)
  const end = last[0]?.no ?? 0
  let missing = 0
  for (let after = latest === undefined ? 0 : Math.max(0, end - latest); after < end; after += pageSize) {
    const { rows } = await sql<{ no: number; kinds: number }>`
      select no, bit_or(1 << kind)::int as kinds from customers.identifier
      where no > ${after} and no <= ${after + pageSize} and kind = any(${reachKinds.map(kindNumber)}::smallint[])
      group by no`.execute(ctx.pg)
    if (rows.length === 0) continue
    const copied = await ctx.ch.rows<{ no: number; kinds: number }>(
      ch.sql`select customer_no as no, groupBitOr(kinds) as kinds from customer_reach where customer_no > ${ch.u32(after)} and customer_no <= ${ch.u32(after + pageSize)} group by no`,
    )
    const held = new Map(copied.map(({ no, kinds }) => [no, kinds]))
    const lacking = new Map(
      rows.filter(({ no, kinds }) => ((held.get(no) ?? 0) & kinds) !== kinds).map(({ no, kinds }) => [no, kinds]),
    )
    await copyReachLines(ctx, reachLines(lacking))
    await customersTouched(ctx, [...lacking.keys()])
    missing += lacking.size
  }
  return missing
}
