import assert from 'node:assert/strict'
import test from 'node:test'
import { CreativeContent } from './content-contract.ts'
import { type RenderData, type RenderMode, renderCreative } from './render.ts'
import type { RenderedEmail } from './rendered-contract.ts'

const sms = (text: string, more: object = {}) =>
  CreativeContent.parse({ channel: 'sms', signature: '明月消费', text, optOut: '拒收请回复R', ...more })
const render = (content: CreativeContent, data: RenderData = {}, mode: RenderMode = 'strict') =>
  renderCreative(content, data, { mode })
const textOf = async (source: string, data: RenderData) => {
  const { rendered } = await render(sms(source), data)
  return rendered.channel === 'sms' ? rendered.body : undefined
}
const fault =
  (code: string, part: Record<string, unknown> = {}) =>
  (error: unknown) => {
    assert.ok(error instanceof Error && 'code' in error && 'detail' in error)
    assert.equal(error.code, code)
    assert.deepEqual({ ...(error.detail as object), ...part }, error.detail)
    return true
  }

test('strict in test: what is missing throws with variable, field and line; lenient leaves it empty and tells', async () => {
  const content = sms('{{ customer.name }}您好\n额度 {{ offer.maxAmountFen | yuan }} 元')
  await assert.rejects(
    render(content, { customer: { name: '' } }),
    fault('creatives.valueMissing', {
      missing: [
        { field: 'text', variable: 'customer.name', line: 1 },
        { field: 'text', variable: 'offer.maxAmountFen', line: 2 },
      ],
    }),
  )
  const { rendered, missing } = await render(content, { customer: { name: '张三' } }, 'lenient')
  assert.equal(rendered.channel === 'sms' && rendered.text, '【明月消费】张三您好\n额度  元拒收请回复R')
  assert.deepEqual(missing, [{ field: 'text', variable: 'offer.maxAmountFen', line: 2 }])
})

test('a default, or a question whether it is there, makes a value optional', async () => {
  assert.equal(await textOf('{{ customer.name | default: "您" }}好', {}), '您好')
  assert.equal(await textOf('{% if customer.vip %}尊敬的{% endif %}客户', {}), '客户')
  // Not asked for where it is not reached.
  assert.equal(await textOf('{% if customer.vip %}{{ customer.level }}{% endif %}客户', {}), '客户')
})

test('money, rates and dates are written as the business writes them', async () => {
  const data: RenderData = {
    customer: { name: '张三', sex: '男', dueDate: '2026-03-08', card: '6222021234567890128', phone: '13812345678' },
    offer: { maxAmountFen: 20_000_000, fen: 1_234_567, aprSimple: 0.108 },
    now: '2026-03-07T18:00:00.000Z',
  }
  assert.equal(await textOf('{{ offer.fen | yuan }} {{ offer.maxAmountFen | yuan }}', data), '12,345.67 200,000')
  assert.equal(await textOf('{{ offer.maxAmountFen | wan }}万', data), '20万')
  assert.equal(await textOf('年化利率（单利）{{ offer.aprSimple | rate }}', data), '年化利率（单利）10.80%')
  assert.equal(
    await textOf('{{ customer.dueDate | date }}周{{ customer.dueDate | date: "%a" }}', data),
    '2026年3月8日周日',
  )
  // 02:00 in Shanghai on the eighth: the day has come.
  assert.equal(await textOf('{{ customer.dueDate | days_until }}', data), '0')
  assert.equal(await textOf('{{ "2026-03-07T16:00:00Z" | date: "%m-%d %H:%M" }}', data), '03-08 00:00')
  assert.equal(await textOf('{{ customer.name | courtesy: customer.sex }}', data), '张先生')
  assert.equal(
    await textOf('尾号{{ customer.card | tail }} {{ customer.phone | mask: "phone" }}', data),
    '尾号0128 138****5678',
  )
  await assert.rejects(textOf('{{ customer.name | yuan }}', data), fault('creatives.template', { field: 'text' }))
})

test('what is registered with a provider is filled from its own variables', async () => {
  const content = sms('{{ customer.name }}您好', {
    aliyun: { code: 'SMS_154950909', variables: [{ name: 'name', value: '{{ customer.name }}' }] },
    tencent: { id: '1110', variables: ['{{ customer.name }}', '3'] },
  })
  const { rendered } = await render(content, { customer: { name: '张三' } })
  assert.ok(rendered.channel === 'sms')
  assert.deepEqual(rendered.aliyun, { code: 'SMS_154950909', params: { name: '张三' } })
  assert.deepEqual(rendered.tencent, { id: '1110', params: ['张三', '3'] })
})

