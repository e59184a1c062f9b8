import type { Ctx } from '#platform'
import { activeModel } from '../reading/active.ts'
import { readPosts } from '../reading/read.ts'
import { watchShadow } from '../reading/shadow.ts'
import { matchSubjects } from '../subjects/match.ts'
import { subjectMatcher } from '../subjects/rule-book.ts'
import type { Readable, Understood } from './understood.ts'

/** Reads posts: which subjects they are about and what they say of them. In the order given. */
export const understand = async (ctx: Ctx, drillId: number, posts: readonly Readable[]): Promise<Understood[]> => {
  const matcher = await subjectMatcher(ctx)
  const matches = posts.map((post) => matchSubjects(matcher, post))
  const active = await activeModel(ctx)
  const readables = posts.map(({ title, text, authorClass }, index) => ({
    title,
    text,
    authorClass,
    subjects: (matches[index] ?? []).map(({ spans }) => spans),
  }))
  const readings = await readPosts(readables, active)
  // A drill's made-up posts say nothing of which version reads better.
  if (drillId === 0) await watchShadow(ctx, readables, readings)
  return readings.map(({ toward, ...reading }, index) => ({
    ...reading,
    mentions: (matches[index] ?? []).map(({ subjectId, rule, disguised }, place) => ({
      subjectId,
      toward: toward[place]?.toward ?? 0,
      negativeP: toward[place]?.negativeP ?? 0,
      rule,
      disguised,
    })),
    reading: active.version,
  }))
}
