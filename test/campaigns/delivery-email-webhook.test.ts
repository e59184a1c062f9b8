import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { doNotContact } from '#compliance'
import { newWebhookSecret } from '#platform'
import { aCtx } from '#test'
import { readBounce } from '../../src/campaigns/channels/email/bounce.ts'
import { startImapSandbox } from '../../src/campaigns/channels/email/imap-sandbox.ts'
import { startEmailSandbox } from '../../src/campaigns/channels/email/sandbox.ts'
import { startWebhookSandbox } from '../../src/campaigns/channels/webhook/sandbox.ts'
import type { Compose } from '../../src/campaigns/delivery/compose.ts'
import { openCourier } from '../../src/campaigns/delivery/courier.ts'
import { openProvider, providerRows } from '../../src/campaigns/delivery/provider-world.ts'
import { changeProvider, createProvider } from '../../src/campaigns/delivery/providers.ts'
import { pullReceipts } from '../../src/campaigns/delivery/pull.ts'
import { takeReported } from '../../src/campaigns/delivery/reported.ts'
import { checkProvider } from '../../src/campaigns/delivery/try-out.ts'
import { aCampaign, everyoneMay, people, planned, sameText, states } from './delivery-world.ts'

let clock = Date.now()
const base = await aCtx({ now: () => new Date(clock) })
const ctx = { ...base, config: { ...base.config, webhooksPrivate: true } }
const nos = await people(ctx, 20)
const rest = { carries: 'all', unitCostMillifen: 100, perSecond: null, perMinute: null, perDay: null } as const

const compose: Compose = async (ctx, provider, sends) => {
  const composed = await sameText(ctx, provider, sends)
  for (const message of composed.messages.values()) {
    message.content =
      provider.row.channel === 'email'
        ? {
            channel: 'email',
            fromName: '明月消费金融',
            subject: '到期提醒',
            preheader: '',
            html: '<p>您好</p>',
            text: '您好',
          }
        : { channel: 'webhook', type: 'loan.reminder', body: { customer: message.sendId } }
    message.optOutUrl = 'https://p.example.cn/u/abc'
  }
  return composed
}
const courier = openCourier(ctx, { recheck: everyoneMay, compose })
const openedOf = async (id: number) => {
  const row = (await providerRows(ctx)).find((one) => one.id === id)
  const open = row && (await openProvider(ctx, row))
  assert.ok(open)
  return open
}

const mail = await startEmailSandbox({ user: 'zhiyin', password: 'p w' })
after(() => mail.stop())
const smtpSettings = {
  host: '127.0.0.1',
  port: mail.port,
  security: 'none',
  user: 'zhiyin',
  fromAddress: 'hi@mail.example.cn',
  bounceAddress: 'bounce@mail.example.cn',
}
const { id: smtp } = await createProvider(ctx, {
  name: 'smtp',
  kind: 'email.smtp',
  settings: smtpSettings,
  secrets: { password: 'p w' },
  ...rest,
})
await changeProvider(ctx, { id: smtp, state: 'on' })

