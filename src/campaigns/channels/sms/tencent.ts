import { z } from 'zod'
import { RenderedSms } from '../../creatives/rendered-contract.ts'
import {
  type Answer,
  type Asked,
  adapter,
  type Outcome,
  type OutMessage,
  type ProviderWorld,
  type Receipt,
} from '../../delivery/adapter.ts'
import { callProvider, eachOf, isProviderAddress, jsonIn, oddAnswer, unsent } from '../../delivery/call-provider.ts'
import { beijingInstant } from './chinese-time.ts'
import { smsParts } from './parts.ts'
import { tc3Authorization } from './tc3.ts'

/**
 * Short messages by Tencent Cloud, API of 2021-01-11. A request takes up to 200 numbers, all with the same variables. The mark of
 * a request goes as `SessionContext`, with the number it names one message; receipts use the `SerialNo` of the answer.
 * Source: https://cloud.tencent.com/document/product/382/55981 and the pages beside it
 */

const Settings = z.strictObject({
  endpoint: z.url().refine(isProviderAddress).default('https://sms.tencentcloudapi.com'),
  secretId: z.string().trim().min(1).max(128),
  appId: z.string().regex(/^\d{6,16}$/),
  region: z.enum(['ap-beijing', 'ap-guangzhou', 'ap-nanjing']).default('ap-guangzhou'),
  /** Receipts come within three days or not at all; what has none by then counts as never taken. */
  absentAfterSeconds: z.int().min(1).max(604_800).default(259_200),
})
type Settings = z.output<typeof Settings>

const Failure = z.object({ Code: z.string(), Message: z.string().default('') })
const Sent = z.object({
  Response: z.object({
    Error: Failure.optional(),
    SendStatusSet: z
      .array(
        z.object({
          SerialNo: z.string().default(''),
          PhoneNumber: z.string(),
          Fee: z.number().int().default(0),
          Code: z.string(),
          Message: z.string().default(''),
        }),
      )
      .optional(),
  }),
})
const Status = z.object({
  UserReceiveTime: z.union([z.number(), z.string()]).optional(),
  PhoneNumber: z.string(),
  SerialNo: z.string(),
  ReportStatus: z.string(),
  Description: z.string().default(''),
  SessionContext: z.string().optional(),
})
type Status = z.infer<typeof Status>
const Statuses = z.object({
  Response: z.object({ Error: Failure.optional(), PullSmsSendStatusSet: z.array(Status).default([]) }),
})
const PulledReplies = z.object({
  Response: z.object({
    Error: Failure.optional(),
    PullSmsReplyStatusSet: z
      .array(z.object({ PhoneNumber: z.string(), ReplyContent: z.string(), ReplyTime: z.number() }))
      .default([]),
  }),
})
const PushedReceipts = z.array(
  z.object({
    user_receive_time: z.string().optional(),
    mobile: z.string(),
    report_status: z.string(),
    errmsg: z.string().default(''),
    description: z.string().default(''),
    sid: z.string(),
  }),
)
const PushedReply = z.object({ mobile: z.string(), text: z.string(), time: z.number() })

const call = async (world: ProviderWorld<Settings>, action: string, payload: unknown) => {
  const { endpoint, secretId, region } = world.settings
  const body = JSON.stringify(payload)
  const atSeconds = Math.floor(world.now().getTime() / 1_000)
  const signed = { 'content-type': 'application/json; charset=utf-8', host: new URL(endpoint).host }
  return callProvider(world, endpoint, {
    headers: {
      ...signed,
      authorization: tc3Authorization({
        service: 'sms',
        headers: signed,
        body,
        atSeconds,
        secretId,
        secretKey: world.secrets.secretKey ?? '',
      }),
      'x-tc-action': action,
      'x-tc-version': '2021-01-11',
      'x-tc-timestamp': String(atSeconds),
      'x-tc-region': region,
    },
    body,
  })
}

