import assert from 'node:assert/strict'
import test from 'node:test'
import { rowConverter } from './convert-row.ts'
import { parseMapping } from './mapping.ts'
import type { ImportKind } from './mapping-contract.ts'
import type { Json } from './record.ts'

/** Converts one row given by column. */
const convert = <Kind extends ImportKind>(
  kind: Kind,
  mapping: unknown,
  row: { [column: string]: Json },
  number = 1,
) => {
  const converter = rowConverter(parseMapping(mapping, kind), kind, Object.keys(row))
  return converter({ line: number + 1, number, values: Object.values(row), unreadable: undefined })
}

const customers = {
  columns: {
    客户号: { identifier: 'accountId' },
    手机号: { identifier: 'phone' },
    身份证号: { identifier: 'id_card' },
    姓名: { trait: 'name' },
    年龄: { trait: 'age', type: 'integer', missing: [999] },
    婚否: { trait: 'married', type: 'boolean' },
    备注: { trait: 'note' },
    性别: { trait: 'gender', values: { 1: '男', 2: '女' } },
  },
  missing: ['unknown', '-'],
  basis: 'contract',
}

const row = {
  客户号: 'A1',
  手机号: '+86 138 1234 5678',
  身份证号: '11010519491231002x',
  姓名: '张三',
  年龄: '３５',
  婚否: '是',
  备注: '请打13800138001',
  性别: '1',
}

test('a row becomes identifiers in normal form and typed traits', () => {
  const result = convert('customers', customers, row)
  assert.ok(result.ok)
  assert.deepEqual(result.record.identifiers, [
    { kind: 'accountId', value: 'A1' },
    { kind: 'phone', value: '13812345678' },
    { kind: 'idCard', value: '11010519491231002X' },
  ])
  assert.deepEqual(
    result.record.traits.map(({ name, type, text, number, personal, basis }) => [
      name,
      type,
      text,
      number,
      personal,
      basis,
    ]),
    [
      ['name', 'string', '张三', null, 'name', 'contract'],
      ['age', 'integer', '35', 35, null, 'contract'],
      ['married', 'boolean', 'true', 1, null, 'contract'],
      ['note', 'string', '请打138****8001', null, null, 'contract'],
      ['gender', 'string', '男', null, null, 'contract'],
    ],
  )
  assert.deepEqual(result.record.found, [{ kind: 'phone', value: '13800138001', start: 2, exact: true, path: 'note' }])
  assert.deepEqual(result.fields, [])
})

test('missing values are nothing at all, for the file or for one column', () => {
  const result = convert('customers', customers, {
    ...row,
    年龄: '999',
    姓名: 'unknown',
    备注: '',
    性别: ' - ',
    婚否: null,
  })
  assert.ok(result.ok)
  assert.deepEqual(result.record.traits, [])
  assert.deepEqual(result.fields, [])
})

test('a value that cannot be read is left out and told masked; the row stays', () => {
  const result = convert('customers', customers, { ...row, 手机号: '12812345678', 年龄: '1.5', 婚否: '13800138001' })
  assert.ok(result.ok)
  assert.deepEqual(
    result.fields.map(({ line, column, value, code }) => [line, column, value, code]),
    [
      [2, '手机号', '128****5678', 'invalidIdentifier'],
      [2, '年龄', '1.5', 'wrongType'],
      [2, '婚否', '138****8001', 'wrongType'],
    ],
  )
})

test('a row without any usable identifier is rejected', () => {
  const result = convert('customers', customers, { ...row, 客户号: '-', 手机号: '123', 身份证号: '11010519491231002' })
  assert.ok(!result.ok)
  assert.equal(result.reject.code, 'noIdentifier')
  assert.equal(result.reject.column, null)
  assert.deepEqual(
    result.fields.map(({ code, value }) => [code, value]),
    [
      ['invalidIdentifier', '****'],
      ['invalidIdentifier', '********'],
    ],
  )
})

