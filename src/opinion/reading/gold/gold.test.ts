import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { Aspect, aspects, Emotion, Platform, PostKind, Speaker, speakers, Urgency, urgencies } from '../../contract.ts'

const Tone = z.enum(['negative', 'neutral', 'positive'])

const GoldPost = z.strictObject({
  id: z.string().regex(/^g\d{4}$/),
  text: z.string().refine((text) => [...text].length >= 8 && [...text].length <= 300, 'must have 8 to 300 characters'),
  subject: z.string().min(2),
  platform: Platform,
  kind: PostKind,
  sentiment: Tone,
  toward: Tone,
  aspects: z.array(Aspect).refine((list) => new Set(list).size === list.length, 'must not repeat'),
  speaker: Speaker,
  emotion: Emotion,
  urgency: z.array(Urgency).refine((list) => new Set(list).size === list.length, 'must not repeat'),
  spam: z.boolean(),
  split: z.enum(['train', 'test']),
})
type GoldPost = z.infer<typeof GoldPost>

const lines = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) =>
    readFileSync(new URL(name, import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => ({ name, line })),
  )

const posts: GoldPost[] = lines.map(({ name, line }) => {
  const read = GoldPost.safeParse(JSON.parse(line))
  assert.ok(read.success, `${name}: ${line}\n${read.success ? '' : z.prettifyError(read.error)}`)
  return read.data
})

const count = (holds: (post: GoldPost) => boolean): number => posts.filter(holds).length

const bigrams = (text: string): Set<string> => {
  const letters = [...text.replace(/\s+/gu, '')]
  return new Set(letters.slice(1).map((letter, index) => `${letters[index]}${letter}`))
}

test('there are enough posts, each with an id of its own', () => {
  assert.ok(posts.length >= 5_900, String(posts.length))
  assert.equal(new Set(posts.map((post) => post.id)).size, posts.length)
})

test('every label has enough posts, and so has its test part', () => {
  for (const aspect of aspects) {
    const least = aspect === 'harsh-collection' || aspect === 'privacy-leak' ? 480 : 380
    const all = count((post) => post.aspects.includes(aspect))
    const kept = count((post) => post.split === 'test' && post.aspects.includes(aspect))
    assert.ok(all >= least, `${aspect} ${all}`)
    assert.ok(kept >= 0.2 * all, `${aspect} ${kept} of ${all} in test`)
  }
  for (const speaker of speakers) assert.ok(count((post) => post.speaker === speaker) >= 50, speaker)
  for (const urgency of urgencies) assert.ok(count((post) => post.urgency.includes(urgency)) >= 20, urgency)
  assert.ok(count((post) => post.aspects.length >= 2) >= 300, 'posts with several aspects')
})

test('hard negatives: posts without an aspect, and posts whose tone is not what they say of the subject', () => {
  assert.ok(count((post) => post.aspects.length === 0) >= 350)
  assert.ok(count((post) => post.sentiment !== post.toward) >= 250)
})

test('a third is kept as test', () => {
  const share = count((post) => post.split === 'test') / posts.length
  assert.ok(share >= 0.3 && share <= 0.36, String(share))
})

test('labels agree with each other', () => {
  for (const post of posts) {
    if (post.toward === 'positive') assert.deepEqual(post.aspects, [], `${post.id}: praise with a problem`)
    if (post.speaker === 'anti-collection-ad') assert.ok(post.spam, `${post.id}: such an advertisement is spam`)
  }
})

test('no text holds a number that could be a telephone or an identity card', () => {
  for (const post of posts) assert.doesNotMatch(post.text, /\d{11}/u, post.id)
})

test('no two texts share half of their character 2-grams', () => {
  const sets = posts.map((post) => bigrams(post.text))
  const holders = new Map<string, number[]>()
  for (const [index, set] of sets.entries()) {
    const shared = new Map<number, number>()
    for (const gram of set) {
      const earlier = holders.get(gram)
      for (const other of earlier ?? []) shared.set(other, (shared.get(other) ?? 0) + 1)
      if (earlier) earlier.push(index)
      else holders.set(gram, [index])
    }
    for (const [other, both] of shared) {
      const either = set.size + (sets[other]?.size ?? 0) - both
      assert.ok(both / either < 0.5, `${posts[other]?.id} and ${posts[index]?.id}: ${posts[index]?.text}`)
    }
  }
})