const rejected = (code: string, detail: string): Outcome => {
  if (
    /^InternalError|^FailedOperation\.(FailResolvePacket|TimestampSyncError)?$/.test(code) ||
    code.endsWith('Timeout')
  )
    return { is: 'unknown', code, detail }
  if (code.startsWith('RequestLimitExceeded'))
    return { is: 'rejected', code, detail, next: 'later', retryAfterMs: 1_000 }
  // Limits of one number (30 seconds, an hour, a day, the same text) and of the account.
  if (code.startsWith('LimitExceeded'))
    return {
      is: 'rejected',
      code,
      detail,
      next: 'later',
      retryAfterMs: code.includes('ThirtySecond') ? 30_000 : 3_600_000,
    }
  if (/IncorrectPhoneNumber|PhoneNumberInBlacklist|PhoneNumberCountLimit/.test(code))
    return { is: 'rejected', code, detail, next: 'none' }
  if (/Signature(IncorrectOrUnapproved)|Template|ContainSensitiveWord|ContentLengthLimit|ProhibitedUseUrl/.test(code))
    return { is: 'rejected', code, detail, next: 'other' }
  return { is: 'rejected', code, detail, next: 'other', fault: true }
}

const e164 = (address: string): string => (address.startsWith('+') ? address : `+86${address}`)
const mainland = (number: string): string => number.replace(/^\+86/, '')
const instantOf = (time: number | string | undefined): Date | undefined =>
  typeof time === 'number' ? new Date(time * 1_000) : beijingInstant(time)

const receiptOf = (world: ProviderWorld<Settings>, one: Status): Receipt => ({
  ref: one.SerialNo,
  ...(one.SessionContext && { batch: one.SessionContext, address: mainland(one.PhoneNumber) }),
  state: one.ReportStatus === 'SUCCESS' ? 'delivered' : 'failed',
  at: instantOf(one.UserReceiveTime) ?? world.now(),
  ...(one.ReportStatus !== 'SUCCESS' && { code: one.Description || 'UNDELIVERED', detail: one.Description }),
})

const ask = async (world: ProviderWorld<Settings>, { address, batch, ref, sentAt }: Asked): Promise<Answer> => {
  const begin = Math.floor(sentAt.getTime() / 1_000) - 60
  const answer = await call(world, 'PullSmsSendStatusByPhoneNumber', {
    BeginTime: begin,
    EndTime: Math.floor(world.now().getTime() / 1_000) + 60,
    Offset: 0,
    Limit: 100,
    PhoneNumber: e164(address),
    SmsSdkAppId: world.settings.appId,
  })
  const read = Statuses.safeParse(jsonIn(answer.body))
  if (!read.success || read.data.Response.Error) return { is: 'unclear' }
  const rows = read.data.Response.PullSmsSendStatusSet
  const found = rows.find((one) => one.SessionContext === batch || (ref !== undefined && one.SerialNo === ref))
  if (!found) return rows.length >= 100 ? { is: 'unclear' } : { is: 'absent' }
  const at = instantOf(found.UserReceiveTime) ?? world.now()
  if (found.ReportStatus === 'SUCCESS') return { is: 'delivered', ref: found.SerialNo, at }
  if (found.ReportStatus === 'FAIL')
    return { is: 'failed', ref: found.SerialNo, at, code: found.Description || 'UNDELIVERED', detail: '' }
  return { is: 'accepted', ref: found.SerialNo }
}

const variables = ({ content }: OutMessage<RenderedSms>): string =>
  JSON.stringify([content.signature, content.tencent?.id, content.tencent?.params])

