import type { TextKey } from './demo-texts.ts'

/** The three campaigns of the made-up company, as its marketer draws them. */

export interface Parts {
  /** Ids of the creatives by their key. */
  texts: Record<TextKey, number>
  offerId: number
  /** The audience of the campaign to the dormant. */
  dormantId: string
  /** `HH:MM` in Shanghai at which reminders go out. */
  remindAt: string
}

export const dormantName = '唤回沉睡客户'
export const abandonedName = '看过产品未申请'
const dueName = '还款日提醒'
export const planNames = [dormantName, abandonedName, dueName] as const

interface Plan {
  name: string
  description: string
  category: 'marketing' | 'service'
  priority: number
  definition: object
}

const days = (amount: number) => ({ amount, unit: 'days' })
const applied = 'Application Submitted'
const paid = 'Installment Paid'
const outcomes = { 有意向: null, 暂不需要: null, 拒绝: null, 无人接听: null }

const abandonedPlan = ({ texts, offerId }: Parts): Plan => ({
  name: abandonedName,
  description: '半小时内看过三次贷款页而没有申请的人：说明费用，一天没有动静由客服回访',
  category: 'marketing',
  priority: 30,
  definition: {
    trigger: {
      kind: 'event',
      event: 'Loan Viewed',
      count: 3,
      within: { amount: 30, unit: 'minutes' },
      without: [{ event: applied }],
    },
    reEntry: { times: null, afterDays: 30 },
    journey: {
      start: 'tell',
      steps: {
        tell: {
          kind: 'message',
          name: '说明费用',
          channels: [
            { channel: 'sms', creativeId: texts.abandoned },
            { channel: 'wechat', creativeId: texts.abandonedWechat },
            { channel: 'push', creativeId: texts.abandonedPush },
          ],
          offerId,
          goodFor: days(1),
          next: 'silent',
          onRefused: null,
        },
        silent: {
          kind: 'waitEvent',
          name: '等一天，看是否申请',
          event: applied,
          within: days(1),
          next: 'done',
          onTimeout: 'call',
        },
        done: { kind: 'goal', name: '已申请', next: null },
        call: {
          kind: 'task',
          name: '客服回访',
          channel: 'call',
          creativeId: texts.abandonedCall,
          offerId,
          dueIn: days(2),
          team: '客服一组',
          outcomes,
          next: null,
        },
      },
    },
    goal: { event: applied, withinDays: 7 },
    exits: [{ event: applied }],
    holdout: 0.1,
    product: 'loan',
    budget: { costFen: 500_000 },
    conversionValueFen: 12_000,
  },
})

const duePlan = ({ texts, remindAt }: Parts): Plan => ({
  name: dueName,
  description: '还款日前三天的服务通知，不含任何推广',
  category: 'service',
  priority: 10,
  definition: {
    trigger: { kind: 'date', trait: 'nextDueDate', offsetDays: -3, at: remindAt, yearly: false },
    reEntry: { times: null, afterDays: 5 },
    journey: {
      start: 'remind',
      steps: {
        remind: {
          kind: 'message',
          name: '提前三天提醒',
          channels: [
            { channel: 'push', creativeId: texts.duePush },
            { channel: 'sms', creativeId: texts.due },
          ],
          goodFor: days(2),
          next: 'paid',
        },
        paid: {
          kind: 'waitEvent',
          name: '等到还款',
          event: paid,
          within: days(3),
          next: 'done',
          onTimeout: null,
        },
        done: { kind: 'goal', name: '已还款', next: null },
      },
    },
    goal: { event: paid, withinDays: 5 },
    product: 'loan',
    purpose: 'service',
    personalised: false,
    budget: { costFen: 200_000 },
  },
})

const dormantPlan = ({ texts, offerId, dormantId }: Parts): Plan => {
  const others = [
    { channel: 'wechat', creativeId: texts.dormantWechat },
    { channel: 'email', creativeId: texts.dormantMail },
  ]
  const message = (name: string, creativeId: number) => ({
    kind: 'message',
    name,
    channels: [{ channel: 'sms', creativeId }, ...others],
    offerId,
    goodFor: days(2),
    next: 'wait',
  })
  return {
    name: dormantName,
    description: '两种写法对比，另有一小部分由客服回访；20% 的人不触达，用来衡量真实增量',
    category: 'marketing',
    priority: 50,
    definition: {
      trigger: { kind: 'once', audienceId: dormantId },
      journey: {
        start: 'compare',
        steps: {
          compare: {
            kind: 'experiment',
            name: '写法对比',
            key: 'wording',
            arms: [
              { name: 'A 价格在前', share: 0.47, next: 'price' },
              { name: 'B 问候在前', share: 0.47, next: 'hello' },
              { name: '电话', share: 0.06, next: 'call' },
            ],
          },
          hello: message('问候在前', texts.hello),
          price: message('价格在前', texts.price),
          call: {
            kind: 'task',
            name: '客服回访',
            channel: 'call',
            creativeId: texts.dormantCall,
            offerId,
            dueIn: days(3),
            team: '客服一组',
            outcomes,
            next: null,
          },
          wait: {
            kind: 'waitEvent',
            name: '等五天，看是否申请',
            event: applied,
            within: days(5),
            next: 'done',
            onTimeout: null,
          },
          done: { kind: 'goal', name: '已申请', next: null },
        },
      },
      goal: { event: applied, withinDays: 5 },
      holdout: 0.2,
      product: 'loan',
      budget: { costFen: 3_000_000 },
      conversionValueFen: 12_000,
    },
  }
}

/** In the order they are published: the reminder waits for the next minute, so it comes first. */
export const plansOf = (parts: Parts): Plan[] => [duePlan(parts), dormantPlan(parts), abandonedPlan(parts)]
