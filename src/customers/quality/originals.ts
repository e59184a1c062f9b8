import { type Ctx, customerKeys, fieldMeaning, mask, storeCustomerKeys } from '#platform'
import { maskTrait } from '../profile.ts'
import type { OriginalsPage } from './recipe-contract.ts'
import { cleaningRow } from './recipes.ts'
import './tables.ts'

/** What stood in fields of one customer or row before; `personal` ones are sealed. */
export interface Original {
  customerNo: number
  line: number
  plain: Readonly<Record<string, unknown>>
  personal: Readonly<Record<string, unknown>>
}

/** Where an original is sealed; the customer's key is brought forward with it (`reseal.ts`). */
export const originalPlace = (cleaning: number, { customerNo, line }: Pick<Original, 'customerNo' | 'line'>) =>
  `customers.cleaned|${cleaning}-${line}|${customerNo}` as const

/**
 * Keeps originals in the transaction of the change. Personal ones of rows that became no customer's have no key to be sealed
 * under: of them the masked form is kept.
 */
export const storeOriginals = async (ctx: Ctx, cleaning: number, originals: readonly Original[]): Promise<void> => {
  if (originals.length === 0) return
  const wanted = originals.filter(({ personal, customerNo }) => customerNo > 0 && Object.keys(personal).length > 0)
  const keys = await customerKeys(ctx.pg, [...new Set(wanted.map(({ customerNo }) => customerNo))])
  const fresh = []
  for (const { customerNo } of wanted)
    if (!keys.has(customerNo)) {
      const key = ctx.vault.newCustomerKey()
      keys.set(customerNo, key)
      fresh.push({ customerNo, ...key })
    }
  await storeCustomerKeys(ctx.pg, fresh)
  const values = originals.map((one) => {
    const key = keys.get(one.customerNo)
    const masked = key
      ? {}
      : Object.fromEntries(
          Object.entries(one.personal).map(([field, value]) => [
            field,
            value === null ? null : shownOriginal(field, textOf(value)),
          ]),
        )
    return {
      cleaning_id: cleaning,
      customer_no: one.customerNo,
      line: one.line,
      plain: JSON.stringify({ ...one.plain, ...masked }),
      sealed:
        key && Object.keys(one.personal).length > 0
          ? ctx.vault.seal(key, originalPlace(cleaning, one), JSON.stringify(one.personal))
          : null,
    }
  })
  for (let at = 0; at < values.length; at += 5_000)
    await ctx.pg
      .insertInto('customers.cleaned')
      .values(values.slice(at, at + 5_000))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const shownOriginal = (field: string, value: string): string => {
  const kind = fieldMeaning(field)?.personal
  return kind === undefined ? maskTrait(field, value) : mask(kind, value)
}

export interface KeptOriginal {
  customerNo: number
  line: number
  plain: Record<string, unknown>
  personal: Record<string, unknown>
}

/** Originals in the order of customer and line, from after a place. */
export const readOriginals = async (
  ctx: Ctx,
  cleaning: number,
  after: { customerNo: number; line: number },
  limit: number,
): Promise<KeptOriginal[]> => {
  const rows = await ctx.pg
    .selectFrom('customers.cleaned')
    .select(['customer_no', 'line', 'plain', 'sealed'])
    .where('cleaning_id', '=', cleaning)
    .where(({ eb, or, and }) =>
      or([
        eb('customer_no', '>', after.customerNo),
        and([eb('customer_no', '=', after.customerNo), eb('line', '>', after.line)]),
      ]),
    )
    .orderBy('customer_no')
    .orderBy('line')
    .limit(limit)
    .execute()
  const keys = await customerKeys(
    ctx.pg,
    rows.filter(({ sealed }) => sealed !== null).map(({ customer_no }) => customer_no),
  )
  return rows.map(({ customer_no: customerNo, line, plain, sealed }) => {
    const key = keys.get(customerNo)
    const personal =
      sealed && key
        ? (JSON.parse(ctx.vault.open(key, originalPlace(cleaning, { customerNo, line }), sealed)) as Record<
            string,
            unknown
          >)
        : {}
    return { customerNo, line, plain, personal }
  })
}

/** Value before: in files the value itself, in the base the first of [before, after], each a word with its instant. */
const beforeOf = (kept: unknown): string | null => {
  const value: unknown = Array.isArray(kept) ? (Array.isArray(kept[0]) ? (kept[0] as unknown[])[0] : kept[0]) : kept
  return value === null || value === undefined ? null : textOf(value)
}

/** One page for people; personal values masked. @throws quality.cleaningUnknown */
export const pageOriginals = async (
  ctx: Ctx,
  { id, limit, after }: { id: string; limit: number; after?: string | undefined },
): Promise<OriginalsPage> => {
  await cleaningRow(ctx, Number(id))
  const [customerNo = -1, line = 0] = (after ?? '').split('-').filter(Boolean).map(Number)
  const rows = await readOriginals(ctx, Number(id), { customerNo, line }, limit + 1)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map((one) => ({
      customer: one.customerNo === 0 ? null : String(one.customerNo),
      line: one.line === 0 ? null : one.line,
      before: {
        ...Object.fromEntries(Object.entries(one.plain).map(([field, kept]) => [field, beforeOf(kept)])),
        ...Object.fromEntries(
          Object.entries(one.personal).map(([field, kept]) => {
            const before = beforeOf(kept)
            return [field, before === null ? null : shownOriginal(field, before)]
          }),
        ),
      },
    })),
    next: rows.length > limit && last ? `${last.customerNo}-${last.line}` : null,
  }
}
