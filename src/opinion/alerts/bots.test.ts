import assert from 'node:assert/strict'
import test from 'node:test'
import { botRequest, cutToBytes, readAnswer, signDingtalk, signFeishu } from './bots.ts'

const now = new Date('2026-11-20T02:00:00Z')
const world = { url: 'https://oapi.dingtalk.com/robot/send?access_token=t', secret: 'SECabc', mostBytes: 20_000, now }
const message = { title: '【严重】会员费', text: '第一行\n[处理](https://z.example.cn/a/1)', mention: [] }

test('signatures are those of openssl', () => {
  // printf '1700000000000\nSECabc' | openssl dgst -sha256 -hmac SECabc -binary | base64
  assert.equal(signDingtalk('SECabc', 1_700_000_000_000), 'jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM=')
  // printf '' | openssl dgst -sha256 -hmac $'1700000000\nSECabc' -binary | base64
  assert.equal(signFeishu('SECabc', 1_700_000_000), 'XprR1de+0SSBnwWyU/4k6x2TL+Q2SJlM5NNEdAv7MWg=')
})

test('DingTalk: signed in the address, which keeps its token; mentions stand in the text too', () => {
  const { url, body } = botRequest('dingtalk', world, { ...message, mention: [{ mobile: '13900000001' }] })
  const address = new URL(url)
  assert.equal(address.searchParams.get('access_token'), 't')
  assert.equal(address.searchParams.get('timestamp'), String(now.getTime()))
  assert.equal(address.searchParams.get('sign'), signDingtalk('SECabc', now.getTime()))
  const sent = JSON.parse(body) as { msgtype: string; at: { atMobiles: string[] }; markdown: { text: string } }
  assert.equal(sent.msgtype, 'markdown')
  assert.deepEqual(sent.at.atMobiles, ['13900000001'])
  assert.match(sent.markdown.text, /@13900000001/)
})

test('each bot gets no more bytes than it takes, and no half characters', () => {
  const long = { ...message, text: '舆情“引号”\n'.repeat(5_000) }
  const size = (text: string) => Buffer.byteLength(text)
  const { body: ding } = botRequest('dingtalk', world, long)
  assert.ok(size(ding) <= 20_000 && size(ding) > 19_000, String(size(ding)))
  const { body: feishu } = botRequest('feishu', { ...world, mostBytes: 30_000 }, long)
  assert.ok(size(feishu) <= 30_000 && size(feishu) > 28_000, String(size(feishu)))
  const wecom = JSON.parse(botRequest('wecom', { ...world, mostBytes: 4_096 }, long).body) as {
    markdown: { content: string }
  }
  const { content } = wecom.markdown
  assert.ok(size(content) <= 4_096 && size(content) > 4_080, String(size(content)))
  for (const text of [ding, feishu, content]) assert.ok(!text.includes('\uFFFD'))
  assert.equal(cutToBytes('知音', 6), '知音')
  assert.equal(cutToBytes('知音知音', 8), '知…')
})

test('answers: what is HTTP 200 may be a refusal; too many makes the bot rest', () => {
  const said = (kind: 'dingtalk' | 'wecom' | 'feishu', body: object | string, status = 200) =>
    readAnswer(kind, { status, body: typeof body === 'string' ? body : JSON.stringify(body) })
  assert.equal(said('dingtalk', { errcode: 0, errmsg: 'ok' }).is, 'accepted')
  assert.equal(said('feishu', { code: 0, msg: 'success' }).is, 'accepted')
  assert.equal(said('feishu', { StatusCode: 0, StatusMessage: 'success' }).is, 'accepted')
  const fast = said('dingtalk', { errcode: 130101, errmsg: 'send too fast' })
  assert.ok(fast.is === 'rejected' && fast.next === 'later' && fast.restsMs === 600_000)
  const wecom = said('wecom', { errcode: 45009, errmsg: 'api freq out of limit' })
  assert.ok(wecom.is === 'rejected' && wecom.next === 'later' && wecom.restsMs === 60_000)
  const sign = said('feishu', { code: 19021, msg: 'sign match fail' })
  assert.ok(sign.is === 'rejected' && sign.next === 'never' && sign.code === '19021')
  const gateway = said('wecom', '<html>', 502)
  assert.ok(gateway.is === 'rejected' && gateway.next === 'later' && gateway.code === 'HTTP_502')
  const gone = said('wecom', 'no', 404)
  assert.ok(gone.is === 'rejected' && gone.next === 'never')
})
