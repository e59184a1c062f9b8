import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { ch, openClickHouse, openPostgres } from '#platform'
import { anApiKey, aSource, startTestApp } from '#test'

// Personal values sent through every field of every call are afterwards in no file, table, log line or queue in clear.

/** Valid, unmistakable, and nobody's: each appears nowhere but where this test sends it. */
const planted = {
  phones: ['13977700011', '13977700022', '13977700033', '13977700044', '13977700055', '13977700066'],
  idCards: ['110101199003079710', '110101199003072930'],
  cards: ['6222020200112230137', '4111111111111111'],
  emails: ['planted.one@secret-mail.cn', 'planted.two@secret-mail.cn', 'planted.three@secret-mail.cn'],
  names: ['欧阳潜藏', '慕容隐秘', '司马无踪'],
  addresses: ['浦东新区密藏路九十九号', '海淀区隐居胡同七号'],
  wechat: ['wxid_planted_secret', 'union-planted-secret-0001'],
} as const
const [phone, phone2, phone3, phone4, phone5, phone6] = planted.phones
const [idCard, idCard2] = planted.idCards
const [card, card2] = planted.cards
const [email, email2, email3] = planted.emails
const [name, name2, name3] = planted.names
const [address, address2] = planted.addresses
const [wechatId, unionId] = planted.wechat
const needles = Object.values(planted).flat()

const freeText = `电话 ${phone} 或 +86 ${phone2.slice(0, 3)}-${phone2.slice(3, 7)}-${phone2.slice(7)}，身份证${idCard}，卡 ${card.replaceAll(/(\d{4})/g, '$1 ')}，信箱 ${email}`
const deepThings = {
  note: freeText,
  list: [freeText, { inner: { deeper: [phone3, Number(phone4), email2] } }],
  [phone5]: 'as a key',
  url: `https://example.com/?tel=${phone}&mail=${email}`,
  card2,
  realName: name,
  customerName: name2,
  homeAddress: address,
  contact: { name: name3, mobile: phone6, address: address2 },
  wechat: wechatId,
  unionId,
  idNo: idCard2,
}
const context = {
  ip: '10.1.2.3',
  userAgent: `Mozilla ${phone}`,
  page: { url: `https://shop.cn/?p=${phone}`, title: `单 ${email}`, referrer: freeText },
  traits: { name, email, phone, address, wechat: wechatId, note: freeText },
  device: { id: `device-${phone2}`, token: phone3 },
  externalIds: [
    { id: phone4, type: 'phone' },
    { id: unionId, type: 'wechatUnionId' },
  ],
  campaign: { content: freeText },
}
const traits = {
  phone,
  email: email2,
  idCard,
  bankCard: card,
  name,
  firstName: name2,
  realName: name3,
  address,
  street: address2,
  wechat: wechatId,
  unionId,
  note: freeText,
  remark: Number(phone4),
  [`trait ${phone5}`]: 1,
  nested: { contact: { name: name2, tel: phone6 } },
  tags: [phone2, email3],
  contacts: [{ name: name3, phone: phone3 }],
}

