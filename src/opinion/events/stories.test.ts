import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { weighedWords } from '#platform'
import { cedLines } from '#test'
import { openStories } from './stories.ts'
import { storyVector } from './story-vector.ts'

const vectorOf = (text: string) => storyVector(text, weighedWords(text, 40))

/** Tells texts in their order, an hour after another, and returns the story of each. */
const tell = (texts: readonly string[], hours = 1): number[] => {
  const stories = openStories()
  return texts.map((text, at) => {
    const told = { vector: vectorOf(text), subjects: [1], aspects: [], at: at * hours * 3_600_000 }
    const id = stories.find(told)?.id ?? at
    if (id === at) stories.begin(id, told)
    else stories.grow(id, told)
    stories.hear(id, told.at)
    return id
  })
}

const pairs = (truth: readonly string[], told: readonly number[]) => {
  let right = 0
  let made = 0
  let real = 0
  for (let a = 0; a < truth.length; a++)
    for (let b = 0; b < a; b++) {
      const same = truth[a] === truth[b]
      const joined = told[a] === told[b]
      if (same) real++
      if (joined) made++
      if (same && joined) right++
    }
  const precision = right / made
  const recall = right / real
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) }
}

test('posts of one subject that tell one story come together, others stay apart', () => {
  const lines = readFileSync(join(import.meta.dirname, 'stories.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const posts = lines.map((line) => JSON.parse(line) as [string, string])
  // Interleaved: stories run side by side.
  const order = posts.map((_, at) => (at * 17) % posts.length)
  const mixed = order.map((at): readonly [string, string] => posts[at] ?? ['', ''])
  const told = tell(mixed.map(([, text]) => text))
  const { precision, recall, f1 } = pairs(
    mixed.map(([story]) => story),
    told,
  )
  assert.ok(precision >= 0.95 && f1 >= 0.9, `precision ${precision}, recall ${recall}`)
})

test('of 800 unrelated rumours and news hardly any two become one', () => {
  const rows = cedLines({ reposts: false, first: 12 })
    .slice(0, 800)
    .map((line) => JSON.parse(line) as { group: number; post: { text: string } })
  const told = tell(
    rows.map(({ post }) => post.text),
    0.1,
  )
  assert.equal(rows.length, 800)
  let wrong = 0
  for (const [at, id] of told.entries()) if (id !== at && rows[at]?.group !== rows[id]?.group) wrong++
  assert.ok(wrong / rows.length <= 0.13, `${wrong} of ${rows.length}`)
})

test('a story that surges turns out to be part of a larger one about the same problem, not of one about another', () => {
  const stories = openStories()
  const minute = 60_000
  const begin = (id: number, text: string, aspects: string[], at: number) =>
    stories.begin(id, { vector: vectorOf(text), subjects: [1], aspects, at })
  const hear = (id: number, posts: number, from: number) => {
    for (let n = 0; n < posts; n++) stories.hear(id, from + n * minute)
  }
  // Usual talk, so that the name of the company tells nothing.
  for (const [n, text] of ['凌云还款日能改吗', '凌云额度怎么提', '凌云客服排队太久', '凌云利率算下来多少'].entries())
    begin(100 + n, text, [], n * minute)
  begin(1, '凌云外包的催收一天给老人打三十二个电话，把老人骂到住院', ['harsh-collection'], 10 * minute)
  hear(1, 40, 11 * minute)
  begin(2, '逾期是不对，可凌云这样催收骚扰老人和家属就是违法', ['harsh-collection'], 20 * minute)
  begin(3, '凌云利率这样催着老人借钱，年化算下来三十六', ['rate-dispute'], 21 * minute)
  assert.equal(stories.partOf(2), undefined, 'nothing was heard of it yet')
  hear(2, 12, 40 * minute)
  hear(3, 12, 41 * minute)
  assert.equal(stories.partOf(2)?.id, 1)
  assert.equal(stories.partOf(2), undefined, 'not looked at again before it grew')
  assert.equal(stories.partOf(3), undefined)
  hear(2, 40, 60 * minute)
  stories.keepApart(1, 2)
  assert.equal(stories.partOf(2), undefined, 'a person said so')
  stories.merge(2, 1)
  assert.equal(stories.get(2), undefined)
  assert.deepEqual([stories.get(1)?.texts, stories.get(1)?.heard], [2, 92])
  assert.equal(
    stories.find({ vector: vectorOf('催收骚扰家属违法'), subjects: [1], aspects: [], at: 120 * minute })?.id,
    1,
  )
})
