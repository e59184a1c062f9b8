import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { weighedWords } from '#platform'
import { cedLines } from '#test'
import { openStories, storyVector } from './stories.ts'

const vectorOf = (text: string) => storyVector(text, weighedWords(text, 40))

/** Tells texts in their order, an hour after another, and returns the story of each. */
const tell = (texts: readonly string[], hours = 1): number[] => {
  const stories = openStories()
  return texts.map((text, at) => {
    const told = { vector: vectorOf(text), subjects: [1], at: at * hours * 3_600_000 }
    const id = stories.find(told)?.id ?? at
    if (id === at) stories.put({ id, subjects: [1], vector: told.vector, lastAt: told.at })
    else stories.grow(id, told)
    stories.learn(told)
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
