import { sql } from 'kysely'
import type { Ctx } from '#platform'

/**
 * Notes that somebody was called or spoken to, whether he was reached or not: the gate counts each try as a contact. Told twice of the
 * same moment it counts once. In the transaction of `ctx`.
 */
export const noteTry = async (
  ctx: Ctx,
  { sendId, customerNo, at, outcome }: { sendId: string; customerNo: number; at: Date; outcome: string },
): Promise<void> => {
  await sql`insert into campaigns.contact_try (send_id, at, customer_no, outcome)
    values (${sendId}::bigint, ${at}, ${customerNo}, ${outcome}) on conflict do nothing`.execute(ctx.pg)
}
