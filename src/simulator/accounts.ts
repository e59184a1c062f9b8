import {
  addMonths,
  civilOf,
  dayMs,
  dayOf,
  hourMs,
  momentBetween,
  momentOfDay,
  type Period,
  periodOf,
} from './calendar.ts'
import { accountIdOf, anonymousIdOf, deviceIdOf, openIdOf, unionIdOf } from './identifiers.ts'
import { type Person, personOf } from './persons.ts'
import { phoneOf } from './phones.ts'
import { clamp, Random, type Seed, shareAt, stream } from './random.ts'
import { hasApp, type Relation, relationOf } from './relations.ts'

/** Everything that a run depends on besides the index of a customer. */
export interface World {
  seed: Seed
  customers: number
  period: Period
  endYear: number
  /** Begins every message id, so that two different runs never share one. */
  tag: string
}

export type Channel = 'app' | 'wechat' | 'web' | 'branch' | 'partner'

/** One installation or browser through which an account is used. */
export interface Touchpoint {
  channel: 'app' | 'wechat' | 'web'
  system: 'android' | 'ios' | 'harmony' | 'windows'
  anonymousId: string
  /** Apps only. */
  deviceId: string | undefined
}

export interface Account {
  index: number
  accountId: string
  relation: Relation
  person: Person
  registeredAtMs: number
  channel: Channel
  phone: string
  /** Identity number handed in; undefined until the customer is verified. Nobody borrows without. */
  idCard: string | undefined
  email: string | undefined
  wechatOpenId: string | undefined
  wechatUnionId: string | undefined
  touchpoints: readonly [Touchpoint, ...Touchpoint[]]
  /** 0 until verified. */
  creditLimitFen: number
  riskTags: readonly string[]
}

export const worldOf = (
  seed: Seed,
  { customers, startMs, endMs, tag }: { customers: number; startMs: number; endMs: number; tag: string },
): World => ({
  seed,
  customers,
  period: periodOf(startMs, endMs),
  endYear: civilOf(dayOf(endMs - 1)).year,
  tag,
})

/** Months back from the end, in Shanghai's calendar. */
export const startOf = (endMs: number, months: number): number => addMonths(endMs, -months)

const syllables = [
  'wei',
  'jing',
  'lei',
  'hua',
  'ming',
  'xin',
  'yu',
  'hao',
  'ting',
  'jun',
  'lin',
  'fang',
  'peng',
  'yang',
  'chen',
  'xiao',
] as const
const mailDomains = ['example.com', 'example.net', 'example.org'] as const

const shareRegisteredInPeriod = 0.3
const longestTenureMs = 4 * 365 * dayMs

const registeredAtOf = (random: Random, world: World, student: boolean): number => {
  const { startMs, endMs } = world.period
  if (random.chance(shareRegisteredInPeriod)) {
    return momentBetween(random, world.period, startMs, endMs - hourMs)
  }
  const longest = student ? 365 * dayMs : longestTenureMs
  const before = Math.min(random.exponential(500 * dayMs), longest * (0.9 + 0.1 * random.float()))
  return Math.floor(Math.min(momentOfDay(random, dayOf(startMs - before)), startMs - 1))
}

const touchpointsOf = (random: Random, world: World, index: number, relation: Relation): Account['touchpoints'] => {
  const { seed } = world
  const all: Touchpoint[] = []
  const handset = (slot: number, owner: number): Touchpoint => {
    const draw = random.float()
    return {
      channel: 'app',
      system: draw < 0.62 ? 'android' : draw < 0.86 ? 'ios' : 'harmony',
      anonymousId: anonymousIdOf(seed, index, slot),
      deviceId: deviceIdOf(seed, owner, owner === index ? slot : 0),
    }
  }
  if (hasApp(seed, index)) {
    all.push(handset(0, relation.deviceOwner ?? index))
    if (random.chance(0.09)) all.push(handset(1, index))
  }
  const other = (channel: 'wechat' | 'web', slot: number): Touchpoint => ({
    channel,
    system: channel === 'web' && random.chance(0.7) ? 'windows' : random.chance(0.7) ? 'android' : 'ios',
    anonymousId: anonymousIdOf(seed, index, slot),
    deviceId: undefined,
  })
  if (random.chance(0.55)) all.push(other('wechat', 2))
  if (random.chance(0.14)) all.push(other('web', 3))
  const [first, ...rest] = all
  return first ? [first, ...rest] : [other('wechat', 2)]
}

const riskTagsOf = (random: Random, { latent, student, monthlyIncomeFen }: Person): string[] => {
  const tags: string[] = []
  // Seen through a glass: the bureau knows more about those who will default, never all of it.
  if (random.chance(clamp(latent.defaultProbability * 2.2, 0.02, 0.7))) tags.push('多头借贷')
  if (random.chance(clamp(latent.defaultProbability * 1.6, 0.01, 0.6))) tags.push('近期逾期')
  if (random.chance(monthlyIncomeFen < 450_000 ? 0.12 : 0.05)) tags.push('高负债')
  if (random.chance(0.004)) tags.push('涉诉')
  if (student) tags.push('学生')
  return tags
}

const random = new Random()

/** The account with that index; the same whether it is made alone or in a run of a million. */
export const accountOf = (world: World, index: number): Account => {
  const { seed } = world
  const relation = relationOf(seed, index)
  const person = personOf(seed, relation.person, world.endYear)
  random.start(seed, stream.account, index)
  const touchpoints = touchpointsOf(random, world, index, relation)
  const registeredAtMs = registeredAtOf(random, world, person.student)
  const app = touchpoints.find((point) => point.channel === 'app')
  const wechat = touchpoints.some((point) => point.channel === 'wechat')
  const draw = random.float()
  const channel: Channel =
    draw < 0.07
      ? 'branch'
      : draw < 0.16
        ? 'partner'
        : app && draw < 0.7
          ? 'app'
          : wechat
            ? 'wechat'
            : touchpoints[0].channel

  const verified = relation.kind === 'unverified' ? false : relation.kind !== 'own' || random.chance(0.88)
  const { monthlyIncomeFen, latent } = person
  const generosity = clamp(5.5 - 14 * latent.defaultProbability + random.normal(), 1, 9)
  const creditLimitFen =
    verified && !person.student
      ? clamp(Math.round((monthlyIncomeFen * generosity) / 100_000) * 100_000, 100_000, 20_000_000)
      : 0
  const hasEmail = random.chance(relation.kind === 'own' ? 0.42 : 0.2)
  // The index inside makes addresses unique, also between accounts of one person.
  const email = hasEmail
    ? `${random.pick(syllables)}${random.pick(syllables)}.${(index + 46_656).toString(36)}@${random.pick(mailDomains)}`
    : undefined
  return {
    index,
    accountId: accountIdOf(index),
    relation,
    person,
    registeredAtMs,
    channel,
    phone: phoneOf(seed, relation.phoneOwner ?? relation.person, relation.kind === 'newPhone' ? 1 : 0),
    idCard: verified ? person.idCard : undefined,
    email,
    wechatOpenId: wechat ? openIdOf(seed, relation.person) : undefined,
    wechatUnionId:
      wechat && shareAt(seed, stream.identifier, index, 1) < 0.8 ? unionIdOf(seed, relation.person) : undefined,
    touchpoints,
    creditLimitFen,
    riskTags: riskTagsOf(random, person),
  }
}
