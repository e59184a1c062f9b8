import { acs3Authorization, acs3Digest, canonicalQuery } from './acs3.ts'
import { beijingDay, beijingText } from './chinese-time.ts'
import type { Protocol } from './sandbox.ts'
import type { Taken } from './sandbox-count.ts'

const refusal = (Code: string, Message: string) => ({ Code, Message, RequestId: 'sandbox' })

const listed = (text: string | undefined): unknown[] | undefined => {
  try {
    const list: unknown = JSON.parse(text ?? '')
    return Array.isArray(list) ? list : undefined
  } catch {
    return undefined
  }
}

/** The side of Alibaba Cloud: SendSms, SendBatchSms, QuerySendDetails, and pushes of SmsReport and SmsUp. */
export const aliyunProtocol: Protocol = {
  name: 'aliyun',
  owns: (request) => request.headers['x-acs-action'] !== undefined,
  answer: ({ method, url, headers, body, world }) => {
    const query = Object.fromEntries(url.searchParams)
    const form = Object.fromEntries(new URLSearchParams(body))
    const given = { ...query, ...form }
    const [id = ''] = /Credential=([^,]*)/.exec(headers.authorization ?? '')?.slice(1) ?? []
    if (id !== world.account.id)
      return { status: 404, body: refusal('InvalidAccessKeyId.NotFound', 'Specified access key is not found.') }
    const expected = acs3Authorization({
      method,
      query: canonicalQuery(query),
      headers,
      accessKeyId: id,
      accessKeySecret: world.account.secret,
    })
    if (headers['x-acs-content-sha256'] !== acs3Digest(body) || headers.authorization !== expected)
      return {
        status: 400,
        body: refusal('SignatureDoesNotMatch', 'Specified signature is not matched with our calculation.'),
      }
    const at = Date.parse(headers['x-acs-date'] ?? '')
    if (!(Math.abs(world.now() - at) < 900_000))
      return {
        status: 400,
        body: refusal('InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.'),
      }
    const action = headers['x-acs-action']
    if (action === 'QuerySendDetails')
      return { status: 200, body: details(world.ledger.ofNumber(given.PhoneNumber ?? ''), given) }
    if (action !== 'SendSms' && action !== 'SendBatchSms')
      return { status: 404, body: refusal('InvalidAction.NotFound', 'Specified api is not found.') }

    const batch = action === 'SendBatchSms'
    const numbers = batch ? listed(given.PhoneNumberJson) : (given.PhoneNumbers ?? '').split(',')
    const signs = batch ? listed(given.SignNameJson) : [given.SignName]
    const variables = batch ? listed(given.TemplateParamJson) : listed(`[${given.TemplateParam || '{}'}]`)
    if (!numbers || !signs || !variables)
      return { status: 200, body: refusal('isv.INVALID_JSON_PARAM', '参数格式错误') }
    if (numbers.length === 0 || numbers.length > 100)
      return { status: 200, body: refusal('isv.MOBILE_COUNT_OVER_LIMIT', '手机号码数量超过限制') }
    if (batch && (signs.length !== numbers.length || variables.length !== numbers.length))
      return { status: 200, body: refusal('isv.INVALID_PARAMETERS', '参数异常') }
    const template = world.template(given.TemplateCode ?? '')
    if (!template) return { status: 200, body: refusal('isv.SMS_TEMPLATE_ILLEGAL', '短信模板不合法') }
    if (signs.some((sign) => !world.knowsSign(String(sign))))
      return { status: 200, body: refusal('isv.SMS_SIGNATURE_ILLEGAL', '短信签名不合法') }
    if (numbers.some((number) => !/^1[3-9]\d{9}$/.test(String(number))))
      return { status: 200, body: refusal('isv.MOBILE_NUMBER_ILLEGAL', '非法手机号') }
    const names = variables.map((one) => Object.keys(one ?? {}))
    if (names.some((held) => template.variables.some((name) => !held.includes(name))))
      return { status: 200, body: refusal('isv.TEMPLATE_MISSING_PARAMETERS', '模板缺少变量') }
    if (world.limited(numbers.map(String)))
      return { status: 200, body: refusal('isv.BUSINESS_LIMIT_CONTROL', '触发分钟级流控Permits:1') }
    const fault = world.refusal()
    if (fault !== undefined) return { status: 200, body: refusal(fault, fault) }

    const taken = numbers.map((number, i) =>
      world.take({
        key: `${given.OutId ?? ''}/${String(number)}`,
        number: String(number),
        content: `${given.TemplateCode} ${JSON.stringify(variables[i] ?? {})}`,
      }),
    )
    return { status: 200, body: { Code: 'OK', Message: 'OK', RequestId: 'sandbox', BizId: taken[0]?.ref ?? '' } }
  },
  report: (messages) =>
    messages.map((one) => ({
      phone_number: one.number,
      send_time: beijingText(new Date(one.at)),
      report_time: beijingText(new Date(one.reportedAt ?? one.at)),
      success: one.state === 'delivered',
      err_code: one.state === 'delivered' ? 'DELIVERED' : one.code,
      err_msg: one.state === 'delivered' ? '用户接收成功' : one.code,
      sms_size: '1',
      biz_id: one.ref,
      out_id: one.key.slice(0, one.key.lastIndexOf('/')),
    })),
  up: (reply) => [
    {
      phone_number: reply.number,
      content: reply.text,
      send_time: beijingText(new Date(reply.at)),
      dest_code: '1234',
      sequence_id: reply.id,
    },
  ],
}

const details = (messages: readonly Taken[], given: Record<string, string>) => {
  const rows = messages.filter(({ at }) => beijingDay(new Date(at)) === given.SendDate)
  return {
    Code: 'OK',
    Message: 'OK',
    RequestId: 'sandbox',
    TotalCount: String(rows.length),
    SmsSendDetailDTOs: {
      SmsSendDetailDTO: rows.slice(0, Number(given.PageSize ?? 10)).map((one) => ({
        PhoneNum: one.number,
        SendStatus: one.state === 'accepted' ? 1 : one.state === 'failed' ? 2 : 3,
        ErrCode: one.state === 'delivered' ? 'DELIVERED' : one.code,
        TemplateCode: one.content.split(' ')[0],
        SendDate: beijingText(new Date(one.at)),
        ...(one.reportedAt !== undefined && { ReceiveDate: beijingText(new Date(one.reportedAt)) }),
        OutId: one.key.slice(0, one.key.lastIndexOf('/')),
      })),
    },
  }
}
