import assert from 'node:assert/strict'
import test from 'node:test'
import { readBounce } from './bounce.ts'

/** Shapes as servers write them: RFC 3464 examples, Postfix, Exchange, Gmail, qmail, QQ and 163; addresses are made up. */

const now = new Date('2026-03-13T01:00:00Z')
const key = 'k12-345-1'
const ours = `Message-ID: <${key}@mail.example.cn>`

const dsn = (
  fields: readonly string[],
  { original = `${ours}\nTo: a@b.cn`, headers = '', encoding = '', type = 'message/delivery-status' } = {},
) =>
  `From: MAILER-DAEMON@mx.example.cn (Mail Delivery System)
Message-ID: <20260313010000.AAA@mx.example.cn>
Date: Fri, 13 Mar 2026 08:59:00 +0800
${headers}Content-Type: multipart/report; report-type=delivery-status;
	boundary="b1/mx.example.cn"

This is a MIME-encapsulated message.

--b1/mx.example.cn
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

<a@b.cn>: host mx.b.cn said: 550 5.1.1 unknown

--b1/mx.example.cn
Content-Type: ${type}
${encoding}
${fields.join('\n')}

--b1/mx.example.cn
Content-Type: message/rfc822

${original}

--b1/mx.example.cn--
`
const postfix = ['Reporting-MTA: dns; mx.example.cn', 'X-Postfix-Sender: rfc822; bounce@mail.example.cn', '']
const failed = (status: string, said: string) => [
  ...postfix,
  'Final-Recipient: rfc822; a@b.cn',
  'Original-Recipient: rfc822;a@b.cn',
  'Action: failed',
  `Status: ${status}`,
  `Diagnostic-Code: smtp; ${said}`,
]

test('a mailbox that is not there is gone for good; Postfix, with lines folded', () => {
  const told = readBounce(
    dsn(failed('5.1.1', '550 5.1.1 <a@b.cn>: Recipient\n    address rejected: User unknown')),
    now,
  )
  assert.deepEqual(told, {
    key,
    address: 'a@b.cn',
    state: 'failed',
    at: new Date('2026-03-13T00:59:00Z'),
    code: '5.1.1',
    detail: 'smtp; 550 5.1.1 <a@b.cn>: Recipient address rejected: User unknown',
    hardBounce: true,
  })
  assert.deepEqual(readBounce(dsn(failed('5.1.1', 'x')).replaceAll('\n', '\r\n'), now)?.hardBounce, true)
})

test('what passes bars nobody: full, too many, taken for spam, expired', () => {
  for (const [status, said] of [
    ['5.2.2', '552 5.2.2 Mailbox full'],
    ['5.7.1', '554 5.7.1 message looks like spam'],
    ['4.4.7', '421 4.4.7 delivery expired'],
    ['5.0.0', '550 Mail content denied: spam'],
    ['5.0.0', '552 user quota exceeded'],
  ] as const) {
    const told = readBounce(dsn(failed(status, said)), now)
    assert.equal(told?.state, 'failed', said)
    assert.equal(told?.hardBounce, undefined, said)
  }
})

test('a relay that says 5.0.0 is corrected by the server that refused, in codes or in words', () => {
  assert.equal(readBounce(dsn(failed('5.0.0', '550 5.1.1 no such user')), now)?.code, '5.1.1')
  assert.equal(
    readBounce(dsn(failed('5.0.0', '550 Mailbox not found. http://service.mail.qq.com/')), now)?.hardBounce,
    true,
  )
  assert.equal(readBounce(dsn(failed('5.0.0', '550 User not found: a@b.cn')), now)?.hardBounce, true)
})

test('a delay settles nothing; delivered and relayed do', () => {
  const delayed = [
    ...postfix,
    'Final-Recipient: rfc822; a@b.cn',
    'Action: delayed',
    'Status: 4.4.1',
    'Will-Retry-Until: Sat, 14 Mar 2026 08:59:00 +0800',
  ]
  assert.equal(readBounce(dsn(delayed), now), undefined)
  const relayed = [...postfix, 'Final-Recipient: rfc822; a@b.cn', 'Action: relayed (to mailing list)', 'Status: 2.0.0']
  assert.equal(readBounce(dsn(relayed), now)?.state, 'delivered')
})

