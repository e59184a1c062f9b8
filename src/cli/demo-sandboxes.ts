import { startEmailSandbox, startPushSandbox, startSmsSandbox, startWechatSandbox } from '#campaigns'
import type { App } from '../app.ts'
import { callerOf } from './demo-call.ts'

/** Providers that the demo brings along: they speak the real protocols on this machine and deliver nothing. */

const secret = Buffer.from('mingyue-sandbox').toString('base64')
export const wechatTemplate = 'tmpl_offer_notice'
const receiptAfterMs = 2_000

export interface Sandboxes {
  sms: Awaited<ReturnType<typeof startSmsSandbox>>
  wechat: Awaited<ReturnType<typeof startWechatSandbox>>
  push: Awaited<ReturnType<typeof startPushSandbox>>
  email: Awaited<ReturnType<typeof startEmailSandbox>>
  stop: () => Promise<void>
}

export const startSandboxes = async (): Promise<Sandboxes> => {
  const [sms, wechat, push, email] = await Promise.all([
    // Three in a hundred phones are off or out of reach.
    startSmsSandbox({ secret, receiptAfterMs, failShare: 0.03 }),
    startWechatSandbox(),
    startPushSandbox(),
    startEmailSandbox(),
  ])
  // The first account is not in service for a moment: the next one takes over.
  sms.fault({ kind: 'refuse', times: 2, code: 'isv.OUT_OF_SERVICE' })
  return {
    sms,
    wechat,
    push,
    email,
    stop: async () => {
      await Promise.all([sms.stop(), wechat.stop(), push.stop(), email.stop()])
    },
  }
}

interface Account {
  name: string
  kind: string
  settings: Record<string, string | number | boolean>
  secrets: Record<string, string>
  unitCostMillifen: number
}

const accountsOf = ({ sms, wechat, push, email }: Sandboxes): Account[] => [
  {
    name: '沙箱·阿里云短信',
    kind: 'sms.aliyun',
    settings: { endpoint: sms.url, accessKeyId: 'sandbox' },
    secrets: { accessKeySecret: secret },
    unitCostMillifen: 4_500,
  },
  {
    name: '沙箱·自有短信网关',
    kind: 'sms.http',
    settings: { url: `${sms.url}/send`, queryUrl: `${sms.url}/query`, dropsRepeated: true },
    secrets: { secret },
    unitCostMillifen: 5_200,
  },
  {
    name: '沙箱·明月公众号',
    kind: 'wechat.official',
    settings: { appId: 'wx0123456789abcdef', endpoint: wechat.url },
    secrets: {
      appSecret: 'sandbox-secret',
      token: 'sandbox-token',
      encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    },
    unitCostMillifen: 0,
  },
  {
    name: '沙箱·极光推送',
    kind: 'push.jpush',
    settings: { appKey: '0123456789abcdef01234567', endpoint: push.url },
    secrets: { masterSecret: 'sandbox-secret' },
    unitCostMillifen: 50,
  },
  {
    name: '沙箱·邮件服务器',
    kind: 'email.smtp',
    settings: { host: '127.0.0.1', port: email.port, security: 'none', fromAddress: 'service@mingyue.example' },
    secrets: {},
    unitCostMillifen: 200,
  },
]

const protocols: Readonly<Record<string, 'aliyun' | 'http'>> = { 'sms.aliyun': 'aliyun', 'sms.http': 'http' }

/** Accounts with them, made once; at a later start the same accounts learn the new ports. `url`: where receipts are pushed. */
export const connectSandboxes = async (app: App, sandboxes: Sandboxes, url: string): Promise<void> => {
  const call = callerOf(app)
  const { providers } = await call<{ providers: { id: number; name: string }[] }>('GET', '/api/channels')
  for (const { name, settings, ...account } of accountsOf(sandboxes)) {
    const known = providers.find((one) => one.name === name)
    const { id } =
      known ?? (await call<{ id: number }>('POST', '/api/channels/providers', { name, settings, ...account }))
    // What somebody switched off stays off.
    await call('PATCH', `/api/channels/providers/${id}`, known ? { settings } : { state: 'on' })
    const protocol = protocols[account.kind]
    if (!protocol) continue
    const { receiptsPath } = await call<{ receiptsPath: string | null }>('GET', `/api/channels/providers/${id}`)
    if (receiptsPath) sandboxes.sms.pushTo(protocol, `${url}${receiptsPath}`)
  }
}
