import { sql } from 'kysely'
import {
  type ConsentState,
  consentsOf,
  consentVerdict,
  doNotContact,
  exclusionsOf,
  type PurposeRules,
  purposeRules,
} from '#compliance'
import type { Ctx } from '#platform'
import type { Category, Channel, Product, Refusal } from '../channels-contract.ts'
import type { Limits } from '../limits/limits-contract.ts'
import { rowsAsText } from '../rows-as-text.ts'
import { statedTogether, type Together, togetherOf } from './apart.ts'
import { type Contact, furthestWindowMs } from './frequency.ts'
import type { PersonFacts } from './gate.ts'
import type { Credit } from './suitability.ts'
import { versionKey, versionsOf } from './versions.ts'
import { isZone } from './zone-clock.ts'

/** What is known of people, for the gate: some ten statements, however many people. */

/** Numbers of kinds of identifiers, as `customers.identifier.kind` has them. */
const kinds = { wechatUnionId: 2, phone: 3, email: 4, wechatOpenId: 5, deviceId: 7 } as const
type Kind = keyof typeof kinds

/** How a channel finds a person. Those left out need no address: people or the customer himself come to it. */
const addressKinds: Readonly<Partial<Record<Channel, readonly Kind[]>>> = {
  sms: ['phone'],
  call: ['phone'],
  email: ['email'],
  wechat: ['wechatOpenId'],
  wecom: ['wechatUnionId', 'wechatOpenId'],
  push: ['deviceId'],
}

/** Consents are asked for by these; a visit is a call in person, an outgoing webhook a message through a system of the company's own. */
const consentChannels: Readonly<Partial<Record<Channel, string>>> = { wecom: 'wechat', branch: 'call', webhook: 'push' }

/** The channel by whose consents a channel is open or closed. */
export const consentChannelOf = (channel: Channel): string => consentChannels[channel] ?? channel

const whys: Readonly<Record<ReturnType<typeof consentVerdict>['why'], Refusal | undefined>> = {
  granted: undefined,
  // A purpose that rests on a contract opens nothing to marketing.
  notNeeded: 'NO_CONSENT',
  purposeUnknown: 'NO_CONSENT',
  none: 'NO_CONSENT',
  refused: 'NO_CONSENT',
  withdrawn: 'CONSENT_WITHDRAWN',
  expired: 'CONSENT_EXPIRED',
  noticeUnknown: 'NOTICE_CHANGED',
  noticeReplaced: 'NOTICE_CHANGED',
}

interface PersonRow {
  asked: number
  root: number
  no: number
  erased: boolean
  traits: ([unknown, number] | null)[] | null
  identifiers: string | null
}

interface Address {
  kind: number
  hash: string
}

interface Person {
  root: number
  nos: number[]
  erased: boolean
  traits: Map<string, unknown>
  addresses: Address[]
}

const traitNames = ({ zone, suitability }: Limits): string[] =>
  [...new Set([zone.trait, ...Object.values(suitability.traits)])].filter((name) => name !== '')

