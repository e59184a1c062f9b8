import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { promisify } from 'node:util'
import { type SimulationOptions, simulate } from './company.ts'
import { checkCharacterOf } from './id-numbers.ts'
import type { Message } from './messages.ts'

const endAt = Date.UTC(2026, 8, 30, 16)
const small: SimulationOptions = { customers: 400, seed: 'tests', months: 6, endAt }

const hashOf = (options: SimulationOptions): string => {
  const company = simulate(options)
  const hash = createHash('sha256')
  for (const rows of [company.customers(), company.consents(), company.events(), company.truth()]) {
    for (const row of rows) hash.update(JSON.stringify(row))
  }
  return hash.digest('hex')
}

const shanghai = (message: Message): Date => new Date(Date.parse(message.timestamp) + 8 * 3_600_000)

test('the same seed and arguments give the same company, another seed another one', () => {
  const first = hashOf(small)
  assert.equal(hashOf(small), first)
  assert.notEqual(hashOf({ ...small, seed: 'other' }), first)
})

test('a customer is the same whether the company is small or large', () => {
  const few = [...simulate(small).customers()]
  const many = simulate({ ...small, customers: 5_000 }).customers()
  for (const row of few) assert.deepEqual(many.next().value, row)
})

test('accounts, e-mail addresses, phones and identity numbers are unique among 200,000 customers', () => {
  const company = simulate({ ...small, customers: 200_000 })
  const accounts = new Set<string>()
  const emails = new Set<string>()
  const phones = new Map<string, string>()
  const ids = new Map<string, string>()
  const names = new Map<string, number>()
  let withEmail = 0
  let sharedPhones = 0
  for (const row of company.customers()) {
    accounts.add(row.account_id)
    if (row.email) {
      withEmail++
      emails.add(row.email)
      assert.match(row.email, /@example\.(com|net|org)$/)
    }
    names.set(row.name, (names.get(row.name) ?? 0) + 1)
    assert.match(row.phone, /^179\d{8}$/)
    if (row.id_card) {
      assert.equal(row.id_card.slice(2, 4), '99')
      assert.equal(checkCharacterOf(row.id_card), row.id_card.charAt(17))
      assert.equal(row.id_card.slice(6, 14), row.birthday.replaceAll('-', ''))
      const owner = ids.get(row.id_card)
      // A number seen twice is one person with two accounts.
      if (owner) assert.equal(owner, row.name + row.birthday + row.address)
      ids.set(row.id_card, row.name + row.birthday + row.address)
    }
    const person = row.name + row.birthday + row.address
    const owner = phones.get(row.phone)
    if (owner !== undefined && owner !== person) sharedPhones++
    phones.set(row.phone, person)
    assert.ok(Number.isInteger(row.monthly_income_fen) && row.monthly_income_fen > 0)
    assert.ok(Date.parse(row.registered_at) < endAt)
  }
  assert.equal(accounts.size, 200_000)
  assert.equal(emails.size, withEmail)
  // 0.2 % gave somebody else's phone on purpose.
  assert.ok(sharedPhones > 200 && sharedPhones < 900, `${sharedPhones} shared phones`)
  assert.ok(names.size > 40_000, `${names.size} names`)
})

test('exactly as many events come as were asked for', () => {
  for (const [customers, events] of [
    [1, 3],
    [7, 7],
    [50, 5_000],
    [1_500, 1_500],
    [1_500, 9_000],
    [3_000, 75_000],
    [2_000, 160_000],
  ] as const) {
    let count = 0
    for (const _ of simulate({ ...small, customers, events }).events()) count++
    assert.equal(count, events, `${customers} customers`)
  }
})

test('events lie inside the period, in order within a chunk, each with an id of its own', () => {
  const company = simulate({ ...small, customers: 3_000 })
  const { startMs, endMs } = company.world.period
  assert.equal(new Date(startMs).toISOString(), '2026-03-31T16:00:00.000Z')
  const ids = new Set<string>()
  let count = 0
  let jumps = 0
  let reached = ''
  for (const { messageId, timestamp, event, userId, anonymousId, properties } of company.events()) {
    count++
    ids.add(messageId)
    const at = Date.parse(timestamp)
    assert.ok(at >= startMs && at < endMs, `${event} at ${timestamp}`)
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.match(event, /^([A-Z][a-z]+ )+[A-Z][a-z]+$/)
    assert.ok(userId ?? anonymousId)
    for (const [name, value] of Object.entries(properties)) {
      assert.match(name, /^[a-z_]+$/)
      if (name.endsWith('_fen')) assert.ok(Number.isInteger(value))
    }
    if (timestamp < reached) jumps++
    reached = timestamp
  }
  assert.equal(ids.size, count)
  assert.ok(jumps < 10, `${jumps} chunks`)
})

