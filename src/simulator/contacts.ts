import type { Account, World } from './accounts.ts'
import { momentBetween, officeMomentOfDay } from './calendar.ts'
import { choose, type Random, weighted } from './random.ts'
import type { Happening } from './sessions.ts'

const topics = weighted([
  ['repayment_question', 40],
  ['quota_question', 22],
  ['early_repayment', 16],
  ['account_access', 12],
  ['rate_question', 10],
])
const complaints = weighted([
  ['fee_dispute', 28],
  ['collection_conduct', 24],
  ['credit_report_error', 16],
  ['marketing_disturbance', 20],
  ['service_quality', 12],
])
const services = ['repayment', 'documents', 'advice'] as const
const ways = ['call', 'app', 'regulator'] as const

/** One thing that happens between a customer and a person of the company: a call, a visit, a complaint. */
export const contactOf = (random: Random, world: World, account: Account, fromMs: number): Happening => {
  const atMs = momentBetween(random, world.period, fromMs, world.period.endMs, officeMomentOfDay)
  const draw = random.float()
  const put = (event: string, properties: Happening['properties']): Happening => ({
    atMs,
    event,
    properties,
    by: undefined,
    known: true,
  })
  if (draw < 0.62) {
    return put('Call Connected', {
      channel: 'call',
      reason: choose(random, topics),
      duration_seconds: 15 + Math.floor(random.exponential(150)),
    })
  }
  if (draw < 0.86) {
    return put('Branch Visited', { channel: 'branch', city: account.person.city.name, service: random.pick(services) })
  }
  return put('Complaint Filed', { channel: random.pick(ways), topic: choose(random, complaints) })
}