test('without identifier columns rows are numbered under the row identifier', () => {
  const mapping = { columns: { age: { trait: 'age', type: 'integer' } }, rowIdentifier: 'accountId' }
  const result = convert('customers', mapping, { age: '30' }, 41_188)
  assert.ok(result.ok)
  assert.deepEqual(result.record.identifiers, [{ kind: 'accountId', value: '41188' }])
  const named = convert(
    'customers',
    { ...mapping, columns: { ...mapping.columns, id: { identifier: 'userId' } } },
    { id: 'u', age: 1 },
  )
  assert.ok(named.ok)
  assert.deepEqual(named.record.identifiers, [{ kind: 'userId', value: 'u' }])
})

test('what the name of a trait says is personal is personal, unless the mapping says otherwise', () => {
  const personal = (rule: object, column = 'c') => {
    const result = convert(
      'customers',
      { columns: { id: { identifier: 'userId' }, [column]: rule } },
      { id: 'u', [column]: 'x' },
    )
    return result.ok ? result.record.traits[0]?.personal : undefined
  }
  assert.equal(personal({ trait: 'address' }), 'address')
  assert.equal(personal({ trait: 'contactNumber' }, '紧急联系人电话'), 'phone')
  assert.equal(personal({ trait: 'city' }), null)
  assert.equal(personal({ trait: 'secret', personal: true }), 'text')
  assert.equal(personal({ trait: 'x', personal: 'name' }), 'name')
  assert.equal(personal({ trait: 'name', personal: false }), null)
})

test('a phone in a number column does not become a plain number', () => {
  const mapping = { columns: { id: { identifier: 'userId' }, amount: { trait: 'amount', type: 'integer' } } }
  const result = convert('customers', mapping, { id: 'u', amount: '13800138001' })
  assert.ok(result.ok)
  assert.deepEqual(result.record.traits, [])
  assert.equal(result.fields[0]?.value, '138****8001')
})

test('rows the reader could not read are rejected with its reason', () => {
  const converter = rowConverter(parseMapping(customers, 'customers'), 'customers', [])
  const result = converter({ line: 7, number: 3, values: [], unreadable: { code: 'brokenQuote', reason: 'why' } })
  assert.deepEqual(result, {
    ok: false,
    reject: { line: 7, number: 3, column: null, value: null, code: 'brokenQuote', reason: 'why' },
    fields: [],
  })
})

test('columns nobody listed: refused row by row, left out, or taken as text', () => {
  const mapping = { columns: { id: { identifier: 'userId' } } }
  const refused = convert('customers', { ...mapping, others: 'error' }, { id: 'u', extra: 'x' })
  assert.ok(!refused.ok)
  assert.deepEqual([refused.reject.code, refused.reject.column], ['unknownColumn', 'extra'])
  assert.ok(convert('customers', { ...mapping, others: 'ignore' }, { id: 'u', extra: 'x' }).ok)
  const taken = convert('customers', { ...mapping, others: 'traits' }, { id: 'u', extra: 'x', 姓名: '张三' })
  assert.ok(taken.ok)
  assert.deepEqual(
    taken.record.traits.map(({ name, text, personal }) => [name, text, personal]),
    [
      ['extra', 'x', null],
      ['姓名', '张三', 'name'],
    ],
  )
})

test('columns may appear while a file is read', () => {
  const columns = ['id']
  const converter = rowConverter(
    parseMapping({ columns: { id: { identifier: 'userId' }, age: { trait: 'age', type: 'integer' } } }, 'customers'),
    'customers',
    columns,
  )
  assert.ok(converter({ line: 1, number: 1, values: ['u'], unreadable: undefined }).ok)
  columns.push('age')
  const result = converter({ line: 2, number: 2, values: ['v', 30], unreadable: undefined })
  assert.ok(result.ok)
  assert.equal(result.record.traits[0]?.number, 30)
})

const events = {
  columns: {
    user: { identifier: 'userId' },
    event: { event: 'name', values: { view: 'Loan Viewed' } },
    time: { event: 'timestamp' },
    id: { event: 'messageId' },
    amount: { property: 'amount', type: 'number' },
    note: { property: 'note' },
    more: { properties: true },
  },
}

