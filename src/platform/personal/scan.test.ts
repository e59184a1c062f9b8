import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import test from 'node:test'
import { mayHold, scanText, scanValue } from './scan.ts'

const PHONE = '13800138001'

test('a mobile number is found however it is written', () => {
  const rows: [string, string][] = [
    [PHONE, '138****8001'],
    ['电话138-0013-8001。', '电话138****8001。'],
    ['138 0013 8001', '138****8001'],
    ['138.0013.8001', '138****8001'],
    ['1380 013 8001', '138****8001'],
    ['+8613800138001', '138****8001'],
    ['+86 138-0013-8001', '138****8001'],
    ['0086 13800138001', '138****8001'],
    ['8613800138001', '138****8001'],
    ['１３８００１３８００１', '138****8001'],
    ['１３８－００１３－８００１', '138****8001'],
    ['＋８６ １３８００１３８００１', '138****8001'],
    ['tel:13800138001;x', 'tel:138****8001;x'],
    ['user_13800138001', 'user_138****8001'],
    ['打13800138001转8', '打138****8001转8'],
    ['2026-11-21 13800138001 2026', '2026-11-21 138****8001 2026'],
    ['13800138001.0', '138****8001.0'],
    ['https://x.cn/a?phone=13800138001&b=1', 'https://x.cn/a?phone=138****8001&b=1'],
    ['13800138001,13900139002', '138****8001,139****9002'],
    ['13800138001 13900139002', '138****8001 139****9002'],
    ['13800138001 x 2', '138****8001 x 2'],
  ]
  for (const [text, masked] of rows) {
    assert.equal(scanText(text).text, masked, text)
    assert.equal(scanText(text).found[0]?.kind, 'phone')
    assert.equal(mayHold(JSON.stringify({ text })), true, text)
  }
  assert.deepEqual(scanText('电话138-0013-8001').found, [{ kind: 'phone', value: PHONE, start: 2, exact: true }])
})

test('ID cards, bank cards and e-mail addresses are found', () => {
  const rows: [string, string, string][] = [
    ['身份证11010519491231002x，', '身份证110105********002X，', '11010519491231002X'],
    ['110105 19491231 002X', '110105********002X', '11010519491231002X'],
    ['440524188001010014', '440524********0014', '440524188001010014'],
    ['6222021234567890128', '****0128', '6222021234567890128'],
    ['6222 0212 3456 7890 128', '****0128', '6222021234567890128'],
    ['4111-1111-1111-1111', '****1111', '4111111111111111'],
    ['卡6222021234567890128 123', '卡****0128 123', '6222021234567890128'],
    ['邮箱Zhang.San@Example.com。', '邮箱z***@example.com。', 'zhang.san@example.com'],
    ['13800138001@139.com', '1***@139.com', '13800138001@139.com'],
    ['zhang＠example．com', 'z***@example.com', 'zhang@example.com'],
  ]
  for (const [text, masked, value] of rows) {
    assert.deepEqual(
      scanText(text).found.map((found) => found.value),
      [value],
      text,
    )
    assert.equal(scanText(text).text, masked)
    assert.equal(mayHold(JSON.stringify({ text })), true, text)
  }
})

test('what does not validate stays', () => {
  const texts = [
    '12800138001', // no mobile range
    '113800138001',
    '138001380011',
    '110105194912310021', // wrong check character
    '6222021234567890127', // fails Luhn
    '1234567890123452', // passes Luhn, no card prefix
    '2026-11-21T13:01:02.123Z',
    '2026-11-21 13:01:02',
    '20261121130102123',
    '1532190000000',
    '1732190000000',
    '1732190000',
    '1732190000.123456',
    '1732190000000000',
    '0.13800138001',
    'ORD-20261121000017',
    'No. 12345678901',
    '6f1c2d3e-4a5b-4c6d-8e7f-901234567890',
    '12345678-1380-4013-8001-138001380011',
    '4bf92f3577b34da6a3ce929d0e0e4736',
    'a13800138001b',
    '192.168.100.200',
    'https://example.com/p/20261121/12345678901?id=99',
    '@segment/analytics-node',
    'logo@2x.png',
    'a @ b',
    '13-80-01-38-00-1',
    '400-800-8820',
  ]
  for (const text of texts) assert.deepEqual(scanText(text), { text, found: [] }, text)
})

test('hashes and UUIDs are left alone', () => {
  for (let i = 0; i < 20_000; i += 1) {
    for (const text of [randomUUID(), createHash('sha256').update(String(i)).digest('hex')])
      assert.deepEqual(scanText(text).found, [], text)
  }
})

test('times of a century in milliseconds are never found', () => {
  for (let ms = 0; ms < 3_155_760_000_000; ms += 98_765_432) {
    assert.deepEqual(scanText(String(ms)).found.length, /^1[3-9]\d{9}$/.test(String(ms)) ? 1 : 0)
    assert.deepEqual(scanText(new Date(ms).toISOString()).found, [])
  }
})

