import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { type Ctx, scanText } from '#platform'
import { everyExclusionOf } from '../exclusions/of.ts'
import { rootOf } from '../exclusions/store.ts'
import { consentsOf } from './consents.ts'
import type { CustomerConsents, ShownWord, StaffWord } from './contract.ts'
import { doNotContactOf } from './do-not-contact.ts'
import { preferenceLink } from './links.ts'
import { familyOf } from './people.ts'
import { purposeRules } from './purposes.ts'
import { say } from './say.ts'
import { consentSettings } from './settings.ts'
import { type ConsentState, consentVerdict, lastWord, type PurposeRules } from './words.ts'
import './tables.ts'

const dayMs = 86_400_000

/** When a person may be asked again after a no; null: now (S5). */
export const mayAskFrom = (word: ConsentState | undefined, askAgainDays: number, now: Date): Date | null => {
  if (!word || word.status === 'granted') return null
  const from = new Date(word.at.getTime() + askAgainDays * dayMs)
  return from > now ? from : null
}

/**
 * Who may be asked for a consent, by the number asked for: not who agreed, not who said no within the days of the setting
 * `askAgainDays`, nobody for a purpose without a notice in force. Two statements and the rules for all of them.
 */
export const mayAsk = async (
  ctx: Ctx,
  nos: readonly number[],
  { purpose, channel }: { purpose: string; channel: string },
): Promise<Map<number, { may: boolean; from: Date | null }>> => {
  const now = ctx.now()
  const rules = (await purposeRules(ctx)).get(purpose)
  const { askAgainDays } = await consentSettings(ctx)
  const states = await consentsOf(ctx, nos)
  return new Map(
    nos.map((no) => {
      const verdict = consentVerdict(rules, states.get(no) ?? [], channel, now)
      const from = mayAskFrom(verdict.word, askAgainDays, now)
      const needed = rules?.basis === 'consent' && !rules.retired && rules.current !== undefined
      return [no, { may: needed && !verdict.open && from === null, from }]
    }),
  )
}

const historyShown = 200

/** What a customer said, what it permits now, and the proof of every word. @throws problem.customerUnknown */
export const readCustomerConsents = async (ctx: Ctx, { id }: { id: number }): Promise<CustomerConsents> => {
  const no = await rootOf(ctx, id)
  const now = ctx.now()
  const rules = await purposeRules(ctx)
  const states = (await consentsOf(ctx, [no])).get(no) ?? []
  const barred = (await doNotContactOf(ctx, [no])).get(no) ?? []
  const { askAgainDays } = await consentSettings(ctx)
  const { personalised } = await everyExclusionOf(ctx, no)
  return {
    purposes: [...rules.values()].flatMap((purpose) => {
      const channels = channelsOf(purpose, states)
      if (purpose.retired && !states.some((state) => state.purpose === purpose.key)) return []
      return [
        {
          key: purpose.key,
          title: purpose.title,
          basis: purpose.basis as CustomerConsents['purposes'][number]['basis'],
          separate: purpose.separate,
          recipient: purpose.recipient,
          current: purpose.current?.label ?? null,
          channels: channels.map((channel) => {
            const { open, why } = consentVerdict(purpose, states, channel, now)
            const word = lastWord(states, purpose.key, channel)
            return {
              channel,
              open,
              why,
              at: word?.at.toISOString() ?? null,
              noticeVersion: word?.noticeVersion ?? null,
              expiresAt: word?.expiresAt?.toISOString() ?? null,
              evidenceId: word?.evidenceId ?? null,
              mayAskFrom: mayAskFrom(word, askAgainDays, now)?.toISOString() ?? null,
            }
          }),
        },
      ]
    }),
    history: await historyOf(ctx, no, rules),
    doNotContact: barred.map(({ kind, masked, origin, at }) => ({ kind, masked, origin, at: at.toISOString() })),
    personalised,
  }
}

const channelsOf = ({ key, channels }: PurposeRules, states: readonly ConsentState[]): string[] => [
  ...new Set([
    ...channels,
    ...states.flatMap((state) => (state.purpose === key && state.channel !== null ? state.channel : [])),
  ]),
]

interface HistoryRow {
  id: string
  purpose: string
  channel: string
  status: ShownWord['status']
  at: Date
  notice_version: string | null
  text_hash: string | null
  expires_at: Date | null
  source: string
  recorded_by: string | null
  evidence: Record<string, unknown>
  import_id: number
}

const historyOf = async (
  ctx: Ctx,
  no: number,
  rules: ReadonlyMap<string, PurposeRules>,
): Promise<CustomerConsents['history']> => {
  const { rows } = await sql<HistoryRow>`
    with ${familyOf([no])}
    select w.id::text as id, w.purpose, w.channel, w.status, w.at, w.notice_version, w.text_hash, w.expires_at, w.source,
      w.recorded_by, w.evidence, w.import_id
    from family f join compliance.consent w on w.customer_no = f.no order by w.at desc, w.id desc limit ${historyShown}`.execute(
    ctx.pg,
  )
  return rows.map((row) => ({
    id: row.id,
    purpose: row.purpose,
    channel: row.channel === '' ? null : row.channel,
    status: row.status,
    at: row.at.toISOString(),
    noticeVersion: row.notice_version,
    noticeNumber: (row.notice_version !== null && rules.get(row.purpose)?.versions.get(row.notice_version)) || null,
    textHash: row.text_hash,
    expiresAt: row.expires_at?.toISOString() ?? null,
    source: row.source,
    recordedBy: row.recorded_by,
    evidence: { ...row.evidence, ...(row.import_id > 0 && { import: row.import_id }) },
  }))
}

/** What staff heard from a customer, with where the proof lies. @throws problem.customerUnknown, problems of `say` */
export const recordStaffWord = (
  ctx: Ctx,
  { id, purpose, channel, status, at, method, evidence, place }: StaffWord & { id: number },
): Promise<CustomerConsents> =>
  ctx.tx(async (ctx) => {
    const customerNo = await rootOf(ctx, id)
    await say(ctx, {
      customerNo,
      purpose,
      channel,
      yes: status === 'granted',
      refused: status === 'refused',
      ...(at !== undefined && { at: new Date(at) }),
      source: ctx.actor.kind === 'key' ? 'api' : 'staff',
      act: `staff:${randomUUID()}`,
      evidence: {
        method,
        evidence: scanText(evidence).text,
        operator: ctx.actor.name,
        ...(place !== undefined && { place: scanText(place).text }),
      },
    })
    return readCustomerConsents(ctx, { id: customerNo })
  })

/** A link for a customer on the phone or at the counter. @throws problem.customerUnknown */
export const makePreferenceLink = (ctx: Ctx, { id }: { id: number }): Promise<{ url: string; expiresAt: string }> =>
  ctx.tx(async (ctx) => {
    const customerNo = await rootOf(ctx, id)
    const { url, expiresAt } = await preferenceLink(ctx, customerNo)
    await ctx.audit.record(ctx, { action: 'consent.makeLink', subject: { customerNo } })
    return { url, expiresAt: expiresAt.toISOString() }
  })
