import assert from 'node:assert/strict'
import test from 'node:test'
import { dispersion, overdispersedRatio, poissonRatio, shareShift } from './effect-statistics.ts'

const near = (given: number | undefined, wanted: number, by = 0.001) =>
  assert.ok(given !== undefined && Math.abs(given - wanted) < by, `${given} is not ${wanted}`)

test('exact ratio of Poisson rates: 41 of 28010 against 15 of 19017 person-years gives 1.86 (1.005–3.614)', () => {
  // Rothman & Greenland, Modern Epidemiology: breast cancer and fluoroscopy; interval as epitools' rateratio.midp brackets it.
  const ratio = poissonRatio({ count: 15, exposure: 19_017 }, { count: 41, exposure: 28_010 })
  near(ratio?.value, 1.8558)
  near(ratio?.low, 1.0034, 0.01)
  near(ratio?.high, 3.6093, 0.01)
})

test('nothing after is a ratio of none with an upper end; nothing before is none at all', () => {
  const none = poissonRatio({ count: 20, exposure: 10 }, { count: 0, exposure: 10 })
  assert.equal(none?.value, 0)
  assert.equal(none?.low, 0)
  // Upper end of 0 of 20: 1 − .025^(1/20) = .1684, as odds .2025.
  near(none?.high, 0.2025)
  assert.equal(poissonRatio({ count: 0, exposure: 10 }, { count: 5, exposure: 10 }), null)
})

test('even counts have no dispersion beyond chance; bursts have, and widen the interval', () => {
  assert.equal(
    dispersion([
      [5, 5, 5, 5],
      [2, 2, 2],
    ]),
    1,
  )
  assert.equal(dispersion([[], [3]]), 1)
  const phi = dispersion([[0, 20, 0, 20]])
  near(phi, 400 / 10 / 3, 0.01)
  const wide = overdispersedRatio({ count: 40, exposure: 4 }, { count: 20, exposure: 4 }, phi)
  const narrow = overdispersedRatio({ count: 40, exposure: 4 }, { count: 20, exposure: 4 }, 1)
  assert.ok(wide && narrow && wide.high > narrow.high && wide.low < narrow.low)
  near(narrow?.high, 0.5 * Math.exp(1.96 * Math.sqrt(1 / 40 + 1 / 20)), 0.001)
})

test('difference of shares: 56/70 less 48/80 is .2, .0524 to .3339 (Newcombe 1998, table II, method 10)', () => {
  const shift = shareShift({ count: 48, size: 80 }, { count: 56, size: 70 })
  near(shift?.value, 0.2)
  near(shift?.low, 0.0524)
  near(shift?.high, 0.3339)
  assert.equal(shareShift({ count: 0, size: 0 }, { count: 1, size: 2 }), null)
})