test('the quick look never misses what the scan finds', () => {
  const pieces = [
    ...'0123456789'.repeat(3),
    ...' -.@xX+86:,"a中１３８０－　'.split(''),
    PHONE,
    '86',
    '138',
    '0013',
    '8001',
    'a@b.cn',
    '11010519491231002',
    '6222021234567890128',
  ]
  let seed = 7
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  let found = 0
  for (let i = 0; i < 60_000; i += 1) {
    const text = Array.from({ length: 1 + random() * 14 }, () => pieces[Math.floor(random() * pieces.length)]).join('')
    if (scanText(text).found.length === 0) continue
    found += 1
    assert.equal(mayHold(text), true, text)
    assert.equal(mayHold(JSON.stringify([text])), true, text)
  }
  assert.ok(found > 5_000)
})

test('values are scanned at any depth, keys and numbers too', () => {
  const value = {
    phone: 13_800_138_001,
    [PHONE]: 'x',
    list: ['a', { text: 'call 13800138001' }],
    amount: 5_000.5,
    time: 1_732_190_000_000,
    nothing: null,
    yes: true,
  }
  const before = JSON.stringify(value)
  const { value: masked, found } = scanValue(value)
  assert.deepEqual(masked, {
    phone: '138****8001',
    '138****8001': 'x',
    list: ['a', { text: 'call 138****8001' }],
    amount: 5_000.5,
    time: 1_732_190_000_000,
    nothing: null,
    yes: true,
  })
  assert.deepEqual(
    found.map(({ path, value }) => [path, value]),
    [
      ['phone', PHONE],
      ['', PHONE],
      ['list[1].text', PHONE],
    ],
  )
  assert.equal(JSON.stringify(value), before, 'the input is not changed')
})

test('a clean value is returned as it is', () => {
  const value = { a: [1, 2, { b: 'c' }], at: '2026-11-21T13:01:02.123Z' }
  assert.equal(scanValue(value).value, value)
})

test('two keys that look alike once masked both stay', () => {
  const { value } = scanValue<Record<string, number>>({ '13800138001': 1, '13811118001': 2 })
  assert.deepEqual(value, { '138****8001': 1, '138****8001~2': 2 })
})

test('numbers too large for JSON are masked but identify nobody', () => {
  const value: unknown = JSON.parse(
    '{"id":440524188001010014,"card":6222021234567890128,"snowflake":1460323737035677698}',
  )
  const { found } = scanValue(value)
  assert.deepEqual(
    found.map(({ kind, exact }) => [kind, exact]),
    [
      ['idCard', false],
      ['bankCard', false],
    ],
  )
})

test('nothing hides below the depth the walk reaches', () => {
  let value: unknown = { phone: PHONE }
  for (let depth = 0; depth < 100; depth += 1) value = { value }
  const { value: masked, found } = scanValue(value)
  assert.equal(found.length, 1)
  assert.equal(JSON.stringify(masked).includes(PHONE), false)
})

test('a key named __proto__ stays a plain key', () => {
  const value: unknown = JSON.parse('{"__proto__":{"phone":"13800138001"}}')
  const { value: masked } = scanValue(value)
  assert.equal(JSON.stringify(masked), '{"__proto__":{"phone":"138****8001"}}')
})

test('with the rule remove, the kind stands in its place', () => {
  assert.equal(scanText('call 13800138001', 'remove').text, 'call [phone]')
})

test('addresses of pages: percent-encoded neighbours hide neither a phone nor an e-mail', () => {
  const url = 'https://a.example/x?next=%2Fpay%3Fphone%3D13800138001&mail=zhang.san%40example.com&m=%2B8613912345678'
  assert.ok(mayHold(JSON.stringify({ url })))
  const { text, found } = scanText(url)
  assert.deepEqual(
    found.map(({ kind, value }) => [kind, value]),
    [
      ['phone', '13800138001'],
      ['email', 'zhang.san@example.com'],
      ['phone', '13912345678'],
    ],
  )
  assert.equal(text, 'https://a.example/x?next=%2Fpay%3Fphone%3D138****8001&mail=z***@example.com&m=%2B139****5678')
  for (const [before, after] of [
    ['%E6%89%8B%E6%9C%BA13800138001', '%E6%89%8B%E6%9C%BA138****8001'],
    ['%7B%22phone%22%3A%2213800138001%22%7D', '%7B%22phone%22%3A%22138****8001%22%7D'],
    ['a%252213800138001', 'a%2522138****8001'],
    ['%E7%94%B013800138001', '%E7%94%B0138****8001'],
    ['利率50%13800138001', '利率50%138****8001'],
    ['call%2013800138001', 'call%20138****8001'],
  ] as const) {
    assert.equal(mayHold(JSON.stringify({ url: before })), true, before)
    assert.equal(scanText(before).text, after)
  }
})
