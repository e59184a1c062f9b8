import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { RenderedSms } from '../../creatives/rendered-contract.ts'
import {
  type Answer,
  type Asked,
  adapter,
  type Outcome,
  type ProviderWorld,
  type Receipt,
  type Reply,
} from '../../delivery/adapter.ts'
import { callProvider, eachOf, isProviderAddress, jsonIn, oddAnswer, unsent } from '../../delivery/call-provider.ts'
import { acs3Authorization, acs3Digest, canonicalQuery } from './acs3.ts'
import { beijingDay, beijingInstant } from './chinese-time.ts'
import { smsParts } from './parts.ts'

/**
 * Short messages by Alibaba Cloud, API Dysmsapi of 2017-05-25. It knows no idempotency: a request without an answer is asked about,
 * never repeated. One mark (`OutId`) goes with a request of up to a hundred numbers; with the number it names one message.
 * Source: https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendbatchsms and the pages beside it
 */

const Settings = z.strictObject({
  endpoint: z.url().refine(isProviderAddress).default('https://dysmsapi.aliyuncs.com'),
  accessKeyId: z.string().trim().min(1).max(128),
  /** A message that `QuerySendDetails` does not show this long after the request never arrived. */
  absentAfterSeconds: z.int().min(1).max(86_400).default(180),
})
type Settings = z.output<typeof Settings>

const Sent = z.object({ Code: z.string(), Message: z.string().default(''), BizId: z.string().optional() })
const Details = z.object({
  Code: z.string(),
  Message: z.string().default(''),
  SmsSendDetailDTOs: z
    .object({
      SmsSendDetailDTO: z
        .array(
          z.object({
            PhoneNum: z.string(),
            /** 1 waits for the receipt, 2 failed, 3 arrived. */
            SendStatus: z.number(),
            ErrCode: z.string().default(''),
            ReceiveDate: z.string().optional(),
            OutId: z.string().optional(),
          }),
        )
        .default([]),
    })
    .default({ SmsSendDetailDTO: [] }),
})
const Report = z.array(
  z.object({
    phone_number: z.string(),
    report_time: z.string().optional(),
    success: z.boolean(),
    err_code: z.string().default(''),
    err_msg: z.string().default(''),
    sms_size: z.coerce.number().int().min(1).optional().catch(undefined),
    out_id: z.string().optional(),
  }),
)
const Up = z.array(
  z.object({
    phone_number: z.string(),
    content: z.string(),
    send_time: z.string().optional(),
    sequence_id: z.union([z.string(), z.number()]).optional(),
  }),
)

