import assert from 'node:assert/strict'
import test from 'node:test'
import { makeTexts } from '../texts/train-texts.ts'
import { calibrationError, fitPlatt, probability } from './calibration.ts'
import { nearTo } from './near-duplicates.ts'
import { seeded } from './seeded.ts'

test('a text that differs from one held back in signs, script or a few words is near to it; another one is not', () => {
  const near = nearTo(['酒店位置很好，离地铁站只有五分钟，房间也很干净，下次还会再来', '味道不错'])
  assert.ok(near('酒店位置很好！！离地鐵站只有五分鐘！房間也很乾淨，下次還會再來'))
  assert.ok(near('酒店位置很好，离地铁站只有五分钟，房间很干净，下次还会再来的'))
  assert.ok(near('味道不错~~~'))
  assert.ok(!near('酒店位置很好，可是隔音太差，一晚上没有睡着，不会再来了'))
  assert.ok(!near('味道不错，送得也快'))
})

test('Platt makes margins that are too sure into probabilities that hold', () => {
  const random = seeded(7)
  const margins = Array.from({ length: 4_000 }, () => (random.next() - 0.5) * 8)
  // The truth follows a third of the margin.
  const labels = margins.map((margin) => (random.next() < 1 / (1 + Math.exp(-margin / 3)) ? 1 : 0))
  const raw = margins.map((margin) => 1 / (1 + Math.exp(-margin)))
  const platt = fitPlatt(margins, labels)
  assert.ok(Math.abs(platt.slope - 1 / 3) < 0.05, String(platt.slope))
  assert.ok(calibrationError(raw, labels) > 0.1)
  assert.ok(
    calibrationError(
      margins.map((margin) => probability(platt, margin)),
      labels,
    ) < 0.03,
  )
})

test('a classifier is judged in folds that keep groups whole: what only a group knows does not count', () => {
  // Every group has its own word and its own label: within a group it is easy, across groups there is nothing to learn.
  const words = '风花雪月山水云雨春夏秋冬东西南北天地日星金木火土江河湖海松竹梅兰'
  const texts = Array.from({ length: 320 }, (_, n) => {
    const group = n % 32
    return {
      text: `${words[group]}${words[group]}第${'甲乙丙丁'[(n >> 5) % 4]}`,
      label: group % 2 ? 'a' : 'b',
      group: String(group),
    }
  })
  const source = { name: 'made up', licence: 'none' }
  const judged = (some: typeof texts) => {
    const { card } = makeTexts('groups', some, '2026-11-22', source, () => undefined)
    return card.figures.find(({ name }) => name === 'accuracy')
  }
  const grouped = judged(texts)
  assert.ok((grouped?.value ?? 1) < 0.7, String(grouped?.value))
  assert.match(grouped?.note ?? '', /group stays in one fold/)
  const again = judged(texts)
  assert.deepEqual(again, grouped, 'the same data give the same figures')
})
