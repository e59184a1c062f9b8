import assert from 'node:assert/strict'
import test from 'node:test'
import { addressesIn } from '../../compliance/content/fold.ts'
import { textOfHtml } from '../../compliance/content/text-of-html.ts'
import { braces, harmless, markup, plainOf, withTokens } from './email-layout.ts'

test('words of a mail without its layout, and no link that could run something', () => {
  const html = `<html><head><title>不读</title><style>p{}</style></head><body><!-- 不读 -->
    <div style="display:none;max-height:0">预览</div><p>您好，{{ customer.name }}</p>
    <a class="b" href="https://a.example.cn/x">去看看</a><img src="x" alt="图">  <b>好</b>&nbsp;&#169;</body></html>`
  assert.equal(plainOf(html), '您好，{{ customer.name }}\n去看看 https://a.example.cn/x 图\n好 ©')
  assert.equal(harmless('<a href=" javascript:alert(1)">'), '<a href=" #blocked:alert(1)">')
  assert.equal(harmless("<img src = ' data:x'>"), "<img src = ' #blocked:x'>")
})

test('a text of nothing but digits and dots is looked through for addresses once', () => {
  const startedAt = performance.now()
  for (const unit of ['1', '1.', 'a.', 'a@', '-']) assert.ok(addressesIn(unit.repeat(50_000)).length < 100_000)
  // Over a minute before.
  assert.ok(performance.now() - startedAt < 20_000)
  assert.deepEqual(
    addressesIn('见 www.a.cn/x、b.c.example.com.cn 或 kf@mail.a.cn').map(({ text }) => text),
    ['www.a.cn/x', 'b.c.example.com.cn', 'kf@mail.a.cn'],
  )
})

test('a text of nothing but openings takes no time', () => {
  const startedAt = performance.now()
  for (const opening of [
    '{{',
    '{%',
    '<',
    '<!--',
    '<a ',
    '<a href="',
    'href="" ',
    '<div ',
    '<style',
    '<img alt="',
    ' ',
    '\n ',
  ]) {
    const text = opening.repeat(Math.floor(100_000 / opening.length))
    for (const given of [text, `<a ${text}`]) {
      plainOf(given)
      harmless(`href=${given}`)
      withTokens(given)
      textOfHtml(given)
      given.replaceAll(braces, '').replaceAll(markup, '')
    }
  }
  // Half a minute for a single one of them before.
  assert.ok(performance.now() - startedAt < 30_000)
})
