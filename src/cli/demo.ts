import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { crowdOf, liveEvents, writeFiles } from '#simulator'
import type { App } from '../app.ts'
import { callerOf, type Track, trackerOf } from './demo-call.ts'
import { campaignsOf, dormantDays, type Prepared, prepareCampaigns, runCampaigns, untilSent } from './demo-campaigns.ts'
import { exampleAudiences, exampleMining, exampleReports, exampleRules, exampleTags } from './demo-examples.ts'
import { exampleNotices } from './demo-notices.ts'
import { startOpinion } from './demo-opinion.ts'
import { dormantName, planNames } from './demo-plans.ts'
import { startReactions } from './demo-reactions.ts'
import { connectSandboxes, startSandboxes } from './demo-sandboxes.ts'
import { watchImport } from './move-data.ts'

interface Options {
  customers: number
  events: number
  live: boolean
  /** Where the program listens; providers push receipts there. */
  url: string
  say: (text: string) => void
}

const seed = 'mingyue'
const months = 6
const liveEventsPerSecond = 3
const liveSource = 'demo-live'
const kinds = ['customers', 'loans', 'consents', 'events'] as const
const names = {
  customers: '客户 customers',
  loans: '在贷台账 loans',
  consents: '同意 consents',
  events: '事件 events',
} as const

/**
 * Loads the made-up company through the public import, once, and lets its campaigns run through sandboxes of the providers.
 * @returns how to stop what goes on at the company, and the sandboxes
 */
export const loadDemo = async (
  app: App,
  { customers, events, live, url, say }: Options,
): Promise<() => Promise<void>> => {
  const call = callerOf(app)
  const { items: imports } = await call<{ items: { id: string; name: string; state: string }[] }>(
    'GET',
    '/api/imports?limit=200',
  )
  const isLoaded = kinds.every((kind) => imports.some(({ name, state }) => name === demoName(kind) && state === 'done'))
  const running = new Set((await campaignsOf(app)).filter(({ state }) => state !== 'draft').map(({ name }) => name))
  const isRunning = planNames.every((name) => running.has(name))
  const startedAt = performance.now()
  const silent = new Set<string>()
  let prepared: Promise<PromiseSettledResult<Prepared>> | undefined
  if (!isLoaded) {
    say('\n明月消费金融 Mingyue Consumer Finance: 虚构公司, 所有人物均为虚构 a made-up company, made-up people')
    const written = await filesOf(app, { customers, events, silent, say })
    const bring = (kind: (typeof kinds)[number]) =>
      load(app, { kind, file: written.files[kind], mapping: written.mappings[kind], started: imports, say })
    await bring('customers')
    await bring('loans')
    // People write and review while consents and events come in.
    prepared = isRunning ? undefined : settled(prepareCampaigns(app))
    await bring('consents')
    await bring('events')
    await addExamples(app, say)
  }
  const sandboxes = await startSandboxes()
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const one of stops.toReversed()) await one()
    await sandboxes.stop()
  }
  try {
    await connectSandboxes(app, sandboxes, url)
    const track = await trackerOf(app, liveSource)
    const reactions = startReactions(app, {
      crowd: crowdOf({ seed, customers, at: app.ctx.now() }),
      sandboxes,
      track,
      hasty: live ? hastyShare : 1,
    })
    stops.push(reactions.stop)
    if (!isRunning) {
      say('7/7 营销活动：审核、发布、发送到沙箱 campaigns: approved, published, sent to the sandboxes …')
      const ready = await (prepared ?? settled(prepareCampaigns(app)))
      if (ready.status === 'rejected') throw ready.reason
      const ids = await runCampaigns(app, ready.value)
      const waitMs = live ? sendingWaitMs : 30 * sendingWaitMs
      const { calm, total } = await untilSent(app, ids.get(dormantName) ?? 0, waitMs)
      const unasked = async () => {
        // Who is still to get his message has not made up his mind yet.
        if (!calm) await untilSent(app, ids.get(dormantName) ?? 0, 60 * sendingWaitMs)
        reactions.comeUnasked(silent)
      }
      const later = unasked().catch((error: unknown) => app.ctx.log.warn({ error }, 'nobody comes unasked'))
      if (calm) await later
      await reactions.hurry()
      // What was sent and what came of it is copied for analysis each second.
      await pause(1_500)
      tellSent(total, say)
      say(`演示数据已载入 loaded in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`)
      say('\n演示人员 people of the company (login / password):')
      for (const { name, login, password, does } of Object.values(ready.value.staff))
        say(`    ${name}  ${login} / ${password}  ${does}`)
    }
    if (live) stops.push(startLive(app, customers, track))
    stops.push(await opinionOf(app, { live, say }))
    return stop
  } catch (error) {
    await stop()
    throw error
  }
}