test('an event row becomes an event with properties; personal data in them are masked and told', () => {
  const result = convert('events', events, {
    user: 'u1',
    event: 'view',
    time: '2026-01-31 08:00:00',
    id: 'm1',
    amount: '5,000.5',
    note: '电话 138 0013 8001',
    more: '{"page":"home","contact":{"mail":"zhang@example.com"},"amount":1}',
  })
  assert.ok(result.ok)
  const { record } = result
  assert.equal(record.event, 'Loan Viewed')
  assert.equal(record.type, 'track')
  assert.equal(new Date(record.timestamp).toISOString(), '2026-01-31T00:00:00.000Z')
  assert.equal(record.messageId, 'm1')
  assert.deepEqual(record.properties, {
    page: 'home',
    contact: { mail: 'z***@example.com' },
    amount: 5000.5,
    note: '电话 138****8001',
  })
  assert.deepEqual(
    record.found.map(({ kind, path }) => [kind, path]),
    [
      ['email', 'contact.mail'],
      ['phone', 'note'],
    ],
  )
})

test('an event needs a time and a name; other faults only cost their field', () => {
  const good = { user: 'u1', event: 'x', time: '2026-01-31', id: 'm1', amount: '1', note: '', more: '' }
  const code = (change: object) => {
    const result = convert('events', events, { ...good, ...change })
    return result.ok ? result.fields.map((field) => field.code) : result.reject.code
  }
  assert.deepEqual(code({}), [])
  assert.equal(code({ time: 'soon' }), 'noTimestamp')
  assert.equal(code({ time: '' }), 'noTimestamp')
  assert.equal(code({ event: '' }), 'noEvent')
  assert.equal(code({ user: '' }), 'noIdentifier')
  assert.deepEqual(code({ amount: 'much' }), ['wrongType'])
  assert.deepEqual(code({ more: '[1]' }), ['invalidProperties'])
  assert.deepEqual(code({ more: '{' }), ['invalidProperties'])
  assert.deepEqual(code({ more: `{"a":${'['.repeat(9000)}${']'.repeat(9000)}}` }), ['invalidProperties'])
  assert.deepEqual(code({ id: 'x'.repeat(201) }), ['wrongType'])
})

test('page calls and constants', () => {
  const mapping = {
    columns: {
      user: { identifier: 'userId' },
      t: { event: 'timestamp', format: 'epochMilliseconds' },
      kind: { event: 'type' },
      n: { event: 'name' },
    },
  }
  const page = convert('events', mapping, { user: 'u', t: 1_732_190_000_000, kind: 'page', n: 'Home' })
  assert.ok(page.ok)
  assert.deepEqual([page.record.event, page.record.type, page.record.properties], ['$page', 'page', { name: 'Home' }])
  const constant = {
    columns: { user: { identifier: 'userId' }, t: { event: 'timestamp' } },
    defaults: { event: 'Paid', timestamp: { zone: 'UTC' } },
  }
  const paid = convert('events', constant, { user: 'u', t: '2026-01-31' })
  assert.ok(paid.ok)
  assert.deepEqual([paid.record.event, paid.record.timestamp], ['Paid', Date.UTC(2026, 0, 31)])
})

test('consents: words for yes, no and no longer; an unreadable answer never counts as the default', () => {
  const mapping = {
    columns: {
      phone: { identifier: 'phone' },
      status: { consent: 'status' },
      at: { consent: 'at' },
      version: { consent: 'noticeVersion' },
      operator: { consent: 'operator' },
    },
    defaults: { purpose: 'marketing', channel: 'sms', status: 'granted' },
  }
  const good = { phone: '13812345678', status: '同意', at: '2026-01-31 08:00', version: '3', operator: '柜员7' }
  const result = convert('consents', mapping, good)
  assert.ok(result.ok)
  assert.deepEqual(result.record, {
    kind: 'consent',
    line: 2,
    number: 1,
    identifiers: [{ kind: 'phone', value: '13812345678' }],
    found: [],
    purpose: 'marketing',
    channel: 'sms',
    status: 'granted',
    at: Date.UTC(2026, 0, 31),
    noticeVersion: '3',
    method: undefined,
    evidence: undefined,
    details: { operator: '柜员7' },
  })
  const status = (word: string) => {
    const converted = convert('consents', mapping, { ...good, status: word })
    return converted.ok ? converted.record.status : converted.reject.code
  }
  assert.equal(status('unsubscribed'), 'withdrawn')
  assert.equal(status('did-not-subscribe'), 'refused')
  assert.equal(status('拒绝'), 'refused')
  assert.equal(status(''), 'granted')
  assert.equal(status('也许'), 'noStatus')
})