export const tencentSms = adapter<Settings, RenderedSms>({
  kind: 'sms.tencent',
  channel: 'sms',
  title: { zh: '腾讯云短信', en: 'Tencent Cloud SMS' },
  settings: Settings,
  fields: [
    { name: 'secretId', title: { zh: 'SecretId', en: 'SecretId' } },
    { name: 'secretKey', title: { zh: 'SecretKey', en: 'SecretKey' }, secret: true },
    { name: 'appId', title: { zh: 'SdkAppId', en: 'SdkAppId' } },
    { name: 'region', title: { zh: '地域', en: 'Region' } },
    {
      name: 'endpoint',
      title: { zh: '服务地址', en: 'Endpoint' },
      help: { zh: '一般不用改；沙箱填沙箱的地址', en: 'Seldom changed; for a sandbox its address' },
    },
    {
      name: 'absentAfterSeconds',
      title: { zh: '查无记录视为未受理（秒）', en: 'Not listed counts as not taken after (s)' },
      help: {
        zh: '腾讯云只列出已有回执的短信，回执最长三天；这之前不会重发',
        en: 'Tencent lists what has a receipt, which takes up to three days; before, nothing is sent again',
      },
    },
  ],
  content: RenderedSms,
  address: 'phone',
  batch: 200,
  together: variables,
  concurrency: 16,
  certainty: ({ absentAfterSeconds }) => ({ idempotent: false, absentAfterSeconds }),
  parts: ({ text }) => smsParts(text),
  check: async (world) => {
    const now = Math.floor(world.now().getTime() / 1_000)
    const answer = await call(world, 'PullSmsSendStatusByPhoneNumber', {
      BeginTime: now - 60,
      EndTime: now,
      Offset: 0,
      Limit: 1,
      PhoneNumber: '+8613800138000',
      SmsSdkAppId: world.settings.appId,
    })
    const read = Statuses.safeParse(jsonIn(answer.body))
    if (!read.success) throw new Error(`HTTP ${answer.status}`)
    const failed = read.data.Response.Error
    if (failed) throw new Error(`${failed.Code}: ${failed.Message}`)
    return { detail: 'PullSmsSendStatusByPhoneNumber OK' }
  },
  send: async (world, messages, { batch }) => {
    const [first] = messages
    const template = first?.content.tencent
    if (!template)
      return messages.map(() => ({
        is: 'rejected',
        code: 'NO_TEMPLATE',
        detail: 'the creative names no template of Tencent Cloud',
        next: 'other',
      }))
    try {
      const answer = await call(world, 'SendSms', {
        PhoneNumberSet: messages.map(({ address }) => e164(address)),
        SmsSdkAppId: world.settings.appId,
        SignName: first.content.signature,
        TemplateId: template.id,
        TemplateParamSet: template.params,
        SessionContext: batch,
      })
      const read = Sent.safeParse(jsonIn(answer.body))
      const response = read.data?.Response
      if (!response) return messages.map(() => oddAnswer(answer))
      const failed = response.Error
      if (failed) return messages.map(() => rejected(failed.Code, failed.Message))
      const byNumber = new Map((response.SendStatusSet ?? []).map((one) => [one.PhoneNumber, one]))
      return messages.map(({ address }): Outcome => {
        const one = byNumber.get(e164(address))
        if (!one) return { is: 'unknown', code: 'NOT_ANSWERED', detail: 'the answer does not name the number' }
        if (one.Code !== 'Ok') return rejected(one.Code, one.Message)
        return { is: 'accepted', ref: one.SerialNo, ...(one.Fee > 0 && { parts: one.Fee }) }
      })
    } catch (error) {
      const outcome = unsent(error)
      return messages.map(() => outcome)
    }
  },
  query: (world, asked) => eachOf(asked, 8, (one) => ask(world, one)),
  pull: async (world) => {
    const at = { Limit: 100, SmsSdkAppId: world.settings.appId }
    const [statuses, replies] = await Promise.all([
      call(world, 'PullSmsSendStatus', at),
      call(world, 'PullSmsReplyStatus', at),
    ])
    const received = Statuses.safeParse(jsonIn(statuses.body))
    const replied = PulledReplies.safeParse(jsonIn(replies.body))
    return {
      receipts: received.success ? received.data.Response.PullSmsSendStatusSet.map((one) => receiptOf(world, one)) : [],
      replies: replied.success
        ? replied.data.Response.PullSmsReplyStatusSet.map(({ PhoneNumber, ReplyContent, ReplyTime }) => ({
            address: mainland(PhoneNumber),
            text: ReplyContent,
            at: new Date(ReplyTime * 1_000),
          }))
        : [],
    }
  },
  receive: async (world, { body }) => {
    const json = jsonIn(body.toString('utf8'))
    const answer = { status: 200, body: '{"result":0,"errmsg":"OK"}', type: 'application/json' }
    const reply = PushedReply.safeParse(json)
    if (reply.success) {
      const { mobile, text, time } = reply.data
      return { receipts: [], replies: [{ address: mainland(mobile), text, at: new Date(time * 1_000) }], answer }
    }
    const pushed = PushedReceipts.safeParse(json)
    if (!pushed.success) return { receipts: [], replies: [], answer: { status: 400, body: '{"result":1}' } }
    const receipts = pushed.data.map(
      ({ user_receive_time, report_status, errmsg, description, sid }): Receipt => ({
        ref: sid,
        state: report_status === 'SUCCESS' ? 'delivered' : 'failed',
        at: beijingInstant(user_receive_time) ?? world.now(),
        ...(report_status !== 'SUCCESS' && { code: errmsg || 'UNDELIVERED', detail: description }),
      }),
    )
    return { receipts, replies: [], answer }
  },
})
