import { sql } from 'kysely'
import { type Ctx, resealBatch } from '#platform'
import { documentPlace } from './personal-document.ts'
import { originalPlace } from './quality/originals.ts'

/** Customers per transaction: about 40 ms of the one embedded connection. */
const batchSize = 1_000

/** Brings every sealed document under the newest workspace key; may stop and start anywhere. @returns how many */
export const resealDocuments = async (ctx: Ctx, signal: AbortSignal): Promise<number> => {
  let total = 0
  let after: number | undefined = 0
  while (after !== undefined && !signal.aborted) {
    const step: { after: number | undefined; resealed: number } = await resealBatch(ctx.vault, ctx, {
      after,
      limit: batchSize,
      rows: async (pg, nos) => {
        const { rows } = await sql<{ no: number; sealed: Uint8Array }>`
          select no, sealed from customers.customer where no = any(${[...nos]}::int[]) and sealed is not null for update`.execute(
          pg,
        )
        const originals = await sql<{ cleaning_id: number; customer_no: number; line: number; sealed: Uint8Array }>`
          select cleaning_id, customer_no, line, sealed from customers.cleaned where customer_no = any(${[...nos]}::int[]) and sealed is not null for update`.execute(
          pg,
        )
        return [
          ...rows.map(({ no, sealed }) => ({ customerNo: no, place: documentPlace(no), sealed })),
          ...originals.rows.map(({ cleaning_id, customer_no: customerNo, line, sealed }) => ({
            customerNo,
            place: originalPlace(cleaning_id, { customerNo, line }),
            sealed,
          })),
        ]
      },
      write: async (pg, all) => {
        const originals = all.filter(({ place }) => place.startsWith('customers.cleaned|'))
        for (const { customerNo, place, sealed } of originals) {
          const [cleaning, line] = (place.split('|')[1] ?? '').split('-').map(Number)
          await sql`
            update customers.cleaned set sealed = ${Buffer.from(sealed)}
            where cleaning_id = ${cleaning} and customer_no = ${customerNo} and line = ${line}`.execute(pg)
        }
        const rows = all.filter(({ place }) => !place.startsWith('customers.cleaned|'))
        await sql`
          update customers.customer c set sealed = decode(u.sealed, 'hex')
          from unnest(${rows.map(({ customerNo }) => customerNo)}::int[], ${rows.map(({ sealed }) => Buffer.from(sealed).toString('hex'))}::text[]) as u (no, sealed)
          where c.no = u.no`.execute(pg)
      },
    })
    total += step.resealed
    after = step.after
  }
  return total
}