/** Who is meant by each number: root, all numbers, the traits that rules look at, addresses. One statement. */
const personsOf = async (ctx: Ctx, nos: readonly number[], limits: Limits): Promise<Map<number, Person>> => {
  const names = traitNames(limits)
  const traits = names.length === 0 ? sql`null` : sql.join(names.map((name) => sql`c.traits -> ${name}::text`))
  const rows = await rowsAsText(
    ctx,
    sql<PersonRow>`
    with asked as (
      select a.no, c.root_no as root from unnest(${`{${nos.join(',')}}`}::int[]) as a (no)
      cross join lateral (select root_no from customers.customer where no = a.no limit 1) c),
    family as (
      select no as asked, root, root as no from asked
      union all select a.no, a.root, c.no from asked a join customers.customer c on c.root_no = a.root and c.root_no <> c.no)
    select f.asked, f.root, f.no, c.erased_at is not null as erased, json_build_array(${traits}) as traits,
      (select string_agg(i.kind || ' ' || i.hash, ',' order by i.kind, i.hash) from customers.identifier i
        where i.no = f.no and i.kind = any(${Object.values(kinds)}::smallint[])) as identifiers
    from family f join customers.customer c on c.no = f.no`,
  )
  const persons = new Map<number, Person>()
  const newest = new Map<Person, Map<string, number>>()
  for (const row of rows) {
    const person: Person = persons.get(row.asked) ?? {
      root: row.root,
      nos: [],
      erased: false,
      traits: new Map(),
      addresses: [],
    }
    persons.set(row.asked, person)
    person.nos.push(row.no)
    if (row.no === row.root) person.erased = row.erased
    const times = newest.get(person) ?? new Map<string, number>()
    newest.set(person, times)
    // Of a merged person the newest value counts, whichever number it came under.
    for (const [i, stored] of (row.traits ?? []).entries()) {
      const name = names[i]
      if (!stored || name === undefined || (times.get(name) ?? 0) > stored[1]) continue
      times.set(name, stored[1])
      person.traits.set(name, stored[0])
    }
    for (const text of row.identifiers?.split(',') ?? []) {
      const [kind, hash] = text.split(' ')
      if (kind !== undefined && hash !== undefined) person.addresses.push({ kind: Number(kind), hash })
    }
  }
  return persons
}

interface SendRow {
  id: string
  customer_no: number
  campaign_id: number
  version: number
  step: string
  category: Category
  channel: Channel
  planned: boolean
  at: string
}

/** Deferral by hours moves a send this much behind its decision at most. */
const longestDeferralMs = 61 * 86_400_000

/**
 * Counted sends by customer number, since before the longest window. Of a call or a word at the branch each try is a contact, the
 * second one too, at the time it was made.
 */
const contactsOf = async (ctx: Ctx, nos: readonly number[], limits: Limits): Promise<Map<number, Contact[]>> => {
  const span = Math.max(furthestWindowMs(limits.frequency.rules), limits.conflict.hours * 3_600_000)
  const since = ctx.now().getTime() - span
  const list = `{${nos.join(',')}}`
  const rows = await rowsAsText(
    ctx,
    sql<SendRow>`
    select s.id::text as id, s.customer_no, s.campaign_id, s.version, s.step, s.category, s.channel, s.state = 'planned' as planned,
      coalesce(s.sent_at, s.queued_at, s.not_before, s.decided_at) as at
    from campaigns.send s where s.customer_no = any(${list}::int[]) and s.decided_at > ${new Date(since - longestDeferralMs)}
      and coalesce(s.sent_at, s.queued_at, s.not_before, s.decided_at) > ${new Date(since)}
      and (s.state in ('planned', 'queued', 'sent', 'delivered', 'unknown') or (s.state = 'failed' and s.sent_at is not null))
      and (s.channel not in ('call', 'branch') or not exists (select from campaigns.contact_try r where r.send_id = s.id))
    union all
    select s.id::text || ' ' || r.at, s.customer_no, s.campaign_id, s.version, s.step, s.category, s.channel, false, r.at
    from campaigns.contact_try r join campaigns.send s on s.id = r.send_id
    where r.customer_no = any(${list}::int[]) and r.at > ${new Date(since)}`,
  )
  const versions = await versionsOf(
    ctx,
    rows.map((row) => ({ campaignId: row.campaign_id, version: row.version })),
  )
  const contacts = new Map<number, Contact[]>()
  for (const row of rows) {
    const version = versions.get(versionKey(row.campaign_id, row.version))
    const contact: Contact = {
      sendId: row.id,
      customerNo: row.customer_no,
      campaignId: row.campaign_id,
      step: row.step,
      category: row.category,
      channel: row.channel,
      product: version?.definition.product ?? 'other',
      purpose: version?.definition.purpose ?? 'marketing',
      priority: version?.priority ?? 100,
      at: Date.parse(row.at),
      planned: row.planned,
    }
    const list = contacts.get(row.customer_no)
    if (list) list.push(contact)
    else contacts.set(row.customer_no, [contact])
  }
  return contacts
}

/** An address itself is wrong or dead; the person said nothing, so another address of his may be used. */
const aboutAddressOnly = new Set(['bounce', 'wrongPerson'])

