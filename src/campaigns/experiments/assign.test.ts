import assert from 'node:assert/strict'
import test from 'node:test'
import { armOf, experimentArm, inCampaignHoldout, inGlobalHoldout, placeOf } from './assign.ts'

test('places are those of the published vectors', () => {
  // reference/marketing.md 5.9
  assert.equal(placeOf('exp1', 'a'), 0.8193)
  assert.equal(placeOf('exp1', 'user_1'), 0.7137)
  assert.equal(placeOf('exp1', '13800000000'), 0.8999)
})

test('arms own their stretches, and coverage leaves the end of each to nobody', () => {
  const arms = [
    { name: 'A', weight: 0.8193 },
    { name: 'B', weight: 0.1807 },
  ]
  assert.equal(armOf({ seed: 'exp1', arms }, 'a')?.name, 'B', 'the end of a stretch belongs to the next arm')
  assert.equal(armOf({ seed: 'exp1', arms }, 'user_1')?.name, 'A')
  assert.equal(armOf({ seed: 'exp1', arms, coverage: 0.5 }, 'user_1'), undefined)
  assert.equal(armOf({ seed: 'exp1', arms, coverage: 0.9 }, 'user_1')?.name, 'A')
})

test('shares come out as asked, and nobody changes his arm', () => {
  const arms = [
    { name: 'A', share: 0.2 },
    { name: 'B', share: 0.3 },
    { name: 'C', share: 0.5 },
  ]
  const counted = new Map<string, number>()
  for (let no = 1; no <= 100_000; no++) {
    const arm = experimentArm({ campaignId: 7, key: 'k', arms }, no)
    assert.ok(arm)
    counted.set(arm.name, (counted.get(arm.name) ?? 0) + 1)
  }
  for (const { name, share } of arms) assert.ok(Math.abs((counted.get(name) ?? 0) / 100_000 - share) < 0.006, name)
})

test('holdouts have their share, grow without letting anyone go, and are independent of each other', () => {
  let small = 0
  let campaign = 0
  let both = 0
  for (let no = 1; no <= 100_000; no++) {
    const held = inGlobalHoldout({ seed: 's', share: 0.05 }, no)
    if (held) assert.ok(inGlobalHoldout({ seed: 's', share: 0.1 }, no))
    const heldHere = inCampaignHoldout(3, 0.2, no)
    small += Number(held)
    campaign += Number(heldHere)
    both += Number(held && heldHere)
  }
  assert.ok(Math.abs(small / 100_000 - 0.05) < 0.004, String(small))
  assert.ok(Math.abs(campaign / 100_000 - 0.2) < 0.006, String(campaign))
  assert.ok(Math.abs(both / 100_000 - 0.01) < 0.002, String(both))
  assert.equal(inGlobalHoldout({ seed: 's', share: 0 }, 1), false)
})
