import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Channel, Refusal } from '../channels-contract.ts'
import type { CampaignState } from '../contract.ts'
import { limitsInForce } from '../limits/store.ts'
import { holdBudgets, type Used } from './budget.ts'
import { calendarOf } from './calendar.ts'
import type { Contact } from './frequency.ts'
import { markOfWords, noteWords } from './fresh-words.ts'
import { type GateFacts, type GateRules, type GateVerdict, gate, type PersonFacts, type Reason } from './gate.ts'
import { frozenOffer } from './offers.ts'
import { askedKey, peopleFacts } from './people.ts'
import { byPriority, sendKey, visitKey } from './requests.ts'
import type { SendRequest, SendVerdict } from './send-request.ts'
import { versionKey, versionsOf } from './versions.ts'
import '../tables.ts'

/** Everything that rules look at, for a set of requests. */
export interface Loaded {
  rules: GateRules
  factsOf: (request: SendRequest) => GateFacts & { person: PersonFacts & { contacts: Contact[] } }
}

/**
 * Facts of a set in some fifteen statements, however many requests.
 * @param hold whether to keep others from deciding over the same people and budgets until the transaction ends
 */
export const loadFacts = async (
  ctx: Ctx,
  requests: readonly SendRequest[],
  { hold }: { hold: boolean },
): Promise<Loaded> => {
  const limits = await limitsInForce(ctx)
  const versions = await versionsOf(ctx, requests)
  const ids = [...new Set(requests.map(({ campaignId }) => campaignId))]
  const { rows } = await sql<{ id: number; state: CampaignState }>`
    select id, state from campaigns.campaign where id = any(${ids}::int[])`.execute(ctx.pg)
  const campaigns = new Map(rows.map(({ id, state }) => [id, { state }]))
  const people = await peopleFacts(ctx, requests, limits, { turns: hold })
  const used: ReadonlyMap<number, Used> = hold ? await holdBudgets(ctx, requests) : new Map()
  const nothing: Used = { sends: 0, costMillifen: 0 }
  return {
    rules: { limits, calendar: calendarOf(limits.calendar), now: ctx.now() },
    factsOf: (request) => {
      const person = people.get(askedKey(request))
      if (!person) throw new Error(`no facts of customer ${request.customerNo} were loaded`)
      const isVersion = versions.has(versionKey(request.campaignId, request.version))
      return {
        campaign: isVersion ? campaigns.get(request.campaignId) : undefined,
        person,
        offer: frozenOffer(request, versions),
        used: used.get(request.campaignId) ?? nothing,
      }
    },
  }
}

interface Earlier {
  id: string
  state: string
  channel: Channel
  creative_id: number | null
  not_before: Date | null
  refusal: Refusal | null
}

/** Sends that exist for visits, by `visitKey`. */
const earlierSends = async (ctx: Ctx, requests: readonly SendRequest[]): Promise<Map<string, Earlier>> => {
  const { rows } = await sql<
    Earlier & {
      campaign_id: number
      version: number
      step: string
      customer_no: number
      entry_no: number
      pass: number
    }
  >`
    select s.id::text as id, s.state, s.channel, s.creative_id, s.not_before, s.refusal, s.campaign_id, s.version, s.step,
      s.customer_no, s.entry_no, s.pass
    from unnest(${requests.map((one) => one.campaignId)}::int[], ${requests.map((one) => one.version)}::int[],
      ${requests.map((one) => one.step)}::text[], ${requests.map((one) => one.customerNo)}::int[],
      ${requests.map((one) => one.entryNo)}::int[], ${requests.map((one) => one.pass)}::smallint[])
      as r (campaign_id, version, step, customer_no, entry_no, pass)
    join campaigns.send s using (campaign_id, version, step, customer_no, entry_no, pass)`.execute(ctx.pg)
  return new Map(
    rows.map((row) => [
      visitKey({
        campaignId: row.campaign_id,
        version: row.version,
        step: row.step,
        customerNo: row.customer_no,
        entryNo: row.entry_no,
        pass: row.pass,
      }),
      row,
    ]),
  )
}

const repeated = ({ id, state, channel, creative_id, not_before, refusal }: Earlier): SendVerdict =>
  state === 'refused'
    ? { decision: 'refused', sendId: id, refusal: refusal ?? 'CAMPAIGN_STOPPED', again: true }
    : {
        decision: 'planned',
        sendId: id,
        channel,
        creativeId: creative_id ?? 0,
        notBefore: not_before ?? new Date(0),
        again: true,
      }

