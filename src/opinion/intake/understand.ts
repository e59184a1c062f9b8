import { analyseText, type Ctx } from '#platform'
import type { Polarity } from '../contract.ts'
import type { Readable, Understood } from './understood.ts'

const polarity = { negative: -1, neutral: 0, positive: 1 } as const satisfies Record<string, Polarity>

/** Reads posts: which subjects they are about and what they say of them. In the order given. */
export const understand = async (_ctx: Ctx, posts: readonly Readable[]): Promise<Understood[]> =>
  posts.map(({ title, text }) => {
    const { sentiment, score } = analyseText(`${title} ${text}`)
    return {
      mentions: [],
      sentiment: polarity[sentiment],
      sentimentP: 1 - score,
      aspects: [],
      speaker: 'consumer',
      emotion: 'neutral',
      urgency: [],
      rumour: 0,
      spam: 0,
      unsure: [],
      reading: 0,
    }
  })
