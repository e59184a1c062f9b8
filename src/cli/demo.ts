import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { liveEvents, type Message, writeFiles } from '#simulator'
import type { App } from '../app.ts'
import { unwrap } from './connect.ts'
import { watchImport } from './move-data.ts'

interface Options {
  customers: number
  events: number
  live: boolean
  say: (text: string) => void
}

const seed = 'mingyue'
const months = 6
const liveEventsPerSecond = 3
const liveSource = 'demo-live'
const kinds = ['customers', 'consents', 'events'] as const
const names = { customers: '客户 customers', consents: '同意 consents', events: '事件 events' } as const

/** Loads the made-up company through the public import, once. @returns how to stop the live events */
export const loadDemo = async (app: App, { customers, events, live, say }: Options): Promise<() => Promise<void>> => {
  const call = callerOf(app)
  const { items: imports } = await call<{ items: { id: string; name: string; state: string }[] }>(
    'GET',
    '/api/imports?limit=200',
  )
  const isLoaded = kinds.every((kind) => imports.some(({ name, state }) => name === demoName(kind) && state === 'done'))
  if (!isLoaded) {
    const startedAt = performance.now()
    say('\n明月消费金融 Mingyue Consumer Finance: 虚构公司, 所有人物均为虚构 a made-up company, made-up people')
    const written = await filesOf(app, { customers, events, say })
    for (const kind of kinds)
      await load(app, { kind, file: written.files[kind], mapping: written.mappings[kind], started: imports, say })
    await addAudiences(app, say)
    say(`演示数据已载入 loaded in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`)
  }
  if (!live) return async () => undefined
  return startLive(app, customers)
}

const demoName = (kind: (typeof kinds)[number]) => `demo-${kind}`

type Verb = 'GET' | 'POST'

const callerOf =
  (app: App) =>
  async <T>(method: Verb, url: string, body?: object): Promise<T> => {
    const answer = await app.http.app.inject({
      method,
      url,
      headers: app.http.localHeaders,
      ...(body && { payload: body }),
    })
    return unwrap<T>({
      status: answer.statusCode,
      body: answer.body === '' ? undefined : (JSON.parse(answer.body) as unknown),
    })
  }

const progressEveryMs = 2_000

/** A line now and then, and one at the end. */
const paced = (say: (text: string) => void) => {
  let saidAt = Date.now()
  return (text: string) => {
    if (text === '' || Date.now() - saidAt < progressEveryMs) return
    saidAt = Date.now()
    say(text)
  }
}

/** The files, made anew unless a first start got so far: an import that was interrupted goes on in the same file. */
const filesOf = async (app: App, { customers, events, say }: Pick<Options, 'customers' | 'events' | 'say'>) => {
  const dir = join(app.dataDir.files, 'demo')
  const done = join(dir, 'simulation.json')
  const tell = paced(say)
  const places = {
    files: {
      customers: join(dir, 'customers.csv'),
      events: join(dir, 'events.jsonl'),
      consents: join(dir, 'consents.csv'),
    },
    mappings: {
      customers: join(dir, 'customers.mapping.json'),
      events: join(dir, 'events.mapping.json'),
      consents: join(dir, 'consents.mapping.json'),
    },
  }
  const queued = await callerOf(app)<{ items: { name: string }[] }>('GET', '/api/imports?limit=200')
  if (queued.items.some(({ name }) => name === demoName('customers')) && (await stat(done).catch(() => undefined)))
    return places
  say(`1/5 生成数据 writing ${customers.toLocaleString('en')} customers, ${events.toLocaleString('en')} events …`)
  await writeFiles({
    dir,
    customers,
    months,
    seed,
    events,
    onProgress: ({ share }) => tell(`    ${Math.floor(share * 100)} %`),
  })
  return places
}

