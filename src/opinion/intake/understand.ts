import { analyseText, type Ctx } from '#platform'
import type { Polarity } from '../contract.ts'
import { matchSubjects } from '../subjects/match.ts'
import { subjectMatcher } from '../subjects/rule-book.ts'
import type { Readable, Understood } from './understood.ts'

const polarity = { negative: -1, neutral: 0, positive: 1 } as const satisfies Record<string, Polarity>

/** Reads posts: which subjects they are about and what they say of them. In the order given. */
export const understand = async (ctx: Ctx, posts: readonly Readable[]): Promise<Understood[]> => {
  const matcher = await subjectMatcher(ctx)
  return posts.map((post) => {
    const { sentiment, score } = analyseText(`${post.title} ${post.text}`)
    return {
      mentions: matchSubjects(matcher, post).map(({ subjectId, rule, disguised }) => ({
        subjectId,
        toward: polarity[sentiment],
        negativeP: 1 - score,
        rule,
        disguised,
      })),
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
}