/** Verdicts of a set by position. Those for one person and one budget count against each other, higher priority first. */
const judge = (requests: readonly SendRequest[], { rules, factsOf }: Loaded): Map<number, GateVerdict> => {
  const verdicts = new Map<number, GateVerdict>()
  const used = new Map<number, Used>()
  const added = new Map<Contact[], Contact[]>()
  const gone = new Set<Contact>()
  for (const i of byPriority(requests)) {
    const request = requests[i]
    if (!request) continue
    const facts = factsOf(request)
    const before = used.get(request.campaignId) ?? facts.used
    const shared = facts.person.contacts
    const own = added.get(shared) ?? []
    const contacts =
      own.length === 0 && gone.size === 0 ? shared : [...shared.filter((contact) => !gone.has(contact)), ...own]
    const verdict = gate(request, { ...facts, used: before, person: { ...facts.person, contacts } }, rules)
    verdicts.set(i, verdict)
    if (verdict.decision === 'refused') continue
    for (const contact of verdict.displaces) gone.add(contact)
    used.set(request.campaignId, {
      sends: before.sends + 1,
      costMillifen: before.costMillifen + verdict.costMillifen,
    })
    const { campaignId, customerNo, step, category, product, purpose, priority } = request
    const at = verdict.notBefore.getTime()
    // Decided together, so it cannot give way any more: it counts as gone out.
    own.push({
      sendId: '',
      customerNo,
      campaignId,
      step,
      category,
      product,
      purpose,
      priority,
      channel: verdict.channel,
      at,
      planned: false,
    })
    added.set(shared, own)
  }
  return verdicts
}