test('mails leave with both parts, one-click headers and the key as Message-ID', async () => {
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 10), { channel: 'email' })
  mail.refuse('person3@example.cn', '550 5.1.1 no such user')
  mail.refuse('person4@example.cn', '451 4.7.1 try again later')
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { failed: 1, planned: 1, sent: 8 })
  assert.equal(mail.mails.length, 8)
  const [first] = mail.mails
  assert.match(first?.messageId ?? '', /^<k[\d-]+@mail\.example\.cn>$/)
  assert.match(first?.from ?? '', /^bounce\+k[\d-]+@mail\.example\.cn$/)
  assert.match(first?.raw ?? '', /List-Unsubscribe: <https:\/\/p\.example\.cn\/u\/abc>/i)
  assert.match(first?.raw ?? '', /List-Unsubscribe-Post: List-Unsubscribe=One-Click/i)
  assert.match(first?.raw ?? '', /multipart\/alternative/)
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from compliance.do_not_contact where origin = 'bounce' and removed_at is null`.execute(
    ctx.pg,
  )
  assert.equal(rows[0]?.n, 1, 'the mailbox that is not there is barred')
})

test('a bounce finds its send and bars the mailbox; a complaint withdraws', async () => {
  const [campaign] = (await sql<{ id: number }>`select max(campaign_id)::int as id from campaigns.send`.execute(ctx.pg))
    .rows
  const [first, second] = mail.mails
  assert.ok(first && second)
  const open = await openedOf(smtp)
  const bounced = readBounce(mail.bounceOf(first, '5.1.1'), ctx.now())
  assert.ok(bounced?.hardBounce)
  await takeReported(ctx, open, { receipts: [bounced], replies: [] })
  const soft = readBounce(mail.bounceOf(second, '5.2.2'), ctx.now())
  assert.ok(soft && !soft.hardBounce)
  await takeReported(ctx, open, { receipts: [soft], replies: [] })
  assert.equal((await states(ctx, campaign?.id ?? 0)).failed, 3)
  const complaint = readBounce(
    [
      'Message-ID: <a@isp.cn>',
      'Content-Type: multipart/report; report-type=feedback-report',
      '',
      'Feedback-Type: abuse',
      'User-Agent: x',
      '',
      `Message-ID: ${mail.mails[2]?.messageId}`,
    ].join('\r\n'),
    ctx.now(),
  )
  assert.ok(complaint?.complaint)
  await takeReported(ctx, open, { receipts: [complaint], replies: [] })
  const { rows } = await sql<{ status: string }>`select status from compliance.consent where channel = 'email'`.execute(
    ctx.pg,
  )
  assert.deepEqual(rows, [{ status: 'withdrawn' }])
  assert.equal(readBounce('Subject: out of office\r\n\r\nback on Monday', ctx.now()), undefined)
})

test('bounces are fetched from their mailbox, each once, whatever breaks off; nobody can bar another’s mailbox', async () => {
  const imap = await startImapSandbox({ user: 'bounce@mail.example.cn', password: 'im "ap' })
  after(() => imap.stop())
  const settings = {
    ...smtpSettings,
    imapHost: '127.0.0.1',
    imapPort: imap.port,
    imapSecurity: 'none',
  }
  await changeProvider(ctx, { id: smtp, settings, secrets: { imapPassword: 'im "ap' } })
  assert.equal((await checkProvider(ctx, { id: smtp })).detail, 'SMTP OK · IMAP OK (0)')
  const campaign = await aCampaign(ctx)
  const before = mail.mails.length
  await planned(ctx, campaign, nos.slice(4, 10), { channel: 'email' })
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { sent: 6 })
  const [one, two, three] = mail.mails.slice(before)
  assert.ok(one && two && three)
  imap.deliver(mail.bounceOf(one, '5.1.1'))
  imap.deliver('From: a@b.cn\r\nSubject: holiday\r\n\r\nback on Monday')
  imap.deliver(mail.bounceOf({ ...two, to: 'person18@example.cn' }, '5.1.1'))
  for (let i = 0; i < 60; i++) imap.deliver('Subject: x\r\n\r\ny')
  imap.deliver(mail.bounceOf(three, '5.2.2'))
  const pull = () => pullReceipts(ctx, AbortSignal.timeout(20_000))
  imap.breakOff(1)
  await pull()
  assert.deepEqual(await states(ctx, campaign), { sent: 6 }, 'what was not read is not passed over')
  await pull()
  assert.deepEqual(await states(ctx, campaign), { failed: 3, sent: 3 })
  const barred = async () => {
    const { rows } = await sql<{ masked: string }>`
      select masked from compliance.do_not_contact where origin = 'bounce' and removed_at is null`.execute(ctx.pg)
    return rows.length
  }
  const count = await barred()
  imap.renumber()
  await pull()
  assert.equal(await barred(), count)
  const hashes = [ctx.vault.blindIndex('email', one.to), ctx.vault.blindIndex('email', 'person18@example.cn')]
  assert.deepEqual([...(await doNotContact(ctx, hashes)).keys()], hashes.slice(0, 1))
})

test('a mail that broke off after its text stays unknown and is not sent again', async () => {
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(10, 11), { channel: 'email' })
  mail.silentAfterAccept(1)
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { unknown: 1 })
  clock += 3_600_000
  await courier.tidy()
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { unknown: 1 })
  assert.deepEqual(mail.repeated(), [])
})

test('webhooks are signed, sent again under the same id, and kept once by the receiver', async () => {
  const secret = newWebhookSecret()
  const receiver = await startWebhookSandbox({ secret, now: () => clock })
  after(() => receiver.stop())
  const { id } = await createProvider(ctx, {
    name: 'hook',
    kind: 'webhook.signed',
    settings: { url: receiver.url },
    secrets: { secret },
    ...rest,
  })
  await changeProvider(ctx, { id, state: 'on' })
  const campaign = await aCampaign(ctx)
  await planned(ctx, campaign, nos.slice(0, 5), { channel: 'webhook' })
  receiver.answer(undefined, 1)
  receiver.answer(503, 1)
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { delivered: 3, planned: 1, unknown: 1 })
  await courier.tidy()
  clock += 120_000
  await courier.round()
  assert.deepEqual(await states(ctx, campaign), { delivered: 5 })
  assert.equal(receiver.received.size, 5)
  assert.equal(receiver.deliveries(), 7)
  assert.ok([...receiver.received.values()].every(({ signed, body }) => signed && !body.includes('139')))
  // Without leave nothing goes to an address inside.
  const guarded = openCourier(
    { ...ctx, config: { ...ctx.config, webhooksPrivate: false } },
    { recheck: everyoneMay, compose },
  )
  await planned(ctx, campaign, nos.slice(5, 6), { channel: 'webhook' })
  await guarded.round()
  assert.equal(receiver.deliveries(), 7)
})
