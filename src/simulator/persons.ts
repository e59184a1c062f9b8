import { birthProvinces, type City, cities, streets } from './cities.ts'
import { idNumberOf } from './id-numbers.ts'
import { nameOf } from './names.ts'
import { choose, clamp, logistic, Random, type Seed, stream, weighted } from './random.ts'

export type Education = '初中及以下' | '高中' | '中专' | '大专' | '本科' | '硕士及以上'
export type MaritalStatus = '未婚' | '已婚' | '离异' | '丧偶'

/**
 * What a message does to someone.
 * - `persuadable`: comes because of it
 * - `sureThing`: comes anyway
 * - `lostCause`: never comes
 * - `sleepingDog`: stays away because of it
 */
export type UpliftClass = 'persuadable' | 'sureThing' | 'lostCause' | 'sleepingDog'

/** What is true of a person and what no file shows. Tests and model checks compare against it. */
export interface Latent {
  upliftClass: UpliftClass
  /** Probability of applying within five days of a campaign's start without a message. */
  baseResponseProbability: number
  /** The same with a message. */
  treatedResponseProbability: number
  /** Probability that a borrower stops paying for good. */
  defaultProbability: number
  /** Whether this person is one who stops paying, once there is a loan. */
  defaults: boolean
  /** How much this person does beside others; mean about 1. */
  activity: number
}

export interface Person {
  male: boolean
  name: string
  idCard: string
  /** YYYY-MM-DD */
  birthday: string
  /** Full years at the end of the simulated period, give or take one. */
  age: number
  city: City
  address: string
  education: Education
  occupation: string
  student: boolean
  maritalStatus: MaritalStatus
  monthlyIncomeFen: number
  latent: Latent
}

const educationByAge: Record<'young' | 'middle' | 'old', ReturnType<typeof weighted<Education>>> = {
  young: weighted<Education>([
    ['初中及以下', 8],
    ['高中', 14],
    ['中专', 12],
    ['大专', 32],
    ['本科', 29],
    ['硕士及以上', 5],
  ]),
  middle: weighted<Education>([
    ['初中及以下', 24],
    ['高中', 20],
    ['中专', 13],
    ['大专', 22],
    ['本科', 18],
    ['硕士及以上', 3],
  ]),
  old: weighted<Education>([
    ['初中及以下', 46],
    ['高中', 24],
    ['中专', 10],
    ['大专', 12],
    ['本科', 7],
    ['硕士及以上', 1],
  ]),
}

const educationIncome: Record<Education, number> = {
  初中及以下: 0.74,
  高中: 0.84,
  中专: 0.88,
  大专: 1,
  本科: 1.28,
  硕士及以上: 1.72,
}

const occupationOf = {
  basic: weighted([
    ['生产工人', 24],
    ['建筑工人', 12],
    ['网约车司机', 9],
    ['外卖骑手', 9],
    ['销售', 12],
    ['餐饮服务', 13],
    ['个体工商户', 14],
    ['自由职业', 4],
    ['物流仓储', 7],
    ['保安', 4],
  ]),
  skilled: weighted([
    ['行政文员', 14],
    ['销售', 19],
    ['个体工商户', 12],
    ['技术工人', 12],
    ['护士', 6],
    ['客服', 9],
    ['会计', 8],
    ['软件工程师', 5],
    ['教师', 5],
    ['外卖骑手', 4],
    ['自由职业', 6],
  ]),
  graduate: weighted([
    ['软件工程师', 17],
    ['教师', 15],
    ['公务员', 11],
    ['产品经理', 6],
    ['医生', 6],
    ['会计', 9],
    ['销售', 11],
    ['企业管理', 9],
    ['设计师', 6],
    ['律师', 2],
    ['自由职业', 5],
    ['事业单位职员', 8],
  ]),
} as const

const occupationIncome: Readonly<Record<string, number>> = {
  软件工程师: 1.55,
  产品经理: 1.5,
  医生: 1.4,
  律师: 1.5,
  企业管理: 1.45,
  公务员: 1.05,
  个体工商户: 1.2,
  网约车司机: 1.02,
  外卖骑手: 0.95,
  保安: 0.68,
  餐饮服务: 0.74,
  物流仓储: 0.85,
  客服: 0.82,
  行政文员: 0.86,
}

/** Occupations whose income comes and goes; lenders see more defaults there. */
const unsteady: ReadonlySet<string> = new Set([
  '自由职业',
  '外卖骑手',
  '建筑工人',
  '网约车司机',
  '个体工商户',
  '餐饮服务',
])

/** Median monthly income by tier of city, fen. */
const medianIncomeFen = [0, 920_000, 700_000, 570_000, 480_000] as const

const ages = weighted(
  Array.from({ length: 39 }, (_, i) => {
    const age = 22 + i
    // Borrowers crowd around thirty, with a long tail to sixty.
    return [age, Math.exp(-(((Math.log(age) - Math.log(30)) / 0.3) ** 2) / 2) + 0.05] as const
  }),
)