const mail = (body: object, more: object = {}) =>
  CreativeContent.parse({ channel: 'email', fromName: '明月', subject: '{{ customer.name }}的账单', body, ...more })
const rendered = async (content: CreativeContent, data: RenderData): Promise<RenderedEmail> => {
  const { rendered } = await render(content, data, 'lenient')
  assert.ok(rendered.channel === 'email')
  return rendered
}

test('a mail of blocks becomes HTML and plain text; the link to unsubscribe follows where there is one', async () => {
  const content = mail(
    {
      kind: 'blocks',
      blocks: [
        { kind: 'heading', text: '费用 < 预期 & 透明' },
        { kind: 'text', text: '您好\n{% if offer.count < 3 %}少于三笔{% endif %}' },
        { kind: 'button', label: '查看', link: 'https://my.example.cn/{{ customer.code }}' },
        { kind: 'facts', rows: [{ label: '年化利率（单利）', value: '{{ offer.aprSimple | rate }}' }] },
      ],
    },
    { footer: '明月消费金融 400-000-0000' },
  )
  const data = { customer: { name: '张三', code: 'a' }, offer: { count: 1, aprSimple: 0.108 } }
  const first = await rendered(content, data)
  assert.match(first.html, /费用 &lt; 预期 &amp; 透明/)
  assert.match(
    first.text,
    /费用 < 预期 & 透明\n+您好\n少于三笔\n+查看 https:\/\/my.example.cn\/a\n+年化利率（单利） 10.80%/,
  )
  assert.doesNotMatch(first.html, /退订|fonts\.googleapis|\{\{|\{%|LQ\d/)
  const second = await rendered(content, { ...data, links: { unsubscribe: 'https://m.example.cn/u/1' } })
  assert.match(second.html, /href="https:\/\/m\.example\.cn\/u\/1"[^>]*>退订此类邮件/)
  assert.match(second.text, /退订此类邮件 https:\/\/m\.example\.cn\/u\/1/)
  assert.equal(first.subject, '张三的账单')
})

test('no value of a person can put markup, a script or a line into a mail', async () => {
  const content = mail({
    kind: 'mjml',
    mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>{{ customer.name }}</mj-text><mj-button href="{{ customer.link }}">x</mj-button></mj-column></mj-section></mj-body></mjml>',
  })
  const evil = { name: '<img src=x onerror=alert(1)>"\r\nBcc: a@b.c', link: 'javascript:alert(1)' }
  const { html, subject } = await rendered(content, { customer: evil })
  assert.doesNotMatch(html, /<img src=x|javascript:/)
  assert.doesNotMatch(subject, /[\r\n]/)
  // Nor Liquid: a value is never read as a template.
  assert.equal(await textOf('{{ customer.name }}', { customer: { name: '{{ offer.secret }}' } }), '{{ offer.secret }}')
})

test('MJML that is none, and Liquid where no text may stand, are told', async () => {
  await assert.rejects(render(mail({ kind: 'mjml', mjml: '<p>hello' })), fault('creatives.layout'))
  await assert.rejects(
    render(
      mail({
        kind: 'mjml',
        mjml: '<mjml><mj-body>{% if a %}<mj-section></mj-section>{% endif %}</mj-body></mjml>',
      }),
    ),
    fault('creatives.layout', { reason: 'liquidLost', lost: ['{% if a %}', '{% endif %}'] }),
  )
})

test('the body of a webhook is JSON whatever its values hold', async () => {
  const content = CreativeContent.parse({
    channel: 'webhook',
    type: 'loan.viewed',
    body: '{"name":"{{ customer.name }}","count":{{ trigger.count }},"all":{{ trigger.list | json }}}',
  })
  const { rendered } = await render(content, {
    customer: { name: '","admin":"x' },
    trigger: { count: 3, list: ['a"b'] },
  })
  assert.deepEqual(rendered.channel === 'webhook' && rendered.body, { name: '","admin":"x', count: 3, all: ['a"b'] })
})

test('a template reads no file, includes nothing, and ends', async () => {
  for (const source of [
    '{% include "/etc/passwd" %}',
    '{% render "a" %}',
    '{% layout "a" %}',
    '{{ customer.name | raw }}',
    '{% for i in (1..100000000) %}x{% endfor %}',
    '{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}',
    '{{ customer.name',
  ])
    await assert.rejects(textOf(source, { customer: { name: 'a' } }), fault('creatives.template'), source)
  await assert.rejects(
    textOf('{{ customer.constructor.name }}', { customer: { name: 'a' } }),
    fault('creatives.valueMissing'),
  )
})
