import { z } from 'zod'
import { signedHeaders } from '#platform'
import { CallContent } from '../../creatives/content-contract.ts'
import {
  type Answer,
  adapter,
  type CallOutcome,
  type Outcome,
  type ProviderWorld,
  type Pushed,
} from '../../delivery/adapter.ts'
import { callProvider, isProviderAddress, jsonIn, oddAnswer, unsent } from '../../delivery/call-provider.ts'
import { TaskOutcome } from '../../tasks/task-contract.ts'

/**
 * Calls by a call centre of one's own or of a provider, in JSON over HTTP: `docs/tasks.md` has the protocol. It has what platforms of
 * outbound calls ask for: our number of each call, script, times in which nobody is called, tries, and news of each call. Requests and
 * news are signed as Standard Webhooks are, with the same secret.
 */

const clock = /^([01]\d|2[0-3]):[0-5]\d$/

const Settings = z.strictObject({
  url: z.url().refine(isProviderAddress),
  /** Asked about calls whose outcome is not known; empty: they stay unknown. */
  queryUrl: z.union([z.literal(''), z.url().refine(isProviderAddress)]).default(''),
  /** Which script or robot of the centre speaks; empty: the centre's own choice. */
  scriptId: z.string().trim().max(100).default(''),
  /** Nobody is called before and after, Asia/Shanghai. What the law and the limits of contact allow is no wider. */
  callFrom: z.string().regex(clock),
  callUntil: z.string().regex(clock),
  /** Tries of one call, the first among them. */
  tries: z.int().min(1).max(10).default(3),
  againAfterMinutes: z.int().min(10).max(2_880).default(120),
  /** The centre promises to drop a key that it has seen. */
  dropsRepeated: z.boolean().default(false),
  absentAfterSeconds: z.int().min(1).max(604_800).default(300),
})
type Settings = z.output<typeof Settings>

const Results = z.object({
  results: z.array(
    z.object({
      key: z.string(),
      status: z.enum(['accepted', 'rejected']),
      id: z.string().max(100).optional(),
      code: z.string().max(100).default(''),
      message: z.string().default(''),
      next: z.enum(['none', 'other', 'later']).default('other'),
      retryAfterSeconds: z.number().min(0).max(86_400).optional(),
    }),
  ),
})
const States = z.object({
  results: z.array(
    z.object({
      key: z.string(),
      status: z.enum(['absent', 'accepted', 'called']),
      id: z.string().max(100).optional(),
    }),
  ),
})
const Told = z.object({
  calls: z
    .array(
      z
        .object({
          key: z.string().max(32).optional(),
          id: z.string().max(100).optional(),
          outcome: TaskOutcome,
          at: z.iso.datetime(),
          seconds: z.int().min(0).max(86_400).optional(),
          note: z.string().max(2_000).optional(),
        })
        .refine(({ key, id }) => key !== undefined || id !== undefined),
    )
    .max(1_000),
})

const post = ({ settings: _, ...world }: ProviderWorld<Settings>, url: string, id: string, payload: unknown) => {
  const body = JSON.stringify(payload)
  const atSeconds = Math.floor(world.now().getTime() / 1_000)
  return callProvider(world, url, {
    headers: {
      'content-type': 'application/json',
      'idempotency-key': id,
      ...signedHeaders([world.secrets.secret ?? ''], { id, atSeconds, body }),
    },
    body,
  })
}

/** Whether the centre signed what it pushed, within five minutes. */
const isSigned = ({ now, secrets }: ProviderWorld<Settings>, { headers, body }: Pushed): boolean => {
  const [id, at, given] = [headers['webhook-id'], headers['webhook-timestamp'], headers['webhook-signature']]
  if (!id || !at || !given || !(Math.abs(now().getTime() / 1_000 - Number(at)) <= 300)) return false
  const expected = signedHeaders([secrets.secret ?? ''], { id, atSeconds: Number(at), body: body.toString('utf8') })
  return given.split(' ').includes(expected['webhook-signature'] ?? '')
}

/** Times of the day in which nobody is called, as platforms of outbound calls take them. */
const forbiddenTimes = ({ callFrom, callUntil }: Settings): { from: string; until: string }[] =>
  callFrom < callUntil
    ? [
        { from: '00:00', until: callFrom },
        { from: callUntil, until: '24:00' },
      ].filter(({ from, until }) => from !== until)
    : [{ from: callUntil, until: callFrom }]

