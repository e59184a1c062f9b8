import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { liveEvents, type Message, writeFiles } from '#simulator'
import type { App } from '../app.ts'
import { unwrap } from './connect.ts'
import { exampleAudiences, exampleMining, exampleReports, exampleRules, exampleTags } from './demo-examples.ts'
import { exampleNotices } from './demo-notices.ts'
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
    await addExamples(app, say)
    say(`演示数据已载入 loaded in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`)
  }
  if (!live) return async () => undefined
  return startLive(app, customers)
}

const demoName = (kind: (typeof kinds)[number]) => `demo-${kind}`

type Verb = 'GET' | 'POST' | 'PUT'

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

/** Example tags, audiences, reports and the like, so that no page of a first visit is empty. Once made, they are left alone. */
const addExamples = async (app: App, say: Options['say']): Promise<void> => {
  say('5/5 示例标签、人群与报表 example tags, audiences and reports …')
  const call = callerOf(app)
  // A second attempt finds those of the first by their name; the demo goes on without the others.
  const attempt = async (what: string, make: () => Promise<void>) => {
    try {
      await make()
    } catch (error) {
      app.ctx.log.warn({ error, example: what }, 'example not made')
    }
  }
  // Without them no consent would count, and nothing could be sent.
  const purpose = '/api/consents/purposes/marketing'
  for (const notice of exampleNotices)
    await attempt(`notice ${notice.label}`, async () => {
      const { number } = await call<{ number: number }>('PUT', `${purpose}/draft`, notice)
      await call('POST', `${purpose}/notices/${number}/publish`, {})
    })
  for (const tag of exampleTags)
    await attempt(tag.key, async () => {
      await call('POST', '/api/tags', tag)
      await call('POST', `/api/tags/${tag.key}/state`, { state: 'active' })
      await call('POST', `/api/tags/${tag.key}/run`, {})
    })
  for (const { live, ...audience } of exampleAudiences.map((one) => ({ live: false, ...one })))
    await attempt(audience.name, async () => {
      const { id } = await call<{ id: string }>('POST', '/api/audiences', audience)
      const { size } = await call<{ size?: number }>('POST', `/api/audiences/${id}/refresh`)
      if (live) await call('POST', `/api/audiences/${id}/live`, { on: true })
      say(`    ${audience.name}  ${size?.toLocaleString('en') ?? ''}`)
    })
  await attempt('dashboard', async () => {
    const tiles = []
    for (const { width, ...report } of exampleReports) {
      const { id } = await call<{ id: string }>('POST', '/api/insights/reports', { ...report, roles: [...readers] })
      tiles.push({ report: id, width, height: 1 })
    }
    await call('POST', '/api/insights/dashboards', { name: '经营总览', roles: [...readers], tiles })
  })
  for (const rule of exampleRules)
    await attempt(rule.name, async () => {
      const { id } = await call<{ id: string }>('POST', '/api/quality/rules', rule)
      await call('POST', `/api/quality/rules/${id}/run`)
    })
  await attempt('score', () => call('POST', '/api/quality/score'))
  for (const question of exampleMining)
    await attempt(question.title, () => call('POST', '/api/insights/mining/runs', question))
}

/** Who may see the example reports. */
const readers = ['admin', 'marketer', 'analyst', 'risk', 'compliance', 'auditor'] as const

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
