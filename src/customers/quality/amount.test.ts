import assert from 'node:assert/strict'
import test from 'node:test'
import { parseAmount } from './amount.ts'

test('amounts as people write them, in yuan', () => {
  const vectors: [string, number][] = [
    ['1.2万', 12_000],
    ['3,000元', 3_000],
    ['￥1 200.50', 1_200.5],
    ['1亿', 100_000_000],
    ['１，２３４．５０', 1_234.5],
    ['RMB 88', 88],
    ['人民币叁仟元整', 3_000],
    ['三万五千', 35_000],
    ['3万5千元', 35_000],
    ['一亿零五万', 100_050_000],
    ['十二', 12],
    ['两百块', 200],
    ['12元5角', 12.5],
    ['5角', 0.5],
    ['壹佰贰拾元伍角叁分', 120.53],
    ['(1,200)', -1_200],
    ['-￥3.5', -3.5],
    ['负三千', -3_000],
    ['1.5k', 1_500],
    ['2w', 20_000],
    ['1,200万', 12_000_000],
    ['0', 0],
    ['.5', 0.5],
  ]
  for (const [text, yuan] of vectors) assert.equal(parseAmount(text), yuan, text)
})

test('what is no amount stays unread', () => {
  for (const text of [
    '',
    '面议',
    '1,20',
    '12,34,567',
    '1.2.3',
    '一二三',
    '万',
    '1e999',
    'abc',
    '5角5角',
    '9'.repeat(70),
  ])
    assert.equal(parseAmount(text), undefined, text)
})
