import assert from 'node:assert/strict'
import test from 'node:test'
import { Item } from '../../contract.ts'
import { readCount, readFen } from './count.ts'
import { throughDoor } from './door.ts'
import { cutText, plainText } from './markup.ts'
import { readPublished } from './published.ts'

const now = new Date('2026-11-22T02:30:00Z') // 10:30 in Shanghai, a Sunday

test('counts are read as platforms write them', () => {
  for (const [written, count] of [
    ['1.2万', 12_000],
    ['3亿', 300_000_000],
    ['10w+', 100_000],
    ['10W+', 100_000],
    ['1,234', 1_234],
    ['１２３', 123],
    ['999+', 999],
    ['2.5k', 2_500],
    ['1.5M', 1_500_000],
    ['转发 56', 56],
    ['1.05万次播放', 10_500],
    [7, 7],
    [12.4, 12],
    ['0', 0],
    ['赞', undefined],
    ['', undefined],
    ['-5', undefined],
    [-5, undefined],
    [Number.NaN, undefined],
    [null, undefined],
    [{}, undefined],
    ['9'.repeat(59), Number.MAX_SAFE_INTEGER],
  ] as const)
    assert.equal(readCount(written), count, String(written))
  assert.deepEqual(['1.2万元', '¥3,500.50', 3500, '面议'].map(readFen), [1_200_000, 350_050, 350_000, undefined])
})