export const httpCalls = adapter<Settings, CallContent>({
  kind: 'call.http',
  channel: 'call',
  title: { zh: '呼叫中心（HTTP）', en: 'Call centre (HTTP)' },
  settings: Settings,
  fields: [
    { name: 'url', title: { zh: '建任务地址', en: 'Address for tasks' } },
    {
      name: 'secret',
      title: { zh: '签名密钥', en: 'Signing secret' },
      secret: true,
      help: { zh: 'Standard Webhooks 格式：whsec_ 加 base64', en: 'As Standard Webhooks writes it: whsec_ and base64' },
    },
    {
      name: 'callFrom',
      title: { zh: '最早呼叫时间', en: 'Calls from' },
      help: {
        zh: '北京时间，如 09:00；不得宽于触达限制',
        en: 'China time, as 09:00; no wider than the limits of contact',
      },
    },
    {
      name: 'callUntil',
      title: { zh: '最晚呼叫时间', en: 'Calls until' },
      help: { zh: '北京时间，如 20:00', en: 'China time, as 20:00' },
    },
    { name: 'tries', title: { zh: '每人最多拨打（次）', en: 'Tries of one call' } },
    { name: 'againAfterMinutes', title: { zh: '重拨间隔（分钟）', en: 'Minutes between tries' } },
    {
      name: 'scriptId',
      title: { zh: '话术编号', en: 'Script' },
      help: {
        zh: '呼叫平台里的话术或机器人编号；留空由平台决定',
        en: "The centre's script or robot; empty: its own choice",
      },
    },
    {
      name: 'queryUrl',
      title: { zh: '查询地址', en: 'Address for asking' },
      help: {
        zh: '用于核实结果不明的任务；留空则一直保持“待核实”',
        en: 'Asked about unknown outcomes; empty: they stay unknown',
      },
    },
    {
      name: 'dropsRepeated',
      title: { zh: '平台按键去重', en: 'Drops repeated keys' },
      help: { zh: '平台保证同一个键只呼叫一次', en: 'The centre promises to call once for each key' },
    },
    {
      name: 'absentAfterSeconds',
      title: { zh: '查无记录视为未受理（秒）', en: 'Not listed counts as not taken after (s)' },
    },
  ],
  content: CallContent,
  address: 'phone',
  batch: 100,
  concurrency: 4,
  certainty: ({ dropsRepeated, queryUrl, absentAfterSeconds }) => ({
    idempotent: dropsRepeated,
    absentAfterSeconds: queryUrl === '' ? null : absentAfterSeconds,
  }),
  check: async (world) => {
    const answer = await post(world, world.settings.url, `check-${world.now().getTime()}`, { tasks: [] })
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`)
    if (!Results.safeParse(jsonIn(answer.body)).success) throw new Error('the answer is not of the protocol')
    return { detail: 'OK' }
  },
  send: async (world, messages, { batch }) => {
    const { settings } = world
    try {
      const answer = await post(world, settings.url, batch, {
        tries: settings.tries,
        againAfterMinutes: settings.againAfterMinutes,
        forbiddenTimes: forbiddenTimes(settings),
        zone: 'Asia/Shanghai',
        ...(settings.scriptId !== '' && { scriptId: settings.scriptId }),
        tasks: messages.map(({ key, address, category, content: { channel: _, ...script } }) => ({
          key,
          to: address,
          category,
          script,
        })),
      })
      const read = Results.safeParse(jsonIn(answer.body))
      if (answer.status !== 200 || !read.success) {
        const outcome = oddAnswer(answer)
        return messages.map(() => outcome)
      }
      const byKey = new Map(read.data.results.map((one) => [one.key, one]))
      return messages.map(({ key }): Outcome => {
        const one = byKey.get(key)
        if (!one) return { is: 'unknown', code: 'NOT_ANSWERED', detail: 'the answer does not name the key' }
        if (one.status === 'accepted') return { is: 'accepted', ...(one.id !== undefined && { ref: one.id }) }
        return {
          is: 'rejected',
          code: one.code || 'REJECTED',
          detail: one.message,
          next: one.next,
          ...(one.retryAfterSeconds !== undefined && { retryAfterMs: one.retryAfterSeconds * 1_000 }),
        }
      })
    } catch (error) {
      const outcome = unsent(error)
      return messages.map(() => outcome)
    }
  },
  query: async (world, asked) => {
    const { queryUrl } = world.settings
    if (queryUrl === '') return asked.map(() => ({ is: 'unclear' }))
    const answer = await post(world, queryUrl, `query-${world.now().getTime()}`, { keys: asked.map(({ key }) => key) })
    const read = States.safeParse(jsonIn(answer.body))
    if (answer.status !== 200 || !read.success) throw new Error(`HTTP ${answer.status}`)
    const byKey = new Map(read.data.results.map((one) => [one.key, one]))
    return asked.map(({ key }): Answer => {
      const one = byKey.get(key)
      if (!one) return { is: 'unclear' }
      // How a call went is told by its news alone: they carry what he said, and journeys go on by it.
      return one.status === 'absent'
        ? { is: 'absent' }
        : { is: 'accepted', ...(one.id !== undefined && { ref: one.id }) }
    })
  },
  receive: async (world, pushed) => {
    const refused = (status: number) => ({ receipts: [], replies: [], answer: { status, body: '' } })
    if (!isSigned(world, pushed)) return refused(401)
    const read = Told.safeParse(jsonIn(pushed.body.toString('utf8')))
    if (!read.success) return refused(400)
    return {
      receipts: [],
      replies: [],
      outcomes: read.data.calls.map(
        ({ key, id, outcome, at, seconds, note }): CallOutcome => ({
          outcome,
          at: new Date(at),
          ...(key !== undefined && { key }),
          ...(id !== undefined && { ref: id }),
          ...(seconds !== undefined && { seconds }),
          ...(note !== undefined && { note }),
        }),
      ),
      answer: { status: 200, body: '{}', type: 'application/json' },
    }
  },
})