const maritalOf = (random: Random, age: number): MaritalStatus => {
  const married = clamp((age - 22) / 12, 0.03, 0.86)
  const draw = random.float()
  const widowed = age > 48 ? 0.02 : 0.001
  const divorced = age > 27 ? 0.07 : 0.01
  if (draw < widowed) return '丧偶'
  if (draw < widowed + divorced) return '离异'
  return draw < widowed + divorced + married ? '已婚' : '未婚'
}

const upliftOf = (
  random: Random,
  person: { age: number; student: boolean; income: number; single: boolean; outgoing: number },
): Latent['upliftClass'] => {
  const young = person.age < 35 ? 1 : 0
  const old = person.age > 45 ? 1 : 0
  const rich = person.income > 1_000_000 ? 1 : 0
  const scores = {
    persuadable: Math.exp(-0.7 + 0.9 * young - 0.5 * rich + 0.3 * (person.single ? 1 : 0)),
    sureThing: Math.exp(-1.1 + 0.5 * person.outgoing),
    lostCause: Math.exp(0.4 + 0.5 * old + 0.5 * rich - 0.3 * person.outgoing),
    sleepingDog: Math.exp(-1.9 + 0.9 * old),
  }
  let draw = random.float() * (scores.persuadable + scores.sureThing + scores.lostCause + scores.sleepingDog)
  draw -= scores.persuadable
  if (draw < 0) return 'persuadable'
  draw -= scores.sureThing
  if (draw < 0) return 'sureThing'
  draw -= scores.lostCause
  return draw < 0 ? 'lostCause' : 'sleepingDog'
}

/** Response without and with a message, before individual spread. */
const response: Record<UpliftClass, readonly [without: number, withMessage: number]> = {
  persuadable: [0.03, 0.24],
  sureThing: [0.26, 0.28],
  lostCause: [0.008, 0.008],
  sleepingDog: [0.13, 0.03],
}

const random = new Random()

/**
 * The person with that index: the same for the same seed and year, whoever else is simulated.
 * @param endYear calendar year in which the simulated period ends; ages are counted from it
 */
export const personOf = (seed: Seed, index: number, endYear: number): Person => {
  random.start(seed, stream.person, index)
  const male = random.chance(0.56)
  const student = random.chance(0.02)
  const age = student ? 20 + random.int(5) : choose(random, ages)
  const birthYear = endYear - age
  const city = choose(random, cities)
  const movesAway = city.tier === 1 ? 0.5 : city.tier === 2 ? 0.3 : 0.1
  const province = random.chance(movesAway) ? choose(random, birthProvinces) : city.provinceCode
  const { idCard, birthday } = idNumberOf(seed, index, { province, birthYear, male })
  const name = nameOf(random, male, birthYear)
  const address = `${city.name}${random.pick(streets)}${1 + random.int(299)}号${1 + random.int(20)}栋${1 + random.int(28)}0${1 + random.int(4)}室`

  const education = student ? '本科' : choose(random, educationByAge[age < 34 ? 'young' : age < 46 ? 'middle' : 'old'])
  const level =
    education === '本科' || education === '硕士及以上' ? 'graduate' : education === '大专' ? 'skilled' : 'basic'
  const occupation = student ? '学生' : choose(random, occupationOf[level])
  const maritalStatus = student ? '未婚' : maritalOf(random, age)

  const median = student ? 150_000 : (medianIncomeFen[city.tier] ?? 480_000)
  const byAge = 1 - ((age - 41) / 42) ** 2
  const skill = student ? 1 : educationIncome[education] * (occupationIncome[occupation] ?? 1) * (0.75 + 0.4 * byAge)
  const income = median * skill * Math.exp(0.38 * random.normal())
  const monthlyIncomeFen = clamp(Math.round(income / 10_000) * 10_000, 50_000, 30_000_000)

  const outgoing = random.normal()
  const trouble = random.normal()
  const defaultProbability = logistic(
    -3.35 -
      0.75 * Math.log(monthlyIncomeFen / 650_000) +
      (unsteady.has(occupation) ? 0.45 : 0) +
      (age < 26 ? 0.35 : 0) +
      (maritalStatus === '离异' ? 0.3 : maritalStatus === '已婚' ? -0.2 : 0) +
      (education === '初中及以下' ? 0.3 : 0) +
      0.95 * trouble,
  )
  const upliftClass = upliftOf(random, {
    age,
    student,
    income: monthlyIncomeFen,
    single: maritalStatus === '未婚',
    outgoing,
  })
  const [without, withMessage] = response[upliftClass]
  const spread = Math.exp(0.35 * random.normal())
  return {
    male,
    name,
    idCard,
    birthday,
    age,
    city,
    address,
    education,
    occupation,
    student,
    maritalStatus,
    monthlyIncomeFen,
    latent: {
      upliftClass,
      baseResponseProbability: Math.min(0.95, without * spread),
      treatedResponseProbability: Math.min(0.95, withMessage * spread),
      defaultProbability,
      defaults: random.chance(defaultProbability),
      activity: Math.exp(0.75 * outgoing - 0.28),
    },
  }
}
