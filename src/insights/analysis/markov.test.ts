import assert from 'node:assert/strict'
import test from 'node:test'
import { removalEffects, type Step } from './markov.ts'

/** The walks of sequences of channels, each of which ended so often in a conversion and so often in nothing. */
const walks = (sequences: readonly { channels: readonly string[]; conversions: number; losses: number }[]): Step[] =>
  sequences.flatMap(({ channels, conversions, losses }) => [
    ...channels.map((to, i) => ({ from: channels[i - 1] ?? '', to, converted: false, count: conversions + losses })),
    { from: channels.at(-1) ?? '', to: '', converted: true, count: conversions },
    { from: channels.at(-1) ?? '', to: '', converted: false, count: losses },
  ])
const effectsOf = (sequences: Parameters<typeof walks>[0]) => removalEffects(walks(sequences))

// The example that S. Bryl works by hand in "Attribution model with R, part 1: Markov chains concept" (analyzecore.com, 2016).
test('removal effects of the worked example: half, all, all; shares 0.2, 0.4, 0.4', () => {
  const effects = effectsOf([
    { channels: ['C1', 'C2', 'C3'], conversions: 1, losses: 0 },
    { channels: ['C1'], conversions: 0, losses: 1 },
    { channels: ['C2', 'C3'], conversions: 0, losses: 1 },
  ])
  const near = (value: number | undefined, expected: number) =>
    assert.ok(Math.abs((value ?? 0) - expected) < 1e-12, `${value}`)
  near(effects.get('C1')?.removal, 0.5)
  near(effects.get('C2')?.removal, 1)
  near(effects.get('C3')?.removal, 1)
  near(effects.get('C1')?.share, 0.2)
  near(effects.get('C2')?.share, 0.4)
  near(effects.get('C3')?.share, 0.4)
})

test('meeting a channel twice in a row changes nothing', () => {
  const once = effectsOf([
    { channels: ['a', 'b'], conversions: 3, losses: 1 },
    { channels: ['b'], conversions: 1, losses: 5 },
  ])
  const twice = effectsOf([
    { channels: ['a', 'a', 'b'], conversions: 3, losses: 1 },
    { channels: ['b', 'b', 'b'], conversions: 1, losses: 5 },
  ])
  assert.deepEqual([...twice], [...once])
})

test('of more channels than have a state of their own the shares still add up to one', () => {
  const sequences = Array.from({ length: 80 }, (_, i) => ({
    channels: [`c${i}`, `c${(i * 7) % 80}`, `c${(i * 3) % 80}`],
    conversions: 1 + (i % 3),
    losses: i % 5,
  }))
  const sum = [...effectsOf(sequences).values()].reduce((total, { share }) => total + share, 0)
  assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`)
})

test('nothing converts, nothing is credited', () => {
  const effects = effectsOf([{ channels: ['a'], conversions: 0, losses: 4 }])
  assert.deepEqual(effects.get('a'), { removal: 0, share: 0 })
})