/** Which channels the do-not-contact list leaves to a person. */
const addressOf =
  (person: Person, barred: ReadonlyMap<string, { origin: string }>) =>
  (channel: Channel): 'there' | 'none' | 'barred' => {
    const wanted = addressKinds[channel]
    // A visit is announced by phone: who barred his phone is not visited either.
    const looked = wanted ?? (channel === 'branch' ? (['phone'] as const) : [])
    const own = person.addresses.filter(({ kind }) => looked.some((name) => kinds[name] === kind))
    const blocked = own.filter(({ hash }) => barred.has(hash))
    if (blocked.some(({ hash }) => !aboutAddressOnly.has(barred.get(hash)?.origin ?? ''))) return 'barred'
    if (!wanted || own.length > blocked.length) return 'there'
    return blocked.length > 0 ? 'barred' : 'none'
  }

/** A configured name that no clock knows falls back to the standard, and so does a person without one. */
const zoneOf = (value: unknown, standard: string): string =>
  typeof value === 'string' && value !== '' && isZone(value) ? value : standard

const creditNumbers = [
  'declaredIncomeFen',
  'estimatedIncomeFen',
  'socialBaseFen',
  'instalmentsFen',
  'revolvingBalanceFen',
  'revolvingMinimumFen',
  'unsecuredLimitsFen',
  'lenders',
  'enquiries6m',
  'grantedFen',
] as const

const creditOf = (traits: ReadonlyMap<string, unknown>, age: number | undefined, { suitability }: Limits): Credit => {
  const tier = traits.get(suitability.traits.tier)
  const facts: Credit = { ...(age !== undefined && { age }), ...(typeof tier === 'string' && { tier }) }
  for (const name of creditNumbers) {
    const value = traits.get(suitability.traits[name])
    if (typeof value === 'number' && value >= 0) facts[name] = value
  }
  return facts
}

/** A person asked about, with the kind of message that is meant for him. */
export interface Asked {
  customerNo: number
  category: Category
  product: Product
}

export const askedKey = ({ customerNo, category, product }: Asked): string => `${customerNo} ${category} ${product}`

/** On a server two processes may decide over one person at once; whoever comes second waits until the first has committed. */
const takeTurns = async (ctx: Ctx, roots: readonly number[]): Promise<void> => {
  if (ctx.store.mode === 'embedded') return
  const sorted = `{${[...new Set(roots)].sort((a, b) => a - b).join(',')}}`
  await sql`insert into campaigns.gate_turn (customer_no) select unnest(${sorted}::int[]) on conflict do nothing`.execute(
    ctx.pg,
  )
  await sql`select 1 from campaigns.gate_turn where customer_no = any(${sorted}::int[]) order by customer_no for update`.execute(
    ctx.pg,
  )
}

/** What went out to the other one while both counted for one person. */
const meanwhile = ({ others, from, until }: Together, contacts: ReadonlyMap<number, Contact[]>): Contact[] =>
  others.flatMap((no) =>
    (contacts.get(no) ?? []).filter(({ at, planned }) => !planned && at >= from.getTime() && at <= until.getTime()),
  )

/**
 * Consents of a person, with every no that was said while another one counted for him: nobody can tell any more which of the two
 * said it, so it closes both until he says yes again.
 */
const withNos = (
  own: readonly ConsentState[],
  spans: readonly Together[],
  states: ReadonlyMap<number, ConsentState[]>,
): readonly ConsentState[] => {
  if (spans.length === 0) return own
  const said = new Map(own.map((state) => [`${state.purpose} ${state.channel}`, state]))
  for (const { others, from, until } of spans)
    for (const state of others.flatMap((no) => states.get(no) ?? [])) {
      if (state.status === 'granted' || state.at < from || state.at > until) continue
      const key = `${state.purpose} ${state.channel}`
      const before = said.get(key)
      if (!before || before.at < state.at) said.set(key, state)
    }
  return [...said.values()]
}

