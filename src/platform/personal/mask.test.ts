import assert from 'node:assert/strict'
import test from 'node:test'
import { mask, maskId } from './mask.ts'

test('each kind keeps what helps a clerk and no more', () => {
  const rows: [string, string, string][] = [
    ['phone', '13812345678', '138****5678'],
    ['phone', '+86 138 1234 5678', '138****5678'],
    ['phone', '0755-12345678', '****78'],
    ['idCard', '11010519491231002x', '110105********002X'],
    ['bankCard', '6222 0212 3456 7890 128', '****0128'],
    ['email', 'zhang@example.com', 'z***@example.com'],
    ['name', '张三', '张*'],
    ['name', '张小明', '张**'],
    ['name', '欧阳明日', '欧阳**'],
    ['name', '欧阳', '欧*'],
    ['name', '买买提·吐尔逊', '买**'],
    ['name', 'John Smith', 'J**'],
    ['name', '张', '*'],
    ['name', '𠮷田', '𠮷*'],
    ['address', '广东省深圳市南山区科技园路1号', '广东省深圳市南山区****'],
    ['address', '北京市朝阳区建国路88号2单元', '北京市朝阳区****'],
    ['address', '科技园路1号', '****'],
    ['wechatOpenId', 'oABCD1234567890abcdefghijklm', 'oABC****jklm'],
    ['accountId', 'A1', '****'],
    ['something', 'secret', 's***'],
    ['toString', 'secret', 's***'],
  ]
  for (const [kind, value, masked] of rows) assert.equal(mask(kind, value), masked, `${kind} ${value}`)
})

test('a masked id never shows more than a third', () => {
  for (let length = 0; length < 40; length += 1) {
    const shown = maskId('x'.repeat(length)).replaceAll('*', '').length
    assert.ok(shown * 3 <= length)
  }
})