test('days, hours and paydays have their rhythm', () => {
  const byHour = Array.from<number>({ length: 24 }).fill(0)
  const byWeekday = Array.from<number>({ length: 7 }).fill(0)
  const byDate = Array.from<number>({ length: 32 }).fill(0)
  const paidByDate = Array.from<number>({ length: 32 }).fill(0)
  const add = (counts: number[], place: number): void => {
    counts[place] = (counts[place] ?? 0) + 1
  }
  const mean = (counts: number[], places: number[]): number =>
    places.reduce((sum, place) => sum + (counts[place] ?? 0), 0) / places.length
  for (const message of simulate({ ...small, customers: 6_000 }).events()) {
    const at = shanghai(message)
    // What customers do themselves; campaigns start at ten in the morning and would show as a peak of their own.
    if (message.anonymousId) {
      add(byHour, at.getUTCHours())
      add(byWeekday, at.getUTCDay())
      add(byDate, at.getUTCDate())
    }
    if (message.event === 'Installment Paid') add(paidByDate, at.getUTCDate())
  }
  const night = mean(byHour, [1, 2, 3, 4])
  assert.ok(mean(byHour, [12]) > 1.4 * mean(byHour, [10, 15]), 'lunch is a peak')
  assert.ok(mean(byHour, [20, 21]) > 1.4 * mean(byHour, [15, 16]), 'the evening is a peak')
  assert.ok(night < 0.1 * mean(byHour, [20, 21]), 'nights are quiet')
  assert.ok(mean(byWeekday, [1, 2, 3, 4, 5]) > 1.15 * mean(byWeekday, [0, 6]), 'weekends are quieter')
  const ordinary = [3, 4, 5, 7, 8, 20, 21, 22, 23, 24]
  assert.ok(mean(byDate, [10, 15]) > 1.4 * mean(byDate, ordinary), 'paydays are busy')
  assert.ok(mean(paidByDate, [10, 15]) > 2 * mean(paidByDate, ordinary), 'wages repay loans')
})

test('a loan is drawn only after approval, approval follows submission, submission a start', () => {
  const reached = new Map<string, string>()
  const before: Record<string, string> = {
    'Application Submitted': 'Application Started',
    'Application Approved': 'Application Submitted',
    'Application Declined': 'Application Submitted',
    'Loan Drawn': 'Application Approved',
  }
  let drawn = 0
  for (const { event, properties } of simulate({ ...small, customers: 3_000 }).events()) {
    const application = properties.application_id
    if (typeof application !== 'string') continue
    if (event !== 'Application Started') assert.equal(reached.get(application), before[event], application)
    reached.set(application, event)
    if (event === 'Loan Drawn') drawn++
  }
  assert.ok(drawn > 200)
})

test('before registration only the installation is known, and it stays the same afterwards', () => {
  const company = simulate({ ...small, customers: 2_000 })
  const registered = new Map<string, number>()
  for (const row of company.customers()) registered.set(row.account_id, Date.parse(row.registered_at))
  const owners = new Map<string, string>()
  for (const { person, anonymousIds } of company.truth()) for (const id of anonymousIds) owners.set(id, person)
  const anonymousBefore = new Set<string>()
  const stitched = new Set<string>()
  for (const { event, timestamp, userId, anonymousId } of company.events()) {
    const at = Date.parse(timestamp)
    if (anonymousId) assert.ok(owners.has(anonymousId), `${anonymousId} belongs to nobody`)
    if (userId && event !== 'Branch Visited') assert.ok(at >= (registered.get(userId) ?? 0), `${event} of ${userId}`)
    if (!userId && anonymousId) anonymousBefore.add(anonymousId)
    if (userId && anonymousId && anonymousBefore.has(anonymousId)) stitched.add(anonymousId)
  }
  assert.ok(stitched.size > 300, `${stitched.size} installations are seen before and after sign-in`)
})

