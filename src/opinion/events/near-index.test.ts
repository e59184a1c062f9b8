import assert from 'node:assert/strict'
import test from 'node:test'
import { cedLines } from '#test'
import { comparable, gramsOf, jaccard } from './grams.ts'
import { nearFrom, openNearIndex } from './near-index.ts'

const grams = (text: string) => gramsOf(comparable(text))

/** Which of the texts before are near, by counting the grams in common with each: exact, without comparing all pairs. */
const openExact = () => {
  const sizes: number[] = []
  const holders = new Map<number, number[]>()
  return (text: Uint32Array): Set<string> => {
    const common = new Int32Array(sizes.length)
    for (const gram of text) {
      const held = holders.get(gram) ?? []
      for (const other of held) common[other] = (common[other] as number) + 1
      held.push(sizes.length)
      holders.set(gram, held)
    }
    const near = new Set<string>()
    for (const [other, size] of sizes.entries()) {
      const shared = common[other] as number
      if (shared / (size + text.length - shared) >= nearFrom) near.add(String(other))
    }
    sizes.push(text.length)
    return near
  }
}

test('of real texts 98 in 100 near pairs are found and none that is not one', () => {
  const texts = cedLines({ reposts: false }).map((line) =>
    grams((JSON.parse(line) as { post: { text: string } }).post.text),
  )
  const index = openNearIndex()
  const nearBefore = openExact()
  let pairs = 0
  let found = 0
  let wrong = 0
  for (const [at, text] of texts.entries()) {
    const near = nearBefore(text)
    pairs += near.size
    for (const { cluster } of index.matches(text, texts.length)) {
      if (near.has(cluster)) found++
      else wrong++
    }
    index.add(text, String(at), at)
  }
  assert.equal(pairs, 1_320)
  assert.equal(wrong, 0)
  assert.ok(found / pairs >= 0.98, `${found} of ${pairs}`)
})

test('a copy with another address, a name called and wider signs is the same text; another story is not', () => {
  const story = '信贷公司催收给我所有亲戚朋友打电话，已经向监管投诉，希望给个说法'
  assert.equal(jaccard(grams(story), grams(`${story} http://t.cn/zOOdnY2 @某某晚报`)), 1)
  assert.equal(jaccard(grams('ＡＢＣ１２３号'), grams('abc123号')), 1)
  assert.ok(jaccard(grams(story), grams('今天利率又降了，提前还款没有违约金，客服态度很好')) < 0.2)
})

test('texts too short to compare are like each other only when equal', () => {
  const index = openNearIndex()
  const place = (text: string, id: string) => index.place(grams(text), comparable(text), id, 1).cluster
  assert.deepEqual([place('转发微博', '1'), place('转发微博。', '2'), place('转发微博', '3')], ['1', '2', '1'])
  assert.deepEqual([place('', '4'), place('', '5')], ['4', '5'])
})

test('a cluster grows by texts like its latest, and the window forgets', () => {
  const index = openNearIndex()
  const text = '还款日当天系统显示扣款失败第二天就收到催收电话，征信会不会受影响，客服一直打不通'
  const first = index.place(grams(text), comparable(text), '1', 1_000)
  assert.deepEqual(first, { cluster: '1', likeness: 0 })
  const copied = `${text}。有没有一样的？`
  const second = index.place(grams(copied), comparable(copied), '2', 2_000)
  assert.equal(second.cluster, '1')
  assert.ok(second.likeness >= 0.5 && second.likeness < 1)
  index.forget(5_000)
  assert.equal(index.size(), 0)
  assert.equal(index.place(grams(text), comparable(text), '3', 6_000).cluster, '3')
})

test('memory is bounded: beyond the most held, the oldest stretch goes', () => {
  const index = openNearIndex(4_096)
  for (let n = 0; n < 6_000; n++) {
    const text = Array.from({ length: 20 }, (_, at) =>
      String.fromCharCode(0x4e00 + ((n * 7_919 + at * 104_729) % 20_000)),
    ).join('')
    index.place(gramsOf(text), text, String(n), n)
  }
  assert.ok(index.size() <= 4_096 && index.size() > 3_000, String(index.size()))
})