const load = async (
  app: App,
  {
    kind,
    file,
    mapping,
    started,
    say,
  }: {
    kind: (typeof kinds)[number]
    file: string
    mapping: string
    started: readonly { id: string; name: string; state: string }[]
    say: Options['say']
  },
): Promise<void> => {
  const call = callerOf(app)
  const tell = paced(say)
  const before = started.find(({ name }) => name === demoName(kind))
  if (before?.state === 'done') return
  say(`${kinds.indexOf(kind) + 2}/5 导入${names[kind]} …`)
  if (before && before.state !== 'queued' && before.state !== 'running')
    await call('POST', `/api/imports/${before.id}/resume`)
  const id =
    before?.id ??
    (
      await call<{ id: string }>('POST', '/api/imports', {
        kind,
        path: file,
        name: demoName(kind),
        mapping: JSON.parse(await readFile(mapping, 'utf8')) as unknown,
      })
    ).id
  const run = await watchImport(
    {
      call: async (verb, path) => ({ status: 200, body: await call(verb === 'GET' ? 'GET' : 'POST', path) }),
      remote: false,
      close: async () => undefined,
    },
    id,
    (text) => tell(text && `    ${text}`),
  )
  if (run.state !== 'done') throw new Error(`The import of ${kind} is ${run.state}${run.error ? `: ${run.error}` : ''}`)
  say(
    `    ${run.read.toLocaleString('en')} read = ${run.accepted.toLocaleString('en')} accepted + ${run.merged.toLocaleString('en')} merged + ${run.rejected.toLocaleString('en')} rejected`,
  )
}

/** Examples of what can be asked; each is a definition anybody could have built in the console. */
const examples = [
  {
    name: '高学历高收入',
    description: '本科及以上, 月收入一万元以上',
    definition: {
      all: [
        { trait: 'education', in: ['本科', '硕士及以上'] },
        { trait: 'monthlyIncomeFen', gte: 1_000_000 },
      ],
    },
  },
  {
    name: '近 30 天活跃',
    description: '近 30 天至少看过两次贷款产品',
    definition: { all: [{ event: 'Loan Viewed', count: { gte: 2 }, within: '30 days' }] },
  },
  {
    name: '看过未申请',
    description: '近 60 天看过贷款产品, 近 90 天没有申请',
    definition: {
      all: [
        { event: 'Loan Viewed', count: { gte: 1 }, within: '60 days' },
        { not: { event: 'Application Started', within: '90 days' } },
      ],
    },
  },
  {
    name: '已婚 35–50 岁',
    description: '已婚, 1976 至 1991 年出生',
    definition: {
      all: [
        { trait: 'maritalStatus', is: '已婚' },
        { trait: 'birthday', between: ['1976-01-01', '1991-12-31'] },
      ],
    },
  },
]

const addAudiences = async (app: App, say: Options['say']): Promise<void> => {
  if (!app.http.app.hasRoute({ method: 'POST', url: '/api/audiences' })) return
  say('5/5 示例人群 example audiences …')
  const call = callerOf(app)
  for (const example of examples) {
    try {
      const { id } = await call<{ id: string }>('POST', '/api/audiences', example)
      const { size } = await call<{ size?: number }>('POST', `/api/audiences/${id}/refresh`)
      say(`    ${example.name}  ${size?.toLocaleString('en') ?? ''}`)
    } catch (error) {
      // A second attempt finds those of the first by their name; the demo goes on without the others.
      app.ctx.log.warn({ error, audience: example.name }, 'example audience not made')
    }
  }
}

/** Sends what goes on at the company now through the tracking API, as an app of it would. */
const startLive = async (app: App, customers: number): Promise<() => Promise<void>> => {
  const call = callerOf(app)
  const { items } = await call<{ items: { id: string; name: string }[] }>('GET', '/api/sources')
  const source = items.find(({ name }) => name === liveSource)
  const { writeKey } = source
    ? await call<{ writeKey: string }>('POST', `/api/sources/${source.id}/rotate-key`)
    : await call<{ writeKey: string }>('POST', '/api/sources', { name: liveSource, kind: 'app' })
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
  const stopped = new AbortController()
  const send = async ({ type, ...message }: Message) => {
    await app.http.app.inject({ method: 'POST', url: `/v1/${type}`, headers: { authorization }, payload: message })
  }
  const sending = (async () => {
    for await (const message of liveEvents({
      seed,
      customers,
      eventsPerSecond: liveEventsPerSecond,
      now: () => new Date(),
      signal: stopped.signal,
    }))
      await send(message)
  })().catch((error: unknown) => app.ctx.log.warn({ error }, 'live events stopped'))
  return async () => {
    stopped.abort()
    await sending
  }
}