/** The week of public opinion. Where somebody looks on it is told while the other pages are there already. */
const opinionOf = async (app: App, { live, say }: Pick<Options, 'live' | 'say'>): Promise<() => Promise<void>> => {
  const started = startOpinion(app, { live, say })
  if (!live) return await started
  const quiet = started.catch((error: unknown) => {
    app.ctx.log.error({ error }, 'public opinion not loaded')
    return async () => undefined
  })
  return async () => (await quiet)()
}

/** Share of reactions to a campaign that come at once; the others follow within two minutes. */
const hastyShare = 0.6

const sendingWaitMs = 4_000

const settled = async <T>(work: Promise<T>): Promise<PromiseSettledResult<T>> => {
  const [result] = await Promise.allSettled([work])
  return result
}

const tellSent = (
  { asked, sent, refused, waiting }: Awaited<ReturnType<typeof untilSent>>['total'],
  say: Options['say'],
): void => {
  const said = (count: number) => count.toLocaleString('en')
  say(
    `    ${dormantName}  ${said(asked)} asked · ${said(sent)} sent · ${said(refused)} refused · ${said(waiting)} waiting`,
  )
  if (sent === 0 && waiting > 0)
    say('    现在是静默时段，消息推迟到允许的时间 quiet hours: messages wait until they may go out')
}

const demoName = (kind: (typeof kinds)[number]) => `demo-${kind}`

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
const filesOf = async (
  app: App,
  { customers, events, silent, say }: Pick<Options, 'customers' | 'events' | 'say'> & { silent: Set<string> },
) => {
  const dir = join(app.dataDir.files, 'demo')
  const done = join(dir, 'simulation.json')
  const tell = paced(say)
  const silentSinceMs = Date.now() - dormantDays * 86_400_000
  const places = {
    files: {
      customers: join(dir, 'customers.csv'),
      loans: join(dir, 'loans.csv'),
      events: join(dir, 'events.jsonl'),
      consents: join(dir, 'consents.csv'),
    },
    mappings: {
      customers: join(dir, 'customers.mapping.json'),
      loans: join(dir, 'loans.mapping.json'),
      events: join(dir, 'events.mapping.json'),
      consents: join(dir, 'consents.mapping.json'),
    },
  }
  const queued = await callerOf(app)<{ items: { name: string }[] }>('GET', '/api/imports?limit=200')
  if (queued.items.some(({ name }) => name === demoName('customers')) && (await stat(done).catch(() => undefined)))
    return places
  say(`1/7 生成数据 writing ${customers.toLocaleString('en')} customers, ${events.toLocaleString('en')} events …`)
  await writeFiles({
    dir,
    customers,
    months,
    seed,
    events,
    onProgress: ({ share }) => tell(`    ${Math.floor(share * 100)} %`),
    onAccount: ({ accountId, lastSeenMs = 0 }) => {
      if (lastSeenMs < silentSinceMs) silent.add(accountId)
    },
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
  say(`${kinds.indexOf(kind) + 2}/7 导入${names[kind]} …`)
  if (before && before.state !== 'queued' && before.state !== 'running')
    await call('POST', `/api/imports/${before.id}/resume`)
  const id =
    before?.id ??
    (
      await call<{ id: string }>('POST', '/api/imports', {
        kind: kind === 'loans' ? 'customers' : kind,
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
  say('6/7 示例标签、人群与报表 example tags, audiences and reports …')
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

/** Sends what goes on at the company now through the tracking API, as an app of it would. @returns how to stop */
const startLive = (app: App, customers: number, track: Track): (() => Promise<void>) => {
  const stopped = new AbortController()
  const sending = (async () => {
    for await (const message of liveEvents({
      seed,
      customers,
      eventsPerSecond: liveEventsPerSecond,
      now: () => new Date(),
      signal: stopped.signal,
    }))
      await track([message])
  })().catch((error: unknown) => app.ctx.log.warn({ error }, 'live events stopped'))
  return async () => {
    stopped.abort()
    await sending
  }
}
