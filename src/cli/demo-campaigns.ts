import { setTimeout as pause } from 'node:timers/promises'
import type { App } from '../app.ts'
import { type Call, callerOf } from './demo-call.ts'
import { type Staff, staffOf } from './demo-people.ts'
import { plansOf } from './demo-plans.ts'
import { exampleOffer, exampleTexts, type TextKey } from './demo-texts.ts'

/** The way of a campaign as people go it: one writes, another approves, a third gives the opinion, then it runs. */

const dormantAudience = '沉睡的年轻客户'
const complaintAudience = '近两周投诉过'
const overdueAudience = '有逾期未还'

export const dormantDays = 30

/** `1991-03-08`: the day so many years before today. */
const yearsAgo = (now: Date, years: number): string => {
  const day = new Date(now)
  day.setUTCFullYear(day.getUTCFullYear() - years)
  return day.toISOString().slice(0, 10)
}

const audiencesAt = (now: Date) => [
  {
    name: dormantAudience,
    description: `有授信，35 岁以下，月收入一万元以内，${dormantDays} 天没有登录：过往活动中消息最能打动的人群`,
    definition: {
      all: [
        { trait: 'creditLimitFen', gte: 100_000 },
        { trait: 'birthday', between: [yearsAgo(now, 35), yearsAgo(now, 20)] },
        { trait: 'monthlyIncomeFen', lte: 1_000_000 },
        { not: { event: 'Session Started', within: `${dormantDays} days` } },
      ],
    },
  },
  {
    name: complaintAudience,
    description: '投诉处理期间不做营销',
    definition: { all: [{ event: 'Complaint Filed', within: '14 days' }] },
  },
  {
    name: overdueAudience,
    description: '有逾期未还的分期，由催收跟进',
    definition: { all: [{ trait: 'overdueInstalments', gte: 1 }] },
  },
]

interface Waiting {
  id: number
  subjectId: string
  findings: { no: number; finding: { action: string }; justification: string | null }[]
  opinionRequired: boolean
  state: string
}

/** Approves with a reason for every flag; the opinion comes from a third person. */
const approve = async ({ reviewer, protector }: Staff, reviewId: number): Promise<void> => {
  const { findings } = await reviewer.call<Waiting>('GET', `/api/reviews/${reviewId}`)
  const reviewed = await reviewer.call<Waiting>('POST', `/api/reviews/${reviewId}/decision`, {
    decision: 'approve',
    note: '已逐项核对：价格披露、退订方式与适用人群符合要求',
    justifications: findings
      .filter(({ justification }) => justification === null)
      .map(({ no }) => ({ no, text: '已核对：表述与合同、价目一致，不构成误导' })),
  })
  if (reviewed.state !== 'opinion') return
  await protector.call('POST', `/api/reviews/${reviewId}/opinion`, {
    opinion: 'agreeWithAdvice',
    text: '同意。请持续关注退订与投诉，超过千分之五时暂停并复盘。',
  })
}

const madeOffer = async (call: Call): Promise<number> => {
  const { items } = await call<{ items: { id: number; name: string; liveVersion: number | null }[] }>(
    'GET',
    '/api/offers?limit=200',
  )
  const known = items.find(({ name }) => name === exampleOffer.name)
  if (known?.liveVersion) return known.id
  // What is printed is what the engine says.
  const { cost } = await call<{ cost: { example: { simple: number; compound: number } } }>(
    'POST',
    '/api/offers/check',
    { ...exampleOffer, content: { ...exampleOffer.content, stated: {} } },
  )
  const rounded = (value: number) => Math.round(value * 10_000) / 10_000
  const stated = { simple: rounded(cost.example.simple), compound: rounded(cost.example.compound) }
  const { id } =
    known ??
    (await call<{ id: number }>('POST', '/api/offers', {
      name: exampleOffer.name,
      content: { ...exampleOffer.content, stated },
    }))
  await call('POST', `/api/offers/${id}/publish`, {})
  return id
}

const madeTexts = async (staff: Staff, offerId: number): Promise<Record<TextKey, number>> => {
  const { call } = staff.marketer
  const { items } = await call<{ items: { id: number; name: string }[] }>('GET', '/api/creatives?limit=200')
  const ids: [string, number][] = []
  for (const [key, text] of Object.entries(exampleTexts)) {
    const known = items.find(({ name }) => name === text.name)
    if (known) {
      ids.push([key, known.id])
      continue
    }
    const { id } = await call<{ id: number }>('POST', '/api/creatives', {
      ...text,
      product: 'loan',
      offerId: text.category === 'marketing' ? offerId : null,
    })
    const { reviewId } = await call<{ reviewId: number }>('POST', `/api/creatives/${id}/review`, {})
    await approve(staff, reviewId)
    ids.push([key, id])
  }
  return Object.fromEntries(ids) as Record<TextKey, number>
}

const madeAudiences = async (app: App, call: Call): Promise<Map<string, string>> => {
  const { items } = await call<{ items: { id: string; name: string }[] }>('GET', '/api/audiences?limit=200')
  const ids = new Map(items.map(({ id, name }) => [name, id]))
  for (const audience of audiencesAt(app.ctx.now())) {
    if (ids.has(audience.name)) continue
    const { id } = await call<{ id: string }>('POST', '/api/audiences', audience)
    await call('POST', `/api/audiences/${id}/refresh`)
    ids.set(audience.name, id)
  }
  return ids
}

