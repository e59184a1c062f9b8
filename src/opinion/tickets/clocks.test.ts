import assert from 'node:assert/strict'
import test from 'node:test'
import { clocksOf } from './clocks.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 2, 3, hour))

test('what is answered while the clocks are held is late only when it was late before the hold', () => {
  const terms = { acknowledge: [60, 'always'], answer: [120, 'always'], solve: [240, 'always'] } as const
  const row = (answered: Date | null, heldFrom: Date) => ({
    terms: { acknowledge: [...terms.acknowledge], answer: [...terms.answer], solve: [...terms.solve] } as Parameters<
      typeof clocksOf
    >[0]['terms'],
    pauses: [{ from: heldFrom.toISOString(), to: null, reason: '等待材料', by: '客服周' }],
    acknowledge_due_at: at(2),
    answer_due_at: at(4),
    solve_due_at: at(8),
    acknowledged_at: at(1),
    answered_at: answered,
    solved_at: null,
    closed_at: null,
  })
  const standing = (answered: Date | null, heldFrom: Date) =>
    clocksOf(row(answered, heldFrom), at(9)).find(({ step }) => step === 'answer')?.standing
  assert.equal(standing(at(6), at(3)), 'met')
  assert.equal(standing(at(6), at(5)), 'missed')
  assert.equal(standing(null, at(3)), 'held')
})
