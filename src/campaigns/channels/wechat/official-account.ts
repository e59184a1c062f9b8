import { z } from 'zod'
import { WechatContent } from '../../creatives/content-contract.ts'
import { adapter, type Outcome, type OutMessage, type ProviderWorld } from '../../delivery/adapter.ts'
import { eachOf, isProviderAddress, oddAnswer, unsent } from '../../delivery/call-provider.ts'
import { receiveCallback } from './callback.ts'
import { callWechat, type Refused, TokenRefused } from './wechat-api.ts'

/**
 * A WeChat official account: customer-service messages within 48 hours of the follower's last word, and subscription
 * messages that he asked for. Template messages are not here on purpose: the platform forbids them for marketing.
 */

const Settings = z.strictObject({
  appId: z.string().regex(/^wx[0-9a-f]{16}$/),
  endpoint: z.url().refine(isProviderAddress).default('https://api.weixin.qq.com'),
  /** Whether call-backs come encrypted ("safe mode"). In clear they are taken only when this is off. */
  encrypted: z.boolean().default(true),
})
type Settings = z.output<typeof Settings>

const payloadOf = ({ address, content: { message } }: OutMessage<WechatContent>): { path: string; body: object } => {
  const custom = (body: object) => ({ path: '/cgi-bin/message/custom/send', body: { touser: address, ...body } })
  switch (message.kind) {
    case 'text':
      return custom({ msgtype: 'text', text: { content: message.text } })
    case 'news': {
      const { title, description, url, picture } = message
      return custom({ msgtype: 'news', news: { articles: [{ title, description, url, picurl: picture }] } })
    }
    case 'miniProgram': {
      const { title, miniProgram, thumb } = message
      return custom({
        msgtype: 'miniprogrampage',
        miniprogrampage: { title, appid: miniProgram.appId, pagepath: miniProgram.path, thumb_media_id: thumb },
      })
    }
    case 'subscription': {
      const { templateId, fields, page, miniProgram } = message
      return {
        path: '/cgi-bin/message/subscribe/bizsend',
        body: {
          touser: address,
          template_id: templateId,
          ...(page && { page }),
          ...(miniProgram && { miniprogram: { appid: miniProgram.appId, pagepath: miniProgram.path } }),
          data: Object.fromEntries(fields.map(({ key, value }) => [key, { value }])),
        },
      }
    }
  }
}

/** Nobody would take this one: he does not follow, did not subscribe, has not written for 48 hours, had his share. */
const aboutThePerson = new Set([40003, 43004, 43101, 45015, 45047, 50005])
/** The text itself is refused. */
const aboutTheText = new Set([40037, 45002, 45166, 45168, 47003, 40007, 41030])

const outcomeOf = ({ errcode, errmsg }: Refused): Outcome => {
  const said = { code: String(errcode), detail: errmsg }
  if (aboutThePerson.has(errcode) || aboutTheText.has(errcode)) return { is: 'rejected', ...said, next: 'none' }
  if (errcode === 45009) return { is: 'rejected', ...said, next: 'later', retryAfterMs: 3_600_000 }
  if (errcode === 45011 || errcode === 43108) return { is: 'rejected', ...said, next: 'later', retryAfterMs: 60_000 }
  // "The system is busy": nobody says whether the message was taken before.
  if (errcode === -1) return { is: 'unknown', ...said }
  return { is: 'rejected', ...said, next: 'other', fault: true }
}

const Accepted = z.object({ msgid: z.union([z.string(), z.number()]).optional() })

const sendOne = async (world: ProviderWorld<Settings>, message: OutMessage<WechatContent>): Promise<Outcome> => {
  const { path, body } = payloadOf(message)
  try {
    const result = await callWechat(world, path, body)
    if ('refused' in result) return outcomeOf(result.refused)
    if ('odd' in result) return oddAnswer(result.odd)
    const ref = Accepted.safeParse(result.answer).data?.msgid
    return { is: 'accepted', ...(ref !== undefined && { ref: String(ref) }) }
  } catch (error) {
    if (error instanceof TokenRefused)
      return {
        is: 'rejected',
        code: String(error.refused.errcode),
        detail: error.refused.errmsg,
        next: 'other',
        fault: true,
      }
    return unsent(error)
  }
}

export const wechatOfficial = adapter<Settings, WechatContent>({
  kind: 'wechat.official',
  channel: 'wechat',
  title: { zh: '微信公众号', en: 'WeChat official account' },
  settings: Settings,
  fields: [
    { name: 'appId', title: { zh: 'AppID', en: 'AppID' } },
    { name: 'appSecret', title: { zh: 'AppSecret', en: 'AppSecret' }, secret: true },
    {
      name: 'token',
      title: { zh: '回调 Token', en: 'Call-back token' },
      help: { zh: '与公众平台「服务器配置」中的 Token 一致', en: 'As in the server settings of the platform' },
      secret: true,
    },
    {
      name: 'encodingAesKey',
      title: { zh: 'EncodingAESKey', en: 'EncodingAESKey' },
      help: { zh: '安全模式下必填，43 个字符', en: '43 characters; needed for encrypted call-backs' },
      secret: true,
      optional: true,
    },
    { name: 'encrypted', title: { zh: '回调加密（安全模式）', en: 'Encrypted call-backs' } },
    {
      name: 'endpoint',
      title: { zh: '服务地址', en: 'Endpoint' },
      help: { zh: '一般不用改；沙箱填沙箱的地址', en: 'Seldom changed; for a sandbox its address' },
    },
  ],
  content: WechatContent,
  address: 'wechatOpenId',
  batch: 1,
  concurrency: 16,
  // The platform takes no key and lists no messages: what is unknown stays so until a receipt comes.
  certainty: () => ({ idempotent: false, absentAfterSeconds: null }),
  check: async (world) => {
    const result = await callWechat(world, '/cgi-bin/get_api_domain_ip', {})
    if ('refused' in result) throw new Error(`${result.refused.errcode}: ${result.refused.errmsg}`)
    if ('odd' in result) throw new Error(`HTTP ${result.odd.status}`)
    return { detail: 'get_api_domain_ip OK' }
  },
  send: (world, messages) => eachOf(messages, 8, (message) => sendOne(world, message)),
  receive: async (world, pushed) => receiveCallback(world, pushed),
})