const bodies: [path: string, body: unknown][] = [
  ['/v1/identify', { userId: 'planted-1', traits, context, integrations: { note: freeText }, unknown: deepThings }],
  ['/v1/identify', { userId: phone, anonymousId: email, traits }],
  ['/v1/identify', { userId: `wx-${phone5}`, anonymousId: `browser of ${email3}`, traits: {} }],
  [
    '/v1/track',
    { userId: 'planted-1', event: `Called ${phone}`, messageId: `call-${phone2}-1`, properties: deepThings, context },
  ],
  ['/v1/track', { userId: idCard, event: 'Loan Viewed', properties: { [`客户${phone}`]: { [email]: [phone] } } }],
  ['/v1/page', { userId: email2, name: `Page of ${phone}`, category: freeText, properties: deepThings, context }],
  ['/v1/screen', { anonymousId: phone3, name: freeText, properties: deepThings }],
  [
    '/v1/group',
    {
      userId: 'planted-1',
      groupId: `group ${phone4}`,
      traits: { ...deepThings, ownerName: name, phone: phone6, email: email3 },
      context,
    },
  ],
  ['/v1/alias', { userId: 'planted-1', previousId: phone6 }],
  ['/v1/alias', { userId: 'planted-1', previousId: email3 }],
  ['/v1/alias', { userId: 'planted-1', previousId: `old ${phone2}` }],
  [
    '/v1/batch',
    {
      batch: [
        { type: 'track', userId: 'planted-2', event: 'E', properties: deepThings },
        { type: 'identify', userId: 'planted-3', traits },
      ],
      context,
      sentAt: phone,
    },
  ],
  ['/v1/import', { batch: [{ type: 'identify', userId: 'planted-4', traits, timestamp: '2020-01-01T00:00:00Z' }] }],
  // refused ones are kept for the debugger
  [
    '/v1/batch',
    {
      batch: [
        { type: 'track', userId: phone, properties: deepThings, context, traits, messageId: phone2 },
        { type: phone, event: email, realName: name },
        freeText,
        [freeText],
        { type: 'track', event: freeText.repeat(20), userId: 'x', note: freeText },
        { type: 'alias', previousId: phone },
        {
          type: 'track',
          event: 'E',
          userId: 'y',
          timestamp: phone3,
          properties: { realName: name2, homeAddress: address },
        },
      ],
    },
  ],
  ['/v1/track', { event: 'too large', userId: phone, properties: { text: freeText.repeat(500), ...deepThings } }],
  ['/v1/identify', { traits }],
  [
    '/batch/',
    {
      api_key: '',
      batch: [
        {
          event: '$identify',
          distinct_id: 'planted-5',
          properties: {
            $set: { name, email, phone, homeAddress: address },
            $ip: '1.2.3.4',
            $current_url: `https://x.cn/?t=${phone}`,
          },
        },
        { event: 'Hog', distinct_id: phone2, properties: { ...deepThings, $set: traits } },
      ],
    },
  ],
  [
    '/api/s/track',
    { type: 'track', event: 'Jitsu', userId: 'planted-6', properties: deepThings, context, requestIp: phone },
  ],
]

const filesUnder = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(dir, entry.name)) : entry.isFile() ? [join(dir, entry.name)] : [],
  )
const spellings = (text: string): string[] => [
  text,
  JSON.stringify(text).slice(1, -1),
  encodeURIComponent(text),
  [...text]
    .map((character) =>
      (character.codePointAt(0) ?? 0) > 127 ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : character,
    )
    .join(''),
]

