import assert from 'node:assert/strict'
import test from 'node:test'
import { looksLikeCard, normaliseBankCard, passesLuhn } from './bank-card.ts'
import { normaliseEmail } from './email.ts'
import { normaliseMobile } from './mobile.ts'
import { canonicalIdentifierKind, fieldMeaning, normaliseIdentifier } from './personal-fields.ts'

test('a mobile number has one form however it is written', () => {
  for (const text of [
    '13812345678',
    '+8613812345678',
    '+86 138 1234 5678',
    '0086-138-1234-5678',
    '86 13812345678',
    '138-1234-5678',
    '１３８１２３４５６７８',
    '＋８６ 138 1234 5678',
    '(+86) 138.1234.5678',
    ' 138 1234 5678 ',
  ])
    assert.equal(normaliseMobile(text), '13812345678', text)
})

test('what is no mainland mobile number is refused', () => {
  for (const text of [
    '12812345678',
    '1381234567',
    '138123456789',
    '010-12345678',
    '+1 13812345678',
    '23812345678',
    '',
    'abc',
  ])
    assert.equal(normaliseMobile(text), undefined, text)
})

test('bank cards pass Luhn with 16 to 19 digits', () => {
  assert.equal(passesLuhn('79927398713'), true) // ISO/IEC 7812-1 textbook example
  assert.equal(passesLuhn('79927398710'), false)
  assert.equal(normaliseBankCard('4111 1111 1111 1111'), '4111111111111111')
  assert.equal(normaliseBankCard('6222021234567890128'), '6222021234567890128')
  for (const text of ['4111111111111112', '79927398713', '0000000000000000', '62220212345678901281'])
    assert.equal(normaliseBankCard(text), undefined, text)
  assert.equal(looksLikeCard('6222021234567890128'), true)
  assert.equal(looksLikeCard('1732190000000000'), false)
})

test('e-mail addresses compare without case', () => {
  assert.equal(normaliseEmail(' Zhang.San+x@Example.COM '), 'zhang.san+x@example.com')
  assert.equal(normaliseEmail('12345@qq.com'), '12345@qq.com')
  for (const text of ['a@b', 'a b@c.com', '@c.com', 'a@c..com', 'a@-c.com', 'logo@2x.png', 'a@b.c'])
    assert.equal(normaliseEmail(text), undefined, text)
})

test('other kinds of identifiers are trimmed and bounded', () => {
  assert.equal(normaliseIdentifier('accountId', ' A-1 '), 'A-1')
  assert.equal(normaliseIdentifier('accountId', '  '), undefined)
  assert.equal(normaliseIdentifier('accountId', 'x'.repeat(513)), undefined)
  assert.equal(normaliseIdentifier('idCard', '11010519491231002x'), '11010519491231002X')
})

test('field names in both languages and any spelling are understood', () => {
  const expected: Record<string, [string | undefined, string | undefined]> = {
    phone: ['phone', 'phone'],
    mobile_no: ['phone', 'phone'],
    'Mobile Phone': ['phone', 'phone'],
    手机号: ['phone', 'phone'],
    idCard: ['idCard', 'idCard'],
    ID_CARD: ['idCard', 'idCard'],
    身份证号: ['idCard', 'idCard'],
    firstName: ['name', undefined],
    姓名: ['name', undefined],
    email: ['email', 'email'],
    邮箱: ['email', 'email'],
    address: ['address', undefined],
    家庭住址: ['address', undefined],
    bank_card: ['bankCard', 'bankCard'],
    银行卡号: ['bankCard', 'bankCard'],
    wechat: ['wechatId', undefined],
    openid: ['wechatOpenId', 'wechatOpenId'],
    unionId: ['wechatUnionId', 'wechatUnionId'],
    user_id: [undefined, 'userId'],
    客户号: [undefined, 'accountId'],
    紧急联系人电话: ['phone', undefined],
    spousePhone: ['phone', undefined],
    mobile2: ['phone', undefined],
    contact_name: ['name', undefined],
    配偶姓名: ['name', undefined],
  }
  for (const [name, [personal, identifier]] of Object.entries(expected)) {
    assert.equal(fieldMeaning(name)?.personal, personal, name)
    assert.equal(fieldMeaning(name)?.identifier, identifier, name)
  }
})

test('names that only sound like it stay plain', () => {
  for (const name of [
    'age',
    'job',
    'marital',
    'productName',
    'eventName',
    'campaign',
    'contact',
    'phoneModel',
    '手机型号',
    'phone_verified',
    'emailOptIn',
    'isMobile',
    'hasPhone',
    'IP地址',
    'city',
    '年龄',
    'hotel',
    '__proto__',
    'constructor',
  ])
    assert.equal(fieldMeaning(name), undefined, name)
})

test('kinds written in another spelling find their own', () => {
  assert.equal(canonicalIdentifierKind('id_card'), 'idCard')
  assert.equal(canonicalIdentifierKind('unionid'), 'wechatUnionId')
  assert.equal(canonicalIdentifierKind('mobile'), 'phone')
  assert.equal(canonicalIdentifierKind('USER_ID'), 'userId')
  assert.equal(canonicalIdentifierKind('customerId'), 'customerId')
  assert.equal(canonicalIdentifierKind('loyaltyNo'), 'loyaltyNo')
})
