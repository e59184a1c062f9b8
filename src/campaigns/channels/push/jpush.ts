import { z } from 'zod'
import type { CallAnswer } from '#platform'
import { PushContent } from '../../creatives/content-contract.ts'
import { adapter, type Outcome, type OutMessage, type ProviderWorld } from '../../delivery/adapter.ts'
import { callProvider, eachOf, isProviderAddress, jsonIn, oddAnswer, unsent } from '../../delivery/call-provider.ts'

/**
 * App push through JPush (极光), which hands on to Huawei, Xiaomi, OPPO, vivo, APNs and FCM. People are addressed by alias:
 * the app sets it to the account id. A push carries a `cid` from a pool; the same one pushed again within a day is answered
 * with the first result and not pushed, so it is remembered with the message before it is used.
 * Source: https://docs.jiguang.cn/jpush/server/push (Push API v3, cid)
 */

const Settings = z.strictObject({
  appKey: z.string().regex(/^[0-9a-f]{24}$/),
  endpoint: z.url().refine(isProviderAddress).default('https://api.jpush.cn'),
  /** Of the certificate for Apple devices. */
  production: z.boolean().default(true),
  /** Not delivered within so long, it is dropped. */
  liveSeconds: z.int().min(0).max(864_000).default(86_400),
})
type Settings = z.output<typeof Settings>

const Failure = z.object({ error: z.object({ code: z.number().int(), message: z.string().default('') }) })
const Pushed = z.object({ msg_id: z.union([z.string(), z.number()]) })
const Cids = z.object({ cidlist: z.array(z.string().min(1)).min(1) })

const daySeconds = 86_400
/** The pool gives ten at once to anybody. */
const poolSize = 10

const call = (
  world: ProviderWorld<Settings>,
  path: string,
  { method, body }: { method: 'GET' | 'POST'; body?: object },
): Promise<CallAnswer> =>
  callProvider(world, `${world.settings.endpoint}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${world.settings.appKey}:${world.secrets.masterSecret ?? ''}`).toString('base64')}`,
    },
    ...(body && { body: JSON.stringify(body) }),
  })

const rejected = (code: number, message: string): Outcome => {
  const said = { code: String(code), detail: message }
  // Nobody has the alias, or nobody was active: no account can reach him by push.
  if (code === 1011) return { is: 'rejected', ...said, next: 'none' }
  if (code === 2002) return { is: 'rejected', ...said, next: 'later', retryAfterMs: 60_000 }
  if (code === 2003 || code === 2008) return { is: 'rejected', ...said, next: 'other', fault: true }
  if (code === 1000 || code === 1030) return { is: 'unknown', ...said }
  if (code === 1005 || code === 1003 || code === 1008) return { is: 'rejected', ...said, next: 'other' }
  return { is: 'rejected', ...said, next: 'other', fault: true }
}

/** Marks for these messages: those of an earlier attempt, fresh ones for the others; remembered before they are used. */
const cidsFor = async (
  world: ProviderWorld<Settings>,
  messages: readonly OutMessage<PushContent>[],
): Promise<(string | undefined)[]> => {
  const known = await Promise.all(messages.map(({ key }) => world.memo.read(`cid.${key}`)))
  const pool: string[] = []
  const missing = known.filter((cid) => cid === undefined).length
  while (pool.length < missing) {
    const count = Math.min(poolSize, missing - pool.length)
    const answer = await call(world, `/v3/push/cid?count=${count}&type=push`, { method: 'GET' })
    const cids = Cids.safeParse(jsonIn(answer.body))
    if (!cids.success) return known
    pool.push(...cids.data.cidlist)
  }
  const until = new Date(world.now().getTime() + daySeconds * 1_000)
  return Promise.all(
    known.map(async (cid, at) => {
      const { key } = messages[at] ?? {}
      if (cid !== undefined || key === undefined) return cid
      const fresh = pool.shift()
      if (fresh !== undefined) await world.memo.write(`cid.${key}`, fresh, until)
      return fresh
    }),
  )
}

const pushOne = async (
  world: ProviderWorld<Settings>,
  { address, content, key }: OutMessage<PushContent>,
  cid: string | undefined,
): Promise<Outcome> => {
  if (cid === undefined)
    return { is: 'rejected', code: 'NO_CID', detail: 'the platform gave no mark', next: 'later', fault: true }
  const { title, text, link, picture } = content
  const extras = { key, ...(link && { link }) }
  try {
    const answer = await call(world, '/v3/push', {
      method: 'POST',
      body: {
        cid,
        platform: 'all',
        audience: { alias: [address] },
        notification: {
          android: { title, alert: text, ...(picture && { style: 3, big_pic_path: picture }), extras },
          ios: { alert: { title, body: text }, extras },
        },
        options: { apns_production: world.settings.production, time_to_live: world.settings.liveSeconds },
      },
    })
    const json = jsonIn(answer.body)
    const pushed = Pushed.safeParse(json)
    if (answer.status === 200 && pushed.success) return { is: 'accepted', ref: String(pushed.data.msg_id) }
    const failed = Failure.safeParse(json)
    return failed.success ? rejected(failed.data.error.code, failed.data.error.message) : oddAnswer(answer)
  } catch (error) {
    return unsent(error)
  }
}

export const jpush = adapter<Settings, PushContent>({
  kind: 'push.jpush',
  channel: 'push',
  title: { zh: '极光推送', en: 'JPush' },
  settings: Settings,
  fields: [
    { name: 'appKey', title: { zh: 'AppKey', en: 'AppKey' } },
    { name: 'masterSecret', title: { zh: 'Master Secret', en: 'Master secret' }, secret: true },
    { name: 'production', title: { zh: '苹果生产环境', en: 'Apple production' } },
    {
      name: 'liveSeconds',
      title: { zh: '离线保留（秒）', en: 'Kept for offline devices (s)' },
      help: { zh: '超过后不再送达', en: 'Dropped afterwards' },
    },
    {
      name: 'endpoint',
      title: { zh: '服务地址', en: 'Endpoint' },
      help: { zh: '一般不用改；沙箱填沙箱的地址', en: 'Seldom changed; for a sandbox its address' },
    },
  ],
  content: PushContent,
  address: 'accountId',
  batch: 50,
  concurrency: 4,
  certainty: () => ({ idempotent: true, absentAfterSeconds: null }),
  check: async (world) => {
    const answer = await call(world, '/v3/push/cid?count=1', { method: 'GET' })
    if (Cids.safeParse(jsonIn(answer.body)).success) return { detail: 'cid OK' }
    const failed = Failure.safeParse(jsonIn(answer.body))
    throw new Error(
      failed.success ? `${failed.data.error.code}: ${failed.data.error.message}` : `HTTP ${answer.status}`,
    )
  },
  send: async (world, messages) => {
    let cids: (string | undefined)[]
    try {
      cids = await cidsFor(world, messages)
    } catch (error) {
      // Asking for marks pushes nothing, whatever became of it.
      const outcome = unsent(error)
      const said = outcome.is === 'accepted' ? { code: '', detail: '' } : { code: outcome.code, detail: outcome.detail }
      return messages.map(() => ({ is: 'rejected', ...said, next: 'other', fault: true }))
    }
    return eachOf(messages, 8, (message, at) => pushOne(world, message, cids[at]))
  },
})