/** People whom the law or the house leaves alone, from what the company knows of them. */
const exclude = async ({ reviewer }: Staff, ids: ReadonlyMap<string, string>): Promise<void> => {
  const { items } = await reviewer.call<{ items: unknown[] }>('GET', '/api/exclusions?limit=1')
  if (items.length > 0) return
  const wanted = [
    { name: complaintAudience, kind: 'complaint', reason: '投诉处理中' },
    { name: overdueAudience, kind: 'inCollection', reason: '逾期，由催收跟进' },
  ]
  for (const { name, kind, reason } of wanted) {
    const nos: string[] = []
    for (let after: string | null = '0'; after !== null; ) {
      const page: { items: { id: string }[]; next: string | null } = await reviewer.call(
        'GET',
        `/api/audiences/${ids.get(name)}/members?limit=500${after === '0' ? '' : `&after=${after}`}`,
      )
      nos.push(...page.items.map(({ id }) => id))
      after = page.next
    }
    if (nos.length === 0) continue
    const { id } = await reviewer.call<{ id: string }>('POST', '/api/exclusions/imports', {
      valueKind: 'customerId',
      kind,
      reason,
      values: nos.join('\n'),
    })
    await until(20_000, async () => {
      const { state } = await reviewer.call<{ state: string }>('GET', `/api/compliance-files/imports/${id}`)
      return state !== 'queued' && state !== 'running'
    })
  }
}

/** @returns whether it came to be in time */
export const until = async (waitMs: number, holds: () => Promise<boolean>): Promise<boolean> => {
  for (const endsAt = performance.now() + waitMs; performance.now() < endsAt; await pause(200))
    if (await holds()) return true
  return false
}

/** The next minute in Shanghai while service messages may go out, else ten in the morning. */
const remindAt = (now: Date): string => {
  const shanghai = new Date(now.getTime() + 8 * 3_600_000 + 60_000)
  const hour = shanghai.getUTCHours()
  return hour >= 8 && hour < 21 ? shanghai.toISOString().slice(11, 16) : '10:00'
}

interface Campaign {
  id: number
  name: string
  state: string
}

export const campaignsOf = (app: App): Promise<Campaign[]> =>
  callerOf(app)<{ campaigns: Campaign[] }>('GET', '/api/campaigns?limit=200').then(({ campaigns }) => campaigns)

export interface Prepared {
  staff: Staff
  offerId: number
  texts: Record<TextKey, number>
}

/** What can be written and approved before the events are in: people, the offer, the texts. Customers and loans are there. */
export const prepareCampaigns = async (app: App): Promise<Prepared> => {
  const staff = await staffOf(app)
  const offerId = await madeOffer(staff.marketer.call)
  return { staff, offerId, texts: await madeTexts(staff, offerId) }
}

/** Makes what is missing of the three campaigns and lets them run. @returns their ids by name */
export const runCampaigns = async (app: App, { staff, offerId, texts }: Prepared): Promise<Map<string, number>> => {
  const { call } = staff.marketer
  const ids = await madeAudiences(app, call)
  await exclude(staff, ids)
  const dormantId = ids.get(dormantAudience) ?? ''
  const made = new Map((await campaignsOf(app)).map((one) => [one.name, one]))
  const running = new Map<string, number>()
  for (const plan of plansOf({ texts, offerId, dormantId, remindAt: remindAt(app.ctx.now()) })) {
    const known = made.get(plan.name)
    const { id } = known ?? (await call<{ id: number }>('POST', '/api/campaigns', plan))
    running.set(plan.name, id)
    if (known && known.state !== 'draft') continue
    const { reviewId } = await call<{ reviewId: number }>('POST', `/api/campaigns/${id}/submit`, {
      note: '请审核。受众、文案、价格与预算见材料。',
    })
    await approve(staff, reviewId)
    await call('POST', `/api/campaigns/${id}/publish`, {})
  }
  return running
}

interface Effects {
  total: { asked: number; refused: number; waiting: number; sent: number }
}

const calmLooks = 8

/** Waits until a campaign has asked about everybody and no send is on its way. @returns its figures, and whether it came to that */
export const untilSent = async (
  app: App,
  id: number,
  waitMs: number,
): Promise<{ calm: boolean; total: Effects['total'] }> => {
  const call = callerOf(app)
  let total = { asked: 0, refused: 0, waiting: 0, sent: 0 }
  let looks = 0
  const calm = await until(waitMs, async () => {
    const before = total
    total = (await call<Effects>('GET', `/api/campaigns/${id}/effects`)).total
    looks = total.asked > 0 && total.asked === before.asked && total.sent === before.sent ? looks + 1 : 0
    // Nothing sent while some wait: the couriers have not come to them yet, or the hours are quiet, which takes longer to tell.
    return looks >= (total.sent === 0 && total.waiting > 0 ? 8 * calmLooks : calmLooks)
  })
  return { calm, total }
}
