import type { EventFacts } from '../../src/opinion/grading/facts-contract.ts'

/** Facts of a small event: one complaint of a private person. */
export const someFacts = (change: Partial<EventFacts> = {}): EventFacts => ({
  eventId: 1,
  drillId: 0,
  at: '2026-11-20T02:00:00.000Z',
  title: '会员费自动扣款引发投诉',
  state: 'open',
  subjects: [{ id: 1, name: '明月消费金融', kind: 'brand' }],
  posts: 3,
  authors: 3,
  platforms: ['weibo'],
  negative: 0.9,
  aspects: [{ aspect: 'bundled-membership', share: 1 }],
  authorClasses: ['person'],
  speakers: ['consumer'],
  verifiedFollowers: 0,
  reach: 900,
  z: 1,
  bursting: false,
  hotListRank: null,
  rumour: 0.1,
  urgencies: [],
  keyPosts: ['101', '102'],
  ...change,
})
