import assert from 'node:assert/strict'
import test from 'node:test'
import { linkMark, titleOf } from './text.ts'

test('a post cannot put links, calls of everybody or our own link marks into a message', () => {
  const title = (text: string) => titleOf({ drill_id: 0, level: 'severe', title: text }, 'first')
  assert.equal(title('会员费无法取消'), '【严重】会员费无法取消')
  assert.equal(title('点[领取退款](https://evil.example/a?b)吧'), '【严重】点［领取退款］(〔链接〕')
  assert.doesNotMatch(title(`${linkMark('7')} 退款`), /\{\{ack:/)
  assert.doesNotMatch(title('<@all> <at id=all></at> **急**'), /[<>*]/)
  assert.doesNotMatch(title('第一行\n[第二行'), /\n/)
})
