import { noteComparison } from '#models'
import type { Ctx } from '#platform'
import { type Head, heads } from '../contract.ts'
import type { PostRow } from '../posts/post-contract.ts'
import { activeModel } from './active.ts'
import type { Answer } from './label-contract.ts'
import { filesWith } from './read.ts'
import { openReader } from './reader.ts'
import type { ReadablePost, Reading } from './reading.ts'

/** Of a batch this many posts are read by the shadow too: enough to tell, little enough to cost nothing. */
const sample = 100

let held: { version: number; read: (post: ReadablePost) => Reading } | undefined

const shadowReader = async (ctx: Ctx) => {
  const { shadow } = await activeModel(ctx)
  if (!shadow) return undefined
  if (held?.version !== shadow.version) held = { version: shadow.version, read: openReader(filesWith(shadow.heads())) }
  return held
}

const same = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && new Set([...a, ...b]).size === new Set(a).size

const agrees = (head: Head, a: Reading, b: Reading): boolean => {
  switch (head) {
    case 'toward':
      return a.toward.every(({ toward }, index) => toward === b.toward[index]?.toward)
    case 'aspects':
    case 'urgency':
      return same(a[head], b[head])
    case 'rumour':
    case 'spam':
      return a[head] >= 0.5 === b[head] >= 0.5
    default:
      return a[head] === b[head]
  }
}

/** Has the version in the shadow, if any, read some of a batch too, and counts where both agree. */
export const watchShadow = async (
  ctx: Ctx,
  posts: readonly ReadablePost[],
  readings: readonly Reading[],
): Promise<void> => {
  const shadow = await shadowReader(ctx)
  if (!shadow || posts.length === 0) return
  const step = Math.max(1, Math.ceil(posts.length / sample))
  const pairs = readings.flatMap((reading, index) => {
    const post = posts[index]
    return post && index % step === 0 ? [{ reading, other: shadow.read(post) }] : []
  })
  await noteComparison(
    ctx,
    shadow.version,
    heads.map((head) => ({
      head,
      posts: pairs.length,
      agreed: pairs.filter(({ reading, other }) => agrees(head, reading, other)).length,
    })),
  )
}

/** Whether a reading says what a person says. */
const says = (answer: Answer, reading: Reading): boolean => {
  switch (answer.head) {
    case 'toward':
      return reading.toward[0]?.toward === answer.right
    case 'aspects':
    case 'urgency':
      return same(reading[answer.head], answer.right)
    case 'rumour':
    case 'spam':
      return reading[answer.head] >= 0.5 === answer.right
    default:
      return reading[answer.head] === answer.right
  }
}

/** A stored post as it is read. @param subjectId the subject that toward is read for */
export const readableAgain = (post: PostRow, subjectId?: number): ReadablePost => ({
  title: post.title,
  text: post.text,
  authorClass: post.author.class,
  subjects: subjectId === undefined ? [] : [post.spans.filter((span) => span.subjectId === subjectId)],
})

/** A person put a post right: who of the two versions had it right. */
export const judgeShadow = async (ctx: Ctx, post: PostRow, answer: Answer, activeRight: boolean): Promise<void> => {
  const shadow = await shadowReader(ctx)
  if (!shadow) return
  const reading = shadow.read(readableAgain(post, answer.head === 'toward' ? answer.subjectId : undefined))
  await noteComparison(ctx, shadow.version, [
    {
      head: answer.head,
      posts: 0,
      agreed: 0,
      judged: 1,
      activeRight: activeRight ? 1 : 0,
      shadowRight: says(answer, reading) ? 1 : 0,
    },
  ])
}
