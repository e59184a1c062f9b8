import { sql } from 'kysely'
import { type Ctx, normaliseIdentifier } from '#platform'
import { consentsOf, recordConsents, type Word } from './consents.ts'
import { barAddresses } from './do-not-contact.ts'
import { purposeRules } from './purposes.ts'
import { stopWordIn } from './sms-reply.ts'
import { lastWord } from './words.ts'
import './tables.ts'

export interface SmsReply {
  phone: string
  text: string
  /** When the customer sent it. */
  at: Date
  /** Who delivered it, and what else tells two replies of one instant apart. */
  provider: string
}

export interface ReplyOutcome {
  /** Whether it refused further messages. */
  stopped: boolean
  /** As it was understood. */
  word: string | null
  /** Customers whose consents were withdrawn. */
  customers: number[]
}

/**
 * An answer by SMS. A refusal bars the number for all brands and purposes and for ever, whether a customer has it or not, and
 * withdraws its owner's consents to SMS, in one transaction: the next question of the gate sees both (M1: within 60 s).
 * The same reply again changes nothing. The text is not kept.
 */
export const smsReplied = async (ctx: Ctx, { phone, text, at, provider }: SmsReply): Promise<ReplyOutcome> => {
  const word = stopWordIn(text)
  const value = normaliseIdentifier('phone', phone)
  if (word === undefined || value === undefined) return { stopped: false, word: word ?? null, customers: [] }
  const hash = ctx.vault.blindIndex('phone', value)
  const said = at > ctx.now() ? ctx.now() : at
  return ctx.tx(async (ctx) => {
    const fresh = await ctx.pg
      .insertInto('compliance.sms_reply')
      .values({ hash, word, provider, at: said, received_at: ctx.now() })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    const { rows: owners } = await sql<{ no: number }>`
      select distinct c.root_no as no from customers.identifier i join customers.customer c on c.no = i.no where i.hash = ${hash}::uuid`.execute(
      ctx.pg,
    )
    const customers = owners.map(({ no }) => no)
    if (!fresh) return { stopped: true, word, customers }
    const [entry] = await barAddresses(ctx, [{ kind: 'phone', value }], { origin: 'reply', note: word, at: said })
    await recordConsents(ctx, await withdrawals(ctx, customers, { at: said, provider, word, reply: fresh.id }))
    await ctx.audit.recordAll(ctx, [
      ...customers.map((customerNo) => ({
        action: 'consent.replyStop',
        subject: { customerNo },
        detail: { word, provider },
      })),
      ...(customers.length === 0
        ? [{ action: 'consent.replyStop', subject: `smsReply:${fresh.id}`, detail: { word, provider, barred: entry } }]
        : []),
    ])
    return { stopped: true, word, customers }
  })
}

const withdrawals = async (
  ctx: Ctx,
  nos: readonly number[],
  { at, provider, word, reply }: { at: Date; provider: string; word: string; reply: string },
): Promise<Word[]> => {
  if (nos.length === 0) return []
  const [rules, states] = [await purposeRules(ctx), await consentsOf(ctx, nos)]
  return nos.flatMap((customerNo) =>
    [...rules.values()].flatMap(({ key, basis, channels, current }): Word[] => {
      if (basis !== 'consent' || !channels.includes('sms')) return []
      const last = lastWord(states.get(customerNo) ?? [], key, 'sms')
      if (last && last.status !== 'granted') return []
      return [
        {
          customerNo,
          purpose: key,
          channel: 'sms',
          status: last ? 'withdrawn' : 'refused',
          // A yes that was recorded in the same instant or later, as by a clock ahead, must not win over the answer.
          at: last && last.at >= at ? new Date(last.at.getTime() + 1) : at,
          noticeVersion: last?.noticeVersion ?? current?.label ?? null,
          source: 'smsReply',
          act: `smsReply:${reply}`,
          evidence: { method: 'smsReply', provider, word },
        },
      ]
    }),
  )
}
