import assert from 'node:assert/strict'
import test from 'node:test'
import { removalEffects } from './markov.ts'

// The example that S. Bryl works by hand in "Attribution model with R, part 1: Markov chains concept" (analyzecore.com, 2016).
test('removal effects of the worked example: half, all, all; shares 0.2, 0.4, 0.4', () => {
  const effects = removalEffects([
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
  const once = removalEffects([
    { channels: ['a', 'b'], conversions: 3, losses: 1 },
    { channels: ['b'], conversions: 1, losses: 5 },
  ])
  const twice = removalEffects([
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
  const sum = [...removalEffects(sequences).values()].reduce((total, { share }) => total + share, 0)
  assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`)
})

test('nothing converts, nothing is credited', () => {
  const effects = removalEffects([{ channels: ['a'], conversions: 0, losses: 4 }])
  assert.deepEqual(effects.get('a'), { removal: 0, share: 0 })
})
