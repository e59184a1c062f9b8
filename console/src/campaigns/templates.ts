import type { CampaignDefinition, Category, Step, Trigger } from './campaign-shapes.ts'
import type { TemplateKey } from './template-keys.ts'

/** Campaigns to begin with. Creatives and audiences are chosen afterwards: they stand here as 0 and ''. */

export interface Template {
  category: Category
  definition: CampaignDefinition
}

/** Names of steps and arms in the reader's language. */
export interface TemplateWords {
  tellOffer: string
  waitApply: string
  callTask: string
  remindEarly: string
  waitRepaid: string
  remindDay: string
  arms: readonly string[]
  sayA: string
  sayB: string
  waitBack: string
  greet: string
  done: string
  repaid: string
  outcomes: readonly string[]
}

const base = (trigger: Trigger): CampaignDefinition => ({
  trigger,
  reEntry: { times: 1, afterDays: 0 },
  journey: { start: null, steps: {} },
  goal: null,
  exits: [],
  exitOnGoal: true,
  holdout: 0,
  product: 'other',
  purpose: 'marketing',
  personalised: true,
  budget: {},
  complaint: { event: 'Complaint Filed' },
})

const message = (name: string, next: string | null): Step => ({
  kind: 'message',
  name,
  channels: [{ channel: 'sms', creativeId: 0 }],
  next,
})

const applied = 'Application Submitted'
const repaid = 'Installment Paid'

export const templateOf = (key: TemplateKey, words: TemplateWords): Template => {
  switch (key) {
    case 'abandoned':
      return {
        category: 'marketing',
        definition: {
          ...base({
            kind: 'event',
            event: 'Loan Viewed',
            count: 3,
            within: { amount: 30, unit: 'minutes' },
            without: [{ event: applied }],
          }),
          reEntry: { times: null, afterDays: 30 },
          product: 'loan',
          goal: { event: applied, withinDays: 7 },
          exits: [{ event: applied }],
          holdout: 0.1,
          journey: {
            start: 'message1',
            steps: {
              message1: message(words.tellOffer, 'waitEvent1'),
              waitEvent1: {
                kind: 'waitEvent',
                name: words.waitApply,
                event: applied,
                within: { amount: 1, unit: 'days' },
                next: 'goal1',
                onTimeout: 'task1',
              },
              goal1: { kind: 'goal', name: words.done, next: null },
              task1: {
                kind: 'task',
                name: words.callTask,
                channel: 'call',
                creativeId: 0,
                dueIn: { amount: 2, unit: 'days' },
                outcomes: Object.fromEntries(words.outcomes.map((name) => [name, null])),
                next: null,
              },
            },
          },
        },
      }
    case 'due':
      return {
        category: 'service',
        definition: {
          ...base({ kind: 'date', trait: '', offsetDays: -3, at: '10:00', yearly: false }),
          reEntry: { times: null, afterDays: 0 },
          product: 'loan',
          purpose: 'service',
          personalised: false,
          goal: { event: repaid, withinDays: 7 },
          exits: [{ event: repaid }],
          journey: {
            start: 'message1',
            steps: {
              message1: message(words.remindEarly, 'waitEvent1'),
              waitEvent1: {
                kind: 'waitEvent',
                name: words.waitRepaid,
                event: repaid,
                within: { amount: 3, unit: 'days' },
                next: 'goal1',
                onTimeout: 'message2',
              },
              goal1: { kind: 'goal', name: words.repaid, next: null },
              message2: message(words.remindDay, null),
            },
          },
        },
      }
    case 'dormant':
      return {
        category: 'marketing',
        definition: {
          ...base({ kind: 'once', audienceId: '' }),
          product: 'loan',
          goal: { event: 'Loan Drawn', withinDays: 30 },
          holdout: 0.2,
          journey: {
            start: 'experiment1',
            steps: {
              experiment1: {
                kind: 'experiment',
                key: 'test1',
                arms: [
                  { name: words.arms[0] ?? 'A', share: 0.5, next: 'message1' },
                  { name: words.arms[1] ?? 'B', share: 0.5, next: 'message2' },
                ],
              },
              message1: message(words.sayA, 'waitEvent1'),
              message2: message(words.sayB, 'waitEvent1'),
              waitEvent1: {
                kind: 'waitEvent',
                name: words.waitBack,
                event: 'Loan Drawn',
                within: { amount: 7, unit: 'days' },
                next: 'goal1',
                onTimeout: null,
              },
              goal1: { kind: 'goal', next: null },
            },
          },
        },
      }
    case 'birthday':
      return {
        category: 'marketing',
        definition: {
          ...base({ kind: 'date', trait: '', offsetDays: 0, at: '09:30', yearly: true }),
          reEntry: { times: null, afterDays: 300 },
          journey: { start: 'message1', steps: { message1: message(words.greet, null) } },
        },
      }
    case 'blank':
      return { category: 'marketing', definition: base({ kind: 'once', audienceId: '' }) }
  }
}