const call = async (
  world: ProviderWorld<Settings>,
  action: string,
  query: Record<string, string>,
  form: Record<string, string> = {},
) => {
  const { endpoint, accessKeyId } = world.settings
  const body = canonicalQuery(form)
  const search = canonicalQuery(query)
  const headers: Record<string, string> = {
    host: new URL(endpoint).host,
    'x-acs-action': action,
    'x-acs-version': '2017-05-25',
    'x-acs-date': world
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': acs3Digest(body),
    ...(body !== '' && { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  const authorization = acs3Authorization({
    method: 'POST',
    query: search,
    headers,
    accessKeyId,
    accessKeySecret: world.secrets.accessKeySecret ?? '',
  })
  return callProvider(world, `${endpoint.replace(/\/$/, '')}/?${search}`, {
    headers: { ...headers, authorization },
    body,
  })
}

/** Codes that no number, and codes that no other account either, would get past; the rest is the account's own fault. */
const ofNumber = /^isv\.(MOBILE_NUMBER_ILLEGAL|MOBILE_COUNT_OVER_LIMIT|DENY_IP_RANGE)$/
const ofMessage =
  /^isv\.(SMS_TEMPLATE_ILLEGAL|SMS_SIGNATURE_ILLEGAL|SMS_SIGN_ILLEGAL|TEMPLATE_MISSING_PARAMETERS|TEMPLATE_PARAMS_ILLEGAL|INVALID_PARAMETERS|INVALID_JSON_PARAM|PARAM_LENGTH_LIMIT|PARAM_NOT_SUPPORT_URL|BLACK_KEY_CONTROL_LIMIT|SMS_CONTENT_ILLEGAL)$/
const later: Readonly<Record<string, number>> = {
  // Limits of one number: a minute, an hour or a day. Which one is only in the message's words.
  'isv.BUSINESS_LIMIT_CONTROL': 60_000,
  'isv.DAY_LIMIT_CONTROL': 3_600_000,
  'isv.SMS_SIGNATURE_SCENE_ILLEGAL': 3_600_000,
  Throttling: 1_000,
  'Throttling.User': 1_000,
  'Throttling.Api': 1_000,
}

const rejected = (code: string, detail: string): Outcome => {
  const retryAfterMs = later[code]
  if (retryAfterMs !== undefined) return { is: 'rejected', code, detail, next: 'later', retryAfterMs }
  // «Try again»: it does not say that nothing was sent.
  if (/^isp\.|^ServiceUnavailable|^InternalError/.test(code)) return { is: 'unknown', code, detail }
  if (ofNumber.test(code)) return { is: 'rejected', code, detail, next: 'none' }
  if (ofMessage.test(code)) return { is: 'rejected', code, detail, next: 'other' }
  return { is: 'rejected', code, detail, next: 'other', fault: true }
}

const mainland = (address: string): string => address.replace(/^(\+|00)?86(?=1\d{10}$)/, '')

const ask = async (world: ProviderWorld<Settings>, { address, batch, sentAt }: Asked): Promise<Answer> => {
  const days = [...new Set([beijingDay(sentAt), beijingDay(new Date(sentAt.getTime() + 300_000))])]
  for (const day of days) {
    const answer = await call(world, 'QuerySendDetails', {
      PhoneNumber: address,
      SendDate: day,
      PageSize: '50',
      CurrentPage: '1',
    })
    const read = Details.safeParse(jsonIn(answer.body))
    if (!read.success || read.data.Code !== 'OK') return { is: 'unclear' }
    const rows = read.data.SmsSendDetailDTOs.SmsSendDetailDTO
    const found = rows.find(({ OutId }) => OutId === batch)
    if (found?.SendStatus === 3) return { is: 'delivered', at: beijingInstant(found.ReceiveDate) ?? world.now() }
    if (found?.SendStatus === 2)
      return {
        is: 'failed',
        at: beijingInstant(found.ReceiveDate) ?? world.now(),
        code: found.ErrCode || 'UNDELIVERED',
        detail: '',
      }
    if (found) return { is: 'accepted' }
    // More than a page for one number in a day: it may stand on the next.
    if (rows.length >= 50) return { is: 'unclear' }
  }
  return { is: 'absent' }
}

export const aliyunSms = adapter<Settings, RenderedSms>({
  kind: 'sms.aliyun',
  channel: 'sms',
  title: { zh: '阿里云短信', en: 'Alibaba Cloud SMS' },
  settings: Settings,
  fields: [
    { name: 'accessKeyId', title: { zh: 'AccessKey ID', en: 'AccessKey ID' } },
    { name: 'accessKeySecret', title: { zh: 'AccessKey Secret', en: 'AccessKey secret' }, secret: true },
    {
      name: 'endpoint',
      title: { zh: '服务地址', en: 'Endpoint' },
      help: { zh: '一般不用改；沙箱填沙箱的地址', en: 'Seldom changed; for a sandbox its address' },
    },
    {
      name: 'absentAfterSeconds',
      title: { zh: '查无记录视为未受理（秒）', en: 'Not listed counts as not taken after (s)' },
      help: {
        zh: '请求超时后过这么久，阿里云仍查不到这条短信，才会重新发送',
        en: 'After a request without an answer: only when it is not listed this long, it is sent again',
      },
    },
  ],
  content: RenderedSms,
  address: 'phone',
  batch: 100,
  together: ({ content }) => content.aliyun?.code ?? '',
  concurrency: 8,
  certainty: ({ absentAfterSeconds }) => ({ idempotent: false, absentAfterSeconds }),
  parts: ({ text }) => smsParts(text),
  check: async (world) => {
    const answer = await call(world, 'QuerySendDetails', {
      PhoneNumber: '13800138000',
      SendDate: beijingDay(world.now()),
      PageSize: '1',
      CurrentPage: '1',
    })
    const read = Details.safeParse(jsonIn(answer.body))
    if (!read.success) throw new Error(`HTTP ${answer.status}`)
    if (read.data.Code !== 'OK') throw new Error(`${read.data.Code}: ${read.data.Message}`)
    return { detail: 'QuerySendDetails OK' }
  },
  send: async (world, messages, { batch }) => {
    const [first] = messages
    const template = first?.content.aliyun
    if (!template)
      return messages.map(() => ({
        is: 'rejected',
        code: 'NO_TEMPLATE',
        detail: 'the creative names no template of Alibaba Cloud',
        next: 'other',
      }))
    try {
      const answer =
        messages.length === 1
          ? await call(world, 'SendSms', {
              PhoneNumbers: first.address,
              SignName: first.content.signature,
              TemplateCode: template.code,
              TemplateParam: JSON.stringify(template.params),
              OutId: batch,
            })
          : await call(
              world,
              'SendBatchSms',
              { TemplateCode: template.code, OutId: batch },
              {
                PhoneNumberJson: JSON.stringify(messages.map(({ address }) => address)),
                SignNameJson: JSON.stringify(messages.map(({ content }) => content.signature)),
                TemplateParamJson: JSON.stringify(messages.map(({ content }) => content.aliyun?.params ?? {})),
              },
            )
      const read = Sent.safeParse(jsonIn(answer.body))
      const outcome: Outcome = !read.success
        ? oddAnswer(answer)
        : read.data.Code === 'OK'
          ? { is: 'accepted' }
          : rejected(read.data.Code, read.data.Message)
      return messages.map(() => outcome)
    } catch (error) {
      const outcome = unsent(error)
      return messages.map(() => outcome)
    }
  },
  query: (world, asked) => eachOf(asked, 8, (one) => ask(world, one)),
  receive: async (world, { body }) => {
    const json = jsonIn(body.toString('utf8'))
    const answer = { status: 200, body: '{"code":0,"msg":"成功"}', type: 'application/json' }
    const up = Up.safeParse(json)
    if (up.success) {
      const replies = up.data.map(
        ({ phone_number, content, send_time, sequence_id }): Reply => ({
          address: mainland(phone_number),
          text: content,
          at: beijingInstant(send_time) ?? world.now(),
          ...(sequence_id !== undefined && { id: String(sequence_id) }),
        }),
      )
      return { receipts: [], replies, answer }
    }
    const report = Report.safeParse(json)
    if (!report.success)
      return { receipts: [], replies: [], answer: { status: 400, body: '{"code":1,"msg":"unreadable"}' } }
    const receipts = report.data.map(
      ({ phone_number, report_time, success, err_code, err_msg, sms_size, out_id }): Receipt => ({
        ...(out_id !== undefined && { batch: out_id }),
        address: mainland(phone_number),
        state: success ? 'delivered' : 'failed',
        at: beijingInstant(report_time) ?? world.now(),
        ...(!success && { code: err_code || 'UNDELIVERED', detail: err_msg }),
        ...(sms_size !== undefined && { parts: sms_size }),
      }),
    )
    return { receipts, replies: [], answer }
  },
})