test('the truth names every account and identifier exactly once', () => {
  const company = simulate({ ...small, customers: 20_000, events: 40_000 })
  const accountOwner = new Map<string, string>()
  const idOwner = new Map<string, string>()
  const phoneOwners = new Map<string, Set<string>>()
  let twice = 0
  for (const truth of company.truth()) {
    if (truth.accounts.length > 1) twice++
    for (const { accountId } of truth.accounts) {
      assert.ok(!accountOwner.has(accountId))
      accountOwner.set(accountId, truth.person)
    }
    for (const id of truth.idCards) {
      assert.ok(!idOwner.has(id))
      idOwner.set(id, truth.person)
    }
    for (const phone of truth.phones) {
      phoneOwners.set(phone, (phoneOwners.get(phone) ?? new Set()).add(truth.person))
    }
    if (truth.sharesPhoneWith) {
      assert.ok(truth.phones.some((phone) => phoneOwners.get(phone)?.has(truth.sharesPhoneWith ?? '')))
    }
    assert.ok(truth.defaultProbability > 0 && truth.defaultProbability < 1)
    assert.ok(truth.baseResponseProbability >= 0 && truth.treatedResponseProbability <= 1)
  }
  assert.equal(accountOwner.size, 20_000)
  assert.ok(twice > 200 && twice < 600, `${twice} persons with several accounts`)
  for (const row of company.customers()) {
    const person = accountOwner.get(row.account_id)
    assert.ok(person)
    assert.ok(phoneOwners.get(row.phone)?.has(person))
    if (row.id_card) assert.equal(idOwner.get(row.id_card), person)
  }
})

test('messages move the persuadable, put off the sleeping dogs and leave the others as they are', () => {
  const seen: Record<string, { sent: number; gained: number }> = {}
  let treated = 0
  let all = 0
  for (const { upliftClass, campaigns } of simulate({ ...small, customers: 20_000 }).truth()) {
    for (const outcome of campaigns) {
      all++
      if (outcome.treated) treated++
      const { sent, gained } = seen[upliftClass] ?? { sent: 0, gained: 0 }
      const effect = Number(outcome.respondsIfSent) - Number(outcome.respondsIfNot)
      seen[upliftClass] = { sent: sent + 1, gained: gained + effect }
    }
  }
  const lift = (name: string): number => (seen[name]?.gained ?? 0) / (seen[name]?.sent ?? 1)
  assert.ok(Math.abs(treated / all - 0.7) < 0.02)
  assert.ok(lift('persuadable') > 0.15, `persuadable ${lift('persuadable')}`)
  assert.ok(lift('sleepingDog') < -0.05, `sleeping dog ${lift('sleepingDog')}`)
  assert.ok(Math.abs(lift('sureThing')) < 0.05 && lift('lostCause') === 0)
})

test('those who default miss installments', () => {
  const company = simulate({ ...small, customers: 8_000 })
  const defaulting = new Set<string>()
  for (const { defaults, accounts } of company.truth()) {
    if (defaults) for (const { accountId } of accounts) defaulting.add(accountId)
  }
  const missed = { yes: 0, no: 0 }
  const due = { yes: 0, no: 0 }
  for (const { event, userId } of company.events()) {
    if (event !== 'Installment Paid' && event !== 'Installment Missed') continue
    const group = defaulting.has(userId ?? '') ? 'yes' : 'no'
    due[group]++
    if (event === 'Installment Missed') missed[group]++
  }
  assert.ok(missed.yes / due.yes > 0.3, `${missed.yes} of ${due.yes}`)
  assert.ok(missed.no / due.no < 0.06, `${missed.no} of ${due.no}`)
})

test('200,000 customers with their events pass through 64 MB', async () => {
  const script = `
    import { simulate } from ${JSON.stringify(new URL('./company.ts', import.meta.url).href)}
    const company = simulate({ customers: 200_000, events: 200_000, seed: 'memory', months: 6, endAt: ${endAt} })
    const count = (rows) => { let n = 0; for (const _ of rows) n++; return n }
    console.log(count(company.customers()), count(company.events()))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=64',
    '--input-type=module',
    '--eval',
    script,
  ])
  assert.equal(stdout.trim(), '200000 200000')
})

test('numbers outside their bounds are refused', () => {
  assert.throws(() => simulate({ ...small, customers: 0 }), RangeError)
  assert.throws(() => simulate({ ...small, customers: 20_000_000 }), RangeError)
  assert.throws(() => simulate({ ...small, months: 0.5 }), RangeError)
  assert.throws(() => simulate({ ...small, events: -1 }), RangeError)
})