/** Keeps planned sends from leaving. @returns those that have left already */
const holdPlanned = async (ctx: Ctx, contacts: readonly Contact[]): Promise<Contact[]> => {
  if (contacts.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select id::text as id from campaigns.send where id = any(${contacts.map(({ sendId }) => sendId)}::bigint[])
      and state = 'planned' order by id for update`.execute(ctx.pg)
  const held = new Set(rows.map(({ id }) => id))
  return contacts.filter(({ sendId }) => !held.has(sendId))
}

const displacedBy = (verdicts: ReadonlyMap<number, GateVerdict>): Contact[] =>
  [...verdicts.values()].flatMap((verdict) => (verdict.decision === 'planned' ? verdict.displaces : []))

/** Verdicts whose displaced sends are held; a send that left meanwhile makes the set be judged again. */
const judgeHeld = async (
  ctx: Ctx,
  requests: readonly SendRequest[],
  loaded: Loaded,
): Promise<Map<number, GateVerdict>> => {
  for (;;) {
    const verdicts = judge(requests, loaded)
    const left = await holdPlanned(ctx, displacedBy(verdicts))
    if (left.length === 0) return verdicts
    for (const contact of left) contact.planned = false
  }
}

export const storedReason = ({ values }: Reason, channels: readonly { channel: Channel; reason: Reason }[]) => ({
  ...values,
  ...(channels.length > 1 && {
    channels: channels.map(({ channel, reason }) => ({ channel, refusal: reason.refusal, ...reason.values })),
  }),
})

const insertSends = async (
  ctx: Ctx,
  requests: readonly SendRequest[],
  verdicts: ReadonlyMap<number, GateVerdict>,
): Promise<Map<string, string>> => {
  const rows = [...verdicts].flatMap(([i, verdict]) => {
    const request = requests[i]
    if (!request) return []
    const planned = verdict.decision === 'planned' ? verdict : undefined
    const refused = verdict.decision === 'refused' ? verdict : undefined
    const [first] = request.channels
    return {
      c: request.campaignId,
      v: request.version,
      s: request.step,
      n: request.customerNo,
      e: request.entryNo,
      p: request.pass,
      i: request.entryId,
      g: request.category,
      h: planned?.channel ?? first?.channel,
      r: planned?.creativeId ?? first?.creativeId,
      o: request.offerId,
      a: request.arm,
      f: refused?.reason.refusal,
      d: refused && storedReason(refused.reason, refused.channels),
      b: planned?.notBefore.toISOString(),
      u: request.notAfter.toISOString(),
      k: sendKey(request),
      m: planned?.costMillifen,
    }
  })
  const { rows: made } = await sql<{ id: string; key: string }>`
    insert into campaigns.send (campaign_id, version, step, customer_no, entry_no, pass, entry_id, category, channel, creative_id,
      offer_id, arm, state, refusal, refusal_detail, decided_at, not_before, not_after, key, cost_millifen)
    select c, v, s, n, e, p, i, g, h, r, o, a, case when f is null then 'planned' else 'refused' end, f, d, ${ctx.now()}, b, u, k, m
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as given (c int, v int, s text, n int, e int, p smallint,
      i bigint, g text, h text, r int, o int, a text, f text, d jsonb, b timestamptz, u timestamptz, k text, m int)
    on conflict do nothing returning id::text as id, key`.execute(ctx.pg)
  return new Map(made.map(({ id, key }) => [key, id]))
}

/** Sends that give way become refused; what they had taken of limits and budgets is free again. */
const displace = async (
  ctx: Ctx,
  verdicts: ReadonlyMap<number, GateVerdict>,
  requests: readonly SendRequest[],
): Promise<void> => {
  const by = new Map<string, number>()
  for (const [i, verdict] of verdicts) {
    const request = requests[i]
    if (verdict.decision !== 'planned' || !request) continue
    for (const { sendId } of verdict.displaces) by.set(sendId, request.campaignId)
  }
  if (by.size === 0) return
  const rows = [...by].map(([id, campaign]) => ({ id, detail: { campaign, displaced: 1 } }))
  await sql`update campaigns.send s set state = 'refused', refusal = 'OTHER_CAMPAIGN', refusal_detail = g.detail, cost_millifen = null
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as g (id bigint, detail jsonb)
    where s.id = g.id and s.state = 'planned'`.execute(ctx.pg)
}

/**
 * Decides over a set of requests inside the caller's transaction and writes a send row for each: planned, or refused with
 * its reason. The same visit asked again gets the verdict it got before (`again`). Call it once per transaction where
 * several processes decide: it holds the people and budgets of the set until the end.
 * @param requests a thousand or so at a time; several for one person count against each other
 * @returns verdicts by position
 */
export const decideSends = (ctx: Ctx, requests: readonly SendRequest[]): Promise<SendVerdict[]> =>
  ctx.tx(async (ctx) => {
    if (requests.length === 0) return []
    const earlier = await earlierSends(ctx, requests)
    const seen = new Set<string>()
    const fresh = requests.filter((request) => {
      const key = visitKey(request)
      if (earlier.has(key) || seen.has(key)) return false
      seen.add(key)
      return true
    })
    const verdicts = new Map<string, SendVerdict>([...earlier].map(([key, row]) => [key, repeated(row)]))
    if (fresh.length > 0) {
      const mark = await markOfWords(ctx)
      const judged = await judgeHeld(ctx, fresh, await loadFacts(ctx, fresh, { hold: true }))
      const made = await insertSends(ctx, fresh, judged)
      noteWords(ctx, mark, made.values())
      await displace(ctx, judged, fresh)
      const raced: SendRequest[] = []
      for (const [i, verdict] of judged) {
        const request = fresh[i]
        if (!request) continue
        const sendId = made.get(sendKey(request))
        if (sendId === undefined) {
          raced.push(request)
          continue
        }
        const planned = verdict.decision === 'planned'
        verdicts.set(
          visitKey(request),
          planned
            ? {
                decision: 'planned',
                sendId,
                channel: verdict.channel,
                creativeId: verdict.creativeId,
                notBefore: verdict.notBefore,
                again: false,
              }
            : { decision: 'refused', sendId, refusal: verdict.reason.refusal, again: false },
        )
      }
      // Another process decided over the same visit between the first look and the insert.
      if (raced.length > 0) for (const [key, row] of await earlierSends(ctx, raced)) verdicts.set(key, repeated(row))
    }
    const told = new Set<string>()
    return requests.map((request) => {
      const key = visitKey(request)
      const verdict = verdicts.get(key)
      if (!verdict) throw new Error(`no verdict over a visit of customer ${request.customerNo}`)
      const again = verdict.again || told.has(key)
      told.add(key)
      return { ...verdict, again }
    })
  })