test('times of publication: seconds to nanoseconds, words, zones', () => {
  for (const [written, iso] of [
    [1_795_314_600, '2026-11-22T02:30:00.000Z'],
    [1_795_314_600_000, '2026-11-22T02:30:00.000Z'],
    ['1795314600', '2026-11-22T02:30:00.000Z'],
    ['1795314600000', '2026-11-22T02:30:00.000Z'],
    [1_795_314_600_000_000, '2026-11-22T02:30:00.000Z'],
    ['3分钟前', '2026-11-22T02:27:00.000Z'],
    ['半小时前', '2026-11-22T02:00:00.000Z'],
    ['2 hours ago', '2026-11-22T00:30:00.000Z'],
    ['刚刚', '2026-11-22T02:30:00.000Z'],
    ['昨天 12:30', '2026-11-21T04:30:00.000Z'],
    ['前天 23:59', '2026-11-20T15:59:00.000Z'],
    ['今天 09:00', '2026-11-22T01:00:00.000Z'],
    ['11-20 08:00', '2026-11-20T00:00:00.000Z'],
    ['12-30 08:00', '2025-12-30T00:00:00.000Z'],
    ['09:15', '2026-11-22T01:15:00.000Z'],
    ['23:15', '2026-11-21T15:15:00.000Z'],
    ['2026-11-21 08:00', '2026-11-21T00:00:00.000Z'],
    ['2026/11/21 08:00:30', '2026-11-21T00:00:30.000Z'],
    ['2026年11月21日 08:00', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T08:00:00Z', '2026-11-21T08:00:00.000Z'],
    ['2026-11-21T08:00:00.123+09:00', '2026-11-20T23:00:00.123Z'],
    ['Sat, 21 Nov 2026 08:00:00 +0800', '2026-11-21T00:00:00.000Z'],
    ['Sat, 21 Nov 2026 08:00:00 GMT', '2026-11-21T08:00:00.000Z'],
    ['21 Nov 26 08:00 EST', '2026-11-21T13:00:00.000Z'],
    ['Sat Nov 21 08:00:00 +0800 2026', '2026-11-21T00:00:00.000Z'],
    ['发布于 2026-11-21 08:00', '2026-11-21T00:00:00.000Z'],
    ['20261121080000', '2026-11-21T00:00:00.000Z'],
  ] as const) {
    const { at, doubt } = readPublished(written, { now })
    assert.deepEqual([at.toISOString(), doubt], [iso, undefined], String(written))
  }
  assert.equal(
    readPublished('2026-07-01 08:00', { now, zone: 'America/New_York' }).at.toISOString(),
    '2026-07-01T12:00:00.000Z',
  )
  assert.equal(
    readPublished('21/11/2026 08.00', { now, format: 'dd/MM/yyyy HH.mm' }).at.toISOString(),
    '2026-11-21T00:00:00.000Z',
  )
})

test('times that cannot be true are told and now is taken', () => {
  for (const [written, doubt] of [
    [undefined, 'missing'],
    ['soon', 'missing'],
    ['2026-02-30', 'missing'],
    ['2026-13-01 25:00', 'missing'],
    ['2099-01-01 00:00', 'future'],
    [1_795_314_600 + 86_400, 'future'],
    [0, 'ancient'],
    ['1970-01-01 08:00', 'ancient'],
    ['2026-11-20', 'vague'],
    ['3天前', 'vague'],
  ] as const) {
    const found = readPublished(written, { now })
    assert.equal(found.doubt, doubt, String(written))
    if (doubt !== 'vague') assert.equal(found.at.getTime(), now.getTime())
  }
  const ahead = new Date(now.getTime() + 60_000).toISOString()
  assert.equal(readPublished(ahead, { now }).doubt, undefined, 'clocks differ by a minute')
})

test('markup becomes text; what is hidden or runs does not', () => {
  assert.equal(
    plainText(
      '<p>还款&nbsp;已结清&hellip;</p><script>alert(1)</script><style>p{}</style>第二行<br>第三行<img alt="[怒]" src=x>&amp;lt;',
    ),
    '还款 已结清…\n第二行\n第三行[怒]&lt;',
  )
  assert.equal(plainText('a\u0000b\u200bc\ufeff \ud800'), 'abc \ufffd')
  const deep = `${'<div>a'.repeat(200_000)}<script>y</script>x${'</div>'.repeat(200_000)}<p>z</p>`
  assert.equal(plainText(deep).replaceAll(/[a\n]/g, ''), 'xz', 'depth does not matter')
  assert.equal(plainText(`a${'<svg><g>'.repeat(1_000)}x`), 'a')
  assert.equal(plainText(`${'<svg><br></svg>'.repeat(1_000)}x<b>y</b>`), 'xy')
})

test('a cut keeps characters whole and says so', () => {
  const family = '👨‍👩‍👧‍👦'
  const { text, cut } = cutText(family.repeat(100), 101)
  assert.ok(cut && text.length <= 101 && text.endsWith('…'))
  assert.equal(text.replaceAll(family, '').replace('…', ''), '')
  assert.deepEqual(cutText('短', 10), { text: '短', cut: false })
})

const options = { platform: 'weibo', kind: 'post', now } as const

test('what passes the door is an item, whatever came', () => {
  const door = throughDoor(
    {
      guid: 'https://m.weibo.cn/detail/5?band_rank=3&utm_source=x',
      url: '/detail/5?band_rank=3',
      title: `<b>${'标题'.repeat(400)}</b>`,
      text: '长'.repeat(30_000),
      published: '2099-01-01',
      author: { name: '张三', followers: '10.5万' },
      likes: '1.2万',
      comments: '评论',
    },
    { ...options, base: 'https://m.weibo.cn/' },
  )
  assert.ok('item' in door)
  Item.parse(door.item)
  assert.equal(door.item.guid, 'weibo.cn/detail/5')
  assert.equal(door.item.url, 'https://m.weibo.cn/detail/5?band_rank=3')
  assert.deepEqual(door.notes, ['titleCut', 'textCut', 'dateFuture'])
  assert.ok(door.item.text.endsWith('（原文过长，已截断）') && door.item.text.length <= 20_000)
  assert.deepEqual(door.item.engagement, { likes: 12_000 })
  assert.deepEqual(door.item.author, { id: '张三', name: '张三', class: 'person', followers: 105_000 })
})

test('what cannot be known again, or says nothing, is refused with the reason', () => {
  assert.deepEqual(throughDoor({ text: 'x' }, options), { field: 'guid', reason: 'noIdentity' })
  assert.deepEqual(throughDoor({ guid: '1', text: '<p> </p>' }, options), { field: 'text', reason: 'empty' })
  assert.deepEqual(throughDoor({ guid: 'x'.repeat(501), text: 'a' }, options), { field: 'guid', reason: 'tooLong' })
  const script = throughDoor({ url: 'javascript:alert(1)', text: 'x' }, options)
  assert.deepEqual(script, { field: 'guid', reason: 'noIdentity' })
})
