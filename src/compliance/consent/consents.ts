import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, emit, event } from '#platform'
import { familyOf } from './people.ts'
import { purposeRules } from './purposes.ts'
import './tables.ts'
import { type ConsentState, type ConsentStatus, isLater, type PurposeRules, type WordSource } from './words.ts'

/** Words that were recorded; the copy for audiences follows. Ids are of compliance.consent. */
export const consentsRecorded = event('compliance.consentsRecorded', z.object({ ids: z.array(z.string()).min(1) }))

/** What a customer said, with its proof. */
export interface Word {
  customerNo: number
  purpose: string
  /** null: every channel. */
  channel: string | null
  status: ConsentStatus
  at: Date
  /** As the source calls it; unknown names are kept and open nothing until they are mapped. */
  noticeVersion: string | null
  expiresAt?: Date | null | undefined
  source: WordSource
  /** The click, call or form it was said in. Words of one act share it. */
  act?: string | undefined
  /** How and by what it can be shown: method, number of the recording, place. No personal data. */
  evidence: { readonly [field: string]: string }
  importId?: number | undefined
}

/** A word as it is stored. */
export interface StoredWord {
  id: string
  customer_no: number
  purpose: string
  /** '' stands for every channel. */
  channel: string
  status: ConsentStatus
  at: Date
}

/** separateTogether: one act gave several consents of which one must be separate; stopped: the number replied STOP. */
export type RefusedWord = 'separateTogether' | 'stopped'

export interface Recorded {
  /** Those that had not been stored before. */
  stored: StoredWord[]
  /** By position of the word. */
  refused: Map<number, RefusedWord>
}

/** Events of an import would fill the outbox; it copies its words itself. */
const idsPerEvent = 500

/**
 * Records words; the only place that writes compliance.consent. A word that is there already changes nothing.
 * Not recorded, and answered so: several consents of one act when one of them must be separate (PIPL 14, 23, 29), and from
 * an import a yes for a person whose number replied STOP (M1).
 * @param tell false when the caller brings the copy for audiences in line itself
 */
export const recordConsents = (
  ctx: Ctx,
  words: readonly Word[],
  { tell = true }: { tell?: boolean } = {},
): Promise<Recorded> =>
  ctx.tx(async (ctx) => {
    if (words.length === 0) return { stored: [], refused: new Map() }
    const rules = await purposeRules(ctx)
    const refused = new Map<number, RefusedWord>()
    for (const at of await bundled(ctx, words, rules)) refused.set(at, 'separateTogether')
    for (const at of await stopped(ctx, words)) refused.set(at, 'stopped')
    const rows = words.flatMap((word, at) => (refused.has(at) ? [] : [rowOf(word, rules.get(word.purpose))]))
    if (rows.length === 0) return { stored: [], refused }
    const { rows: stored } = await sql<StoredWord>`
      insert into compliance.consent (customer_no, purpose, channel, status, at, notice_version, evidence, import_id, source,
        expires_at, text_hash, act, recorded_at, recorded_by)
      select no, purpose, channel, status, at, version, evidence, import_id, source, expires_at, text_hash, act,
        ${ctx.now()}, ${ctx.actor.name}
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as given (no int, purpose text, channel text, status text,
        at timestamptz, version text, evidence jsonb, import_id int, source text, expires_at timestamptz, text_hash text, act text)
      on conflict do nothing returning id::text as id, customer_no, purpose, channel, status, at`.execute(ctx.pg)
    if (tell)
      for (let from = 0; from < stored.length; from += idsPerEvent) {
        const ids = stored.slice(from, from + idsPerEvent).map(({ id }) => id)
        await emit(ctx, consentsRecorded, { ids }, 'consents')
      }
    return { stored, refused }
  })

const dayMs = 86_400_000

const rowOf = (word: Word, rules: PurposeRules | undefined) => {
  const current = rules?.current
  const isCurrent = current !== undefined && word.noticeVersion === current.label
  const validDays = isCurrent && word.status === 'granted' ? current.validDays : null
  const expiresAt = word.expiresAt ?? (validDays === null ? null : new Date(word.at.getTime() + validDays * dayMs))
  return {
    no: word.customerNo,
    purpose: word.purpose,
    channel: word.channel ?? '',
    status: word.status,
    at: word.at.toISOString(),
    version: word.noticeVersion,
    evidence: word.evidence,
    import_id: word.importId ?? 0,
    source: word.source,
    expires_at: expiresAt?.toISOString() ?? null,
    text_hash: isCurrent ? current.textHash : null,
    act: word.act ?? null,
  }
}

/** Words with one act, or of one instant where the source knows no acts, are one act. */
const actOf = ({ customerNo, act, at }: Pick<Word, 'customerNo' | 'act' | 'at'>): string =>
  act === undefined ? `${customerNo} ${at.getTime()}` : `act ${act}`