const erasedPerson = (no: number, zone: string): PersonFacts => ({
  no,
  erased: true,
  zone,
  consent: () => 'NO_CONSENT',
  address: () => 'none',
  exclusion: undefined,
  personalised: false,
  contacts: [],
  credit: {},
})

/**
 * Facts by `askedKey`, for people under all their numbers. Two numbers of one person share one list of contacts, so that
 * whoever adds a planned send to it counts it for both.
 * @param turns whether nobody else may decide over these people until the transaction ends
 */
export const peopleFacts = async (
  ctx: Ctx,
  asked: readonly Asked[],
  limits: Limits,
  { turns }: { turns: boolean },
): Promise<Map<string, PersonFacts & { contacts: Contact[] }>> => {
  const nos = [...new Set(asked.map(({ customerNo }) => customerNo))]
  const persons = await personsOf(ctx, nos, limits)
  if (turns)
    await takeTurns(
      ctx,
      [...persons.values()].map(({ root }) => root),
    )
  const together = await togetherOf(ctx, new Map([...persons.values()].map(({ root, nos }) => [root, nos])))
  const others = [...together.values()].flatMap((spans) => spans.flatMap((span) => span.others))
  const every = [...new Set([...[...persons.values()].flatMap(({ nos }) => nos), ...others])]
  const hashes = [...new Set([...persons.values()].flatMap(({ addresses }) => addresses.map(({ hash }) => hash)))]
  const kindsAsked = [...Map.groupBy(asked, ({ category, product }) => `${category} ${product}`).values()]
  const contacts = await contactsOf(ctx, every, limits)
  const needsConsent = asked.some(({ category }) => category === 'marketing')
  const rules: ReadonlyMap<string, PurposeRules> = needsConsent ? await purposeRules(ctx) : new Map()
  const states: ReadonlyMap<number, ConsentState[]> = needsConsent
    ? await consentsOf(ctx, [...new Set([...nos, ...others])])
    : new Map()
  const barred = await doNotContact(ctx, hashes)
  const stated = await statedTogether(ctx, together)
  const now = ctx.now()

  const ofRoot = new Map<number, Contact[]>()
  const contactsFor = (person: Person): Contact[] => {
    const shared = ofRoot.get(person.root) ?? [
      ...person.nos.flatMap((no) => contacts.get(no) ?? []),
      ...(together.get(person.root) ?? []).flatMap((span) => meanwhile(span, contacts)),
    ]
    ofRoot.set(person.root, shared)
    return shared
  }
  const facts = new Map<string, PersonFacts & { contacts: Contact[] }>()
  for (const group of kindsAsked) {
    const [first] = group
    if (!first) continue
    const { category, product } = first
    const meant = [...group.map(({ customerNo }) => customerNo), ...[...stated.values()].flat()]
    const excluded = await exclusionsOf(ctx, [...new Set(meant)], { category, product })
    for (const one of group) {
      const key = askedKey(one)
      if (facts.has(key)) continue
      const person = persons.get(one.customerNo)
      if (!person || person.erased) {
        facts.set(key, { ...erasedPerson(one.customerNo, limits.zone.standard), contacts: [] })
        continue
      }
      const said = withNos(states.get(one.customerNo) ?? [], together.get(person.root) ?? [], states)
      const own = excluded.get(one.customerNo)
      const shared = (stated.get(person.root) ?? []).flatMap((no) => excluded.get(no) ?? [])
      const reason =
        own?.reasons[0] ?? shared.flatMap(({ reasons }) => reasons).find(({ ground }) => ground === 'stated')
      facts.set(key, {
        no: person.root,
        erased: false,
        zone: zoneOf(limits.zone.trait === '' ? undefined : person.traits.get(limits.zone.trait), limits.zone.standard),
        consent: (purpose, channel) =>
          whys[consentVerdict(rules.get(purpose), said, consentChannelOf(channel), now).why],
        address: addressOf(person, barred),
        exclusion: reason && { code: reason.code, ground: reason.ground },
        personalised: (own?.personalised ?? true) && shared.every(({ personalised }) => personalised),
        contacts: contactsFor(person),
        credit: creditOf(person.traits, own?.age, limits),
      })
    }
  }
  return facts
}
