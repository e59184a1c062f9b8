import { beijingText } from './chinese-time.ts'
import type { Protocol } from './sandbox.ts'
import type { Taken } from './sandbox-count.ts'
import { tc3Authorization } from './tc3.ts'

const refusal = (Code: string, Message: string) => ({ Response: { Error: { Code, Message }, RequestId: 'sandbox' } })

interface Given {
  PhoneNumberSet?: string[]
  SmsSdkAppId?: string
  SignName?: string
  TemplateId?: string
  TemplateParamSet?: string[]
  SessionContext?: string
  PhoneNumber?: string
  BeginTime?: number
  Limit?: number
}

const bare = (number: string): string => number.replace(/^\+86/, '')

const statusOf = (one: Taken) => ({
  UserReceiveTime: Math.floor((one.reportedAt ?? one.at) / 1_000),
  CountryCode: '86',
  SubscriberNumber: one.number,
  PhoneNumber: `+86${one.number}`,
  SerialNo: one.ref,
  ReportStatus: one.state === 'delivered' ? 'SUCCESS' : 'FAIL',
  Description: one.state === 'delivered' ? 'DELIVRD' : one.code,
  SessionContext: one.key.slice(0, one.key.lastIndexOf('/')),
})

/** The side of Tencent Cloud: SendSms, the three pulls, and pushes of receipts and replies. */
export const tencentProtocol: Protocol = {
  name: 'tencent',
  owns: (request) => request.headers['x-tc-action'] !== undefined,
  answer: ({ headers, body, world }) => {
    const [id = ''] = /Credential=([^/]*)\//.exec(headers.authorization ?? '')?.slice(1) ?? []
    const atSeconds = Number(headers['x-tc-timestamp'])
    if (id !== world.account.id)
      return { status: 200, body: refusal('AuthFailure.SecretIdNotFound', 'The SecretId is not found') }
    if (!(Math.abs(world.now() / 1_000 - atSeconds) < 300))
      return { status: 200, body: refusal('AuthFailure.SignatureExpire', 'The provided credentials have expired') }
    const [signed = ''] = /SignedHeaders=([^,]*)/.exec(headers.authorization ?? '')?.slice(1) ?? []
    const expected = tc3Authorization({
      service: 'sms',
      headers: Object.fromEntries(signed.split(';').map((name) => [name, headers[name] ?? ''])),
      body,
      atSeconds,
      secretId: id,
      secretKey: world.account.secret,
    })
    if (!signed.includes('host') || expected !== headers.authorization)
      return {
        status: 200,
        body: refusal('AuthFailure.SignatureFailure', 'The provided credentials could not be validated'),
      }
    const given = JSON.parse(body) as Given
    if (!given.SmsSdkAppId) return { status: 200, body: refusal('MissingParameter', 'SmsSdkAppId') }
    switch (headers['x-tc-action']) {
      case 'PullSmsSendStatusByPhoneNumber': {
        const rows = world.ledger.ofNumber(bare(given.PhoneNumber ?? '')).filter(({ state }) => state !== 'accepted')
        return { status: 200, body: { Response: { PullSmsSendStatusSet: rows.map(statusOf), RequestId: 'sandbox' } } }
      }
      case 'PullSmsSendStatus':
        return {
          status: 200,
          body: {
            Response: { PullSmsSendStatusSet: world.waiting(given.Limit ?? 100).map(statusOf), RequestId: 'sandbox' },
          },
        }
      case 'PullSmsReplyStatus':
        return {
          status: 200,
          body: {
            Response: {
              PullSmsReplyStatusSet: world.replies(given.Limit ?? 100).map(({ number, text, at }) => ({
                ExtendCode: '',
                CountryCode: '86',
                SubscriberNumber: number,
                PhoneNumber: `+86${number}`,
                SignName: '',
                ReplyContent: text,
                ReplyTime: Math.floor(at / 1_000),
              })),
              RequestId: 'sandbox',
            },
          },
        }
      case 'SendSms':
        break
      default:
        return { status: 200, body: refusal('InvalidAction', 'The request action is invalid') }
    }
    const numbers = (given.PhoneNumberSet ?? []).map(bare)
    if (numbers.length === 0 || numbers.length > 200)
      return { status: 200, body: refusal('LimitExceeded.PhoneNumberCountLimit', '单次请求最多 200 个号码') }
    const template = world.template(given.TemplateId ?? '')
    if (!template)
      return { status: 200, body: refusal('FailedOperation.TemplateIncorrectOrUnapproved', '模板未审批或内容不匹配') }
    if (!world.knowsSign(given.SignName ?? ''))
      return { status: 200, body: refusal('FailedOperation.SignatureIncorrectOrUnapproved', '签名未审批或格式错误') }
    if ((given.TemplateParamSet ?? []).length !== template.variables.length)
      return { status: 200, body: refusal('FailedOperation.TemplateParamSetNotMatchApprovedTemplate', '变量个数不符') }
    const fault = world.refusal()
    if (fault !== undefined) return { status: 200, body: refusal(fault, fault) }
    const limited = world.limited(numbers)
    const set = numbers.map((number) => {
      const answered = { PhoneNumber: `+86${number}`, SessionContext: given.SessionContext ?? '', IsoCode: 'CN' }
      const nothing = { ...answered, SerialNo: '', Fee: 0 }
      if (!/^1[3-9]\d{9}$/.test(number))
        return { ...nothing, Code: 'InvalidParameterValue.IncorrectPhoneNumber', Message: '手机号格式错误' }
      if (limited) return { ...nothing, Code: 'LimitExceeded.PhoneNumberThirtySecondLimit', Message: '30 秒内超过上限' }
      const taken = world.take({
        key: `${given.SessionContext ?? ''}/${number}`,
        number,
        content: `${given.TemplateId} ${JSON.stringify(given.TemplateParamSet ?? [])}`,
      })
      return { ...answered, SerialNo: taken.ref, Fee: 1, Code: 'Ok', Message: 'send success' }
    })
    return { status: 200, body: { Response: { SendStatusSet: set, RequestId: 'sandbox' } } }
  },
  report: (messages) =>
    messages.map((one) => ({
      user_receive_time: beijingText(new Date(one.reportedAt ?? one.at)),
      nationcode: '86',
      mobile: one.number,
      report_status: one.state === 'delivered' ? 'SUCCESS' : 'FAIL',
      errmsg: one.state === 'delivered' ? 'DELIVRD' : one.code,
      description: one.state === 'delivered' ? '用户短信送达成功' : one.code,
      sid: one.ref,
    })),
  up: ({ number, text, at }) => ({
    extend: '',
    mobile: number,
    nationcode: '86',
    sign: '',
    text,
    time: Math.floor(at / 1_000),
  }),
}
