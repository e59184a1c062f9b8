import type { ChannelAdapter } from '../delivery/adapter.ts'
import { httpCalls } from './call/http.ts'
import { smtpEmail } from './email/smtp.ts'
import { jpush } from './push/jpush.ts'
import { aliyunSms } from './sms/aliyun.ts'
import { httpSms } from './sms/http.ts'
import { tencentSms } from './sms/tencent.ts'
import { signedWebhook } from './webhook/signed-webhook.ts'
import { wechatOfficial } from './wechat/official-account.ts'
import { wecomContact } from './wecom/contact.ts'

/** Every protocol there is. To add one, write it beside the others and name it here. */
export const adapters: readonly ChannelAdapter[] = [
  aliyunSms,
  tencentSms,
  httpSms,
  smtpEmail,
  signedWebhook,
  wechatOfficial,
  wecomContact,
  jpush,
  httpCalls,
]

export const adapterOf = (kind: string): ChannelAdapter | undefined => adapters.find((one) => one.kind === kind)