/** Places of separate consents that were given together with another purpose in one act. */
const bundled = async (
  ctx: Ctx,
  words: readonly Word[],
  rules: ReadonlyMap<string, PurposeRules>,
): Promise<number[]> => {
  const isSeparate = ({ purpose, status }: Pick<Word, 'purpose' | 'status'>) =>
    status === 'granted' && (rules.get(purpose)?.separate ?? null) !== null
  const separate = words.filter(isSeparate)
  if (separate.length === 0) return []
  const { rows: before } = await sql<{ customer_no: number; purpose: string; act: string | null; at: Date }>`
    select customer_no, purpose, act, at from compliance.consent
    where status = 'granted' and (act = any(${separate.flatMap(({ act }) => act ?? [])}::text[])
      or (act is null and (customer_no, at) in (select * from unnest(
        ${separate.map(({ customerNo }) => customerNo)}::int[], ${separate.map(({ at }) => at.toISOString())}::timestamptz[]))))`.execute(
    ctx.pg,
  )
  const given = new Map<string, Set<string>>()
  const add = (act: string, purpose: string) => given.set(act, (given.get(act) ?? new Set()).add(purpose))
  for (const { customer_no, purpose, act, at } of before)
    add(actOf({ customerNo: customer_no, act: act ?? undefined, at }), purpose)
  for (const word of words) if (word.status === 'granted') add(actOf(word), word.purpose)
  return words.flatMap((word, at) => (isSeparate(word) && (given.get(actOf(word))?.size ?? 0) > 1 ? [at] : []))
}

/** Channels that use the number. */
const byPhone: ReadonlySet<string | null> = new Set([null, 'sms', 'call'])

/** Places of imported yeses for people one of whose numbers replied STOP. */
const stopped = async (ctx: Ctx, words: readonly Word[]): Promise<number[]> => {
  const asked = words.flatMap((word, at) =>
    word.source === 'import' && word.status === 'granted' && byPhone.has(word.channel) ? [{ word, at }] : [],
  )
  if (asked.length === 0) return []
  const { rows: replied } = await sql`
    select 1 from compliance.do_not_contact where origin = 'reply' and removed_at is null limit 1`.execute(ctx.pg)
  if (replied.length === 0) return []
  const { rows } = await sql<{ asked: number }>`
    with ${familyOf(asked.map(({ word }) => word.customerNo))}
    select distinct f.asked from family f join customers.identifier i on i.no = f.no
    join compliance.do_not_contact d on d.hash = i.hash and d.removed_at is null and d.origin = 'reply'`.execute(ctx.pg)
  const nos = new Set(rows.map(({ asked }) => asked))
  return asked.filter(({ word }) => nos.has(word.customerNo)).map(({ at }) => at)
}

type StateRow = [
  asked: number,
  id: string,
  customerNo: number,
  purpose: string,
  channel: string,
  status: ConsentStatus,
  at: string,
  noticeVersion: string | null,
  expiresAt: string | null,
  source: WordSource,
]

/**
 * The last word of each person about each purpose and channel, by the number asked for. One statement for all of them;
 * whoever has said nothing has an empty list. Words said under any number of a merged person count (`familyOf`).
 * `consentVerdict` with `purposeRules` says what they permit.
 */
export const consentsOf = async (
  ctx: Ctx,
  nos: readonly number[],
  { at = ctx.now() }: { at?: Date } = {},
): Promise<Map<number, ConsentState[]>> => {
  const states = new Map<number, ConsentState[]>(nos.map((no) => [no, []]))
  if (nos.length === 0) return states
  // One text for all rows: the embedded store carries 2,000 rows of ten columns in 35 to 50 ms, as JSON in 15.
  const { rows } = await sql<{ words: string | null }>`
    with ${familyOf(nos)}
    select json_agg(json_build_array(f.asked, w.id::text, w.customer_no, w.purpose, w.channel, w.status, w.at, w.notice_version,
      w.expires_at, w.source))::text as words
    from family f cross join lateral (
      select * from compliance.consent where customer_no = f.no and at <= ${at} offset 0) w`.execute(ctx.pg)
  const words = rows[0]?.words ? (JSON.parse(rows[0].words) as StateRow[]) : []
  const newest = new Map<string, { asked: number; state: ConsentState }>()
  for (const [
    asked,
    evidenceId,
    customerNo,
    purpose,
    channel,
    status,
    saidAt,
    noticeVersion,
    expiresAt,
    source,
  ] of words) {
    const state: ConsentState = {
      purpose,
      channel: channel === '' ? null : channel,
      status,
      at: new Date(saidAt),
      noticeVersion,
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
      source,
      evidenceId,
      customerNo,
    }
    const key = `${asked} ${purpose} ${channel}`
    const before = newest.get(key)
    if (!before || isLater(state, before.state)) newest.set(key, { asked, state })
  }
  for (const { asked, state } of newest.values()) states.get(asked)?.push(state)
  return states
}
