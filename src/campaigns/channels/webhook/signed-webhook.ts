import { z } from 'zod'
import { callOut, signedHeaders, targetFault } from '#platform'
import { RenderedWebhook } from '../../creatives/rendered-contract.ts'
import { adapter, type Outcome } from '../../delivery/adapter.ts'
import { eachOf, oddAnswer, providerTimeoutMs, unsent } from '../../delivery/call-provider.ts'

/**
 * A step of a journey as a signed message to another system. Standard Webhooks: the key of the send is `webhook-id`, the same at every
 * attempt, by which the receiver drops what it has seen; so a message without an answer is sent again. Never to an address inside
 * unless the installation allows it. The customer goes by number, not by name.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */

const Settings = z.strictObject({ url: z.url() })
type Settings = z.output<typeof Settings>

const outcomeOf = (status: number, retryAfter: string | string[] | undefined): Outcome => {
  if (status >= 200 && status < 300) return { is: 'accepted', delivered: true }
  const seconds = Number(retryAfter)
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 86_400) * 1_000 : undefined
  const detail = `HTTP ${status}`
  // «Gone»: the receiver wants no more of them. Other refusals may be a receiver that is being mended.
  if (status === 410) return { is: 'rejected', code: 'HTTP_410', detail, next: 'none' }
  if (status >= 300 && status < 400)
    return { is: 'rejected', code: `HTTP_${status}`, detail, next: 'other', fault: true }
  return {
    is: 'rejected',
    code: `HTTP_${status}`,
    detail,
    next: 'later',
    fault: true,
    ...(retryAfterMs && { retryAfterMs }),
  }
}

const post = async (
  world: {
    settings: Settings
    secrets: Readonly<Record<string, string>>
    now: () => Date
    signal: AbortSignal
    allowInside: boolean
  },
  id: string,
  payload: unknown,
) => {
  const body = JSON.stringify(payload)
  const atSeconds = Math.floor(world.now().getTime() / 1_000)
  return callOut(world.settings.url, {
    headers: {
      'content-type': 'application/json',
      ...signedHeaders(
        [world.secrets.secret ?? '', world.secrets.formerSecret ?? ''].filter((one) => one !== ''),
        { id, atSeconds, body },
      ),
    },
    body,
    timeoutMs: providerTimeoutMs,
    allowInside: world.allowInside,
    signal: world.signal,
    answerBytes: 65_536,
  })
}

export const signedWebhook = adapter<Settings, RenderedWebhook>({
  kind: 'webhook.signed',
  channel: 'webhook',
  title: { zh: '签名 Webhook', en: 'Signed webhook' },
  settings: Settings,
  fields: [
    { name: 'url', title: { zh: '接收地址', en: 'Address of the receiver' } },
    {
      name: 'secret',
      title: { zh: '签名密钥', en: 'Signing secret' },
      secret: true,
      help: { zh: 'Standard Webhooks 格式：whsec_ 加 base64', en: 'As Standard Webhooks writes it: whsec_ and base64' },
    },
    {
      name: 'formerSecret',
      title: { zh: '换下的密钥', en: 'Former secret' },
      secret: true,
      optional: true,
      help: { zh: '轮换期间两把密钥都签名', en: 'Both sign while the receiver changes over' },
    },
  ],
  content: RenderedWebhook,
  address: 'none',
  batch: 1,
  concurrency: 16,
  certainty: () => ({ idempotent: true, absentAfterSeconds: null }),
  check: async (world) => {
    const fault = targetFault(world.settings.url, world.allowInside)
    if (fault) throw new Error(fault)
    const { status } = await post(world, `check-${world.now().getTime()}`, {
      type: 'test',
      timestamp: world.now().toISOString(),
      data: {},
    })
    if (status < 200 || status > 299) throw new Error(`HTTP ${status}`)
    return { detail: `HTTP ${status}` }
  },
  send: async (world, messages) => {
    const fault = targetFault(world.settings.url, world.allowInside)
    if (fault)
      return messages.map(() => ({
        is: 'rejected',
        code: `TARGET_${fault}`,
        detail: fault,
        next: 'other',
        fault: true,
      }))
    return eachOf(messages, 16, async ({ key, content }) => {
      try {
        const answer = await post(world, key, {
          type: content.type,
          timestamp: world.now().toISOString(),
          data: content.body,
        })
        return answer.status === 408 ? oddAnswer(answer) : outcomeOf(answer.status, answer.headers['retry-after'])
      } catch (error) {
        return unsent(error)
      }
    })
  },
})
