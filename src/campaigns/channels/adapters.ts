import type { ChannelAdapter } from '../delivery/adapter.ts'
import { smtpEmail } from './email/smtp.ts'
import { jpush } from './push/jpush.ts'
import { aliyunSms } from './sms/aliyun.ts'
import { httpSms } from './sms/http.ts'
import { tencentSms } from './sms/tencent.ts'
import { signedWebhook } from './webhook/signed-webhook.ts'
import { wechatOfficial } from './wechat/official-account.ts'

/** Every protocol there is. To add one, write it beside the others and name it here. */
export const adapters: readonly ChannelAdapter[] = [
  aliyunSms,
  tencentSms,
  httpSms,
  smtpEmail,
  signedWebhook,
  wechatOfficial,
  jpush,
]

export const adapterOf = (kind: string): ChannelAdapter | undefined => adapters.find((one) => one.kind === kind)