test('Exchange: two recipients, headers only, quoted-printable; the one that failed counts', () => {
  const fields = [
    'Reporting-MTA: dns;EX01.corp.example.cn',
    'Received-From-MTA: dns;mail.example.cn',
    'Arrival-Date: Fri, 13 Mar 2026 00:58:30 +0000',
    '',
    'Original-Recipient: rfc822;x@b.cn',
    'Final-Recipient: rfc822;x@b.cn',
    'Action: expanded',
    'Status: 2.0.0',
    '',
    'Final-Recipient: rfc822;Li.Si@B.cn',
    'Action: failed',
    'Status: 5.1.10',
    'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient=\n not found',
  ]
  const raw = dsn(fields.join('\n').replaceAll('=', '=3D').split('\n'), {
    encoding: 'Content-Transfer-Encoding: quoted-printable\n',
  }).replace('Content-Type: message/rfc822', 'Content-Type: text/rfc822-headers')
  const told = readBounce(raw, now)
  assert.deepEqual([told?.key, told?.address, told?.code, told?.hardBounce], [key, 'li.si@b.cn', '5.1.10', true])
  assert.equal(told?.at.toISOString(), '2026-03-13T00:58:30.000Z')
  assert.match(told?.detail ?? '', /Recipient= not found/)
})

test('internationalised reports, and reports in base64', () => {
  const fields = [
    'Reporting-MTA: dns; mx.example.cn',
    '',
    'Final-Recipient: utf-8; 张三@例子.cn',
    'Action: failed',
    'Status: 5.1.1',
  ]
  const told = readBounce(dsn(fields, { type: 'message/global-delivery-status' }), now)
  assert.deepEqual([told?.address, told?.hardBounce], ['张三@例子.cn', true])
  const encoded = Buffer.from(failed('5.1.1', '550 no').join('\n')).toString('base64')
  assert.equal(readBounce(dsn([encoded], { encoding: 'Content-Transfer-Encoding: base64\n' }), now)?.code, '5.1.1')
})

test('without the original, the address it came back to tells whose it is', () => {
  const raw = dsn(failed('5.1.1', '550 no'), {
    original: 'Subject: x',
    headers: `X-Original-To: bounce+${key}@mail.example.cn\nTo: bounce+${key}@mail.example.cn\n`,
  })
  assert.equal(readBounce(raw, now)?.key, key)
  // Anybody can write such a report.
  assert.equal(readBounce(dsn(failed('5.1.1', '550 no'), { original: 'Subject: x' }), now), undefined)
})

test('servers that write a letter: qmail, QQ; only about a mail of ours, and never an answer of a person', () => {
  const qmail = `Return-Path: <>
From: MAILER-DAEMON@b.cn
To: bounce+${key}@mail.example.cn
Subject: failure notice
Date: Fri, 13 Mar 2026 00:59:00 +0000

Hi. This is the qmail-send program at b.cn.
I'm afraid I wasn't able to deliver your message to the following addresses.

<a@b.cn>:
Sorry, no mailbox here by that name. No such user. (#5.1.1)

--- Below this line is a copy of the message.

${ours}
5.2.2 stands in the mail itself
`
  const told = readBounce(qmail, now)
  assert.deepEqual([told?.key, told?.code, told?.hardBounce], [key, '5.1.1', true])
  const qq = `From: "PostMaster@qq.com" <PostMaster@qq.com>
To: bounce@mail.example.cn
Content-Type: multipart/mixed; boundary=x
X-QQ-mid: bounce1

--x
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from('<p>您的邮件无法发送到 a@qq.com，收件人邮箱帐户不存在。550 Mailbox unavailable</p>').toString('base64')}
--x
Content-Type: message/rfc822

${ours}
Subject: 提醒

正文
--x--
`
  const said = readBounce(qq, now)
  assert.deepEqual([said?.key, said?.state, said?.hardBounce], [key, 'failed', true])
  assert.equal(
    readBounce(
      qmail.replace('MAILER-DAEMON@b.cn', 'zhang@b.cn').replace('Return-Path: <>', 'Return-Path: <zhang@b.cn>'),
      now,
    ),
    undefined,
  )
  assert.equal(readBounce(qmail.replace('No such user. (#5.1.1)', 'I will retry later. 451'), now), undefined)
  assert.equal(
    readBounce(`From: a@b.cn\nSubject: 自动回复\nIn-Reply-To: <${key}@mail.example.cn>\n\n我在休假，550 天后回来`, now),
    undefined,
  )
})

test('complaints (ARF) are told apart from not-spam', () => {
  const arf = (kind: string) => `From: feedback@isp.cn
Content-Type: multipart/report; report-type=feedback-report; boundary="f"

--f
Content-Type: text/plain

An email was reported.
--f
Content-Type: message/feedback-report

Feedback-Type: ${kind}
User-Agent: isp/1.0
Version: 1
Arrival-Date: Fri, 13 Mar 2026 00:00:00 +0000

--f
Content-Type: message/rfc822

${ours}
Subject: x

text
--f--
`
  const told = readBounce(arf('abuse'), now)
  assert.deepEqual([told?.key, told?.complaint], [key, true])
  assert.equal(readBounce(arf('not-spam'), now), undefined)
})
