import assert from 'node:assert/strict'
import { globSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { ch } from '#platform'
import { startTestApp } from '#test'
import { aFile, imported } from '../imports/support.ts'

/** Made up, valid in form, and unlike anything that stands in a database by chance. */
const planted = {
  phone: '13957913579',
  otherPhone: '18624682468',
  idCard: '520102199001017770',
  email: 'planted.person@example.com',
  bankCard: '6222021357913579134',
  name: '欧阳植入',
  address: '深圳市南山区植入路97号',
  openId: 'oPLANTEDopenid0123456789abcd',
  unionId: 'uPLANTEDunionid0123456789abc',
}

/** Check digit of GB 11643, and of Luhn: what does not validate is not looked for in free text. */
const withCheckDigits = () => {
  const body = planted.idCard.slice(0, 17)
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0)
  const idCard = `${body}${'10X98765432'[sum % 11]}`
  const digits = planted.bankCard.slice(0, -1)
  const luhn = [...digits].reverse().reduce((total, digit, at) => {
    const doubled = at % 2 === 0 ? Number(digit) * 2 : Number(digit)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return { ...planted, idCard, bankCard: `${digits}${(10 - (luhn % 10)) % 10}` }
}

test('personal data that come in by every door stand in clear in no file, table, queue or log line', async () => {
  const p = withCheckDigits()
  const app = await startTestApp({ work: true, env: { ZHIYIN_LOG_LEVEL: 'debug' } })
  const { ctx, ok, call, send, dir, logged, stop } = app
  const sources = await Promise.all(
    (['mask', 'identify'] as const).map((personalRule) =>
      ok<{ writeKey: string }>('POST', '/api/sources', { name: `planted ${personalRule}`, personalRule }),
    ),
  )
  const text = `我叫某某, 手机 ${p.phone}, 身份证${p.idCard}, ${p.email}, 卡 ${p.bankCard}`
  const url = `https://a.example/?phone=${p.phone}&mail=${encodeURIComponent(p.email)}&next=${encodeURIComponent(`/x?p=${p.otherPhone}`)}`
  const contact = { phone: p.phone, realName: p.name, homeAddress: p.address, openId: p.openId, unionid: p.unionId }
  const context = {
    page: { url, title: text, referrer: url },
    traits: { ...contact, name: p.name, email: p.email },
    device: { id: 'device-1' },
    externalIds: [{ id: p.phone, type: 'phone', collection: 'users', encoding: 'none' }],
  }
  const traits = {
    ...contact,
    name: p.name,
    email: p.email,
    idCard: p.idCard,
    bankCard: p.bankCard,
    address: { city: '深圳', street: p.address },
    profile: { realName: p.name, contacts: [contact] },
    note: text,
    numbers: [Number(p.phone), p.phone],
  }
  for (const { writeKey } of sources) {
    const base = { context, integrations: {} }
    const messages = [
      { type: 'identify', userId: 'planted-1', traits, ...base },
      { type: 'identify', userId: p.phone, traits: { city: '上海' }, ...base },
      {
        type: 'track',
        event: `Called ${p.phone}`,
        userId: 'planted-1',
        properties: { text, url, ...contact, n: Number(p.phone) },
        ...base,
      },
      {
        type: 'track',
        event: 'Keyed',
        userId: p.email,
        properties: { [p.phone]: 1, nested: { deep: [{ text }] } },
        ...base,
      },
      { type: 'track', event: 'Unknown fields', userId: 'planted-1', channel: text, extra: { ...contact } },
      { type: 'page', name: text, anonymousId: p.otherPhone, properties: { url }, ...base },
      { type: 'screen', name: text, userId: 'planted-1', ...base },
      { type: 'group', groupId: p.phone, userId: 'planted-1', traits: { ...contact, phone: p.phone }, ...base },
      { type: 'alias', previousId: p.otherPhone, userId: 'planted-1', ...base },
      { type: 'track', event: 'Id', userId: 'planted-1', messageId: `order-${p.phone}-${p.email}` },
      { type: 'track', userId: p.phone, properties: { text }, messageId: `refused-${p.phone}` },
      { type: 'track', event: 'Bad time', userId: 'planted-1', timestamp: text },
      { type: text, userId: 'planted-1' },
      text,
    ]
    await send(writeKey, '/v1/batch', { batch: messages })
    await send(writeKey, '/v1/batch', gzipSync(JSON.stringify({ batch: messages, context })))
    for (const message of messages.slice(0, 3))
      await send(writeKey, `/v1/${(message as { type: string }).type}`, message)
    await send(writeKey, '/v1/track', `{"event":"broken","userId":"${p.phone}"`)
    await send(writeKey, '/batch/', {
      api_key: writeKey,
      batch: [
        {
          event: '$identify',
          distinct_id: p.phone,
          uuid: 'a-1',
          properties: { $set: traits, $set_once: contact, $ip: '1.2.3.4', $current_url: url },
        },
        {
          event: 'captured',
          distinct_id: 'planted-1',
          uuid: 'a-2',
          properties: { ...contact, text, $set: traits, $set_once: contact },
        },
        {
          event: '$groupidentify',
          distinct_id: 'planted-1',
          uuid: 'a-3',
          properties: { $group_key: p.phone, $group_set: contact },
        },
        { event: '$create_alias', distinct_id: 'planted-1', uuid: 'a-4', properties: { alias: p.otherPhone } },
      ],
    })
    await send(writeKey, '/api/s/identify', { userId: 'planted-1', traits, ...base }, { 'x-write-key': writeKey })
  }
  await send(p.phone, '/v1/track', { event: 'x', userId: p.phone })
  for (const [kind, value] of Object.entries({ phone: p.phone, email: p.email, idCard: p.idCard }))
    await call('POST', '/api/customers/search', { identifier: { kind, value } })
  await call('POST', '/api/customers/search', { text: p.phone })
  await call('POST', '/api/customers/search', `{"text": "${p.phone}`)
  await call('GET', `/api/customers/${p.phone}`)
  await call('GET', `/api/nothing?phone=${p.phone}`)
  await call('POST', '/api/identifiers/check', { kind: 'phone', value: p.phone })
  await call('POST', '/api/audiences/estimate', { definition: { trait: 'phone', is: p.phone } })
  const row = {
    id: 'planted-2',
    phone: p.phone,
    card: p.bankCard,
    ident: p.idCard,
    mail: p.email,
    who: p.name,
    where: p.address,
    note: text,
    wrong: `${p.phone} ${p.email}`,
  }
  const mapping = {
    format: { type: 'jsonl' },
    columns: {
      id: { identifier: 'accountId' },
      phone: { identifier: 'phone' },
      card: { identifier: 'bankCard' },
      ident: { identifier: 'idCard' },
      mail: { identifier: 'email' },
      who: { trait: 'name', type: 'string' },
      where: { trait: 'address', type: 'string' },
      note: { trait: 'note', type: 'string' },
      wrong: { trait: 'born', type: 'date' },
    },
  }
  const run = await imported(
    app,
    'customers',
    aFile(
      `${JSON.stringify(row)}\n${JSON.stringify({ ...row, id: '', phone: '', ident: '', mail: '', card: '' })}\nnot json ${p.phone}\n`,
      'planted.jsonl',
    ),
    mapping,
  )
  assert.equal(run.state, 'done', logged.filter((line) => line.includes('"error"')).join(''))
  await new Promise((resolve) => setTimeout(resolve, 2_500))

  const places: [where: string, text: string][] = [['log', logged.join('')]]
  const tables = await ctx.ch.rows<{ name: string }>(
    ch.sql`select name from system.tables where database = currentDatabase() and engine like '%MergeTree'`,
  )
  for (const { name } of tables)
    places.push([`ClickHouse ${name}`, JSON.stringify(await ctx.ch.rows(ch.sql`select * from ${ch.identifier(name)}`))])
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')`.execute(ctx.pg)
  for (const { name } of rows)
    places.push([`Postgres ${name}`, JSON.stringify(await ctx.store.execute(`select t::text from ${name} t`, []))])
  await stop()
  for (const path of globSync('**/*', { cwd: dir }))
    if (lstatSync(join(dir, path)).isFile())
      places.push([`file ${path}`, readFileSync(join(dir, path)).toString('latin1')])

  const forms = Object.entries(p).flatMap(([kind, value]) =>
    [value, Buffer.from(value).toString('latin1'), encodeURIComponent(value)].map((form) => [kind, form] as const),
  )
  const found = places.flatMap(([where, content]) =>
    forms.flatMap(([kind, form]) => (content.includes(form) ? [`${kind} in ${where}`] : [])),
  )
  assert.deepEqual([...new Set(found)], [])
  assert.ok(places.length > 100, 'the data directory was looked through')
})
