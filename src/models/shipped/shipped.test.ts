import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import test from 'node:test'
import { evaluationFile } from '#test'
import { heldReviews } from '../reviews/corpora.ts'
import { reviewFigures } from '../reviews/train-reviews.ts'
import { type RumourFile, rumourReader } from '../rumour/read-rumour.ts'
import type { Platt } from '../training/calibration.ts'
import { readShipped, shippedCard, shippedFile, shippedNames } from './shipped.ts'

test('all weights together are at most 8 MB, and every card says what they are and learnt from', () => {
  const bytes = shippedNames.map((name) => statSync(shippedFile(name)).size)
  assert.ok(bytes.reduce((sum, size) => sum + size, 0) <= 8_000_000, bytes.join())
  shippedNames.forEach((name, index) => {
    const card = shippedCard(name)
    assert.equal(card.name, name)
    assert.equal(card.bytes, bytes[index])
    assert.ok(card.sources.length > 0 && card.limits.length > 0)
  })
})

// Shipped weights learnt from the tenths of the other corpora too: what is told of these was measured with others.
test('shipped weights read ChnSentiCorp dev as their card says, and the card tells figures with nothing near learnt', () => {
  const folder = dirname(evaluationFile('chinese-sentiment/chnsenticorp-dev.tsv.gz'))
  const { models, extra } = readShipped<{ platt: Platt }>('reviews-1')
  const [model] = models
  assert.ok(model)
  const { chnsenticorp } = heldReviews(folder)
  const { accuracy } = reviewFigures(model, extra.platt, chnsenticorp)
  const { figures } = shippedCard('reviews-1')
  const told = (name: string) => figures.find((figure) => figure.name === name)?.value ?? 0
  assert.equal(accuracy, told('accuracy on ChnSentiCorp dev'))
  assert.ok(accuracy >= 0.93, String(accuracy))
  assert.ok(told('accuracy on a tenth of online shopping') >= 0.94)
  assert.ok(told('macro-F1 on a tenth of waimai') >= 0.86)
  assert.ok(told('accuracy on ChnSentiCorp dev, nothing near learnt') >= 0.9)
})

test('suspicion grows with doubt in the reposts, and the card of rumours reaches its aims', () => {
  const suspicion = rumourReader(readShipped<RumourFile['extra']>('rumour-1'))
  const story = {
    text: '【紧急扩散】刚刚得到消息，今晚全市自来水被投毒，已有多人死亡，大家千万不要喝水，转发救人！',
    at: 1_351_852_366,
    author: { verified: false, followers: 90, messages: 96, location: '其他' },
    reposts: Array.from({ length: 40 }, (_, n) => ({
      id: `r${n}`,
      author: `a${n}`,
      text: n % 3 === 0 ? '真的假的？求证' : '扩散',
      at: 1_351_852_366 + n * 60,
    })),
  }
  const calm = {
    ...story,
    text: '今天和大家分享一本好书，推荐给喜欢摄影的朋友',
    author: { ...story.author, verified: true, followers: 200_000, messages: 9_000, location: '北京' },
  }
  assert.ok(suspicion(story, 'text') > suspicion(calm, 'text') + 0.2)
  assert.ok(suspicion(story, 'hour') > 0.6)
  for (const { name, value, aim } of shippedCard('rumour-1').figures)
    if (aim !== undefined) assert.ok(name.includes('error') ? value <= aim : value >= aim, `${name} ${value}`)
})