test('phones, ID cards, cards, e-mails, names and addresses are in no file, table, log or queue in clear', async () => {
  const program = await startTestApp({ listen: true, work: true, env: { ZHIYIN_LOG_LEVEL: 'trace' } })
  const { ctx, dir, url } = program
  const sources = [await aSource(ctx), await aSource(ctx, { personalRule: 'identify' })]
  const key = await anApiKey(ctx, 'service')
  const api = async (path: string, body: unknown) => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    })
    return { status: answer.status, text: await answer.text() }
  }
  for (const { writeKey } of sources) {
    const headers = {
      authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
      'x-write-key': writeKey,
    }
    for (const [path, body] of bodies) {
      const json = JSON.stringify(path === '/batch/' ? { ...(body as object), api_key: writeKey } : body)
      for (const payload of [json, new Uint8Array(gzipSync(json))]) {
        const { status } = await fetch(`${url}${path}`, { method: 'POST', body: payload, headers })
        assert.ok(status < 500, `${path} answered ${status}`)
      }
    }
    // Broken off, and in the URL, where nothing of it belongs.
    await fetch(`${url}/v1/track`, {
      method: 'POST',
      body: `{"userId":"${phone}","traits":{"name":"${name}"`,
      headers,
    })
    await fetch(`${url}/v1/track?phone=${phone}&email=${email}`, {
      method: 'POST',
      body: '{}',
      headers: { ...headers, referer: `https://x.cn/?p=${phone}`, 'user-agent': `agent ${email}` },
    })
    await fetch(`${url}/api/customers/${phone}?name=${encodeURIComponent(name)}`, {
      headers: { authorization: `Bearer ${key}` },
    })
  }
  // The values are there for who may see them: found by them, shown masked, and in clear with a purpose.
  const search = await api('/api/customers/search', { identifier: { kind: 'phone', value: phone } })
  const [customer] = (JSON.parse(search.text) as { items: { id: string }[] }).items
  assert.ok(customer, search.text)
  for (const needle of needles) assert.ok(!search.text.includes(needle), `${needle} in ${search.text}`)
  const unmasked = await api(`/api/customers/${customer.id}/unmask`, { purpose: 'proof of the test' })
  assert.equal(unmasked.status, 200)
  assert.ok(unmasked.text.includes(phone) && unmasked.text.includes(name), unmasked.text)
  await api('/api/customers/search', { identifier: { kind: 'phone', value: `${phone}9` } })
  await api('/api/customers/search', { text: name })
  await api('/api/customers/search', { nonsense: phone, text: 7 })
  await api(`/api/customers/${customer.id}/unmask`, { purpose: '', extra: email })
  await program.stop()

  const log = program.logged.join('')
  assert.ok(program.logged.length > 50)
  for (const needle of needles)
    for (const form of spellings(needle))
      assert.ok(!log.includes(form), `${needle} in the log: ${log.split('\n').find((line) => line.includes(form))}`)

  for (const file of filesUnder(dir)) {
    if (statSync(file).size === 0) continue
    const bytes = readFileSync(file)
    for (const needle of needles)
      for (const form of spellings(needle)) assert.ok(!bytes.includes(form), `${needle} in ${file.slice(dir.length)}`)
  }

  // What is compressed in files is asked for: every column of every table of both stores.
  const store = await openPostgres({ dir: join(dir, 'postgres') })
  const { rows: columns } = await sql<{ table: string; column: string }>`
    select format('%I.%I', table_schema, table_name) as table, quote_ident(column_name) as column from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema') and data_type <> 'bytea'`.execute(store.db)
  assert.ok(columns.length > 100)
  const pattern = needles
    .flatMap(spellings)
    .map((form) => form.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|')
  for (const { table, column } of columns) {
    const { rows } = await sql<{
      found: string
    }>`select ${sql.raw(column)}::text as found from ${sql.raw(table)} where ${sql.raw(column)}::text ~ ${pattern} limit 1`.execute(
      store.db,
    )
    assert.deepEqual(rows, [], `${table}.${column}`)
  }
  const jobs = columns.filter(({ table }) => table.startsWith('platform_jobs.')).length
  assert.ok(jobs > 0, 'the queue was looked into')
  await store.close()

  const engine = await openClickHouse({ dir: join(dir, 'clickhouse'), database: 'zhiyin' })
  const fields = await engine.rows<{ table: string; name: string }>(
    ch.sql`select table, name from system.columns where database = 'zhiyin' and type like '%String%'`,
  )
  const events = await engine.one<{ n: string }>(ch.sql`select count() as n from events`)
  assert.ok(Number(events?.n) > 20)
  for (const { table, name: field } of fields) {
    const values = new Set<string>()
    for await (const block of engine.stream<Record<string, string>>(
      ch.sql`select distinct toString(${ch.identifier(field)}) as v from ${ch.identifier(table)}`,
    ))
      for (const row of block) values.add(row.v ?? '')
    const text = [...values].join('\n')
    for (const needle of needles)
      for (const form of spellings(needle))
        assert.ok(
          !text.includes(form),
          `${needle} in ${table}.${field}: ${[...values].find((one) => one.includes(form))?.slice(0, 400)}`,
        )
  }
  await engine.close()
})
